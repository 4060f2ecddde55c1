"""`riskreg demo` as it is called: a small demo, what is planted in it, and no second one."""

import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from riskreg.demo import load as demo
from riskreg.demo.ground_truth import as_json
from riskreg.demo.world import World
from riskreg.kit import audit
from riskreg.kit.clock import SettableClock
from riskreg.metrics.models import Observation
from riskreg.people.permits import SYSTEM
from tests.demo.conftest import Demo
from tests.demo.finding import BUDGET, quiet_weeks, stood_out
from tests.engines import SqliteFiles
from tests.site import BIN, environment

WORLD = World(demo.AS_OF, demo.SEED, "Asia/Singapore", -demo.SMALL_DAYS)


def loaded(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN), "demo", *options],
        env=environment(url),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Demo]:
    """The small demo, loaded by the command, with its ground truth in planted.json."""
    url = SqliteFiles(tmp_path).create_database()
    done = loaded(url, "--as-of", "2026-11-16", "--ground-truth", str(tmp_path / "planted.json"))
    assert (done.returncode, done.stdout) == (0, "")
    db = demo.opened(url, SettableClock(WORLD.instant(0, "09:00")))
    yield Demo(db, WORLD, db.view(SYSTEM))
    await db.aclose()


async def test_a_small_demo_tells_180_days_and_what_is_planted(small: Demo, tmp_path: Path) -> None:
    told = small.view.of(Observation)
    [(number, first, last)] = await small.rows(
        select(func.count(), func.min(told.period_start), func.max(told.period_start))
    )
    assert (first, last) == (small.day(-180), small.day(-1))
    assert 100_000 < number < 120_000
    assert (tmp_path / "planted.json").read_text() == as_json(WORLD)
    worse = {
        (one.metric, one.scope.area or one.scope.project)
        for one in await stood_out(small, -128, -1)
        if one.is_adverse
    }
    assert worse >= {
        ("GOLD_ACC", "PRJ-MIS-CIV"),
        ("OVERTURN", "MISINFO"),
        ("ENVR", "FRAUD"),
        ("GUIDE_Q", "FRAUD"),
    }
    quiet, alerting = await quiet_weeks(small, 12)
    assert quiet > 5000
    assert alerting / quiet <= BUDGET
    head = (await small.db.run_sync(audit.verify)).head
    again = loaded(str(small.db.engines.writer.url), "--ground-truth", str(tmp_path / "no.json"))
    assert again.returncode == 1
    assert again.stderr == (
        "Error: The demo needs an empty register; this one has been written to.\n"
    )
    assert not (tmp_path / "no.json").exists()
    assert (await small.db.run_sync(audit.verify)).head == head


def test_what_is_planted_is_the_same_for_both_sizes() -> None:
    full = World(demo.AS_OF, demo.SEED, "Asia/Singapore")
    assert json.loads(as_json(full)) == json.loads(as_json(WORLD))
