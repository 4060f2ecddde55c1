"""Pages of the journal after 100 000 entries, beside the same pages after 1 000.

A page is read off indexes, so it costs what is on it and not what lies before or behind it: each
page of 500 entries (the first, one in the middle, the last), the newest page of 100, and a page of
a narrow actor who sees the risks of one project of 200, may take at most 1.5x of its time in the
short journal. Milliseconds of the whole request, and of its statements.

    python benchmarks/journal.py [sqlite|postgres] [ENTRIES]
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys

import register  # the modules beside this one
from measure import Asker, Cost, a_database

from riskreg.kit.db import Database
from riskreg.kit.entries import Place
from riskreg.kit.view import Actor, Reach, Scope
from riskreg.people.permits import SYSTEM

RISKS, SHORT = 1_000, 1_000
NARROW = Actor("f" * 32, "narrow", reach=Reach(Scope.PROJECTS, (register.key(2, 7),)))
PAGE = """{ journal(%sfirst: %d) { nodes { seq at actor action reason hash
  objects { type id version code } } pageInfo { hasNextPage endCursor } } }"""
GOAL = 1.5
_NUMBERS = "WITH RECURSIVE n(s) AS (SELECT 2 UNION ALL SELECT s + 1 FROM n WHERE s < {last})"

# Risk n has the number n; entry s changes risk s modulo their number.
_STATEMENTS = (
    """{numbers} INSERT INTO journal (seq, at, actor_id, actor_name, action, request_id,
prev_hash, hash) SELECT s, {instant}, '{system}', 'riskreg', 'changeRisk', '-', '{zero}', '{zero}'
FROM n""",
    """{numbers} INSERT INTO journal_touched (seq, table_name, row_id)
SELECT s, 'risks', risks.id FROM n JOIN risks ON risks.number = s % {risks}""",
    """{numbers} INSERT INTO risks_history (id, from_seq, to_seq, {kept})
SELECT risks.id, s, s + {risks}, {kept} FROM n JOIN risks ON risks.number = s % {risks}""",
    "UPDATE journal_head SET seq = {last}, hash = '{zero}'",
)


async def lengthen(db: Database, entries: int) -> None:
    """Write entries of one changed risk each past the triggers, which would take an hour."""
    sqlite = db.engines.sqlite
    names = [column.name for column in register.Risk.__table__.columns]
    given = {
        "numbers": _NUMBERS.format(last=entries),
        "kept": ", ".join(name for name in names if name != "id"),
        "instant": "'2026-11-16 01:00:00'" if sqlite else "'2026-11-16T01:00:00Z'::timestamptz",
        "system": SYSTEM.id,
        "zero": "0" * 64,
        "risks": RISKS,
        "last": entries,
    }
    statements = [one.format(**given) for one in _STATEMENTS]
    async with db.engines.writer.begin() as connection:
        if sqlite:
            found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            triggers = (await connection.exec_driver_sql(found)).scalars().all()
            statements = [*(f"DROP TRIGGER {name}" for name in triggers), *statements]
        else:
            statements = ["SET session_replication_role = replica", *statements]
        for statement in statements:
            await connection.exec_driver_sql(statement)


def after(seq: int) -> str:
    """The argument that goes on behind an entry."""
    return f'after: "{Place(seq, "0" * 8).cursor}", '


async def costs(engine: str, entries: int) -> dict[str, Cost]:
    """What each page costs in a journal of so many entries."""
    async with a_database(engine) as url:
        db = await register.fill(url, RISKS)
        await lengthen(db, entries)
        await register.checkpoint(db)
        gc.collect()
        wide, narrow = Asker(db), Asker(db, NARROW)
        middle = entries // 2
        found = {
            "500 in the middle": await wide.cost(PAGE % (after(middle - 250), 500)),
            "the last 500": await wide.cost(PAGE % (after(entries - 500), 500)),
            "the last 100": await wide.cost(PAGE % (after(entries - 100), 100)),
            "nothing new": await wide.cost(PAGE % (after(entries), 500)),
            "100 of a narrow actor": await narrow.cost(PAGE % (after(middle - 250), 100), 5),
            "the first entry, with all risks": await wide.cost(PAGE % ("", 1), 5),
        }
        await db.aclose()
    return found


async def main(engine: str, entries: int) -> None:
    """Print the table."""
    short, long = await costs(engine, SHORT), await costs(engine, entries)
    print(f"{engine}: ms in all (ms of SQL) of a page of the journal")
    print(f"{'':34}{f'{SHORT} entries':>20}{f'{entries} entries':>20}{'x':>6}  goal")
    for name, few in short.items():
        many = long[name]
        line = f"{name:34}{few.wall:11.2f} ({few.sql:6.2f}){many.wall:11.2f} ({many.sql:6.2f})"
        print(f"{line}{many.wall / few.wall:6.1f}  <= {GOAL:g}x", flush=True)


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # the first entry is slow by intent
    arguments = sys.argv[1:]
    sort = arguments.pop(0) if arguments and not arguments[0].isdigit() else "sqlite"
    asyncio.run(main(sort, int(arguments[0]) if arguments else 100_000))
