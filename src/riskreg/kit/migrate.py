"""Brings a database to the newest schema, on either engine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from riskreg.kit.engines import address
from riskreg.kit.places import shipped

R = TypeVar("R")
_MIGRATION_LOCK = 7_264_910
"""The advisory lock that keeps two processes from migrating at once on PostgreSQL."""


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration up to the revision, in one transaction, with the triggers made anew."""

    def work(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        command.upgrade(_config(connection), revision)

    on_connection(url, work)


def downgrade(url: str, revision: str) -> None:
    """Run the migrations back to the revision."""

    def work(connection: Connection) -> None:
        command.downgrade(_config(connection), revision)

    on_connection(url, work)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.attributes["connection"] = connection
    return config


def on_connection(url: str, work: Callable[[Connection], R]) -> R:
    """The answer of a function over one connection in one transaction, from outside any loop."""
    parsed = address(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed.set(drivername="sqlite"))
        try:
            with engine.begin() as connection:
                return work(connection)
        finally:
            engine.dispose()
    return _in_own_loop(
        str(parsed.set(drivername="postgresql+asyncpg").render_as_string(False)), work
    )


def _in_own_loop(url: str, work: Callable[[Connection], R]) -> R:
    answer: list[R] = []
    failure: list[BaseException] = []

    async def run() -> None:
        engine = create_async_engine(url)
        try:
            async with engine.begin() as connection:
                answer.append(await connection.run_sync(work))
        finally:
            await engine.dispose()

    def body() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 (raised again by the caller's thread)
            failure.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return answer[0]
