"""Many writers at once: nothing lost, nobody told to wait, no gap in the numbers."""

import asyncio
import logging
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import audit
from riskreg.kit.clock import SystemClock
from riskreg.kit.codes import CodeCounter
from riskreg.kit.db import Act, Database, get
from riskreg.kit.journal import Entry
from riskreg.kit.view import View
from riskreg.people.models import Team
from tests.kit.rows import WRITER, add, key, table_of, team, values

ROOT = Path(__file__).parents[2]
WRITERS = 16
SIZES = [pytest.param(12, id="12"), pytest.param(100, id="100", marks=pytest.mark.long)]
COUNTED = key(0)


async def count_up(session: AsyncSession, view: View) -> int:
    """Read a number, let others run, and write it one higher: lost if two do so at once."""
    row = await get(session, view, Team, COUNTED)
    number = int(row.name) + 1
    await asyncio.sleep(0)
    row.name = f"{number}"
    return number


async def counted(db: Database) -> tuple[int, int]:
    """What the number came to, and how often its row was changed."""
    view = db.view(WRITER)
    one: Any = view.of(Team)
    [row] = await db.rows(view, select(one.name, one.version).where(one.id == COUNTED))
    return int(row.name), row.version - 1


async def numbers(db: Database) -> list[int]:
    rows = await db.rows(db.view(WRITER), select(Entry.seq).order_by(Entry.seq))
    return [row.seq for row in rows]


@pytest.mark.parametrize("writes", SIZES)
async def test_writers_at_once_lose_nothing(db: Database, writes: int) -> None:
    await add(db, team(0, "0"))

    async def writer(number: int) -> list[tuple[int, int]]:
        done = []
        for turn in range(writes):
            if turn % 4 == 3:  # now and then something else than the number that all count
                await add(db, team(1 + number * writes + turn, f"{number}.{turn}"))
            written = await db.write(WRITER, Act("count"), count_up)
            done.append((written.seq, written.result))
        return done

    told = [pair for some in await asyncio.gather(*map(writer, range(WRITERS))) for pair in some]
    total = WRITERS * writes
    assert await counted(db) == (total, total)
    assert [result for _, result in sorted(told)] == list(range(1, total + 1))
    assert await numbers(db) == list(range(1, 2 + total + WRITERS * (writes // 4)))
    assert (await db.run_sync(audit.verify)).problems == ()


async def test_readers_are_not_kept_waiting_by_a_writer(db: Database) -> None:
    await add(db, team(0, "0"))
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def long_work(session: AsyncSession, view: View) -> None:
        await count_up(session, view)
        await session.flush()
        inside.set()
        await go_on.wait()

    writing = asyncio.ensure_future(db.write(WRITER, Act("long"), long_work))
    await inside.wait()
    assert await counted(db) == (0, 0)
    assert await numbers(db) == [1]
    go_on.set()
    await writing
    assert await counted(db) == (1, 1)


@pytest.mark.parametrize("writes", SIZES)
async def test_callers_who_are_cancelled_at_random_break_nothing(db: Database, writes: int) -> None:
    """A write runs to its end or never begins; one that was answered is there."""
    await add(db, team(0, "0"))
    dice = random.Random(writes)

    async def writer(number: int) -> int:
        answered = 0
        for turn in range(writes):
            act = Act(f"count {number} {turn}")
            task = asyncio.ensure_future(db.write(WRITER, act, count_up))
            if dice.random() < 0.5:
                await asyncio.sleep(dice.random() * 0.02)
                task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                continue
            answered += 1
        return answered

    answered = sum(await asyncio.gather(*map(writer, range(WRITERS))))
    await asyncio.gather(*db._running)
    count, changes = await counted(db)
    assert count == changes == WRITERS * writes
    assert answered < count
    assert await numbers(db) == list(range(1, count + 2))
    assert (await db.run_sync(audit.verify)).problems == ()


async def test_notes_whose_callers_are_cancelled_lock_nobody_out(db: Database) -> None:
    await add(db, team(0, "0"))
    dice = random.Random(1)
    for number in range(30):
        statement = insert(CodeCounter).values(prefix=f"X{number}", last=number)
        task = asyncio.ensure_future(db.note(statement))
        await asyncio.sleep(dice.random() * 0.004)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await asyncio.wait_for(db.write(WRITER, Act("count"), count_up), 5)
    assert await counted(db) == (1, 1)
    await asyncio.gather(*db._running)
    counters = await db.rows(db.view(WRITER), select(CodeCounter.prefix))
    assert len(counters) == 30


async def test_write_that_fails_after_its_caller_has_gone_is_logged(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    inside = asyncio.Event()

    async def fails(session: AsyncSession, view: View) -> None:
        inside.set()
        await asyncio.sleep(0.01)
        message = "disk on fire"
        raise RuntimeError(message)

    task = asyncio.ensure_future(db.write(WRITER, Act("fail"), fails))
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await add(db, team(1, "one")) == 1
    # A busy machine may make the other entry slow, which is another record.
    [record] = [one for one in caplog.records if one.message != "slow entry"]
    assert record.message == "a write failed after its caller had gone"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "disk on fire"


async def test_slow_work_inside_an_entry_is_logged(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(session: AsyncSession, view: View) -> None:
        await asyncio.sleep(0.3)

    with caplog.at_level(logging.WARNING, "riskreg.kit.db"):
        await add(db, team(1, "one"))
        assert caplog.records == []
        await asyncio.gather(db.write(WRITER, Act("slow"), work), add(db, team(2, "two")))
    [record] = caplog.records
    assert (record.message, record.__dict__["seq"], record.__dict__["act"]) == (
        "slow entry",
        2,
        "slow",
    )
    assert 0.3 <= record.__dict__["took"] < 2


async def test_close_waits_for_the_writes_that_run_or_wait(migrated_url: str, db: Database) -> None:
    await add(db, team(0, "0"))
    waiting = [
        asyncio.ensure_future(db.write(WRITER, Act("count"), count_up)) for _ in range(WRITERS)
    ]
    await asyncio.sleep(0)
    await db.aclose()
    assert [task.done() for task in waiting] == [True] * WRITERS
    assert sorted(task.result().result for task in waiting) == list(range(1, WRITERS + 1))
    again = Database(migrated_url, SystemClock())
    assert await counted(again) == (WRITERS, WRITERS)
    await again.aclose()


PROCESS = """
import asyncio, sys
from riskreg.kit.clock import SystemClock
from riskreg.kit.db import Act, Database
from tests.kit.rows import WRITER
from tests.kit.test_concurrency import count_up

async def main(url, writes):
    db = Database(url, SystemClock())
    async def writer():
        for _ in range(writes):
            await db.write(WRITER, Act("count"), count_up)
    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*[writer() for _ in range(4)])
    await db.aclose()

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def in_two_processes(url: str, writes: int) -> list[tuple[str, str]]:
    """Output and complaints of two processes that begin to write at the same time."""
    command = [sys.executable, "-c", PROCESS, url, f"{writes}"]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with (
        subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as one,
        subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as two,
    ):
        for process in (one, two):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return [process.communicate(timeout=60) for process in (one, two)]


@pytest.mark.parametrize("writes", SIZES)
async def test_two_processes_on_one_database_lose_nothing(
    migrated_url: str, db: Database, writes: int
) -> None:
    """On SQLite the second waits for the file, on PostgreSQL for the head row."""
    await add(db, team(0, "0"))
    said = await asyncio.to_thread(in_two_processes, migrated_url, writes)
    # A busy machine may make an entry slow, which is said and harms nobody.
    assert [(out, err.replace("slow entry\n", "")) for out, err in said] == [("", ""), ("", "")]
    total = 2 * 4 * writes
    assert await counted(db) == (total, total)
    assert await numbers(db) == list(range(1, total + 2))
    assert (await db.run_sync(audit.verify)).problems == ()


async def test_bulk_writers_at_once_see_what_the_one_before_wrote(db: Database) -> None:
    """No write skew: each looks at all rows and adds one more only if there are fewer than five."""

    async def add_up_to_five(session: AsyncSession, view: View) -> None:
        one: Any = view.of(Team)
        there = (await session.execute(select(one.id), view.params)).all()
        if len(there) < 5:
            row = values(session, Team(name=f"{len(there)}"))
            await session.execute(insert(table_of(Team)), row)
            await session.execute(update(Team).values(version=Team.version + 1))

    await asyncio.gather(*[db.write(WRITER, Act("add"), add_up_to_five) for _ in range(WRITERS)])
    view = db.view(WRITER)
    one: Any = view.of(Team)
    rows = await db.rows(view, select(one.name, one.version).order_by(one.name))
    assert [tuple(row) for row in rows] == [("0", 6), ("1", 5), ("2", 4), ("3", 3), ("4", 2)]
