"""The demo as the tests of its oracle ask for it: on both engines, and told a second time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Executable, func, select

from riskreg.demo import load as demo
from riskreg.demo.world import World
from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Database, Fetch
from riskreg.kit.journal import Entry
from riskreg.kit.view import View
from riskreg.people.auth import SYSTEM
from tests.demo_fixture import Loaded

USUAL = (demo.SEED, demo.AS_OF)
OTHER = ("another seed", date(2027, 6, 9))
"""A Wednesday, so that the story falls on other days of the week and between other holidays."""

TOLD = (
    pytest.param(("sqlite", *USUAL), id="sqlite"),
    pytest.param(("postgres", *USUAL), id="postgres"),
    pytest.param(("sqlite", *OTHER), id="another seed and day", marks=pytest.mark.long),
)


@dataclass(frozen=True)
class Demo:
    """A loaded demo, looked at on the morning of its today."""

    db: Database
    world: World
    view: View

    async def rows(self, statement: Executable, view: View | None = None) -> Sequence[Any]:
        """The rows of a statement."""
        return await self.db.rows(view or self.view, statement)

    def fetch(self, view: View | None = None) -> Fetch:
        """Runs statements through a view, this morning's by default."""

        async def run(statement: Executable) -> Sequence[Any]:
            return await self.rows(statement, view)

        return run

    async def then(self, at: datetime) -> View:
        """The register as it was at an instant."""
        newest = select(func.max(Entry.seq)).where(Entry.at <= at)
        [(seq,)] = await self.rows(newest)
        return View(SYSTEM, at, seq)

    def day(self, offset: int) -> date:
        """The day so many days from the demo's today."""
        return self.world.day(offset)


@pytest.fixture(params=TOLD)
async def demo_told(request: pytest.FixtureRequest, demo_template: Loaded) -> AsyncIterator[Demo]:
    """The demo, which the test only reads."""
    kind, seed, as_of = request.param
    url = demo_template(kind, seed, as_of)
    world = World(as_of, seed, "Asia/Singapore")
    db = demo.opened(url, SettableClock(world.instant(0, "09:00")), seed)
    yield Demo(db, world, db.view(SYSTEM))
    await db.aclose()
