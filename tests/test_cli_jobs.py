"""The commands of jobs: what they print, how a worker ends, and refusals in a line."""

import asyncio
import signal
import subprocess
import time
from datetime import UTC, datetime

from sqlalchemy import select

from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Database
from riskreg.kit.jobs import SCHEDULES
from tests.kit.rows import WRITER
from tests.kit.test_jobs_kept import a_dead_job
from tests.kit.working import enqueued
from tests.site import BIN, environment
from tests.test_cli import told

AT = datetime(2026, 11, 16, 1, tzinfo=UTC)


def with_jobs(url: str) -> tuple[str, str]:
    """The ids of a dead job and of one that waits, of a kind that no worker knows."""

    async def make() -> tuple[str, str]:
        db = Database(url, SettableClock(AT))
        dead, [ready] = await a_dead_job(db), await enqueued(db, "ready")
        await db.aclose()
        return dead, ready

    return asyncio.run(make())


def test_jobs_are_listed_and_the_dead_tried_again(migrated_url: str) -> None:
    dead, ready = with_jobs(migrated_url)
    lines = [
        f"{dead}  found  DEAD  1  2026-11-16T01:00:00+00:00  no way",
        f"{ready}  found  READY  0  2026-11-16T01:00:00+00:00",
    ]
    assert told(migrated_url, "jobs", "list") == (0, "\n".join(lines) + "\n", "")
    assert told(migrated_url, "jobs", "list", "--state", "DEAD") == (0, f"{lines[0]}\n", "")
    for job in (ready, "x"):
        assert told(migrated_url, "jobs", "retry", job) == (1, "", f"There is no dead job {job}.\n")
    assert told(migrated_url, "jobs", "retry", dead) == (0, "", "")
    assert told(migrated_url, "jobs", "list", "--state", "DEAD") == (0, "", "")


async def schedules(url: str) -> int:
    """How many schedules there are: a worker installs them when it begins."""
    db = Database(url, SettableClock(AT))
    rows = await db.rows(db.view(WRITER), select(SCHEDULES.c.kind))
    await db.aclose()
    return len(rows)


def test_a_worker_ends_well_when_it_is_told_to(migrated_url: str) -> None:
    with subprocess.Popen(
        [BIN, "worker", "--lease", "5"], env=environment(migrated_url), stderr=subprocess.PIPE
    ) as worker:
        while not asyncio.run(schedules(migrated_url)) and worker.poll() is None:
            time.sleep(0.05)
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=10)
        assert (worker.returncode, said) == (0, b"")


def test_a_worker_needs_a_database_with_tables(database_url: str) -> None:
    said = "Error: the database needs `riskreg migrate`\n"
    assert told(database_url, "worker") == (1, "", said)


def test_a_server_works_or_does_not_and_nothing_else(migrated_url: str) -> None:
    done = subprocess.run(
        [BIN, "serve", "--port", "0"],
        env=environment(migrated_url, worker="perhaps"),
        capture_output=True,
        text=True,
        check=False,
    )
    said = "Error: RISKREG_WORKER must be on or off, not 'perhaps'.\n"
    assert (done.returncode, done.stderr) == (1, said)
