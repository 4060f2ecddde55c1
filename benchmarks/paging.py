"""A page far in the list beside the first one, and the heat maps: goals 4 and 5 of performance.md.

For each order of the register: the first page of 50, the page at nine tenths of the list, reached
by its cursor, and as a control the same page by OFFSET in plain SQL. Milliseconds of the
statements with the fetching of their rows; a far page may cost 1.2x the first. Beside them the
heat map of one project (0.2 ms in SQL at 100 000 risks) and of the whole register (6 ms), each
with a control: a plain count by two columns of the table, without status, override or access.

    python benchmarks/paging.py [sqlite|postgres] [RISKS]
"""

from __future__ import annotations

import asyncio
import base64
import gc
import logging
import sys
import time
from typing import Any

import orjson
import register  # the modules beside this one
from measure import Asker, a_database

from riskreg.kit.db import Database

ORDERS = {
    "CODE": "number",
    "TITLE": "title_fold",
    "NEXT_REVIEW_DUE": "review_due_on",
    "INHERENT": "inherent_rank",
    "CREATED_AT": "id",
    "UPDATED_AT": "updated_at",
}
BY_EXPRESSION = ("RESIDUAL", "TIME_OUT_OF_TOLERANCE")
"""Orders that no index serves: what they sort by depends on the view's time."""
PAGE = """{ risks(first: 50%s, orderBy: {field: %s, direction: ASC}) {
  pageInfo { startCursor } nodes { code title status } } }"""
OFFSET = "SELECT id, code, title, recorded_status, {0} FROM risks ORDER BY {0}, id LIMIT 51 OFFSET "
WHOLE = "{ heatMap { total cells { count } } }"
PROJECT = '{ heatMap(filter: {project: {some: ["PRJ-007"]}}) { total cells { count } } }'
COUNTED = "SELECT computed_likelihood, computed_impact, count(*) FROM risks "
COUNTED_BY = " GROUP BY computed_likelihood, computed_impact"
ONE = f"""JOIN risk_projects l ON l.risk_id = risks.id
WHERE l.project_id = '{register.key(2, 7)}'"""
GOAL_PAGE, GOAL_PROJECT_MS, GOAL_WHOLE_MS = 1.2, 0.2, 6.0


async def raw_ms(db: Database, sql: str, rounds: int = 7) -> tuple[float, list[Any]]:
    """The least milliseconds of a statement past the views, and its rows."""
    best, rows = float("inf"), []

    def run(connection: Any) -> list[Any]:
        return list(connection.exec_driver_sql(sql).all())

    for _ in range(rounds):
        started = time.perf_counter()
        rows = await db.run_sync(run)
        best = min(best, (time.perf_counter() - started) * 1000)
    return best, rows


def moved(cursor: str, row: Any) -> str:
    """A cursor of the list, moved to another row: its sort key and id, bound as before."""
    packed = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    value = row[-1] if isinstance(row[-1], int) else str(row[-1])
    fresh = orjson.dumps([value, row[0], packed[2]])
    return base64.urlsafe_b64encode(fresh).decode().rstrip("=")


async def pages(db: Database, asker: Asker, risks: int) -> None:
    """Print the first and a far page in every order, and the control."""
    far = risks * 9 // 10
    print(f"{'order':24}{'first page':>12}{f'after {far}':>14}{'x':>6}{f'OFFSET {far}':>16}")
    for name, column in ORDERS.items():
        shown = (await asker.ask(PAGE % ("", name)))["risks"]
        control, rows = await raw_ms(db, OFFSET.format(column) + str(far - 1))
        if name == "UPDATED_AT":  # cursors carry the instant as it is shown
            rows = [(*row[:-1], f"{row[-1]}Z".replace(" ", "T")) for row in rows]
        after = f', after: "{moved(shown["pageInfo"]["startCursor"], rows[0])}"'
        found = (await asker.ask(PAGE % (after, name)))["risks"]["nodes"]
        assert [one["code"] for one in found] == [row[1] for row in rows[1:]], name
        first = await asker.cost(PAGE % ("", name))
        page = await asker.cost(PAGE % (after, name))
        print(
            f"{name:24}{first.sql:12.2f}{page.sql:14.2f}{page.sql / first.sql:6.1f}{control:16.2f}"
        )
    for name in BY_EXPRESSION:
        first = await asker.cost(PAGE % ("", name), 5)
        print(f"{name:24}{first.sql:12.2f}   (sorted whole for every page; no index can serve it)")


async def maps(db: Database, asker: Asker) -> None:
    """Print the heat maps and their controls."""
    print(f"\n{'heat map':24}{'ours':>12}{'control':>14}{'x':>6}{'goal':>16}")
    for name, query, sql, goal in (
        ("of a project", PROJECT, COUNTED + ONE + COUNTED_BY, GOAL_PROJECT_MS),
        ("of the register", WHOLE, COUNTED + COUNTED_BY, GOAL_WHOLE_MS),
    ):
        total = (await asker.ask(query))["heatMap"]["total"]
        control, rows = await raw_ms(db, sql)
        assert total == sum(row[2] for row in rows)
        ours = await asker.cost(query)
        times = ours.sql / control
        print(f"{name:24}{ours.sql:12.2f}{control:14.2f}{times:6.1f}{f'<= {goal:g} ms':>16}")


async def main(engine: str, risks: int) -> None:
    """Print both tables."""
    async with a_database(engine) as url:
        db = await register.fill(url, risks, actions_each=0)
        asker = Asker(db)
        gc.collect()
        gc.freeze()
        print(f"{engine}, {risks} risks: ms of SQL")
        await pages(db, asker, risks)
        await maps(db, asker)
        await db.aclose()


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # filling is one slow entry by intent
    arguments = sys.argv[1:]
    sort = arguments.pop(0) if arguments and not arguments[0].isdigit() else "sqlite"
    asyncio.run(main(sort, int(arguments[0]) if arguments else 10_000))
