"""What has become of the register since a moment, each part by a cause of its own."""

from datetime import date, datetime, timedelta

from riskreg.risks.rules import MitigationStatus, RiskCategory
from tests.cast import Register
from tests.delivery.arranged import an_sla, measured
from tests.delivery.since import NOTHING, SINCE, a_moment, a_risk_of, codes, reassessed, since
from tests.factories import a_mitigation, a_risk, an_assessed_risk
from tests.metrics.arranged import told
from tests.risks.arranged import brought, moved


async def test_nothing_has_become_of_what_nobody_touched(register: Register) -> None:
    risk = await a_risk_of(register, 5, 5)
    await a_mitigation(register.db, register.cast.manager, (risk, 1, 1))
    found = await since(register, at=await a_moment(register))
    assert found == {
        **dict.fromkeys(("opened", "closed", "worsened", "improved"), NOTHING),
        **dict.fromkeys(("outOfTolerance", "backInTolerance"), NOTHING),
        "breaches": dict.fromkeys(("opened", "raised", "closed", "retracted"), NOTHING),
        "acceptancesEnded": NOTHING,
        "actions": dict.fromkeys(("slipped", "overdue", "implemented", "verified"), NOTHING),
        "restatements": NOTHING,
    }


async def test_risks_open_close_and_move(register: Register) -> None:
    cast = register.cast
    better, worse, same = [await a_risk_of(register, 3, 3) for _ in range(3)]
    gone = await a_risk_of(register, 1, 1)
    draft = await a_risk(register.db, cast.lead, cast.project, likelihood=None)
    at = await a_moment(register)
    await reassessed(register, better, 1, 1)
    await reassessed(register, worse, 4, 4)
    await reassessed(register, same, 3, 3)
    await moved(register, gone, "monitor")
    await moved(register, gone, "close")
    new = await a_risk_of(register, 3, 4)
    logged = await a_risk(register.db, cast.lead, cast.project)
    rejected = await a_risk(register.db, cast.lead, cast.project)
    await moved(register, rejected, "reject")
    found = await since(register, at=at)
    assert codes(found["opened"]) == [new.code, logged.code]
    assert codes(found["closed"]) == [gone.code]
    assert codes(found["worsened"]) == [worse.code]
    assert codes(found["improved"]) == [better.code]
    [one] = found["worsened"]["nodes"]
    assert (one["was"], one["now"]) == ({"band": "MEDIUM"}, {"band": "CRITICAL"})
    assert (one["cause"], one["rationale"]) == ("ASSESSED", "Measured anew")
    assert datetime.fromisoformat(one["at"]) > datetime.fromisoformat(at)
    [ended] = found["closed"]["nodes"]
    assert ended["rationale"]
    assert draft.code not in str(found)


async def test_an_entry_and_its_time_are_the_same_moment(register: Register) -> None:
    risk = await a_risk_of(register, 3, 3)
    seq = await register.seq()
    at = await a_moment(register)
    await reassessed(register, risk, 5, 5)
    by_entry, by_time = await since(register, seq=seq), await since(register, at=at)
    assert by_entry == by_time
    assert codes(by_entry["worsened"]) == [risk.code]
    assert codes((await since(register, seq=await register.seq()))["worsened"]) == []


async def test_what_an_action_did_is_told_by_its_code(register: Register) -> None:
    cast = register.cast
    risk = await a_risk_of(register, 4, 4)
    action = await a_mitigation(register.db, cast.manager, (risk, 2, 0))
    action = await brought(register, action, MitigationStatus.IN_PROGRESS)
    at = await a_moment(register)
    action = await moved(register, action, "implement")
    done = await since(register, at=at)
    [one] = done["improved"]["nodes"]
    assert (one["cause"], one["reference"]) == ("MITIGATION_IMPLEMENTED", action.code)
    assert codes(done["actions"]["implemented"]) == [action.code]
    assert done["actions"]["verified"] == NOTHING
    at = await a_moment(register)
    action = await moved(register, action, "begin_verification")
    await moved(register, action, "record_verdict", by=cast.qa)
    judged = await since(register, at=at)
    [one] = judged["improved"]["nodes"]
    assert (one["cause"], one["reference"]) == ("MITIGATION_VERIFIED", action.code)
    assert codes(judged["actions"]["verified"]) == [action.code]
    assert judged["actions"]["implemented"] == NOTHING


async def test_time_alone_takes_a_risk_out_of_tolerance(register: Register) -> None:
    """A HIGH risk of a vendor may be above appetite for 45 days; nobody writes anything."""
    risk = await a_risk_of(register, 3, 4, category=RiskCategory.VENDOR)
    at = await a_moment(register)
    register.clock.advance(days=60)
    found = await since(register, at=at)
    assert codes(found["outOfTolerance"]) == [risk.code]
    assert found["worsened"] == NOTHING
    [one] = found["outOfTolerance"]["nodes"]
    assert one["cause"] is None
    assert datetime.fromisoformat(one["at"]) > datetime.fromisoformat(at)
    later = (register.clock.now() - timedelta(days=1)).isoformat()
    assert (await since(register, at=later))["outOfTolerance"] == NOTHING
    at = await a_moment(register)
    await reassessed(register, risk, 1, 1)
    assert codes((await since(register, at=at))["backInTolerance"]) == [risk.code]


async def test_actions_slip_and_grow_late(register: Register) -> None:
    cast, db = register.cast, register.db
    risk = await a_risk_of(register, 3, 3)
    late, slipping, other = [
        await a_mitigation(db, cast.manager, (risk, 1, 1), due_in=days) for days in (2, 3, 30)
    ]
    slipping = await brought(register, slipping, MitigationStatus.APPROVED)
    at = await a_moment(register)
    await moved(register, slipping, "reschedule", due_on=date(2026, 12, 1))
    register.clock.advance(days=4)
    found = (await since(register, at=at))["actions"]
    assert codes(found["overdue"]) == [late.code]
    assert found["slipped"]["nodes"] == [
        {"dueWas": "2026-11-19", "dueNow": "2026-12-01", "mitigation": {"code": slipping.code}}
    ]
    assert other.code not in str(found)
    again = await a_moment(register)
    register.clock.advance(days=1)
    assert (await since(register, at=again))["actions"]["overdue"] == NOTHING, "it was late then"


async def test_acceptances_end_by_date_or_by_hand(register: Register) -> None:
    cast, clock = register.cast, register.clock
    by_date, by_hand, holding = [await a_risk_of(register, 2, 3) for _ in range(3)]
    last = date(2026, 11, 20)
    await moved(register, by_date, "accept", by=cast.vp, expires_on=last)
    await moved(register, by_hand, "accept", by=cast.vp, expires_on=date(2026, 12, 1))
    await moved(register, holding, "accept", by=cast.vp, expires_on=date(2026, 12, 1))
    at = await a_moment(register)
    await moved(register, by_hand, "revoke_acceptance", by=cast.vp)
    revoked_at = clock.now()
    clock.set(clock.now() + timedelta(days=6))
    found = (await since(register, at=at))["acceptancesEnded"]
    assert [(one["acceptance"]["code"], one["why"]) for one in found["nodes"]] == [
        ("A-002", "REVOKED"),
        ("A-001", "EXPIRED"),
    ]
    times = [datetime.fromisoformat(one["at"]) for one in found["nodes"]]
    assert abs(times[0] - revoked_at) < timedelta(seconds=1)
    assert times[1].isoformat() == "2026-11-20T16:00:00+00:00", "the end of its last day"


async def test_what_was_told_for_the_first_time_is_no_restatement(register: Register) -> None:
    cast, db = register.cast, register.db
    series = await measured(db, cast.project, await an_sla(db), {1: (9, 10), 2: (9, 10)})
    at = await a_moment(register)
    await told(db, series, {date(2026, 11, 13): (9, 10)})
    assert (await since(register, at=at))["restatements"] == NOTHING


async def test_between_two_moments_of_the_past(register: Register) -> None:
    risk = await a_risk_of(register, 3, 3)
    first = await a_moment(register)
    await reassessed(register, risk, 5, 5)
    second = await a_moment(register)
    await reassessed(register, risk, 1, 1)
    new = await a_risk_of(register, 3, 3)
    found = await since(register, at=first, of=second)
    assert codes(found["worsened"]) == [risk.code]
    assert new.code not in codes(found["opened"])
    assert codes((await since(register, at=first))["improved"]) == [risk.code]


async def test_everybody_is_told_of_what_they_see(register: Register) -> None:
    cast, db = register.cast, register.db
    at = await a_moment(register)
    own = await an_assessed_risk(db, cast.lead, cast.project, vendors=(cast.aster,))
    other = await an_assessed_risk(db, cast.lead, cast.other_project, vendors=(cast.boreal,))
    assert codes((await since(register, at=at))["opened"]) == [own.code, other.code]
    assert codes((await since(register, cast.vendor, at=at))["opened"]) == [own.code]
    assert codes((await since(register, cast.rival, at=at))["opened"]) == [other.code]
    assert codes((await since(register, cast.requestor, at=at))["opened"]) == [own.code]
    assert codes((await since(register, cast.admin, at=at))["opened"]) == []


async def test_only_what_can_be_told_is_asked(register: Register) -> None:
    lead, now = register.cast.lead, register.clock.advance(minutes=1)
    await a_risk_of(register, 3, 3)
    for given in (
        {},
        {"seq": 1, "at": now.isoformat()},
        {"seq": 10**9},
        {"at": (now + timedelta(days=1)).isoformat()},
        {"seq": await register.seq(), "of": (now - timedelta(seconds=50)).isoformat()},
    ):
        assert await register.refused(lead, SINCE, **given) == ["BAD_USER_INPUT"], given
    for size in (-1, 101):
        document = f"{{ changesSince(seq: 1) {{ opened(first: {size}) {{ totalCount }} }} }}"
        assert await register.refused(lead, document) == ["BAD_USER_INPUT"]


async def test_the_number_of_statements_does_not_grow(register: Register) -> None:
    at = await a_moment(register)
    risk = await a_risk_of(register, 3, 3)
    await a_mitigation(register.db, register.cast.manager, (risk, 1, 1))
    _, few = await register.execute(register.cast.lead, SINCE, {"at": at})
    for _ in range(4):
        risk = await a_risk_of(register, 3, 3)
        await a_mitigation(register.db, register.cast.manager, (risk, 1, 1))
    answer, many = await register.execute(register.cast.lead, SINCE, {"at": at})
    assert answer.data is not None
    assert answer.data["changesSince"]["opened"]["totalCount"] == 5
    assert many.statements == few.statements
