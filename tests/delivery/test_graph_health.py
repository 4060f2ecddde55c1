"""Health over the graph: worked out, asserted, of the past, and the same for whoever may know."""

from datetime import timedelta
from typing import Any

from riskreg.kit.clock import today
from riskreg.kit.view import Actor
from riskreg.risks.models import Risk
from riskreg.risks.rules import RiskCategory
from tests.cast import Register
from tests.delivery.arranged import (
    a_good_project,
    a_target,
    an_envr_kri,
    an_sla,
    every_day,
    measured,
)
from tests.factories import a_project, an_assessed_risk, id_of
from tests.metrics.arranged import an_envr, told

HEALTH = """query($at: DateTime, $code: String = "PRJ-OWN"){ project(code: $code, asOf: $at) {
  health { derived effective differs asserted { health reason by { name } until stands }
    components { part health why value sampleSize unit } } } }"""
ALL = "{ projects { nodes { code health { derived components { part health } } } } }"


async def health(register: Register, actor: Actor | None = None, **given: Any) -> Any:
    """The health of a project, as the lead sees it if nobody else is named."""
    found = await register.ask(actor or register.cast.lead, HEALTH, **given)
    return found["project"]["health"]


def part(found: Any, name: str) -> tuple[str | None, str]:
    """The health of one component, and why."""
    [one] = [each for each in found["components"] if each["part"] == name]
    return one["health"], one["why"]


async def a_grave_risk(register: Register, **given: Any) -> Risk:
    """A risk of the own project that no category tolerates."""
    cast = register.cast
    wanted = {"likelihood": 5, "impact": 5, "owner": cast.qa, **given}
    return await an_assessed_risk(register.db, cast.lead, cast.project, **wanted)


async def test_a_project_without_targets_is_unknown(register: Register) -> None:
    found = await health(register)
    assert (found["derived"], found["effective"], found["differs"]) == ("UNKNOWN", "UNKNOWN", False)
    assert found["asserted"] is None
    assert [(one["part"], one["health"]) for one in found["components"]] == [
        ("SLA", "UNKNOWN"),
        ("GOLD_ACCURACY", "UNKNOWN"),
        ("BACKLOG", None),
        ("ENVR", None),
        ("RISKS", "GREEN"),
    ]
    assert part(found, "SLA") == ("UNKNOWN", "No target is set.")


async def test_a_project_that_keeps_its_promises_is_green(register: Register) -> None:
    await a_good_project(register.db, register.cast.project)
    found = await health(register)
    assert found["derived"] == "GREEN"
    [sla, gold, *_] = found["components"]
    assert sla == {
        "part": "SLA",
        "health": "GREEN",
        "why": "SLA is 99 % over 28 days: it meets the target of at least 95 %.",
        "value": 99.0,
        "sampleSize": 28_000.0,
        "unit": "%",
    }
    assert gold["health"] == "GREEN"


async def test_a_target_that_is_not_in_force_does_not_count(register: Register) -> None:
    cast, db = register.cast, register.db
    sla = await an_sla(db)
    await measured(db, cast.project, sla, every_day(50, 100))
    day = today(db.now())
    await a_target(db, cast.project, sla, valid_from=day + timedelta(days=1))
    assert part(await health(register), "SLA") == ("UNKNOWN", "No target is set.")
    register.clock.advance(days=1)
    assert part(await health(register), "SLA")[0] == "RED"


async def test_a_feed_that_stops_makes_health_unknown_by_itself(register: Register) -> None:
    await a_good_project(register.db, register.cast.project)
    register.clock.advance(days=4)
    found = await health(register)
    assert found["derived"] == "UNKNOWN"
    assert part(found, "SLA") == ("UNKNOWN", "SLA is stale.")


async def test_a_risk_outside_tolerance_makes_it_red(register: Register) -> None:
    await a_good_project(register.db, register.cast.project)
    risk = await a_grave_risk(register)
    found = await health(register)
    assert found["derived"] == "RED"
    assert part(found, "RISKS") == ("RED", f"Outside tolerance: {risk.code}.")


async def test_kris_on_envr_of_its_risks_count(register: Register) -> None:
    cast, db = register.cast, register.db
    await a_good_project(db, cast.project)
    risk = await a_grave_risk(register, likelihood=1, impact=1)
    envr = await an_envr(db)
    bad = dict.fromkeys(range(1, 8), (30.0, 10000.0))
    kri = await an_envr_kri(db, envr, risk, bad, by=cast.lead)
    found = await health(register)
    assert found["derived"] == "RED"
    assert part(found, "ENVR") == (
        "RED",
        f"{kri.code} is RED at 30 bps of views; it is so above 20 bps of views.",
    )
    assert part(await health(register, code="PRJ-OTHER"), "ENVR")[0] is None


async def test_kris_of_risks_that_name_no_project_count_by_area_and_market(
    register: Register,
) -> None:
    cast, db = register.cast, register.db
    risk = await an_assessed_risk(
        db, cast.lead, areas=(cast.area,), likelihood=1, impact=1,
        category=RiskCategory.ENVR_INCREASE, owner=cast.qa,
    )  # fmt: skip
    envr = await an_envr(db)
    calm = dict.fromkeys(range(1, 8), (1.0, 10000.0))
    inside = {"policy_area_id": id_of(cast.area), "market_id": id_of(cast.market)}
    await an_envr_kri(db, envr, risk, calm, by=cast.lead, **inside)
    elsewhere = {"policy_area_id": id_of(cast.other_area)}
    bad = dict.fromkeys(range(1, 8), (30.0, 10000.0))
    await an_envr_kri(db, envr, risk, bad, by=cast.lead, **elsewhere)
    for code in ("PRJ-OWN", "PRJ-OTHER"):
        assert part(await health(register, code=code), "ENVR")[0] == "GREEN"


ASSERT = """mutation($id: ID!, $until: Date!){ assertHealth(input: {projectId: $id, health: GREEN,
  reason: "The clock of the feed is wrong", untilOn: $until})
  { assertion { id version stands project { code } } userErrors { code field } } }"""


async def test_what_somebody_says_counts_until_it_ends_by_itself(register: Register) -> None:
    cast, clock = register.cast, register.clock
    given = {"id": id_of(cast.project), "until": "2026-11-18"}
    told_ = (await register.ask(cast.manager, ASSERT, **given))["assertHealth"]
    assert told_["userErrors"] == []
    assert told_["assertion"]["project"] == {"code": "PRJ-OWN"}
    while_it_stands = clock.advance(minutes=1)
    found = await health(register)
    assert (found["derived"], found["effective"], found["differs"]) == ("UNKNOWN", "GREEN", True)
    assert found["asserted"] == {
        "health": "GREEN",
        "reason": "The clock of the feed is wrong",
        "by": {"name": "Mira"},
        "until": "2026-11-18T16:00:00Z",
        "stands": True,
    }
    clock.set(clock.now().replace(day=18, hour=16))
    after = await health(register)
    assert (after["effective"], after["differs"], after["asserted"]) == ("UNKNOWN", False, None)
    then = await health(register, at=while_it_stands.isoformat())
    assert then == found


async def test_what_somebody_says_is_withdrawn(register: Register) -> None:
    cast = register.cast
    given = {"id": id_of(cast.project), "until": "2026-11-18"}
    said = (await register.ask(cast.manager, ASSERT, **given))["assertHealth"]["assertion"]
    register.clock.advance(minutes=1)
    gone = await register.ask(
        cast.manager,
        """mutation($id: ID!){ withdrawHealthAssertion(input: {id: $id, expectedVersion: 1})
        { assertion { stands } userErrors { code } } }""",
        id=said["id"],
    )
    assert gone["withdrawHealthAssertion"] == {"assertion": {"stands": False}, "userErrors": []}
    assert (await health(register))["asserted"] is None


async def test_the_past_is_as_it_was_known_then(register: Register) -> None:
    cast, db, clock = register.cast, register.db, register.clock
    series = await a_good_project(db, cast.project)
    then = clock.advance(minutes=1)
    before = await health(register)
    clock.advance(hours=1)
    day = today(db.now())
    await told(db, series["SLA"], {day - timedelta(days=at): (1.0, 1_000.0) for at in (1, 2, 3, 4)})
    assert (await health(register))["derived"] == "RED"
    assert await health(register, at=then.isoformat()) == before


async def test_a_closed_project_has_no_health(register: Register) -> None:
    cast = register.cast
    closed = await register.ask(
        cast.lead,
        """mutation($id: ID!, $version: Int!){ closeProject(input: {id: $id,
        expectedVersion: $version, reason: "done"})
        { project { status health { derived } } userErrors { code } } }""",
        id=id_of(cast.project),
        version=cast.project.version,
    )
    assert closed["closeProject"]["project"] == {"status": "CLOSED", "health": None}


async def test_health_is_the_same_for_whoever_may_know_it(register: Register) -> None:
    cast, db = register.cast, register.db
    await a_good_project(db, cast.project)
    await a_grave_risk(register)
    assert await health(register, cast.vendor) is None
    for actor in (cast.requestor, cast.service):
        found = await health(register, actor)
        assert found["derived"] == "RED"
        assert part(found, "RISKS") == ("RED", "1 risk is outside tolerance.")
    answer = await register.ask(cast.other_requestor, HEALTH)
    assert answer["project"] is None


async def test_a_dozen_projects_cost_as_many_statements_as_one(register: Register) -> None:
    cast, db = register.cast, register.db
    await a_good_project(db, cast.project)
    _, few = await register.execute(cast.lead, ALL, {})
    for number in range(10):
        await a_project(db, code=f"PRJ-{number}", markets=(cast.market,), areas=(cast.area,))
    answer, many = await register.execute(cast.lead, ALL, {})
    assert answer.errors is None
    assert answer.data is not None
    assert len(answer.data["projects"]["nodes"]) == 12
    assert many.statements == few.statements == 10
