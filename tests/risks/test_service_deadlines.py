"""What a risk reads as at any instant: the rules in Python and the expressions in SQL agree."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.context import Context
from riskreg.kit.db import get
from riskreg.kit.graph import term
from riskreg.kit.tables import NEVER
from riskreg.kit.view import View
from riskreg.people.auth import SYSTEM
from riskreg.risks.models import Risk, RiskAcceptance
from riskreg.risks.rules import (
    AcceptanceEnd,
    AppetiteStatus,
    Band,
    MitigationStatus,
    RiskCategory,
    RiskStatus,
)
from riskreg.risks.rules_deadlines import reads_as
from riskreg.risks.rules_tolerance import ToleranceDates, appetite_status, days_out
from tests.cast import Register
from tests.factories import a_mitigation, a_risk, an_assessed_risk, id_of
from tests.risks.arranged import a_risk_in, brought, day_of, impacts, moved, noted, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

S, A = RiskStatus, AppetiteStatus
TICK = timedelta(microseconds=1)
YEAR = timedelta(days=400)
STORED = (
    *("recorded_status", "holds_until", "above_from", "above_to", "out_from", "out_to"),
    *("asserted_until", "asserted_likelihood", "asserted_impact", "asserted_band"),
    *("computed_likelihood", "computed_impact", "computed_band"),
)
READ = (
    *("status", "appetite_status", "out_since", "above_since"),
    *("residual_likelihood", "residual_impact", "residual_band"),
)
Many = dict[str, Any]


@pytest.fixture(scope="module")
def kept(shared_url: object) -> Many:
    """The risks of a register, written by the first test that asks."""
    return {}


async def a_varied_register(register: Register, kept: Many) -> None:
    """Risks in every state, judged, accepted, planned and left alone, over half a year."""
    if kept:
        return
    db, cast = register.db, register.cast
    kept["before"] = db.now()
    for state in S:
        await a_risk_in(register, state)
    for days, (likelihood, impact) in enumerate(((3, 4), (5, 5), (2, 3), (4, 4), (1, 1))):
        for residual in (None, (1, 1), (likelihood, impact)):
            register.clock.advance(days=days, hours=7)
            risk = await an_assessed_risk(
                db,
                cast.qa,
                cast.project,
                likelihood=likelihood,
                impact=impact,
                residual=residual,
                category=RiskCategory.CHILD_SAFETY if days == 3 else RiskCategory.VENDOR,
            )
            if days in (0, 3):
                until = day_of(register) + timedelta(days=25 + days)
                await moved(register, risk, "accept", by=cast.vp, expires_on=until)
            if days == 1:
                action = await a_mitigation(db, cast.qa, (risk, 3, 3), due_in=15)
                await brought(register, action, MitigationStatus.IN_PROGRESS)
    kept["after"] = db.now()


async def read_all(register: Register, view: View) -> Sequence[Any]:
    """Every risk through a view: what is stored, and what SQL makes of it."""
    alias: Any = view.of(Risk)
    names = [alias.code, *[term(alias, name) for name in (*STORED, *READ)]]
    return await register.db.rows(view, select(*names).order_by(alias.number))


def expected(row: Any, at: datetime) -> tuple[object, ...]:
    """What the rules make of what is stored."""
    status = reads_as(row.recorded_status, row.holds_until, at)
    dates = ToleranceDates(row.above_from, row.above_to, row.out_from, row.out_to)
    shown = appetite_status(status, dates, at)
    which = "asserted" if at < row.asserted_until else "computed"
    return (
        status,
        shown,
        row.out_from if dates.is_out(at) else None,
        row.above_from if dates.is_above(at) else None,
        *(getattr(row, f"{which}_{part}") for part in ("likelihood", "impact", "band")),
    )


def deadlines(rows: Sequence[Any]) -> list[datetime]:
    """Every instant at which something of these rows flips, and those beside it."""
    names = ("holds_until", "above_from", "above_to", "out_from", "out_to", "asserted_until")
    found = {getattr(row, name) for row in rows for name in names} - {NEVER}
    return sorted({at + step for at in found for step in (-TICK, timedelta(), TICK)})


async def agree(register: Register, view: View) -> set[object]:
    """The words seen, after rules and SQL were found to say the same of every risk."""
    rows = await read_all(register, view)
    for row in rows:
        found = tuple(getattr(row, name) for name in READ)
        assert (row.code, view.now, found) == (row.code, view.now, expected(row, view.now))
    return {getattr(row, name) for row in rows for name in ("status", "appetite_status")}


async def test_rules_and_sql_agree_at_every_deadline(shared: Register, kept: Many) -> None:
    await a_varied_register(shared, kept)
    marks = deadlines(await read_all(shared, shared.view()))
    assert len(marks) > 50
    seen: set[object] = set()
    for at in marks[:: max(1, len(marks) // 60)]:
        seen |= await agree(shared, View(SYSTEM, at))
    assert seen == {*S, *A}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(share=st.floats(0, 1), past=st.booleans())
async def test_rules_and_sql_agree_at_any_instant(
    shared: Register,
    kept: Many,
    share: float,
    past: bool,  # noqa: FBT001 (drawn by hypothesis)
) -> None:
    """Live with the clock moved on, and in the past as the register stood then."""
    await a_varied_register(shared, kept)
    if past:
        at = kept["before"] + share * (kept["after"] - kept["before"])
        view = await Context(shared.db, SYSTEM).view(at)
        assert view.seq is not None
    else:
        view = View(SYSTEM, kept["after"] + share * YEAR)
    await agree(shared, view)


async def test_graph_filters_and_counts_by_what_is_read(shared: Register, kept: Many) -> None:
    await a_varied_register(shared, kept)
    document = """query ($s: RiskStatus!, $a: AppetiteStatus!, $b: Band!) {
      status: risks(filter: {status: {eq: $s}}) { totalCount }
      appetite: risks(filter: {appetiteStatus: {eq: $a}}) { totalCount }
      band: risks(filter: {residualBand: {eq: $b}}) { totalCount }
      out: risks(filter: {outOfToleranceSince: {isNull: false}}, first: 100) { nodes {
        code daysOutOfTolerance } } }"""
    for days in (0, 20, 120):
        shared.clock.advance(days=days)
        rows = await read_all(shared, shared.view())
        at = shared.db.now()
        for status, shown, band in zip(
            S, [*A, *A, A.NOT_ASSESSED], [*Band, *Band, Band.LOW], strict=True
        ):
            sent = {"s": status.value, "a": shown.value, "b": band.value}
            data = await shared.ask(shared.cast.lead, document, **sent)
            told = [expected(row, at) for row in rows]
            assert data["status"]["totalCount"] == sum(one[0] is status for one in told)
            assert data["appetite"]["totalCount"] == sum(one[1] is shown for one in told)
            assert data["band"]["totalCount"] == sum(one[6] is band for one in told)
        dates = [ToleranceDates(r.above_from, r.above_to, r.out_from, r.out_to) for r in rows]
        assert data["out"]["nodes"] == [
            {"code": row.code, "daysOutOfTolerance": days_out(one, at)}
            for row, one in zip(rows, dates, strict=True)
            if one.is_out(at)
        ]


async def test_acceptances_read_as_ended_once_they_are(shared: Register) -> None:
    """Worsened at an instant to come: until then it holds, and its date never comes."""
    risk = await an_assessed_risk(shared.db, shared.cast.qa, shared.cast.project, residual=(1, 1))
    shared.clock.advance(days=50)
    until = day_of(shared) + timedelta(days=90)
    await moved(shared, risk, "accept", expires_on=until)
    alias: Any = shared.view().of(RiskAcceptance)
    for at, word in (
        (risk.asserted_until - TICK, None),
        (risk.asserted_until, AcceptanceEnd.WORSENED),
        (risk.asserted_until + YEAR, AcceptanceEnd.WORSENED),
    ):
        view = View(SYSTEM, at)
        query = select(term(alias, "ended")).where(alias.risk_id == risk.id)
        assert [row.ended for row in await shared.db.rows(view, query)] == [word]


async def test_longest_outside_comes_first_and_the_others_last(
    shared: Register, kept: Many
) -> None:
    await a_varied_register(shared, kept)
    document = """query ($d: Direction!, $n: Int, $c: Cursor) {
      risks(orderBy: {field: TIME_OUT_OF_TOLERANCE, direction: $d}, first: $n, after: $c) {
        nodes { code outOfToleranceSince } pageInfo { endCursor hasNextPage } } }"""
    seen: list[tuple[str, str | None]] = []
    after, more = None, True
    while more:
        risks = (await shared.ask(SYSTEM, document, d="DESC", n=7, c=after))["risks"]
        seen += [(one["code"], one["outOfToleranceSince"]) for one in risks["nodes"]]
        after, more = risks["pageInfo"]["endCursor"], risks["pageInfo"]["hasNextPage"]
    since = [one for _, one in seen if one is not None]
    assert since == sorted(since)
    assert [one for _, one in seen[len(since) :]] == [None] * (len(seen) - len(since))
    assert (
        len({code for code, _ in seen}) == len(seen) == len(await read_all(shared, shared.view()))
    )
    backwards = (await shared.ask(SYSTEM, document, d="ASC", n=100))["risks"]["nodes"]
    assert [one["code"] for one in backwards] == [code for code, _ in reversed(seen)]


async def test_reviews_come_due_by_band(shared: Register) -> None:
    """CRITICAL 7 days, HIGH 14, MEDIUM 30, LOW 90 after each judgement."""
    db, cast = shared.db, shared.cast
    for (likelihood, impact), days in (((5, 5), 7), ((3, 4), 14), ((2, 3), 30), ((1, 1), 90)):
        risk = await an_assessed_risk(
            db, cast.qa, cast.project, likelihood=likelihood, impact=impact
        )
        day = day_of(shared)
        assert risk.review_due_on == day + timedelta(days=days)
        shared.clock.advance(days=1)
        lower = await moved(shared, risk, "reassess", likelihood=1, impacts=impacts(1))
        assert lower.review_due_on == day + timedelta(days=91)


async def test_review_is_overdue_from_the_day_after_in_the_zone_of_the_house(
    shared: Register,
) -> None:
    risk = await a_risk(shared.db, shared.cast.qa, shared.cast.project)
    end = datetime(*risk.review_due_on.timetuple()[:3], 16, tzinfo=UTC)
    document = """query ($id: ID!) { risk(id: $id) { nextReviewDue reviewOverdue
      findings { rule } } }"""
    for at, overdue in ((end - TICK, False), (end, True)):
        shared.clock.set(at)
        shown = (await shared.ask(SYSTEM, document, id=id_of(risk)))["risk"]
        assert shown == {
            "nextReviewDue": risk.review_due_on.isoformat(),
            "reviewOverdue": overdue,
            "findings": [{"rule": "OVERDUE_REVIEW"}] if overdue else [],
        }
    assert (await now(shared, risk)).version == 1


async def test_risk_is_watched_again_after_what_ended_its_watch(shared: Register) -> None:
    """As when a KRI has turned RED: it reads as ASSESSED, and a new move begins anew."""
    risk = await a_risk_in(shared, RiskStatus.MONITORING)
    for name, state in (("monitor", RiskStatus.MONITORING), ("reassess", RiskStatus.ASSESSED)):
        await noted(shared, watch_ended, risk)
        assert (await now(shared, risk)).status is RiskStatus.ASSESSED
        shared.clock.advance(hours=1)
        await moved(shared, risk, name)
        assert (await now(shared, risk)).status is state


async def watch_ended(session: AsyncSession, view: View, risk_id: str, at: datetime) -> Risk:
    risk = await get(session, view, Risk, risk_id)
    risk.holds_until = at
    return risk
