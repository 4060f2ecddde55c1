"""The facts of a brief are those of the register: the story, told by figures, map and movement."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

import pytest
import pytest_asyncio

from riskreg.reports import facts as f
from riskreg.reports import narrative, stored
from riskreg.reports.compose import where_we_stand as composed
from riskreg.reports.lint import ERROR, lint
from riskreg.reports.moments import Moment
from riskreg.reports.movements import Since, movement
from riskreg.risks import overview
from riskreg.risks.config import in_force
from riskreg.risks.gathering import gather
from tests.cast import Register
from tests.reports.briefs import brief_at, looked_at
from tests.reports.story import begin, go_on

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Told:
    """The story told to its end: both Mondays, and the brief of the second beside the first."""

    before: Moment
    now: Moment
    facts: f.WhereWeStand


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(shared: Register) -> AsyncIterator[Told]:
    """The story, once for this module and engine."""
    story = await begin(shared)
    before = await looked_at(shared)
    await go_on(story)
    now = await looked_at(shared)
    yield Told(before, now, await brief_at(now, before))


def level(likelihood: int, impact: int, band: str) -> f.Rating:
    """A rating."""
    return f.rating(likelihood, impact, band)


CRITICAL_5X4, CRITICAL_4X4 = level(5, 4, "CRITICAL"), level(4, 4, "CRITICAL")


async def test_the_scorecard_counts_and_names(told: Told) -> None:
    shown = {
        found.key: (found.now.value, found.now.n_text, found.before and found.before.value)
        for found in told.facts.figures
    }
    assert shown == {
        "outside_tolerance": (2, "of 7 live risks", 1),
        "above_appetite": (5, "of 7 live risks", 4),
        "unowned": (1, "of 7 live risks", 1),
        "acceptances_ended": (1, "of 1 accepted", 0),
        "overdue": (1, "of 3 open", 1),
        "unverified": (0, "of 1 done", 1),
    }
    assert {found.key: found.codes for found in told.facts.figures} == {
        "outside_tolerance": ("R-001", "R-006"),
        "above_appetite": ("R-001", "R-002", "R-003", "R-006", "R-008"),
        "unowned": ("R-005",),
        "acceptances_ended": ("A-001",),
        "overdue": ("M-004",),
        "unverified": (),
    }


async def test_the_scorecard_goes_back_to_the_first_week_with_a_risk(told: Told) -> None:
    outside = told.facts.figure("outside_tolerance")
    assert outside is not None
    assert outside.history == (1, 1, 1, 1, 2)
    assert outside.history_text == "weekly since 23\N{NO-BREAK SPACE}Nov\N{NO-BREAK SPACE}2026"


async def test_top_risks_with_levels_time_and_next_step(told: Told) -> None:
    top = told.facts.top
    assert [risk.code for risk in top] == ["R-001", "R-006", "R-003", "R-008", "R-002"]
    scams, gate = top[:2]
    assert (scams.title, scams.category, scams.owner) == ("Scams spread", "ENVR increase", "Mira")
    assert (scams.inherent, scams.residual, scams.target) == (CRITICAL_5X4, CRITICAL_5X4, None)
    assert (scams.days_outside, scams.outside_since) == (34, date(2026, 11, 16))
    assert (scams.next_action, scams.confidence) == (None, "MEDIUM")
    assert (gate.residual, gate.target) == (CRITICAL_4X4, level(2, 4, "MEDIUM"))
    assert gate.next_action is not None
    assert (gate.next_action.code, gate.next_action.due) == ("M-002", date(2027, 1, 9))
    assert gate.next_action.original_due == date(2026, 12, 26), "the slip is hidden"
    may_accept = [risk.accept_authority for risk in top]
    assert may_accept == ["VP", "VP", "PM lead", "Director", "PM lead"]


async def test_what_moved_and_why(told: Told) -> None:
    assert {moved.kind: moved.codes for moved in told.facts.moved} == {
        "WORSE": ("R-006",),
        "BETTER": ("R-007",),
        "NEW": ("R-008",),
        "CLOSED": ("R-004",),
    }
    above = "4 Critical is above what its category tolerates (3 High)"
    assert {risk.code: risk.movement for risk in told.facts.top} == {
        "R-001": f.Movement("SAME", note=above),
        "R-006": f.Movement(
            "WORSE",
            level(3, 4, "HIGH"),
            date(2026, 12, 17),
            "ASSESSED",
            note="The calibration gate turned red",
        ),
        "R-003": f.Movement("SAME"),
        "R-008": f.Movement("NEW", on=date(2026, 12, 19), note="Seen last year"),
        "R-002": f.Movement("SAME", cause="ACCEPTANCE_ENDED", reference="A-001"),
    }


async def test_a_verdict_is_the_reason_of_a_fall(told: Told) -> None:
    now, then = told.now.reading, told.before.reading
    ranked = await overview.top(now.fetch, now.view, 9, then=(then.fetch, then.view))
    [fallen] = [one for one in ranked if one.now.code == "R-007"]
    config = await in_force(now.fetch, now.view)
    since = Since(now, then, config, await gather(now, then, [fallen.now.id]))
    moved = movement(fallen, since)
    assert (moved.direction, moved.before) == ("BETTER", level(3, 3, "MEDIUM"))
    assert (moved.cause, moved.reference, moved.on) == (
        "MITIGATION_VERIFIED",
        "M-003",
        date(2026, 12, 16),
    )
    assert narrative.reason(moved) == "M-003 verified effective"


async def test_the_map_holds_every_live_risk(told: Told) -> None:
    shown = told.facts.heat_map
    assert sum(cell.count for cell in shown.cells) == told.facts.live.value == 7
    assert {(c.likelihood, c.impact): c.count for c in shown.cells if c.count} == {
        (5, 4): 1,
        (4, 4): 1,
        (4, 3): 1,
        (3, 4): 1,
        (2, 5): 1,
        (2, 3): 1,
        (3, 2): 1,
    }
    assert [(risk.rank, risk.code) for risk in shown.risks][4:] == [
        (5, "R-002"),
        (6, "R-005"),
        (7, "R-007"),
    ]
    assert [line.text for line in shown.appetites] == [
        "most categories (to 2 Medium)",
        "child safety, regulatory, wellbeing (to 1 Low)",
    ]


async def test_what_the_brief_says_of_itself(told: Told) -> None:
    facts = told.facts
    assert (facts.scope, facts.organisation) == ("2 projects, 1 market", "Clipline")
    assert facts.as_of.isoformat() == "2026-12-21T09:00:00+08:00"
    assert (facts.revision, facts.further.value, facts.further_outside) == (told.now.seq, 2, ())
    assert facts.compared_with is not None
    assert facts.compared_with.revision == told.before.seq


async def test_the_only_error_is_the_step_that_nobody_has_planned(told: Told) -> None:
    found = lint(told.facts, composed(told.facts).html)
    errors = [(one.rule, one.message) for one in found if one.severity == ERROR]
    assert errors == [("RED_WITHOUT_NEXT_STEP", "R-001 is outside tolerance without a next step")]


async def test_facts_come_back_from_their_text(told: Told) -> None:
    text = f.canonical(told.facts).decode()
    again = stored.where_we_stand(text)
    assert f.canonical(again).decode() == text
    assert composed(again) == composed(told.facts)


async def test_the_same_moment_gives_the_same_facts(told: Told) -> None:
    assert await brief_at(told.now, told.before) == told.facts


@pytest.mark.parametrize("text", ["[]", "{}", '{"report_code":1}', "null"])
async def test_other_texts_are_no_facts(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        stored.where_we_stand(text)
