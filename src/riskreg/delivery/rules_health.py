"""The health of a project: the worst of what it is made of, each with its reason (BR 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from riskreg.delivery.rules import (
    AttainmentGap,
    Health,
    HealthPart,
    TargetBasis,
    TargetComparator,
)
from riskreg.delivery.rules_targets import Attainment, Terms
from riskreg.risks.rules_kri import Comparator, KriStatus

LONGEST_ASSERTION_DAYS = 14
"""How long a person's word may stand against the data (BR 1)."""

OF_METRIC: Mapping[str, HealthPart] = MappingProxyType(
    {
        "SLA": HealthPart.SLA,
        "GOLD_ACC": HealthPart.GOLD_ACCURACY,
        "BACKLOG_DAYS": HealthPart.BACKLOG,
    }
)
"""The metrics whose targets are part of a project's health."""

NEEDED = frozenset({HealthPart.SLA, HealthPart.GOLD_ACCURACY})
"""Without a target for these nothing good can be said of a project."""

_OF_KRI: Mapping[KriStatus, Health] = MappingProxyType(
    {
        KriStatus.NORMAL: Health.GREEN,
        KriStatus.AMBER: Health.AMBER,
        KriStatus.RED: Health.RED,
        KriStatus.INSUFFICIENT_SAMPLE: Health.UNKNOWN,
        KriStatus.STALE: Health.UNKNOWN,
        KriStatus.PAUSED: Health.UNKNOWN,
    }
)
_KRI_SAYS: Mapping[KriStatus, str] = MappingProxyType(
    {
        KriStatus.INSUFFICIENT_SAMPLE: "has too small a sample",
        KriStatus.STALE: "is stale",
        KriStatus.PAUSED: "is paused",
    }
)
_GAPS: Mapping[AttainmentGap, str] = MappingProxyType(
    {
        AttainmentGap.NO_SERIES: "is measured by no series",
        AttainmentGap.NO_DATA: "has no value in its window",
        AttainmentGap.STALE: "is stale",
        AttainmentGap.NO_INTERVAL: "has no interval to be judged by",
    }
)


@dataclass(frozen=True)
class Promise:
    """A target as health sees it: of which metric, for which vendor, and how it is met."""

    metric: str
    unit: str
    vendor: str | None
    terms: Terms
    found: Attainment


@dataclass(frozen=True)
class Watched:
    """A KRI as health sees it; `code` is None where it is not to be named."""

    code: str | None
    status: KriStatus
    comparator: Comparator
    amber: float
    red: float
    unit: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    sample_size: float | None = None


@dataclass(frozen=True)
class Component:
    """A part of a project's health; `health` is None where there is nothing to judge it by.

    Value, interval and sample are those of what makes it as bad as it is, in `unit`.
    """

    part: HealthPart
    health: Health | None
    why: str
    unit: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    sample_size: float | None = None


def derived(components: Sequence[Component]) -> Health:
    """The worst of what is judged; UNKNOWN where nothing is."""
    judged = [one.health for one in components if one.health is not None]
    return max(judged, default=Health.UNKNOWN)


def of_promises(part: HealthPart, promises: Sequence[Promise]) -> Component:
    """The worst of the targets of a part: the one that is missed by most, where several are."""
    if not promises:
        health = Health.UNKNOWN if part in NEEDED else None
        return Component(part, health, "No target is set.")
    worst = max(promises, key=_badness)
    window = worst.found.window
    said = _told(worst) + _others(
        [one for one in promises if one is not worst and one.found.health is worst.found.health],
        worst.found.health,
    )
    if window is None:
        return Component(part, worst.found.health, said, worst.unit)
    return Component(
        part,
        worst.found.health,
        said,
        worst.unit,
        window.value,
        window.low,
        window.high,
        window.sample_size,
    )


def _badness(promise: Promise) -> tuple[int, float]:
    distance = promise.found.distance
    return promise.found.health.rank, 0.0 if distance is None else -distance


def _others(others: Sequence[object], health: Health) -> str:
    if not others or health is Health.GREEN:
        return ""
    return f" {len(others)} more {'is' if len(others) == 1 else 'are'} {health.value}."


def _told(promise: Promise) -> str:
    """One sentence: what was found, how sure that is, and how it stands to the target."""
    whose = f"{promise.metric} of {promise.vendor}" if promise.vendor else promise.metric
    found, terms = promise.found, promise.terms
    if found.gap is AttainmentGap.INSUFFICIENT_SAMPLE:
        size = 0.0 if found.window is None else found.window.sample_size or 0.0
        asked = number(terms.min_sample)
        return f"{whose} has a sample of {number(size)}; the target asks for {asked}."
    if found.gap is not None:
        return f"{whose} {_GAPS[found.gap]}."
    assert found.window is not None and found.distance is not None  # noqa: S101, PT018 (no gap)
    side = "at least" if terms.comparator is TargetComparator.AT_LEAST else "at most"
    sure = ""
    if terms.basis is TargetBasis.BOUND:
        sure = f", {side} {amount(found.counted, promise.unit)} at 95 % confidence"
    verb = "misses" if found.distance < 0 else "meets"
    by = "" if found.health is Health.GREEN else f" by {number(abs(found.distance))}"
    return (
        f"{whose} is {amount(found.window.value, promise.unit)} over {terms.window_days} days"
        f"{sure}: it {verb} the target of {side} {amount(terms.value, promise.unit)}{by}."
    )


def of_kris(kris: Sequence[Watched]) -> Component:
    """The worst of the KRIs on ENVR that watch the project; retired ones watch nothing."""
    watching = [one for one in kris if one.status in _OF_KRI]
    if not watching:
        return Component(HealthPart.ENVR, None, "No KRI on ENVR watches it.")
    worst = max(watching, key=lambda one: (_OF_KRI[one.status].rank, one.code or ""))
    health = _OF_KRI[worst.status]
    same = [one for one in watching if one is not worst and _OF_KRI[one.status] is health]
    return Component(
        HealthPart.ENVR,
        health,
        _kri_told(worst) + _others(same, health),
        worst.unit,
        worst.value,
        worst.low,
        worst.high,
        worst.sample_size,
    )


def _kri_told(kri: Watched) -> str:
    name = kri.code or "A KRI"
    if kri.status in _KRI_SAYS:
        return f"{name} {_KRI_SAYS[kri.status]}."
    at = f" at {amount(kri.value, kri.unit)}" if kri.value is not None else ""
    if kri.status is KriStatus.NORMAL:
        return f"{name} is NORMAL{at}."
    limit = kri.red if kri.status is KriStatus.RED else kri.amber
    side = "above" if kri.comparator is Comparator.ABOVE else "below"
    return f"{name} is {kri.status.value}{at}; it is so {side} {amount(limit, kri.unit)}."


def of_risks(outside: Sequence[str | None]) -> Component:
    """RED with an open risk outside tolerance; `outside` are their codes, None for unnamed ones."""
    number_of = len(outside)
    if not number_of:
        return Component(HealthPart.RISKS, Health.GREEN, "No open risk is outside tolerance.")
    named = [code for code in outside if code is not None]
    more = number_of - len(named)
    names = ", ".join([*named, *([f"{more} more" if named else f"{more}"] if more else [])])
    noun = "risk is" if number_of == 1 else "risks are"
    said = f"Outside tolerance: {names}." if named else f"{names} {noun} outside tolerance."
    return Component(HealthPart.RISKS, Health.RED, said, "risks", float(number_of))


def amount(value: float | None, unit: str) -> str:
    """A value with its unit: "93.4 %"."""
    return "unknown" if value is None else f"{number(value)} {unit}".rstrip()


def number(value: float) -> str:
    """Digits in groups of three, with two decimals at most: "12,345" or "94.25"."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
