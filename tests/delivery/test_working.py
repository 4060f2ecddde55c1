"""One's own work over the graph: what waits for whom, and until when."""

from datetime import date, timedelta
from typing import Any

from strawberry import Some

from riskreg.kit.view import Actor
from riskreg.people import inputs as people
from riskreg.people import service as people_service
from riskreg.people.rules import Role
from riskreg.risks.models import Risk
from riskreg.risks.rules import MitigationStatus, RiskStatus
from riskreg.risks.rules_kri import KriStatus
from tests.cast import Register, person_id
from tests.factories import a_mitigation, a_person, actor_of, an_assessed_risk, done
from tests.risks.arranged import a_risk_in, brought, moved
from tests.risks.watched import a_kri, a_watched_series, acknowledged, kri_now, observed

MINE = """query($days: Int = 5, $too: Boolean = false, $at: DateTime) {
  myWork(horizonBd: $days, delegated: $too, asOf: $at) { horizonOn
    overdue { totalCount nodes { ...item } } dueSoon { totalCount nodes { ...item } } } }
fragment item on WorkItem { kind code title dueOn overdueBd dueInBd blocker owner { name }
  object { __typename ... on Mitigation { code } ... on Risk { code } ... on RiskAcceptance { code }
    ... on KriBreach { level } } }"""


async def mine(register: Register, actor: Actor, **given: Any) -> Any:
    """The answer to `myWork`, once its counts are as long as its lists."""
    found = (await register.ask(actor, MINE, **given))["myWork"]
    for part in ("overdue", "dueSoon"):
        assert found[part]["totalCount"] == len(found[part]["nodes"])
    return found


def told(found: Any, part: str = "dueSoon") -> list[tuple[str, str, str]]:
    """Kind, code and day of what waits."""
    return [(one["kind"], one["code"], one["dueOn"]) for one in found[part]["nodes"]]


async def a_quiet_risk(register: Register, owner: Actor, **given: Any) -> Risk:
    """A LOW risk, which is to be assessed again in ninety days."""
    wanted = {"likelihood": 1, "impact": 1, "owner": owner, **given}
    return await an_assessed_risk(register.db, register.cast.lead, register.cast.project, **wanted)


async def test_nothing_waits_for_whoever_has_nothing(register: Register) -> None:
    found = await mine(register, register.cast.wfm)
    assert found == {
        "horizonOn": "2026-11-23",
        "overdue": {"totalCount": 0, "nodes": []},
        "dueSoon": {"totalCount": 0, "nodes": []},
    }


async def test_actions_wait_for_their_owners_until_they_are_done(register: Register) -> None:
    cast, db = register.cast, register.db
    risk = await a_quiet_risk(register, cast.qa)
    action = await a_mitigation(db, cast.manager, (risk, 1, 1), due_in=3)
    await a_mitigation(db, cast.manager, (risk, 1, 1), due_in=30)
    found = await mine(register, cast.manager)
    [item] = found["dueSoon"]["nodes"]
    assert item == {
        "kind": "ACTION",
        "code": action.code,
        "title": action.title,
        "dueOn": "2026-11-19",
        "overdueBd": 0,
        "dueInBd": 3,
        "blocker": None,
        "owner": {"name": "Mira"},
        "object": {"__typename": "Mitigation", "code": action.code},
    }
    assert told(await mine(register, cast.qa)) == []
    register.clock.advance(days=7)
    found = await mine(register, cast.manager)
    [item] = found["overdue"]["nodes"]
    assert (item["code"], item["overdueBd"], item["dueInBd"]) == (action.code, 2, 0)
    await brought(register, action, MitigationStatus.IMPLEMENTED)
    assert (await mine(register, cast.manager))["overdue"]["totalCount"] == 0


async def test_what_is_blocked_says_what_is_in_its_way(register: Register) -> None:
    cast, db = register.cast, register.db
    risk = await a_quiet_risk(register, cast.qa)
    action = await a_mitigation(db, cast.manager, (risk, 1, 1), due_in=200)
    await brought(register, action, MitigationStatus.BLOCKED)
    [item] = (await mine(register, cast.manager))["dueSoon"]["nodes"]
    assert item["code"] == action.code
    assert item["blocker"]


async def test_a_done_action_waits_to_be_verified_then_to_be_judged(register: Register) -> None:
    cast, db = register.cast, register.db
    risk = await a_quiet_risk(register, cast.lead)
    action = await a_mitigation(db, cast.manager, (risk, 1, 1), due_in=3)
    due = "2026-12-16"  # a month after it was proposed, as its check is planned
    action = await brought(register, action, MitigationStatus.IMPLEMENTED)
    assert told(await mine(register, cast.manager)) == []
    assert told(await mine(register, cast.manager, days=22)) == [("VERIFICATION", action.code, due)]
    action = await moved(register, action, "begin_verification")
    assert told(await mine(register, cast.manager, days=22)) == []
    for judge in (cast.lead, cast.qa):
        assert told(await mine(register, judge, days=22)) == [("VERDICT", action.code, due)]
    assert told(await mine(register, cast.other_manager, days=22)) == []
    await moved(register, action, "record_verdict", by=cast.qa)
    assert told(await mine(register, cast.qa, days=22)) == []


async def test_nobody_is_asked_to_judge_an_own_action(register: Register) -> None:
    cast, db = register.cast, register.db
    risk = await a_quiet_risk(register, cast.qa)
    action = await a_mitigation(db, cast.lead, (risk, 1, 1), owner=cast.qa)
    await brought(register, action, MitigationStatus.VERIFYING)
    assert told(await mine(register, cast.qa, days=40)) == []
    assert told(await mine(register, cast.lead, days=40)) == []


async def test_reviews_wait_for_owners_of_running_risks(register: Register) -> None:
    cast = register.cast
    risk = await a_risk_in(register, RiskStatus.ASSESSED, owner=cast.wfm)
    await a_risk_in(register, RiskStatus.CLOSED, owner=cast.wfm)
    assert told(await mine(register, cast.wfm)) == []
    register.clock.advance(days=28)
    assert told(await mine(register, cast.wfm)) == [("RISK_REVIEW", risk.code, "2026-12-16")]
    register.clock.advance(days=3)
    [item] = (await mine(register, cast.wfm))["overdue"]["nodes"]
    assert (item["overdueBd"], item["object"]) == (1, {"__typename": "Risk", "code": risk.code})


async def test_an_acceptance_that_ends_waits_for_its_giver_and_its_owner(
    register: Register,
) -> None:
    cast, clock = register.cast, register.clock
    risk = await a_quiet_risk(register, cast.wfm)
    last = date(2026, 12, 1)
    await moved(register, risk, "accept", by=cast.lead, expires_on=last)
    assert told(await mine(register, cast.lead)) == []
    clock.set(clock.now() + timedelta(days=14))
    for actor in (cast.lead, cast.wfm):
        assert told(await mine(register, actor)) == [("ACCEPTANCE", "A-001", "2026-12-01")]
    clock.set(clock.now() + timedelta(days=2))
    for actor in (cast.lead, cast.wfm):
        [item] = (await mine(register, actor))["overdue"]["nodes"]
        assert (item["kind"], item["overdueBd"]) == ("ACCEPTANCE", 1)
        assert item["object"] == {"__typename": "RiskAcceptance", "code": "A-001"}
    await moved(register, risk, "monitor", by=cast.lead)
    assert told(await mine(register, cast.wfm), "overdue") == []


async def test_a_breach_waits_until_somebody_acknowledges_it(register: Register) -> None:
    cast = register.cast
    risk = await a_quiet_risk(register, cast.wfm)
    series = await a_watched_series(register)
    await observed(register, series, "NNRRRRRRRRRRRR")
    kri = await a_kri(register, risk, series)
    assert (await kri_now(register, kri)).status is KriStatus.RED
    [item] = [
        one
        for one in (await mine(register, cast.wfm))["dueSoon"]["nodes"]
        if one["kind"] == "KRI_BREACH"
    ]
    assert (item["code"], item["title"], item["dueOn"]) == (kri.code, kri.name, "2026-11-16")
    assert item["object"] == {"__typename": "KriBreach", "level": "RED"}
    await acknowledged(register, kri)
    assert "KRI_BREACH" not in {kind for kind, *_ in told(await mine(register, cast.wfm))}


async def test_days_are_those_of_ones_own_country(register: Register) -> None:
    db = register.db
    person = await a_person(db, Role.PM, name="Rafael")
    change = people.ChangePerson(
        id=person_id(await actor_of(db, person)),
        expected_version=1,
        timezone=Some("America/Sao_Paulo"),
    )
    changed = await done(db, people_service.change, change)
    rafael = await actor_of(db, changed)
    # The 20th of November is free in Brazil.
    assert (await mine(register, rafael))["horizonOn"] == "2026-11-24"


async def test_what_one_stands_in_for_is_told_if_asked(register: Register) -> None:
    cast, db = register.cast, register.db
    risk = await a_quiet_risk(register, cast.qa)
    action = await a_mitigation(db, cast.manager, (risk, 1, 1), due_in=3)
    day = date(2026, 11, 16)
    away = people.Delegate(to_id=person_id(cast.wfm), from_on=day, until_on=day)
    await register.does(cast.manager, people_service.delegate, away)
    assert told(await mine(register, cast.wfm)) == []
    found = await mine(register, cast.wfm, too=True)
    assert told(found) == [("ACTION", action.code, "2026-11-19")]
    assert found["dueSoon"]["nodes"][0]["owner"] == {"name": "Mira"}
    register.clock.advance(days=1)
    assert told(await mine(register, cast.wfm, too=True)) == []


async def test_the_past_is_as_it_was(register: Register) -> None:
    cast, db, clock = register.cast, register.db, register.clock
    risk = await a_quiet_risk(register, cast.qa)
    action = await a_mitigation(db, cast.manager, (risk, 1, 1), due_in=3)
    then = clock.advance(minutes=1)
    before = await mine(register, cast.manager)
    assert told(before) == [("ACTION", action.code, "2026-11-19")]
    clock.advance(days=7)
    await brought(register, action, MitigationStatus.IMPLEMENTED)
    assert await mine(register, cast.manager, at=then.isoformat()) == before


async def test_a_vendor_is_told_of_what_it_sees(register: Register) -> None:
    cast, db = register.cast, register.db
    risk = await a_quiet_risk(register, cast.qa, vendors=(cast.aster,))
    own = await a_mitigation(db, cast.lead, (risk, 1, 1), owner=cast.vendor, due_in=2)
    assert told(await mine(register, cast.vendor)) == [("ACTION", own.code, "2026-11-18")]
    assert told(await mine(register, cast.rival)) == []


async def test_the_number_of_statements_does_not_grow(register: Register) -> None:
    cast, db = register.cast, register.db
    risk = await a_quiet_risk(register, cast.qa)
    await a_mitigation(db, cast.manager, (risk, 1, 1), due_in=3)
    _, few = await register.execute(cast.manager, MINE, {})
    for _ in range(4):
        await a_mitigation(db, cast.manager, (risk, 1, 1), due_in=3)
    answer, many = await register.execute(cast.manager, MINE, {})
    assert answer.data is not None
    assert answer.data["myWork"]["dueSoon"]["totalCount"] == 5
    assert many.statements == few.statements == 8


async def test_bounds_are_kept(register: Register) -> None:
    for given in ("horizonBd: 61", "horizonBd: -1"):
        document = f"{{ myWork({given}) {{ horizonOn }} }}"
        assert await register.refused(register.cast.lead, document) == ["BAD_USER_INPUT"]
    document = "{ myWork { overdue(first: 101) { totalCount } } }"
    assert await register.refused(register.cast.lead, document) == ["BAD_USER_INPUT"]
    found = await register.ask(
        register.cast.lead, "{ myWork { overdue(first: 0) { nodes { code } } } }"
    )
    assert found["myWork"]["overdue"]["nodes"] == []
