"""What is told of a series is judged with it: breaches open once, close, and are retracted."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Act, Database
from riskreg.kit.jobs import enqueue
from riskreg.kit.view import View
from riskreg.people.auth import SYSTEM
from riskreg.risks.events import KriBreached, KriWentRed
from riskreg.risks.models_kri import Kri, KriBreach
from riskreg.risks.rules import RiskStatus
from riskreg.risks.rules_kri import BreachLevel, KriBasis, KriStatus
from riskreg.risks.service_kri_sweep import untold
from riskreg.risks.service_kri_watch import evaluate
from riskreg.wiring import HANDLERS, worker_of
from tests.cast import Cast, Register, opened
from tests.metrics.arranged import told
from tests.risks.arranged import a_risk_in, moved
from tests.risks.watched import (
    FIRST,
    HEARD,
    LETTERS,
    a_kri,
    a_watched_series,
    breaches,
    day,
    days_of,
    kri_now,
    observed,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
S = KriStatus


async def judged(register: Register, kri: Kri, times: int = 1) -> None:
    """Evaluate a KRI again, all of its watch, so many times."""

    async def work(session: AsyncSession, view: View) -> None:
        await evaluate(session, view, [kri.id])

    for _ in range(times):
        await register.db.write(SYSTEM, Act("evaluateKris"), work)


async def test_two_of_three_open_a_breach_with_its_evidence(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series, code="KRI-EVIDENCE")
    HEARD.clear()
    await observed(watch, series, "NNR")
    row = await kri_now(watch, kri)
    assert (row.status, row.consecutive, row.evaluated_on) == (S.STALE, 1, day(2))
    assert await breaches(watch, kri) == []
    await observed(watch, series, "W", first=3)
    [breach] = await breaches(watch, kri)
    assert days_of(breach) == ("RED", 3, 3, None)
    assert (breach.risk_id, breach.threshold, breach.opened_at) == (risk.id, 3.0, watch.db.now())
    assert (breach.value, breach.sample_size, breach.consecutive) == (7.0, 20_000, 2)
    assert (breach.peak_value, breach.peak_on, breach.peak_sample_size) == (7.0, day(3), 20_000)
    # Wilson of 14 of 20 000: .000796 ± .000379, by hand.
    assert [breach.low, breach.high] == pytest.approx([4.17, 11.75], abs=0.01)
    assert breach.evidence == (
        f"KRI-EVIDENCE RED on {day(3)}: value 7 bps of views (4.17–11.7), n 20,000, above 3"
    )
    assert [
        KriBreached(breach.id, kri.id, risk.id, BreachLevel.RED),
        KriWentRed(breach.id, kri.id, risk.id),
    ] == HEARD


async def test_amber_that_turns_red_is_one_breach_and_red_once(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    HEARD.clear()
    await observed(watch, series, "AA")
    [breach] = await breaches(watch, kri)
    assert (days_of(breach), breach.red_at) == (("AMBER", 1, None, None), None)
    watch.clock.advance(hours=1)
    await observed(watch, series, "RRRRNR", first=2)
    [same] = await breaches(watch, kri)
    assert (same.id, days_of(same)) == (breach.id, ("RED", 1, 3, None))
    assert (same.opened_at, same.red_at) == (breach.opened_at, watch.db.now())
    kinds = [type(happened) for happened in HEARD]
    assert kinds == [KriBreached, KriWentRed]
    assert (await kri_now(watch, kri)).recorded_status is S.RED


async def test_three_calm_days_close_it_and_the_next_is_another(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    for at, letter in enumerate("RRNNRNNN"):
        await observed(watch, series, letter, first=at)
    [breach] = await breaches(watch, kri)
    assert days_of(breach) == ("RED", 1, 1, 7)
    assert breach.closed_at == watch.db.now()
    assert (await kri_now(watch, kri)).recorded_status is S.NORMAL
    await observed(watch, series, "AA", first=8)
    assert [days_of(one) for one in await breaches(watch, kri)] == [
        ("RED", 1, 1, 7),
        ("AMBER", 9, None, None),
    ]


async def test_judging_again_changes_nothing(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.MONITORING), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series, basis=KriBasis.EWMA, window_days=7)
    await observed(watch, series, "ARRNNNRRRIR")
    before = (await kri_now(watch, kri), await breaches(watch, kri))
    assert len(before[1]) == 1
    HEARD.clear()
    watch.clock.advance(hours=1)
    await judged(watch, kri, times=10)
    assert (await kri_now(watch, kri), await breaches(watch, kri)) == before
    assert (HEARD, await untold(watch.db)) == ([], {})


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_order_of_arrival_does_not_matter(watch: Register, order: tuple[int, ...]) -> None:
    """Late periods fill in; what stands at the end is what all of them say together."""
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    pieces = [(0, "RRN"), (3, "NNN"), (6, "ARR")]
    for place in order:
        first, letters = pieces[place]
        await observed(watch, series, letters, first=first)
    standing = [one for one in await breaches(watch, kri) if one.retracted_at is None]
    assert [days_of(one) for one in standing] == [("RED", 1, 1, 4), ("RED", 7, 8, None)]


async def test_restated_numbers_retract_a_breach_and_delete_nothing(watch: Register) -> None:
    """EV-12: overturns were counted three times, then told again."""
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "NNNRRRRR")
    [breach] = await breaches(watch, kri)
    watch.clock.advance(days=1)
    await observed(watch, series, "NNNNN", first=3)
    [retracted] = await breaches(watch, kri)
    assert retracted.id == breach.id
    assert (retracted.retracted_at, retracted.closed_at) == (watch.db.now(), watch.db.now())
    assert days_of(retracted) == ("RED", 4, 4, 7)
    assert (retracted.peak_value, retracted.evidence) == (breach.peak_value, breach.evidence)
    assert (await kri_now(watch, kri)).recorded_status is S.NORMAL
    await judged(watch, kri)
    assert await breaches(watch, kri) == [retracted]
    await observed(watch, series, "RR", first=8)
    assert [days_of(one) for one in await breaches(watch, kri)] == [
        days_of(retracted),
        ("RED", 9, 9, None),
    ]


async def test_restated_numbers_move_what_still_is_a_breach(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "RRR")
    [breach] = await breaches(watch, kri)
    assert days_of(breach) == ("RED", 1, 1, None)
    await observed(watch, series, "N")  # the first day was calm after all
    [same] = await breaches(watch, kri)
    assert (same.id, days_of(same)) == (breach.id, ("RED", 2, 2, None))
    await observed(watch, series, "AAA", first=0)
    [lower] = await breaches(watch, kri)
    assert (lower.id, days_of(lower)) == (breach.id, ("AMBER", 1, None, None))
    assert lower.red_at == breach.red_at, "what it did then is not undone"
    assert lower.threshold == 2.0


async def test_late_numbers_leave_open_what_had_closed(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "RRN-NN")
    [closed] = await breaches(watch, kri)
    assert days_of(closed) == ("RED", 1, 1, 5)
    await observed(watch, series, "R", first=3)
    [same] = await breaches(watch, kri)
    assert (same.id, days_of(same), same.closed_at) == (closed.id, ("RED", 1, 1, None), None)


async def test_thin_samples_are_never_red(watch: Register) -> None:
    """EV-9: one odd value of 3 000 instead of 30 000 views."""
    risk, series = await a_risk_in(watch, RiskStatus.MONITORING), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "NIIII")
    row = await kri_now(watch, kri)
    assert (row.recorded_status, row.value, row.sample_size) == (S.INSUFFICIENT_SAMPLE, None, 50)
    assert await breaches(watch, kri) == []
    await observed(watch, series, "RR", first=5)
    await observed(watch, series, "I", first=7)
    row = await kri_now(watch, kri)
    assert (row.recorded_status, row.value) == (S.RED, None), "an open breach keeps its level"


async def test_status_is_stale_at_its_deadline_without_a_write(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    never_told = await kri_now(watch, kri)
    assert (never_told.status, never_told.evaluated_on) == (S.STALE, None)
    await observed(watch, series, "NRR", first=12)
    # The day ends on the 17th, its value is there a day later, and two periods may pass.
    ends = datetime(2026, 11, 20, tzinfo=UTC)
    assert (await kri_now(watch, kri)).stale_after == ends
    seq = await watch.seq()
    for at, status in ((ends - timedelta(microseconds=1), S.RED), (ends, S.STALE)):
        assert (await kri_now(watch, kri, View(SYSTEM, at))).status is status
    assert await watch.seq() == seq
    [breach] = await breaches(watch, kri, View(SYSTEM, ends))
    assert breach.closed_on is None


async def test_what_was_over_before_the_watch_is_noted_and_moves_nobody(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.MONITORING), await a_watched_series(watch)
    await observed(watch, series, "RRRNNNNAA")
    HEARD.clear()
    kri = await a_kri(watch, risk, series)
    over, lasting = await breaches(watch, kri)
    assert (days_of(over), days_of(lasting)) == (("RED", 1, 1, 5), ("AMBER", 8, None, None))
    assert (over.red_at, over.opened_at, over.closed_at) == (None, watch.db.now(), watch.db.now())
    assert [KriBreached(lasting.id, kri.id, risk.id, BreachLevel.AMBER)] == HEARD


async def test_what_began_and_ended_since_the_last_judgement_is_news(watch: Register) -> None:
    """A feed that brings a week at once hides no RED."""
    risk, series = await a_risk_in(watch, RiskStatus.MONITORING), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "N")
    HEARD.clear()
    await observed(watch, series, "RRNNN", first=1)
    [breach] = await breaches(watch, kri)
    assert (days_of(breach), breach.red_at) == (("RED", 2, 2, 5), watch.db.now())
    assert [type(happened) for happened in HEARD] == [KriBreached, KriWentRed]


async def test_only_series_that_were_told_of_are_judged(watch: Register) -> None:
    risk = await a_risk_in(watch, RiskStatus.ASSESSED)
    series, other = await a_watched_series(watch), await a_watched_series(watch)
    kri, beside = await a_kri(watch, risk, series), await a_kri(watch, risk, other)
    before = await kri_now(watch, beside)
    await told(watch.db, other, {day(0): LETTERS["R"], day(1): LETTERS["R"]})
    await observed(watch, series, "RR")
    assert len(await breaches(watch, kri)) == 1
    assert (await breaches(watch, beside), await kri_now(watch, beside)) == ([], before)


async def test_the_hourly_job_judges_what_nobody_judged(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "NNNN")
    # So that what other tests of this module left is judged, too.
    await run_job(watch)
    assert await untold(watch.db) == {}
    watch.clock.advance(minutes=5)
    await told(watch.db, series, {day(4): LETTERS["R"], day(5): LETTERS["R"]})
    assert await untold(watch.db) == {kri.id: day(4)}
    seq = await watch.seq()
    await run_job(watch)
    assert [days_of(one) for one in await breaches(watch, kri)] == [("RED", 5, 5, None)]
    assert await watch.seq() == seq + 2  # the test's own enqueueing, and the judgement
    await run_job(watch)
    assert await watch.seq() == seq + 3, "nothing to write, so no entry"


async def run_job(register: Register) -> None:
    async def work(session: AsyncSession, view: View) -> None:
        await enqueue(session, "evaluateKris", {})

    await register.db.write(SYSTEM, Act("enqueue"), work)
    await worker_of(register.db).drain()


async def test_a_closed_risk_is_not_watched_until_it_is_restored(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.CLOSED), await a_watched_series(watch)
    risk = await moved(watch, risk, "restore")
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "NN")
    await moved(watch, risk, "reject")
    before = await kri_now(watch, kri)
    watch.clock.advance(minutes=5)
    await observed(watch, series, "RR", first=2)
    await run_job(watch)
    assert (await kri_now(watch, kri), await breaches(watch, kri)) == (before, [])
    await moved(watch, risk, "restore")
    await run_job(watch)
    assert [days_of(one) for one in await breaches(watch, kri)] == [("RED", 3, 3, None)]


async def test_three_evaluators_at_once_open_one_breach(cast_url: tuple[str, Cast]) -> None:
    url, cast = cast_url
    async with opened(url, cast) as alone:  # nobody reacts to what is told
        risk = await a_risk_in(alone, RiskStatus.ACCEPTED)
        series = await a_watched_series(alone)
        kri = await a_kri(alone, risk, series)
        await told(alone.db, series, {day(n): LETTERS["R"] for n in range(4)})
        workers = [Database(url, SettableClock(alone.db.now()), handlers=HANDLERS) for _ in "abc"]
        try:
            await asyncio.gather(
                *(judged(Register(db, alone.clock, cast), kri, times=3) for db in workers)
            )
        finally:
            for db in workers:
                await db.aclose()
        [breach] = await breaches(alone, kri)
        assert (days_of(breach), breach.version) == (("RED", 1, 1, None), 1)
        assert (await kri_now(alone, kri)).version == 2


async def test_the_database_refuses_a_second_open_breach(watch: Register) -> None:
    risk, series = await a_risk_in(watch, RiskStatus.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "RR")
    [breach] = await breaches(watch, kri)

    async def second(session: AsyncSession, view: View) -> None:
        columns = {name: getattr(breach, name) for name in breach._fields}
        session.add(KriBreach(**{**columns, "id": None}))
        await session.flush()

    with pytest.raises(IntegrityError):
        await watch.db.write(SYSTEM, Act("second"), second)
    assert await breaches(watch, kri) == [breach]
    assert breach.opened_on == FIRST + timedelta(days=1)
