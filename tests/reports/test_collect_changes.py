"""A brief follows the register: what is asked goes when its cause goes, and the past stays."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Rows
from riskreg.kit.inputs import OnExisting
from riskreg.kit.view import View
from riskreg.people import inputs as people
from riskreg.people import service as people_service
from riskreg.people.auth import SYSTEM
from riskreg.people.rules import Authority
from riskreg.reports import facts as f
from riskreg.reports.moments import Moment, moment
from riskreg.risks import service_mitigation
from riskreg.risks.models import CategoryAppetite, ScoringMatrix
from riskreg.risks.moments import Reading
from riskreg.risks.rules import Band, RiskCategory
from tests.cast import Register, person_id
from tests.factories import a_mitigation, an_assessed_risk, done
from tests.reports.briefs import brief_at, brief_of, looked_at
from tests.reports.story import BEFORE, Story, begin, go_on
from tests.stage import START


def asked(facts: f.WhereWeStand) -> list[tuple[str, str, str, date | None]]:
    """What is asked for which risk, of whom, by when."""
    return [(ask.code, ask.recommended, ask.decider, ask.due) for ask in facts.asks]


async def test_asks_follow_their_causes(register: Register) -> None:
    story = await begin(register)
    by = date(2026, 12, 16)  # two working days after the Monday, for a CRITICAL risk
    assert asked(await brief_of(register)) == [("R-001", "Approve a plan for R-001", "VP", by)]

    cast, risk = register.cast, story.risk("R-001")
    story.rows["M-009"] = await a_mitigation(
        register.db, cast.lead, (risk, 3, 1), owner=cast.manager, code="M-009"
    )
    assert asked(await brief_of(register)) == [("R-001", "Approve M-009 for R-001", "VP", by)]

    await story.act(cast.qa, service_mitigation.approve, OnExisting, "M-009")
    brought = [("R-001", "Bring M-009 forward for R-001", "VP", by)]
    assert asked(await brief_of(register)) == brought

    await story.reassessed("R-001", (4, 3), "The lexicon has landed")
    assert asked(await brief_of(register)) == []


async def test_an_unowned_risk_asks_for_an_owner(register: Register) -> None:
    story, cast = await begin(register), register.cast
    db = register.db
    orphan = await an_assessed_risk(
        db, cast.lead, cast.project, likelihood=5, impact=5, owner=cast.wfm, code="R-020"
    )
    facts = await brief_of(register)
    assert (facts.top[0].code, facts.top[0].owner) == ("R-020", None)
    assert facts.asks[0].recommended == "Name an owner for R-020"
    assert orphan.owner_id == cast.wfm.id

    story.on_day(29)
    for person, owner in ((cast.qa, None), (cast.wfm, "Pola")):
        given = people.Delegate(
            from_id=person_id(person),
            to_id=person_id(cast.policy),
            from_on=date(2026, 12, 15),
            until_on=date(2026, 12, 31),
        )
        await done(db, people_service.delegate, given)
        assert (await brief_of(register)).top[0].owner == owner


async def test_the_past_is_told_with_its_own_data(register: Register) -> None:
    """Matrix, appetite and acceptance as they were then, whatever was changed since."""
    story = await begin(register)
    first = await brief_of(register)
    await go_on(story)
    await _tighten(story)
    then = await moment(register.db, register.cast.lead, BEFORE)
    assert await brief_at(then) == first
    assert first.figure("acceptances_ended") is not None
    later = await brief_of(register)
    assert later.heat_map.appetites != first.heat_map.appetites
    assert later.heat_map.cells[0].band == "MEDIUM"
    assert first.heat_map.cells[0].band == "LOW"


async def _tighten(story: Story) -> None:
    """Another matrix and a lower appetite, from now on."""

    async def work(session: AsyncSession, view: View) -> None:
        rows = ["C C C C C", "H H C C C", "H H H C C", "M H H H C", "M M H H H"]
        session.add(ScoringMatrix(valid_from=view.now, rows=rows))
        session.add(
            CategoryAppetite(
                category=RiskCategory.VENDOR,
                valid_from=view.now,
                appetite=Band.LOW,
                tolerance=Band.LOW,
                tolerance_days=1,
                authority=Authority.A4,
            )
        )

    await story.register.db.write(SYSTEM, Act("configure"), work)


async def test_statements_do_not_grow_with_the_register(register: Register) -> None:
    story = await begin(register)
    before = await looked_at(register)
    await go_on(story)
    few = await _statements(register, before)
    for number in range(100, 130):
        await story.assessed(f"R-{number}", (5, 5), RiskCategory.VENDOR)
    assert await _statements(register, before) == few
    assert few < 80


async def _statements(register: Register, before: Moment) -> int:
    """How many statements a brief takes."""
    ran: list[Executable] = []

    async def counted(view: View, statement: Executable) -> Rows:
        ran.append(statement)
        return await register.db.rows(view, statement)

    at = await looked_at(register)
    then = replace(before, reading=Reading(counted, before.reading.view))
    await brief_at(replace(at, reading=Reading(counted, at.reading.view)), then)
    return len(ran)


async def test_more_risks_than_a_page_holds(register: Register) -> None:
    story = await begin(register)
    for number in range(100, 112):
        await story.assessed(f"R-{number}", (5, 5), RiskCategory.VENDOR)
    facts = await brief_of(register)
    assert [len(facts.top), len(facts.heat_map.risks), len(facts.asks)] == [5, 10, 5]
    assert (facts.live.value, facts.heat_map.unlabelled) == (19, 9)
    assert facts.further_outside == (
        "R-001", "R-105", "R-106", "R-107", "R-108", "R-109", "R-110", "R-111",
    )  # fmt: skip
    assert facts.further.value == 6


async def test_a_register_without_risks(register: Register) -> None:
    facts = await brief_of(register)
    assert (facts.live.value, facts.top, facts.asks, facts.heat_map.risks) == (0, (), (), ())
    assert {found.now.value for found in facts.figures} == {0}


async def test_an_assertion_that_lapses_is_what_moved_a_risk(register: Register) -> None:
    story, cast = Story(register), register.cast
    story.rows["R-001"] = await an_assessed_risk(
        register.db, cast.lead, cast.project, likelihood=4, impact=4, residual=(2, 2)
    )
    before = await looked_at(register)
    register.clock.set(START + timedelta(days=91))
    facts = await brief_of(register, before)
    [risk] = facts.top
    assert risk.movement == f.Movement(
        "WORSE", f.rating(2, 2, "LOW"), date(2027, 2, 14), "ASSERTION_ENDED"
    )
    assert (risk.residual.text, risk.computed) == ("4 Critical", None)


async def test_an_asserted_residual_shows_the_computed_one(register: Register) -> None:
    cast = register.cast
    await an_assessed_risk(
        register.db, cast.lead, cast.project, likelihood=4, impact=4, residual=(2, 2)
    )
    [risk] = (await brief_of(register)).top
    assert (risk.residual.text, risk.computed) == ("1 Low", f.rating(4, 4, "CRITICAL"))
