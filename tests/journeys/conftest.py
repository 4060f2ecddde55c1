"""The demo organisation, asked over the graph, and served by the real command."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from riskreg.demo import load as demo
from riskreg.graph import schema
from riskreg.kit.clock import SettableClock, SystemClock, today
from riskreg.kit.context import Context
from riskreg.kit.db import Database
from riskreg.kit.view import Actor
from riskreg.people.auth import actor_of_person
from riskreg.people.permits import SYSTEM
from riskreg.wiring import HANDLERS
from tests.demo_fixture import Loaded
from tests.engines import SqliteFiles
from tests.site import Site, serve

OPERATIONS = Path(__file__).parents[2] / "schema" / "operations"
MORNING = datetime(2026, 11, 16, 1, tzinfo=UTC)
"""Monday 16 November 2026, 09:00 in Singapore: the demo's now."""


@dataclass
class Register:
    """The demo, asked by one actor at one time."""

    db: Database
    clock: SettableClock
    actor: Actor

    async def ask(self, question: str, /, **variables: Any) -> Any:
        """The answer of a question in schema/operations, with its own variables or others."""
        [path] = OPERATIONS.glob(f"{question}*.graphql")
        given = {**json.loads(path.with_suffix(".json").read_text()), **variables}
        return await self.run(path.read_text(), **given)

    async def run(self, document: str, /, **variables: Any) -> Any:
        """The data of a document that may not fail."""
        context = Context(self.db, self.actor)
        result = await schema.execute(document, variable_values=variables, context_value=context)
        assert result.errors is None
        return result.data

    async def do(self, mutation: str, code: str, more: str = "", *, who: str | None = None) -> Any:
        """What came of a mutation of a risk, at the version that it has now; it must be allowed."""
        found = await self.run("query($c: String!){risk(code: $c){id version}}", c=code)
        given = f'id: "{found["risk"]["id"]}", expectedVersion: {found["risk"]["version"]}, {more}'
        document = (
            f"mutation{{{mutation}(input: {{{given}}}){{risk{{status}} userErrors{{message}}}}}}"
        )
        actor, self.actor = self.actor, await self.person(who) if who else self.actor
        try:
            answer = (await self.run(document))[mutation]
        finally:
            self.actor = actor
        assert answer["userErrors"] == []
        return answer["risk"]

    async def person(self, code: str) -> Actor:
        """Whoever has a code, as an actor."""
        actor = await actor_of_person(self.db, code)
        assert actor is not None, code
        return actor


async def opened(url: str) -> Register:
    """The register of a demo database at the demo's now."""
    clock = SettableClock(MORNING)
    return Register(Database(url, clock, handlers=HANDLERS), clock, SYSTEM)


@pytest.fixture
async def register(demo_url: str) -> AsyncIterator[Register]:
    """The demo on each engine."""
    made = await opened(demo_url)
    yield made
    await made.db.aclose()


@pytest.fixture
async def reseeded(demo_template: Loaded) -> AsyncIterator[Register]:
    """The demo of another seed, to be read only."""
    made = await opened(demo_template("sqlite", "another seed of the questions", demo.AS_OF))
    yield made
    await made.db.aclose()


def day_of_the_machine() -> tuple[str, date]:
    """The seed and the day of a demo that is as planted at the machine's now.

    R-007 left tolerance at 08:30 of a day: before that hour, 26 days later is still yesterday.
    """
    return demo.SEED, today(SystemClock().now() - timedelta(hours=8, minutes=31))


@pytest.fixture(scope="session")
def site(demo_template: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A served register with the demo as of the machine's today."""
    databases = SqliteFiles(tmp_path_factory.mktemp("site"))
    running = serve(databases.create_database(demo_template("sqlite", *day_of_the_machine())))
    yield running
    running.stop()
