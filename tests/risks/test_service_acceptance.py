"""Acceptances end by date, by a worse residual and by revocation, when read and with no job run."""

from datetime import UTC, date, datetime, timedelta

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
from tests.risks.arranged import acceptances, brought, impacts, moved, noted, now, refused

S, A, E = RiskStatus, AppetiteStatus, AcceptanceEnd
TICK = timedelta(microseconds=1)
LAST_DAY = date(2026, 12, 16)
UNTIL = datetime(2026, 12, 16, 16, tzinfo=UTC)
"""The end of that day in Singapore."""
GRACE_ENDS = datetime(2026, 12, 31, 16, tzinfo=UTC)
"""The end of the tenth working day after it; Christmas is none."""


async def a_high_risk(register: Register, **given: object) -> Risk:
    """3×4 in a category that carries MEDIUM, and HIGH for 45 days."""
    cast = register.cast
    return await an_assessed_risk(register.db, cast.qa, cast.project, **given)


async def seen(
    register: Register, risk: Risk, at: datetime
) -> tuple[RiskStatus, AppetiteStatus, AcceptanceEnd | None]:
    """What the risk and its newest acceptance read as at an instant."""
    view = View(SYSTEM, at)
    row = await now(register, risk, view)
    ends = [one.ended for one in await acceptances(register, risk, view)]
    return row.status, row.appetite_status, ends[-1] if ends else None


async def test_ends_by_its_date_when_read(register: Register) -> None:
    risk = await moved(register, await a_high_risk(register), "accept", expires_on=LAST_DAY)
    seq = await register.seq()
    table = [
        (register.db.now(), (S.ACCEPTED, A.WITHIN_TOLERANCE, None)),
        (UNTIL - TICK, (S.ACCEPTED, A.WITHIN_TOLERANCE, None)),
        (UNTIL, (S.ASSESSED, A.WITHIN_TOLERANCE, E.EXPIRED)),
        (GRACE_ENDS - TICK, (S.ASSESSED, A.WITHIN_TOLERANCE, E.EXPIRED)),
        (GRACE_ENDS, (S.ASSESSED, A.OUT_OF_TOLERANCE, E.EXPIRED)),
    ]
    for at, expected in table:
        assert (at, await seen(register, risk, at)) == (at, expected)
    out = await now(register, risk, View(SYSTEM, GRACE_ENDS + timedelta(days=6)))
    assert (out.out_since, out.above_since) == (GRACE_ENDS, risk.above_from)
    assert (await now(register, risk)).recorded_status is S.ACCEPTED
    assert await register.seq() == seq


async def test_what_has_ended_is_left_by_the_moves_of_assessed(register: Register) -> None:
    risk = await moved(register, await a_high_risk(register), "accept", expires_on=LAST_DAY)
    register.clock.set(UNTIL + timedelta(days=1))
    assert await refused(register, risk, "close", cause_gone=True) == [("MOVE_NOT_ALLOWED", ())]
    assert await refused(register, risk, "revoke_acceptance") == [("MOVE_NOT_ALLOWED", ())]
    await moved(register, risk, "reassess", likelihood=3, impacts=impacts(4))
    row = await now(register, risk)
    assert (row.recorded_status, row.state_since) == (S.ASSESSED, UNTIL)
    assert [one.ended for one in await acceptances(register, risk)] == [E.EXPIRED]


async def test_worse_residual_ends_it_in_the_same_write(register: Register) -> None:
    risk = await a_high_risk(register)
    action = await a_mitigation(register.db, register.cast.qa, (risk, 2, 2))
    action = await brought(register, action, MitigationStatus.IMPLEMENTED)
    assert (await now(register, risk)).residual_band is Band.MEDIUM
    risk = await moved(register, risk, "accept", expires_on=LAST_DAY)
    seq = await register.seq()
    await moved(register, action, "cancel")
    assert await register.seq() == seq + 1
    row = await now(register, risk)
    assert (row.status, row.recorded_status) == (S.ASSESSED, S.ACCEPTED)
    [ended] = await acceptances(register, risk)
    assert (ended.ended, ended.ended_at) == (E.WORSENED, row.updated_at)
    assert row.holds_until == row.above_since == row.updated_at


@pytest.mark.parametrize(
    ("likelihood", "impact", "ended"),
    [(2, 3, None), (2, 4, None), (1, 1, None), (3, 4, E.WORSENED), (5, 5, E.WORSENED)],
)
async def test_only_a_worse_band_ends_it(
    register: Register, likelihood: int, impact: int, ended: AcceptanceEnd | None
) -> None:
    risk = await a_high_risk(register, likelihood=2, impact=3)
    risk = await moved(register, risk, "accept", expires_on=LAST_DAY)
    await moved(register, risk, "reassess", likelihood=likelihood, impacts=impacts(impact))
    status = S.ACCEPTED if ended is None else S.ASSESSED
    assert (await seen(register, risk, register.db.now()))[0::2] == (status, ended)


async def test_lapse_of_a_judged_residual_ends_it(register: Register) -> None:
    """Accepted as MEDIUM; once the assessor's view lapses, the computed HIGH counts."""
    risk = await a_high_risk(register, residual=(2, 3))
    lapse = risk.asserted_until
    assert lapse == risk.updated_at + timedelta(days=90)
    register.clock.advance(days=20)
    risk = await moved(register, risk, "accept", expires_on=date(2027, 3, 1))
    table = [
        (lapse - TICK, (S.ACCEPTED, A.WITHIN_APPETITE, None)),
        (lapse, (S.ASSESSED, A.OUT_OF_TOLERANCE, E.WORSENED)),
        (datetime(2027, 3, 2, 16, tzinfo=UTC), (S.ASSESSED, A.OUT_OF_TOLERANCE, E.WORSENED)),
    ]
    for at, expected in table:
        assert (at, await seen(register, risk, at)) == (at, expected)
    # Judged again before that, it holds until its date.
    again = {"residual": None, "likelihood": 2, "impacts": impacts(3)}
    await moved(register, risk, "reassess", **again)
    assert (await seen(register, risk, lapse))[0::2] == (S.ACCEPTED, None)


async def test_third_in_a_row_takes_the_highest_authority(register: Register) -> None:
    risk = await a_high_risk(register)
    for number in (1, 2):
        risk = await moved(register, risk, "accept")
        register.clock.advance(days=31)
        assert [one.consecutive for one in await acceptances(register, risk)][-1] == number
    for actor in (register.cast.lead, register.cast.director):
        assert await refused(register, risk, "accept", by=actor) == [("AUTHORITY", ())]
    risk = await moved(register, risk, "accept", by=register.cast.vp)
    found = await acceptances(register, risk)
    assert [(one.code, one.consecutive, one.ended) for one in found] == [
        ("A-001", 1, E.EXPIRED),
        ("A-002", 2, E.EXPIRED),
        ("A-003", 3, None),
    ]


@pytest.mark.parametrize("way", [("treat",), ("monitor",), ("materialise", "resolve")])
async def test_row_of_acceptances_ends_with_other_work(
    register: Register, way: tuple[str, ...]
) -> None:
    risk = await a_high_risk(register, likelihood=2, impact=3)
    await a_mitigation(register.db, register.cast.qa, (risk, 1, 1))
    for _ in range(2):
        risk = await moved(register, await moved(register, risk, "accept"), "revoke_acceptance")
    assert (await now(register, risk)).acceptances_in_a_row == 2
    for move in way:
        if move == "resolve":
            await noted(register, incident_resolved, risk)
        risk = await moved(register, risk, move)
    assert (await now(register, risk)).acceptances_in_a_row == 0


async def test_revoked_acceptance_leaves_no_grace(register: Register) -> None:
    risk = await moved(register, await a_high_risk(register), "accept", expires_on=LAST_DAY)
    register.clock.advance(days=20)
    revoked = await moved(register, risk, "revoke_acceptance")
    row = await now(register, risk)
    assert (row.status, row.appetite_status) == (S.ASSESSED, A.OUT_OF_TOLERANCE)
    assert row.out_since == revoked.updated_at
    [one] = await acceptances(register, risk)
    assert (one.ended, one.ended_at) == (E.REVOKED, revoked.updated_at)
    before = View(SYSTEM, revoked.updated_at - TICK, await register.seq() - 1)
    assert (await now(register, risk, before)).status is S.ACCEPTED


async def test_acceptance_stops_the_clock(register: Register) -> None:
    """45 days above appetite, without the 30 of the acceptance, are used up after 75."""
    risk = await a_high_risk(register, target=(2, 3))
    await a_mitigation(register.db, register.cast.qa, (risk, 1, 1), due_in=200)
    assert (await now(register, risk)).out_from == risk.above_from + timedelta(days=45)
    accepted = await moved(register, risk, "accept", expires_on=LAST_DAY)
    row = await now(register, risk)
    paused = UNTIL - accepted.updated_at
    assert row.out_from == risk.above_from + timedelta(days=45) + paused


@pytest.mark.parametrize(("move", "ended"), [("materialise", E.MATERIALISED), ("close", E.CLOSED)])
async def test_what_ends_the_risk_ends_its_acceptance(
    register: Register, move: str, ended: AcceptanceEnd
) -> None:
    risk = await a_high_risk(register, likelihood=2, impact=3)
    risk = await moved(register, await moved(register, risk, "accept"), move)
    [one] = await acceptances(register, risk)
    assert (one.ended, one.ended_at) == (ended, risk.updated_at)
