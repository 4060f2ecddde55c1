"""Levels, the matrix that gives them a band, the anchors of the scales, and the residual.

Everything here is domain/model.md 4.3 and glossary.md 3.5 in code. The numbers are the default
configuration of the trade: dated rows replace them, and an assessment keeps those it used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from types import MappingProxyType

from riskreg.risks.rules import (
    Band,
    ImpactDimension,
    MitigationKind,
    MitigationStatus,
    Velocity,
)

STEPS = range(1, 6)
"""The steps of both scales."""

MOST_DELTA = 4
"""The most steps that one action may take off likelihood or impact."""

DEFAULT_HORIZON_DAYS = 90
"""The window that a likelihood speaks of, unless the risk says otherwise."""

OVERRIDE_LIFE = timedelta(days=90)
"""How long an assessor's own residual stands beside the computed one before it lapses."""

_LETTERS = {band.value[0]: band for band in Band}


@dataclass(frozen=True)
class Level:
    """A likelihood and an impact, each 1 to 5."""

    likelihood: int
    impact: int

    def __post_init__(self) -> None:
        if self.likelihood not in STEPS or self.impact not in STEPS:
            message = f"likelihood and impact are 1 to 5, not {self.likelihood} and {self.impact}"
            raise ValueError(message)

    @property
    def score(self) -> int:
        """Likelihood times impact: a key to sort by inside a band, never a quantity."""
        return self.likelihood * self.impact


@dataclass(frozen=True)
class Matrix:
    """The band of each level: a lookup table, not a product.

    `cells[likelihood - 1][impact - 1]`. A matrix is refused unless it is 5 by 5, never falls when
    likelihood or impact rises, and never jumps two bands between neighbours in a row or a column.
    """

    cells: tuple[tuple[Band, ...], ...]

    def __post_init__(self) -> None:
        if len(self.cells) != len(STEPS) or any(len(row) != len(STEPS) for row in self.cells):
            message = "a matrix has five rows of five bands"
            raise ValueError(message)
        for line in (*self.cells, *zip(*self.cells, strict=True)):
            if any(after.rank - before.rank not in (0, 1) for before, after in pairwise(line)):
                message = "a band may neither fall nor jump two bands from one cell to the next"
                raise ValueError(message)

    @classmethod
    def of(cls, *rows: str) -> Matrix:
        """The matrix written as five rows of letters, likelihood 5 first, impact 1 first."""
        try:
            cells = tuple(tuple(_LETTERS[letter] for letter in row.split()) for row in rows[::-1])
        except KeyError as error:
            message = f"a band is written as one of {', '.join(_LETTERS)}, not {error.args[0]!r}"
            raise ValueError(message) from None
        return cls(cells)

    def rows(self) -> tuple[str, ...]:
        """The rows of letters that `of` reads."""
        return tuple(" ".join(band.value[0] for band in row) for row in reversed(self.cells))

    def band(self, level: Level) -> Band:
        """The band of a level."""
        return self.cells[level.likelihood - 1][level.impact - 1]


DEFAULT_MATRIX = Matrix.of(
    "M H C C C",
    "L M H C C",
    "L M M H C",
    "L L M M H",
    "L L L L M",
)
"""The default matrix of model.md 4.3."""

_VELOCITY_RANK = {
    None: 0,
    Velocity.SLOW: 1,
    Velocity.MEDIUM: 2,
    Velocity.FAST: 3,
    Velocity.IMMEDIATE: 4,
}
_MOST_EXPOSURE = 99_999


def rank(
    level: Level,
    matrix: Matrix = DEFAULT_MATRIX,
    *,
    velocity: Velocity | None = None,
    exposure_bps: float = 0.0,
) -> int:
    """A whole number to sort risks by, gravest highest; fits in 32 bits.

    Band first, then score, then the median ENVR exposure (bps, to a thousandth, at most 99.999),
    then velocity. Age comes last and is left to the query.
    """
    exposure = min(round(max(exposure_bps, 0.0) * 1000), _MOST_EXPOSURE)
    grave = matrix.band(level).rank * 100 + level.score
    return (grave * (_MOST_EXPOSURE + 1) + exposure) * 10 + _VELOCITY_RANK[velocity]


def impact(dimensions: Mapping[ImpactDimension, int]) -> int:
    """The impact of a risk: the worst of its dimensions, never their mean."""
    if not dimensions:
        message = "an impact needs at least one dimension"
        raise ValueError(message)
    return max(dimensions.values())


@dataclass(frozen=True)
class LikelihoodAnchor:
    """What a step of the likelihood scale means: a range of probability within the horizon."""

    step: int
    at_least: float
    words: str


LIKELIHOOD_ANCHORS = (
    LikelihoodAnchor(1, 0.0, "less than 5 %"),
    LikelihoodAnchor(2, 0.05, "5 to 20 %"),
    LikelihoodAnchor(3, 0.20, "20 to 50 %"),
    LikelihoodAnchor(4, 0.50, "50 to 80 %"),
    LikelihoodAnchor(5, 0.80, "more than 80 %"),
)
"""Model.md 4.3. A bound belongs to the higher step, except 80 %, which the text puts in step 4."""


@dataclass(frozen=True)
class ImpactScale:
    """What the steps of one impact dimension mean.

    `bounds` are where steps 2 to 5 begin, in `unit`; a dimension that is judged and not measured
    has none. `words` has one text a step.
    """

    name: str
    unit: str
    bounds: tuple[float, ...]
    words: tuple[str, str, str, str, str]

    def step_of(self, measured: float) -> int:
        """The step for a measured value; a bound belongs to the higher step, but the last to 4."""
        if not self.bounds:
            message = f"{self.name} is judged, not measured"
            raise ValueError(message)
        *lower, last = self.bounds
        return 1 + sum(measured >= bound for bound in lower) + (measured > last)


def _measured(name: str, unit: str, bounds: tuple[float, float, float, float]) -> ImpactScale:
    one, two, three, four = (f"{bound:g}" for bound in bounds)
    words = (f"less than {one}", f"{one} to {two}", f"{two} to {three}", f"{three} to {four}")
    return ImpactScale(name, unit, bounds, (*words, f"more than {four}"))


_ENVR = ImpactScale(
    "ENVR uplift sustained for 28 days or more, global",
    "bps of views",
    (0.1, 0.3, 0.8, 2.0),
    (
        "less than 0.1",
        "0.1 to 0.3",
        "0.3 to 0.8",
        "0.8 to 2.0",
        "more than 2.0, or any confirmed child-safety leak",
    ),
)

IMPACT_SCALES: Mapping[ImpactDimension, ImpactScale] = MappingProxyType(
    {
        ImpactDimension.ENVR_GLOBAL: _ENVR,
        ImpactDimension.ENVR_WORST_CELL: _measured(
            "ENVR uplift sustained for 28 days or more, worst market and policy area",
            "bps of views",
            (0.3, 0.8, 2.0, 5.0),
        ),
        ImpactDimension.GOLD_ACCURACY: _measured("Drop of gold accuracy", "pp", (0.5, 1, 3, 6)),
        ImpactDimension.SLA: _measured("Shortfall of SLA", "pp", (1, 3, 7, 15)),
        ImpactDimension.OVER_ENFORCEMENT: _measured(
            "Rise of overturned appeals", "pp", (0.5, 1, 3, 6)
        ),
        ImpactDimension.DELIVERY_SLIP: ImpactScale(
            "Slip of a delivery",
            "working days",
            (2, 5, 15, 40),
            ("less than 2 days", "2 to 5 days", "1 to 3 weeks", "3 to 8 weeks", "over 8 weeks"),
        ),
        ImpactDimension.REGULATORY: ImpactScale(
            "Regulatory and reputation",
            "",
            (),
            (
                "none",
                "query answered by the team",
                "formal question",
                "regulator inquiry or national press",
                "sanction or global press",
            ),
        ),
        ImpactDimension.PEOPLE: ImpactScale(
            "People",
            "",
            (),
            ("none", "discomfort", "more sickness", "site-level harm", "serious harm"),
        ),
    }
)
"""The impact anchors of model.md 4.3."""


@dataclass(frozen=True)
class Effect:
    """What one action does to one risk: the steps it takes off, and how far it has come."""

    status: MitigationStatus
    delta_likelihood: int
    delta_impact: int
    kind: MitigationKind = MitigationKind.PREVENTIVE

    @property
    def counted_delta_likelihood(self) -> int:
        """The steps off likelihood; none for what only detects, or helps once it has happened."""
        return 0 if self.kind in NOT_ON_LIKELIHOOD else self.delta_likelihood


NOT_ON_LIKELIHOOD = frozenset({MitigationKind.DETECTIVE, MitigationKind.CONTINGENCY})
"""The kinds of action that change impact or velocity, never likelihood."""

_HALF = Decimal("0.5")
PROVEN: Mapping[MitigationStatus, Decimal] = MappingProxyType(
    {
        MitigationStatus.IMPLEMENTED: _HALF,
        MitigationStatus.VERIFYING: _HALF,
        MitigationStatus.EFFECTIVE: Decimal(1),
        MitigationStatus.PARTIAL: _HALF,
    }
)
"""The share e of an action's effect that counts now; nothing for any other state (model.md 4.3).

The haircut is the point: unverified counts half, ineffective nothing.
"""

HOPED: Mapping[MitigationStatus, Decimal] = MappingProxyType(
    {
        MitigationStatus.APPROVED: Decimal(1),
        MitigationStatus.IN_PROGRESS: Decimal(1),
        MitigationStatus.BLOCKED: Decimal(1),
        MitigationStatus.IMPLEMENTED: Decimal(1),
        MitigationStatus.VERIFYING: Decimal(1),
        MitigationStatus.EFFECTIVE: Decimal(1),
        MitigationStatus.PARTIAL: _HALF,
    }
)
"""The share e for the target: all of every approved action, or what its verdict has found."""


def round_half_up(value: Decimal) -> int:
    """The nearest whole number; a half goes up."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _lowered(
    inherent: Level, effects: Iterable[Effect], e: Mapping[MitigationStatus, Decimal]
) -> Level:
    likelihood = impact_ = Decimal(0)
    for effect in effects:
        share = e.get(effect.status, Decimal(0))
        likelihood += share * effect.counted_delta_likelihood
        impact_ += share * effect.delta_impact
    return Level(
        max(1, inherent.likelihood - round_half_up(likelihood)),
        max(1, inherent.impact - round_half_up(impact_)),
    )


def computed_residual(inherent: Level, effects: Iterable[Effect]) -> Level:
    """The level that is left by what is implemented now (model.md 4.3).

    Likelihood and impact alike: max(1, inherent - round_half_up(sum of e * delta)).
    """
    return _lowered(inherent, effects, PROVEN)


def computed_target(inherent: Level, effects: Iterable[Effect]) -> Level:
    """The level that would be left if every approved action succeeded."""
    return _lowered(inherent, effects, HOPED)


@dataclass(frozen=True)
class Residual:
    """What is left of a risk: computed from its actions, and an assessor's view until it lapses."""

    computed: Level
    asserted: Level | None = None
    asserted_until: datetime | None = None

    def effective_at(self, instant: datetime) -> Level:
        """The level that counts at that instant: the asserted one while it stands."""
        return self._standing_at(instant) or self.computed

    def gap_bands(self, instant: datetime, matrix: Matrix = DEFAULT_MATRIX) -> int:
        """How many bands the asserted level lies from the computed one; 0 when none stands."""
        asserted = self._standing_at(instant)
        if asserted is None:
            return 0
        return abs(matrix.band(asserted).rank - matrix.band(self.computed).rank)

    def _standing_at(self, instant: datetime) -> Level | None:
        if self.asserted is None or self.asserted_until is None:
            return None
        return self.asserted if instant < self.asserted_until else None


def worst(bands: Sequence[Band]) -> Band | None:
    """The gravest of some bands; None of none."""
    return max(bands, default=None)
