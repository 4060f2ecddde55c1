"""A mutation is one entry: retried it acts once, rehearsed not at all, failed it leaves nothing."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.codes import CodeCounter
from riskreg.kit.db import Act
from riskreg.kit.errors import UserError
from riskreg.kit.perform import IdempotencyKey
from riskreg.kit.view import Actor, View
from riskreg.people.auth import SYSTEM
from riskreg.people.events import PersonDeactivated
from riskreg.people.models import Person
from riskreg.risks.models import Risk, RiskComment
from tests import cast
from tests.cast import Cast, Register
from tests.factories import a_risk, id_of

LOG = """mutation ($input: LogRiskInput!) { logRisk(input: $input) {
  risk { id code title version updatedAt comments { totalCount } history { action } }
  userErrors { message field code currentVersion } } }"""
LOG_MANY = """mutation ($input: LogRisksInput!) { logRisks(input: $input) {
  results { risk { code } userErrors { field code } } userErrors { field code } } }"""
CHANGE = """mutation ($input: ChangeRiskInput!) { changeRisk(input: $input) {
  risk { title version } userErrors { field code currentVersion } } }"""
COMMENT = """mutation ($input: CommentOnRiskInput!) { commentOnRisk(input: $input) {
  comment { id text } userErrors { field code } } }"""
DEACTIVATE = """mutation ($input: DeactivatePersonInput!) { deactivatePerson(input: $input) {
  person { id } userErrors { message field code } } }"""
NOTHING: dict[str, Any] = {"risk": None, "userErrors": []}


def told(data: Any) -> Any:
    """The payload of the one field that was asked."""
    [payload] = data.values()
    return payload


async def kept(register: Register) -> tuple[int, int, int, int]:
    """How many entries, risks, comments and used keys there are."""
    view = register.view()
    counts = [
        len(await register.db.rows(view, select(column)))
        for column in (view.of(Risk).id, view.of(RiskComment).id, IdempotencyKey.key)
    ]
    return (await register.seq(), counts[0], counts[1], counts[2])


def a_log(key: str | None = "k", **given: Any) -> dict[str, Any]:
    return {"title": "Typhoon", "idempotencyKey": key, **given}


async def test_retry_with_the_same_key_acts_once_and_answers_the_same(register: Register) -> None:
    lead = register.cast.lead
    entries, risks, comments, keys = await kept(register)
    first = await register.ask(lead, LOG, input=a_log())
    assert told(first)["userErrors"] == []
    assert told(first)["risk"]["version"] == 1
    for _ in range(2):
        assert await register.ask(lead, LOG, input=a_log()) == first
    assert await kept(register) == (entries + 1, risks + 1, comments, keys + 1)


async def test_replay_is_the_answer_of_then_also_after_later_changes(register: Register) -> None:
    """Nested fields too: comments and history are those of the entry that the key made."""
    lead = register.cast.lead
    first = await register.ask(lead, LOG, input=a_log())
    made = told(first)["risk"]
    change = {"id": made["id"], "expectedVersion": 1, "title": "Flood"}
    changed = told(await register.ask(lead, CHANGE, input=change))
    assert changed == {"risk": {"title": "Flood", "version": 2}, "userErrors": []}
    await register.ask(lead, COMMENT, input={"id": made["id"], "text": "said"})
    register.clock.advance(timedelta(days=30))
    before = await register.seq()
    assert await register.ask(lead, LOG, input=a_log()) == first
    assert (made["title"], made["version"]) == ("Typhoon", 1)
    assert (made["comments"]["totalCount"], made["history"]) == (0, [{"action": "logRisk"}])
    assert await register.seq() == before


REUSED = [{"field": ["idempotencyKey"], "code": "IDEMPOTENCY_KEY_REUSED"}]


async def test_key_is_good_for_one_request_of_one_actor(register: Register) -> None:
    lead = register.cast.lead
    made = told(await register.ask(lead, LOG, input=a_log()))["risk"]
    after = await kept(register)
    others: list[tuple[str, dict[str, Any]]] = [
        (LOG, a_log(title="Flood")),
        (LOG, a_log(cause="Wind")),
        (LOG, a_log(horizonDays=90)),
        (LOG, a_log(projectIds=[id_of(register.cast.project)])),
        (LOG, a_log(category="VENDOR")),
        (COMMENT, {"id": made["id"], "text": "said", "idempotencyKey": "k"}),
    ]
    for document, sent in others:
        payload = told(await register.ask(lead, document, input=sent))
        errors = [{name: e[name] for name in ("field", "code")} for e in payload["userErrors"]]
        shown = [one for name, one in payload.items() if name != "userErrors"]
        assert (shown, errors) == ([None], REUSED), sent
    assert await kept(register) == after
    other = told(await register.ask(register.cast.manager, LOG, input=a_log()))["risk"]
    assert other["id"] != made["id"]
    assert told(await register.ask(lead, LOG, input=a_log(key="k2")))["risk"]["id"] != made["id"]
    assert told(await register.ask(lead, LOG, input=a_log(key=None)))["risk"]["id"] != made["id"]


async def test_key_of_a_refused_request_stays_free(register: Register) -> None:
    before = await kept(register)
    for _ in range(2):
        payload = told(await register.ask(register.cast.lead, LOG, input=a_log(title=" ")))
        assert [(e["code"], e["field"]) for e in payload["userErrors"]] == [("REQUIRED", ["title"])]
    assert await kept(register) == before
    made = told(await register.ask(register.cast.lead, LOG, input=a_log()))
    assert made["risk"]["title"] == "Typhoon"


async def test_fifty_calls_at_once_with_one_key_make_one_risk(register: Register) -> None:
    entries, risks, comments, keys = await kept(register)
    calls = [register.ask(register.cast.lead, LOG, input=a_log()) for _ in range(50)]
    answers = await asyncio.gather(*calls)
    assert [answer for answer in answers if answer != answers[0]] == []
    assert told(answers[0])["risk"]["title"] == "Typhoon"
    assert await kept(register) == (entries + 1, risks + 1, comments, keys + 1)
    counters = await register.db.rows(register.view(), select(CodeCounter.last))
    assert len(counters) > 0
    assert told(answers[0])["risk"]["code"] == f"R-{risks + 1:03d}"


async def test_bulk_is_replayed_whole(register: Register) -> None:
    lead = register.cast.lead
    sent = {"risks": [{"title": name} for name in ("one", "two", "three")], "idempotencyKey": "k"}
    first = await register.ask(lead, LOG_MANY, input=sent)
    assert [result["risk"]["code"] for result in told(first)["results"]] == [
        "R-001",
        "R-002",
        "R-003",
    ]
    before = await kept(register)
    assert await register.ask(lead, LOG_MANY, input=sent) == first
    assert await kept(register) == before
    swapped = {**sent, "risks": sent["risks"][::-1]}
    payload = told(await register.ask(lead, LOG_MANY, input=swapped))
    assert payload["userErrors"] == REUSED
    assert [result["risk"] for result in payload["results"]] == [None] * 3


@pytest.mark.parametrize("term", [{"dryRun": True}, {"idempotencyKey": "k"}])
async def test_a_row_of_a_batch_has_no_terms_of_its_own(
    register: Register, term: dict[str, Any]
) -> None:
    before = await kept(register)
    sent = {"risks": [{"title": "one"}, {"title": "two", **term}]}
    payload = told(await register.ask(register.cast.lead, LOG_MANY, input=sent))
    errors = [result["userErrors"] for result in payload["results"]]
    [name] = term
    assert errors == [[], [{"field": ["risks", "1", name], "code": "INVALID"}]]
    assert await kept(register) == before


@pytest.mark.parametrize("key", [None, "k"])
async def test_half_a_character_is_told_with_a_key_and_without(
    register: Register, key: str | None
) -> None:
    before = await kept(register)
    payload = told(await register.ask(register.cast.lead, LOG, input=a_log(key, title="a\ud800b")))
    errors = [(error["code"], error["field"]) for error in payload["userErrors"]]
    assert (payload["risk"], errors) == (None, [("INVALID_TEXT", ["title"])])
    assert await kept(register) == before


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "REQUIRED"), ("  ", "REQUIRED"), ("x" * 201, "TOO_LONG"), ("a\0b", "INVALID_TEXT")],
)
async def test_bad_key_is_told(register: Register, key: str, code: str) -> None:
    before = await kept(register)
    for _ in range(2):
        payload = told(await register.ask(register.cast.lead, LOG, input=a_log(key=key)))
        errors = [(error["code"], error["field"]) for error in payload["userErrors"]]
        assert (payload["risk"], errors) == (None, [(code, ["idempotencyKey"])])
    assert await kept(register) == before


async def test_longest_key_is_taken(register: Register) -> None:
    made = await register.ask(register.cast.lead, LOG, input=a_log(key="é" * 200))
    assert await register.ask(register.cast.lead, LOG, input=a_log(key="e\u0301" * 200)) == made


async def test_dry_run_writes_nothing_and_tells_what_is_wrong(register: Register) -> None:
    lead = register.cast.lead
    risk = await a_risk(register.db, lead, register.cast.project, title="Typhoon")
    before = await kept(register)
    well = a_log(dryRun=True)
    change = {"id": id_of(risk), "expectedVersion": 1, "title": "Flood", "dryRun": True}
    for document, sent in ((LOG, well), (CHANGE, change)):
        assert told(await register.ask(lead, document, input=sent)) == NOTHING
    wrong = told(await register.ask(lead, LOG, input={**well, "title": ""}))
    assert wrong["risk"] is None
    assert [(e["code"], e["field"]) for e in wrong["userErrors"]] == [("REQUIRED", ["title"])]
    stale = told(await register.ask(lead, CHANGE, input={**change, "expectedVersion": 2}))
    assert [error["code"] for error in stale["userErrors"]] == ["VERSION_CONFLICT"]
    assert await register.refused(register.cast.auditor, LOG, input=well) == ["FORBIDDEN"]
    assert await kept(register) == before
    made = told(await register.ask(lead, LOG, input=a_log()))  # the key was not used up, nor a code
    assert made["risk"]["code"] == "R-002"


async def test_version_conflict_tells_the_version_there_is(register: Register) -> None:
    lead = register.cast.lead
    risk = await a_risk(register.db, lead, register.cast.project, title="Typhoon")
    sent = {"id": id_of(risk), "expectedVersion": 1}
    for number, title in enumerate(("Flood", "Fire"), 1):
        payload = told(
            await register.ask(
                lead, CHANGE, input={**sent, "expectedVersion": number, "title": title}
            )
        )
        assert payload == {"risk": {"title": title, "version": number + 1}, "userErrors": []}
    before = await kept(register)
    for version in (1, 2, 4, 0, -1):
        stale = {**sent, "expectedVersion": version, "title": "Storm"}
        payload = told(await register.ask(lead, CHANGE, input=stale))
        conflict = {"field": ["expectedVersion"], "code": "VERSION_CONFLICT", "currentVersion": 3}
        assert payload == {"risk": None, "userErrors": [conflict]}
    assert await kept(register) == before


async def test_of_changes_at_once_one_wins_and_the_others_are_told(register: Register) -> None:
    lead = register.cast.lead
    risk = await a_risk(register.db, lead, register.cast.project)
    calls = [
        register.ask(
            lead, CHANGE, input={"id": id_of(risk), "expectedVersion": 1, "title": f"Title {n}"}
        )
        for n in range(10)
    ]
    answers = [told(answer) for answer in await asyncio.gather(*calls)]
    won = [answer["risk"] for answer in answers if answer["risk"] is not None]
    assert [one["version"] for one in won] == [2]
    lost = [answer["userErrors"][0] for answer in answers if answer["risk"] is None]
    conflict = {"field": ["expectedVersion"], "code": "VERSION_CONFLICT", "currentVersion": 2}
    assert lost == [conflict] * 9


async def user_error(session: AsyncSession, view: View, happened: object) -> None:
    raise UserError("Not today.", code="NOT_READY", field=("id",))


async def fault(session: AsyncSession, view: View, happened: object) -> None:
    message = "disk on fire"
    raise RuntimeError(message)


async def active(register: Register, one: Actor) -> bool:
    view = register.view()
    alias: Any = view.of(Person)
    [row] = await register.db.rows(view, select(alias.active).where(alias.id == one.id))
    return bool(row.active)


async def test_failing_handler_takes_everything_back(cast_url: tuple[str, Cast]) -> None:
    sent = {"expectedVersion": 1, "idempotencyKey": "k"}
    async with cast.opened(*cast_url, {PersonDeactivated: [user_error]}) as register:
        gone = register.cast.analyst
        sent["id"] = cast.person_id(gone)
        before = await kept(register)
        payload = told(await register.ask(register.cast.admin, DEACTIVATE, input=sent))
        error = {"message": "Not today.", "field": ["id"], "code": "NOT_READY"}
        assert payload == {"person": None, "userErrors": [error]}
        assert (await kept(register), await active(register, gone)) == (before, True)
    async with cast.opened(*cast_url, {PersonDeactivated: [fault]}) as register:
        answer, _ = await register.execute(register.cast.admin, DEACTIVATE, {"input": sent})
        assert [str(error.original_error) for error in answer.errors or []] == ["disk on fire"]
        assert (await kept(register), await active(register, gone)) == (before, True)
    async with cast.opened(*cast_url) as register:
        payload = told(await register.ask(register.cast.admin, DEACTIVATE, input=sent))
        assert (payload["person"]["id"], payload["userErrors"]) == (sent["id"], [])
        assert await active(register, gone) is False


async def test_mutations_of_one_request_are_entries_of_their_own(register: Register) -> None:
    """The second fails; the first is done and stays."""
    document = """mutation ($a: LogRiskInput!, $b: LogRiskInput!) {
      a: logRisk(input: $a) { risk { code } userErrors { code } }
      b: logRisk(input: $b) { risk { code } userErrors { code } }
      c: logRisk(input: $a) { risk { code } userErrors { code } } }"""
    before = await register.seq()
    sent = {"a": {"title": "one"}, "b": {"title": ""}}
    data = await register.ask(register.cast.lead, document, **sent)
    assert [data[name]["risk"] for name in "abc"] == [{"code": "R-001"}, None, {"code": "R-002"}]
    assert [error["code"] for error in data["b"]["userErrors"]] == ["REQUIRED"]
    assert await register.seq() == before + 2


async def test_entry_is_called_what_the_mutation_is(register: Register) -> None:
    made = told(await register.ask(register.cast.lead, LOG, input=a_log()))["risk"]
    assert made["history"] == [{"action": "logRisk"}]

    async def nothing(session: AsyncSession, view: View) -> None:
        """Only an entry more."""

    assert (await register.db.write(SYSTEM, Act("nothing"), nothing)).seq == await register.seq()
