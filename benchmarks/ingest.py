"""Ingest of a million observations beside the raw way in: goal 6 of house/performance.md.

The control is what a driver does with the same rows in the same order and chunks and nothing else:
`executemany` of sqlite3 into a table of the same shape (with the same durability), COPY of asyncpg.
Ours validates, compares with what is known, keeps what counts now and the latest value, writes a
digest, and is an entry of the journal for each chunk. Both take turns, chunk by chunk. Then the
same rows are sent again, and again with one of a hundred restated.

    python benchmarks/ingest.py [sqlite|postgres] [ROWS] [series|days]
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from measure import a_database  # the module beside this one
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit import migrate
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database
from riskreg.kit.view import View
from riskreg.metrics import inputs, service, service_series
from riskreg.metrics.ingest import OBSERVATIONS, record
from riskreg.metrics.rules import Direction, MetricFamily, MetricKind
from riskreg.metrics.rules_ingest import Columns, columns_of
from riskreg.people.permits import SYSTEM

NOW = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
FIRST = date(2020, 1, 1)
SERIES, CHUNK = 500, 10_000
NAMES = [column.name for column in OBSERVATIONS.columns]


def made(rows: int, order: str) -> Columns:
    """So many rows over 500 series, all of one series together or all of one day."""
    days = rows // SERIES
    number, day = np.repeat(np.arange(1, SERIES + 1), days), np.tile(np.arange(days), SERIES)
    drawn = np.random.default_rng(7)
    columns = columns_of(
        series_no=number,
        period_start=day + FIRST.toordinal(),
        numerator=drawn.poisson(45, rows).astype(float),
        denominator=np.full(rows, 30_000.0),
    )
    return columns if order == "series" else columns.take(np.lexsort((number, day)))


def chunks(columns: Columns) -> list[Columns]:
    """The rows as they are sent."""
    places = np.arange(len(columns))
    return [columns.take(places[at : at + CHUNK]) for at in range(0, len(columns), CHUNK)]


async def prepared(url: str) -> Database:
    """A register with the series."""
    migrate.upgrade(url)
    db = Database(url, SettableClock(NOW))
    metric = inputs.DefineMetric(
        code="NEG",
        name="Negative views",
        formula="negative / sampled",
        unit="bps",
        scale=10_000.0,
        direction=Direction.LOWER,
        kind=MetricKind.RATE,
        family=MetricFamily.OUTCOME,
        valid_from=FIRST,
    )
    series = inputs.CreateMetricSeries(
        series=[inputs.SeriesGiven(metric="NEG", label=f"L{at}") for at in range(SERIES)]
    )
    for work, given in ((service.define, metric), (service_series.create_many, series)):
        await written(db, lambda s, v, w=work, g=given: w(s, v, g))
    return db


async def written(db: Database, work: Callable[[AsyncSession, View], Awaitable[Any]]) -> Any:
    """The result of one entry."""
    return (await db.write(SYSTEM, Act("benchmark"), work)).result


@dataclass(frozen=True)
class Sent:
    """Seconds of all entries and of the longest, and what came of their rows."""

    took: float = 0.0
    longest: float = 0.0
    accepted: int = 0
    restated: int = 0
    unchanged: int = 0

    def __add__(self, other: Sent) -> Sent:
        longest = max(self.longest, other.longest)
        names = [one.name for one in fields(self) if one.name != "longest"]
        summed = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Sent(longest=longest, **summed)


async def sent(db: Database, batches: Sequence[Columns]) -> Sent:
    """Each batch in an entry of its own."""
    sums = Sent()
    for batch in batches:
        begun = time.perf_counter()
        done = (await written(db, lambda s, v, b=batch: record(s, v, b))).batch
        took = time.perf_counter() - begun
        sums += Sent(took, took, done.accepted, done.restated, done.unchanged)
    return sums


def plain(batch: Columns, url: str) -> list[tuple[Any, ...]]:
    """The rows as a driver takes them, made before the clock runs."""
    at: Any = NOW if url.startswith("postgresql") else "2026-11-16 01:00:00.000000"
    days = [date.fromordinal(day) for day in batch.period_start.tolist()]
    shown: list[Any] = days if url.startswith("postgresql") else [day.isoformat() for day in days]
    value = (1e4 * batch.numerator / batch.denominator).tolist()
    above, below = batch.numerator.tolist(), batch.denominator.tolist()
    one, none, fine = [1] * len(days), [None] * len(days), ["OK"] * len(days)
    by_name = {
        "series_no": batch.series_no.tolist(),
        "period_start": shown,
        "revision": one,
        "numerator": above,
        "denominator": below,
        "value": value,
        "standard_error": none,
        "sample_size": below,
        "quality": fine,
        "recorded_at": [at] * len(days),
        "entry_seq": one,
        "batch_no": one,
    }
    return list(zip(*[by_name[name] for name in NAMES], strict=True))


class Raw:
    """A driver that puts rows into a table of the same shape."""

    async def put(self, rows: list[tuple[Any, ...]]) -> None:
        """One transaction."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing more will come."""


class RawSqlite(Raw):
    """sqlite3's executemany."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url.partition("///")[2], isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")
        sql = "SELECT sql FROM sqlite_master WHERE name = 'observations'"
        [(shape,)] = self._connection.execute(sql).fetchall()
        self._connection.execute(shape.replace("observations", "control"))
        places = ", ".join("?" * len(NAMES))
        self._insert = f"INSERT INTO control ({', '.join(NAMES)}) VALUES ({places})"  # noqa: S608 (names of ours)

    async def put(self, rows: list[tuple[Any, ...]]) -> None:
        """One transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(self._insert, rows)
        self._connection.execute("COMMIT")

    async def aclose(self) -> None:
        """Close the file."""
        self._connection.close()


class RawPostgres(Raw):
    """asyncpg's COPY."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def put(self, rows: list[tuple[Any, ...]]) -> None:
        """One transaction."""
        await self._connection.copy_records_to_table("control", records=rows, columns=NAMES)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.close()


async def raw(url: str) -> Raw:
    """The control of an engine, with its table."""
    if not url.startswith("postgresql"):
        return RawSqlite(url)
    import asyncpg  # noqa: PLC0415 (an extra)

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("CREATE TABLE control (LIKE observations INCLUDING INDEXES)")
    return RawPostgres(connection)


async def in_turns(db: Database, url: str, batches: Sequence[Columns]) -> tuple[float, Sent]:
    """Seconds of the raw way, and what came of ours: batch by batch, for neighbours disturb."""
    at, took, sums = await raw(url), 0.0, Sent()
    for batch in batches:
        rows = plain(batch, url)
        begun = time.perf_counter()
        await at.put(rows)
        took += time.perf_counter() - begun
        del rows
        sums += await sent(db, [batch])
    await at.aclose()
    return took, sums


async def main(engine: str, rows: int, order: str) -> None:
    """Print the figures."""
    async with a_database(engine) as url:
        db = await prepared(url)
        batches = chunks(made(rows, order))
        control, ours = await in_turns(db, url, batches)
        print(f"{engine}, {rows:,} rows by {order}, {CHUNK:,} an entry")
        print(f"raw                {control:6.2f} s  {rows / control:10,.0f} a second")
        some = [
            replace(batch, numerator=batch.numerator + (np.arange(len(batch)) % 100 == 0))
            for batch in batches
        ]
        again, restated = await sent(db, batches), await sent(db, some)
        for name, of in (("ours", ours), ("the same again", again), ("1 % restated", restated)):
            print(
                f"{name:18} {of.took:6.2f} s  {rows / of.took:10,.0f} a second, "
                f"{control / of.took:.2f}x raw, longest entry {of.longest * 1000:.0f} ms, "
                f"{of.accepted} accepted, {of.restated} restated, {of.unchanged} unchanged"
            )
        await db.aclose()


if __name__ == "__main__":
    asyncio.run(
        main(
            sys.argv[1] if len(sys.argv) > 1 else "sqlite",
            int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000,
            sys.argv[3] if len(sys.argv) > 3 else "series",
        )
    )
