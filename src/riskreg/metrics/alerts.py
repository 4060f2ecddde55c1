"""Which series stood out, and what may explain it: worked out when it is read."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, and_, func, select, true

from riskreg import settings
from riskreg.kit.clock import start_of
from riskreg.kit.db import Fetch, Record
from riskreg.kit.errors import BadInput
from riskreg.kit.journal import Entry
from riskreg.kit.view import Alias, View, visible_everywhere
from riskreg.metrics.models import Metric, MetricSeries, MetricVersion, ObservationBatch
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
KEPT_SERIES, KEPT_LOOKS = 4000, 50
"""The episodes of so many series, and of so many looks at all of them, are remembered."""

T = TypeVar("T")

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
    found = await _looked(fetch, view, [watching(row) for row in rows], days[1])
    first, last = (day.toordinal() for day in days)
    touching = [
        Alert(one, episode, one.watched.is_adverse(episode.direction))
        for one, episode in found
        if episode.first_day <= last and (episode.open or episode.last_day >= first)
    ]
    return sorted(touching, key=_gravest)


_GRAVITY = {severity: place for place, severity in enumerate(reversed(detect.Severity))}


def _gravest(alert: Alert) -> tuple[bool, int, int, int]:
    episode = alert.episode
    gravity = _GRAVITY[episode.severity]
    return not episode.open, gravity, -episode.first_day, alert.series.number


async def charts_of(
    fetch: Fetch, view: View, watched: Sequence[Watching], last: date
) -> dict[int, Charted]:
    """The chart of each series up to a day, by its number."""
    notes = await _notes(fetch, view)
    read = await _read(fetch, view, watched, last)

    def reckon() -> dict[int, Charted]:
        return {
            one.number: charted(read[one.number], one.watched, concerning(notes, one))
            for one in watched
        }

    return await asyncio.to_thread(reckon)


async def _read(
    fetch: Fetch, view: View, watched: Sequence[Watching], last: date
) -> Mapping[int, Points]:
    numbers = [one.number for one in watched]
    return await points(fetch, view, numbers, first=history_from(last), last=last)


def concerning(notes: Sequence[Note], one: Watching) -> tuple[Noted, ...]:
    """The notes about the metric and scope of a series, or of a part of it."""
    return tuple(
        note
        for metric_id, note in notes
        if metric_id in {None, one.metric_id} and note.scope.overlaps(one.scope)
    )


class _Memory(Generic[T]):
    """What was reckoned last, by a digest of all that it was reckoned from."""

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[bytes, T] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def get(self, key: bytes) -> T | None:
        """What was kept; it is forgotten later for having been asked for."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: bytes, reckoned: T) -> T:
        """The same; what nobody has asked for longest makes room for it."""
        with self._lock:
            self._kept[key] = reckoned
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return reckoned


_Looked: TypeAlias = Sequence[tuple[Watching, detect.Episode]]
_LOOKS: _Memory[_Looked] = _Memory(KEPT_LOOKS)
_EPISODES: _Memory[tuple[detect.Episode, ...]] = _Memory(KEPT_SERIES)
_ONE_AT_A_TIME = threading.Lock()


async def _looked(fetch: Fetch, view: View, watched: Sequence[Watching], last: date) -> _Looked:
    """All episodes up to a day: reckoned when anything was told since they were."""
    notes = await _notes(fetch, view)
    # What is told while a live view reads is in what it finds, but not in what it was told by
    # then: no past view may find that under the same key.
    is_live = view.seq is None
    key = _digest((is_live, await _told_by(fetch, view), last, watched, notes)).digest()
    known = _LOOKS.get(key)
    if known is not None:
        return known
    read = await _read(fetch, view, watched, last)

    def reckon() -> _Looked:  # to its end and kept, though nobody waits for it any more
        with _ONE_AT_A_TIME:  # who comes second finds the series remembered
            found = [
                (one, episode)
                for one in watched
                for episode in _episodes(read[one.number], one.watched, concerning(notes, one))
            ]
        return _LOOKS.keep(key, found)

    return await asyncio.to_thread(reckon)


def _episodes(
    points: Points, watched: Watched, notes: tuple[Noted, ...]
) -> tuple[detect.Episode, ...]:
    """The episodes of these very numbers, which are the same whenever they are reckoned."""
    digest = _digest((watched, notes))
    for column in (points.days, points.values, points.numerators, points.denominators):
        digest.update(column.tobytes())
    digest.update(points.partial.tobytes() + points.suspect.tobytes())
    key = digest.digest()
    known = _EPISODES.get(key)
    return _EPISODES.keep(key, charted(points, watched, notes).episodes) if known is None else known


def _digest(made_from: object) -> hashlib.blake2b:
    return hashlib.blake2b(repr(made_from).encode(), digest_size=16)


async def _told_by(fetch: Fetch, view: View) -> str | None:
    """The hash of the newest entry that told of observations: it stands for all of them."""
    batch: Alias = visible_everywhere(view).of(ObservationBatch)
    newest = select(func.max(batch.seq)).scalar_subquery()
    rows = await fetch(select(Entry.hash).where(Entry.seq == newest))
    return rows[0].hash if rows else None


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
