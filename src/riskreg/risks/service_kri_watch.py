"""Judges KRIs by what is known of their series, and keeps their breaches in step with that.

What an evaluation writes is a function of the numbers and the rules alone. So it does not matter
how often, how late or by how many it is run: where nothing is new, nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import (
    Fetch,
    Record,
    announce,
    fetcher,
    maintain,
    new_key,
    visible_everywhere,
)
from riskreg.kit.tables import LONG_AGO
from riskreg.kit.view import Alias, View
from riskreg.metrics.events import ObservationsRecorded
from riskreg.metrics.models import MetricSeries
from riskreg.metrics.rules_freshness import stale_after
from riskreg.risks import events
from riskreg.risks.models import Risk
from riskreg.risks.models_kri import Kri, KriBreach
from riskreg.risks.rules import ENDED
from riskreg.risks.rules_kri import BreachLevel
from riskreg.risks.rules_kri_episodes import (
    Episode,
    Known,
    Pair,
    episodes,
    judged,
    paired,
    since_when,
)
from riskreg.risks.rules_kri_found import BreachFound, KriFound, breach_found, kri_found
from riskreg.risks.service_kri_red import went_red
from riskreg.risks.watching import Watched, as_told, watched

Told = Mapping[str, date]
"""KRIs by key, each with the first day that was told anew."""


@dataclass(frozen=True)
class Verdict:
    """What an evaluation found of a KRI, beside what was noted before."""

    watched: Watched
    found: KriFound
    pairs: tuple[Pair, ...]
    noted: Mapping[str, Record]

    def differs(self) -> bool:
        """Whether anything is to be written."""
        if not _is_so(self.watched.kri, self.found):
            return True
        for episode, known in self.pairs:
            if episode is None or known is None:
                return True
            if not _is_so(self.noted[known.key], self.breach(episode)):
                return True
        return False

    def breach(self, episode: Episode) -> BreachFound:
        """What an episode of it came to."""
        return breach_found(episode, self.watched.kri.code, self.watched.series.unit)


def _is_so(row: Record, found: KriFound | BreachFound) -> bool:
    return all(getattr(row, one.name) == getattr(found, one.name) for one in fields(found))


def _note(row: Record, found: KriFound | BreachFound) -> None:
    for one in fields(found):
        setattr(row, one.name, getattr(found, one.name))


async def evaluate(
    session: AsyncSession, view: View, kri_ids: Sequence[str], told: Told | None = None
) -> None:
    """Judge these KRIs and note what is found: values, breaches opened, worsened and closed.

    `told` says from which day on a KRI's numbers are new; without it all of its watch is judged.
    Those that are paused or retired, or whose risk has ended, are left as they are.
    """
    await session.flush()
    every = visible_everywhere(view)
    kri: Any = every.of(Kri)
    query = select(kri).where(kri.id.in_(kri_ids), *running(every, kri)).order_by(kri.id)
    kris = list((await session.execute(query, every.params)).scalars())
    breach: Any = every.of(KriBreach)
    noted = select(breach).where(
        breach.kri_id.in_([one.id for one in kris]), breach.retracted_at.is_(None)
    )
    rows = list((await session.execute(noted, every.params)).scalars())
    known = as_told(view)
    for verdict in await verdicts(fetcher(session, known), known, (kris, rows), told):
        await _settle(session, view, verdict)


def running(every: View, kri: Alias) -> tuple[Any, ...]:
    """The conditions on KRIs that are judged at all."""
    risk: Alias = every.of(Risk)
    ended = select(risk.id).where(risk.recorded_status.in_(ENDED))
    return kri.retired_at.is_(None), kri.paused_at.is_(None), kri.risk_id.not_in(ended)


async def verdicts(
    fetch: Fetch,
    view: View,
    stored: tuple[Sequence[Record], Sequence[Record]],
    told: Told | None,
) -> list[Verdict]:
    """What each KRI reads, and its breaches; `stored` are the rows of KRIs and of breaches."""
    kris, breaches = stored
    return [
        _verdict(
            one,
            {row.id: row for row in breaches if row.kri_id == one.kri.id},
            None if told is None else told.get(one.kri.id),
        )
        for one in await watched(fetch, view, kris)
    ]


def _verdict(one: Watched, noted: Mapping[str, Record], told: date | None) -> Verdict:
    known = [Known(row.id, row.opened_on, row.closed_on) for row in noted.values()]
    begun = one.spells[0].from_on
    start, after = since_when(known, max(told or begun, begun))
    read = judged(one.observed, one.spells, start, after)
    found = episodes(read)
    days, series = one.observed.points.days, one.series
    stale = LONG_AGO
    if len(days):
        newest = date.fromordinal(int(days[-1]))
        stale = stale_after(newest, series.metric.cadence, series.lag_hours)
    changing = [row for row in known if row.touches(start, None)]
    return Verdict(one, kri_found(read, found, stale), paired(found, changing), noted)


async def _settle(session: AsyncSession, view: View, verdict: Verdict) -> None:
    kri: Kri = verdict.watched.kri
    before = kri.evaluated_on
    _note(kri, verdict.found)
    maintain(session, kri)
    opening: list[tuple[Episode, Any]] = []
    for episode, known in verdict.pairs:
        row = None if known is None else verdict.noted[known.key]
        if episode is None:
            _retract(session, view, row)
        elif row is None or (row.closed_on is not None and episode.closed_on is None):
            opening.append((episode, row))
        else:
            await _go_on(session, view, row, verdict.breach(episode))
    await session.flush()  # what closed is closed before anything opens: one is open at a time
    for episode, row in opening:
        found = verdict.breach(episode)
        if row is None:
            await _open(session, view, kri, found, is_news=_is_news(episode, before))
        else:  # restated numbers leave it open after all
            await _go_on(session, view, row, found)


def _retract(session: AsyncSession, view: View, row: Record) -> None:
    """The restated numbers would not have opened it; it stays, and says so."""
    maintain(session, row)
    row.retracted_at = view.now
    if row.closed_on is None:
        row.closed_on, row.closed_at = row.evaluated_on, view.now


async def _go_on(session: AsyncSession, view: View, row: Record, found: BreachFound) -> None:
    turned = found.level is BreachLevel.RED and row.level is not BreachLevel.RED
    if (found.closed_on is None) != (row.closed_on is None):
        row.closed_at = None if found.closed_on is None else view.now
    _note(row, found)
    maintain(session, row)
    if turned:
        await went_red(session, view, row)


async def _open(
    session: AsyncSession, view: View, kri: Kri, found: BreachFound, *, is_news: bool
) -> None:
    row = KriBreach(id=new_key(session), kri_id=kri.id, risk_id=kri.risk_id, opened_at=view.now)
    _note(row, found)
    row.closed_at = None if found.closed_on is None else view.now
    session.add(row)
    maintain(session, row)
    if is_news:
        announce(session, events.KriBreached(row.id, kri.id, kri.risk_id, found.level))
        if found.level is BreachLevel.RED:
            await went_red(session, view, row)


def _is_news(episode: Episode, before: date | None) -> bool:
    """Whether anybody is told: it is open, or it began after what was judged before.

    What had closed already when an indicator was set up, or when late numbers told of it, is noted
    and moves nobody.
    """
    return episode.closed_on is None or (before is not None and episode.opened_on > before)


async def judge_told(session: AsyncSession, view: View, happened: ObservationsRecorded) -> None:
    """The KRIs of the series that were told of, judged from the first day that is new."""
    first = {one.series_no: one.first for one in happened.series}
    every = visible_everywhere(view)
    kri, series = every.of(Kri), every.of(MetricSeries)
    query = (
        select(kri.id, series.number)
        .join(series, series.id == kri.series_id)
        .where(series.number.in_(sorted(first)), *running(every, kri))
    )
    rows = await fetcher(session, every)(query)
    told = {row.id: first[row.number] for row in rows}
    if told:
        await evaluate(session, view, sorted(told), told)
