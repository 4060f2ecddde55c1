"""Newest values and a daily series at a million observations: goal 5 of house/performance.md.

Ours are the statements that the register sends, caught on their way to the driver: the newest value
of 500 series with what its numbers are, and 90 days and all 2,000 of one series, each from the
table that says what counts now. The control asks the same of the observations alone, as one would
without such tables: the newest period of each series, and the newest revision of each period. One
period in a hundred was told twice. Milliseconds, the least of many rounds: in SQL (what PostgreSQL
says of the execution; on SQLite the sum over the statement's rows, so that none is fetched), of the
bare driver with the fetching of all rows, and of `Database.rows` for the same statement.

    python benchmarks/metrics.py [sqlite|postgres] [ROWS]
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from ingest import FIRST, SERIES, chunks, made, prepared, sent  # the modules beside this one
from measure import a_database
from sqlalchemy import Executable, event

from riskreg.kit.db import Database
from riskreg.metrics.queries import latest, newest
from riskreg.people.permits import SYSTEM

ROUNDS = 200
SLOW_ROUNDS = 5
MEASURED = "value, numerator, denominator, standard_error, sample_size, quality, recorded_at"
NEWEST = f"""
SELECT o.series_no, o.period_start, o.revision, {MEASURED} FROM observations o JOIN (
  SELECT series_no AS s, max(period_start) AS p FROM observations GROUP BY series_no
) n ON n.s = o.series_no AND n.p = o.period_start
WHERE o.revision = (SELECT max(revision) FROM observations r
                    WHERE r.series_no = o.series_no AND r.period_start = o.period_start)
"""  # noqa: S608 (names of ours)
DAILY = f"""
SELECT o.series_no, o.period_start, o.revision, {MEASURED} FROM observations o JOIN (
  SELECT series_no AS s, period_start AS p, max(revision) AS r FROM observations
  WHERE series_no = 250 AND period_start BETWEEN '%s' AND '%s' GROUP BY series_no, period_start
) n ON n.s = o.series_no AND n.p = o.period_start AND n.r = o.revision ORDER BY o.period_start
"""  # noqa: S608 (names of ours)


@dataclass(frozen=True)
class Question:
    """What is asked of the register, and the same of observations alone."""

    name: str
    ours: Executable
    bound: dict[str, Any]
    control: str
    goal: float | None


class Driver:
    """Runs statements without anything between them and the database."""

    async def fetch(self, sql: str, values: Sequence[Any] = ()) -> int:
        """How many rows came."""
        raise NotImplementedError

    async def in_sql(self, sql: str, values: Sequence[Any] = ()) -> float:
        """Milliseconds that the database takes, without the fetching of rows."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing more will be asked."""


class Sqlite(Driver):
    """The standard library's driver."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url.partition("///")[2])

    async def fetch(self, sql: str, values: Sequence[Any] = ()) -> int:
        """How many rows came."""
        return len(self._connection.execute(sql, values).fetchall())

    async def in_sql(self, sql: str, values: Sequence[Any] = ()) -> float:
        """The time of a sum over the rows."""
        summed = f"SELECT sum(value), sum(revision) FROM ({sql})"  # noqa: S608 (ours)
        return await least(1, lambda: self.fetch(summed, values))

    async def aclose(self) -> None:
        """Close the file."""
        self._connection.close()


class Postgres(Driver):
    """asyncpg, which prepares each statement once."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, sql: str, values: Sequence[Any] = ()) -> int:
        """How many rows came."""
        return len(await self._connection.fetch(sql, *values))

    async def in_sql(self, sql: str, values: Sequence[Any] = ()) -> float:
        """The time of execution, without that of planning."""
        rows = await self._connection.fetch(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}", *values)
        return float(rows[-1][0].removeprefix("Execution Time: ").removesuffix(" ms"))

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.close()


async def driver(url: str) -> Driver:
    """A connection of its own."""
    if not url.startswith("postgresql"):
        return Sqlite(url)
    import asyncpg  # noqa: PLC0415 (an extra)

    return Postgres(await asyncpg.connect(url.replace("+asyncpg", "")))


async def least(rounds: int, ask: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds of the fastest round, since neighbours on the machine only ever add."""
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - started) * 1000)
    return min(took)


async def caught(db: Database, question: Question) -> tuple[str, Sequence[Any], int]:
    """The statement as the driver gets it, its values, and how many rows it answers."""
    kept: list[tuple[str, Any]] = []
    reader = db.engines.sync_reader or db.engines.async_reader.sync_engine

    def keep(_connection: Any, _cursor: Any, sql: str, values: Any, *_rest: Any) -> None:
        kept.append((sql, values))

    event.listen(reader, "before_cursor_execute", keep)
    rows = await db.rows(db.view(SYSTEM), question.ours, **question.bound)
    event.remove(reader, "before_cursor_execute", keep)
    [(sql, values)] = kept
    return sql, values, len(rows)


async def tell(db: Database, at: Driver, question: Question) -> None:
    """Print what one question costs."""
    sql, values, rows = await caught(db, question)
    assert rows == await at.fetch(sql, values) == await at.fetch(question.control)
    view = db.view(SYSTEM)
    alone = min([await at.in_sql(sql, values) for _ in range(ROUNDS)])
    control = min([await at.in_sql(question.control) for _ in range(SLOW_ROUNDS)])
    bare = await least(ROUNDS, lambda: at.fetch(sql, values))
    whole = await least(ROUNDS, lambda: db.rows(view, question.ours, **question.bound))
    fetched = await least(SLOW_ROUNDS, lambda: at.fetch(question.control))
    goal = "" if question.goal is None else f" (goal {question.goal})"
    print(
        f"{question.name:22} {rows:5} rows: in SQL {alone:.3f}{goal}, control {control:.2f} = "
        f"{control / alone:.0f}x; driver {bare:.3f}, control {fetched:.2f} = "
        f"{fetched / bare:.0f}x; Database.rows {whole:.2f}"
    )


def questions(db: Database, rows: int) -> list[Question]:
    """The newest values, and short and long stretches of one series."""
    view, days = db.view(SYSTEM), rows // SERIES
    last = FIRST + timedelta(days=days - 1)
    numbers = list(range(1, SERIES + 1))

    def daily(name: str, first: date, goal: float | None) -> Question:
        bound = {"keys": [250], "first_day": first, "last_day": last}
        return Question(name, newest(view), bound, DAILY % (first, last), goal)

    return [
        Question("newest of 500 series", latest(view), {"keys": numbers}, NEWEST, 0.5),
        daily("a series, 28 days", last - timedelta(days=27), 0.1),
        daily("a series, 90 days", last - timedelta(days=89), None),
        daily("a series, all days", FIRST, None),
    ]


async def main(engine: str, rows: int) -> None:
    """Print the figures."""
    async with a_database(engine) as url:
        db = await prepared(url)
        batches = chunks(made(rows, "days"))
        await sent(db, batches)
        again = [batch.take(np.arange(0, len(batch), 100)) for batch in batches]
        again = [replace(batch, numerator=batch.numerator + 1) for batch in again]
        await sent(db, again)
        at = await driver(url)
        await at.fetch("ANALYZE")
        print(f"{engine}, {rows:,} observations of {SERIES} series, milliseconds")
        for question in questions(db, rows):
            await tell(db, at, question)
        await at.aclose()
        await db.aclose()


if __name__ == "__main__":
    asyncio.run(
        main(
            sys.argv[1] if len(sys.argv) > 1 else "sqlite",
            int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000,
        )
    )
