"""A register for one test: its database, a clock to set, and its part of the graph."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import strawberry
from sqlalchemy import select
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionResult

from riskreg.kit.clock import SettableClock
from riskreg.kit.context import Context
from riskreg.kit.db import Database, Handler
from riskreg.kit.errors import Forbidden, UserError, UserErrors
from riskreg.kit.journal import JournalHead
from riskreg.kit.scalars import SCALARS
from riskreg.kit.view import Actor
from riskreg.people import sessions
from riskreg.people.auth import SYSTEM
from riskreg.people.graph import PeopleMutation, PeopleQuery
from riskreg.policies import service as policies
from riskreg.policies.graph import PoliciesMutation, PoliciesQuery
from riskreg.projects import service as projects
from riskreg.projects.graph import ProjectsMutation, ProjectsQuery
from tests.factories import G, R, UseCase, done

Refusal = tuple[str, tuple[str | int, ...]]

START = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
"""A Monday morning in Singapore."""


@strawberry.type
class Query(PeopleQuery, ProjectsQuery, PoliciesQuery):
    """The slices under test."""


@strawberry.type
class Mutation(PeopleMutation, ProjectsMutation, PoliciesMutation):
    """The slices under test."""


SCHEMA = strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS))


@dataclass(frozen=True)
class Stage:
    """A register that a test acts on."""

    db: Database
    clock: SettableClock

    async def seq(self) -> int:
        """The number of the newest entry: the same after a refusal as before."""
        [(seq,)] = await self.db.rows(self.db.view(SYSTEM), select(JournalHead.seq))
        return int(seq)

    async def execute(
        self, actor: Actor, document: str, variables: dict[str, Any], *, cookie: str | None = None
    ) -> tuple[ExecutionResult, Context]:
        """What the graph answers an actor, and the context it was answered in."""
        context = Context(db=self.db, actor=actor)
        context.extra[sessions.COOKIE] = cookie
        answer = await SCHEMA.execute(document, variables, context_value=context)
        return answer, context

    async def ask(self, actor: Actor, document: str, **variables: object) -> Any:
        """The data of an answer without errors."""
        answer, _ = await self.execute(actor, document, variables)
        assert answer.errors is None, answer.errors
        return answer.data

    async def refused(self, actor: Actor, document: str, **variables: object) -> list[Any]:
        """The codes of the errors of an answer; nothing may have been written."""
        before = await self.seq()
        answer, _ = await self.execute(actor, document, variables)
        assert await self.seq() == before
        errors = [error.original_error for error in answer.errors or []]
        return [getattr(error, "code", error) for error in errors]

    async def refusal(self, work: UseCase[G, R], given: G, actor: Actor = SYSTEM) -> Refusal:
        """The code and field of what a person must mend; nothing may have been written."""
        before = await self.seq()
        with pytest.raises((UserError, UserErrors)) as caught:
            await done(self.db, work, given, actor)
        assert await self.seq() == before
        error = caught.value.errors[0] if isinstance(caught.value, UserErrors) else caught.value
        assert isinstance(error, UserError)
        return error.code, error.field

    async def forbidden(self, work: UseCase[G, R], given: G, actor: Actor) -> str:
        """Why an actor may not do this at all; nothing may have been written."""
        before = await self.seq()
        with pytest.raises(Forbidden) as caught:
            await done(self.db, work, given, actor)
        assert await self.seq() == before
        return caught.value.message


def handlers() -> dict[type, Sequence[Handler]]:
    """What the slices do when others tell them something, put together."""
    wired: dict[type, list[Handler]] = defaultdict(list)
    for known in (projects.HANDLERS, policies.HANDLERS):
        for event, told in known.items():
            wired[event].extend(told)
    return dict(wired)


@asynccontextmanager
async def opened(
    url: str, wired: dict[type, Sequence[Handler]] | None = None
) -> AsyncIterator[Stage]:
    """A stage on a migrated database."""
    clock = SettableClock(START)
    db = Database(url, clock, handlers=handlers() if wired is None else wired)
    try:
        yield Stage(db, clock)
    finally:
        await db.aclose()


@pytest.fixture
async def stage(migrated_url: str) -> AsyncIterator[Stage]:
    """A register with no row in it, on each engine."""
    async with opened(migrated_url) as one:
        yield one
