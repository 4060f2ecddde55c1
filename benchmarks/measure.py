"""What the benchmarks of reading share: a query asked of the endpoint, and what it costs."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from canonical import over_asgi  # the module beside this one
from sqlalchemy import Executable
from sqlalchemy.engine import Row
from starlette.requests import Request

from riskreg.graph import schema
from riskreg.kit.context import Context
from riskreg.kit.db import Database
from riskreg.kit.http import GraphQLEndpoint
from riskreg.kit.operations import Operations
from riskreg.kit.view import Actor, View
from riskreg.people.permits import SYSTEM

Ask = Callable[[str], Awaitable[Any]]


class Timed(Context):
    """A context that notes how long its statements took."""

    spent = 0.0

    async def rows(self, view: View, statement: Executable, **bound: Any) -> Sequence[Row[Any]]:
        """The rows, and the clock on."""
        started = time.perf_counter()
        found = await super().rows(view, statement, **bound)
        Timed.spent += time.perf_counter() - started
        return found


@dataclass(frozen=True)
class Cost:
    """The least wall milliseconds of a request: in all, and of its statements with their rows.

    The least, since neighbours on the machine only ever add.
    """

    wall: float
    sql: float


class Asker:
    """Sends queries to the endpoint that `riskreg serve` mounts, as one actor."""

    def __init__(self, db: Database, actor: Actor = SYSTEM) -> None:
        async def context(_request: Request) -> Context:
            return Timed(db, actor)

        self._app = GraphQLEndpoint(Operations(schema, context, introspection=lambda _: True))

    async def ask(self, query: str) -> Any:
        """The data of the answer; errors end the benchmark."""
        answer = orjson.loads(await over_asgi(self._app, query)())
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def cost(self, query: str, rounds: int = 15) -> Cost:
        """What one request costs."""
        send = over_asgi(self._app, query)
        for _ in range(3):
            await send()
        walls, sqls = [], []
        for _ in range(rounds):
            Timed.spent = 0.0
            started = time.perf_counter()
            await send()
            walls.append((time.perf_counter() - started) * 1000)
            sqls.append(Timed.spent * 1000)
        return Cost(min(walls), min(sqls))


@asynccontextmanager
async def a_database(engine: str) -> AsyncIterator[str]:
    """The address of an empty database on SQLite or PostgreSQL, gone afterwards."""
    if engine == "postgres":
        sys.path.append(str(Path(__file__).parents[1]))
        from tests.engines import PostgresServer  # noqa: PLC0415 (only where it is asked for)

        server = PostgresServer(durable=True)
        try:
            yield server.create_database()
        finally:
            server.stop()
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite+aiosqlite:///{folder}/bench.db"
