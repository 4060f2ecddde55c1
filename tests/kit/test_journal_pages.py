"""The journal as the graph shows it: every entry once, in order, and to each what they may see."""

from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.dialects import sqlite
from strawberry import Some

from riskreg.kit import entries, graph_journal
from riskreg.kit.entries import NO_END, START, Place
from riskreg.kit.graph_journal import MOST
from riskreg.kit.journal import Entry
from riskreg.kit.view import Actor
from riskreg.people.auth import SYSTEM
from riskreg.risks import inputs, inputs_mitigation, service, service_mitigation
from riskreg.risks.models import Risk
from tests.cast import Register
from tests.factories import a_mitigation, a_risk, id_of, ids_of
from tests.kit.rows import add, key, team

PAGE = """query ($after: Cursor, $first: Int!) { journal(after: $after, first: $first) {
  nodes { cursor seq at actor action reason requestId hash
    objects { type id version code deleted } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } headCursor } }"""


async def page(
    register: Register, actor: Actor, after: str | None = None, first: int = MOST
) -> dict[str, Any]:
    """A page of the journal as somebody sees it."""
    answer: dict[str, Any] = await register.ask(actor, PAGE, after=after, first=first)
    return answer["journal"]  # type: ignore[no-any-return]


async def here(register: Register) -> str:
    """The cursor behind the newest entry."""
    return str((await page(register, SYSTEM, first=0))["headCursor"])


def told(nodes: list[dict[str, Any]]) -> list[tuple[str, list[str | None]]]:
    """Actions, and the codes of the objects they wrote."""
    return [(one["action"], [obj["code"] for obj in one["objects"]]) for one in nodes]


async def test_pages_follow_each_other_to_the_end_and_from_there_on(register: Register) -> None:
    cast = register.cast
    whole = await page(register, cast.auditor)
    seqs = [one["seq"] for one in whole["nodes"]]
    assert seqs == list(range(1, await register.seq() + 1))
    assert whole["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": whole["nodes"][0]["cursor"],
        "endCursor": whole["headCursor"],
    }
    after, read = None, []
    while True:
        some = await page(register, cast.auditor, after, 7)
        read += some["nodes"]
        assert some["pageInfo"]["endCursor"] == some["nodes"][-1]["cursor"]
        after = some["pageInfo"]["endCursor"]
        if not some["pageInfo"]["hasNextPage"]:
            break
        assert len(some["nodes"]) == 7
    assert read == whole["nodes"]
    empty = await page(register, cast.auditor, after)
    assert (empty["nodes"], empty["pageInfo"]["endCursor"]) == ([], after)
    risk = await a_risk(register.db, cast.qa, cast.project)
    later = await page(register, cast.auditor, after)
    assert told(later["nodes"]) == [("log", [risk.code])]
    assert later["pageInfo"]["hasPreviousPage"] is True


async def test_a_page_of_none_says_whether_there_is_any(register: Register) -> None:
    for actor in (register.cast.auditor, register.cast.vendor):
        some = await page(register, actor, first=0)
        assert some["nodes"] == []
        assert some["pageInfo"]["hasNextPage"] is True
        assert some["pageInfo"]["endCursor"] == START.cursor
        last = await page(register, actor, some["headCursor"], 0)
        assert last["pageInfo"]["hasNextPage"] is False
        assert last["pageInfo"]["endCursor"] == some["headCursor"]


async def test_entries_are_told_as_the_audit_knows_them(register: Register) -> None:
    at = await here(register)
    cast = register.cast
    risk = await a_risk(register.db, cast.qa, cast.project)
    register.clock.advance(hours=1)
    change = inputs.ChangeRisk(id=id_of(risk), expected_version=1, title=Some("Shorter"))
    await register.does(cast.lead, service.change, change)
    [made, changed] = (await page(register, cast.auditor, at))["nodes"]
    wrote = {"type": "Risk", "id": id_of(risk), "code": risk.code, "deleted": False}
    assert made["objects"] == [{**wrote, "version": 1}]
    assert changed["objects"] == [{**wrote, "version": 2}]
    assert (made["actor"], changed["actor"]) == (cast.qa.name, cast.lead.name)
    columns = Entry.seq, Entry.hash, Entry.request_id
    query = select(*columns).where(Entry.seq == changed["seq"])
    [row] = await register.db.rows(register.view(), query)
    assert (changed["seq"], changed["hash"], changed["requestId"]) == tuple(row)
    assert changed["at"] == "2026-11-16T02:00:00Z"


async def test_what_an_entry_takes_away_is_told(register: Register) -> None:
    cast = register.cast
    one, two = [await a_risk(register.db, cast.qa, cast.project) for _ in range(2)]
    action = await a_mitigation(register.db, cast.lead, (one, 1, 1), (two, 1, 1))
    at = await here(register)
    effect = inputs_mitigation.EffectInput(risk_id=id_of(one), delta_likelihood=1, delta_impact=1)
    change = inputs_mitigation.ChangeMitigation(
        id=id_of(action), expected_version=1, effects=Some([effect])
    )
    await register.does(cast.lead, service_mitigation.change, change)
    [changed] = (await page(register, cast.auditor, at))["nodes"]
    gone = [obj for obj in changed["objects"] if obj["deleted"]]
    assert [(obj["type"], obj["version"], obj["code"]) for obj in gone] == [
        ("RiskMitigation", None, None)
    ]


OBJECTS = """query ($at: Cursor, $first: Int!, $after: ID) { journal(after: $at, first: 1) {
  nodes { objectCount objects(first: $first, after: $after) { id code } } } }"""


async def test_objects_of_an_entry_come_in_pieces(register: Register) -> None:
    at = await here(register)
    teams = [team(number, f"Team {number}") for number in range(130)]
    await add(register.db, *teams)
    [entry] = (await page(register, SYSTEM, at))["nodes"]
    assert len(entry["objects"]) == 100
    whole: list[Any] = []
    while len(whole) < 130:
        after = whole[-1]["id"] if whole else None
        some = await register.ask(SYSTEM, OBJECTS, at=at, first=60, after=after)
        [entry] = some["journal"]["nodes"]
        assert entry["objectCount"] == 130
        assert len(entry["objects"]) == min(60, 130 - len(whole))
        whole += entry["objects"]
    assert [one["id"] for one in whole] == [f"team_{key(number)}" for number in range(130)]
    for given in ({"first": 501}, {"first": -1}, {"first": 1, "after": f"team_{key(130)}"}):
        assert await register.refused(SYSTEM, OBJECTS, at=at, **given) == ["BAD_USER_INPUT"]


BAD = {
    "nonsense": "abc",
    "of a list": "WzEsMiwzXQ",
    "of the future": Place(10_000, "0" * 8).cursor,
    "of another journal": Place(1, "0" * 8).cursor,
}


@pytest.mark.parametrize("cursor", BAD.values(), ids=BAD)
async def test_a_cursor_that_is_none_of_ours_is_refused(register: Register, cursor: str) -> None:
    assert await register.refused(SYSTEM, PAGE, after=cursor, first=1) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("first", [-1, 501])
async def test_a_page_has_at_most_500_entries(register: Register, first: int) -> None:
    assert await register.refused(SYSTEM, PAGE, first=first) == ["BAD_USER_INPUT"]


async def test_a_vendor_reads_of_its_own_rows_only(register: Register) -> None:
    db, cast = register.db, register.cast
    at = await here(register)
    own = await a_risk(db, cast.qa, cast.project, vendors=(cast.aster,))
    foreign = await a_risk(db, cast.qa, cast.other_project, vendors=(cast.boreal,))
    action = await a_mitigation(db, cast.lead, (own, 1, 1), (foreign, 1, 1))
    seen = await page(register, cast.vendor, at)
    assert told(seen["nodes"]) == [("log", [own.code]), ("propose", [action.code, None])]
    links = [obj for obj in seen["nodes"][1]["objects"] if obj["type"] == "RiskMitigation"]
    assert len(links) == 1, "of the two links only that of the own risk"
    for one in seen["nodes"]:
        assert (one["actor"], one["hash"], one["requestId"]) == (None, None, None)
    assert seen["pageInfo"]["endCursor"] == await here(register)
    whole = await page(register, cast.auditor, at)
    assert [codes for _, codes in told(whole["nodes"])] == [
        [own.code],
        [foreign.code],
        [action.code, None, None],
    ]


async def test_what_was_written_while_one_could_not_see_it_stays_untold(
    register: Register,
) -> None:
    """A risk passes from one vendor to another: each reads of its own time only."""
    db, cast = register.db, register.cast
    at = await here(register)
    risk = await a_risk(db, cast.qa, cast.project, vendors=(cast.aster,))
    assert len((await page(register, cast.vendor, at))["nodes"]) == 1
    register.clock.advance(hours=1)
    move = inputs.ChangeRisk(
        id=id_of(risk), expected_version=1, vendor_ids=Some(ids_of(cast.boreal))
    )
    await register.does(cast.qa, service.change, move)
    assert (await page(register, cast.vendor, at))["nodes"] == []
    [passed] = (await page(register, cast.rival, at))["nodes"]
    assert (passed["action"], passed["objects"][0]["version"]) == ("change", 2)


async def test_a_stretch_in_which_one_sees_nothing_is_passed_in_pieces(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, cast = register.db, register.cast
    at = await here(register)
    risks = [await a_risk(db, cast.qa, cast.other_project) for _ in range(6)]
    own = await a_risk(db, cast.qa, cast.project, vendors=(cast.aster,))
    monkeypatch.setattr(graph_journal, "PIECE", 3)
    monkeypatch.setattr(graph_journal, "MOST_LOOKED_AT", 6)
    first = await page(register, cast.vendor, at, 2)
    assert (first["nodes"], first["pageInfo"]["hasNextPage"]) == ([], True)
    second = await page(register, cast.vendor, first["pageInfo"]["endCursor"], 2)
    assert told(second["nodes"]) == [("log", [own.code])]
    assert second["pageInfo"]["hasNextPage"] is False
    assert len(risks) == 6


@pytest.mark.parametrize("first", [1, 10])
async def test_a_page_takes_the_same_statements_whatever_its_size(
    register: Register, first: int
) -> None:
    at = await here(register)
    for _ in range(10):
        await a_risk(register.db, register.cast.qa, register.cast.project)
    variables = {"after": at, "first": first}
    answer, context = await register.execute(register.cast.auditor, PAGE, variables)
    assert answer.errors is None
    # The cursor, the entries, the rows touched, the versions of one table, the head.
    assert context.statements == 5


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
async def test_a_page_is_read_off_indexes(register: Register) -> None:
    wrote = entries._written(Risk)

    def plans(connection: Connection) -> list[str]:
        found = []
        for statement in (entries._ENTRIES, entries._TOUCHED, wrote):
            sql = statement.compile(dialect=sqlite.dialect())
            given = {**sql.params, "after_seq": 1, "upto_seq": NO_END, "most": 5}
            values = tuple(given[name] for name in sql.positiontup or ())
            explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            found += [row[3] for row in explained]
        return found

    steps = await register.db.run_sync(plans)
    assert [step.partition(" USING")[0].split()[0] for step in steps] == ["SEARCH"] * 3, steps
