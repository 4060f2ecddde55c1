"""Many rows at once, past the layers that look at each: for recorded rows and what counts of them.

Columns are arrays: numbers as they are (NaN is NULL), days as proleptic ordinals, instants as
microseconds in UTC, words as their places among the members of the enum. They go in and out as
the driver is quickest with them: executemany on SQLite, binary COPY on PostgreSQL.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from riskreg.kit import bulk_postgres, bulk_sqlite

Ints: TypeAlias = NDArray[np.int64]
Arrays: TypeAlias = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Spans:
    """Stretches of a table whose key is two columns: its first one, and two ends of its second.

    The second column of the key is a day; both ends are included.
    """

    of: Ints
    first: Ints
    last: Ints

    @classmethod
    def around(cls, of: Ints, days: Ints, *, gap: int) -> Spans:
        """The least spans that hold sorted keys, with no more than `gap` days between any two."""
        starts = (np.diff(of, prepend=-1) != 0) | (np.diff(days, prepend=0) > gap)
        begin = np.flatnonzero(starts)
        end = np.append(begin, len(of))[1:] - 1
        return cls(of[begin], days[begin], days[end])

    def plain(self) -> tuple[list[int], list[date], list[date]]:
        """The same as lists of numbers and days."""
        first, last = (
            [date.fromordinal(day) for day in ends.tolist()] for ends in (self.first, self.last)
        )
        return self.of.tolist(), first, last


async def append(session: AsyncSession, table: Table, columns: Arrays) -> None:
    """Insert rows by column; all columns are as long as the first."""
    connection = await session.connection()
    driver = await _driver(connection)
    if _is_sqlite(connection):
        sql, rows = bulk_sqlite.insert(table, columns)
        await driver.executemany(sql, rows)
        return
    await _copy(driver, table, columns)


async def put(session: AsyncSession, table: Table, columns: Arrays) -> None:
    """Insert rows by column, or let them stand for those of the same key."""
    connection = await session.connection()
    driver = await _driver(connection)
    if _is_sqlite(connection):
        sql, rows = bulk_sqlite.insert(table, columns)
        await driver.executemany(f"{sql} {bulk_sqlite.or_put(table)}", rows)
        return
    await _remove(driver, table, columns)
    await _copy(driver, table, columns)


async def keep_current(
    session: AsyncSession,
    tables: tuple[Table, Table],
    columns: Arrays,
    *,
    told_before: NDArray[np.bool_],
    spans: Spans,
    mark: Mapping[str, int],
) -> None:
    """Let recorded rows be what counts now; `tables` are the recorded and the current one.

    `columns` are the rows, `told_before` those of which something counted before. `spans` and
    `mark` (columns and their values) tell the same rows from all others that are recorded.
    """
    recorded, current = tables
    connection = await session.connection()
    driver = await _driver(connection)
    if _is_sqlite(connection):
        # Within the database: what was bound once need not be bound again.
        await driver.executemany(
            *bulk_sqlite.insert_recorded(recorded, current, spans.plain(), mark)
        )
        return
    again = np.flatnonzero(told_before)
    if len(again):
        await _remove(driver, current, {name: array[again] for name, array in columns.items()})
    await _copy(driver, current, columns)


async def between(session: AsyncSession, table: Table, spans: Spans) -> dict[str, NDArray[Any]]:
    """The rows of a table within spans, by column, in no order.

    This looks past every view, for writes whose rows depend on all that is there.
    """
    connection = await session.connection()
    driver = await _driver(connection)
    if _is_sqlite(connection):
        sql, bound = bulk_sqlite.select(table, spans.plain())
        return bulk_sqlite.columns_of(table, await driver.execute_fetchall(sql, bound))
    packed = io.BytesIO()

    async def receive(part: bytes) -> None:
        packed.write(part)

    await driver.copy_from_query(
        bulk_postgres.select(table), *spans.plain(), output=receive, format="binary"
    )
    return bulk_postgres.unpacked(table, packed.getbuffer())


async def _copy(driver: Any, table: Table, columns: Arrays) -> None:
    async def packed() -> AsyncIterator[bytes]:  # of a file the driver would read in threads
        yield bulk_postgres.packed(table, columns)

    await driver.copy_to_table(table.name, source=packed(), columns=list(columns), format="binary")


async def _remove(driver: Any, table: Table, columns: Arrays) -> None:
    """Delete the rows of the keys that stand in the columns."""
    key = [column.name for column in table.primary_key.columns]
    bound = [bulk_postgres.plain(table.c[name], columns[name]) for name in key]
    await driver.execute(bulk_postgres.delete(table), *bound)


def _is_sqlite(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "sqlite"


async def _driver(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection
