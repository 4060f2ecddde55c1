"""64 people who write at once over HTTP, and what one mutation costs: goals 7 and 9.

`riskreg serve` on an own SQLite file (WAL, synchronous=FULL) is sent `logRisk` mutations:

- one after the other: milliseconds each, and the CPU of the server (goal 9: 6 ms, stretch 3),
- by 64 callers at once, each the next as soon as it has its answer: mutations a second (goal 7:
  150), and the time of the slowest hundredth against 64 mutations in a row (1.3x); every answer
  must be a risk, and every risk must be there afterwards, each with its own entry.

The control is what the disk and the triggers alone cost: the same rows by hand on raw sqlite3, in
one process, as entries of the same journal without a hash.

    python benchmarks/writing.py [MUTATIONS]
"""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import httpx

RISKREG = str(Path(sys.executable).parent / "riskreg")
WRITERS = 64
GOAL_RATE, GOAL_P99, GOAL_CPU_MS = 150, 1.3, 6
LOG = """mutation ($input: LogRiskInput!) {
  logRisk(input: $input) { risk { code title status version } userErrors { code message } } }"""
AREA = """mutation { createPolicyArea(input: {code: "BENCH", name: "Bench", severityClass: LOW}) {
  policyArea { id } userErrors { code message } } }"""


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(folder: str) -> Iterator[tuple[str, int, dict[str, str]]]:
    """A server on an own file: its address, its process, and the tokens of its callers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = os.environ | {"RISKREG_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/bench.db"}
    subprocess.run([RISKREG, "migrate"], check=True, env=place)
    tokens = {}
    for role in ("PM_LEAD", "ADMIN"):
        made = [RISKREG, "token", "create", "--role", role, "--name", role]
        tokens[role] = subprocess.check_output(made, text=True, env=place).strip()
    server = subprocess.Popen([RISKREG, "serve", "--port", str(port)], env=place)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).read()
            except (URLError, ConnectionError):
                time.sleep(0.02)
            else:
                break
        yield f"http://127.0.0.1:{port}/graphql", server.pid, tokens
    finally:
        server.terminate()
        server.wait()


class Caller:
    """Sends mutations, and notes how long each took."""

    def __init__(self, client: httpx.AsyncClient, url: str, area: str) -> None:
        self._client, self._url, self._area = client, url, area
        self.codes: list[str] = []
        self.took: list[float] = []

    async def log(self, number: int) -> None:
        """One risk; anything but a risk ends the benchmark."""
        given = {
            "title": f"Risk {number} of a bench",
            "event": "The queue grows",
            "category": "LABEL_QUALITY",
            "policyAreaIds": [self._area],
            "likelihood": 2,
            "impact": 3,
        }
        started = time.perf_counter()
        body = {"query": LOG, "variables": {"input": given}}
        answer = (await self._client.post(self._url, json=body)).json()
        self.took.append((time.perf_counter() - started) * 1000)
        assert "errors" not in answer, answer["errors"]
        assert not answer["data"]["logRisk"]["userErrors"], answer
        self.codes.append(answer["data"]["logRisk"]["risk"]["code"])


def by_hand(path: Path, number: int) -> float:
    """Milliseconds of the same rows on raw sqlite3: an entry, a risk, a link, no hash."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(risks)")]
    model = connection.execute(f"SELECT {', '.join(columns)} FROM risks LIMIT 1").fetchone()  # noqa: S608 (our own names)
    last = connection.execute("SELECT max(number) FROM risks").fetchone()[0]
    at = {name: place for place, name in enumerate(columns)}
    marks = ", ".join("?" * len(columns))
    started = time.perf_counter()
    for n in range(last + 1, last + 1 + number):
        row = list(model)
        row[at["id"]], row[at["number"]], row[at["code"]] = f"{n:032x}", n, f"B-{n}"
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE journal_head SET seq = seq + 1, open_seq = seq + 1")
        connection.execute(f"INSERT INTO risks VALUES ({marks})", row)  # noqa: S608 (question marks)
        connection.execute(
            "INSERT INTO risk_policy_areas SELECT ?, ?, policy_area_id, 1, created_at, created_by, "
            "updated_at, updated_by FROM risk_policy_areas LIMIT 1",
            (f"{n:032x}", f"{n:032x}"),
        )
        connection.execute("UPDATE journal_head SET open_seq = NULL")
        connection.execute("COMMIT")
    took = (time.perf_counter() - started) * 1000 / number
    connection.close()
    return took


async def measure(folder: str, mutations: int) -> None:
    """Print the figures."""
    alone = mutations // 4
    with served(folder) as (url, pid, tokens):
        heads = {role: {"authorization": f"Bearer {token}"} for role, token in tokens.items()}
        limits = httpx.Limits(max_connections=WRITERS)
        async with httpx.AsyncClient(headers=heads["PM_LEAD"], limits=limits, timeout=60) as client:
            made = await client.post(url, json={"query": AREA}, headers=heads["ADMIN"])
            assert "errors" not in made.json(), made.text
            caller = Caller(
                client, url, made.json()["data"]["createPolicyArea"]["policyArea"]["id"]
            )
            for number in range(20):
                await caller.log(number)
            caller.took.clear()
            used = cpu_seconds(pid)
            for number in range(alone):
                await caller.log(number)
            cpu = (cpu_seconds(pid) - used) * 1000 / alone
            one = sorted(caller.took)[alone // 2]
            mean = sum(caller.took) / alone
            caller.took.clear()
            waiting = iter(range(mutations))

            async def write() -> None:
                for number in waiting:
                    await caller.log(number)

            started, used = time.perf_counter(), cpu_seconds(pid)
            await asyncio.gather(*[write() for _ in range(WRITERS)])
            seconds = time.perf_counter() - started
            shared_cpu = (cpu_seconds(pid) - used) * 1000 / mutations
    report(Path(folder, "bench.db"), caller, 20 + alone + mutations)
    p99 = sorted(caller.took)[len(caller.took) * 99 // 100]
    raw = by_hand(Path(folder, "bench.db"), alone)
    print(f"raw sqlite3 by hand, no hash    {raw:8.2f} ms")
    print(f"one at a time                   {one:8.2f} ms median, {mean:.2f} mean")
    print(f"CPU of the server for one       {cpu:8.2f} ms, goal <= {GOAL_CPU_MS}")
    print(f"{WRITERS} writers at once: CPU         {shared_cpu:8.2f} ms")
    print(
        f"{WRITERS} writers at once              {mutations / seconds:8.0f} /s, goal >= {GOAL_RATE}"
    )
    queue = WRITERS * mean
    times = f"{p99 / queue:.2f}x of {WRITERS} in a row, goal <= {GOAL_P99}x"
    print(f"slowest hundredth               {p99:8.0f} ms, {times}")


def report(path: Path, caller: Caller, wanted: int) -> None:
    """Fail unless every mutation that was answered is there, once."""
    connection = sqlite3.connect(path)
    there = {code for (code,) in connection.execute("SELECT code FROM risks")}
    [(entries,)] = connection.execute("SELECT count(*) FROM journal WHERE action = 'logRisk'")
    connection.close()
    assert len(set(caller.codes)) == len(caller.codes) == wanted
    assert there == set(caller.codes)
    assert entries == wanted
    print(f"{wanted} mutations, none lost, none refused")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept:
        asyncio.run(measure(kept, int(sys.argv[1]) if len(sys.argv) > 1 else 1280))
