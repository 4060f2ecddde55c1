"""Levels, the matrix and its properties, anchors, and the residual with its haircut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, product
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.risks.rules import (
    Band,
    ImpactDimension,
    MitigationKind,
    MitigationStatus,
    Velocity,
)
from riskreg.risks.rules_scoring import (
    DEFAULT_MATRIX,
    IMPACT_SCALES,
    LIKELIHOOD_ANCHORS,
    STEPS,
    Effect,
    Level,
    Matrix,
    Residual,
    computed_residual,
    computed_target,
    impact,
    rank,
    round_half_up,
    worst,
)

S = MitigationStatus
LETTERS = {"L": Band.LOW, "M": Band.MEDIUM, "H": Band.HIGH, "C": Band.CRITICAL}
LEVELS = [Level(*pair) for pair in product(STEPS, STEPS)]
STEP = st.integers(1, 5)
LEVEL = st.builds(Level, STEP, STEP)
EFFECT = st.builds(
    Effect,
    st.sampled_from(S),
    st.integers(0, 4),
    st.integers(0, 4),
    st.sampled_from(MitigationKind),
)

# code: inherent, residual, target as domain/demo.md 5.5 prints them ("4x4 C").
DEMO = {
    "R-001": "3x4 H, 1x4 L",
    "R-002": "4x4 C, 2x4 M",
    "R-003": "3x3 M, 1x2 L",
    "R-004": "2x5 H, 2x5 H, 2x4 M",
    "R-005": "4x3 H, 2x3 M",
    "R-006": "4x4 C, 3x3 M",
    "R-007": "5x4 C, 5x4 C, 2x3 M",
    "R-008": "4x4 C, 3x4 H",
    "R-009": "3x3 M, 2x3 M",
    "R-010": "3x3 M, 1x3 L",
    "R-011": "4x4 C, 4x4 C, 2x3 M",
    "R-012": "4x3 H, 3x3 M",
    "R-013": "3x4 H, 2x4 M",
    "R-014": "4x3 H, 4x3 H",
    "R-015": "3x3 M, 2x2 L",
    "R-016": "4x3 H, 2x3 M",
    "R-017": "3x3 M, 3x3 M",
    "R-018": "2x4 M, 1x4 L",
    "R-019": "3x5 C, 2x5 H",
    "R-020": "3x3 M, 3x3 M",
    "R-021": "4x2 M, 2x2 L",
    "R-022": "3x2 M, 2x2 L",
    "R-023": "3x2 M",
    "R-024": "3x4 H, 3x4 H",
}
DEMO_LEVELS = [
    (code, Level(int(text[0]), int(text[2])), LETTERS[text[4]])
    for code, row in DEMO.items()
    for text in row.split(", ")
]


@pytest.mark.parametrize(("code", "level", "band"), DEMO_LEVELS)
def test_bands_of_the_demo_come_out_as_written(code: str, level: Level, band: Band) -> None:
    assert DEFAULT_MATRIX.band(level) is band, code


def test_default_matrix_is_the_table_of_the_model() -> None:
    printed = {5: "MHCCC", 4: "LMHCC", 3: "LMMHC", 2: "LLMMH", 1: "LLLLM"}
    for level in LEVELS:
        letter = printed[level.likelihood][level.impact - 1]
        assert DEFAULT_MATRIX.band(level) is LETTERS[letter]


@given(LEVEL, LEVEL)
def test_matrix_is_monotone(one: Level, other: Level) -> None:
    if one.likelihood <= other.likelihood and one.impact <= other.impact:
        assert DEFAULT_MATRIX.band(one) <= DEFAULT_MATRIX.band(other)


def test_neighbours_differ_by_one_band_at_most() -> None:
    for fixed, (low, high) in product(STEPS, pairwise(STEPS)):
        for one, other in (
            (Level(fixed, low), Level(fixed, high)),
            (Level(low, fixed), Level(high, fixed)),
        ):
            steps = DEFAULT_MATRIX.band(other).rank - DEFAULT_MATRIX.band(one).rank
            assert steps in (0, 1)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (("M H C C C", "L M H C C", "L M M H C", "L L M M H"), "five rows of five"),
        (("M H C C C", "L M H C C", "L M M H C", "L L M M H", "L L L L"), "five rows of five"),
        (("M H C C C", "L M H C C", "L M M H C", "L L M M H", "L L M L M"), "neither fall nor"),
        (("M H C C C", "L M H C C", "L M M H C", "L L M M H", "L L L L H"), "neither fall nor"),
        (("M H C C C", "L L H C C", "L L M H C", "L L M M H", "L L L L M"), "neither fall nor"),
        (("L H C C C", "M M H C C", "L M M H C", "L L M M H", "L L L L M"), "neither fall nor"),
        (("M H C C X", "L M H C C", "L M M H C", "L L M M H", "L L L L M"), "not 'X'"),
    ],
    ids=["four rows", "short row", "falls", "jumps", "jumps along", "falls upwards", "letter"],
)
def test_matrix_that_ranks_wrongly_is_refused(rows: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Matrix.of(*rows)


def test_matrix_reads_what_it_writes() -> None:
    assert Matrix.of(*DEFAULT_MATRIX.rows()) == DEFAULT_MATRIX
    assert DEFAULT_MATRIX.rows()[0] == "M H C C C"


@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (6, 1), (1, 6), (-1, 3)])
def test_level_outside_the_scale_is_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="are 1 to 5"):
        Level(*pair)


@given(LEVEL, LEVEL, st.floats(0, 200), st.floats(0, 200))
def test_rank_sorts_by_band_then_score_then_exposure(
    one: Level, other: Level, bps: float, other_bps: float
) -> None:
    def grave(level: Level) -> tuple[int, int]:
        return DEFAULT_MATRIX.band(level).rank, level.score

    ranks = rank(one, exposure_bps=bps), rank(other, exposure_bps=other_bps)
    if grave(one) != grave(other):
        assert (ranks[0] < ranks[1]) is (grave(one) < grave(other))
    elif bps <= other_bps:
        assert ranks[0] <= ranks[1]
    assert 0 < ranks[0] < 2**31


def test_rank_breaks_ties_by_exposure_before_velocity() -> None:
    level = Level(3, 3)
    order = [
        rank(level),
        rank(level, velocity=Velocity.SLOW),
        rank(level, velocity=Velocity.MEDIUM),
        rank(level, velocity=Velocity.FAST),
        rank(level, velocity=Velocity.IMMEDIATE),
        rank(level, exposure_bps=0.001),
        rank(level, exposure_bps=0.35),
        rank(level, exposure_bps=1e9, velocity=Velocity.IMMEDIATE),
        rank(Level(3, 4)),
    ]
    assert order == sorted(set(order))


def test_higher_product_in_a_lower_band_stays_below() -> None:
    assert Level(4, 2).score < Level(3, 3).score
    assert rank(Level(5, 1)) < rank(Level(2, 5))
    assert rank(Level(1, 5)) > rank(Level(1, 4))
    assert rank(Level(1, 5)) > rank(Level(2, 2))


def test_impact_is_the_worst_dimension() -> None:
    d = ImpactDimension
    assert impact({d.SLA: 2, d.PEOPLE: 4, d.ENVR_GLOBAL: 1}) == 4
    assert impact({d.SLA: 1}) == 1
    with pytest.raises(ValueError, match="at least one dimension"):
        impact({})


@pytest.mark.parametrize(
    ("dimension", "measured", "step"),
    [
        (ImpactDimension.ENVR_GLOBAL, 0.09, 1),
        (ImpactDimension.ENVR_GLOBAL, 0.1, 2),
        (ImpactDimension.ENVR_GLOBAL, 0.35, 3),
        (ImpactDimension.ENVR_GLOBAL, 0.8, 4),
        (ImpactDimension.ENVR_GLOBAL, 2.0, 4),
        (ImpactDimension.ENVR_GLOBAL, 2.01, 5),
        (ImpactDimension.ENVR_WORST_CELL, 0.29, 1),
        (ImpactDimension.ENVR_WORST_CELL, 5.1, 5),
        (ImpactDimension.GOLD_ACCURACY, 2, 3),
        (ImpactDimension.SLA, 15, 4),
        (ImpactDimension.SLA, 15.1, 5),
        (ImpactDimension.OVER_ENFORCEMENT, 0.4, 1),
        (ImpactDimension.DELIVERY_SLIP, 1, 1),
        (ImpactDimension.DELIVERY_SLIP, 5, 3),
        (ImpactDimension.DELIVERY_SLIP, 41, 5),
    ],
)
def test_measured_impact_has_a_step(dimension: ImpactDimension, measured: float, step: int) -> None:
    assert IMPACT_SCALES[dimension].step_of(measured) == step


def test_every_dimension_has_five_texts_and_four_or_no_bounds() -> None:
    assert set(IMPACT_SCALES) == set(ImpactDimension)
    for scale in IMPACT_SCALES.values():
        assert len(scale.words) == 5
        assert len(scale.bounds) in (0, 4)
        assert list(scale.bounds) == sorted(scale.bounds)
    assert [anchor.step for anchor in LIKELIHOOD_ANCHORS] == [1, 2, 3, 4, 5]
    with pytest.raises(ValueError, match="judged, not measured"):
        IMPACT_SCALES[ImpactDimension.PEOPLE].step_of(3)


@pytest.mark.parametrize(
    ("text", "whole"),
    [("0", 0), ("0.4", 0), ("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.499", 2), ("4", 4)],
)
def test_half_rounds_up(text: str, whole: int) -> None:
    assert round_half_up(Decimal(text)) == whole


PREVENTIVE, DETECTIVE = MitigationKind.PREVENTIVE, MitigationKind.DETECTIVE


@pytest.mark.parametrize(
    ("inherent", "effects", "residual", "target"),
    [
        ((4, 4), [], (4, 4), (4, 4)),
        ((4, 4), [(S.PROPOSED, 2, 2)], (4, 4), (4, 4)),
        ((4, 4), [(S.APPROVED, 2, 1)], (4, 4), (2, 3)),
        ((4, 4), [(S.IN_PROGRESS, 2, 1)], (4, 4), (2, 3)),
        ((4, 4), [(S.BLOCKED, 2, 1)], (4, 4), (2, 3)),
        ((4, 4), [(S.IMPLEMENTED, 2, 0)], (3, 4), (2, 4)),
        ((4, 4), [(S.VERIFYING, 2, 0)], (3, 4), (2, 4)),
        ((4, 4), [(S.EFFECTIVE, 2, 0)], (2, 4), (2, 4)),
        ((4, 4), [(S.PARTIAL, 2, 0)], (3, 4), (3, 4)),
        ((4, 4), [(S.INEFFECTIVE, 2, 2)], (4, 4), (4, 4)),
        ((4, 4), [(S.CANCELLED, 2, 2)], (4, 4), (4, 4)),
        # Halves add up before they are rounded: 0.5 rounds up alone, two of them make one.
        ((4, 4), [(S.IMPLEMENTED, 1, 0)], (3, 4), (3, 4)),
        ((4, 4), [(S.IMPLEMENTED, 1, 0), (S.IMPLEMENTED, 1, 0)], (3, 4), (2, 4)),
        ((4, 4), [(S.IMPLEMENTED, 1, 0), (S.EFFECTIVE, 1, 0)], (2, 4), (2, 4)),
        # Never below 1.
        ((2, 2), [(S.EFFECTIVE, 4, 4), (S.EFFECTIVE, 4, 4)], (1, 1), (1, 1)),
        # What only detects takes nothing off likelihood.
        ((4, 4), [(S.EFFECTIVE, 2, 1, DETECTIVE)], (4, 3), (4, 3)),
        ((4, 4), [(S.EFFECTIVE, 2, 1, MitigationKind.CONTINGENCY)], (4, 3), (4, 3)),
        ((4, 4), [(S.EFFECTIVE, 2, 1, MitigationKind.CORRECTIVE)], (2, 3), (2, 3)),
    ],
)
def test_residual_and_target(
    inherent: tuple[int, int],
    effects: list[tuple[S, int, int] | tuple[S, int, int, MitigationKind]],
    residual: tuple[int, int],
    target: tuple[int, int],
) -> None:
    made = [Effect(*effect) for effect in effects]
    assert computed_residual(Level(*inherent), made) == Level(*residual)
    assert computed_target(Level(*inherent), made) == Level(*target)


@given(LEVEL, st.lists(EFFECT, max_size=6))
def test_residual_is_the_formula_of_the_model(inherent: Level, effects: list[Effect]) -> None:
    halves = {S.IMPLEMENTED: 1, S.VERIFYING: 1, S.PARTIAL: 1, S.EFFECTIVE: 2}

    def left(start: int, name: str) -> int:
        off: Fraction = sum(
            (Fraction(halves.get(one.status, 0), 2) * getattr(one, name) for one in effects),
            Fraction(),
        )
        return max(1, start - floor(off + Fraction(1, 2)))

    found = computed_residual(inherent, effects)
    assert found.likelihood == left(inherent.likelihood, "counted_delta_likelihood")
    assert found.impact == left(inherent.impact, "delta_impact")


@given(LEVEL, st.lists(EFFECT, max_size=6))
def test_target_is_below_residual_is_below_inherent(inherent: Level, effects: list[Effect]) -> None:
    residual, target = computed_residual(inherent, effects), computed_target(inherent, effects)
    for low, high in ((target, residual), (residual, inherent)):
        assert low.likelihood <= high.likelihood
        assert low.impact <= high.impact


@given(LEVEL, st.permutations([Effect(S.IMPLEMENTED, 1, 1), Effect(S.EFFECTIVE, 1, 2)]))
def test_order_of_effects_does_not_count(inherent: Level, effects: list[Effect]) -> None:
    assert computed_residual(inherent, effects) == computed_residual(inherent, effects[::-1])


NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)


def test_override_counts_until_it_lapses() -> None:
    residual = Residual(Level(4, 4), Level(2, 3), NOW)
    before = NOW - timedelta(microseconds=1)
    assert residual.effective_at(before) == Level(2, 3)
    assert residual.gap_bands(before) == 2
    assert residual.effective_at(NOW) == Level(4, 4)
    assert residual.gap_bands(NOW) == 0


def test_gap_has_no_sign_and_needs_an_override() -> None:
    assert Residual(Level(1, 1), Level(5, 5), NOW).gap_bands(NOW - timedelta(days=1)) == 3
    assert Residual(Level(3, 3)).gap_bands(NOW) == 0
    assert Residual(Level(3, 3)).effective_at(NOW) == Level(3, 3)


def test_worst_band() -> None:
    assert worst([Band.LOW, Band.HIGH, Band.MEDIUM]) is Band.HIGH
    assert worst([]) is None
