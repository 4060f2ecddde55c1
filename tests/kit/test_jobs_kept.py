"""What operators see of jobs, and what they do about them."""

from datetime import timedelta

import pytest

from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Database
from riskreg.kit.errors import UserError
from riskreg.kit.jobs import GiveUp, JobKind, JobState, Kinds
from riskreg.kit.jobs_kept import FORGET, JobFigures, figures, listed, retry
from riskreg.kit.jobs_worker import Worker
from tests.kit.conftest import START
from tests.kit.rows import WRITER
from tests.kit.working import (
    KIND,
    a_worker,
    enqueued,
    failing,
    found,
    hands,
    kept,
    only,
    states,
    teams,
)

NONE = dict.fromkeys(JobState, 0)


async def a_dead_job(db: Database, **given: str) -> str:
    """The id of a job that was given up."""
    kind, _ = failing(GiveUp("no way"))
    [job] = await enqueued(db, "dead", **given)
    await a_worker(db, only(kind)).drain()
    return job


async def test_figures_count_states_and_how_late_the_oldest_is(
    db: Database, clock: SettableClock
) -> None:
    assert await figures(db) == JobFigures(NONE, 0.0)
    await a_dead_job(db)
    await enqueued(db, "one", "two")
    await enqueued(db, "tomorrow", run_at=START + timedelta(days=1))
    await hands().claim(db)
    clock.advance(seconds=90)
    counts = {JobState.DEAD: 1, JobState.RUNNING: 1, JobState.READY: 2}
    shown = await figures(db)
    assert shown.counts == NONE | counts
    assert shown.oldest_ready_seconds == pytest.approx(90, abs=0.001)
    await a_worker(db).drain()
    assert (await figures(db)).oldest_ready_seconds == 0.0


async def test_jobs_are_listed_oldest_first(db: Database) -> None:
    dead = await a_dead_job(db, key="k")
    [ready] = await enqueued(db, "ready")
    assert [one.id for one in await listed(db)] == [dead, ready]
    [one] = await listed(db, JobState.DEAD)
    assert (one.id, one.kind, one.key, one.state, one.attempt) == (
        dead,
        KIND,
        "k",
        JobState.DEAD,
        1,
    )
    assert (one.run_at, one.finished_at, one.error) == (START, one.finished_at, "no way")
    assert one.finished_at is not None
    assert one.worker is not None
    assert await listed(db, JobState.DONE) == []


async def test_a_dead_job_is_tried_again_as_often_as_a_new_one(
    db: Database, clock: SettableClock
) -> None:
    job = await a_dead_job(db)
    clock.advance(hours=1)
    await retry(db, job)
    assert (await kept(db))[job].state == "READY"
    assert (await kept(db))[job].run_at == START + timedelta(hours=1)
    kind, seen = failing(*[RuntimeError("no")] * 9)
    for _ in range(9):
        await a_worker(db, only(kind)).drain()
        clock.advance(hours=1)
    assert seen == [2, 3, 4, 5, 6], "five tries, and a token that never comes twice"
    await retry(db, job)
    await a_worker(db).drain()
    assert await teams(db) == ["dead.7"]
    assert (await kept(db))[job].error is None


async def test_only_the_dead_are_tried_again(db: Database) -> None:
    [job] = await enqueued(db, "ready")
    before = await kept(db)
    for other in (job, "0" * 32, "nonsense", ""):
        with pytest.raises(UserError) as caught:
            await retry(db, other)
        assert caught.value.code == "NOT_FOUND"
    assert await kept(db) == before


async def test_a_dead_job_waits_while_another_does_its_work(db: Database) -> None:
    job = await a_dead_job(db, key="k")
    await enqueued(db, "again", key="k")
    before = await kept(db)
    with pytest.raises(UserError) as caught:
        await retry(db, job)
    assert caught.value.code == "DUPLICATE"
    assert await kept(db) == before
    await a_worker(db).drain()
    await retry(db, job)
    assert (await kept(db))[job].state == "READY"


async def test_what_is_done_is_forgotten_after_a_week(db: Database, clock: SettableClock) -> None:
    kinds: Kinds = {"forgetJobs": FORGET, KIND: JobKind(effect=found)}
    worker = Worker(db, kinds, WRITER)
    await worker.drain()
    dead = await a_dead_job(db)
    await enqueued(db, "one")
    [waiting] = await enqueued(db, "later", run_at=START + timedelta(days=90))
    assert await worker.drain() == 1
    clock.advance(days=6)
    assert await worker.drain() == 1
    assert await states(db) == ["DEAD", "DONE", "READY", "DONE"]
    clock.advance(days=2)
    await worker.drain()
    left = await kept(db)
    assert [left[job].state for job in (dead, waiting)] == ["DEAD", "READY"]
    assert [one.state for one in left.values()] == ["DEAD", "READY", "DONE", "DONE"]
