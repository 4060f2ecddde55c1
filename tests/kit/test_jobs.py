"""Jobs: enqueued with their write, taken once, tried again, buried with a reason."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import jobs_claims
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database
from riskreg.kit.errors import UserError
from riskreg.kit.ids import is_key
from riskreg.kit.jobs import (
    JOBS,
    LONGEST_WAIT,
    Claimed,
    GiveUp,
    JobFailed,
    JobKind,
    Nothing,
    enqueue,
)
from riskreg.kit.journal import Entry, Touched
from riskreg.kit.view import View
from riskreg.people.models import Team
from tests.kit.conftest import START
from tests.kit.rows import WRITER
from tests.kit.working import (
    FOUNDING,
    KIND,
    Kept,
    a_worker,
    column,
    enqueued,
    failing,
    found,
    hands,
    kept,
    let_leases_end,
    only,
    states,
    teams,
)

SECOND = timedelta(seconds=1)


async def entries(db: Database) -> list[tuple[int, str, str, str, str | None]]:
    """Number, actor, act, request and reason of each entry."""
    chosen = select(Entry.seq, Entry.actor_id, Entry.action, Entry.request_id, Entry.reason)
    rows = await db.rows(db.view(WRITER), chosen.order_by(Entry.seq))
    return [tuple(row) for row in rows]


async def test_a_job_is_done_in_an_entry_of_its_own(db: Database) -> None:
    [job] = await enqueued(db, "one")
    assert is_key(job)
    assert await kept(db) == {job: Kept("READY", 0, START)}
    assert await a_worker(db).drain() == 1
    assert await kept(db) == {job: Kept("DONE", 1, START)}
    assert await teams(db) == ["one.1"]
    assert await entries(db) == [
        (1, WRITER.id, "enqueue", "-", None),
        (2, WRITER.id, KIND, f"job-{job}", None),
    ]
    touched = await db.rows(db.view(WRITER), select(Touched.seq, Touched.table_name))
    assert [tuple(row) for row in touched] == [(2, "teams")], "jobs are no part of the register"
    assert await a_worker(db).drain() == 0


async def test_a_job_of_a_write_that_fails_or_is_rehearsed_is_not_there(db: Database) -> None:
    async def work(session: AsyncSession, view: View) -> None:
        await enqueue(session, KIND, {"name": "never"})

    async def fails(session: AsyncSession, view: View) -> None:
        await work(session, view)
        raise UserError("no")

    with db.wakeups.waiting("riskreg_jobs") as woken:
        await db.rehearse(WRITER, Act("rehearse"), work)
        with pytest.raises(UserError):
            await db.write(WRITER, Act("fail"), fails)
        assert not woken.is_set()
        assert await kept(db) == {}
        await db.write(WRITER, Act("write"), work)
        assert woken.is_set()
    assert await states(db) == ["READY"]


async def test_of_one_key_there_is_one_job_until_it_is_finished(db: Database) -> None:
    first, second = await enqueued(db, "first", "second", key="k")
    assert first == second
    assert len({*await enqueued(db, "other", key="l"), *await enqueued(db, "no", "none")}) == 3
    other_kind = await enqueued(db, "kind", kind="other", key="k")
    assert other_kind != [first]
    taken = await hands().claim(db)
    assert taken is not None
    assert (taken.id, taken.payload) == (first, {"name": "first"})
    assert await enqueued(db, "third", key="k") == [first], "while it runs, too"
    await db.operate(lambda c: jobs_claims.finish(c, taken, db.now()))
    [fourth] = await enqueued(db, "fourth", key="k")
    assert fourth != first
    await a_worker(db).drain()
    assert await teams(db) == ["fourth.1", "no.1", "none.1", "other.1"]


async def test_a_job_for_later_waits_for_the_registers_clock(
    db: Database, clock: SettableClock
) -> None:
    [late] = await enqueued(db, "late", run_at=START + timedelta(hours=1))
    [soon] = await enqueued(db, "soon", run_at=START + timedelta(minutes=1))
    assert await a_worker(db).drain() == 0
    clock.advance(minutes=1)
    assert await a_worker(db).drain() == 1
    clock.advance(hours=1)
    assert await a_worker(db).drain() == 1
    assert {job: one.state for job, one in (await kept(db)).items()} == {late: "DONE", soon: "DONE"}
    assert [reason for *_, reason in await entries(db)] == [None] * 4
    with pytest.raises(ValueError, match="offset from UTC"):
        await enqueued(db, "naive", run_at=datetime(2026, 1, 1))  # noqa: DTZ001 (what is refused)


async def test_what_an_entry_enqueues_is_due_though_the_workers_clock_is_behind(
    db: Database, migrated_url: str
) -> None:
    await enqueued(db, "one")
    behind = Database(migrated_url, SettableClock(START - timedelta(seconds=20)))
    assert await a_worker(behind).drain() == 1
    await behind.aclose()
    assert await teams(db) == ["one.1"]


async def test_the_longest_due_is_taken_first(db: Database, clock: SettableClock) -> None:
    for name, seconds in (("c", 3), ("a", 1), ("b", 2)):
        await enqueued(db, name, run_at=START + seconds * SECOND)
    clock.advance(seconds=5)
    taken = [await hands().claim(db) for _ in range(4)]
    assert [one and one.payload["name"] for one in taken] == ["a", "b", "c", None]


async def test_workers_at_once_take_different_jobs(db: Database, migrated_url: str) -> None:
    names = [f"{number:02d}" for number in range(30)]
    await enqueued(db, *names)
    others = [Database(migrated_url, db.clock) for _ in range(2)]
    many = [db, *others]
    each_got_one = asyncio.Barrier(len(many))

    async def take(which: int) -> list[Claimed]:
        first = await hands(f"w{which}").claim(many[which])
        assert first is not None
        mine = [first]
        await each_got_one.wait()
        while (job := await hands(f"w{which}").claim(many[which])) is not None:
            mine.append(job)
        return mine

    taken = await asyncio.gather(*[take(which) for which in range(3)])
    for other in others:
        await other.aclose()
    assert sorted(job.payload["name"] for one in taken for job in one) == names
    assert set(await column(db, "attempt")) == {1}


async def test_kinds_that_a_worker_does_not_know_are_left_to_others(db: Database) -> None:
    await enqueued(db, "one", kind="unknown")
    assert await a_worker(db).drain() == 0
    assert await states(db) == ["READY"]


async def test_a_lease_is_told_by_the_databases_clock(db: Database, clock: SettableClock) -> None:
    await enqueued(db, "one")
    clock.set(datetime(2040, 1, 1, tzinfo=UTC))
    first = await hands("first", seconds=60).claim(db)
    assert first is not None
    clock.advance(days=365)
    assert await hands("second").claim(db) is None
    assert not await hands().is_something_due(db)
    [until] = await column(db, "lease_until")
    assert until < datetime(2040, 1, 1, tzinfo=UTC)
    assert await hands("first", seconds=600).extend(db, first)
    [longer] = await column(db, "lease_until")
    assert timedelta(seconds=539) < longer - until < timedelta(seconds=660)


async def test_a_job_whose_lease_ended_is_taken_again_and_who_had_it_is_fenced(
    db: Database,
) -> None:
    await enqueued(db, "one")
    slept = await hands("slept").claim(db)
    assert slept is not None
    await let_leases_end(db)
    assert await hands().is_something_due(db)
    assert await a_worker(db).drain() == 1
    before = await entries(db)

    async def late(session: AsyncSession, view: View) -> None:
        session.add(Team(name="twice"))
        await jobs_claims.finish(session, slept, view.now)

    with pytest.raises(jobs_claims.Fenced):
        await db.write(WRITER, Act("late"), late)
    assert not await hands("slept").extend(db, slept)
    assert not await jobs_claims.give_back(db, slept)
    assert not await jobs_claims.try_again(db, slept, START, "late")
    assert await teams(db) == ["one.2"]
    assert await entries(db) == before
    [one] = (await kept(db)).values()
    assert (one.state, one.attempt, one.error) == ("DONE", 2, None)


async def test_who_is_late_but_was_not_replaced_may_finish(db: Database) -> None:
    await enqueued(db, "one")
    slow = await hands("slow").claim(db)
    assert slow is not None
    await let_leases_end(db)
    await db.operate(lambda c: jobs_claims.finish(c, slow, db.now()))
    assert await states(db) == ["DONE"]


async def test_a_job_that_fails_is_tried_again_later_each_time(
    db: Database, clock: SettableClock
) -> None:
    kind, seen = failing(JobFailed("busy"), RuntimeError("odd"))
    [job] = await enqueued(db, "one")
    worker = a_worker(db, only(kind))
    assert await worker.drain() == 1
    assert await kept(db) == {job: Kept("READY", 1, START + 2 * SECOND, "busy")}
    clock.advance(seconds=1.9)
    assert await worker.drain() == 0
    clock.advance(seconds=0.1)
    assert await worker.drain() == 1
    assert await kept(db) == {job: Kept("READY", 2, START + 6 * SECOND, "RuntimeError: odd")}
    assert await teams(db) == []
    clock.advance(seconds=4)
    assert await worker.drain() == 1
    assert await kept(db) == {job: Kept("DONE", 3, START + 6 * SECOND)}
    assert (seen, await teams(db)) == ([1, 2, 3], ["one.3"])


@pytest.mark.parametrize(
    ("tries", "jitter", "seconds"),
    [
        (1, 1.0, 2),
        (1, 0.0, 1),
        (2, 1.0, 4),
        (2, 0.5, 3),
        (3, 1.0, 8),
        (8, 0.0, 128),
        (9, 1.0, 512),
        (10, 1.0, 900),
        (10, 0.0, 450),
        (1000, 1.0, 900),
    ],
)
def test_back_off_doubles_up_to_a_quarter_of_an_hour(
    tries: int, jitter: float, seconds: float
) -> None:
    assert FOUNDING[KIND].wait(tries, jitter) == timedelta(seconds=seconds)
    assert timedelta(minutes=15) == LONGEST_WAIT


async def test_an_effect_that_fails_leaves_nothing_of_it(
    db: Database, clock: SettableClock
) -> None:
    async def half(session: AsyncSession, view: View, job: Claimed) -> None:
        await found(session, view, job)
        await session.flush()
        raise RuntimeError("half way")

    [job] = await enqueued(db, "one")
    assert await a_worker(db, only(JobKind(effect=half, attempts=2))).drain() == 1
    assert await teams(db) == []
    assert len(await entries(db)) == 1
    assert (await kept(db))[job] == Kept("READY", 1, START + 2 * SECOND, "RuntimeError: half way")
    clock.advance(seconds=2)
    await a_worker(db, only(JobKind(effect=half, attempts=2))).drain()
    assert (await kept(db))[job].state == "DEAD"
    assert await teams(db) == []


async def buried(session: AsyncSession, view: View, job: Claimed, why: str) -> None:
    session.add(Team(name=f"{job.payload['name']}: {why}"))


@pytest.mark.parametrize(
    ("error", "tries", "told"),
    [
        (JobFailed("no room"), 2, "no room"),
        (GiveUp("no way"), 1, "no way"),
        (RuntimeError("SELECT x"), 2, "A fault (RuntimeError)."),
    ],
)
async def test_a_job_dies_with_its_reason_and_says_so(
    db: Database, clock: SettableClock, error: Exception, tries: int, told: str
) -> None:
    failed, seen = failing(*[error] * 9)
    kind = replace(failed, attempts=2, given_up=buried)
    [job] = await enqueued(db, "one", key="k")
    for _ in range(4):
        await a_worker(db, only(kind)).drain()
        clock.advance(hours=1)
    assert seen == list(range(1, tries + 1))
    whole = told if isinstance(error, JobFailed) else "RuntimeError: SELECT x"
    one = (await kept(db))[job]
    assert (one.state, one.attempt, one.error) == ("DEAD", tries, whole)
    assert await teams(db) == [f"one: {told}"]
    assert (await entries(db))[1:] == [(2, WRITER.id, KIND, f"job-{job}", told)]
    assert await enqueued(db, "two", key="k") != [job], "the dead block nobody"


async def test_a_job_that_kills_its_workers_dies_too(db: Database) -> None:
    kind, seen = failing()
    await enqueued(db, "poison")
    for _ in range(2):
        assert await hands("doomed").claim(db)
        await let_leases_end(db)
    await a_worker(db, only(replace(kind, attempts=2, given_up=buried))).drain()
    assert (seen, await teams(db)) == ([], ["poison: The worker stopped without a word."])
    [one] = (await kept(db)).values()
    assert (one.state, one.error) == ("DEAD", "The worker stopped without a word.")


async def test_a_job_dies_though_what_it_would_write_then_fails(db: Database) -> None:
    async def fails(session: AsyncSession, view: View, job: Claimed, why: str) -> None:
        await buried(session, view, job, why)
        await session.flush()
        raise UserError("There is no such row.")

    failed, _ = failing(GiveUp("no\0 \ud83d way"))
    await enqueued(db, "one")
    await a_worker(db, only(replace(failed, given_up=fails))).drain()
    [one] = (await kept(db)).values()
    assert (one.state, one.error) == ("DEAD", "no ? way")
    assert (await teams(db), len(await entries(db))) == ([], 1)


async def test_a_job_with_nothing_to_write_makes_no_entry(db: Database) -> None:
    async def looked(db: Database, job: Claimed) -> Nothing:
        return Nothing.TO_DO

    sent: list[str] = []

    async def send(db: Database, job: Claimed) -> None:
        sent.append(job.id)

    await enqueued(db, "one")
    [job] = await enqueued(db, "two", kind="send")
    kinds: Any = {KIND: JobKind(prepare=looked, effect=found), "send": JobKind(prepare=send)}
    assert await a_worker(db, kinds).drain() == 2
    assert (await states(db), await teams(db), sent) == (["DONE", "DONE"], [], [job])
    assert len(await entries(db)) == 2


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"effect": found, "attempts": 0},
        {"effect": found, "first_wait": timedelta()},
        {"effect": found, "cron": "every day"},
        {"effect": found, "cron": "0 0 31 2 *"},
    ],
)
def test_a_kind_that_cannot_work_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="job"):
        JobKind(**given)


async def test_what_is_finished_has_its_time_and_no_lease(
    db: Database, clock: SettableClock
) -> None:
    await enqueued(db, "one")
    clock.advance(seconds=5)
    await a_worker(db).drain()
    [(finished, lease)] = [
        tuple(row)
        for row in await db.rows(db.view(WRITER), select(JOBS.c.finished_at, JOBS.c.lease_until))
    ]
    assert (finished, lease) == (START + 5 * SECOND, None)
