"""The connections of both engines: how each is opened, and what every statement must obey."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from riskreg.kit.view import guarded

BUSY_SECONDS = 30
"""How long a writer of another process is waited for before SQLite gives up."""
BACKENDS = ("sqlite", "postgresql")


def address(url: str) -> URL:
    """The parts of the address of a database; ArgumentError unless it is of one of both engines."""
    message = "a database is sqlite+aiosqlite:///FILE or postgresql+asyncpg://HOST/NAME"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ArgumentError(message) from None
    if parsed.get_backend_name() not in BACKENDS:
        raise ArgumentError(message)
    return parsed


class Engines:
    """A writer, and a reader that cannot write.

    On SQLite the writer is a pool of one connection that begins IMMEDIATE, and the reader is a
    plain engine to be used in threads; on PostgreSQL both are asynchronous.
    """

    def __init__(self, url: str) -> None:
        self.url = address(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.sync_reader: Engine | None = None
        if self.sqlite:
            self.writer = _sqlite_writer(self.url)
            self.sync_reader = _sqlite_reader(self.url)
            _guard(self.sync_reader)
            self.async_reader = self.writer
        else:
            self.writer = _postgres(self.url, {})
            self.async_reader = _postgres(
                self.url, {"default_transaction_read_only": "on"}, isolation_level="AUTOCOMMIT"
            )
            _guard(self.async_reader.sync_engine)
        _guard(self.writer.sync_engine)

    @asynccontextmanager
    async def listening(
        self, channel: str, heard: Callable[..., None]
    ) -> AsyncIterator[Callable[[], bool]]:
        """Call `heard` at each notification, and when the connection ends.

        Gives what tells whether it has ended. SQLite notifies nobody.
        """
        if self.sqlite:
            yield lambda: False
            return
        async with self.async_reader.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(heard)
            await driver.add_listener(channel, heard)
            try:
                yield driver.is_closed
            finally:
                driver.remove_termination_listener(heard)
                if driver.is_closed():
                    await connection.invalidate()
                else:
                    await driver.remove_listener(channel, heard)

    async def dispose(self) -> None:
        """Close every connection."""
        await self.writer.dispose()
        if self.sync_reader is not None:
            self.sync_reader.dispose()
        else:
            await self.async_reader.dispose()


def _guard(engine: Engine) -> None:
    dialect: Any = engine.dialect
    dialect.statement_compiler = guarded(dialect.statement_compiler)


def _postgres(url: URL, settings: dict[str, str], **options: Any) -> AsyncEngine:
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_pre_ping=True,
        connect_args={"server_settings": {"timezone": "UTC", **settings}, "timeout": 10},
        **options,
    )


def _sqlite_writer(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"), pool_size=1, max_overflow=0, pool_timeout=120
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _sqlite_reader(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite"),
        connect_args={"check_same_thread": False},
        pool_size=16,
        isolation_level="AUTOCOMMIT",
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", _only_query)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # Without this, INSERT OR REPLACE deletes the old row past its history trigger.
    cursor.execute("PRAGMA recursive_triggers = ON")
    cursor.close()


def _only_query(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_immediate(connection: Connection) -> None:
    # A deferred BEGIN fails when it must upgrade behind another writer, busy timeout or not.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
