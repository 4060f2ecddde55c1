"""KRIs and breaches as the API shows them: now and then, in few statements, and to whom."""

from pathlib import Path
from typing import Any

import pytest
from strawberry import Some

from riskreg.kit.view import Actor
from riskreg.people.auth import SYSTEM
from riskreg.risks.models import Risk
from riskreg.risks.models_kri import Kri
from riskreg.risks.rules import RiskStatus
from riskreg.risks.rules_kri import KriBasis
from tests.cast import Register
from tests.factories import id_of
from tests.metrics.arranged import a_series, an_envr
from tests.risks.arranged import a_risk_in
from tests.risks.watched import (
    a_kri,
    a_watched_series,
    acknowledged,
    breaches,
    day,
    moved_kri,
    observed,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
R = RiskStatus
QUESTION = Path(__file__).parents[2] / "schema/operations/q11-kris-in-breach.graphql"


async def watched(register: Register, letters: str, **given: Any) -> tuple[Risk, Kri]:
    """A watched risk whose series told these days, and its KRI."""
    risk = await a_risk_in(register, R.MONITORING)
    series = await a_watched_series(register)
    kri = await a_kri(register, risk, series, **given)
    if letters:
        await observed(register, series, letters)
    return risk, kri


async def asked(register: Register, actor: Actor, document: str, **given: object) -> Any:
    """The answer to a question, and the number of statements it took."""
    answer, context = await register.execute(actor, document, given)
    assert answer.errors is None, answer.errors
    return answer.data, context.statements


async def test_question_11_is_one_query(alone: Register) -> None:
    cast = alone.cast
    metric = await an_envr(alone.db, code := "ENVR_ONE")
    scope_ids = {"market_id": id_of(cast.market), "policy_area_id": id_of(cast.area)}
    series = await a_series(alone.db, metric, **scope_ids)
    risk = await a_risk_in(alone, R.MONITORING)
    kri = await a_kri(alone, risk, series, code="KRI-ONE")
    await observed(alone, series, "NNWW")
    await watched(alone, "NIIII")
    await watched(alone, "AANNN")
    await acknowledged(alone, kri)
    data, statements = await asked(alone, alone.cast.qa, QUESTION.read_text())
    found = data["kriBreaches"]
    [one] = found["nodes"]
    assert found["totalCount"] == 1
    assert one["kri"] == {
        "code": "KRI-ONE",
        "name": kri.name,
        "status": "STALE",
        "basis": "POINT",
        "playbook": "Re-calibrate the gold set",
        "series": one["kri"]["series"],
    }
    scope = {"market": {"code": "pt-BR"}, "policyArea": {"code": "HATE"}}
    assert one["kri"]["series"] == {**scope, "code": series.code, "metric": {"code": code}}
    assert one["risk"] == {
        "code": risk.code,
        "title": risk.title,
        "status": "ASSESSED",
        "nextReviewDue": "2026-11-18",
        "owner": {"name": alone.cast.manager.name},
    }
    assert (one["level"], one["value"], one["threshold"], one["unit"]) == (
        "RED",
        7.0,
        3.0,
        "bps of views",
    )
    assert [one["low"], one["high"]] == pytest.approx([4.17, 11.75], abs=0.01)
    assert (one["sampleSize"], one["consecutive"]) == (20_000, 2)
    assert (one["openedOn"], one["redOn"], one["evaluatedOn"]) == tuple(
        day(3).isoformat() for _ in range(3)
    )
    assert one["acknowledgedBy"] == {"name": alone.cast.lead.name}
    assert (one["falseAlarm"], one["note"]) == (False, "Real: coded language")
    # The breaches and their number, KRIs, risks, owners, who acknowledged, units; then the series,
    # their metrics, markets and areas.
    assert statements == 11
    for _ in range(3):
        await watched(alone, "AA")
    data, again = await asked(alone, alone.cast.qa, QUESTION.read_text())
    assert (data["kriBreaches"]["totalCount"], again) == (4, statements)


KRI = """query ($c: String!, $t: DateTime) { kri(code: $c, asOf: $t) { status value consecutive
  evaluatedOn amber openBreach { level openedOn kri { code } } breaches(first: 5) { totalCount
  nodes { level closedOn } } risk { status } } }"""


async def test_the_past_is_asked_of_all_of_it(alone: Register) -> None:
    series = await a_watched_series(alone, expected_lag_hours=480)
    risk = await a_risk_in(alone, R.MONITORING)
    kri = await a_kri(alone, risk, series, code="KRI-PAST", watched_from=day(4))
    moments: list[str] = []

    async def later(letters: str, first: int) -> None:
        alone.clock.advance(days=1)
        await observed(alone, series, letters, first=first)
        alone.clock.advance(hours=1)
        moments.append(alone.db.now().isoformat())

    await later("NN", 4)
    await later("AA", 6)
    await later("RRR", 8)
    alone.clock.advance(hours=1)
    await moved_kri(alone, kri, "change", amber=Some(2.9))
    await later("NNN", 11)

    async def at(moment: str | None) -> Any:
        shown, _ = await asked(alone, SYSTEM, KRI, c="KRI-PAST", t=moment)
        return shown["kri"]

    assert (await at(moments[0]))["openBreach"] is None
    amber = await at(moments[1])
    assert amber["status"] == "AMBER"
    assert amber["openBreach"] == {
        "level": "AMBER",
        "openedOn": day(7).isoformat(),
        "kri": {"code": "KRI-PAST"},
    }
    red = await at(moments[2])
    assert (red["status"], red["consecutive"], red["amber"]) == ("RED", 5, 2.0)
    assert (red["openBreach"]["level"], red["risk"]["status"]) == ("RED", "ASSESSED")
    assert red["breaches"]["nodes"] == [{"level": "RED", "closedOn": None}]
    now = await at(None)
    assert (now["status"], now["amber"], now["openBreach"]) == ("NORMAL", 2.9, None)
    assert now["breaches"] == {
        "totalCount": 1,
        "nodes": [{"level": "RED", "closedOn": day(13).isoformat()}],
    }
    alone.clock.advance(days=30)
    assert (await at(None))["status"] == "STALE"
    assert await at(moments[2]) == red


async def test_kris_are_found_by_where_they_stand(alone: Register) -> None:
    letters = {"KRI-N": "NN", "KRI-A": "AA", "KRI-R": "RR", "KRI-I": "II", "KRI-S": ""}
    for code, told in letters.items():
        series = await a_watched_series(alone)
        risk = await a_risk_in(alone, R.ASSESSED)
        kri = await a_kri(alone, risk, series, code=code, watched_from=day(13))
        if told:
            await observed(alone, series, told, first=13)
    paused = await a_kri(alone, risk, series, code="KRI-P")
    await moved_kri(alone, paused, "pause")
    await moved_kri(alone, kri, "retire")
    document = """query ($f: KriFilter) { kris(filter: $f) { totalCount nodes { code status } } }"""

    async def found(**given: object) -> dict[str, str]:
        shown, statements = await asked(alone, alone.cast.qa, document, f=given)
        assert statements == 2
        nodes = shown["kris"]["nodes"]
        assert shown["kris"]["totalCount"] == len(nodes)
        return {one["code"]: one["status"] for one in nodes}

    standing = {
        "KRI-A": "AMBER",
        "KRI-I": "INSUFFICIENT_SAMPLE",
        "KRI-N": "NORMAL",
        "KRI-P": "PAUSED",
        "KRI-R": "RED",
        "KRI-S": "RETIRED",
    }
    assert await found() == standing
    assert list(standing) == list(await found()), "by code"
    for code, status in standing.items():
        assert await found(status={"eq": status}) == {code: status}
    assert list(await found(status={"in": ["RED", "AMBER"]})) == ["KRI-A", "KRI-R"]
    assert list(await found(risk={"eq": risk.code})) == ["KRI-P", "KRI-S"]
    assert list(await found(series={"eq": series.code})) == ["KRI-P", "KRI-S"]
    assert await found(basis={"eq": "EWMA"}) == {}
    assert list(await found(**{"not": {"status": {"notIn": ["PAUSED"]}}})) == ["KRI-P"]
    alone.clock.advance(days=30)
    assert set((await found(code={"in": ["KRI-N", "KRI-R", "KRI-P"]})).values()) == {
        "STALE",
        "PAUSED",
    }


async def test_breaches_are_found_by_what_came_of_them(alone: Register) -> None:
    _, seen = await watched(alone, "RR", code="KRI-SEEN")
    await acknowledged(alone, seen, false_alarm=True)
    await watched(alone, "AANNN", code="KRI-OVER")
    series = await a_watched_series(alone)
    await observed(alone, series, "AA")
    gone = await a_kri(alone, await a_risk_in(alone, R.ASSESSED), series, code="KRI-GONE")
    await observed(alone, series, "NN")
    [retracted] = await breaches(alone, gone)
    assert retracted.retracted_at is not None
    document = """query ($f: KriBreachFilter) { kriBreaches(filter: $f) { totalCount
      nodes { kri { code } retractedAt closedAt } } }"""

    async def found(**given: object) -> list[str]:
        shown, _ = await asked(alone, alone.cast.qa, document, f=given)
        assert shown["kriBreaches"]["totalCount"] == len(shown["kriBreaches"]["nodes"])
        return [one["kri"]["code"] for one in shown["kriBreaches"]["nodes"]]

    assert await found() == ["KRI-SEEN", "KRI-OVER", "KRI-GONE"], "in the order of their opening"
    for given, codes in (
        ({"open": True}, ["KRI-SEEN"]),
        ({"open": False}, ["KRI-OVER", "KRI-GONE"]),
        ({"retracted": True}, ["KRI-GONE"]),
        ({"retracted": False, "open": False}, ["KRI-OVER"]),
        ({"acknowledged": False}, ["KRI-OVER", "KRI-GONE"]),
        ({"acknowledged": True, "falseAlarm": True}, ["KRI-SEEN"]),
        ({"falseAlarm": False}, []),
        ({"level": {"eq": "AMBER"}}, ["KRI-OVER", "KRI-GONE"]),
        ({"kri": {"eq": "KRI-OVER"}}, ["KRI-OVER"]),
        ({"closedAt": {"isNull": True}}, ["KRI-SEEN"]),
        ({"or": [{"open": True}, {"retracted": True}]}, ["KRI-SEEN", "KRI-GONE"]),
    ):
        assert (given, await found(**given)) == (given, codes)


READINGS = """query ($c: [String!], $d: Int!) { kris(filter: {code: {in: $c}}) { nodes { code unit
  readings(days: $d) { on status value low high sampleSize amber red } } } }"""


async def test_readings_are_what_it_is_judged_by(alone: Register) -> None:
    risk = await a_risk_in(alone, R.ASSESSED)
    series = await a_watched_series(alone)
    await observed(alone, series, "NA-IR")
    kri = await a_kri(alone, risk, series, code="KRI-1", watched_from=day(13))
    await observed(alone, series, "RN", first=13)
    await a_kri(
        alone, risk, series, code="KRI-2", basis=KriBasis.RATE_OF_CHANGE, amber=0.1, red=0.2
    )
    alone.clock.advance(days=2)
    await moved_kri(alone, kri, "change", red=Some(9.0))
    await observed(alone, series, "RR", first=15)
    shown, statements = await asked(alone, alone.cast.qa, READINGS, c=["KRI-1", "KRI-2"], d=16)
    first, second = shown["kris"]["nodes"]
    assert [(one["on"], one["status"], one["red"]) for one in first["readings"]] == [
        (day(1).isoformat(), "AMBER", 3.0),  # the 2nd is 18 days ago
        (day(3).isoformat(), "INSUFFICIENT_SAMPLE", 3.0),
        (day(4).isoformat(), "RED", 3.0),
        (day(13).isoformat(), "RED", 3.0),
        (day(14).isoformat(), "NORMAL", 3.0),
        (day(15).isoformat(), "RED", 3.0),
        (day(16).isoformat(), "AMBER", 9.0),  # changed on that day
    ]
    assert first["readings"][1]["value"] is None
    assert first["readings"][1]["sampleSize"] == 50
    assert (first["unit"], second["unit"]) == ("bps of views", "bps of views a day")
    # The KRIs, their units, series, former rules and values.
    assert statements == 5
    _, same = await asked(alone, alone.cast.qa, READINGS, c=["KRI-1"], d=16)
    assert same == statements


async def test_readings_are_of_at_most_500_days(watch: Register) -> None:
    await watched(watch, "N", code="KRI-DAYS")
    told = "days must be between 1 and 500"
    for days in (0, 501):
        answer, _ = await watch.execute(watch.cast.qa, READINGS, {"c": ["KRI-DAYS"], "d": days})
        assert [error.message for error in answer.errors or ()] == [told]


RISKS = """query ($c: [String!]) { risks(filter: {code: {in: $c}}) { nodes { code
  kris { totalCount nodes { code status openBreach { level } breaches(first: 3) { nodes { level } }
  availableTransitions { name allowed blockedBy } } } availableTransitions { name } } } }"""


async def test_kris_of_a_page_of_risks_take_a_few_statements(alone: Register) -> None:
    one, _ = await watched(alone, "AA", code="KRI-1")
    _, one_count = await asked(alone, alone.cast.lead, RISKS, c=[one.code])
    risks = [one, *[(await watched(alone, "RR"))[0] for _ in range(3)]]
    shown, statements = await asked(alone, alone.cast.lead, RISKS, c=[risk.code for risk in risks])
    assert statements == one_count
    [first, *others] = shown["risks"]["nodes"]
    [kri] = first["kris"]["nodes"]
    assert (kri["openBreach"], kri["breaches"]["nodes"]) == (
        {"level": "AMBER"},
        [{"level": "AMBER"}],
    )
    assert kri["availableTransitions"] == [
        {"name": "change", "allowed": True, "blockedBy": []},
        {"name": "pause", "allowed": True, "blockedBy": []},
        {
            "name": "retire",
            "allowed": False,
            "blockedBy": ["It is in breach: acknowledge the breach first."],
        },
    ]
    assert [one["kris"]["nodes"][0]["openBreach"] for one in others] == [{"level": "RED"}] * 3


async def test_what_a_role_may_not_is_said_beside_it(watch: Register) -> None:
    _, kri = await watched(watch, "")
    document = (
        "query ($i: ID!) { node(id: $i) { ... on Kri { availableTransitions { blockedBy } } } }"
    )
    shown, _ = await asked(watch, watch.cast.auditor, document, i=id_of(kri))
    blocked = [one["blockedBy"] for one in shown["node"]["availableTransitions"]]
    assert blocked == [["Your role does not let you watch this risk."]] * 3


TOLD = """query ($id: ID!) { risk(id: $id) { history { seq action actor reason changes {
  object objectText field before after } } } }"""


async def test_history_of_a_risk_tells_of_its_kris_and_breaches(alone: Register) -> None:
    series = await a_watched_series(alone)
    risk = await a_risk_in(alone, R.ACCEPTED)
    kri = await a_kri(alone, risk, series, code="KRI-TOLD", name="Scams in vi-VN")
    await observed(alone, series, "NNNN")
    seq = await alone.seq()
    await observed(alone, series, "RR", first=4)
    await observed(alone, series, "RRR", first=6)
    await acknowledged(alone, kri, note="Coded language")
    shown, _ = await asked(alone, alone.cast.auditor, TOLD, id=id_of(risk))
    entries = {one["seq"]: one for one in shown["risk"]["history"]}
    # Four calm days, and three more that are RED, changed nothing that a history tells.
    assert sorted(entries)[-2:] == [seq + 1, seq + 3]
    red = entries[seq + 1]
    changes = {(one["object"], one["field"]): one for one in red["changes"]}
    evidence = changes["kri_breach", "level"]["objectText"]
    assert evidence == (
        f"KRI-TOLD RED on {day(5)}: value 3.5 bps of views (1.7–7.22), n 20,000, above 3"
    )
    assert changes["kri_breach", "level"]["after"] == "RED"
    assert changes["risk", "review_due_on"]["after"] == "2026-11-18"
    assert changes["risk_acceptance", "ended_by"]["after"] == "KRI_RED"
    assert changes["kri", "recorded_status"]["after"] == "RED"
    assert (red["action"], red["reason"]) == ("ingestObservations", None)
    assert changes["kri", "recorded_status"]["objectText"] == "KRI-TOLD Scams in vi-VN"
    assert ("kri", "value") not in changes
    seen = entries[seq + 3]
    assert (seen["action"], seen["actor"]) == ("acknowledge", alone.cast.lead.name)
    told = {one["field"]: one["after"] for one in seen["changes"]}
    assert (told["note"], told["false_alarm"]) == ("Coded language", "false")


async def test_vendors_see_only_kris_of_their_own_series(watch: Register) -> None:
    cast = watch.cast
    risk = await a_risk_in(watch, R.ASSESSED, vendors=(cast.aster, cast.boreal))
    own = await a_watched_series(watch, vendor_id=id_of(cast.aster))
    other = await a_watched_series(watch, vendor_id=id_of(cast.boreal))
    kris = [await a_kri(watch, risk, series) for series in (own, other)]
    for series in (own, other):
        await observed(watch, series, "AA")
    document = """query ($id: ID!) { risk(id: $id) { kris { totalCount nodes { code
      readings { value } } } }
      kriBreaches { totalCount nodes { kri { code } } } }"""
    for actor, seen in ((cast.vendor, kris[:1]), (cast.rival, kris[1:]), (cast.qa, kris)):
        shown, _ = await asked(watch, actor, document, id=id_of(risk))
        nodes = shown["risk"]["kris"]["nodes"]
        assert [one["code"] for one in nodes] == [kri.code for kri in seen]
        assert all(len(one["readings"]) == 2 for one in nodes)
        told = {one["kri"]["code"] for one in shown["kriBreaches"]["nodes"]}
        assert {kri.code for kri in kris} & told == {kri.code for kri in seen}


async def test_a_breach_is_acknowledged_over_the_api(watch: Register) -> None:
    _, kri = await watched(watch, "RR")
    [breach] = await breaches(watch, kri)
    document = """mutation ($i: AcknowledgeBreachInput!) { acknowledgeBreach(input: $i) {
      kriBreach { falseAlarm note acknowledgedBy { name } version } userErrors { code field } } }"""
    given = {
        "id": f"breach_{breach.id}",
        "expectedVersion": breach.version,
        "note": "A reviewer was ill",
        "falseAlarm": True,
    }
    answer = await watch.ask(watch.cast.qa, document, i=given)
    assert answer["acknowledgeBreach"] == {
        "kriBreach": {
            "falseAlarm": True,
            "note": "A reviewer was ill",
            "acknowledgedBy": {"name": watch.cast.qa.name},
            "version": breach.version + 1,
        },
        "userErrors": [],
    }
    refused = await watch.ask(watch.cast.qa, document, i={**given, "note": " "})
    assert refused["acknowledgeBreach"]["kriBreach"] is None
    assert [one["code"] for one in refused["acknowledgeBreach"]["userErrors"]] == [
        "VERSION_CONFLICT"
    ]
    assert (await breaches(watch, kri))[0].note == "A reviewer was ill"
