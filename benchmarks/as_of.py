"""What the past costs beside the present, in one run: goal 10 of house/performance.md.

Every row of the register (risks, actions, their links, people, projects) has 10 versions. Each
query is asked live, as of the newest entry, and as of an instant in the middle of the history:
milliseconds of the statements with the fetching of their rows, and of the whole request, and how
many times the live one that is. Pages and lookups may cost 2x, aggregates over all rows 7x.

    python benchmarks/as_of.py [sqlite|postgres] [RISKS]
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

import canonical  # the modules beside this one
import register
from measure import Asker, a_database
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database
from riskreg.kit.view import Actor, Reach, Scope, View
from riskreg.people.models import Person
from riskreg.people.permits import SYSTEM
from riskreg.projects.models import Project
from riskreg.risks.models import Risk, RiskProject
from riskreg.risks.models_mitigation import Mitigation, RiskMitigation

VERSIONS = 10
PAGE, LOOKUP, ALL = 2.0, 2.0, 7.0
NARROW = Actor("f" * 32, "narrow", reach=Reach(Scope.PROJECTS, (register.key(2, 7),)))
PLAIN = """{ risks(first: 50, orderBy: {field: NEXT_REVIEW_DUE, direction: ASC}%s) { nodes {
  code title category status residual { effective { band } } nextReviewDue owner { name } } } }"""


@dataclass(frozen=True)
class Question:
    """A query with a place for `asOf`, and how many times the live one it may cost."""

    name: str
    query: str
    goal: float | None
    actor: Actor = SYSTEM
    rounds: int = 15


QUESTIONS = (
    Question("page of 50 risks", PLAIN, PAGE),
    Question("canonical page", canonical.QUERY.replace("ASC}", "ASC}%s"), PAGE),
    Question("one risk by code", '{ risk(code: "R-00500"%s) { title status } }', LOOKUP),
    Question("count of all", "{ risks(first: 1%s) { totalCount } }", ALL),
    Question("heatMap", "{ heatMap%s { total cells { count } } }", ALL),
    Question("hygiene", "{ hygiene%s { checks { rule count } } }", ALL, rounds=3),
    Question("page of a narrow actor", PLAIN, None, NARROW),
)


async def age(db: Database, clock: SettableClock) -> datetime:
    """Write every row again until each has its versions; the middle of that time."""
    models = (Person, Project, Risk, Mitigation, RiskMitigation, RiskProject)
    middle = clock.now()
    for number in range(1, VERSIONS):

        async def touch(session: AsyncSession, _view: View) -> None:
            for model in models:
                table = model.__table__
                await session.execute(update(table).values(version=table.c.version + 1))

        written = await db.write(SYSTEM, Act("touch"), touch)
        if number == VERSIONS // 2:
            middle = written.at
        clock.advance(timedelta(hours=1))
    return middle


def at(query: str, instant: datetime | None) -> str:
    """The query as of an instant, or live."""
    if instant is None:
        return query % ""
    given = f'asOf: "{instant.isoformat()}"'
    return query % (f", {given}" if "(" in query.partition("%s")[0] else f"({given})")


async def main(engine: str, risks: int) -> None:
    """Print the table."""
    async with a_database(engine) as url:
        db = await register.fill(url, risks)
        clock = SettableClock(db.clock.now())
        db.clock = clock
        middle = await age(db, clock)
        newest = clock.now()
        await register.checkpoint(db)
        gc.collect()
        gc.freeze()
        print(f"{engine}, {risks} risks, {VERSIONS} versions a row: ms of SQL (ms in all)")
        print(f"{'':24}{'live':>16}{'newest entry':>18}{'x':>6}{'in the middle':>18}{'x':>6}  goal")
        for question in QUESTIONS:
            asker = Asker(db, question.actor)
            live, new, old = [
                await asker.cost(at(question.query, one), question.rounds)
                for one in (None, newest, middle)
            ]
            goal = "" if question.goal is None else f"<= {question.goal:g}x"
            line = f"{question.name:24}{live.sql:8.2f} ({live.wall:5.1f})"
            for past in (new, old):
                line += f"{past.sql:10.2f} ({past.wall:5.1f}){past.sql / live.sql:6.1f}"
            print(f"{line}  {goal}", flush=True)
        await db.aclose()


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # these entries are slow by intent
    arguments = sys.argv[1:]
    sort = arguments.pop(0) if arguments and not arguments[0].isdigit() else "sqlite"
    asyncio.run(main(sort, int(arguments[0]) if arguments else 10_000))
