"""The worker as it runs: woken, keeping its leases, giving back what it cannot end, surviving."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import jobs_worker, migrate
from riskreg.kit.clock import SettableClock, SystemClock
from riskreg.kit.db import Database
from riskreg.kit.jobs import JOBS, Claimed, JobKind, JobState
from riskreg.kit.jobs_claims import Hands
from riskreg.kit.jobs_worker import at_work
from riskreg.kit.view import View
from tests.engines import Databases, EngineKind, PostgresServer
from tests.kit.working import (
    FOUNDING,
    a_worker,
    column,
    enqueued,
    found,
    let_leases_end,
    only,
    states,
    teams,
)

LOST = ("job lost", "riskreg.kit.jobs_worker")


class Held:
    """A kind whose preparation says that it has begun, and waits until it may go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.cancelled = 0
        self.kind: JobKind[Claimed] = JobKind(prepare=self._prepare, effect=found)

    async def _prepare(self, db: Database, job: Claimed) -> Claimed:
        self.begun.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return job


async def until(reached: Any) -> None:
    """Return once it is so; never is an error."""
    async with asyncio.timeout(10):
        while not await reached():  # noqa: ASYNC110 (the table tells, not an event)
            await asyncio.sleep(0.01)


async def all_done(db: Database) -> bool:
    return set(await states(db)) == {"DONE"}


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.message for one in caplog.records if one.name == "riskreg.kit.jobs_worker"]


async def test_a_job_begins_when_its_write_is_committed(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wake-up does it; looking now and then would come too late here."""
    monkeypatch.setattr(jobs_worker, "POLL_SECONDS", {"sqlite": 60.0, "postgresql": 60.0})
    async with at_work(a_worker(db)):
        await asyncio.sleep(0.05)  # it has looked, and found nothing
        await enqueued(db, "one", "two", "three")
        await until(lambda: all_done(db))
    assert await teams(db) == ["one.1", "three.1", "two.1"]


async def test_a_worker_of_another_process_hears_of_it(
    db: Database, migrated_url: str, engine_kind: EngineKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL tells it; on SQLite it looks, ten times a second."""
    if engine_kind == "postgres":
        monkeypatch.setattr(jobs_worker, "POLL_SECONDS", {"postgresql": 60.0})
    other = Database(migrated_url, db.clock)
    async with at_work(a_worker(other)):
        await asyncio.sleep(0.3)
        await enqueued(db, "one")
        await until(lambda: all_done(db))
    await other.aclose()
    assert await teams(db) == ["one.1"]


async def test_listening_survives_the_loss_of_its_connection(
    postgres_server: PostgresServer, migrated_template: Callable[[EngineKind], str]
) -> None:
    url = postgres_server.create_database(template=migrated_template("postgres"))
    db = Database(url, SystemClock())
    async with at_work(a_worker(db)):
        await asyncio.sleep(0.2)
        postgres_server.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{make_url(url).database}'"
        )
        await enqueued(db, "one")
        await until(lambda: all_done(db))
        with db.wakeups.waiting("riskreg_jobs") as woken:
            while not woken.is_set():  # from another connection: somebody listens again
                postgres_server.sql("NOTIFY riskreg_jobs", url)
                await asyncio.sleep(0.1)
    await db.aclose()
    postgres_server.drop_database(url)


async def test_as_many_jobs_run_at_once_as_the_pace_says(db: Database) -> None:
    held = Held()
    await enqueued(db, *"abcd")
    async with at_work(a_worker(db, only(held.kind), at_once=3)):
        await until(lambda: _running(db, 3))
        await asyncio.sleep(0.25)
        assert sorted(await states(db)) == ["READY", "RUNNING", "RUNNING", "RUNNING"]
        held.go_on.set()
        await until(lambda: all_done(db))


async def _running(db: Database, many: int) -> bool:
    return (await states(db)).count("RUNNING") == many


async def test_a_lease_is_kept_while_the_job_is_worked_on(db: Database) -> None:
    held = Held()
    await enqueued(db, "one")
    async with at_work(a_worker(db, only(held.kind), lease=timedelta(seconds=0.6))):
        await held.begun.wait()
        [first] = await column(db, "lease_until")

        async def is_longer() -> bool:
            [now] = await column(db, "lease_until")
            return bool(now > first)

        await until(is_longer)
        held.go_on.set()
        await until(lambda: all_done(db))
    assert await column(db, "attempt") == [1]


async def test_work_ends_when_the_job_was_taken_by_another(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    held = Held()
    await enqueued(db, "one")
    lease = timedelta(seconds=0.3)
    async with at_work(a_worker(db, only(held.kind), lease=lease, at_once=1)):
        await held.begun.wait()
        # As if another worker had taken it and had done it.
        await db.note(update(JOBS).values(attempt=2, state=JobState.DONE))

        async def is_over() -> bool:
            return held.cancelled == 1

        await until(is_over)
    assert (await teams(db), await states(db)) == ([], ["DONE"])
    assert messages(caplog) == ["job lost"]


async def test_what_a_sleeper_writes_after_another_did_is_undone(
    db: Database, migrated_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    held = Held()
    await enqueued(db, "one")
    sleeper = a_worker(db, only(held.kind), at_once=1)
    other = Database(migrated_url, db.clock)
    async with at_work(sleeper):
        await held.begun.wait()
        await let_leases_end(db)
        assert await a_worker(other).drain() == 1
        held.go_on.set()

        async def is_told() -> bool:
            return "job lost" in messages(caplog)

        await until(is_told)
    await other.aclose()
    assert await teams(db) == ["one.2"]


async def test_a_worker_that_stops_gives_back_what_it_prepares(db: Database) -> None:
    held = Held()
    await enqueued(db, "one")
    async with at_work(a_worker(db, only(held.kind))):
        await held.begun.wait()
    assert held.cancelled == 1
    assert await states(db) == ["READY"]
    assert (await column(db, "attempt"), await column(db, "excused")) == ([1], [1])
    assert (await column(db, "lease_until"), await column(db, "worker")) == ([None], [None])
    assert await a_worker(db, only(JobKind(effect=found, attempts=1))).drain() == 1
    assert await teams(db) == ["one.2"], "the attempt that was given back does not count"


async def test_a_worker_that_stops_ends_what_it_writes(db: Database) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session: AsyncSession, view: View, job: Claimed) -> None:
        await found(session, view, job)
        inside.set()
        await go_on.wait()

    await enqueued(db, "one")
    worker = a_worker(db, only(JobKind(effect=slow)))
    task = asyncio.ensure_future(worker.run())
    await inside.wait()
    worker.stop()
    await asyncio.sleep(0.05)
    assert not task.done()
    go_on.set()
    await task
    assert (await states(db), await teams(db)) == (["DONE"], ["one.1"])


async def test_a_worker_goes_on_when_the_database_is_there_again(
    databases: Databases, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A server may be started before its database is migrated."""
    url = databases.create_database()
    db = Database(url, clock)
    async with at_work(a_worker(db)):

        async def stands_still() -> bool:
            return messages(caplog) == ["jobs stand still"]

        await until(stands_still)
        await asyncio.to_thread(migrate.upgrade, url)
        await enqueued(db, "one")
        await until(lambda: all_done(db))
    await db.aclose()
    databases.drop_database(url)
    assert messages(caplog) == ["jobs stand still"], "once, however long it takes"


async def test_what_is_logged_of_a_job_has_no_values(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(db: Database, job: Claimed) -> Claimed:
        raise RuntimeError(f"secret {job.payload}")

    [job] = await enqueued(db, "one")
    await a_worker(db, only(JobKind(prepare=fails, effect=found, attempts=1))).drain()
    facts = [
        (one.levelname, one.message, one.__dict__["job"], one.__dict__["kind"])
        for one in caplog.records
    ]
    assert facts == [("WARNING", said, job, "found") for said in ("job failed", "job dead")]
    assert [one.exc_info for one in caplog.records] == [None, None]
    [cause] = caplog.records[0].__dict__["causes"]
    assert cause["type"] == "builtins.RuntimeError"
    assert "secret" not in str(cause)


async def test_three_workers_do_each_job_once(
    databases: Databases, migrated_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    names = [f"{number:02d}" for number in range(24)]
    many = [Database(migrated_url, SystemClock()) for _ in range(3)]
    await enqueued(many[0], *names)
    workers = [a_worker(one, FOUNDING) for one in many]
    async with at_work(workers[0]), at_work(workers[1]), at_work(workers[2]):
        await until(lambda: all_done(many[0]))
    assert await teams(many[0]) == [f"{name}.1" for name in names]
    for one in many:
        await one.aclose()
    assert messages(caplog) == []


async def test_a_job_that_is_taken_while_the_worker_stops_is_given_back(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held()
    worker = a_worker(db, only(held.kind))
    claiming, go_on = asyncio.Event(), asyncio.Event()
    claim = Hands.claim

    async def slowly(hands: Hands, db: Database) -> Claimed | None:
        claiming.set()
        await go_on.wait()
        return await claim(hands, db)

    monkeypatch.setattr(Hands, "claim", slowly)
    await enqueued(db, "one")
    working = asyncio.ensure_future(worker.run())
    await claiming.wait()
    worker.stop()
    go_on.set()
    await working
    assert not held.begun.is_set()
    assert (await states(db), await column(db, "excused")) == (["READY"], [1])
