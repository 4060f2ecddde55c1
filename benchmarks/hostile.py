"""What hostile documents cost beside their controls, in one run: CPU milliseconds a request.

Bombs are fragments of which each spreads the next twice. The control is a stock Strawberry schema
with Strawberry's own limiters of aliases and depth: they expand what they measure, so only bombs
small enough to survive it are sent there. The last line is an honest page through our endpoint.
A document is never sent twice as it is, for what was refused is remembered.

    python benchmarks/hostile.py
"""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import canonical  # the modules beside this one
import register
import strawberry
from starlette.requests import Request
from strawberry.extensions import MaxAliasesLimiter, QueryDepthLimiter

from riskreg.graph import schema
from riskreg.kit.context import Context
from riskreg.kit.http import GraphQLEndpoint
from riskreg.kit.operations import Operations
from riskreg.people.permits import SYSTEM

RISKS, ROUNDS, WARM = 500, 15, 3
SURVIVED = (4, 8, 12, 15)
"""Levels of bombs that stock Strawberry gets too; one more doubles its time."""
LEVELS = 17
"""The most that 700 bytes hold."""
HOSTILE = {
    "500 aliases": "{" + " ".join(f"a{n}: __typename" for n in range(500)) + "}",
    "1 900 aliases": "{" + " ".join(f"a{n}: __typename" for n in range(1_900)) + "}",
    "1 000 directives": "{ me { name " + "@skip(if: false) " * 1_000 + "} }",
    "5 000 levels": "{ risks { nodes { " * 2_500,
    "a filter of 500 levels": "{risks(filter: "
    + "{not: " * 500
    + "{}"
    + "}" * 500
    + "){totalCount}}",
}
Ask = Callable[[str], Awaitable[bool]]
"""From a document to whether it was refused."""


@strawberry.type
class Query:
    """What the control serves."""

    @strawberry.field
    def me(self) -> str:
        """Somebody."""
        return "nobody"


STOCK = strawberry.Schema(
    Query, extensions=[lambda: MaxAliasesLimiter(50), lambda: QueryDepthLimiter(15)]
)


def bomb(levels: int, field: str) -> str:
    """A document that expands to two to the power of its levels."""
    parts = [f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" for n in range(levels)]
    return f"{{...F0}}{''.join(parts)}fragment F{levels} on Query{{{field}}}"


async def cpu_ms(ask: Ask, document: str, *, refused: bool) -> float:
    """CPU milliseconds of one request, of all threads, averaged; each text is a new one."""
    numbers = itertools.count()
    started = 0.0
    for turn in range(WARM + ROUNDS):
        if turn == WARM:
            started = time.process_time()
        assert await ask(f"{document}#{next(numbers)}") is refused
    return (time.process_time() - started) * 1000 / ROUNDS


async def main() -> None:
    """Print a line for each document."""
    with tempfile.TemporaryDirectory() as folder:
        db = await register.fill(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}", RISKS)

        async def context(_request: Request) -> Context:
            return Context(db, SYSTEM)

        endpoint = GraphQLEndpoint(Operations(schema, context, introspection=lambda _: True))

        async def ours(document: str) -> bool:
            answer = json.loads(await canonical.over_asgi(endpoint, document)())
            if "errors" not in answer:
                return False
            codes = {error["extensions"]["code"] for error in answer["errors"]}
            assert codes <= {"QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED"}, answer
            return True

        async def stock(document: str) -> bool:
            return (await STOCK.execute(document)).errors is not None

        for levels in (*SURVIVED, LEVELS):
            document = bomb(levels, "me{name}")
            took = await cpu_ms(ours, document, refused=levels > 8)
            line = f"{len(document):6} bytes  bomb of 2^{levels:<2}             {took:9.2f} ms CPU"
            if levels in SURVIVED:
                control = await cpu_ms(stock, bomb(levels, "me"), refused=levels > 15)
                line += f"  stock with limiters {control:9.2f}"
            print(line)
        for name, document in HOSTILE.items():
            took = await cpu_ms(ours, document, refused=True)
            print(f"{len(document):6} bytes  {name:24} {took:9.2f} ms CPU")
        took = await cpu_ms(ours, canonical.QUERY, refused=False)
        print(f"{len(canonical.QUERY):6} bytes  {'an honest page of 50':24} {took:9.2f} ms CPU")
        await db.aclose()


if __name__ == "__main__":
    asyncio.run(main())
