"""Two senders of one batch leave it once; a sender that is killed leaves nothing half done."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from riskreg.kit import audit
from riskreg.kit.journal import Entry
from riskreg.metrics.models import LatestValue, Observation, ObservationBatch, SeriesValue
from riskreg.metrics.rules import MetricKind
from riskreg.metrics.rules_ingest import columns_of
from tests.cast import Register
from tests.metrics.arranged import a_metric, a_series
from tests.metrics.test_ingest import MONDAY, counts, sent

ROOT = Path(__file__).parents[2]
ROWS = 5000

# Sends when it is told to; says what came of it, or stands still inside its entry.
SENDER_PROCESS = """
import asyncio, sys
from datetime import datetime
import numpy as np
import riskreg.tables
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database
from riskreg.metrics.ingest import record
from riskreg.metrics.rules_ingest import columns_of
from riskreg.people.auth import SYSTEM

url, at, series, last, rows, how = sys.argv[1:]
days = np.arange(int(last) - int(rows) + 1, int(last) + 1)
batch = columns_of(series_no=np.full(int(rows), int(series)), period_start=days, value=days * 1.0)

async def work(session, view):
    outcome = await record(session, view, batch)
    if how == "stands still":
        print("written", flush=True)
        await asyncio.Event().wait()
    return outcome.batch

async def main():
    db = Database(url, SettableClock(datetime.fromisoformat(at)))
    print("ready", flush=True)
    sys.stdin.readline()
    done = (await db.write(SYSTEM, Act("ingestObservations"), work)).result
    print(done.accepted, done.restated, done.unchanged, done.rejected, flush=True)
    await db.aclose()

asyncio.run(main())
"""


@contextmanager
def a_sender(register: Register, url: str, series: int, how: str) -> Iterator[Any]:
    """A process that is ready to send the batch."""
    given = [url, register.db.now().isoformat(), series, MONDAY.toordinal(), ROWS, how]
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER_PROCESS, *map(str, given)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert line(process) == "ready"
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that a process says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str]) -> None:
    """Let it send."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


async def kept(register: Register) -> dict[str, int]:
    """How many rows of each kind there are."""
    view, found = register.view(), {}
    for model in (Observation, SeriesValue, LatestValue, ObservationBatch):
        query = select(func.count()).select_from(view.of(model))
        [(found[model.__name__],)] = await register.db.rows(view, query)
    [(found["Entry"],)] = await register.db.rows(view, select(func.count(Entry.seq)))
    return found


@pytest.fixture
async def series(register: Register) -> int:
    """The number of a series of an index."""
    metric = await a_metric(register.db, "MOOD", kind=MetricKind.INDEX, scale=1.0, unit="points")
    return (await a_series(register.db, metric)).number


async def test_two_senders_of_one_batch_leave_it_once(
    register: Register, cast_url: tuple[str, Any], series: int
) -> None:
    before = (await kept(register))["Entry"]
    with (
        a_sender(register, cast_url[0], series, "sends") as one,
        a_sender(register, cast_url[0], series, "sends") as other,
    ):
        tell(one)
        tell(other)
        said = {line(one), line(other)}
    assert said == {f"{ROWS} 0 0 0", f"0 0 {ROWS} 0"}
    assert await kept(register) == {
        "Observation": ROWS,
        "SeriesValue": ROWS,
        "LatestValue": 1,
        "ObservationBatch": 2,
        "Entry": before + 2,
    }


async def test_a_sender_killed_inside_its_entry_leaves_nothing(
    register: Register, cast_url: tuple[str, Any], series: int
) -> None:
    before = await kept(register)
    with a_sender(register, cast_url[0], series, "stands still") as process:
        tell(process)
        assert line(process) == "written"
        assert await kept(register) == before
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert await kept(register) == before
    last = MONDAY.toordinal()
    days = range(last - ROWS + 1, last + 1)
    batch = columns_of(
        series_no=[series] * ROWS,
        period_start=list(days),  # type: ignore[arg-type]  # ordinals do as well
        value=[float(day) for day in days],
    )
    assert counts(await sent(register, batch)) == (ROWS, 0, 0, 0)
    after = await kept(register)
    assert (after["Observation"], after["SeriesValue"]) == (ROWS, ROWS)
    assert (await register.db.run_sync(audit.verify)).problems == ()
