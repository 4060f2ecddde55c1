"""From a mutation at one API process to its event at a subscriber of another (PostgreSQL).

Two `riskreg serve` share a database. A client of the first sends `logRisk`, one after the other; a
client of the second hears `registerChanged` over a WebSocket. Milliseconds until the event is
there: from the answer to the mutation (goal: p50 < 20 ms; below zero where the event came before
the answer), and from before the mutation was sent. On SQLite, which one process serves, both are
clients of it. The control is the bare thing in the same run: a row inserted and a NOTIFY, committed
by one connection, until another one that LISTENs has it.

    python benchmarks/live.py [sqlite|postgres] [EVENTS]
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx
import orjson
from measure import a_database  # the module beside this one
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

RISKREG = str(Path(sys.executable).with_name("riskreg"))
SUBPROTOCOL = Subprotocol("graphql-transport-ws")
SUBSCRIPTION = "subscription { registerChanged { seq action } }"
MUTATION = 'mutation { logRisk(input: {title: "A risk"}) { risk { code } userErrors { message } } }'


@asynccontextmanager
async def a_server(url: str) -> AsyncIterator[str]:
    """The address of a process that serves the database, until the block is left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "RISKREG_DATABASE_URL": url, "RISKREG_LOG": "json"}
    command = [RISKREG, "serve", "--port", str(port)]
    server = await asyncio.create_subprocess_exec(
        *command, env=environment, stderr=subprocess.DEVNULL
    )
    address = f"127.0.0.1:{port}"
    try:
        await _until_ready(address)
        yield address
    finally:
        server.terminate()
        await server.wait()


async def _until_ready(address: str) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(60):
        for _ in range(600):
            with suppress(httpx.TransportError):
                if (await client.get(f"http://{address}/readyz")).is_success:
                    return
            await asyncio.sleep(0.1)


@asynccontextmanager
async def a_subscriber(address: str, token: str) -> AsyncIterator[ClientConnection]:
    """A socket that hears of changes from now on."""
    async with connect(f"ws://{address}/graphql", subprotocols=[SUBPROTOCOL], proxy=None) as opened:
        given = {"authorization": f"Bearer {token}"}
        await opened.send(orjson.dumps({"type": "connection_init", "payload": given}).decode())
        assert orjson.loads(await opened.recv())["type"] == "connection_ack"
        asked = {"id": "1", "type": "subscribe", "payload": {"query": SUBSCRIPTION}}
        await opened.send(orjson.dumps(asked).decode())
        await asyncio.sleep(1)
        yield opened


async def through(writing: str, reading: str, token: str, events: int) -> list[tuple[float, float]]:
    """Milliseconds from the answer, and from before the mutation, to each event."""
    took = []
    headers = {"authorization": f"Bearer {token}"}
    async with a_subscriber(reading, token) as opened, httpx.AsyncClient(headers=headers) as client:
        for _ in range(events):
            heard = asyncio.create_task(_heard(opened))
            began = time.perf_counter()
            answer = await client.post(f"http://{writing}/graphql", json={"query": MUTATION})
            answered = time.perf_counter()
            assert answer.json()["data"]["logRisk"]["userErrors"] == []
            at = await heard
            took.append(((at - answered) * 1000, (at - began) * 1000))
    return took


async def _heard(opened: ClientConnection) -> float:
    while True:
        message = orjson.loads(await opened.recv())
        if message["type"] == "next":
            assert message["payload"]["data"]["registerChanged"]["action"] == "logRisk"
            return time.perf_counter()
        assert message["type"] == "ping", message


async def bare(url: str, events: int) -> list[float]:
    """Milliseconds from before an insert and a NOTIFY to another connection that has heard it."""
    address = url.replace("+asyncpg", "")
    writer, listener = [await asyncpg.connect(address) for _ in range(2)]
    heard: asyncio.Queue[float] = asyncio.Queue()
    await listener.add_listener("bare", lambda *_: heard.put_nowait(time.perf_counter()))
    await writer.execute("CREATE TABLE bare (number integer)")
    took = []
    for number in range(events):
        began = time.perf_counter()
        async with writer.transaction():
            await writer.execute("INSERT INTO bare VALUES ($1)", number)
            await writer.execute("NOTIFY bare")
        took.append((await heard.get() - began) * 1000)
    await writer.execute("DROP TABLE bare")
    await writer.close()
    await listener.close()
    return took


def told(name: str, took: Sequence[float], goal: str = "") -> None:
    """Print the middle and the slowest twentieth."""
    ordered = sorted(took)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"{name:36} p50 {statistics.median(ordered):7.1f} ms   p95 {p95:7.1f} ms   {goal}")


async def main(engine: str, events: int) -> None:
    """Print every figure of one engine."""
    async with a_database(engine) as url, AsyncExitStack() as stack:
        environment = {**os.environ, "RISKREG_DATABASE_URL": url}
        make = [RISKREG, "token", "create", "--role", "PM_LEAD", "--name", "Benchmark"]
        for command in ([RISKREG, "migrate"], make):
            done = await asyncio.to_thread(
                subprocess.run, command, check=True, env=environment, capture_output=True, text=True
            )
        token = done.stdout.strip()
        writing = reading = await stack.enter_async_context(a_server(url))
        print(f"{engine}, {events} events")
        if engine == "postgres":
            told("control: insert and NOTIFY, heard", await bare(url, events))
            reading = await stack.enter_async_context(a_server(url))
        took = await through(writing, reading, token, events)
        told("answer to event", [one for one, _ in took], "goal p50 < 20 ms")
        told("mutation to event", [one for _, one in took])


if __name__ == "__main__":
    asyncio.run(main((sys.argv[1:] or ["postgres"])[0], int((sys.argv[2:] or ["200"])[0])))
