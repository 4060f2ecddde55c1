"""Acceptances end by date, by a worse residual and by revocation, when read and with no job run."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from riskreg.kit.view import View
from riskreg.people.auth import SYSTEM
from riskreg.risks.models import Risk
from riskreg.risks.rules import (
    AcceptanceEnd,
    AppetiteStatus,
    Band,
    MitigationStatus,
    RiskStatus,
)
from riskreg.risks.service_moves import incident_resolved
from tests.cast import Register
from tests.factories import a_mitigation, an_assessed_risk
from tests.risks.arranged import (
    acceptances,
    brought,
    day_of,
    impacts,
    moved,
    noted,
    now,
    refused,
)
from tests.stage import START

pytestmark = pytest.mark.asyncio(loop_scope="module")

S, A, E = RiskStatus, AppetiteStatus, AcceptanceEnd
TICK = timedelta(microseconds=1)
LAST_DAY = date(2026, 12, 16)
UNTIL = datetime(2026, 12, 16, 16, tzinfo=UTC)
"""The end of that day in Singapore."""
GRACE_ENDS = datetime(2026, 12, 31, 16, tzinfo=UTC)
"""The end of the tenth working day after it; Christmas is none."""


async def a_high_risk(shared: Register, **given: Any) -> Risk:
    """3×4 in a category that carries MEDIUM, and HIGH for 45 days."""
    cast = shared.cast
    return await an_assessed_risk(shared.db, cast.qa, cast.project, **given)


async def seen(
    shared: Register, risk: Risk, at: datetime
) -> tuple[RiskStatus, AppetiteStatus, AcceptanceEnd | None]:
    """What the risk and its newest acceptance read as at an instant."""
    view = View(SYSTEM, at)
    row = await now(shared, risk, view)
    ends = [one.ended for one in await acceptances(shared, risk, view)]
    return row.status, row.appetite_status, ends[-1] if ends else None


async def test_ends_by_its_date_when_read(shared: Register) -> None:
    assert shared.clock.now() == START  # the first test of the module: its dates are written out
    risk = await moved(shared, await a_high_risk(shared), "accept", expires_on=LAST_DAY)
    seq = await shared.seq()
    table = [
        (shared.db.now(), (S.ACCEPTED, A.WITHIN_TOLERANCE, None)),
        (UNTIL - TICK, (S.ACCEPTED, A.WITHIN_TOLERANCE, None)),
        (UNTIL, (S.ASSESSED, A.WITHIN_TOLERANCE, E.EXPIRED)),
        (GRACE_ENDS - TICK, (S.ASSESSED, A.WITHIN_TOLERANCE, E.EXPIRED)),
        (GRACE_ENDS, (S.ASSESSED, A.OUT_OF_TOLERANCE, E.EXPIRED)),
    ]
    for at, expected in table:
        assert (at, await seen(shared, risk, at)) == (at, expected)
    out = await now(shared, risk, View(SYSTEM, GRACE_ENDS + timedelta(days=6)))
    assert (out.out_since, out.above_since) == (GRACE_ENDS, risk.above_from)
    assert (await now(shared, risk)).recorded_status is S.ACCEPTED
    assert await shared.seq() == seq


async def test_what_has_ended_is_left_by_the_moves_of_assessed(shared: Register) -> None:
    risk = await moved(shared, await a_high_risk(shared), "accept")
    until = risk.holds_until
    shared.clock.set(until + timedelta(days=1))
    assert await refused(shared, risk, "close", cause_gone=True) == [("MOVE_NOT_ALLOWED", ())]
    assert await refused(shared, risk, "revoke_acceptance") == [("MOVE_NOT_ALLOWED", ())]
    await moved(shared, risk, "reassess", likelihood=3, impacts=impacts(4))
    row = await now(shared, risk)
    assert (row.recorded_status, row.state_since) == (S.ASSESSED, until)
    assert [one.ended for one in await acceptances(shared, risk)] == [E.EXPIRED]


async def test_worse_residual_ends_it_in_the_same_write(shared: Register) -> None:
    risk = await a_high_risk(shared)
    action = await a_mitigation(shared.db, shared.cast.qa, (risk, 2, 2))
    action = await brought(shared, action, MitigationStatus.IMPLEMENTED)
    assert (await now(shared, risk)).residual_band is Band.MEDIUM
    risk = await moved(shared, risk, "accept")
    seq = await shared.seq()
    await moved(shared, action, "cancel")
    assert await shared.seq() == seq + 1
    row = await now(shared, risk)
    assert (row.status, row.recorded_status) == (S.ASSESSED, S.ACCEPTED)
    [ended] = await acceptances(shared, risk)
    assert (ended.ended, ended.ended_at) == (E.WORSENED, row.updated_at)
    assert row.holds_until == row.above_since == row.updated_at


@pytest.mark.parametrize(
    ("likelihood", "impact", "ended"),
    [(2, 3, None), (2, 4, None), (1, 1, None), (3, 4, E.WORSENED), (5, 5, E.WORSENED)],
)
async def test_only_a_worse_band_ends_it(
    shared: Register, likelihood: int, impact: int, ended: AcceptanceEnd | None
) -> None:
    risk = await a_high_risk(shared, likelihood=2, impact=3)
    risk = await moved(shared, risk, "accept")
    await moved(shared, risk, "reassess", likelihood=likelihood, impacts=impacts(impact))
    status = S.ACCEPTED if ended is None else S.ASSESSED
    assert (await seen(shared, risk, shared.db.now()))[0::2] == (status, ended)


async def test_lapse_of_a_judged_residual_ends_it(shared: Register) -> None:
    """Accepted as MEDIUM; once the assessor's view lapses, the computed HIGH counts."""
    risk = await a_high_risk(shared, residual=(2, 3))
    lapse = risk.asserted_until
    assert lapse == risk.updated_at + timedelta(days=90)
    shared.clock.advance(days=20)
    risk = await moved(shared, risk, "accept", expires_on=day_of(shared) + timedelta(days=88))
    table = [
        (lapse - TICK, (S.ACCEPTED, A.WITHIN_APPETITE, None)),
        (lapse, (S.ASSESSED, A.OUT_OF_TOLERANCE, E.WORSENED)),
        (lapse + timedelta(days=30), (S.ASSESSED, A.OUT_OF_TOLERANCE, E.WORSENED)),
    ]
    for at, expected in table:
        assert (at, await seen(shared, risk, at)) == (at, expected)
    # Judged again before that, it holds until its date.
    await moved(shared, risk, "reassess", residual=None, likelihood=2, impacts=impacts(3))
    assert (await seen(shared, risk, lapse))[0::2] == (S.ACCEPTED, None)


async def test_third_in_a_row_takes_the_highest_authority(shared: Register) -> None:
    risk = await a_high_risk(shared)
    for number in (1, 2):
        risk = await moved(shared, risk, "accept")
        shared.clock.advance(days=31)
        assert [one.consecutive for one in await acceptances(shared, risk)][-1] == number
    for actor in (shared.cast.lead, shared.cast.director):
        assert await refused(shared, risk, "accept", by=actor) == [("AUTHORITY", ())]
    risk = await moved(shared, risk, "accept", by=shared.cast.vp)
    found = await acceptances(shared, risk)
    assert [(one.consecutive, one.ended) for one in found] == [
        (1, E.EXPIRED),
        (2, E.EXPIRED),
        (3, None),
    ]
    numbers = [int(one.code.removeprefix("A-")) for one in found]
    assert numbers == list(range(numbers[0], numbers[0] + 3))


@pytest.mark.parametrize("way", [("treat",), ("monitor",), ("materialise", "resolve")])
async def test_row_of_acceptances_ends_with_other_work(
    shared: Register, way: tuple[str, ...]
) -> None:
    risk = await a_high_risk(shared, likelihood=2, impact=3)
    await a_mitigation(shared.db, shared.cast.qa, (risk, 1, 1))
    for _ in range(2):
        risk = await moved(shared, await moved(shared, risk, "accept"), "revoke_acceptance")
    assert (await now(shared, risk)).acceptances_in_a_row == 2
    for move in way:
        if move == "resolve":
            await noted(shared, incident_resolved, risk)
        risk = await moved(shared, risk, move)
    assert (await now(shared, risk)).acceptances_in_a_row == 0


async def test_revoked_acceptance_leaves_no_grace(shared: Register) -> None:
    risk = await moved(shared, await a_high_risk(shared), "accept")
    shared.clock.advance(days=20)
    revoked = await moved(shared, risk, "revoke_acceptance")
    row = await now(shared, risk)
    assert (row.status, row.appetite_status) == (S.ASSESSED, A.OUT_OF_TOLERANCE)
    assert row.out_since == revoked.updated_at
    [one] = await acceptances(shared, risk)
    assert (one.ended, one.ended_at) == (E.REVOKED, revoked.updated_at)
    before = View(SYSTEM, revoked.updated_at - TICK, await shared.seq() - 1)
    assert (await now(shared, risk, before)).status is S.ACCEPTED


async def test_acceptance_stops_the_clock(shared: Register) -> None:
    """45 days above appetite, without the 30 of the acceptance, are used up after 75."""
    risk = await a_high_risk(shared, target=(2, 3))
    await a_mitigation(shared.db, shared.cast.qa, (risk, 1, 1), due_in=200)
    assert (await now(shared, risk)).out_from == risk.above_from + timedelta(days=45)
    accepted = await moved(shared, risk, "accept")
    row = await now(shared, risk)
    paused = row.holds_until - accepted.updated_at
    assert row.out_from == risk.above_from + timedelta(days=45) + paused


@pytest.mark.parametrize(("move", "ended"), [("materialise", E.MATERIALISED), ("close", E.CLOSED)])
async def test_what_ends_the_risk_ends_its_acceptance(
    shared: Register, move: str, ended: AcceptanceEnd
) -> None:
    risk = await a_high_risk(shared, likelihood=2, impact=3)
    risk = await moved(shared, await moved(shared, risk, "accept"), move)
    [one] = await acceptances(shared, risk)
    assert (one.ended, one.ended_at) == (ended, risk.updated_at)
