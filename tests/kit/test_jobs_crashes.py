"""Workers that are killed, put to sleep or told to stop: each job has one effect all the same."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from riskreg.kit import audit
from riskreg.kit.clock import SystemClock
from riskreg.kit.db import Database
from riskreg.kit.jobs import JOBS
from tests.kit.rows import WRITER
from tests.kit.working import enqueued, states, teams

ROOT = Path(__file__).parents[2]
LEASE = 1.0
CYCLES = 20
DICE = random.Random(4)

# Says when it has taken a job, and when it has done one; dawdles over each as long as it is told.
WORKER_PROCESS = """
import asyncio, logging, sys, time
from datetime import timedelta
from riskreg.kit.clock import SystemClock
from riskreg.kit.db import Database
from riskreg.kit.jobs import JobKind
from riskreg.kit.jobs_worker import Pace, Worker, until_told
from tests.kit.rows import WRITER
from tests.kit.working import KIND, found
import riskreg.tables

url, lease, how, seconds = sys.argv[1], float(sys.argv[2]), sys.argv[3], float(sys.argv[4])
logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(message)s")

async def prepare(db, job):
    print("took", job.payload["name"], job.attempt, flush=True)
    if how == "blocked":
        time.sleep(seconds)
    else:
        await asyncio.sleep(seconds)
    return job

async def main():
    db = Database(url, SystemClock())
    pace = Pace(1, timedelta(seconds=lease))
    worker = Worker(db, {KIND: JobKind(prepare=prepare, effect=found)}, WRITER, pace=pace)
    print("works", flush=True)
    await until_told(worker)
    await db.aclose()

asyncio.run(main())
"""


@contextmanager
def a_worker_process(
    url: str, *, seconds: float = 0.0, how: str = "awaited", lease: float = LEASE
) -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own, which dawdles so long over each job."""
    command = [sys.executable, "-c", WORKER_PROCESS, url, f"{lease}", how, f"{seconds}"]
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert line(process) == "works"
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that a process says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def until_done(db: Database, within: float) -> float:
    """How many seconds passed until every job was done; longer than `within` is an error."""
    started = time.perf_counter()
    async with asyncio.timeout(within):
        while set(await states(db)) != {"DONE"}:  # noqa: ASYNC110 (another process does it)
            await asyncio.sleep(0.01)
    return time.perf_counter() - started


async def attempts(db: Database) -> list[int]:
    rows = await db.rows(db.view(WRITER), select(JOBS.c.attempt).order_by(JOBS.c.id))
    return [row.attempt for row in rows]


@pytest.fixture
async def live(migrated_url: str) -> Any:
    """A register that lives now, as the processes beside it do."""
    db = Database(migrated_url, SystemClock())
    yield db
    await db.aclose()


async def test_the_job_of_a_killed_worker_runs_again_within_its_lease_and_a_second(
    live: Database, migrated_url: str
) -> None:
    with (
        a_worker_process(migrated_url, seconds=60) as doomed,
        a_worker_process(migrated_url) as other,
    ):
        other.send_signal(signal.SIGSTOP)  # so that the doomed one takes the job
        await enqueued(live, "one")
        assert await asyncio.to_thread(line, doomed) == "took one 1"
        other.send_signal(signal.SIGCONT)
        doomed.kill()
        took = await until_done(live, within=LEASE + 5)
        assert await asyncio.to_thread(line, other) == "took one 2"
    assert took < LEASE + 1
    assert await teams(live) == ["one.2"]
    assert await attempts(live) == [2]
    assert (await live.run_sync(audit.verify)).problems == ()


async def test_a_worker_that_was_put_to_sleep_is_fenced(live: Database, migrated_url: str) -> None:
    """It wakes up right before it writes, when the job was done by another."""
    with a_worker_process(migrated_url, seconds=0.5, how="blocked") as zombie:
        await enqueued(live, "one")
        assert await asyncio.to_thread(line, zombie) == "took one 1"
        zombie.send_signal(signal.SIGSTOP)
        with a_worker_process(migrated_url) as other:
            await until_done(live, within=LEASE + 5)
            assert await asyncio.to_thread(line, other) == "took one 2"
        before = (await live.run_sync(audit.verify)).head
        zombie.send_signal(signal.SIGCONT)
        assert await asyncio.to_thread(line, zombie) == "job lost"
        await enqueued(live, "two")
        assert await asyncio.to_thread(line, zombie) == "took two 1", "and works on"
        await until_done(live, within=5)
    assert await teams(live) == ["one.2", "two.1"]
    verdict = await live.run_sync(lambda connection: audit.verify(connection, before))
    assert verdict.problems == ()


async def test_a_worker_that_is_told_to_stop_gives_its_job_back_at_once(
    live: Database, migrated_url: str
) -> None:
    with a_worker_process(migrated_url, seconds=60, lease=60) as told:
        await enqueued(live, "one")
        assert await asyncio.to_thread(line, told) == "took one 1"
        told.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(told.wait, 5) == 0
        assert await states(live) == ["READY"]
        with a_worker_process(migrated_url):
            await until_done(live, within=5)
    assert await teams(live) == ["one.2"]


@pytest.mark.long
async def test_workers_killed_at_random_lose_and_double_nothing(
    live: Database, migrated_url: str
) -> None:
    """Of three workers one is killed at a random moment, again and again."""
    names = []
    with a_worker_process(migrated_url), a_worker_process(migrated_url, seconds=0.02):
        for cycle in range(CYCLES):
            with a_worker_process(migrated_url, seconds=0.01) as doomed:
                fresh = [f"{cycle:02d}-{number:02d}" for number in range(12)]
                await enqueued(live, *fresh)
                names += fresh
                await asyncio.sleep(DICE.random() * 0.15)
                doomed.kill()
        await until_done(live, within=LEASE * CYCLES + 10)
    founded = [name.partition(".")[0] for name in await teams(live)]
    assert founded == names
    verdict = await live.run_sync(audit.verify)
    assert (verdict.problems, verdict.entries) == ((), CYCLES + len(names))
