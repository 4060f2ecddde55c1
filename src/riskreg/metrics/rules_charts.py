"""How a series is watched: which chart, in which steps, which way, and what it does not learn from.

Ratios are standardised by their own samples. Samples of views, in which the negative ones are few,
are watched by the week and for worsening alone: their days are noise (domain/insights.md 3, 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from riskreg.metrics.rules import (
    AnnotationKind,
    Cadence,
    Direction,
    MetricKind,
    Weighting,
)
from riskreg.metrics.rules_evaluation import Noted
from riskreg.metrics.rules_points import Points
from riskreg.metrics.rules_windows import MetricFacts
from riskreg.quant import detect

WATCHED_LIMIT = 2.5
"""The limit where only worsening is watched, which is as quiet as 3 both ways
(docs/decisions/0017)."""
ONGOING_DAYS = 28
"""So long nothing is learnt from what goes on without an end; after that it is how things are."""
_WORSE = {Direction.LOWER: detect.Direction.UP, Direction.HIGHER: detect.Direction.DOWN}
_NOT_LEARNT_FROM = frozenset(
    {AnnotationKind.INCIDENT, AnnotationKind.HOLIDAY, AnnotationKind.DATA_ISSUE}
)


@dataclass(frozen=True)
class Watched:
    """What decides how a series is charted."""

    facts: MetricFacts
    direction: Direction
    weighting: Weighting
    min_sample: float

    @property
    def by_week(self) -> bool:
        """Whether days are put together to weeks."""
        daily = self.facts.cadence is Cadence.DAILY
        return daily and self.weighting is Weighting.VIEW_SHARE

    def is_adverse(self, way: detect.Direction) -> bool | None:
        """Whether moving this way is for the worse; None for a target band."""
        worse = _WORSE.get(self.direction)
        return None if worse is None else way is worse


def history_from(last: date) -> date:
    """Where a chart that ends on a day begins to learn: the same through a calendar year."""
    return date(last.year - 2, 1, 1)


def rules_of(
    watched: Watched, cadence: Cadence, notes: Sequence[Noted], points: Points
) -> detect.Rules:
    """The rules of a series' chart of periods of a cadence.

    A change of definition is a new ruler, so the level is learnt anew. A change of anything else is
    not: whether it did something is what the chart is looked at for. From incidents, holidays and
    broken data nothing is learnt.
    """
    declared = {note.first.toordinal() for note in notes if note.kind is AnnotationKind.DEFINITION}
    excluded = {
        (note.first.toordinal(), _last(note).toordinal())
        for note in notes
        if note.kind in _NOT_LEARNT_FROM
    }
    make = detect.Rules.daily if cadence is Cadence.DAILY else detect.Rules.weekly
    sampled = cadence is not watched.facts.cadence and watched.direction in _WORSE
    rules = make(
        limit=WATCHED_LIMIT if sampled else 3.0,
        watch=_WORSE[watched.direction] if sampled else None,
        minimum_sample=watched.min_sample,
        declared=tuple(sorted(declared)),
        excluded=tuple(sorted(excluded)),
        provisional_days=_provisional(points),
    )
    return replace(rules, step_days=30) if cadence is Cadence.MONTHLY else rules


def _last(note: Noted) -> date:
    return note.first + timedelta(days=ONGOING_DAYS - 1) if note.last is None else note.last


def _provisional(points: Points) -> int:
    """How many of the newest days the sender calls partial."""
    if not len(points.days) or not points.partial[-1]:
        return 0
    final = np.flatnonzero(~points.partial)
    last = int(points.days[final[-1]]) if len(final) else int(points.days[0]) - 1
    return int(points.days[-1]) - last


@dataclass(frozen=True)
class Charted:
    """A chart, how its values become those of the metric's unit, and how long its periods are."""

    chart: detect.Chart
    scale: float
    cadence: Cadence
    episodes: tuple[detect.Episode, ...]


def charted(points: Points, watched: Watched, notes: Sequence[Noted]) -> Charted:
    """The chart of a series and the times in which it stood out.

    What the sender calls suspect is left out. Ratios of which the counts are not known are charted
    as levels.
    """
    seen, cadence = points.trusted(), watched.facts.cadence
    if not _is_counted(seen, watched.facts.kind):
        levels = detect.Levels(seen.days, seen.values)
        chart = detect.chart_levels(levels, rules_of(watched, cadence, notes, seen))
        return Charted(chart, 1.0, cadence, detect.episodes(chart))
    samples = detect.Samples(seen.days, seen.numerators, seen.denominators)
    kind = detect.Kind(watched.facts.kind.value)
    if watched.by_week:
        samples, kind, cadence = detect.weekly(samples), detect.Kind.RATE, Cadence.WEEKLY
    chart = detect.chart_ratio(samples, rules_of(watched, cadence, notes, seen), kind)
    return Charted(chart, watched.facts.scale, cadence, detect.episodes(chart))


def _is_counted(points: Points, kind: MetricKind) -> bool:
    """Whether it is a ratio with all its counts, and no more of a share than were looked at."""
    if kind is MetricKind.RATE:
        return bool((points.numerators >= 0).all() and (points.denominators >= 0).all())
    is_share = kind is MetricKind.PROPORTION
    return is_share and bool((points.numerators <= points.denominators).all())
