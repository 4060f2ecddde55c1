"""After kill -9 under write load everything that was acknowledged is there, and whole."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from riskreg.kit import audit, migrate
from riskreg.kit.clock import SystemClock
from riskreg.kit.db import Database
from riskreg.kit.journal import Entry
from riskreg.people.models import Team
from tests.engines import PostgresServer, SqliteFiles
from tests.kit.rows import WRITER, add, team

ROOT = Path(__file__).parents[2]
FEW, MANY = 3, 20
DICE = random.Random(9)

# Each write changes a row, adds a row and appends one; its name is printed once it is acknowledged.
WRITER_PROCESS = """
import asyncio, itertools, sys
from riskreg.kit.clock import SystemClock
from riskreg.kit.db import Act, Database
from riskreg.people.models import Team
import riskreg.tables
from tests.kit.rows import WRITER

async def main(url, cycle):
    db = Database(url, SystemClock())

    async def writer(number):
        for turn in itertools.count():
            name = f"{cycle}.{number}.{turn}"

            async def work(session, view):
                session.add_all([Team(name=name), Team(name=f"{name} again")])

            await db.write(WRITER, Act("add", name), work)
            print(name, flush=True)

    await asyncio.gather(*[writer(number) for number in range(8)])

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


def started(url: str, cycle: int) -> subprocess.Popen[str]:
    """A process that writes until it is killed."""
    command = [sys.executable, "-c", WRITER_PROCESS, url, f"{cycle}"]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def after_a_while(process: subprocess.Popen[str]) -> list[str]:
    """What the process has acknowledged at a random moment of its work."""
    assert process.stdout is not None
    said = [process.stdout.readline()]
    os.set_blocking(process.stdout.fileno(), False)
    end = time.monotonic() + 0.1 + DICE.random() * 0.3
    while time.monotonic() < end:
        said += process.stdout.readlines()
        time.sleep(0.001)
    return said


def whole_lines(said: list[str]) -> list[str]:
    """The names that were printed to their end."""
    return [line for line in "".join(said).split("\n")[:-1] if line]


async def look(url: str) -> tuple[set[str], set[str], audit.Verdict]:
    """The names of the teams, those of the entries, and what the audit finds."""
    db = Database(url, SystemClock())
    try:
        one: Any = (view := db.view(WRITER)).of(Team)
        teams = {row.name for row in await db.rows(view, select(one.name))}
        entries = {row.reason for row in await db.rows(view, select(Entry.reason))}
        return teams, entries - {None}, await db.run_sync(audit.verify)
    finally:
        await db.aclose()


def check(url: str, acknowledged: set[str]) -> None:
    """Nothing that was acknowledged is lost, and nothing is there by half."""
    teams, entries, verdict = asyncio.run(look(url))
    assert acknowledged - entries == set()
    assert teams == entries | {f"{name} again" for name in entries}
    assert verdict.problems == ()
    assert verdict.entries == len(entries)


def crash_of_the_process(url: str, cycles: int) -> None:
    acknowledged: set[str] = set()
    for cycle in range(cycles):
        with started(url, cycle) as process:
            said = after_a_while(process)
            process.kill()
            rest, complaints = process.communicate()
        # A busy machine may make an entry slow, which is said and harms nobody.
        assert complaints.replace("slow entry\n", "") == ""
        fresh = set(whole_lines([*said, rest]))
        assert fresh != set()
        acknowledged |= fresh
        check(url, acknowledged)


def migrated(databases: SqliteFiles | PostgresServer) -> str:
    url = databases.create_database()
    migrate.upgrade(url)
    return url


CYCLES = [pytest.param(FEW, id="3"), pytest.param(MANY, id="20", marks=pytest.mark.long)]


@pytest.mark.parametrize("cycles", CYCLES)
def test_killed_process_on_sqlite_loses_nothing(tmp_path: Path, cycles: int) -> None:
    url = migrated(SqliteFiles(tmp_path))
    crash_of_the_process(url, cycles)

    def intact(connection: Any) -> str:
        return str(connection.exec_driver_sql("PRAGMA integrity_check").scalar_one())

    assert migrate.on_connection(url, intact) == "ok"


@pytest.fixture(scope="module")
def durable_server() -> Iterator[PostgresServer]:
    """A PostgreSQL that waits for the disk."""
    server = PostgresServer(durable=True)
    yield server
    server.stop()


@pytest.mark.long
def test_killed_process_on_postgres_loses_nothing(durable_server: PostgresServer) -> None:
    crash_of_the_process(migrated(durable_server), MANY)


def killed(server: PostgresServer) -> None:
    """Kill the server and everything it has started at once, and wait until they are gone."""
    folder = Path(server.folder) / "data"
    main = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
    main.suspend()  # so that it starts nothing new meanwhile
    processes = [*main.children(recursive=True), main]
    for process in processes:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(processes, timeout=10)


def restarted(server: PostgresServer) -> None:
    options = f"-c port={server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    data, log = f"{server.folder}/data", f"{server.folder}/log"
    server.run("pg_ctl", "-D", data, "-l", log, "-o", options, "-s", "-w", "start")


@pytest.mark.long
def test_killed_postgres_loses_nothing(durable_server: PostgresServer) -> None:
    """The server dies, not the process that writes; its writers are told, and begin anew."""
    url = migrated(durable_server)
    acknowledged: set[str] = set()
    for cycle in range(MANY):
        with started(url, cycle) as process:
            said = after_a_while(process)
            killed(durable_server)
            rest, complaints = process.communicate()
        assert "Connection" in complaints
        acknowledged |= set(whole_lines([*said, rest]))
        restarted(durable_server)
        check(url, acknowledged)


async def test_database_that_was_left_open_goes_on(migrated_url: str) -> None:
    """A process that dies inside an entry leaves no open entry behind."""
    db = Database(migrated_url, SystemClock())
    async with db.engines.writer.connect() as connection:
        await connection.exec_driver_sql("UPDATE journal_head SET open_seq = 1, seq = 1")
        await connection.invalidate()  # gone without a word
    assert await add(db, team(1, "one")) == 1
    assert (await db.run_sync(audit.verify)).problems == ()
    await db.aclose()
