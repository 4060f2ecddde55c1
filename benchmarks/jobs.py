"""From a write that enqueues to the start of its job, and how soon a killed worker is replaced.

- `here`: what enqueues and what works are one process, as in `riskreg serve` (goal: p95 < 20 ms).
- `elsewhere`: the worker is another process, as `riskreg worker` is (goal on PostgreSQL: < 50 ms;
  on SQLite the worker looks ten times a second).
- `killed`: from kill -9 of a worker to the end of its job at another one, and how many effects it
  had (goal: the lease, here one second, and one second more; one effect).

Milliseconds from when the write is committed until the job has begun, and besides from before the
write; one job after the other. The control is the bare thing on the same database, in the same run:
the insert of one row, committed, and its selection by another connection.

    python benchmarks/jobs.py [sqlite|postgres] [JOBS]
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from measure import a_database  # the module beside this one
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.tables  # noqa: F401 (completes the metadata)
from riskreg.kit import migrate
from riskreg.kit.clock import SystemClock
from riskreg.kit.codes import CodeCounter
from riskreg.kit.db import Act, Database
from riskreg.kit.jobs import JOBS, Claimed, JobKind, JobState, Kinds, enqueue
from riskreg.kit.jobs_worker import Pace, Worker, at_work
from riskreg.kit.journal import Entry
from riskreg.kit.view import View
from riskreg.people.permits import SYSTEM

KIND = "benchmark"
LEASE = 1.0
KILLS = 5
WORKER = """
import asyncio, sys, time
sys.path.append(sys.argv[1])
from jobs import Database, SystemClock, at_work, telling
async def main():
    db = Database(sys.argv[2], SystemClock())
    async with at_work(telling(db, float(sys.argv[3]))):
        await asyncio.sleep(1)
        print("works", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


async def nothing(session: AsyncSession, view: View, job: Claimed) -> None:
    """An effect that is an entry and no more."""


def telling(db: Database, seconds: float) -> Worker:
    """A worker that prints when each job begins, and dawdles so long over it."""

    async def begin(db: Database, job: Claimed) -> Claimed:
        print(time.perf_counter(), flush=True)
        await asyncio.sleep(seconds)
        return job

    kinds: Kinds = {KIND: JobKind(prepare=begin, effect=nothing)}
    return Worker(db, kinds, SYSTEM, pace=Pace(1, timedelta(seconds=LEASE)))


@dataclass(frozen=True)
class Enqueued:
    """When a write that does nothing but enqueue began, and when it was committed."""

    began: float
    committed: float

    def till(self, start: float) -> tuple[float, float]:
        """Milliseconds until a job began: from the commit, and from the beginning."""
        return (start - self.committed) * 1000, (start - self.began) * 1000


async def enqueued(db: Database) -> Enqueued:
    """Enqueue one job."""

    async def work(session: AsyncSession, view: View) -> None:
        await enqueue(session, KIND, {})

    began = time.perf_counter()
    await db.write(SYSTEM, Act("enqueue"), work)
    return Enqueued(began, time.perf_counter())


async def all_done(db: Database) -> None:
    """Return when no job is left."""
    left = select(func.count()).where(JOBS.c.state != JobState.DONE)
    while (await db.rows(db.view(SYSTEM), left))[0][0]:  # noqa: ASYNC110 (others do them)
        await asyncio.sleep(0.005)


async def here(db: Database, jobs: int) -> list[tuple[float, float]]:
    """Milliseconds to the start of each job in this process."""
    begun: asyncio.Queue[float] = asyncio.Queue()

    async def begin(db: Database, job: Claimed) -> Claimed:
        begun.put_nowait(time.perf_counter())
        return job

    took = []
    kinds: Kinds = {KIND: JobKind(prepare=begin, effect=nothing)}
    async with at_work(Worker(db, kinds, SYSTEM)):
        await asyncio.sleep(0.5)
        for _ in range(jobs):
            write = await enqueued(db)
            took.append(write.till(await begun.get()))
            await all_done(db)
    return took


@asynccontextmanager
async def a_process(url: str, seconds: float = 0.0) -> AsyncIterator[subprocess.Popen[str]]:
    """A worker in a process of its own, ready."""
    folder = sys.path[0]
    command = [sys.executable, "-c", WORKER, folder, url, f"{seconds}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    assert await said(process) == "works"
    yield process
    process.kill()
    process.communicate()


async def said(process: subprocess.Popen[str]) -> str:
    """The next line of a process."""
    assert process.stdout is not None
    return (await asyncio.to_thread(process.stdout.readline)).strip()


async def elsewhere(db: Database, url: str, jobs: int) -> list[tuple[float, float]]:
    """Milliseconds to the start of each job in another process; both read one clock."""
    took = []
    async with a_process(url) as worker:
        for _ in range(jobs):
            write = await enqueued(db)
            took.append(write.till(float(await said(worker))))
            await all_done(db)
    return took


async def bare(db: Database, jobs: int) -> list[float]:
    """Milliseconds to insert a row, commit, and select it."""
    took = []
    wanted: Any = select(CodeCounter.last).where(CodeCounter.prefix == "X")
    for number in range(jobs):
        statement = insert(CodeCounter).values(prefix=f"B{number}", last=number)
        started = time.perf_counter()
        await db.note(statement)
        await db.rows(db.view(SYSTEM), wanted)
        took.append((time.perf_counter() - started) * 1000)
    return took


async def killed(db: Database, url: str) -> tuple[list[float], int]:
    """Seconds from each kill to the end of the job, and how many effects there were too many."""
    took = []
    count = select(func.count()).where(Entry.action == KIND)
    [(before,)] = await db.rows(db.view(SYSTEM), count)
    for _ in range(KILLS):
        async with a_process(url, 60) as doomed:
            await enqueued(db)
            await said(doomed)
            async with a_process(url):
                await asyncio.sleep(LEASE / 4)  # the lease was renewed meanwhile
                doomed.kill()
                started = time.perf_counter()
                await all_done(db)
                took.append(time.perf_counter() - started)
    [(after,)] = await db.rows(db.view(SYSTEM), count)
    return took, after - before - KILLS


def told(name: str, took: Sequence[float], goal: str = "") -> None:
    """Print the middle and the slowest twentieth."""
    ordered = sorted(took)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"{name:28} p50 {statistics.median(ordered):7.1f} ms   p95 {p95:7.1f} ms   {goal}")


async def main(engine: str, jobs: int) -> None:
    """Print every figure of one engine."""
    async with a_database(engine) as url:
        await asyncio.to_thread(migrate.upgrade, url)
        db = Database(url, SystemClock())
        print(f"{engine}, {jobs} jobs")
        told("control: insert, select", await bare(db, jobs))
        goal = "goal: p95 < 50" if engine == "postgres" else "looks each 100 ms"
        for name, took, wanted in (
            ("here", await here(db, jobs), "goal: p95 < 20"),
            ("elsewhere", await elsewhere(db, url, jobs), goal),
        ):
            told(f"commit to start, {name}", [one for one, _ in took], wanted)
            told(f"  with the write, {name}", [one for _, one in took])
        ended, doubled = await killed(db, url)
        print(
            f"{'killed: kill to end':28} median {statistics.median(ended):.2f} s   "
            f"most {max(ended):.2f} s   goal: < {LEASE + 1:.0f}, lease {LEASE:.0f}"
        )
        print(f"{'killed: effects too many':28} {doubled} of {KILLS}")
        await db.aclose()


if __name__ == "__main__":
    asyncio.run(
        main(
            sys.argv[1] if len(sys.argv) > 1 else "sqlite",
            int(sys.argv[2]) if len(sys.argv) > 2 else 200,
        )
    )
