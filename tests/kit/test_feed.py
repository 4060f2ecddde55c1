"""The change feed: every entry once and in order, whoever wrote it and whatever breaks."""

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from riskreg.kit import entries, feed
from riskreg.kit.clock import SettableClock, SystemClock
from riskreg.kit.db import Database
from riskreg.kit.entries import NO_END, START, Place, Sealed
from riskreg.kit.errors import BadInput, RateLimited, StreamEnded
from tests.engines import EngineKind, PostgresServer
from tests.kit.rows import WRITER, add, key, team
from tests.waiting import until

ROOT = Path(__file__).parents[2]
IDLE = 20.0
"""Longer than any test waits: whatever comes, comes by a hint or a look."""
SECONDS = 20.0


async def first(db: Database, number: int, since: Place | None = START) -> list[Sealed]:
    """The first entries after a place, or from now on."""
    found: list[Sealed] = []
    async with asyncio.timeout(SECONDS), aclosing(db.feed.follow(since, idle=IDLE)) as stream:
        async for entry in stream:
            assert entry is not None
            found.append(entry)
            if len(found) == number:
                break
    return found


async def head(db: Database) -> Place:
    return await entries.head(db.rows, db.view(WRITER))


@asynccontextmanager
async def following(db: Database, number: int) -> AsyncIterator[asyncio.Task[list[Sealed]]]:
    """A follower who waits for so many entries from now on."""
    task = asyncio.create_task(first(db, number, None))
    await until(lambda: any(one.is_given for one in db.feed._followers))
    yield task
    if not task.done():
        task.cancel()


def seqs(found: Sequence[Sealed]) -> list[int]:
    return [one.seq for one in found]


async def test_an_entry_is_told_with_the_rows_that_it_wrote(db: Database) -> None:
    await add(db, team(2, "two"), team(1, "one"))
    [entry] = await first(db, 1)
    assert (entry.seq, entry.actor_id, entry.actor_name) == (1, WRITER.id, WRITER.name)
    assert (entry.action, entry.reason, entry.request_id) == ("add", None, "-")
    assert entry.touched == {"teams": (key(1), key(2))}
    assert entry.place == await head(db)


async def test_who_follows_from_now_on_is_told_what_comes(db: Database) -> None:
    await add(db, team(1, "one"))
    async with following(db, 2) as task:
        assert await add(db, team(2, "two")) == 2
        assert await add(db, team(3, "three")) == 3
        assert seqs(await task) == [2, 3]


async def test_the_past_is_read_page_by_page(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE", 3)
    for number in range(1, 9):
        await add(db, team(number, f"{number}"))
    assert seqs(await first(db, 8)) == list(range(1, 9))
    fifth = (await first(db, 5))[-1].place
    assert seqs(await first(db, 3, fifth)) == [6, 7, 8]


async def test_entries_that_wrote_much_are_told_whole(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MOST_ROWS", 4)
    sizes = [1, 2, 9, 0, 4, 3, 3]
    for turn, size in enumerate(sizes):
        await add(db, *[team(100 * turn + number, f"{turn}.{number}") for number in range(size)])
    at, batches = 0, 0
    told: list[Sealed] = []
    while (batch := await entries.after(db.rows, db.view(WRITER), at, 100)).entries:
        told += batch.entries
        at, batches = told[-1].seq, batches + 1
        assert batch.more == (at < len(sizes))
    assert seqs(told) == list(range(1, len(sizes) + 1))
    assert [sum(map(len, one.touched.values())) for one in told] == sizes
    assert batches > 3


async def test_nobody_looks_while_nobody_follows(db: Database) -> None:
    assert not db.feed.is_reading
    async with following(db, 1) as task:
        assert db.feed.is_reading
        await add(db, team(1, "one"))
        await task
    assert not db.feed.is_reading
    await add(db, team(2, "two"))
    assert not db.feed.is_reading
    async with following(db, 1) as task:  # and the next one is told again
        await add(db, team(3, "three"))
        assert seqs(await task) == [3]


async def test_an_idle_follower_is_given_a_sign(db: Database) -> None:
    async with aclosing(db.feed.follow(None, idle=0.01)) as stream:
        assert await anext(stream) is None
        await add(db, team(1, "one"))
        while (found := await anext(stream)) is None:
            pass
        assert found.seq == 1


async def test_entries_of_another_process_are_told(migrated_url: str, db: Database) -> None:
    other = Database(migrated_url, SystemClock())
    async with following(db, 2) as task:
        await add(other, team(1, "one"))
        await add(db, team(2, "two"))
        assert seqs(await task) == [1, 2]
    await other.aclose()


@pytest.mark.parametrize("seed", range(4))
async def test_followers_who_come_and_go_miss_nothing_and_hear_nothing_twice(
    db: Database, migrated_url: str, seed: int
) -> None:
    """Writers here and in another process; each follower goes on from where it left."""
    dice, total = random.Random(seed), 48
    other = Database(migrated_url, db.clock)

    async def writer(own: Database, numbers: range) -> None:
        for number in numbers:
            await add(own, team(number, f"{number}"))
            await asyncio.sleep(dice.random() * 0.01)

    async def follower(own: Database) -> list[Sealed]:
        heard: list[Sealed] = []
        while len(heard) < total:
            since = heard[-1].place if heard else START
            heard += await first(own, dice.randint(1, total - len(heard)), since)
            await asyncio.sleep(dice.random() * 0.03)
        return heard

    half = total // 2
    writing = writer(db, range(half)), writer(other, range(half, total))
    told = await asyncio.gather(*[follower(own) for own in (db, db, other)], *writing)
    for heard in told[:3]:
        assert heard is not None
        assert seqs(heard) == list(range(1, total + 1))
    assert not db.feed.is_reading
    assert not other.feed.is_reading
    await other.aclose()


async def test_who_takes_nothing_is_let_go_and_the_others_go_on(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_WAITING", 3)
    monkeypatch.setattr(feed, "SLOW_SECONDS", 0.3)
    stuck = db.feed.follow(None, idle=IDLE)
    waiting = asyncio.create_task(anext(stuck))
    async with following(db, 8) as quick:
        await until(lambda: [one.is_given for one in db.feed._followers] == [True, True])
        await add(db, team(1, "1"))
        taken = await waiting
        assert taken is not None
        await add(db, team(2, "2"))
        await until(lambda: [len(one.waiting) for one in db.feed._followers].count(1) == 1)
        await asyncio.sleep(0.4)
        for number in range(3, 9):
            await add(db, team(number, f"{number}"))
        assert seqs(await quick) == list(range(1, 9))
    with pytest.raises(StreamEnded) as caught:
        await anext(stuck)
    assert (caught.value.code, caught.value.since) == ("SLOW_SUBSCRIBER", taken.place.cursor)
    again = entries.place_of(caught.value.since)
    assert seqs(await first(db, 7, again)) == list(range(2, 9))


async def test_a_burst_is_read_from_the_table_by_those_who_have_no_room_for_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_WAITING", 2)
    monkeypatch.setattr(feed, "PAGE", 4)
    heard: list[Sealed] = []
    async with aclosing(db.feed.follow(None, idle=0.05)) as stream:
        assert await anext(stream) is None
        for number in range(1, 21):
            await add(db, team(number, f"{number}"))
        while len(heard) < 20:
            entry = await anext(stream)
            heard += [] if entry is None else [entry]
            if len(heard) == 10:
                for number in range(21, 31):
                    await add(db, team(number, f"{number}"))
        heard += [one for one in [await anext(stream) for _ in range(10)] if one is not None]
    assert seqs(heard) == list(range(1, 31))


async def test_a_feed_that_closes_says_where_to_go_on(db: Database) -> None:
    await add(db, team(1, "one"))
    stream = db.feed.follow(None, idle=IDLE)
    waiting = asyncio.create_task(anext(stream))
    await until(lambda: db.feed.is_reading)
    await db.feed.close()
    for late in (lambda: waiting, lambda: anext(db.feed.follow(None, idle=IDLE))):
        with pytest.raises(StreamEnded) as caught:
            await late()
        assert caught.value.code == "GOING_AWAY"
        assert entries.place_of(caught.value.since) == await head(db)


async def test_there_is_room_for_so_many_only(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_FOLLOWERS", 1)
    async with following(db, 1):
        with pytest.raises(RateLimited):
            await anext(db.feed.follow(None, idle=IDLE))


@pytest.mark.parametrize("engine_kind", ["postgres"], indirect=True)
async def test_a_listener_that_is_killed_loses_nothing(
    migrated_url: str,
    clock: SettableClock,
    postgres_server: PostgresServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    db, other = Database(migrated_url, clock), Database(migrated_url, clock)
    name = make_url(migrated_url).database
    listeners = (
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' "
        "AND query LIKE 'LISTEN%'"
    )
    async with following(db, 12) as task:
        for number in range(12):
            if number % 4 == 1:
                await until(lambda: listening(postgres_server, f"{name}") == 1, every=0.02)
                killed = await asyncio.to_thread(postgres_server.sql, listeners)
                assert killed.strip() == "t"
            await add(other, team(number, f"{number}"))
        assert seqs(await task) == list(range(1, 13))
    lost = "the feed lost its connection, and takes another one"
    assert [one.message for one in caplog.records].count(lost) == 3
    await db.aclose()
    await other.aclose()


def listening(server: PostgresServer, name: str) -> int:
    """How many connections to a database wait for hints."""
    where = f"datname = '{name}' AND query LIKE 'LISTEN%'"
    return int(server.sql(f"SELECT count(*) FROM pg_stat_activity WHERE {where}"))


WRITING = """
import asyncio, sys
from riskreg.kit.clock import SystemClock
from riskreg.kit.db import Database
from tests.kit.rows import add, team

async def main(url):
    db = Database(url, SystemClock())
    await asyncio.gather(*[add(db, team(number, f"{number}")) for number in range(30)])
    await db.aclose()

asyncio.run(main(sys.argv[1]))
"""


async def test_a_process_beside_us_is_heard(
    migrated_url: str, db: Database, engine_kind: EngineKind
) -> None:
    command = [sys.executable, "-c", WRITING, migrated_url]
    async with following(db, 30) as task:
        await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=True)
        assert seqs(await task) == list(range(1, 31))


BAD = ["", "a", "!", "é", "A" * 3, Place(1, "0" * 8).cursor.upper()]


@pytest.mark.parametrize("cursor", BAD)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadInput):
        entries.place_of(cursor)


def test_cursors_lead_back_to_their_place() -> None:
    for place in (START, Place(7, "0123abcd"), Place(NO_END, "f" * 8)):
        assert entries.place_of(place.cursor) == place
    for odd in (Place(2**63, "f" * 8), Place(-1, "f" * 8), Place(1, "F" * 8), Place(1, "f" * 9)):
        with pytest.raises(BadInput):
            entries.place_of(odd.cursor)


async def test_places_of_the_future_and_of_another_journal_are_refused(db: Database) -> None:
    await add(db, team(1, "one"))
    view, here = db.view(WRITER), await head(db)
    for known in (START, here):
        await entries.require_known(db.rows, view, known)
    other = "1" if here.mark[0] == "0" else "0"
    for place in (Place(2, here.mark), Place(1, other + here.mark[1:]), Place(0, here.mark)):
        with pytest.raises(BadInput):
            await entries.require_known(db.rows, view, place)
