"""After mixed work by many writers, `asOf` any instant gives what a snapshot taken then held."""

import asyncio
import random
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import audit
from riskreg.kit.clock import SettableClock
from riskreg.kit.context import Context
from riskreg.kit.db import Act, Database, get
from riskreg.kit.view import Actor, Scope, View
from riskreg.people.models import Person, Team
from riskreg.projects.models import Project
from riskreg.risks.models import Risk, RiskComment, RiskProject, RiskVendor
from riskreg.risks.rules import Sensitivity
from tests.kit.rows import (
    WRITER,
    add,
    dated,
    key,
    narrow,
    person,
    project,
    risk,
    table_of,
    team,
    values,
    vendor,
)

WRITERS = 16
ASTER = key(1)
MODELS: tuple[Any, ...] = (Person, Team, Project, Risk, RiskComment, RiskProject, RiskVendor)
SIZES = [
    pytest.param(8, 100, id="100 instants"),
    pytest.param(30, 1000, id="1000 instants", marks=pytest.mark.long),
]

Rows = dict[str, set[tuple[Any, ...]]]


def everything(view: View) -> dict[str, Select[Any]]:
    """Every column of every row, in the same statement live and past."""
    return {
        model.__tablename__: select(
            *[
                getattr(view.of(model), c.name)
                for c in table_of(model).columns
                if c.name != "impacts"
            ]
        )
        for model in MODELS
    }


@dataclass
class Told:
    """What was seen inside each entry, once its work was done: by all, and by a vendor."""

    at: list[datetime] = field(default_factory=list)
    seen: list[tuple[Rows, Rows]] = field(default_factory=list)

    async def snapshot(self, session: AsyncSession, view: View) -> None:
        """Take a snapshot inside an entry."""
        await session.flush()
        self.at.append(view.now)
        vendor_view = View(narrow(Scope.VENDOR, ASTER), view.now)
        self.seen.append((await _rows(session, view), await _rows(session, vendor_view)))

    def by(self, instant: datetime) -> tuple[Rows, Rows]:
        """The snapshot that held at an instant."""
        number = bisect_right(self.at, instant)
        nothing: Rows = {model.__tablename__: set() for model in MODELS}
        return self.seen[number - 1] if number else (nothing, nothing)


async def _rows(session: AsyncSession, view: View) -> Rows:
    found: Rows = {}
    for name, query in everything(view).items():
        found[name] = {tuple(row) for row in (await session.execute(query, view.params)).all()}
    return found


@dataclass
class Hand:
    """A writer: picks what to do next, and does it in one of the ways of writing."""

    dice: random.Random

    async def some(self, session: AsyncSession, view: View, model: Any) -> str:
        alias: Any = view.of(model)
        keys = (await session.execute(select(alias.id).order_by(alias.id), view.params)).scalars()
        return str(self.dice.choice(keys.all()))

    async def orm_add(self, session: AsyncSession, view: View) -> None:
        session.add(one := dated(session, risk()))
        await session.flush()
        session.add(RiskVendor(risk_id=one.id, vendor_id=ASTER))
        session.add(RiskComment(risk_id=one.id, text="logged"))

    async def orm_change(self, session: AsyncSession, view: View) -> None:
        one = await get(session, view, Risk, await self.some(session, view, Risk))
        one.title = f"Title {self.dice.random()}"
        one.owner_id = await self.some(session, view, Person)

    async def orm_delete(self, session: AsyncSession, view: View) -> None:
        link: Any = view.of(RiskVendor)
        links = (await session.execute(select(link).order_by(link.id), view.params)).scalars().all()
        if links:
            await session.delete(self.dice.choice(links))

    async def core_insert(self, session: AsyncSession, view: View) -> None:
        await session.execute(insert(table_of(Person)), values(session, person("Core")))

    async def core_update(self, session: AsyncSession, view: View) -> None:
        table, at = table_of(Person), await self.some(session, view, Person)
        changed = update(table).where(table.c.id == at).values(name=f"{self.dice.random()}")
        await session.execute(changed)

    async def core_delete(self, session: AsyncSession, view: View) -> None:
        table, at = table_of(RiskProject), await self.some(session, view, Project)
        await session.execute(delete(table).where(table.c.project_id == at))

    async def bulk_insert(self, session: AsyncSession, view: View) -> None:
        at = await self.some(session, view, Risk)
        one: Any = view.of(RiskProject)
        mine = select(one.project_id).where(one.risk_id == at)
        linked = set((await session.execute(mine, view.params)).scalars())
        links = [RiskProject(risk_id=at, project_id=key(n)) for n in (2, 3)]
        rows = [values(session, link) for link in links if link.project_id not in linked]
        if rows:
            await session.execute(insert(RiskProject), rows)

    async def bulk_update(self, session: AsyncSession, view: View) -> None:
        wanted = self.dice.choice(list(Sensitivity))
        statement = update(Risk).where(Risk.number % 3 == self.dice.randrange(3))
        await session.execute(statement.values(sensitivity=wanted))

    async def raw(self, session: AsyncSession, view: View) -> None:
        connection = await session.connection()
        at = await self.some(session, view, Team)
        await connection.exec_driver_sql(
            f"UPDATE teams SET name = '{self.dice.random()}', version = version + 1 "
            f"WHERE id = '{at}'"
        )

    async def many_times(self, session: AsyncSession, view: View) -> None:
        one = await get(session, view, Team, await self.some(session, view, Team))
        for _ in range(3):
            one.name = f"{self.dice.random()}"
            await session.flush()

    async def act(self, session: AsyncSession, view: View) -> None:
        """One of the ways, or two."""
        ways = (
            *(self.orm_add, self.orm_change, self.orm_delete, self.core_insert, self.core_update),
            *(self.core_delete, self.bulk_insert, self.bulk_update, self.raw, self.many_times),
        )
        for way in self.dice.sample(ways, self.dice.choice((1, 1, 2))):
            await way(session, view)


async def mixed_work(db: Database, clock: SettableClock, writes: int) -> Told:
    """Sixteen writers at once, the clock moving on, standing still and going back meanwhile."""
    told = Told()
    one, two = project("ONE", id=key(2)), project("TWO", id=key(3))
    rows = [vendor("ASTER", id=ASTER), one, two, person(), team(4, "four"), team(5, "five")]
    await add(db, *rows, risk())

    async def first(session: AsyncSession, view: View) -> None:
        session.add(RiskComment(risk_id=await Hand(dice).some(session, view, Risk), text="x"))
        await told.snapshot(session, view)

    dice = random.Random(7)
    await db.write(WRITER, Act("first"), first)

    async def writer(number: int) -> None:
        hand = Hand(random.Random(number))
        for _ in range(writes):
            clock.advance(seconds=dice.choice((0.0, 0.0, 0.5, 2.0, -1.0)))

            async def work(session: AsyncSession, view: View) -> None:
                await hand.act(session, view)
                await told.snapshot(session, view)

            await db.write(WRITER, Act("act"), work)

    await asyncio.gather(*map(writer, range(WRITERS)))
    return told


def instants(told: Told, number: int) -> list[datetime]:
    """The exact instants of entries, those just before, and any between."""
    dice = random.Random(number)
    first, last = told.at[0], told.at[-1]
    tick, span = timedelta(microseconds=1), (last - first).total_seconds()
    chosen = [first, last]
    while len(chosen) < number:
        at = dice.choice(told.at[1:])
        between = first + timedelta(seconds=dice.random() * span)
        chosen.append(dice.choice((at, at - tick, between)))
    return chosen


async def seen_at(db: Database, actor: Actor, instant: datetime) -> Rows:
    context = Context(db, actor)
    view = await context.view(instant)
    return {
        name: {tuple(row) for row in await context.rows(view, query)}
        for name, query in everything(view).items()
    }


@pytest.mark.parametrize(("writes", "number"), SIZES)
async def test_as_of_any_instant_is_the_snapshot_taken_then(
    db: Database, clock: SettableClock, writes: int, number: int
) -> None:
    told = await mixed_work(db, clock, writes)
    assert len(told.at) == 1 + WRITERS * writes
    assert told.at == sorted(set(told.at))
    clock.set(told.at[-1] + timedelta(days=1))
    for instant in instants(told, number):
        everybody, _ = told.by(instant)
        assert await seen_at(db, WRITER, instant) == everybody, instant
    assert (await db.run_sync(audit.verify)).problems == ()


async def test_as_of_for_a_vendor_is_what_it_saw_then_and_sees_still(
    db: Database, clock: SettableClock
) -> None:
    told = await mixed_work(db, clock, 4)
    actor = narrow(Scope.VENDOR, ASTER)
    live = View(actor, db.now())
    still = {
        name: {row.id for row in await db.rows(live, query)}
        for name, query in everything(live).items()
    }
    for instant in instants(told, 20):
        _, then = told.by(instant)
        left = {name: {row for row in rows if row[0] in still[name]} for name, rows in then.items()}
        assert await seen_at(db, actor, instant) == left, instant
