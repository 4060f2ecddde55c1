"""Jobs for tests: kinds whose effect is a row that can be counted, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database
from riskreg.kit.jobs import JOBS, Claimed, JobKind, Kinds, enqueue
from riskreg.kit.jobs_claims import Hands
from riskreg.kit.jobs_worker import Pace, Worker
from riskreg.kit.tables import LONG_AGO
from riskreg.kit.view import View
from riskreg.people.models import Team
from tests.kit.rows import WRITER

KIND = "found"
"""Founds a team of the name that the job is about."""


async def found(session: AsyncSession, view: View, job: Claimed) -> None:
    """The effect: a team, named after the job and the attempt, so that a second one would show."""
    session.add(Team(name=f"{job.payload['name']}.{job.attempt}"))


FOUNDING: Kinds = {KIND: JobKind(effect=found)}


def a_worker(db: Database, kinds: Kinds = FOUNDING, **pace: Any) -> Worker:
    """A worker without chance: it waits the whole of what may be waited."""
    return Worker(db, kinds, WRITER, pace=Pace(**{"jitter": lambda: 1.0, **pace}))


def hands(name: str = "hands", *kinds: str, seconds: float = 30) -> Hands:
    """The hands of a worker, to take jobs without working on them."""
    return Hands(name, WRITER, kinds or (KIND,), timedelta(seconds=seconds))


async def enqueued(db: Database, *names: str, kind: str = KIND, **given: Any) -> list[str]:
    """The ids of jobs enqueued by one entry, one for each name."""

    async def work(session: AsyncSession, view: View) -> list[str]:
        return [await enqueue(session, kind, {"name": name}, **given) for name in names]

    return (await db.write(WRITER, Act("enqueue"), work)).result


@dataclass(frozen=True)
class Kept:
    """A job's row, without what only the machine cares for."""

    state: str
    attempt: int
    run_at: datetime
    error: str | None = None


async def kept(db: Database) -> dict[str, Kept]:
    """Every job by its id, oldest first."""
    columns = [JOBS.c[name] for name in ("id", "state", "attempt", "run_at", "error")]
    rows = await db.rows(db.view(WRITER), select(*columns).order_by(JOBS.c.id))
    return {row.id: Kept(row.state.value, row.attempt, row.run_at, row.error) for row in rows}


async def states(db: Database) -> list[str]:
    """The states of all jobs, oldest first."""
    return [one.state for one in (await kept(db)).values()]


async def column(db: Database, name: str) -> list[Any]:
    """One column of all jobs, oldest first."""
    rows = await db.rows(db.view(WRITER), select(JOBS.c[name]).order_by(JOBS.c.id))
    return [row[0] for row in rows]


async def teams(db: Database) -> list[str]:
    """The names of the teams that were founded, in the order of the alphabet."""
    one: Any = (view := db.view(WRITER)).of(Team)
    return sorted(row.name for row in await db.rows(view, select(one.name)))


async def let_leases_end(db: Database) -> None:
    """Set every lease to have ended long ago, as if the database's clock had gone on."""
    await db.note(update(JOBS).where(JOBS.c.lease_until.is_not(None)).values(lease_until=LONG_AGO))


def failing(*errors: Exception) -> tuple[JobKind[Claimed], list[int]]:
    """A kind whose preparation fails so often, in that way; and the attempts that were made."""
    left, seen = list(errors), []

    async def prepare(db: Database, job: Claimed) -> Claimed:
        seen.append(job.attempt)
        if left:
            raise left.pop(0)
        return job

    return JobKind(prepare=prepare, effect=found), seen


def only(kind: JobKind[Any]) -> Mapping[str, JobKind[Any]]:
    """A worker's kinds: this one."""
    return {KIND: kind}
