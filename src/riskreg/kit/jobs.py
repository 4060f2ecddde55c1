"""Jobs: work that is done after a write, by the worker, from a table of our own.

A write enqueues in its own transaction, so what is rolled back or rehearsed leaves no job. What a
job is to do stands in a `JobKind`; `wiring.JOBS` names every kind that there is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar

from cronsim import CronSim, CronSimError
from sqlalchemy import Index, Integer, String, Table, select
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.clock import in_utc
from riskreg.kit.db import Database, new_key
from riskreg.kit.tables import LONG_AGO, Base, Chars, Instant, Json, Key, LongText, Word
from riskreg.kit.view import View
from riskreg.kit.wakeups import wake

P = TypeVar("P")

CHANNEL = "riskreg_jobs"
"""Where new jobs are told."""

LONGEST_WAIT = timedelta(minutes=15)
"""The longest that a job which failed waits to be tried again."""

Payload: TypeAlias = Mapping[str, Any]
"""What a job is about: keys and plain values, read back as they were given."""


class JobState(Enum):
    """How far a job has come; DONE and DEAD are finished."""

    READY = "READY"
    RUNNING = "RUNNING"
    DONE = "DONE"
    DEAD = "DEAD"


UNFINISHED = sql("state IN ('READY', 'RUNNING')")


class Job(Base):
    """Something to do. Operational: no history, no view; what it changes has both.

    `attempt` counts how often a worker took it, and is the fencing token: only who holds the
    newest may finish it. `excused` attempts do not count against the kind's limit. `run_at` and
    what lies before it are times of the register; `lease_until` is of the database's own clock.
    """

    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(Chars(80))
    key: Mapped[str | None] = mapped_column(Chars(200))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[JobState] = mapped_column(Word(JobState))
    run_at: Mapped[datetime] = mapped_column(Instant)
    attempt: Mapped[int] = mapped_column(Integer)
    excused: Mapped[int] = mapped_column(Integer)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    worker: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[str | None] = mapped_column(LongText)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(Key)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class JobSchedule(Base):
    """The next slot of a kind that is due by the calendar; who moves it on has claimed the slot."""

    __tablename__ = "job_schedules"
    kind: Mapped[str] = mapped_column(Chars(80), primary_key=True)
    rule: Mapped[str] = mapped_column(String(200))
    next_at: Mapped[datetime] = mapped_column(Instant)


JOBS: Table = Job.__table__  # type: ignore[assignment]
SCHEDULES: Table = JobSchedule.__table__  # type: ignore[assignment]


def _part(name: str, *columns: str, where: Any, unique: bool = False) -> None:
    chosen = [JOBS.c[column] for column in columns]
    Index(name, *chosen, unique=unique, sqlite_where=where, postgresql_where=where)


_part("uq_jobs_unfinished", "kind", "key", where=UNFINISHED, unique=True)
_part("ix_jobs_ready", "run_at", "id", where=sql("state = 'READY'"))
_part("ix_jobs_running", "lease_until", where=sql("state = 'RUNNING'"))
_part("ix_jobs_done", "finished_at", where=sql("state = 'DONE'"))
Index("ix_jobs_state", JOBS.c.state, JOBS.c.id)


@dataclass(frozen=True)
class Claimed:
    """A job in the hands of a worker; `tries` counts this attempt and those that failed."""

    id: str
    kind: str
    key: str | None
    payload: Payload
    attempt: int
    tries: int
    created_by: str


class JobFailed(Exception):
    """Why a job failed, in words for people; it is tried again while it may be."""


class GiveUp(JobFailed):
    """The same, where trying again would be in vain."""


class Nothing(Enum):
    """What `prepare` gives when there is nothing to write: the job is done without an entry."""

    TO_DO = "nothing to do"


Prepare = Callable[[Database, Claimed], Awaitable[P | Nothing]]
"""Slow work outside any transaction; it may run more than once."""
Effect = Callable[[AsyncSession, View, P], Awaitable[None]]
"""What the job writes, once: in one entry, which also finishes the job."""
GivenUp = Callable[[AsyncSession, View, Claimed, str], Awaitable[None]]
"""What is written with it when a job dies, with the reason in words for people."""


@dataclass(frozen=True)
class JobKind(Generic[P]):
    """What a kind of job does, how often it is tried, and when it comes by itself.

    Without `prepare` the effect is given the `Claimed` job. Without `effect` the job is done when
    it is prepared; what that did outside the database may then happen more than once, so give the
    job's id along as its idempotency key. `cron` is five fields in the organisation's zone.
    """

    effect: Effect[P] | None = None
    prepare: Prepare[P] | None = None
    given_up: GivenUp | None = None
    attempts: int = 5
    first_wait: timedelta = timedelta(seconds=2)
    cron: str | None = None

    def __post_init__(self) -> None:
        if self.effect is None and self.prepare is None:
            raise ValueError("a job has an effect or prepares something")
        if self.attempts < 1 or self.first_wait <= timedelta():
            raise ValueError("a job is tried once at least, and again after some time")
        if self.cron is not None:
            try:
                next(CronSim(self.cron, LONG_AGO))
            except (CronSimError, StopIteration):
                raise ValueError(f"{self.cron!r} is no time by which a job may come") from None

    def wait(self, tries: int, jitter: float) -> timedelta:
        """How long to wait after so many tries: doubled each time, less up to half by jitter 0..1.

        "Equal jitter": jobs that failed together do not come back together.
        """
        doubled: int = 2 ** min(tries - 1, 20)
        whole = min(self.first_wait * doubled, LONGEST_WAIT)
        return whole * (0.5 + jitter / 2)


Kinds = Mapping[str, JobKind[Any]]
"""Every kind by the name under which it is enqueued and journalled."""


async def enqueue(
    session: AsyncSession,
    kind: str,
    payload: Payload,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
) -> str:
    """The id of a job of that kind: due once this write is committed, or at `run_at`.

    Of one kind and key there is one job at a time: while it waits or runs, its id is given again
    and the payload is left as it was.
    """
    await session.flush()  # so that keys are drawn in one order, on both engines
    await wake(session, CHANNEL)
    at: datetime = session.info["entry"].at
    row = {
        "id": new_key(session),
        "kind": kind,
        "key": key,
        "payload": dict(payload),
        "state": JobState.READY,
        "run_at": at if run_at is None else in_utc(run_at),
        "attempt": 0,
        "excused": 0,
        "created_at": at,
        "created_by": session.info["actor"].id,
    }
    insert = insert_once(session.get_bind().dialect.name).values(row).returning(JOBS.c.id)
    same = select(JOBS.c.id).where(JOBS.c.kind == kind, JOBS.c.key == key, UNFINISHED)
    while True:
        found = (await session.execute(insert)).scalar() or (await session.execute(same)).scalar()
        if found is not None:  # else the one that stood in the way was finished in between
            return str(found)


def insert_once(dialect: str) -> Any:
    """An insert of a job that does nothing where one of its kind and key is unfinished."""
    made: Any = (postgresql if dialect == "postgresql" else sqlite).insert(JOBS)
    return made.on_conflict_do_nothing(index_elements=["kind", "key"], index_where=UNFINISHED)
