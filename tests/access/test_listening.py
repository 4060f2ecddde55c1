"""S1, listening: each role is told of what it can read, as entries come, and of no more."""

import asyncio
from typing import Any

from graphql import GraphQLObjectType
from sqlalchemy import select

from riskreg.graph import schema
from riskreg.kit.context import Context
from riskreg.kit.entries import START
from riskreg.kit.graph import SHOWN, prefix_of
from riskreg.kit.graph_journal import shown_name
from riskreg.kit.ids import global_id
from riskreg.kit.view import Actor
from riskreg.people.rules import Role
from tests.access.test_reading import NARROW
from tests.access.world import a_world, actors
from tests.cast import Register
from tests.hearing import heard, next_of
from tests.waiting import until

CHANGED = """subscription ($since: Cursor, $filter: JournalFilter) {
  registerChanged(since: $since, filter: $filter) { seq actor hash
    objects { type id deleted } } }"""
PAGE = """{ journal(first: 500) { nodes { seq actor hash objects { type id deleted } }
  pageInfo { hasNextPage } } }"""
BREACHED = """subscription ($since: Cursor) {
  kriBreached(since: $since) { seq breaches { evidence } } }"""
READY = "subscription ($since: Cursor) { reportReady(since: $since) { seq reports { code } } }"


LATER = {Role.SERVICE: {"Vendor", "WorkforcePool"}}
"""What came in sight by a project that was made after it: the entry that wrote it stays untold."""


def test_every_subscription_has_its_test() -> None:
    kind = schema._schema.subscription_type
    assert isinstance(kind, GraphQLObjectType)
    assert set(kind.fields) == {"registerChanged", "kriBreached", "reportReady"}


async def visible(register: Register, actor: Actor) -> dict[str, set[str]]:
    """The ids of all rows that an actor can see now, by the type that shows them."""
    view, found = register.db.view(actor), {}
    for model, shown in SHOWN.items():
        row: Any = view.of(model)
        rows = await register.db.rows(view, select(row.id))
        if shown.shown_to(actor) and rows:
            found[shown_name(model)] = {global_id(prefix_of(model), one.id) for one in rows}
    return found


def objects_of(entries: list[Any]) -> dict[str, set[str]]:
    """The ids of what entries wrote, by type."""
    found: dict[str, set[str]] = {}
    for one in [obj for entry in entries for obj in entry["objects"]]:
        found.setdefault(one["type"], set()).add(one["id"])
    return found


async def events(register: Register, actor: Actor, number: int, **given: Any) -> list[Any]:
    """The first events of the journal, as somebody is told who asks for all of it."""
    variables = {"since": START.cursor, **given}
    async with heard(Context(register.db, actor), CHANGED, **variables) as stream:
        return [(await next_of(stream))["registerChanged"] for _ in range(number)]


async def test_every_role_is_told_of_every_row_that_it_sees_and_of_no_other(
    register: Register,
) -> None:
    await a_world(register)
    for role, actor in actors(register.cast).items():
        page = (await register.ask(actor, PAGE))["journal"]
        assert page["pageInfo"]["hasNextPage"] is False
        entries = [one for one in page["nodes"] if one["objects"]]
        sees = await visible(register, actor)
        assert LATER.get(role, set()) <= set(sees)
        now = {name: ids for name, ids in sees.items() if name not in LATER.get(role, ())}
        assert objects_of(entries) == now, role
        assert await events(register, actor, len(entries)) == entries, role
        if role in NARROW:
            assert {one["hash"] for one in entries} == {None}


async def test_each_type_can_be_heard_alone(register: Register) -> None:
    await a_world(register)
    for actor in (register.cast.vendor, register.cast.auditor):
        whole = (await register.ask(actor, PAGE))["journal"]["nodes"]
        for name, ids in (await visible(register, actor)).items():
            some = [
                {**one, "objects": kept}
                for one in whole
                if (kept := [obj for obj in one["objects"] if obj["type"] == name])
            ]
            given = {"filter": {"types": [name]}}
            assert await events(register, actor, len(some), **given) == some
            one = min(ids)
            [first] = await events(register, actor, 1, filter={"ids": [one]})
            assert [obj["id"] for obj in first["objects"]] == [one]


async def nothing_told(register: Register, waiting: asyncio.Future[Any]) -> None:
    """The whole past has been looked through, and what comes is waited for."""
    await until(lambda: [one.is_given for one in register.db.feed._followers] == [True])
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_reports_are_told_to_those_who_see_reports(register: Register) -> None:
    world = await a_world(register)
    code = next(iter(world.words["report"].values()))
    for actor in actors(register.cast).values():
        seen = (await register.ask(actor, f'{{ report(code: "{code}") {{ id }} }}'))["report"]
        async with heard(Context(register.db, actor), READY, since=START.cursor) as stream:
            waiting = asyncio.ensure_future(next_of(stream))
            if seen is None:
                await nothing_told(register, waiting)
            else:
                assert (await waiting)["reportReady"]["reports"] == [{"code": code}]


async def test_breaches_are_told_to_those_who_see_them(register: Register) -> None:
    await a_world(register)
    query = "{ kriBreaches(orderBy: {field: CREATED_AT, direction: ASC}) { nodes { evidence } } }"
    for actor in actors(register.cast).values():
        seen = (await register.ask(actor, query))["kriBreaches"]["nodes"]
        async with heard(Context(register.db, actor), BREACHED, since=START.cursor) as stream:
            told = [(await next_of(stream))["kriBreached"] for _ in seen]
            assert [event["breaches"] for event in told] == [[one] for one in seen]
            await nothing_told(register, asyncio.ensure_future(next_of(stream)))
