"""The demo organisation in a database, loaded once a run and engine, copied for each test."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache

import pytest
from sqlalchemy import delete

from riskreg.demo import load as demo
from riskreg.kit.clock import SettableClock
from riskreg.kit.jobs import JOBS
from riskreg.risks.config import SINCE
from tests.engines import Databases, EngineKind, SqliteFiles

Loaded = Callable[[EngineKind, str, date], str]
"""From engine, seed and as-of date to the address of the demo so loaded, which nobody writes to."""


def load_into(url: str, seed: str, as_of: date) -> None:
    """Load the demo into a migrated, empty database, and print how long that took."""

    async def run() -> None:
        clock = SettableClock(SINCE)
        db = demo.opened(url, clock, seed)
        try:
            await demo.load(db, clock, demo.Size.FULL, as_of, seed)
            await db.note(delete(JOBS))  # else each server of a test renders a year of briefs first
        finally:
            await db.aclose()

    started = time.perf_counter()
    with ThreadPoolExecutor(1) as aside:  # whoever asks may be inside a loop already
        aside.submit(asyncio.run, run()).result()
    took = time.perf_counter() - started
    print(f"\ndemo loaded into {url.partition('+')[0]} in {took:.1f} s")  # noqa: T201 (to watch)


@pytest.fixture(scope="session")
def demo_template(
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    migrated_template: Callable[[EngineKind], str],
) -> Loaded:
    """Loads the demo where it is not loaded yet."""

    @cache
    def template(kind: EngineKind, seed: str, as_of: date) -> str:
        databases: Databases
        if kind == "sqlite":
            databases = SqliteFiles(tmp_path_factory.mktemp("demo"))
        else:
            databases = request.getfixturevalue("postgres_server")
        url = databases.create_database(template=migrated_template(kind))
        load_into(url, seed, as_of)
        return url

    return template


@pytest.fixture
def demo_url(engine_kind: EngineKind, databases: Databases, demo_template: Loaded) -> Iterator[str]:
    """The address of a copy of the demo, as of its usual day, dropped after the test."""
    template = demo_template(engine_kind, demo.SEED, demo.AS_OF)
    url = databases.create_database(template=template)
    yield url
    databases.drop_database(url)
