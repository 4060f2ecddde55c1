"""Which series stood out, and what may explain it: worked out when it is read."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, select, true

from riskreg import settings
from riskreg.kit.clock import start_of
from riskreg.kit.db import Fetch, Record
from riskreg.kit.errors import BadInput
from riskreg.kit.view import Alias, View
from riskreg.metrics.models import Metric, MetricSeries, MetricVersion
from riskreg.metrics.models_notes import MetricAnnotation
from riskreg.metrics.reading import points
from riskreg.metrics.rules import MetricFamily
from riskreg.metrics.rules_charts import Charted, Watched, charted, history_from
from riskreg.metrics.rules_definitions import SCOPE, ScopeKeys
from riskreg.metrics.rules_evaluation import Noted
from riskreg.metrics.rules_points import Points
from riskreg.metrics.rules_windows import MetricFacts
from riskreg.quant import detect

MOST_SERIES = 5000
KEPT = 4000
"""The episodes of so many series are remembered until a value or a note changes."""

Note = tuple[str | None, Noted]
"""The key of the one metric that a note is about, and the note."""


@dataclass(frozen=True)
class Watching:
    """A series that is watched."""

    number: int
    key: str
    metric_id: str
    scope: ScopeKeys
    watched: Watched


@dataclass(frozen=True)
class Alert:
    """An episode of a series."""

    series: Watching
    episode: detect.Episode
    is_adverse: bool | None


def watchings(view: View, condition: ColumnElement[bool]) -> Record:
    """The visible series that meet a condition over the aliases of series and metric."""
    series, metric = view.of(MetricSeries), view.of(Metric)
    version = view.of(MetricVersion)
    scope = [getattr(series, name) for name in SCOPE]
    return (
        select(
            *(series.id, series.number, series.metric_id, series.cadence, series.min_sample),
            *(metric.kind, metric.scale, metric.direction, version.weighting, *scope),
        )
        .join(metric, metric.id == series.metric_id)
        .join(version, version.id == series.version_id)
        .where(condition)
        .order_by(series.number)
    )


def watching(row: Record) -> Watching:
    """The series of a row of `watchings`."""
    facts = MetricFacts(row.kind, row.scale, row.cadence)
    watched = Watched(facts, row.direction, row.weighting, row.min_sample)
    scope = ScopeKeys(**{name: getattr(row, name) for name in SCOPE})
    return Watching(row.number, row.id, row.metric_id, scope, watched)


async def alerts(
    fetch: Fetch, view: View, days: tuple[date, date], family: MetricFamily | None
) -> list[Alert]:
    """The episodes of all visible series that touch the days: open ones first, gravest first.

    Of a series that had ended before, none goes on.
    """
    metric: Alias = view.of(Metric)
    series: Alias = view.of(MetricSeries)
    of_family = true() if family is None else metric.family == family
    measured = series.ended_at > start_of(days[0], settings.current().zone)
    rows = await fetch(watchings(view, and_(of_family, measured)))
    if len(rows) > MOST_SERIES:
        raise BadInput(f"{len(rows)} series are too many to look at at once: ask for one family")
    watched = [watching(row) for row in rows]
    read, notes = await _read(fetch, view, watched, days[1])

    def reckon() -> list[tuple[Watching, detect.Episode]]:
        with _ONE_AT_A_TIME:  # who comes second finds it remembered
            return [
                (one, episode)
                for one in watched
                for episode in _remembered(read[one.number], one.watched, concerning(notes, one))
            ]

    first, last = (day.toordinal() for day in days)
    found = [
        Alert(one, episode, one.watched.is_adverse(episode.direction))
        for one, episode in await asyncio.to_thread(reckon)
        if episode.first_day <= last and (episode.open or episode.last_day >= first)
    ]
    return sorted(found, key=_gravest)


_GRAVITY = {severity: place for place, severity in enumerate(reversed(detect.Severity))}


def _gravest(alert: Alert) -> tuple[bool, int, int, int]:
    episode = alert.episode
    gravity = _GRAVITY[episode.severity]
    return not episode.open, gravity, -episode.first_day, alert.series.number


async def charts_of(
    fetch: Fetch, view: View, watched: Sequence[Watching], last: date
) -> dict[int, Charted]:
    """The chart of each series up to a day, by its number."""
    found, notes = await _read(fetch, view, watched, last)

    def reckon() -> dict[int, Charted]:
        return {
            one.number: charted(found[one.number], one.watched, concerning(notes, one))
            for one in watched
        }

    return await asyncio.to_thread(reckon)


async def _read(
    fetch: Fetch, view: View, watched: Sequence[Watching], last: date
) -> tuple[Mapping[int, Points], Sequence[Note]]:
    numbers = [one.number for one in watched]
    found = await points(fetch, view, numbers, first=history_from(last), last=last)
    return found, await _notes(fetch, view)


def concerning(notes: Sequence[Note], one: Watching) -> tuple[Noted, ...]:
    """The notes about the metric and scope of a series, or of a part of it."""
    return tuple(
        note
        for metric_id, note in notes
        if metric_id in {None, one.metric_id} and note.scope.overlaps(one.scope)
    )


_MEMORY: OrderedDict[bytes, tuple[detect.Episode, ...]] = OrderedDict()
_ONE_AT_A_TIME = threading.Lock()


def _remembered(
    points: Points, watched: Watched, notes: tuple[Noted, ...]
) -> tuple[detect.Episode, ...]:
    """The episodes of these very numbers, which are the same whenever they are reckoned."""
    digest = hashlib.blake2b(repr((watched, notes)).encode(), digest_size=16)
    for column in (points.days, points.values, points.numerators, points.denominators):
        digest.update(column.tobytes())
    digest.update(points.partial.tobytes() + points.suspect.tobytes())
    key = digest.digest()
    known = _MEMORY.get(key)
    if known is None:
        known = _MEMORY[key] = charted(points, watched, notes).episodes
        if len(_MEMORY) > KEPT:
            _MEMORY.popitem(last=False)
    return known


async def _notes(fetch: Fetch, view: View) -> list[Note]:
    """Every note that the viewer sees, and the metric that it is about."""
    note = view.of(MetricAnnotation)
    scope = [getattr(note, name) for name in SCOPE]
    rows = await fetch(
        select(note.metric_id, note.kind, note.from_on, note.to_on, note.about, note.text, *scope)
    )
    return [
        (
            row.metric_id,
            Noted(
                row.kind,
                ScopeKeys(**{name: getattr(row, name) for name in SCOPE}),
                row.from_on,
                row.to_on,
                row.about,
                row.text,
            ),
        )
        for row in rows
    ]
