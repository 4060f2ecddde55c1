"""What commands share: the configured database, and refusals told in a line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import TypeVar

import click
from sqlalchemy.exc import ArgumentError, DBAPIError

from riskreg import settings as configured
from riskreg.kit import revisions
from riskreg.kit.clock import Clock, SystemClock
from riskreg.kit.db import Database, Handler
from riskreg.kit.errors import CodedError, UserError, UserErrors

R = TypeVar("R")


def with_database(
    work: Callable[[Database], Awaitable[R]],
    clock: Clock | None = None,
    *,
    handlers: dict[type, Sequence[Handler]] | None = None,
) -> R:
    """The answer of a coroutine over the configured database; refusals end the command with 1.

    A command whose writes others react to gives the `HANDLERS` of the wiring.
    """

    async def run() -> R:
        with reaching():
            url = configured.current().database_url
            db = Database(url, clock or SystemClock(), handlers=handlers)
        try:
            with reaching():
                await _require_schema(db)
            return await work(db)
        finally:
            await db.aclose()

    try:
        return asyncio.run(run())
    except UserErrors as several:
        for error in several.errors:
            click.echo(f"{'.'.join(map(str, error.field))}: {error.message}", err=True)
    except (UserError, CodedError) as error:
        click.echo(error.message, err=True)
    sys.exit(1)


async def _require_schema(db: Database) -> None:
    """Refuse a database that another version has made, or none."""
    if await db.run_sync(revisions.current) != revisions.head():
        raise click.ClickException("the database needs `riskreg migrate`")


@contextmanager
def reaching() -> Iterator[None]:
    """End the command in a line where the database cannot be reached."""
    try:
        yield
    except (OSError, ArgumentError, DBAPIError) as error:
        raise click.ClickException(f"no database: {getattr(error, 'orig', error)}") from None


def require_one_of(name: str, given: str, kind: type[Enum]) -> None:
    """End the command in a line unless the setting is a value of the enum."""
    known = [str(member.value) for member in kind]
    if given not in known:
        raise click.ClickException(f"{name} must be {' or '.join(known)}, not {given!r}.")
