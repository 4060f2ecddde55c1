"""A small organisation for tests: written once for each engine, then copied for every test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from inspect import isawaitable
from typing import Any

import pytest
import pytest_asyncio
from graphql import DocumentNode, GraphQLError, execute, parse, validate
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import ID
from strawberry.types import ExecutionResult

from riskreg.graph import schema
from riskreg.kit.clock import SettableClock
from riskreg.kit.context import Context
from riskreg.kit.db import Act, Database, Handler
from riskreg.kit.errors import Forbidden, UserError, UserErrors
from riskreg.kit.ids import global_id
from riskreg.kit.view import Actor, Reach, Scope, View
from riskreg.people.auth import SYSTEM
from riskreg.people.rules import Authority, Role
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor
from riskreg.risks import config
from tests.engines import KINDS, Databases, EngineKind, PostgresServer, SqliteFiles
from tests.factories import (
    G,
    R,
    UseCase,
    a_market,
    a_person,
    a_policy_area,
    a_pool,
    a_project,
    a_vendor,
    actor_of,
    done,
)
from tests.stage import START, Stage, handlers


@dataclass(frozen=True)
class Cast:
    """Who acts, one of each role and some rivals, and what there is to act on.

    `manager` manages `project`, `policy` manages `area`, `vendor` works in `project` and
    `requestor` asked for it; `other_manager`, `rival` and `other_requestor` have `other_project`.
    `service` reads with a token for `project`.
    """

    vp: Actor
    director: Actor
    lead: Actor
    manager: Actor
    other_manager: Actor
    policy: Actor
    qa: Actor
    guideline: Actor
    wfm: Actor
    vendor: Actor
    rival: Actor
    requestor: Actor
    other_requestor: Actor
    analyst: Actor
    auditor: Actor
    service: Actor
    admin: Actor
    market: Market
    aster: Vendor
    boreal: Vendor
    area: PolicyArea
    other_area: PolicyArea
    project: Project
    other_project: Project


def person_id(actor: Actor) -> ID:
    """The global id of the person who acts."""
    return ID(global_id("person", actor.id))


@cache
def _checked(document: str) -> tuple[DocumentNode, list[GraphQLError]]:
    """A document, parsed and validated once, as the server does; with what is wrong with it."""
    node = parse(document)
    return node, validate(schema._schema, node)


@dataclass(frozen=True)
class Register(Stage):
    """A register with the cast in it, and the whole graph."""

    cast: Cast

    async def execute(
        self, actor: Actor, document: str, variables: dict[str, Any], *, cookie: str | None = None
    ) -> tuple[ExecutionResult, Context]:
        """What the graph answers an actor, and the context it was answered in."""
        context = Context(db=self.db, actor=actor)
        node, errors = _checked(document)
        if errors:
            return ExecutionResult(data=None, errors=errors), context
        outcome = execute(
            schema._schema,
            node,
            context_value=context,
            variable_values=variables,
            executor_class=schema.execution_context_class,
        )
        found = await outcome if isawaitable(outcome) else outcome
        return ExecutionResult(data=found.data, errors=found.errors), context

    async def does(self, actor: Actor, work: UseCase[G, R], given: G) -> R:
        """What a use case gives back, run as one entry of an actor."""
        return await done(self.db, work, given, actor)

    async def refusals(
        self, actor: Actor, work: UseCase[G, R], given: G
    ) -> list[tuple[str, tuple[str | int, ...]]]:
        """Code and field of everything that is to be mended; nothing may have been written.

        ("FORBIDDEN", ()) for what the actor may not do at all; an empty list is a failure.
        """
        before = await self.seq()
        found: list[tuple[str, tuple[str | int, ...]]] = []
        try:
            await done(self.db, work, given, actor)
        except UserError as error:
            found = [(error.code, error.field)]
        except UserErrors as several:
            found = [(error.code, error.field) for error in several.errors]
        except Forbidden:
            found = [("FORBIDDEN", ())]
        assert found, "it was not refused"
        assert await self.seq() == before, "something was written"
        return found

    def view(self) -> View:
        """Everything, as it is now."""
        return self.db.view(SYSTEM)


async def write_cast(url: str) -> Cast:
    """Write the organisation and its configuration into a migrated database."""
    db = Database(url, SettableClock(START), handlers=handlers())

    async def install(session: AsyncSession, view: View) -> None:
        await config.install(session, view)

    await db.write(SYSTEM, Act("install"), install)
    try:
        return await _write(db)
    finally:
        await db.aclose()


async def _write(db: Database) -> Cast:
    async def actor(role: Role, vendor: Vendor | None = None, **given: Any) -> Actor:
        name = given.pop("name", role.value.title())
        return await actor_of(db, await a_person(db, role, name=name, vendor=vendor, **given))

    market = await a_market(db)
    aster, boreal = await a_vendor(db, "ASTER", market), await a_vendor(db, "BOREAL", market)
    people = [await a_person(db, Role.PM, name=name) for name in ("Mira", "Otto")]
    asking = [await a_person(db, Role.REQUESTOR, name=name) for name in ("Rita", "Odo")]
    policy = await a_person(db, Role.POLICY, name="Pola")
    area = await a_policy_area(db, "HATE", manager=policy)
    project, other_project = [
        await a_project(
            db,
            await a_pool(db, vendor, f"POOL-{vendor.code}"),
            code=code,
            manager=manager,
            requestors=(requestor,),
            markets=(market,),
            areas=(area,),
        )
        for code, vendor, manager, requestor in (
            ("PRJ-OWN", aster, people[0], asking[0]),
            ("PRJ-OTHER", boreal, people[1], asking[1]),
        )
    ]
    service = await actor(Role.SERVICE)
    return Cast(
        vp=await actor(Role.EXEC, authority=Authority.A4, name="Vera"),
        director=await actor(Role.EXEC, name="Dora"),
        lead=await actor(Role.PM_LEAD, name="Lea"),
        manager=await actor_of(db, people[0]),
        other_manager=await actor_of(db, people[1]),
        policy=await actor_of(db, policy),
        qa=await actor(Role.QA, name="Quin"),
        guideline=await actor(Role.GUIDELINE),
        wfm=await actor(Role.WFM),
        vendor=await actor(Role.VENDOR, aster, name="Alma of Aster"),
        rival=await actor(Role.VENDOR, boreal, name="Bo of Boreal"),
        requestor=await actor_of(db, asking[0]),
        other_requestor=await actor_of(db, asking[1]),
        analyst=await actor(Role.ANALYST),
        auditor=await actor(Role.AUDITOR),
        service=replace(service, reach=Reach(Scope.PROJECTS, (project.id,))),
        admin=await actor(Role.ADMIN),
        market=market,
        aster=aster,
        boreal=boreal,
        area=area,
        other_area=await a_policy_area(db, "SPAM"),
        project=project,
        other_project=other_project,
    )


def written(url: str) -> Cast:
    """The cast of a migrated database, written by a loop of its own."""
    return asyncio.run(write_cast(url))


@asynccontextmanager
async def opened(
    url: str, cast: Cast, wired: dict[type, Sequence[Handler]] | None = None
) -> AsyncIterator[Register]:
    """A register on a database that holds the cast."""
    clock = SettableClock(START)
    db = Database(url, clock, handlers=handlers() if wired is None else wired)
    try:
        yield Register(db, clock, cast)
    finally:
        await db.aclose()


Staged = Callable[[EngineKind], tuple[str, Cast]]


def _databases(
    kind: EngineKind, request: pytest.FixtureRequest, paths: pytest.TempPathFactory
) -> Databases:
    if kind == "sqlite":
        return SqliteFiles(paths.mktemp("staged"))
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server


@pytest.fixture(scope="session")
def staged(
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    migrated_template: Callable[[EngineKind], str],
) -> Staged:
    """The address of this run's database with the cast in it, and the cast; nobody writes to it."""

    @cache
    def made(kind: EngineKind) -> tuple[str, Cast]:
        databases = _databases(kind, request, tmp_path_factory)
        url = databases.create_database(template=migrated_template(kind))
        return url, written(url)

    return made


@pytest.fixture
def cast_url(
    engine_kind: EngineKind, databases: Databases, staged: Staged
) -> Iterator[tuple[str, Cast]]:
    """A database of this test alone, on each engine, and its cast."""
    template, cast = staged(engine_kind)
    url = databases.create_database(template=template)
    yield url, cast
    databases.drop_database(url)


@pytest.fixture
async def register(cast_url: tuple[str, Cast]) -> AsyncIterator[Register]:
    """A register of this test alone."""
    async with opened(*cast_url) as one:
        yield one


@pytest.fixture(scope="module", params=KINDS)
def shared_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, staged: Staged
) -> Iterator[tuple[str, Cast]]:
    """A database that the tests of a module share, and its cast."""
    kind: EngineKind = request.param
    databases = _databases(kind, request, tmp_path_factory)
    template, cast = staged(kind)
    url = databases.create_database(template=template)
    yield url, cast
    databases.drop_database(url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(shared_url: tuple[str, Cast]) -> AsyncIterator[Register]:
    """A register that the tests of a module share; each writes rows of its own."""
    async with opened(*shared_url) as one:
        yield one
