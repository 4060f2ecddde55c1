"""A small schema behind the real endpoint and edge, on a real server, for the tests of kit."""

import asyncio
import hashlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from strawberry.schema.config import StrawberryConfig

from riskreg.kit.edge import Edge, EdgeRules
from riskreg.kit.errors import (
    BadInput,
    Forbidden,
    RateLimited,
    StreamEnded,
    Unauthenticated,
    UserError,
)
from riskreg.kit.http import GraphQLEndpoint
from riskreg.kit.operations import Operations
from riskreg.kit.scalars import SCALARS, Cursor
from riskreg.kit.sockets import Sockets

TOKEN = "good"
TRUSTED = "query Trusted($n: Int! = 7) { number(n: $n) }"
TRUSTED_HASH = hashlib.sha256(TRUSTED.encode()).hexdigest()


LISTENING: list[int] = []
"""The subscriptions that are open now, by what they were asked for."""


@dataclass(frozen=True)
class Caller:
    signed_in: bool


@strawberry.input
class Wish:
    n: int
    name: strawberry.Maybe[str | None] = None
    nickname: strawberry.Maybe[str] = None
    wishes: list["Wish"] | None = None


@strawberry.type
class Page:
    nodes: list["Query"]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

    @strawberry.field
    def number(self, n: int) -> int:
        return n

    @strawberry.field
    def text(self, value: str) -> str:
        return value

    @strawberry.field
    def wish(self, input: Wish) -> str:
        return f"{input.n} {input.name}"

    @strawberry.field
    def wishes(self, input: list[Wish]) -> int:
        return len(input)

    @strawberry.field
    def instant(self, at: datetime) -> datetime:
        return at

    @strawberry.field
    def day(self, on: date) -> date:
        return on

    @strawberry.field
    def cursor(self, after: Cursor) -> Cursor:
        return after

    @strawberry.field
    def refused(self) -> int | None:
        raise BadInput("after belongs to another list")

    @strawberry.field
    def forbidden(self) -> int | None:
        raise Forbidden("Not yours.")

    @strawberry.field
    def mendable(self) -> int | None:
        raise UserError("Too long.", code="TOO_LONG", field=("search",))

    @strawberry.field
    def fault(self) -> int | None:
        raise KeyError("s3cret")

    @strawberry.field
    async def fault_of_all(self) -> int:
        raise KeyError("s3cret")

    @strawberry.field
    def too_big(self) -> int | None:
        return 2**40

    @strawberry.field
    async def slow(self, seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    @strawberry.field
    def me(self) -> "Query":
        return Query()

    @strawberry.field
    def page(self, first: int | None = None, last: int | None = None) -> Page:
        return Page(nodes=[])


@strawberry.type
class Mutation:
    @strawberry.mutation
    def put(self, n: int) -> int:
        return n


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 1, pause: float = 0.0) -> AsyncIterator[int]:
        LISTENING.append(to)
        try:
            for number in range(1, to + 1):
                yield number
                await asyncio.sleep(pause)
        finally:
            LISTENING.remove(to)

    @strawberry.subscription
    async def texts(self, size: int) -> AsyncIterator[str]:
        LISTENING.append(size)
        try:
            while True:
                yield "x" * size
        finally:
            LISTENING.remove(size)

    @strawberry.subscription
    async def breaking(self) -> AsyncIterator[int]:
        yield 1
        raise KeyError("s3cret")

    @strawberry.subscription
    async def ending(self) -> AsyncIterator[int]:
        yield 1
        raise StreamEnded("You were too slow.", "SLOW_SUBSCRIBER", "abc")

    @strawberry.subscription
    async def pages(self) -> AsyncIterator[Query]:
        yield Query()


schema = strawberry.Schema(
    Query, Mutation, Subscription, config=StrawberryConfig(scalar_map=SCALARS)
)


async def context(request: HTTPConnection) -> Caller:
    match request.headers.get("authorization"):
        case None:
            return Caller(signed_in=False)
        case "Bearer good":
            return Caller(signed_in=True)
        case "Bearer tired":
            raise RateLimited("Enough for now.", retry_after=30)
        case "Bearer broken":
            raise KeyError("s3cret")
        case _:
            raise Unauthenticated


def may_introspect(caller: object) -> bool:
    return isinstance(caller, Caller) and caller.signed_in


async def echo(request: Request) -> Response:
    """The size of the body, and the request id that the edge gave."""
    return Response(f"{len(await request.body())} {request.state.request_id}")


async def broken(request: Request) -> Response:
    raise KeyError("s3cret")


async def half(request: Request) -> Response:
    """An answer that breaks in the middle."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        raise KeyError("s3cret")

    return StreamingResponse(parts(), headers={"content-length": "100"})


def application(rules: EdgeRules | None = None, *, seconds: float = 2.0) -> ASGIApp:
    operations = Operations(
        schema,
        context,
        introspection=may_introspect,
        trusted={TRUSTED_HASH: TRUSTED},
        seconds=seconds,
    )
    routes = [
        Route("/graphql", GraphQLEndpoint(operations)),
        WebSocketRoute("/graphql", Sockets(operations)),
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/broken", broken),
        Route("/half", half),
    ]
    return Edge(Starlette(routes=routes), rules or EdgeRules(hosts=("127.0.0.1",)))


def bomb(levels: int = 30, width: int = 2) -> str:
    """Fragments that spread the next one several times: `width ** levels` fields."""
    spreads = [" ".join([f"...F{i + 1}"] * width) for i in range(levels)]
    fragments = [f"fragment F{i} on Query{{{spread}}}" for i, spread in enumerate(spreads)]
    return "{...F0}" + "".join(fragments) + f"fragment F{levels} on Query{{hello}}"


@contextmanager
def serve(app: ASGIApp) -> Iterator[str]:
    """The address of a server that runs the app on a free port until the block is left."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_level="warning",
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=256 * 1024,
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listening.close()
