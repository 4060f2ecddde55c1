"""The questions that partners ask, answered as the demo plants them, and again after a change.

Each test asserts the planted answer, changes its cause through a mutation, and asks again; the
last one asks all of them in a demo of another seed.
"""

from typing import Any

from tests.journeys.conftest import Register

REASSESS = (
    "likelihood: {likelihood}, impacts: [{{dimension: ENVR_GLOBAL, step: {impact}}}], "
    'rationale: "measured anew"'
)


async def outside(register: Register) -> dict[str, int]:
    """Question 3: days outside tolerance by code, longest first."""
    found = (await register.ask("q03"))["risks"]
    assert found["totalCount"] == len(found["nodes"])
    return {risk["code"]: risk["daysOutOfTolerance"] for risk in found["nodes"]}


async def test_q03_which_risks_are_outside_tolerance(register: Register) -> None:
    assert list((await outside(register)).items()) == [("R-007", 26), ("R-019", 5), ("R-011", 4)]
    [seventh, *_] = (await register.ask("q03"))["risks"]["nodes"]
    assert seventh["owner"]["name"] == "Linh Tran"
    assert seventh["nextAction"]["code"].startswith("M-")
    register.clock.advance(days=1)
    assert await outside(register) == {"R-007": 27, "R-019": 6, "R-011": 5}
    await register.do("reassessRisk", "R-011", REASSESS.format(likelihood=1, impact=3))
    assert await outside(register) == {"R-007": 27, "R-019": 6}


async def ending(register: Register) -> dict[str, Any]:
    """Question 16: acceptances that end, by code."""
    return {one["code"]: one for one in (await register.ask("q16"))["acceptances"]["nodes"]}


async def test_q16_which_acceptances_end(register: Register) -> None:
    fourth = (await ending(register))["A-004"]
    assert fourth["expiresOn"] == "2026-11-10"
    assert fourth["ended"] == "EXPIRED"
    assert fourth["risk"]["code"] == "R-004"
    assert fourth["risk"]["status"] == "ASSESSED", "no job has run"
    assert fourth["risk"]["appetiteStatus"] == "WITHIN_TOLERANCE", "planning grace"
    ninth = (await ending(register))["A-009"]
    assert ninth["ended"] is None
    await register.do("revokeAcceptance", ninth["risk"]["code"], 'reason: "the feed failed again"')
    again = (await ending(register))["A-009"]
    assert again["ended"] == "REVOKED"
    assert again["risk"]["status"] == "ASSESSED"


async def test_r004_leaves_tolerance_when_its_planning_grace_is_over(register: Register) -> None:
    query = '{risk(code: "R-004"){status appetiteStatus}}'
    register.clock.advance(days=8)
    before = await register.run(query)
    register.clock.advance(days=1)
    after = await register.run(query)
    assert before["risk"] == {"status": "ASSESSED", "appetiteStatus": "WITHIN_TOLERANCE"}
    assert after["risk"] == {"status": "ASSESSED", "appetiteStatus": "OUT_OF_TOLERANCE"}


async def test_q17_which_actions_are_done_but_not_verified(register: Register) -> None:
    found = (await register.ask("q17"))["mitigations"]
    codes = [action["code"] for action in found["nodes"]]
    assert found["totalCount"] == 5
    assert "M-020" in codes
    action = await register.run('{mitigation(code: "M-020"){id version}}')
    given = (
        f'id: "{action["mitigation"]["id"]}", expectedVersion: {action["mitigation"]["version"]}'
    )
    begun = await register.run(
        f"mutation{{beginVerification(input: {{{given}}}){{userErrors{{message}}}}}}"
    )
    assert begun["beginVerification"]["userErrors"] == []
    again = (await register.ask("q17"))["mitigations"]
    assert [one["code"] for one in again["nodes"]] == [code for code in codes if code != "M-020"]


async def test_q25_the_top_five_and_what_moved(register: Register) -> None:
    found = (await register.ask("q25"))["topRisks"]
    assert [one["rank"] for one in found] == [1, 2, 3, 4, 5]
    moved = {one["risk"]["code"]: one["movement"] for one in found}
    assert list(moved)[:3] == ["R-007", "R-011", "R-019"]
    assert moved["R-007"] == "UNCHANGED"
    assert moved["R-011"] == moved["R-019"] == "WORSENED"
    assert moved["R-024"] == "NEW"
    [eleventh] = [one for one in found if one["risk"]["code"] == "R-011"]
    assert (eleventh["was"]["band"], eleventh["now"]["band"]) == ("HIGH", "CRITICAL")
    assert "calibration" in eleventh["reason"]
    await register.do("reassessRisk", "R-007", REASSESS.format(likelihood=2, impact=3))
    again = {one["risk"]["code"]: one for one in (await register.ask("q25"))["topRisks"]}
    assert "R-007" not in again or again["R-007"]["movement"] == "IMPROVED"


async def hygiene(register: Register) -> dict[str, list[str]]:
    """Question 26: the codes behind each count."""
    found = (await register.ask("q26"))["hygiene"]
    kinds = ("unowned", "stale", "noTreatment", "missingKri")
    for kind in kinds:
        assert found[kind]["count"] == len(found[kind]["risks"])
    return {kind: [risk["code"] for risk in found[kind]["risks"]] for kind in kinds}


async def test_q26_how_clean_the_register_is(register: Register) -> None:
    found = await hygiene(register)
    assert {kind: len(codes) for kind, codes in found.items()} == {
        "unowned": 2,
        "stale": 3,
        "noTreatment": 1,
        "missingKri": 4,
    }
    assert found["unowned"] == ["R-020", "R-023"]
    lead = await register.run("{people(first: 1, filter: {role: {eq: PM_LEAD}}){nodes{id}}}")
    owner = lead["people"]["nodes"][0]["id"]
    await register.do("changeRisk", "R-020", f'ownerId: "{owner}"')
    assert (await hygiene(register))["unowned"] == ["R-023"]


async def test_q37_the_history_of_a_risk(register: Register) -> None:
    before = (await register.ask("q37"))["risk"]["history"]
    assert [entry["action"] for entry in before][-1] == "logRisk"
    assert all(entry["actor"] for entry in before)
    assert [entry["seq"] for entry in before] == sorted(
        (entry["seq"] for entry in before), reverse=True
    )
    await register.do(
        "changeRisk", "R-007", 'title: "Coded scams", reason: "shorter", proximityDate: null'
    )
    [newest, *rest] = (await register.ask("q37"))["risk"]["history"]
    assert rest == before
    assert (newest["action"], newest["reason"]) == ("changeRisk", "shorter")
    assert {
        "object": "risk",
        "field": "title",
        "before": "Coded-language scams keep spreading in vi-VN and beyond",
        "after": "Coded scams",
    } in newest["changes"]


async def test_q38_the_register_as_of_an_instant(register: Register) -> None:
    found = await register.ask("q38")
    assert (found["then"]["totalCount"], found["now"]["totalCount"]) == (23, 24)
    then = {risk["code"]: risk for risk in found["then"]["nodes"]}
    now = {risk["code"]: risk for risk in found["now"]["nodes"]}
    assert set(now) - set(then) == {"R-024"}
    assert (then["R-003"]["status"], now["R-003"]["status"]) == ("ACCEPTED", "CLOSED")
    bands = {c: (then[c], now[c]) for c in ("R-005", "R-011", "R-019")}
    assert {
        code: tuple(risk["residual"]["effective"]["band"] for risk in pair)
        for code, pair in bands.items()
    } == {
        "R-005": ("HIGH", "MEDIUM"),
        "R-011": ("HIGH", "CRITICAL"),
        "R-019": ("MEDIUM", "HIGH"),
    }
    await register.do("reassessRisk", "R-019", REASSESS.format(likelihood=1, impact=1))
    again = await register.ask("q38")
    assert again["then"] == found["then"], "what was known then does not change"
    assert again["now"] != found["now"]


async def test_q39_four_eyes_exceptions(register: Register) -> None:
    found = await register.ask("q39")
    assert found["exceptions"]["totalCount"] == 0
    kept = found["kept"]["totalCount"]
    assert kept > 0
    await register.do("closeRisk", "R-001", 'reason: "sampling moved in-house", causeGone: true')
    again = await register.ask("q39")
    assert again["exceptions"]["totalCount"] == 0
    assert again["kept"]["totalCount"] == kept + 1


async def test_q41_what_a_risk_hits(register: Register) -> None:
    found = (await register.ask("q41"))["risk"]["blastRadius"]
    assert "PRJ-HATE-ENF" in {project["code"] for project in found["projects"]}
    assert {"pt-BR", "es-MX"} <= {market["code"] for market in found["markets"]}
    ids = await register.run('{a: risk(code: "R-011"){id} b: risk(code: "R-024"){id}}')
    related = await register.run(
        f'mutation{{relateRisks(input: {{fromId: "{ids["a"]["id"]}", toId: "{ids["b"]["id"]}", '
        "kind: CAUSES}){userErrors{message}}}"
    )
    assert related["relateRisks"]["userErrors"] == []
    again = (await register.ask("q41"))["risk"]["blastRadius"]
    assert {"R-024"} <= {one["risk"]["code"] for one in again["risks"] if one["depth"] == 1}
    assert len(again["projects"]) >= len(found["projects"])


async def everything(register: Register, after: str | None, first: int) -> tuple[list[Any], str]:
    """Question 47: every entry since a cursor, page by page, and the cursor to go on from."""
    entries: list[Any] = []
    while True:
        page = (await register.ask("q47", after=after, first=first))["journal"]
        entries += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        assert after is not None
        if not page["pageInfo"]["hasNextPage"]:
            return entries, after
        assert len(page["nodes"]) == first


def logged(entries: list[Any]) -> list[str]:
    """The codes of the risks that were made, in the order of the entries."""
    made = [one for e in entries for one in e["objects"] if one["version"] == 1]
    return [one["code"] for one in made if one["type"] == "Risk"]


async def test_q47_everything_since_a_cursor(register: Register) -> None:
    entries, cursor = await everything(register, None, 500)
    assert [one["seq"] for one in entries] == list(range(1, len(entries) + 1))
    assert sorted(logged(entries)) == [f"R-{number:03d}" for number in range(1, 25)]
    assert (await everything(register, None, 97))[0] == entries
    assert await everything(register, cursor, 500) == ([], cursor)
    head = await register.run('{risk(code: "R-007"){id version history(first: 50){seq reason}}}')
    told = {"type": "Risk", "id": head["risk"]["id"], "code": "R-007", "deleted": False}
    now = {**told, "version": head["risk"]["version"]}
    [newest] = [one for one in entries if now in one["objects"]]
    reasons = {one["seq"]: one["reason"] for one in head["risk"]["history"]}
    assert newest["reason"] == reasons[newest["seq"]]

    await register.do("changeRisk", "R-007", 'title: "Coded scams", reason: "shorter"')
    [[changed], later] = await everything(register, cursor, 500)
    assert changed["seq"] == len(entries) + 1
    assert (changed["actor"], changed["action"], changed["reason"]) == (
        "riskreg",
        "changeRisk",
        "shorter",
    )
    assert changed["objects"] == [{**told, "version": head["risk"]["version"] + 1}]
    assert await everything(register, later, 500) == ([], later)


async def test_all_of_it_holds_with_another_seed(reseeded: Register, register: Register) -> None:
    assert list((await outside(reseeded)).items()) == [("R-007", 26), ("R-019", 5), ("R-011", 4)]
    assert (await ending(reseeded))["A-004"]["ended"] == "EXPIRED"
    assert (await reseeded.ask("q17"))["mitigations"]["totalCount"] == 5
    assert {kind: len(codes) for kind, codes in (await hygiene(reseeded)).items()} == {
        "unowned": 2,
        "stale": 3,
        "noTreatment": 1,
        "missingKri": 4,
    }
    assert sorted(logged((await everything(reseeded, None, 500))[0])) == [
        f"R-{number:03d}" for number in range(1, 25)
    ]
    ours, theirs = [
        (await one.run('{risk(code: "R-007"){id}}'))["risk"]["id"] for one in (register, reseeded)
    ]
    assert ours != theirs
