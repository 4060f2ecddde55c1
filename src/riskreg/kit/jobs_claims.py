"""Taking a job, keeping it, and letting it go: each is one statement.

Two clocks. A lease is of the database's own, for workers on several machines must agree on when it
ends. What is due is told by the register's clock, which tests and the demo move; it is never
before the newest entry, so what an entry enqueues is due when it is committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from riskreg.kit.db import Database
from riskreg.kit.jobs import JOBS, SCHEDULES, Claimed, JobState
from riskreg.kit.journal import JournalHead
from riskreg.kit.tables import Instant
from riskreg.kit.view import Actor

LONGEST_ERROR = 2000


class Fenced(Exception):
    """The job is no longer in these hands: another worker took it when the lease had ended."""


class database_time(GenericFunction[datetime]):  # noqa: N801 (reads as a function of SQL)
    """The database's own present, so many seconds later."""

    type = Instant()
    inherit_cache = True


@compiles(database_time, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **given: Any) -> str:
    seconds = compiler.process(element.clauses, **given)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', printf('%+.3f seconds', {seconds})) || '000')"


@compiles(database_time, "postgresql")
def _on_postgresql(element: Any, compiler: SQLCompiler, **given: Any) -> str:
    seconds = compiler.process(element.clauses, **given)
    return f"(clock_timestamp() + make_interval(secs => {seconds}))"


def _given(name: str, kind: Any) -> BindParameter[Any]:
    return bindparam(name, type_=kind)


_KINDS: Any = bindparam("kinds", expanding=True)
_NOW: Any = _given("now", Instant)
_HELD: Any = database_time(_given("seconds", Float))
# Said as text, so that both engines see that the partial indexes serve.
_READY, _RUNNING = sql("state = 'READY'"), sql("state = 'RUNNING'")
_NEWEST = select(JournalHead.at).scalar_subquery()
_IS_DUE: ColumnElement[bool] = or_(JOBS.c.run_at <= _NOW, JOBS.c.run_at <= _NEWEST)
_HAS_EXPIRED = JOBS.c.lease_until < database_time(0.0)


def _first(*conditions: Any, order: ColumnElement[Any]) -> Any:
    found = select(JOBS.c.id).where(*conditions, JOBS.c.kind.in_(_KINDS)).order_by(order, JOBS.c.id)
    return found.limit(1).with_for_update(skip_locked=True).scalar_subquery()


_CLAIM = (
    update(JOBS)
    .where(
        JOBS.c.id
        == func.coalesce(
            _first(_RUNNING, _HAS_EXPIRED, order=JOBS.c.lease_until),
            _first(_READY, _IS_DUE, order=JOBS.c.run_at),
        )
    )
    .values(
        state=JobState.RUNNING,
        attempt=JOBS.c.attempt + 1,
        lease_until=_HELD,
        worker=bindparam("by"),
    )
    .returning(*[JOBS.c[name] for name in ("id", "kind", "key", "payload", "attempt", "excused")])
    .returning(JOBS.c.created_by)
)
_ANY = select(
    exists().where(_READY, _IS_DUE, JOBS.c.kind.in_(_KINDS)).select_from(JOBS)
    | exists().where(_RUNNING, _HAS_EXPIRED, JOBS.c.kind.in_(_KINDS)).select_from(JOBS)
    | exists().where(SCHEDULES.c.next_at <= _NOW, SCHEDULES.c.kind.in_(_KINDS))
)
_HELD_BY_US = (
    update(JOBS)
    .where(JOBS.c.id == bindparam("job_id"), JOBS.c.attempt == bindparam("token"), _RUNNING)
    .returning(JOBS.c.id)
)
_EXTEND = _HELD_BY_US.values(lease_until=_HELD)
_FREE = {"lease_until": None, "worker": None}
_GIVE_BACK = _HELD_BY_US.values(state=JobState.READY, excused=JOBS.c.excused + 1, **_FREE)
_AGAIN = _HELD_BY_US.values(
    state=JobState.READY, run_at=_given("at", Instant), error=bindparam("why"), **_FREE
)
_FINISH = _HELD_BY_US.values(
    state=bindparam("end", type_=JOBS.c.state.type),
    finished_at=_given("at", Instant),
    error=bindparam("why"),
    lease_until=None,
)


@dataclass(frozen=True)
class Hands:
    """A worker: its name, who acts, the kinds that it knows, and how long a lease is."""

    name: str
    actor: Actor
    kinds: tuple[str, ...]
    lease: timedelta

    @property
    def _seconds(self) -> float:
        return self.lease.total_seconds()

    async def is_something_due(self, db: Database) -> bool:
        """Whether a job waits, was left, or is to come by the calendar; reads only."""
        view = db.view(self.actor)
        [(found,)] = await db.rows(view, _ANY, kinds=self.kinds, now=view.now)
        return bool(found)

    async def claim(self, db: Database) -> Claimed | None:
        """The job whose lease ended first, else the one that has been due longest; now ours."""
        rows = await db.note(
            _CLAIM, kinds=self.kinds, now=db.now(), seconds=self._seconds, by=self.name
        )
        return _claimed(rows[0]) if rows else None

    async def extend(self, db: Database, job: Claimed) -> bool:
        """Whether the job is still ours: then it is for another lease."""
        return bool(await db.note(_EXTEND, seconds=self._seconds, **_token(job)))


def _claimed(row: Row[Any]) -> Claimed:
    tries = row.attempt - row.excused
    return Claimed(row.id, row.kind, row.key, row.payload, row.attempt, tries, row.created_by)


def _token(job: Claimed) -> dict[str, Any]:
    return {"job_id": job.id, "token": job.attempt}


async def give_back(db: Database, job: Claimed) -> bool:
    """Whether the job was ours: then it is ready at once, and the attempt does not count."""
    return bool(await db.note(_GIVE_BACK, **_token(job)))


async def try_again(db: Database, job: Claimed, at: datetime, why: str) -> bool:
    """Whether the job was ours: then it is ready again from an instant on."""
    return bool(await db.note(_AGAIN, at=at, why=why[:LONGEST_ERROR], **_token(job)))


async def finish(
    connection: AsyncSession | AsyncConnection, job: Claimed, at: datetime, why: str | None = None
) -> None:
    """End the job in the transaction at hand: DONE, or DEAD where there is a reason why.

    `Fenced` unless it is still ours: then nothing of the transaction may stay.
    """
    end = JobState.DONE if why is None else JobState.DEAD
    told = None if why is None else why[:LONGEST_ERROR]
    bound = {"end": end, "at": at, "why": told, **_token(job)}
    if (await connection.execute(_FINISH, bound)).first() is None:
        raise Fenced
