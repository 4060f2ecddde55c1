"""What a definition of a metric must hold together, and what tells two scopes apart."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from riskreg.metrics.rules import RATIOS, Direction, MetricFamily, MetricKind, Surface, Weighting

UNIT_SCALES = {"%": 100.0, "‰": 1000.0, "bps": 10_000.0, "ppm": 1_000_000.0}
"""How many units a share of one is, by the first word of the unit."""


@dataclass(frozen=True)
class Definition:
    """A metric as it is defined at first, with its formula and how several series become one."""

    code: str
    name: str
    formula: str
    unit: str
    scale: float
    direction: Direction
    kind: MetricKind
    family: MetricFamily
    description: str | None = None
    weighting: Weighting = Weighting.POOLED
    band: tuple[float | None, float | None] = (None, None)
    paired_with: str | None = None


@dataclass(frozen=True)
class Problem:
    """Something that does not fit, and the field that would have to change."""

    field: str
    message: str


def scale_problems(unit: str, scale: float, kind: MetricKind) -> Iterator[Problem]:
    """A ratio has the scale that its unit says; other values come in their unit."""
    if not math.isfinite(scale) or scale <= 0:
        yield Problem("scale", "A scale is above 0.")
    elif kind not in RATIOS:
        if scale != 1:
            yield Problem("scale", f"Values of a {kind} come in their unit: its scale is 1.")
    else:
        word = unit.split(maxsplit=1)[0] if unit.strip() else ""
        wanted = UNIT_SCALES.get(word, scale)
        if scale != wanted:
            yield Problem("scale", f"A value in {word} is {wanted:g} times numerator/denominator.")


def band_problems(direction: Direction, low: float | None, high: float | None) -> Iterator[Problem]:
    """A target band has a bound, and in order; nothing else has one."""
    for name, bound in (("bandLow", low), ("bandHigh", high)):
        if bound is None:
            continue
        if direction is not Direction.TARGET_BAND:
            yield Problem(name, "Only a metric with a TARGET_BAND has a band.")
        elif not math.isfinite(bound):
            yield Problem(name, "A bound is a number.")
    if direction is Direction.TARGET_BAND and low is None and high is None:
        yield Problem("bandLow", "A TARGET_BAND needs a bound, bandLow or bandHigh or both.")
    if low is not None and high is not None and low >= high:
        yield Problem("bandHigh", "The band ends above where it begins.")


SCOPE = ("project_id", "policy_area_id", "market_id", "vendor_id", "surface", "label", "cohort")
"""What a series is about, in the order in which scopes are told apart and told."""


@dataclass(frozen=True)
class ScopeKeys:
    """What a series or a question is about, by keys; what is None is all of them."""

    project_id: str | None = None
    policy_area_id: str | None = None
    market_id: str | None = None
    vendor_id: str | None = None
    surface: Surface | None = None
    label: str | None = None
    cohort: str | None = None

    @property
    def values(self) -> tuple[str | None, ...]:
        """In the order of `SCOPE`."""
        return tuple(getattr(self, name) for name in SCOPE)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of what is not all of them."""
        return tuple(name for name in SCOPE if getattr(self, name) is not None)

    def covers(self, other: ScopeKeys) -> bool:
        """Whether the other is about a part of this, or about the same."""
        return all(getattr(self, name) in (None, getattr(other, name)) for name in SCOPE)

    def overlaps(self, other: ScopeKeys) -> bool:
        """Whether there is something that both are about."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in SCOPE)
        return all(None in pair or pair[0] == pair[1] for pair in pairs)


def scope_key(scope: ScopeKeys) -> str:
    """The canonical text of a scope: two series of a version may not have the same."""
    return json.dumps(scope.values, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class VersionFacts:
    """A version of a metric; `breaking` says that its numbers differ in meaning from before."""

    key: str
    number: int
    valid_from: date
    breaking: bool
    weighting: Weighting


@dataclass(frozen=True)
class Era:
    """Versions of a metric whose numbers mean the same: from one breaking version to the next."""

    versions: tuple[VersionFacts, ...]
    until: date | None
    """The day on which the next breaking version begins; None while there is none."""

    @property
    def since(self) -> date:
        """The day from which its numbers hold."""
        return self.versions[0].valid_from

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its versions."""
        return tuple(one.key for one in self.versions)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its versions."""
        return tuple(one.number for one in self.versions)


def eras(versions: Sequence[VersionFacts]) -> tuple[Era, ...]:
    """The versions of one metric by eras, in order of their numbers."""
    found: list[list[VersionFacts]] = []
    for one in sorted(versions, key=lambda version: version.number):
        if one.breaking and found:
            found.append([one])
        elif found:
            found[-1].append(one)
        else:
            found = [[one]]
    ends = [*(after[0].valid_from for after in found[1:]), None]
    return tuple(Era(tuple(of), end) for of, end in zip(found, ends, strict=True))


def era_of(known: Sequence[Era], day: date) -> Era | None:
    """The era in force on a day: the newest that has begun; the first before any began."""
    begun = [era for era in known if era.since <= day]
    return begun[-1] if begun else (known[0] if known else None)


def era_with(known: Sequence[Era], number: int) -> Era | None:
    """The era that a version number is of."""
    return next((era for era in known if number in era.numbers), None)
