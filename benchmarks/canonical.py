"""The canonical page beside its two controls, in one run: CPU milliseconds a request.

50 risks of 10 000 with owner, projects, latest score and 3 actions each, through

- riskreg's own endpoint,
- a stock Strawberry schema over ORM entities and DataLoaders on the same database,
- a handler written by hand on raw sqlite3 that returns the same facts.

    python benchmarks/canonical.py [RISKS]
"""

from __future__ import annotations

import asyncio
import gc
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import register  # the module beside this one
import stock
from starlette.requests import Request

from riskreg.graph import schema
from riskreg.kit.context import Context
from riskreg.kit.db import Database
from riskreg.kit.http import GraphQLEndpoint
from riskreg.kit.operations import Operations
from riskreg.people.permits import SYSTEM

QUERY = """{ risks(first: 50, orderBy: {field: NEXT_REVIEW_DUE, direction: ASC}) { nodes {
  code title category
  owner { name } projects { code name }
  latestAssessment { inherent { likelihood impact band } confidence }
  mitigations(first: 3) { nodes { deltaLikelihood mitigation { code title status dueOn } } }
} } }"""
ROUNDS, WARM = 40, 5
Send = Callable[[], Awaitable[bytes]]


def over_asgi(app: Any, query: str) -> Send:
    """A function that posts the query to an ASGI app and gives the body of the answer."""
    body = orjson.dumps({"query": query})
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"host", b"127.0.0.1")],
    }

    async def send_request() -> bytes:
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await app(dict(scope, state={}), receive, send)
        return b"".join(parts)

    return send_request


def ours(db: Database) -> Send:
    """The endpoint that `riskreg serve` mounts."""

    async def context(_request: Request) -> Context:
        return Context(db, SYSTEM)

    return over_asgi(
        GraphQLEndpoint(Operations(schema, context, introspection=lambda _: True)), QUERY
    )


RAW = """SELECT r.id, r.code, r.title, r.category, p.name FROM risks r
LEFT JOIN people p ON p.id = r.owner_id ORDER BY r.review_due_on, r.id LIMIT 50"""


def raw(path: Path) -> Send:
    """By hand: four statements, dictionaries, orjson."""
    connection = sqlite3.connect(path)

    def many(sql: str, ids: list[str]) -> dict[str, list[tuple[Any, ...]]]:
        marks = ",".join("?" * len(ids))
        found: dict[str, list[tuple[Any, ...]]] = {one: [] for one in ids}
        for row in connection.execute(sql.replace("(?)", f"({marks})"), ids):
            found[row[0]].append(row)
        return found

    async def answer() -> bytes:
        rows = connection.execute(RAW).fetchall()
        ids = [row[0] for row in rows]
        projects = many(
            "SELECT l.risk_id, p.code, p.name FROM risk_projects l "
            "JOIN projects p ON p.id = l.project_id WHERE l.risk_id IN (?) ORDER BY p.code",
            ids,
        )
        judged = many(
            "SELECT risk_id, inherent_likelihood, inherent_impact, inherent_band, confidence "
            "FROM risk_assessments WHERE risk_id IN (?) ORDER BY seq",
            ids,
        )
        actions = many(
            "SELECT l.risk_id, l.delta_likelihood, m.code, m.title, m.status, m.due_on "
            "FROM risk_mitigations l JOIN mitigations m ON m.id = l.mitigation_id "
            "WHERE l.risk_id IN (?) ORDER BY l.created_at, l.id",
            ids,
        )
        nodes = [
            {
                "code": code,
                "title": title,
                "category": category,
                "owner": {"name": owner} if owner else None,
                "projects": [{"code": c, "name": n} for _, c, n in projects[key]],
                "latestAssessment": {
                    "inherent": dict(
                        zip(("likelihood", "impact", "band"), judged[key][-1][1:4], strict=True)
                    ),
                    "confidence": judged[key][-1][4],
                },
                "mitigations": {
                    "nodes": [
                        {
                            "deltaLikelihood": d,
                            "mitigation": {"code": c, "title": t, "status": s, "dueOn": due},
                        }
                        for _, d, c, t, s, due in actions[key][:3]
                    ]
                },
            }
            for key, code, title, category, owner in rows
        ]
        return orjson.dumps({"data": {"risks": {"nodes": nodes}}})

    return answer


async def cpu_ms(send: Send) -> float:
    """CPU milliseconds of one request, of all threads, averaged."""
    for _ in range(WARM):
        await send()
    started = time.process_time()
    for _ in range(ROUNDS):
        await send()
    return (time.process_time() - started) * 1000 / ROUNDS


async def main(risks: int) -> None:
    """Print the three figures and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        db = await register.fill(f"sqlite+aiosqlite:///{path}", risks)
        twin = stock.Twin(f"sqlite+aiosqlite:///{path}")
        sends = {
            "riskreg": ours(db),
            "stock Strawberry + ORM + DataLoader": over_asgi(twin.app, stock.QUERY),
            "raw sqlite3 by hand": raw(path),
        }
        nodes = {name: facts(json.loads(await send())) for name, send in sends.items()}
        assert len(set(map(repr, nodes.values()))) == 1, "the three answers differ"
        gc.collect()
        gc.freeze()  # as `riskreg serve` does, and for all three alike
        took = {name: await cpu_ms(send) for name, send in sends.items()}
        for name, milliseconds in took.items():
            against = took["stock Strawberry + ORM + DataLoader"] / milliseconds
            limit = milliseconds / took["raw sqlite3 by hand"]
            print(f"{name:38} {milliseconds:7.2f} ms CPU {against:6.1f}x stock {limit:6.1f} / raw")
        await twin.aclose()
        await db.aclose()


def facts(answer: Any) -> Any:
    """The rows of an answer; the stock twin has lists where riskreg has connections."""
    found = answer["data"]["risks"]
    return found["nodes"] if isinstance(found, dict) else found


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
