"""Intervals against published tables, hand calculation and simulated coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from riskreg.quant.intervals import (
    difference,
    minimum_detectable_effect,
    paired_shift,
    poisson_rate,
    rogan_gladen,
    run_ratio,
    sample_size,
    shift_between,
    stratified,
    wilson,
)

BPS = 1e-4


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # R. G. Newcombe, Stat. Med. 17 (1998) 857, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_what_newcombe_prints(successes: int, n: int, low: float, high: float) -> None:
    found = wilson(successes, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.00005)
    assert (found.value, found.n) == (successes / n, n)


@pytest.mark.parametrize(
    ("right", "n", "low"), [(48, 50, 86.5), (190, 200, 91.0), (380, 400, 92.4)]
)
def test_lower_bound_of_a_gate(right: int, n: int, low: float) -> None:
    assert 100 * wilson(right, n).low == pytest.approx(low, abs=0.05)  # insights.md 7


@pytest.mark.parametrize(("n", "half"), [(20_000, 5.4), (140_000, 2.0), (560_000, 1.0)])
def test_envr_of_a_day_is_noise(n: int, half: float) -> None:
    found = wilson(15 * BPS * n, n)  # insights.md 3
    assert (found.high - found.low) / 2 / BPS == pytest.approx(half, abs=0.05)
    assert 1.96 * found.standard_error / BPS == pytest.approx(half, abs=0.05)


@pytest.mark.parametrize(("successes", "low", "high"), [(0, 0, 0.2775), (10, 0.7225, 1)])
def test_bounds_end_where_a_proportion_ends(successes: int, low: float, high: float) -> None:
    found = wilson(successes, 10)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.00005)
    assert found.low in {0.0, 1 - found.high} or found.high == 1.0
    p = 0.5 / 11
    assert found.standard_error == pytest.approx(math.sqrt(p * (1 - p) / 10), abs=1e-12)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (1, -1), (3, 2), (-1, 2), (1, math.inf)])
def test_what_is_no_proportion_is_refused(successes: float, n: float) -> None:
    with pytest.raises(ValueError, match=r"sample|fit"):
        wilson(successes, n)


def test_confidence_is_a_share() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1, 2, 95)


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [
        # F. Garwood, Biometrika 28 (1936), as in Pearson and Hartley's table 40.
        (0, 0.0, 3.69),
        (1, 0.0253, 5.57),
        (2, 0.242, 7.22),
        (5, 1.62, 11.67),
        (10, 4.80, 18.39),
        (50, 37.11, 65.92),
    ],
)
def test_poisson_bounds_are_garwoods(events: int, low: float, high: float) -> None:
    found = poisson_rate(events, 2)
    assert 2 * found.low == pytest.approx(low, abs=0.005)
    assert 2 * found.high == pytest.approx(high, abs=0.005)
    assert (found.value, found.n) == (events / 2, 2)


def test_poisson_bounds_are_exact_for_few_events() -> None:
    # At 1 event the lower bound solves 1 - exp(-m) = .025, at none the upper exp(-m) = .025.
    assert poisson_rate(1, 1).low == pytest.approx(-math.log(0.975), rel=1e-12)
    assert poisson_rate(0, 1).high == pytest.approx(-math.log(0.025), rel=1e-12)
    assert poisson_rate(0, 1).standard_error == math.sqrt(0.5)


def test_poisson_bounds_have_no_step_where_the_closed_form_begins() -> None:
    below, above = poisson_rate(9_999.999, 1), poisson_rate(10_000.001, 1)
    assert above.low - below.low == pytest.approx(0.002, abs=0.0005)
    assert above.high - below.high == pytest.approx(0.002, abs=0.0005)


@pytest.mark.parametrize(("events", "exposure"), [(-1, 1), (1, 0), (math.nan, 1), (1, math.inf)])
def test_what_is_no_rate_is_refused(events: float, exposure: float) -> None:
    with pytest.raises(ValueError, match=r"exposure|counted"):
        poisson_rate(events, exposure)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # R. G. Newcombe, Stat. Med. 17 (1998) 873, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_difference_is_what_newcombe_prints(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference(wilson(*first), wilson(*second))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.00005)
    assert found.value == pytest.approx(first[0] / first[1] - second[0] / second[1])
    assert found.n == min(first[1], second[1])


def test_stratified_by_hand() -> None:
    found = stratified([3, 1], [10, 4], [100, 200])
    assert found.value == pytest.approx(0.75 * 0.1 + 0.25 * 0.02, abs=1e-12)
    variance = 0.75**2 * 0.1 * 0.9 / 100 + 0.25**2 * 0.02 * 0.98 / 200
    assert found.standard_error == pytest.approx(math.sqrt(variance), abs=1e-12)
    assert found.n == 300


@given(st.integers(0, 50), st.integers(1, 500))
def test_one_stratum_is_wilson(successes: int, n: int) -> None:
    assume(successes <= n)
    one, plain = stratified([2], [successes], [n]), wilson(successes, n)
    for name in ("value", "low", "high", "standard_error", "n"):
        assert getattr(one, name) == pytest.approx(getattr(plain, name), abs=1e-12)


def test_strata_without_a_success_are_not_certain() -> None:
    found = stratified([1, 1], [0, 0], [1000, 1000])
    p = 0.5 / 1001
    assert found.value == found.low == 0
    assert found.standard_error == pytest.approx(math.sqrt(p * (1 - p) / 2000), abs=1e-12)
    # As good as 2000 items with no success.
    assert found.high == pytest.approx(wilson(0, 2000).high, rel=0.002)


def test_empty_strata_are_named() -> None:
    with pytest.raises(ValueError, match="strata 1, 3"):
        stratified([1, 1, 1, 1], [0, 0, 0, 0], [10, 0, 10, 0])


@pytest.mark.parametrize(
    ("weights", "successes", "sizes"),
    [([], [], []), ([1], [1, 1], [2, 2]), ([0, 0], [1, 1], [2, 2]), ([2, -1], [1, 1], [2, 2])],
)
def test_what_is_no_strata_is_refused(
    weights: list[float], successes: list[float], sizes: list[float]
) -> None:
    with pytest.raises(ValueError, match=r"strata|shares"):
        stratified(weights, successes, sizes)


def test_stratified_interval_covers_as_often_as_it_says() -> None:
    # demo.md 5.2: twelve markets by view share, a policy area of about 1 bps, a day's sample.
    shares = [0.19, 0.14, 0.12, 0.10, 0.08, 0.07, 0.06, 0.05, 0.05, 0.05, 0.05, 0.04]
    rates = np.linspace(0.6, 1.4, 12) * BPS
    truth = float(np.dot(shares, rates))
    rng = np.random.default_rng(20)
    hits = 0
    for _ in range(2000):
        found = stratified(shares, list(rng.binomial(30_000, rates)), [30_000] * 12)
        hits += found.low <= truth <= found.high
    assert 0.94 <= hits / 2000 <= 0.97


@pytest.mark.parametrize(
    ("observed", "specificity"), [(14.5, 0.9999), (18.5, 0.9995), (23.5, 0.999)]
)
def test_rogan_gladen_undoes_the_error_of_reviewers(observed: float, specificity: float) -> None:
    # glossary.md 3.1: what reviewers of sensitivity .90 see where 15 bps are true, to .05 bps.
    assert rogan_gladen(observed * BPS, 0.9, specificity) / BPS == pytest.approx(15, abs=0.06)


def test_rogan_gladen_stays_a_proportion() -> None:
    assert rogan_gladen(0.0, 0.9, 0.999) == 0
    assert rogan_gladen(0.95, 0.9, 0.999) == 1


def test_reviewers_no_better_than_chance_correct_nothing() -> None:
    with pytest.raises(ValueError, match="more than 1"):
        rogan_gladen(0.1, 0.4, 0.6)
    with pytest.raises(ValueError, match="between 0 and 1"):
        rogan_gladen(15, 0.9, 0.99)


def test_paired_shift_by_hand() -> None:
    found = paired_shift(1000, old_only=12, new_only=30, both=50)
    assert found.offset == pytest.approx(0.018, abs=1e-12)
    assert found.offset_se == pytest.approx(math.sqrt(42 - 18**2 / 1000) / 1000, abs=1e-12)
    assert found.low == pytest.approx(0.018 - 1.96 * found.offset_se, abs=1e-6)
    assert found.high == pytest.approx(0.018 + 1.96 * found.offset_se, abs=1e-6)
    assert found.factor == pytest.approx(80 / 62, abs=1e-12)
    reach = math.exp(1.959964 * math.sqrt(42 / (80 * 62)))
    assert found.factor_low == pytest.approx(80 / 62 / reach, rel=1e-6)
    assert found.factor_high == pytest.approx(80 / 62 * reach, rel=1e-6)


def test_a_bridge_without_a_flip_is_not_certain() -> None:
    found = paired_shift(1000, 0, 0, 60)
    assert (found.offset, found.factor) == (0, 1)
    assert found.offset_se == pytest.approx(math.sqrt(0.5) / 1000, abs=1e-12)
    assert found.factor_low is not None
    assert found.factor_low < 1


def test_no_factor_without_a_negative_item() -> None:
    for found in (paired_shift(1000, 0, 5, 0), run_ratio(0, 1000, 5, 1000)):
        assert found.offset == 0.005
        assert (found.factor, found.factor_low, found.factor_high) == (None, None, None)


def test_a_bridge_of_more_labels_than_items_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        paired_shift(10, 4, 4, 4)
    with pytest.raises(ValueError, match="below 0"):
        paired_shift(10, -1, 4, 4)


def test_run_ratio_by_hand() -> None:
    found = run_ratio(10, 100, 20, 100)
    assert found.factor == pytest.approx(2, abs=1e-12)
    reach = math.exp(1.959964 * math.sqrt(0.9 / 10 + 0.8 / 20))
    assert found.factor_low == pytest.approx(2 / reach, rel=1e-6)
    assert found.factor_high == pytest.approx(2 * reach, rel=1e-6)
    assert found.offset == pytest.approx(0.1, abs=1e-12)
    assert found.offset_se == pytest.approx(math.sqrt(0.1 * 0.9 / 100 + 0.2 * 0.8 / 100))
    moved = difference(wilson(20, 100), wilson(10, 100))
    assert (found.low, found.high) == (moved.low, moved.high)
    assert found == shift_between(wilson(10, 100), wilson(20, 100))


@pytest.mark.parametrize(("n", "effect"), [(140_000, 4.1), (560_000, 2.05), (2_000_000, 1.08)])
def test_minimum_detectable_effect_of_the_glossary(n: int, effect: float) -> None:
    found = minimum_detectable_effect(15 * BPS, n, n) / BPS  # glossary.md 3.6.8
    assert found == pytest.approx(effect, abs=0.006)


@given(st.floats(0.0001, 0.5), st.floats(0.05, 0.5), st.floats(0.5, 0.95))
def test_sample_size_undoes_the_effect(p: float, share: float, power: float) -> None:
    n = sample_size(p, share * p, power)
    assert minimum_detectable_effect(p, n, n, power) <= share * p * (1 + 1e-9)
    assert minimum_detectable_effect(p, n - 1, n - 1, power) > share * p * (1 - 1e-9)


def test_effects_need_a_sample_and_a_power() -> None:
    with pytest.raises(ValueError, match="sample"):
        minimum_detectable_effect(0.1, 0, 10)
    with pytest.raises(ValueError, match="power"):
        sample_size(0.1, 0.01, power=1)
    with pytest.raises(ValueError, match="nothing"):
        sample_size(0.1, 0)
