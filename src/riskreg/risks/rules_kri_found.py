"""What an evaluation finds, as it is stored and as it is said in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from riskreg.risks.rules_kri import BreachLevel, Comparator, KriBasis, KriRule, KriStatus
from riskreg.risks.rules_kri_episodes import Episode, consecutive
from riskreg.risks.rules_kri_reading import Reading


@dataclass(frozen=True)
class KriFound:
    """Columns of `Kri`: what it reads."""

    recorded_status: KriStatus
    evaluated_on: date | None
    value: float | None
    low: float | None
    high: float | None
    sample_size: float | None
    consecutive: int
    stale_after: datetime


@dataclass(frozen=True)
class BreachFound:
    """Columns of `KriBreach`: what an episode came to so far."""

    level: BreachLevel
    evidence: str
    threshold: float
    opened_on: date
    red_on: date | None
    peak_value: float
    peak_on: date
    peak_low: float | None
    peak_high: float | None
    peak_sample_size: float | None
    evaluated_on: date
    value: float | None
    low: float | None
    high: float | None
    sample_size: float | None
    consecutive: int
    closed_on: date | None


def kri_found(read: Sequence[Reading], found: Sequence[Episode], stale_after: datetime) -> KriFound:
    """What a KRI reads after these readings: the level of its open breach, or what is newest.

    An open breach keeps its level while samples are thin; without one they are told as such.
    """
    newest = read[-1] if read else None
    current = found[-1] if found and found[-1].closed_on is None else None
    if current is not None:
        status = KriStatus(current.level.value)
    elif newest is None or newest.status is KriStatus.INSUFFICIENT_SAMPLE:
        status = KriStatus.INSUFFICIENT_SAMPLE
    else:
        status = KriStatus.NORMAL
    return KriFound(
        recorded_status=status,
        evaluated_on=newest.on if newest else None,
        value=newest.value if newest else None,
        low=newest.low if newest else None,
        high=newest.high if newest else None,
        sample_size=newest.sample_size if newest else None,
        consecutive=current.consecutive if current else consecutive(read),
        stale_after=stale_after,
    )


def breach_found(episode: Episode, code: str, unit: str) -> BreachFound:
    """What an episode of the KRI of that code came to, in its metric's unit."""
    peak, newest = episode.peak, episode.newest
    return BreachFound(
        level=episode.level,
        evidence=evidence(episode, code, unit),
        threshold=episode.threshold,
        opened_on=episode.opened_on,
        red_on=episode.red_on,
        peak_value=peak.value or 0.0,
        peak_on=peak.on,
        peak_low=peak.low,
        peak_high=peak.high,
        peak_sample_size=peak.sample_size,
        evaluated_on=newest.on,
        value=newest.value,
        low=newest.low,
        high=newest.high,
        sample_size=newest.sample_size,
        consecutive=episode.consecutive,
        closed_on=episode.closed_on,
    )


def evidence(episode: Episode, code: str, unit: str) -> str:
    """What brought a breach to its level, in a sentence without its full stop.

    "KRI-7 RED on 2026-11-11: 28-day mean 2.91 bps (2.41–3.51), n 840,000, above 2.4".
    """
    raised = episode.raised
    value = f"{figure(raised.value or 0.0)} {unit_of(raised.rule.basis, unit)}"
    parts = [f"{_what(raised.rule)} {value}"]
    if raised.low is not None and raised.high is not None:
        parts[0] += f" ({figure(raised.low)}–{figure(raised.high)})"
    if raised.sample_size is not None:
        parts.append(f"n {round(raised.sample_size):,}")
    side = "above" if raised.rule.comparator is Comparator.ABOVE else "below"
    parts.append(f"{side} {figure(episode.threshold)}")
    return f"{code} {episode.level} on {raised.on.isoformat()}: {', '.join(parts)}"


def unit_of(basis: KriBasis, unit: str) -> str:
    """The unit that a KRI reads in."""
    return f"{unit} a day" if basis is KriBasis.RATE_OF_CHANGE else unit


def _what(rule: KriRule) -> str:
    days = f"{rule.window_days}-day"
    return {
        KriBasis.POINT: "value",
        KriBasis.WINDOW_MEAN: f"{days} mean",
        KriBasis.CI_BOUND: f"{days} mean",
        KriBasis.EWMA: "weighted mean",
        KriBasis.RATE_OF_CHANGE: f"{days} slope",
    }[rule.basis]


def figure(value: float) -> str:
    """A number with three digits that count, thousands in groups: 0.0123, 2.91, 14.7, 1,234."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return f"{value:f}".rstrip("0").rstrip(".") if "e" in text else text
