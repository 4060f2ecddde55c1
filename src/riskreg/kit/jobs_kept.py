"""What operators see and do: figures, lists, another try for the dead, an end of what is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from riskreg.kit.db import Database
from riskreg.kit.errors import UserError
from riskreg.kit.jobs import JOBS, Claimed, JobKind, JobState, Nothing
from riskreg.kit.tables import Instant
from riskreg.kit.view import Actor

KEPT_DAYS = 7
"""How long a job that is done can be looked at."""
NOBODY = Actor("0" * 32, "jobs")
"""Who reads the table: it is no part of the register, so nobody's view hides or shows it."""

_COUNTS = select(JOBS.c.state, func.count().label("number")).group_by(JOBS.c.state)
_OLDEST = select(func.min(JOBS.c.run_at)).where(sql("state = 'READY'"))
_SHOWN = ("id", "kind", "key", "state", "attempt", "run_at", "finished_at", "worker", "error")
_FORGET = delete(JOBS).where(
    sql("state = 'DONE'"), JOBS.c.finished_at < bindparam("before", type_=Instant)
)
_RETRY = (
    update(JOBS)
    .where(JOBS.c.id == bindparam("job_id"), sql("state = 'DEAD'"))
    .values(
        state=JobState.READY,
        run_at=bindparam("at", type_=Instant),
        excused=JOBS.c.attempt,
        finished_at=None,
        worker=None,
    )
    .returning(JOBS.c.id)
)


@dataclass(frozen=True)
class JobFigures:
    """How the jobs stand: how many in each state, and for how long the oldest has been due."""

    counts: Mapping[JobState, int]
    oldest_ready_seconds: float


@dataclass(frozen=True)
class ShownJob:
    """A job as operators see it."""

    id: str
    kind: str
    key: str | None
    state: JobState
    attempt: int
    run_at: datetime
    finished_at: datetime | None
    worker: str | None
    error: str | None


async def figures(db: Database) -> JobFigures:
    """How the jobs stand now; 0 seconds where none is due."""
    view = db.view(NOBODY)
    counted = {row.state: row.number for row in await db.rows(view, _COUNTS)}
    [(oldest,)] = await db.rows(view, _OLDEST)
    late = (view.now - oldest).total_seconds() if oldest is not None else 0.0
    return JobFigures({state: counted.get(state, 0) for state in JobState}, max(late, 0.0))


async def listed(db: Database, state: JobState | None = None) -> Sequence[ShownJob]:
    """All jobs that are kept, or those in a state, oldest first."""
    query = select(*[JOBS.c[name] for name in _SHOWN]).order_by(JOBS.c.id)
    if state is not None:
        query = query.where(JOBS.c.state == state)
    return [ShownJob(*tuple(row)) for row in await db.rows(db.view(NOBODY), query)]


async def retry(db: Database, job_id: str) -> None:
    """Make a dead job ready again, with as many tries as a new one has.

    UserError NOT_FOUND for what is not dead, DUPLICATE where another does its work meanwhile.
    """
    try:
        found = await db.note(_RETRY, job_id=job_id, at=db.now())
    except IntegrityError:
        message = "Another job of the same kind and key is under way."
        raise UserError(message, code="DUPLICATE", field=("id",)) from None
    if not found:
        raise UserError(f"There is no dead job {job_id}.", code="NOT_FOUND", field=("id",))


async def _forget(db: Database, _job: Claimed) -> Nothing:
    await db.note(_FORGET, before=db.now() - timedelta(days=KEPT_DAYS))
    return Nothing.TO_DO


FORGET: JobKind[Nothing] = JobKind(prepare=_forget, cron="40 3 * * *")
"""Takes away what has been done for seven days; the dead stay until they are looked at."""
