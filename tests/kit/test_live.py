"""Subscriptions: told from a cursor on without gap or repetition, to who may hear them by then."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import Some

from riskreg.kit import live
from riskreg.kit.context import Context
from riskreg.kit.db import Act, Database
from riskreg.kit.entries import START, Place
from riskreg.kit.errors import BadInput, StreamEnded, Unauthenticated
from riskreg.kit.view import Actor, View
from riskreg.people import auth, service_tokens, tokens
from riskreg.people.auth import SYSTEM
from riskreg.people.inputs import CreateApiToken, RevokeApiToken
from riskreg.people.models import ApiToken
from riskreg.people.rules import Role
from riskreg.risks import inputs, service
from riskreg.wiring import HANDLERS
from tests.cast import Register, person_id
from tests.factories import a_risk, id_of, ids_of
from tests.hearing import Events, heard, next_of
from tests.waiting import until

CHANGED = """subscription ($since: Cursor, $filter: JournalFilter) {
  registerChanged(since: $since, filter: $filter) { cursor seq actor action
    objects { type code version } } }"""


async def change(stream: Events) -> dict[str, Any]:
    """The next change."""
    async with asyncio.timeout(20):
        found: dict[str, Any] = (await next_of(stream))["registerChanged"]
    return found


def codes(event: dict[str, Any]) -> list[str | None]:
    return [one["code"] for one in event["objects"]]


async def titled(register: Register, risk: Any, title: str, version: int) -> None:
    """Give a risk another title."""
    given = inputs.ChangeRisk(id=id_of(risk), expected_version=version, title=Some(title))
    await register.does(register.cast.qa, service.change, given)


async def test_a_change_is_told_as_it_is_written(register: Register) -> None:
    db, cast = register.db, register.cast
    async with heard(Context(db, cast.auditor), CHANGED) as stream:
        waiting = asyncio.ensure_future(change(stream))
        await until(lambda: db.feed.is_reading)
        risk = await a_risk(db, cast.qa, cast.project)
        event = await waiting
    assert event["objects"] == [{"type": "Risk", "code": risk.code, "version": 1}]
    assert (event["seq"], event["actor"]) == (await register.seq(), cast.qa.name)


async def test_who_comes_back_with_a_cursor_is_told_what_came_since(register: Register) -> None:
    db, cast = register.db, register.cast
    async with heard(Context(db, cast.auditor), CHANGED, since=START.cursor) as stream:
        first = await change(stream)
    risk = await a_risk(db, cast.qa, cast.project)
    rest = await register.ask(
        cast.auditor,
        "query ($after: Cursor) { journal(after: $after, first: 500) { nodes { cursor seq } } }",
        after=first["cursor"],
    )
    async with heard(Context(db, cast.auditor), CHANGED, since=first["cursor"]) as stream:
        again = [await change(stream)]
        while codes(again[-1]) != [risk.code]:
            again.append(await change(stream))
    told = {one["seq"]: one["cursor"] for one in rest["journal"]["nodes"]}
    assert [one["seq"] for one in again] == sorted({one["seq"] for one in again})
    assert {one["seq"]: one["cursor"] for one in again}.items() <= told.items()


BAD = ["abc", "WzEsMiwzXQ", Place(10_000, "0" * 8).cursor, Place(1, "0" * 8).cursor]


@pytest.mark.parametrize("cursor", BAD)
async def test_a_cursor_that_is_none_of_ours_is_refused_at_once(
    register: Register, cursor: str
) -> None:
    for document in (CHANGED, "subscription ($since: Cursor) { reportReady(since: $since) {seq}}"):
        with pytest.raises(BadInput):
            async with heard(Context(register.db, SYSTEM), document, since=cursor):
                pass


@pytest.mark.parametrize(
    "given",
    [{"types": ["Nothing"]}, {"types": ["Risk"] * 101}, {"ids": ["risk_" + "0" * 32] * 101}],
    ids=["unknown type", "many types", "many ids"],
)
async def test_a_filter_that_cannot_be_meant_is_refused(
    register: Register, given: dict[str, Any]
) -> None:
    with pytest.raises(BadInput):
        async with heard(Context(register.db, SYSTEM), CHANGED, filter=given):
            pass


async def test_a_vendor_hears_of_what_it_sees_by_then(register: Register) -> None:
    """Rows that are hidden meanwhile are not told, though they were seen before, and return."""
    db, cast = register.db, register.cast
    risk = await a_risk(db, cast.qa, cast.project, vendors=(cast.aster,))
    context = Context(db, cast.vendor)
    async with heard(context, CHANGED, since=START.cursor) as stream:
        while risk.code not in codes(event := await change(stream)):
            pass
        assert event["actor"] is None
        for version, vendor in ((1, cast.boreal), (2, cast.aster)):
            move = inputs.ChangeRisk(
                id=id_of(risk), expected_version=version, vendor_ids=Some(ids_of(vendor))
            )
            await register.does(cast.qa, service.change, move)
        assert [one["version"] for one in (await change(stream))["objects"]] == [3]


async def a_token(register: Register) -> tuple[str, ApiToken]:
    """A token of the service for everything, and its row."""
    cast = register.cast
    given = CreateApiToken(
        name="Listener",
        person_id=person_id(cast.qa),
        expires_at=register.db.now() + timedelta(days=30),
    )
    secret = tokens.new_token()

    async def make(session: AsyncSession, view: View) -> ApiToken:
        return await service_tokens.create(session, view, given, secret)

    return secret, (await register.db.write(SYSTEM, Act("token"), make)).result


def renewing(register: Register, secret: str) -> Context:
    """A context whose actor is looked up anew, as the served one is."""

    async def renewal() -> Actor:
        found = await auth.actor_of_token(register.db, secret)
        if found is None:
            raise Unauthenticated
        return found

    return Context(register.db, SYSTEM, renewal=renewal)


async def revoke(register: Register, row: ApiToken) -> None:
    given = RevokeApiToken(id=id_of(row), expected_version=1)
    await register.does(register.cast.admin, service_tokens.revoke, given)


async def test_a_revoked_token_hears_nothing_more(register: Register) -> None:
    cast = register.cast
    secret, row = await a_token(register)
    async with heard(renewing(register, secret), CHANGED) as stream:
        waiting = asyncio.ensure_future(change(stream))
        await until(lambda: register.db.feed.is_reading)
        risk = await a_risk(register.db, cast.qa, cast.project)
        assert codes(await waiting) == [risk.code]
        await revoke(register, row)
        await a_risk(register.db, cast.qa, cast.project)
        with pytest.raises(Unauthenticated):
            await change(stream)


async def test_a_revoked_token_is_found_out_though_nothing_happens(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "RENEW_SECONDS", 0.1)
    secret, row = await a_token(register)
    # Its revocation is no change of a report, and nothing else comes.
    only = {"types": ["Report"]}
    async with heard(renewing(register, secret), CHANGED, filter=only) as stream:
        waiting = asyncio.ensure_future(change(stream))
        await until(lambda: register.db.feed.is_reading)
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await revoke(register, row)
        with pytest.raises(Unauthenticated):
            await waiting


async def test_a_role_that_is_taken_away_counts_from_the_next_event_on(
    register: Register,
) -> None:
    cast = register.cast
    actor = cast.auditor

    async def renewal() -> Actor:
        return actor

    await a_risk(register.db, cast.qa, cast.project, title="Before")
    context = Context(register.db, SYSTEM, renewal=renewal)
    async with heard(context, CHANGED, since=START.cursor) as stream:
        await change(stream)
        actor = cast.vendor
        seen = [await change(stream) for _ in range(3)]
    assert {one["actor"] for one in seen} == {None}


async def test_those_who_see_equally_far_cost_the_statements_of_one(register: Register) -> None:
    db, cast = register.db, register.cast
    people = [cast.auditor, cast.analyst, cast.lead, cast.vp]
    contexts = [Context(db, actor) for actor in people]
    streams = [heard(context, CHANGED) for context in contexts]
    opened = [await one.__aenter__() for one in streams]
    waiting = [asyncio.ensure_future(change(one)) for one in opened]
    await until(lambda: [one.is_given for one in db.feed._followers] == [True] * len(people))
    risk = await a_risk(db, cast.qa, cast.project)
    assert [codes(await one) for one in waiting] == [[risk.code]] * len(people)
    assert sum(context.statements for context in contexts) == 1
    for one in streams:
        await one.__aexit__(None, None, None)


async def test_a_listener_is_told_where_to_go_on_when_the_server_stops(register: Register) -> None:
    async with heard(Context(register.db, SYSTEM), CHANGED, since=START.cursor) as stream:
        first = await change(stream)
        await register.db.feed.close()
        with pytest.raises(StreamEnded) as caught:
            await change(stream)
    assert (caught.value.code, caught.value.since) == ("GOING_AWAY", first["cursor"])


@pytest.mark.parametrize("seed", range(3))
async def test_listeners_who_come_and_go_hear_each_entry_once(
    register: Register, cast_url: tuple[str, Any], seed: int
) -> None:
    """Random disconnects, writers in two processes' worth of databases, a wide and a narrow one."""
    dice, cast = random.Random(seed), register.cast
    other = Database(cast_url[0], register.clock, handlers=HANDLERS)
    since = (await register.ask(SYSTEM, "{ journal(first: 0) { headCursor } }"))["journal"][
        "headCursor"
    ]

    async def writer(db: Database, number: int) -> list[str]:
        made = []
        for turn in range(6):
            vendors = (cast.aster,) if turn % 2 else (cast.boreal,)
            risk = await a_risk(db, cast.qa, cast.project, vendors=vendors)
            made.append(risk.code if turn % 2 else "")
            await asyncio.sleep(dice.random() * 0.02)
        return made

    async def listener(db: Database, actor: Actor, total: int) -> list[Any]:
        told: list[Any] = []
        while len(told) < total:
            at = told[-1]["cursor"] if told else since
            async with heard(Context(db, actor), CHANGED, since=at) as stream:
                some = dice.randint(1, total - len(told))
                told += [await change(stream) for _ in range(some)]
        return told

    wide, narrow, *made = await asyncio.gather(
        listener(other, cast.auditor, 12),
        listener(register.db, cast.vendor, 6),
        writer(register.db, 0),
        writer(other, 1),
    )
    first = wide[0]["seq"]
    assert [one["seq"] for one in wide] == list(range(first, first + 12))
    own = sorted(code for some in made for code in some if code)
    assert sorted(f"{code}" for one in narrow for code in codes(one)) == own
    assert [one["seq"] for one in narrow] == sorted({one["seq"] for one in narrow})
    await other.aclose()


def test_the_roles_that_see_everything_share_a_reach() -> None:
    """What the sharing of answers rests on."""
    wide = [Role.EXEC, Role.PM_LEAD, Role.AUDITOR]
    reaches = {auth.reach_of([role], person_id="a", vendor_id=None, projects=None) for role in wide}
    assert len(reaches) == 1
