"""Observations come in: what is new becomes a revision, what counts now is kept in step.

All of it happens in the entry of the caller, and one row of the journal covers it with a digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.bulk import Spans, append, keep_current, put
from riskreg.kit.db import announce, maintain, new_key, visible_everywhere
from riskreg.kit.tables import NEVER
from riskreg.kit.view import KEYS, Alias, View
from riskreg.metrics.events import ObservationsRecorded, SeriesTold
from riskreg.metrics.known import GAP_DAYS, NUMBERS, VALUES, newest_known
from riskreg.metrics.models import (
    LatestValue,
    Metric,
    MetricSeries,
    Observation,
    ObservationBatch,
    Rejection,
)
from riskreg.metrics.rules_freshness import FIRST_REVISION, stale_after
from riskreg.metrics.rules_ingest import (
    NO_END,
    Checked,
    Columns,
    Ints,
    RejectCode,
    Rejected,
    SeriesFacts,
    check,
    instants,
)

CHUNK = 500
OBSERVATIONS: Table = Observation.__table__  # type: ignore[assignment]
LATEST: Table = LatestValue.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Outcome:
    """What came of a batch; `rejected` are the rows that were not kept, by their places."""

    batch: ObservationBatch
    rejected: tuple[Rejected, ...]


async def record(
    session: AsyncSession,
    view: View,
    columns: Columns,
    *,
    source: str | None = None,
    refused: Sequence[Rejected] = (),
) -> Outcome:
    """Keep the good rows of a batch: equal ones change nothing, others are a further revision.

    Rows are about series by number, whoever may see them: who may write what is the caller's
    business. `refused` are those of which the caller knows already that they are not good.
    """
    facts = await series_facts(session, view, np.unique(columns.series_no))
    checked = check(columns, list(facts.values()), view.now, refused)
    ends = {one.number: one.newest_day for one in facts.values() if one.newest_day}
    new = await _new(session, view, checked, ends)
    number = _next_number(session)
    if len(new.columns):
        await _store(session, new, number)
        await _keep_latest(session, new, facts, ends)
    rejected = tuple(sorted((*checked.rejected, *new.rejected), key=lambda one: one.index))
    restated = int((new.revisions > FIRST_REVISION).sum())
    batch = ObservationBatch(
        id=new_key(session),
        number=number,
        source=source,
        given=len(columns),
        accepted=len(new.columns) - restated,
        restated=restated,
        unchanged=len(checked.columns) - len(new.columns) - len(new.rejected),
        rejected=len(rejected),
        rejections=grouped(rejected),
        digest=digest(new),
    )
    session.add(batch)
    maintain(session, batch)  # who may write values need not see batches
    if len(new.columns):
        announce(session, ObservationsRecorded(batch.id, _told(new)))
    return Outcome(batch, rejected)


def grouped(rejected: Sequence[Rejected]) -> list[Rejection]:
    """Rejected rows as a batch keeps them."""
    places: dict[tuple[str, str, str], list[int]] = {}
    for one in rejected:
        places.setdefault((one.code.name, one.field, one.message), []).append(one.index)
    return [(*what, rows) for what, rows in places.items()]


def told_apart(rejections: Sequence[Rejection]) -> list[Rejected]:
    """The rejected rows that a batch keeps, by their places."""
    rows = [
        Rejected(row, RejectCode[code], field, message)
        for code, field, message, rows in rejections
        for row in rows
    ]
    return sorted(rows, key=lambda one: one.index)


async def series_facts(
    session: AsyncSession, view: View, numbers: NDArray[np.int64]
) -> dict[int, SeriesFacts]:
    """What ingest needs to know of each series that there is, by its number."""
    wide = visible_everywhere(view)
    query, found = wide.statement("facts of series", _facts), {}
    for start in range(0, len(numbers), CHUNK):
        part = {**wide.params, "keys": numbers[start : start + CHUNK].tolist()}
        for row in await session.execute(query, part):
            is_over = row.ended_at != NEVER
            found[row.number] = SeriesFacts(
                row.number,
                row.kind,
                row.scale,
                row.cadence,
                row.expected_lag_hours,
                row.ended_at.date().toordinal() if is_over else NO_END,
                row.newest.toordinal() if row.newest else 0,
            )
    return found


def _facts(view: View) -> Select[Any]:
    series: Alias = view.of(MetricSeries)
    metric: Alias = view.of(Metric)
    latest: Alias = view.of(LatestValue)
    told = (series.number, series.cadence, series.expected_lag_hours, series.ended_at)
    return (
        select(*told, metric.kind, metric.scale, latest.period_start.label("newest"))
        .join(metric, metric.id == series.metric_id)
        .outerjoin(latest, latest.series_no == series.number)
        .where(series.number.in_(KEYS))
    )


@dataclass(frozen=True)
class New:
    """Rows that say something new, by series and period, with their revisions and instants."""

    columns: Columns
    revisions: Ints
    recorded_at: NDArray[np.datetime64]
    rejected: tuple[Rejected, ...] = ()

    def take(self, rows: Ints) -> New:
        """Some of the rows, in that order."""
        return New(self.columns.take(rows), self.revisions[rows], self.recorded_at[rows])

    @cached_property
    def runs(self) -> tuple[Ints, Ints]:
        """The places of the first and the last row of each series."""
        numbers = self.columns.series_no
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        return starts, np.append(starts[1:] - 1, len(numbers) - 1)


async def _new(session: AsyncSession, view: View, checked: Checked, ends: dict[int, int]) -> New:
    """What is left of the good rows when those that say what is known are taken away."""
    good = checked.columns
    [now] = instants([view.now])
    told = np.full(len(good), now) if good.recorded_at is None else good.recorded_at
    known = await newest_known(session, good, ends)
    changed = ~known.equal(good)
    early = changed & (known.revisions > 0) & (told < known.recorded_at)
    message = "This period was told at a later time already."
    late = [
        Rejected(int(row), RejectCode.BEFORE_KNOWN, "recordedAt", message)
        for row in checked.rows[early]
    ]
    keep = np.flatnonzero(changed & ~early)
    return New(good.take(keep), known.revisions[keep] + 1, told[keep], tuple(late))


def _next_number(session: AsyncSession) -> int:
    """The place of the next batch in the entry."""
    number: int = session.info.get("batches", 0) + 1
    session.info["batches"] = number
    return number


async def _store(session: AsyncSession, new: New, number: int) -> None:
    """Append the rows, and let them be what counts now."""
    mark = {"entry_seq": session.info["entry"].seq, "batch_no": number}
    columns = _arrays(new)
    marked = {name: np.full(len(new.revisions), value) for name, value in mark.items()}
    await append(session, OBSERVATIONS, {**columns, **marked})
    await keep_current(
        session,
        (OBSERVATIONS, VALUES),
        columns,
        told_before=new.revisions > FIRST_REVISION,
        spans=Spans.around(new.columns.series_no, new.columns.period_start, gap=GAP_DAYS),
        mark=mark,
    )


async def _keep_latest(
    session: AsyncSession, new: New, facts: dict[int, SeriesFacts], ends: dict[int, int]
) -> None:
    """Note the newest period of each series that has a newer one now, or another value of it."""
    _, last = new.runs
    numbers, days = new.columns.series_no, new.columns.period_start
    rows = [at for at in last if days[at] >= ends.get(int(numbers[at]), 0)]
    if not rows:
        return
    newest = new.take(np.array(rows, dtype=np.int64))
    stale = [
        stale_after(date.fromordinal(day), facts[number].cadence, facts[number].lag_hours)
        for number, day in zip(
            newest.columns.series_no.tolist(), newest.columns.period_start.tolist(), strict=True
        )
    ]
    is_first = not any(number in ends for number in newest.columns.series_no.tolist())
    write = append if is_first else put
    await write(session, LATEST, {**_arrays(newest), "stale_after": instants(stale)})


def _arrays(new: New) -> dict[str, NDArray[Any]]:
    """The columns that observations and current values share."""
    told = new.columns
    return {
        "series_no": told.series_no,
        "period_start": told.period_start,
        "revision": new.revisions,
        "recorded_at": new.recorded_at,
        **{name: getattr(told, name) for name in NUMBERS},
        "quality": told.quality,
    }


def _told(new: New) -> tuple[SeriesTold, ...]:
    starts, ends = new.runs
    days, numbers = new.columns.period_start, new.columns.series_no
    again = np.flatnonzero(new.revisions > FIRST_REVISION)
    cuts = np.searchsorted(again, starts[1:])
    return tuple(
        SeriesTold(
            int(numbers[start]),
            date.fromordinal(int(days[start])),
            date.fromordinal(int(days[end])),
            tuple(date.fromordinal(day) for day in days[restated].tolist()),
        )
        for start, end, restated in zip(starts, ends, np.split(again, cuts), strict=True)
    )


def digest(new: New) -> str:
    """The SHA-256 of rows by series and period, each column as little-endian numbers.

    Integers and microseconds since 1970 are 64 bits, what is not said is one NaN.
    """
    told, total = new.columns, hashlib.sha256()
    micros = new.recorded_at.astype("datetime64[us]").astype(np.int64)
    for whole in (told.series_no, told.period_start, new.revisions, micros, told.quality):
        total.update(whole.astype("<i8").tobytes())
    for name in NUMBERS:
        column = getattr(told, name)
        total.update(np.where(np.isnan(column), np.nan, column).astype("<f8").tobytes())
    return total.hexdigest()
