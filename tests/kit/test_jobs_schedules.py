"""Jobs that come by the calendar: each slot once, whoever works and whoever slept."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Database
from riskreg.kit.jobs import JOBS, SCHEDULES, Claimed, JobKind, Kinds, Nothing
from riskreg.kit.jobs_schedules import Calendar, newest_slot, next_slot
from riskreg.kit.jobs_worker import Worker
from tests.kit.rows import WRITER
from tests.kit.working import column, states

ZONE = "Asia/Singapore"
"""Eight hours ahead of UTC: START is nine in the morning there."""


class Nightly:
    """A kind that comes at two in the morning, and the slots that it came for."""

    def __init__(self, cron: str = "0 2 * * *") -> None:
        self.slots: list[str] = []
        self.kinds: Kinds = {"nightly": JobKind(prepare=self._note, cron=cron)}

    async def _note(self, db: Database, job: Claimed) -> Nothing:
        self.slots.append(job.payload["slot"])
        return Nothing.TO_DO

    def worker(self, db: Database, zone: str = ZONE) -> Worker:
        return Worker(db, self.kinds, WRITER, zone=zone)


async def test_a_slot_comes_once_in_the_organisations_zone(
    db: Database, clock: SettableClock
) -> None:
    nightly = Nightly()
    worker = nightly.worker(db)
    assert await worker.drain() == 0, "it begins with the next slot"
    clock.set(datetime(2026, 11, 16, 17, 59, 59, tzinfo=UTC))
    assert await worker.drain() == 0
    clock.advance(seconds=1)
    assert await worker.drain() == 1
    assert await worker.drain() == 0
    clock.advance(days=1)
    assert await nightly.worker(db).drain() == 1
    assert nightly.slots == ["2026-11-16T18:00:00+00:00", "2026-11-17T18:00:00+00:00"]


async def test_slots_that_were_missed_come_once_as_the_newest(
    db: Database, clock: SettableClock
) -> None:
    nightly = Nightly()
    await nightly.worker(db).drain()
    clock.advance(days=10)
    assert await nightly.worker(db).drain() == 1
    assert nightly.slots == ["2026-11-25T18:00:00+00:00"]
    clock.advance(hours=23)
    assert await nightly.worker(db).drain() == 1


async def test_a_slot_is_claimed_by_one_of_three_workers(
    db: Database, clock: SettableClock, migrated_url: str
) -> None:
    nightly = Nightly("*/5 * * * *")
    calendar = Calendar.of(nightly.kinds, ZONE)
    many = [db, *[Database(migrated_url, clock) for _ in range(2)]]
    await asyncio.gather(*[calendar.install(one) for one in many])
    for _ in range(10):
        clock.advance(minutes=5)
        await asyncio.gather(*[calendar.enqueue_due(one, WRITER) for one in many])
        assert await states(db) == ["READY"]
        await asyncio.gather(*[nightly.worker(one).drain() for one in many])
        assert await states(db) == ["DONE"]
        await db.note(delete(JOBS))
    assert len(nightly.slots) == len(set(nightly.slots)) == 10
    for other in many[1:]:
        await other.aclose()


async def test_a_slot_adds_nothing_while_the_one_before_is_unfinished(
    db: Database, clock: SettableClock
) -> None:
    nightly = Nightly()
    calendar = Calendar.of(nightly.kinds, ZONE)
    await calendar.install(db)
    for _ in range(3):
        clock.advance(days=1)
        await calendar.enqueue_due(db, WRITER)
    assert await states(db) == ["READY"]
    assert await column(db, "payload") == [{"slot": "2026-11-16T18:00:00+00:00"}]
    assert await column(db, "created_by") == [WRITER.id]


async def test_another_rule_begins_from_now_on(db: Database, clock: SettableClock) -> None:
    await Nightly().worker(db).drain()
    await Nightly().worker(db).drain()
    assert await rules(db) == [("0 2 * * * Asia/Singapore", datetime(2026, 11, 16, 18, tzinfo=UTC))]
    await Nightly("30 9 * * *").worker(db).drain()
    later = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
    assert await rules(db) == [("30 9 * * * Asia/Singapore", later)]
    await Nightly("30 9 * * *").worker(db, "Europe/Warsaw").drain()
    later = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
    assert await rules(db) == [("30 9 * * * Europe/Warsaw", later)]


async def rules(db: Database) -> list[tuple[str, datetime]]:
    query = select(SCHEDULES.c.rule, SCHEDULES.c.next_at)
    return [(row.rule, row.next_at) for row in await db.rows(db.view(WRITER), query)]


@pytest.mark.parametrize(
    ("after", "slot"),
    [
        # 2026-03-29 has no half past two in Warsaw: what is due then comes when the hour is over.
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)),
        # 2026-10-25 has it twice, and the slot once.
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_hour_that_is_skipped_or_comes_twice(after: datetime, slot: datetime) -> None:
    assert next_slot("30 2 * * *", "Europe/Warsaw", after) == slot


@pytest.mark.parametrize("late", [timedelta(), timedelta(seconds=0.5), timedelta(hours=23)])
def test_the_newest_slot_is_that_which_came_last(late: timedelta) -> None:
    slot = datetime(2026, 11, 16, 18, tzinfo=UTC)
    assert newest_slot("0 2 * * *", ZONE, slot + late) == slot
    assert newest_slot("0 2 * * *", ZONE, slot - timedelta(seconds=1)) == slot - timedelta(days=1)
