"""Judges what was told of while nobody judged: a job that comes by the hour.

Observations that are told of the usual way are judged with them. This finds what came another way,
and what was told while a risk was closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Executable, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Database, Fetch, Record, Rows
from riskreg.kit.jobs import Claimed, JobKind, Nothing
from riskreg.kit.view import View
from riskreg.metrics.models import MetricSeries, Observation
from riskreg.people.permits import SYSTEM
from riskreg.risks.models_kri import Kri, KriBreach
from riskreg.risks.service_kri_watch import Told, evaluate, running, verdicts
from riskreg.risks.watching import as_told


async def untold(db: Database) -> dict[str, date]:
    """The KRIs of which there is something to write, each with the first day that is new."""
    view = as_told(db.view(SYSTEM))

    async def fetch(statement: Executable) -> Rows:
        return await db.rows(view, statement)

    told = await _told_since(fetch, view)
    found = await verdicts(fetch, view, await _stored(fetch, view, told), told)
    changed = [one.watched.kri.id for one in found if one.differs()]
    return {key: told[key] for key in changed}


async def _told_since(fetch: Fetch, view: View) -> dict[str, date]:
    """The KRIs whose series were told of after they were judged last, and from which day on."""
    kri, series, seen = view.of(Kri), view.of(MetricSeries), view.of(Observation)
    query = (
        select(kri.id, func.min(seen.period_start).label("first"))
        .join(series, series.id == kri.series_id)
        .join(seen, seen.series_no == series.number)
        .where(seen.recorded_at > kri.updated_at, *running(view, kri))
        .group_by(kri.id)
    )
    return {row.id: row.first for row in await fetch(query)}


async def _stored(
    fetch: Fetch, view: View, keys: Iterable[str]
) -> tuple[Sequence[Record], Sequence[Record]]:
    found = []
    for model, name in ((Kri, "id"), (KriBreach, "kri_id")):
        alias: Any = view.of(model)
        columns = [getattr(alias, column.name) for column in model.__table__.columns]
        query = select(*columns).where(getattr(alias, name).in_(sorted(keys)))
        found.append(await fetch(query))
    kris, breaches = found
    return kris, [row for row in breaches if row.retracted_at is None]


async def _prepare(db: Database, _job: Claimed) -> Told | Nothing:
    return await untold(db) or Nothing.TO_DO


async def _evaluate(session: AsyncSession, view: View, told: Told) -> None:
    await evaluate(session, view, sorted(told), told)


EVALUATE_KRIS: JobKind[Told] = JobKind(effect=_evaluate, prepare=_prepare, cron="10 * * * *")
"""Writes an entry only if something is to be written."""
