"""The worker: takes jobs, prepares them, writes their effect once, and tries again what failed.

What a job writes and that it is done are one entry. A worker that dies leaves a lease that ends; a
worker that slept too long finds its attempt is no longer the newest, and nothing of it stays.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from signal import SIGINT, SIGTERM
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from riskreg.kit import jobs_claims
from riskreg.kit.db import Act, Database
from riskreg.kit.faults import causes
from riskreg.kit.jobs import CHANNEL, Claimed, GiveUp, JobFailed, JobKind, Kinds, Nothing
from riskreg.kit.jobs_claims import Fenced, Hands
from riskreg.kit.jobs_schedules import Calendar
from riskreg.kit.view import Actor, View

log = logging.getLogger(__name__)

POLL_SECONDS = {"sqlite": 0.1, "postgresql": 0.5}
"""How often the table is looked into without a hint: other processes tell none on SQLite."""
OUTAGE_SECONDS = 1.0
LEFT_ALONE = "The worker stopped without a word."
"""Why a job died whose workers were killed, each time."""


@dataclass(frozen=True)
class Pace:
    """How a worker works: jobs at once, the length of a lease, and the dice for back-off (0..1)."""

    at_once: int = 2
    lease: timedelta = timedelta(seconds=30)
    jitter: Callable[[], float] = random.random


class Worker:
    """Runs the jobs of one database as one actor, until `stop`."""

    def __init__(
        self,
        db: Database,
        kinds: Kinds,
        actor: Actor,
        *,
        zone: str = "UTC",
        pace: Pace | None = None,
    ) -> None:
        self._db, self._kinds, self._actor = db, kinds, actor
        self._pace = pace or Pace()
        self._calendar = Calendar.of(kinds, zone)
        name = f"{socket.gethostname()}:{os.getpid()}"
        self._hands = Hands(name, actor, tuple(kinds), self._pace.lease)
        self._poll = POLL_SECONDS["sqlite" if db.engines.sqlite else "postgresql"]
        self._running: set[asyncio.Task[None]] = set()
        self._attempts: set[asyncio.Task[None]] = set()
        self._stopping = self._standing_still = False
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`; whatever is wrong with the database, it goes on when it can."""
        with self._db.wakeups.waiting(CHANNEL) as self._woken:
            async with self._db.wakeups.listening(CHANNEL):
                while not self._stopping:
                    try:
                        await self._calendar.install(self._db)
                        await self._work()
                    except Exception as error:  # noqa: BLE001 (else nobody would work any more)
                        if not self._standing_still:
                            log.warning("jobs stand still", extra={"causes": causes(error)})
                        self._standing_still = True
                        await self._rest(OUTAGE_SECONDS)
                # Not before: what is given back while we still take jobs might come to us again.
                for attempt in self._attempts:
                    attempt.cancel()
                await asyncio.gather(*self._running, return_exceptions=True)

    def stop(self) -> None:
        """Have `run` end: take no more, give back what is prepared, end what is being written."""
        self._stopping = True
        self._woken.set()

    async def drain(self) -> int:
        """How many jobs were run: all that are due now and what follows from them, one by one."""
        await self._calendar.install(self._db)
        ran = 0
        while (job := await self._next(self._db)) is not None:
            await self._do(job)
            ran += 1
        return ran

    async def _work(self) -> None:
        while not self._stopping:
            # A hint is worth a claim at once; without one, a look that writes nothing comes first.
            take = self._hands.claim if self._woken.is_set() else self._next
            self._woken.clear()
            while len(self._running) < self._pace.at_once and not self._stopping:
                job = await take(self._db)
                self._standing_still = False
                if job is None:
                    break
                task = asyncio.create_task(self._do(job))
                self._running.add(task)
                task.add_done_callback(self._done)
            await self._rest(self._poll)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._woken.set()

    async def _rest(self, seconds: float) -> None:
        """Wait for a wake-up, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _next(self, db: Database) -> Claimed | None:
        """A job that is now in our hands, if any is due, also by the calendar."""
        if not await self._hands.is_something_due(db):
            return None
        await self._calendar.enqueue_due(db, self._actor)
        return await self._hands.claim(db)

    async def _do(self, job: Claimed) -> None:
        """Bring a job to its end, or to its next try."""
        working = asyncio.create_task(self._attempt(job))
        self._attempts.add(working)
        if self._stopping:  # since it was taken
            working.cancel()
        beating = asyncio.ensure_future(self._beat(job, working))
        try:
            await working
        except asyncio.CancelledError:
            if self._stopping:
                await jobs_claims.give_back(self._db, job)
            else:
                self._say("job lost", job)
        except Fenced:
            self._say("job lost", job)
        except Exception as error:  # noqa: BLE001 (whatever a job does, the worker goes on)
            await self._failed(job, error)
        finally:
            beating.cancel()
            self._attempts.discard(working)

    async def _attempt(self, job: Claimed) -> None:
        kind = self._kinds[job.kind]
        if job.tries > kind.attempts:
            raise GiveUp(LEFT_ALONE)
        prepared = job if kind.prepare is None else await kind.prepare(self._db, job)
        await _to_its_end(self._complete(job, kind, prepared))

    async def _complete(self, job: Claimed, kind: JobKind[Any], prepared: Any) -> None:
        """Write the effect, and in the same transaction that the job is done."""
        effect = kind.effect
        if effect is None or prepared is Nothing.TO_DO:
            await self._end(job)
            return

        async def work(session: AsyncSession, view: View) -> None:
            # First, so that nobody can take the job while its effect is being written.
            await jobs_claims.finish(session, job, view.now)
            await effect(session, view, prepared)

        await self._db.write(self._acting(job), Act(job.kind), work)

    async def _end(self, job: Claimed, why: str | None = None) -> None:
        async def end(connection: AsyncConnection) -> None:
            await jobs_claims.finish(connection, job, self._db.now(), why)

        await self._db.operate(end)

    def _acting(self, job: Claimed) -> Actor:
        """Who the journal names; by the request one finds the job."""
        return replace(self._actor, request_id=f"job-{job.id}")

    async def _beat(self, job: Claimed, working: asyncio.Task[None]) -> None:
        """Keep the lease while the job is worked on; end the work when it is no longer ours."""
        while True:
            await asyncio.sleep(self._pace.lease.total_seconds() / 3)
            try:
                ours = await self._hands.extend(self._db, job)
            except (OSError, SQLAlchemyError):
                continue  # perhaps it comes back before the lease ends; if not, we are fenced
            if not ours:
                working.cancel()
                return

    async def _failed(self, job: Claimed, error: Exception) -> None:
        """Let the job be tried again later, or bury it with the reason."""
        self._say("job failed", job, causes=causes(error))
        kind, kept = self._kinds[job.kind], _kept(error)
        try:
            if isinstance(error, GiveUp) or job.tries >= kind.attempts:
                await _to_its_end(self._bury(job, kind, error))
                return
            at = self._db.now() + kind.wait(job.tries, self._pace.jitter())
            await jobs_claims.try_again(self._db, job, at, kept)
        except Fenced:
            self._say("job lost", job)
        except Exception as failure:  # noqa: BLE001 (its lease will end, and another try begin)
            self._say("job failed", job, causes=causes(failure))

    async def _bury(self, job: Claimed, kind: JobKind[Any], error: Exception) -> None:
        """Mark the job as dead, and write what its kind writes then."""
        given_up, kept, told = kind.given_up, _kept(error), _told(error)
        self._say("job dead", job)
        if given_up is None:
            await self._end(job, kept)
            return

        async def work(session: AsyncSession, view: View) -> None:
            await jobs_claims.finish(session, job, view.now, kept)
            await given_up(session, view, job, told)

        try:
            await self._db.write(self._acting(job), Act(job.kind, told), work)
        except Fenced:
            raise
        except Exception as failure:  # noqa: BLE001 (else it would come again for ever)
            self._say("job failed", job, causes=causes(failure))
            await self._end(job, kept)

    def _say(self, event: str, job: Claimed, **facts: object) -> None:
        extra = {"job": job.id, "kind": job.kind, "attempt": job.attempt, **facts}
        log.warning(event, extra=extra)


@asynccontextmanager
async def at_work(worker: Worker) -> AsyncIterator[None]:
    """Meanwhile the worker works."""
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await task


async def until_told(worker: Worker) -> None:
    """Work until SIGTERM or SIGINT."""
    told = asyncio.Event()
    for signal in (SIGTERM, SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal, told.set)
    async with at_work(worker):
        await told.wait()


def _kept(error: Exception) -> str:
    """What the job's row says of an error, for operators."""
    if isinstance(error, JobFailed):
        return _told(error)
    return _storable(f"{type(error).__name__}: {error}")


def _told(error: Exception) -> str:
    """What everybody may read of an error."""
    if isinstance(error, JobFailed):
        return _storable(str(error))
    return f"A fault ({type(error).__name__})."


def _storable(text: str) -> str:
    """The text without what a database cannot hold."""
    return text.replace("\0", "").encode(errors="replace").decode()


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Do it all, also where who waits is told to stop: half of it is done already."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
