"""Jobs that come by the calendar: who moves a schedule on has claimed its slot.

The slot is claimed and its job enqueued in one transaction, so that no slot is lost or run twice,
however many workers there are. Slots that were missed while nobody worked come once, as the newest
of them; a slot whose job before is unfinished adds none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from riskreg.kit.db import Database
from riskreg.kit.jobs import SCHEDULES, JobState, Kinds, insert_once
from riskreg.kit.tables import Instant
from riskreg.kit.view import Actor

BY_CALENDAR = "by calendar"
"""The key of such jobs: of each kind one at a time."""

_NOW: Any = bindparam("now", type_=Instant)
_DUE = select(SCHEDULES.c.kind).where(SCHEDULES.c.next_at <= _NOW)
_MOVE_ON = (
    update(SCHEDULES)
    .where(SCHEDULES.c.kind == bindparam("which"), SCHEDULES.c.next_at <= _NOW)
    .values(next_at=bindparam("next_slot", type_=Instant))
    .returning(SCHEDULES.c.kind)
)


def next_slot(cron: str, zone: str, after: datetime) -> datetime:
    """The first slot later than an instant, in UTC."""
    return next(CronSim(cron, after.astimezone(ZoneInfo(zone)))).astimezone(UTC)


def newest_slot(cron: str, zone: str, until: datetime) -> datetime:
    """The last slot up to an instant, in UTC."""
    end = (until + timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    return next(CronSim(cron, end, reverse=True)).astimezone(UTC)


@dataclass(frozen=True)
class Calendar:
    """The kinds that come by themselves, with their cron texts, in one zone."""

    crons: Mapping[str, str]
    zone: str

    @classmethod
    def of(cls, kinds: Kinds, zone: str) -> Calendar:
        """The calendar of all that have a time by which they come."""
        return cls({name: kind.cron for name, kind in kinds.items() if kind.cron}, zone)

    async def install(self, db: Database) -> None:
        """Begin each schedule that is new, or that has another rule than before, from now on."""
        if self.crons:
            await db.operate(lambda connection: self._install(connection, db.now()))

    async def _install(self, connection: AsyncConnection, now: datetime) -> None:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        for name, cron in self.crons.items():
            insert: Any = dialect.insert(SCHEDULES)
            rule = f"{cron} {self.zone}"
            begin = insert.values(
                kind=name, rule=rule, next_at=next_slot(cron, self.zone, now)
            ).on_conflict_do_update(
                index_elements=["kind"],
                set_={"rule": insert.excluded.rule, "next_at": insert.excluded.next_at},
                where=SCHEDULES.c.rule != insert.excluded.rule,
            )
            await connection.execute(begin)

    async def enqueue_due(self, db: Database, actor: Actor) -> None:
        """Enqueue a job for every slot that has come and that nobody has claimed."""
        view = db.view(actor)
        due = [row.kind for row in await db.rows(view, _DUE, now=view.now)]
        for name in set(due) & set(self.crons):
            await self._enqueue(db, actor, name, view.now)

    async def _enqueue(self, db: Database, actor: Actor, name: str, now: datetime) -> None:
        cron = self.crons[name]
        bound = {"which": name, "now": now, "next_slot": next_slot(cron, self.zone, now)}
        job = {
            "id": db.keys(now),
            "kind": name,
            "key": BY_CALENDAR,
            "payload": {"slot": newest_slot(cron, self.zone, now).isoformat()},
            "state": JobState.READY,
            "run_at": now,
            "attempt": 0,
            "excused": 0,
            "created_at": now,
            "created_by": actor.id,
        }

        async def claim(connection: AsyncConnection) -> None:
            # SQLite knows no writing WITH, so it is two statements; the first makes others wait,
            # and then find nothing to claim.
            if (await connection.execute(_MOVE_ON, bound)).first() is not None:
                await connection.execute(insert_once(connection.dialect.name).values(job))

        await db.operate(claim)
