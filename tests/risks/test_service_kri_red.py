"""What a RED key risk indicator does to its risk, once and with evidence (model.md 4.3, 4.5)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, announce
from riskreg.kit.view import Reach, Scope, View
from riskreg.metrics.events import ObservationsRecorded, SeriesTold
from riskreg.people.auth import SYSTEM
from riskreg.risks.events import AcceptanceEnded, KriBreached, KriWentRed
from riskreg.risks.rules import AcceptanceEnd, Band, RiskStatus
from tests.cast import Register
from tests.factories import an_assessed_risk, id_of
from tests.metrics.arranged import told
from tests.risks.arranged import (
    a_risk_in,
    acceptances,
    impacts,
    moved,
    now,
    refused,
)
from tests.risks.watched import (
    HEARD,
    LETTERS,
    a_kri,
    a_watched_series,
    breaches,
    day,
    days_of,
    observed,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
R = RiskStatus
IN_TWO_DAYS = date(2026, 11, 18)
"""Two working days after the Monday on which the tests run."""


async def watched(register: Register, state: RiskStatus, **given: Any) -> tuple[Any, Any, Any]:
    """A risk in a state, its KRI, and the series that this watches."""
    risk = await a_risk_in(register, state)
    series = await a_watched_series(register)
    kri = await a_kri(register, risk, series, **given)
    HEARD.clear()
    return risk, kri, series


async def test_watched_risk_reads_as_assessed_and_is_due_in_two_working_days(
    watch: Register,
) -> None:
    risk, kri, series = await watched(watch, R.MONITORING)
    before = await now(watch, risk)
    assert (before.status, before.review_due_on) == (R.MONITORING, date(2026, 12, 16))
    seq = await watch.seq()
    await observed(watch, series, "RR")
    assert await watch.seq() == seq + 1
    row = await now(watch, risk)
    assert (row.status, row.recorded_status) == (R.ASSESSED, R.MONITORING)
    assert (row.holds_until, row.review_due_on) == (watch.db.now(), IN_TWO_DAYS)
    [breach] = await breaches(watch, kri)
    assert HEARD[1:] == [KriWentRed(breach.id, kri.id, risk.id)]
    past = View(SYSTEM, watch.db.now() - timedelta(microseconds=1), seq)
    then = await now(watch, risk, past)
    assert (then.status, then.review_due_on) == (R.MONITORING, date(2026, 12, 16))


async def test_red_acts_once_however_long_it_lasts(watch: Register) -> None:
    risk, _, series = await watched(watch, R.MONITORING)
    await observed(watch, series, "RR")
    await moved(watch, risk, "reassess", likelihood=2, impacts=impacts(3))
    await moved(watch, risk, "monitor")
    decided = await now(watch, risk)
    assert decided.status is R.MONITORING
    watch.clock.advance(hours=1)
    await observed(watch, series, "RRRNNR", first=2)
    assert await now(watch, risk) == decided
    assert [type(happened) for happened in HEARD] == [KriBreached, KriWentRed]


async def test_red_ends_a_valid_acceptance(watch: Register) -> None:
    risk, _, series = await watched(watch, R.ACCEPTED)
    await observed(watch, series, "RR")
    row = await now(watch, risk)
    assert (row.status, row.recorded_status) == (R.ASSESSED, R.ACCEPTED)
    [ended] = await acceptances(watch, risk)
    assert (ended.ended, ended.ended_at) == (AcceptanceEnd.KRI_RED, watch.db.now())
    assert AcceptanceEnded(risk.id, AcceptanceEnd.KRI_RED) in HEARD
    watch.clock.advance(hours=1)
    await observed(watch, series, "RRR", first=2)
    assert await acceptances(watch, risk) == [ended]
    # A new acceptance is a new decision: the breach that is known does not end it.
    await moved(watch, risk, "accept", expires_on=date(2026, 12, 1))
    await observed(watch, series, "RRR", first=5)
    assert (await now(watch, risk)).status is R.ACCEPTED


async def test_amber_moves_nothing(watch: Register) -> None:
    risk, kri, series = await watched(watch, R.ACCEPTED)
    before = await now(watch, risk)
    await observed(watch, series, "AAAA")
    assert len(await breaches(watch, kri)) == 1
    assert await now(watch, risk) == before
    assert [type(happened) for happened in HEARD] == [KriBreached]


async def test_red_ends_an_asserted_residual(watch: Register) -> None:
    cast = watch.cast
    risk = await an_assessed_risk(
        watch.db, cast.manager, cast.project, likelihood=3, impact=4, residual=(2, 2)
    )
    series = await a_watched_series(watch)
    await a_kri(watch, risk, series)
    before = await now(watch, risk)
    assert (before.residual_band, before.asserted_until > watch.db.now()) == (Band.LOW, True)
    await observed(watch, series, "RR")
    row = await now(watch, risk)
    assert (row.residual_band, row.asserted_until) == (Band.HIGH, watch.db.now())
    assert row.above_since == watch.db.now(), "it left appetite with its override"


@pytest.mark.parametrize("state", [R.OPEN, R.ASSESSED, R.TREATING, R.MATERIALISED])
async def test_other_running_risks_keep_their_state_and_are_due(
    watch: Register, state: RiskStatus
) -> None:
    risk, _, series = await watched(watch, state)
    await observed(watch, series, "RR")
    row = await now(watch, risk)
    assert (row.status, row.review_due_on) == (state, IN_TWO_DAYS)


async def test_a_draft_is_left_alone(watch: Register) -> None:
    risk, kri, series = await watched(watch, R.DRAFT)
    before = await now(watch, risk)
    await observed(watch, series, "RR")
    assert [days_of(one) for one in await breaches(watch, kri)] == [("RED", 1, 1, None)]
    assert await now(watch, risk) == before


async def test_review_is_brought_forward_never_back(alone: Register) -> None:
    risk = await a_risk_in(alone, R.MONITORING)
    series, other = await a_watched_series(alone), await a_watched_series(alone)
    await a_kri(alone, risk, series)
    await a_kri(alone, risk, other)
    await observed(alone, series, "RR")
    alone.clock.advance(days=1)
    await observed(alone, other, "RR")
    assert (await now(alone, risk)).review_due_on == IN_TWO_DAYS


async def test_retraction_undoes_nothing_that_people_decided_on(watch: Register) -> None:
    risk, kri, series = await watched(watch, R.ACCEPTED)
    await observed(watch, series, "RR")
    after_red = await now(watch, risk)
    await observed(watch, series, "NN")
    [breach] = await breaches(watch, kri)
    assert breach.retracted_at == watch.db.now()
    assert await now(watch, risk) == after_red
    assert [one.ended for one in await acceptances(watch, risk)] == [AcceptanceEnd.KRI_RED]


@pytest.mark.parametrize("state", [R.MONITORING, R.ACCEPTED])
async def test_a_risk_in_breach_is_not_closed(watch: Register, state: RiskStatus) -> None:
    risk, kri, series = await watched(watch, state)
    await observed(watch, series, "AA")
    assert await refused(watch, risk, "close") == [("NOT_READY", ())]
    document = "query ($id: ID!) { risk(id: $id) { availableTransitions { name blockedBy } } }"
    shown = await watch.ask(watch.cast.lead, document, id=id_of(risk))
    blocked = {one["name"]: one["blockedBy"] for one in shown["risk"]["availableTransitions"]}
    assert blocked["close"] == ["A KRI of this risk is in breach."]
    await observed(watch, series, "NNN", first=2)
    assert [days_of(one) for one in await breaches(watch, kri)] == [("AMBER", 1, None, 4)]
    await moved(watch, risk, "close")
    assert (await now(watch, risk)).status is R.CLOSED


async def test_untreated_days_count_from_when_it_turned_red(alone: Register) -> None:
    """A risk that was only watched for weeks has been waiting for a treatment since RED."""
    risk, _, series = await watched(alone, R.MONITORING)
    alone.clock.advance(days=20)
    await observed(alone, series, "RR", first=18)
    for days, waits in ((14, False), (1, True)):
        alone.clock.advance(days=days)
        document = "query ($id: ID!) { risk(id: $id) { findings { rule } } }"
        shown = await alone.ask(SYSTEM, document, id=id_of(risk))
        assert ({"rule": "NO_TREATMENT"} in shown["risk"]["findings"]) is waits


async def test_what_a_narrow_token_sends_moves_risks_that_it_does_not_see(watch: Register) -> None:
    cast = watch.cast
    risk = await a_risk_in(watch, R.ACCEPTED)
    series = await a_watched_series(watch, project_id=id_of(cast.other_project))
    await a_kri(watch, risk, series)
    narrow = replace(cast.service, reach=Reach(Scope.PROJECTS, (cast.other_project.id,)))
    seen = await watch.ask(narrow, "query ($id: ID!) { risk(id: $id) { code } }", id=id_of(risk))
    assert seen == {"risk": None}

    async def tell(session: AsyncSession, view: View) -> None:
        one = SeriesTold(series.number, day(0), day(1))
        announce(session, ObservationsRecorded("", (one,)))

    await told(watch.db, series, {day(0): LETTERS["R"], day(1): LETTERS["R"]})
    await watch.db.write(narrow, Act("ingestObservations"), tell)
    row = await now(watch, risk)
    assert (row.status, row.review_due_on) == (R.ASSESSED, IN_TWO_DAYS)
