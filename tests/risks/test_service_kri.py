"""Adding, changing, pausing and retiring KRIs, and seeing their breaches."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from strawberry import ID, Some

from riskreg.kit.ids import global_id
from riskreg.kit.view import View
from riskreg.metrics.rules import Cadence, Direction
from riskreg.people.auth import SYSTEM
from riskreg.risks import inputs_kri as inputs
from riskreg.risks import service_kri
from riskreg.risks.models_kri import Kri, KriSpell
from riskreg.risks.rules import RiskStatus
from riskreg.risks.rules_kri import Comparator, KriBasis, KriStatus
from tests.cast import Register
from tests.factories import id_of
from tests.metrics.arranged import a_metric, a_series
from tests.risks.arranged import a_risk_in, moved, now, refused
from tests.risks.watched import (
    FIRST,
    a_kri,
    a_watched_series,
    acknowledged,
    adding,
    breaches,
    day,
    days_of,
    kri_now,
    moved_kri,
    observed,
    refused_kri,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
S, R = KriStatus, RiskStatus
TODAY = date(2026, 11, 16)


def at(register: Register, day_of_november: int) -> None:
    """Make it the afternoon of a day in Singapore."""
    register.clock.set(datetime(2026, 11, day_of_november, 8, tzinfo=UTC))


async def test_kri_has_what_was_said_and_the_rest_by_default(watch: Register) -> None:
    risk = await a_risk_in(watch, R.ASSESSED)
    series = await a_watched_series(watch, min_sample=500)
    await observed(watch, series, "NNA")
    added = inputs.AddKri(
        risk_id=id_of(risk),
        series_id=id_of(series),
        name=" Leakage ",
        playbook="Call the gold set's owner\nRe-calibrate",
        basis=KriBasis.WINDOW_MEAN,
        amber=2.0,
        red=3.0,
    )
    kri = await watch.does(watch.cast.lead, service_kri.add, added)
    row = await kri_now(watch, kri)
    assert row.code.startswith("KRI-")
    assert (row.name, row.playbook) == ("Leakage", "Call the gold set's owner\nRe-calibrate")
    assert (row.comparator, row.window_days, row.min_sample) == (Comparator.ABOVE, 28, 500)
    assert (row.persist_k, row.persist_n, row.clear_after) == (2, 3, 3)
    assert (row.watched_from, row.evaluated_on) == (day(2), day(2)), "the newest that was observed"
    assert row.value == pytest.approx((1 + 1 + 2.5) / 3)
    assert (row.recorded_status, row.sample_size) == (S.NORMAL, 60_000)
    assert (await now(watch, risk)).kri_count == 1


async def test_kri_of_a_silent_series_is_watched_from_today(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series, watched_from=None, basis=KriBasis.POINT)
    row = await kri_now(watch, kri)
    assert (row.watched_from, row.window_days) == (TODAY, 1)


async def test_bad_side_is_that_of_the_metric(watch: Register) -> None:
    risk = await a_risk_in(watch, R.ASSESSED)
    accuracy = await a_series(watch.db, await a_metric(watch.db, "GOLD_SIDE"))
    kri = await a_kri(watch, risk, accuracy, amber=95.0, red=90.0)
    assert (await kri_now(watch, kri)).comparator is Comparator.BELOW
    band = await a_metric(
        watch.db, "UTIL_SIDE", direction=Direction.TARGET_BAND, band_low=70.0, band_high=85.0
    )
    util = await a_series(watch.db, band)
    kri = await a_kri(watch, risk, util, comparator=Comparator.ABOVE, amber=85.0, red=90.0)
    assert (await kri_now(watch, kri)).comparator is Comparator.ABOVE
    without = adding(risk, util, amber=85.0, red=90.0)
    found = await watch.refusals(watch.cast.lead, service_kri.add, without)
    assert found == [("MISSING", ("comparator",))]


REFUSALS: list[tuple[dict[str, Any], list[tuple[str, tuple[str, ...]]]]] = [
    ({"name": " "}, [("REQUIRED", ("name",))]),
    ({"name": "x" * 201}, [("TOO_LONG", ("name",))]),
    ({"playbook": ""}, [("REQUIRED", ("playbook",))]),
    ({"playbook": "x" * 4001}, [("TOO_LONG", ("playbook",))]),
    ({"red": 2.0}, [("OUT_OF_RANGE", ("red",))]),
    ({"red": 1.0, "window_days": 0}, [("OUT_OF_RANGE", (f,)) for f in ("red", "windowDays")]),
    ({"comparator": Comparator.BELOW}, [("OUT_OF_RANGE", ("red",))]),
    ({"persist_k": 4}, [("OUT_OF_RANGE", ("persistK",))]),
    ({"min_sample": -1}, [("OUT_OF_RANGE", ("minSample",))]),
    ({"clear_after": 0}, [("OUT_OF_RANGE", ("clearAfter",))]),
    ({"watched_from": TODAY + timedelta(days=1)}, [("OUT_OF_RANGE", ("watchedFrom",))]),
    ({"watched_from": TODAY - timedelta(days=1099)}, [("OUT_OF_RANGE", ("watchedFrom",))]),
    ({"code": "KRI 7"}, [("INVALID", ("code",))]),
    ({"code": "KRI-TAKEN"}, [("DUPLICATE", ("code",))]),
]


async def test_what_is_wrong_is_told_by_its_field(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.ASSESSED), await a_watched_series(watch)
    await a_kri(watch, risk, series, code="KRI-TAKEN")
    before = await now(watch, risk)
    for given, expected in REFUSALS:
        found = await watch.refusals(
            watch.cast.lead, service_kri.add, adding(risk, series, **given)
        )
        assert (given, found) == (given, expected)
    assert await now(watch, risk) == before


async def test_risk_and_series_have_to_be_there_and_the_risk_to_run(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.ASSESSED), await a_watched_series(watch)
    nobody = ID(global_id("risk", "0" * 32))
    for given, field in (
        (replace(adding(risk, series), risk_id=nobody), "riskId"),
        (replace(adding(risk, series), series_id=ID(global_id("series", "0" * 32))), "seriesId"),
        (replace(adding(risk, series), series_id=id_of(risk)), "seriesId"),
    ):
        found = await watch.refusals(watch.cast.lead, service_kri.add, given)
        assert found == [("NOT_FOUND", (field,))]
    for state in (R.CLOSED, R.REJECTED):
        ended = adding(await a_risk_in(watch, state), series)
        found = await watch.refusals(watch.cast.lead, service_kri.add, ended)
        assert found == [("NOT_READY", ())]


async def test_another_rule_judges_from_today_on(alone: Register) -> None:
    risk, series = await a_risk_in(alone, R.ASSESSED), await a_watched_series(alone)
    kri = await a_kri(alone, risk, series)
    await observed(alone, series, "NRNNNNAA")
    [breach] = await breaches(alone, kri)
    assert days_of(breach) == ("AMBER", 7, None, None)
    at(alone, 18)
    kri = await moved_kri(alone, kri, "change", amber=Some(2.8), name=Some("Leakage in vi-VN"))
    # The days before are judged by what held then: the breach stays.
    assert [days_of(one) for one in await breaches(alone, kri)] == [("AMBER", 7, None, None)]
    at(alone, 20)
    await observed(alone, series, "NN-AAA", first=13)
    [breach] = await breaches(alone, kri)
    # 2.5 bps on the 18th to the 20th is calm now, and two calm days before count no more.
    assert days_of(breach) == ("AMBER", 7, None, 18)
    [spell] = await spells(alone, kri)
    assert (spell.from_on, spell.until_on, spell.amber) == (FIRST, date(2026, 11, 18), 2.0)
    row = await kri_now(alone, kri)
    assert (row.amber, row.ruled_from, row.name) == (
        2.8,
        date(2026, 11, 18),
        "Leakage in vi-VN",
    )
    # Late numbers of a day before are judged by the rule of that day.
    await observed(alone, series, "AA", first=1)
    assert [days_of(one) for one in await breaches(alone, kri)] == [
        ("AMBER", 2, None, 5),
        ("AMBER", 7, None, 18),
    ]


async def spells(register: Register, kri: Kri) -> list[Any]:
    """The former rules of a KRI, oldest first."""
    view = register.view()
    spell: Any = view.of(KriSpell)
    columns = (spell.from_on, spell.until_on, spell.amber, spell.red)
    query = select(*columns).where(spell.kri_id == kri.id).order_by(spell.from_on)
    return list(await register.db.rows(view, query))


async def test_a_rule_mended_on_the_day_it_was_made_leaves_no_trace(alone: Register) -> None:
    risk, series = await a_risk_in(alone, R.ASSESSED), await a_watched_series(alone)
    await observed(alone, series, "AAA")
    kri = await a_kri(alone, risk, series)
    assert len(await breaches(alone, kri)) == 1
    kri = await moved_kri(alone, kri, "change", amber=Some(2.8))
    [retracted] = await breaches(alone, kri)
    assert retracted.retracted_at is not None
    assert ((await kri_now(alone, kri)).ruled_from, await spells(alone, kri)) == (FIRST, [])


async def test_words_change_without_another_rule(alone: Register) -> None:
    risk, series = await a_risk_in(alone, R.ASSESSED), await a_watched_series(alone)
    kri = await a_kri(alone, risk, series)
    at(alone, 18)
    await moved_kri(alone, kri, "change", playbook=Some("Call her"), amber=Some(2.0))
    row = await kri_now(alone, kri)
    assert (row.playbook, row.ruled_from, await spells(alone, kri)) == ("Call her", FIRST, [])


async def test_changes_that_cannot_be(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    table: list[tuple[dict[str, Any], tuple[str, tuple[str, ...]]]] = [
        ({"red": Some(2.0)}, ("OUT_OF_RANGE", ("red",))),
        ({"amber": Some(None)}, ("REQUIRED", ("amber",))),
        ({"window_days": Some(None)}, ("REQUIRED", ("windowDays",))),
        ({"persist_n": Some(1)}, ("OUT_OF_RANGE", ("persistK",))),
        ({"playbook": Some(None)}, ("REQUIRED", ("playbook",))),
        ({"name": Some("")}, ("REQUIRED", ("name",))),
    ]
    for given, expected in table:
        assert await refused_kri(watch, kri, "change", **given) == [expected]
    assert await refused_kri(watch, kri, "resume") == [("MOVE_NOT_ALLOWED", ())]


async def test_paused_days_are_not_judged(alone: Register) -> None:
    risk, series = await a_risk_in(alone, R.ASSESSED), await a_watched_series(alone)
    kri = await a_kri(alone, risk, series)
    await observed(alone, series, "NNR")
    at(alone, 18)
    kri = await moved_kri(alone, kri, "pause")
    at(alone, 20)
    await observed(alone, series, "NNNNRRR", first=12)
    row = await kri_now(alone, kri)
    assert (row.status, row.evaluated_on, row.paused_at) == (S.PAUSED, day(2), kri.paused_at)
    assert await refused_kri(alone, kri, "pause") == [("MOVE_NOT_ALLOWED", ())]
    await moved_kri(alone, kri, "resume")
    # The 18th and 19th, both RED, lie in the pause; the 20th is judged.
    row = await kri_now(alone, kri)
    assert (row.recorded_status, row.evaluated_on, row.paused_at) == (S.NORMAL, day(18), None)
    assert (await breaches(alone, kri), row.consecutive) == ([], 1)
    at(alone, 21)
    await observed(alone, series, "R", first=19)
    assert [days_of(one) for one in await breaches(alone, kri)] == [("RED", 19, 19, None)]


async def test_a_rule_changed_in_a_pause_judges_from_its_end_on(alone: Register) -> None:
    risk, series = await a_risk_in(alone, R.ASSESSED), await a_watched_series(alone)
    kri = await a_kri(alone, risk, series)
    at(alone, 18)
    kri = await moved_kri(alone, kri, "pause")
    at(alone, 20)
    kri = await moved_kri(alone, kri, "change", red=Some(9.0))
    at(alone, 22)
    await observed(alone, series, "NNNNRRRRR", first=12)
    assert (await breaches(alone, kri), (await kri_now(alone, kri)).evaluated_on) == ([], None)
    kri = await moved_kri(alone, kri, "resume")
    [spell] = await spells(alone, kri)
    assert (spell.from_on, spell.until_on, spell.red) == (FIRST, date(2026, 11, 18), 3.0)
    at(alone, 23)
    await observed(alone, series, "R", first=21)
    assert [days_of(one) for one in await breaches(alone, kri)] == [("AMBER", 21, None, None)]


async def test_open_breach_outlasts_a_pause(alone: Register) -> None:
    risk, series = await a_risk_in(alone, R.MONITORING), await a_watched_series(alone)
    kri = await a_kri(alone, risk, series)
    await observed(alone, series, "AA")
    kri = await moved_kri(alone, kri, "pause")
    assert [days_of(one) for one in await breaches(alone, kri)] == [("AMBER", 1, None, None)]
    assert await refused(alone, risk, "close") == [("NOT_READY", ())]


async def test_retiring_takes_that_somebody_has_seen_the_breach(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.MONITORING), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "AA")
    assert await refused_kri(watch, kri, "retire") == [("NOT_READY", ())]
    await acknowledged(watch, kri)
    assert await refused_kri(watch, kri, "retire", reason=" ") == [("REQUIRED", ("reason",))]
    await moved_kri(watch, kri, "retire")
    [breach] = await breaches(watch, kri)
    assert (breach.closed_on, breach.closed_at) == (TODAY, watch.db.now())
    row = await kri_now(watch, kri)
    assert (row.status, row.retired_at) == (S.RETIRED, watch.db.now())
    told = await now(watch, risk)
    assert (told.kri_count, told.kri_retired_at) == (0, watch.db.now())
    await observed(watch, series, "RRRR", first=2)
    assert (await breaches(watch, kri), await kri_now(watch, kri)) == ([breach], row)
    for name in ("change", "pause", "resume", "retire"):
        assert await refused_kri(watch, kri, name) == [("MOVE_NOT_ALLOWED", ())]


async def test_acknowledging_says_who_saw_it_and_what_it_is(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "RR")
    [before] = await breaches(watch, kri)
    assert (before.acknowledged_at, before.false_alarm) == (None, None)
    await acknowledged(watch, kri, note="A reviewer was ill", false_alarm=True)
    [breach] = await breaches(watch, kri)
    assert (breach.acknowledged_by_id, breach.acknowledged_at, breach.false_alarm) == (
        watch.cast.lead.id,
        watch.db.now(),
        True,
    )
    assert (breach.note, breach.closed_on) == ("A reviewer was ill", None), "numbers close it"
    await acknowledged(watch, kri, by=watch.cast.analyst, note="No: it is real")
    [again] = await breaches(watch, kri)
    assert (again.acknowledged_by_id, again.false_alarm) == (watch.cast.analyst.id, False)


async def test_versions_are_asked_for(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "RR")
    [breach] = await breaches(watch, kri)
    stale = inputs.PauseKri(id=id_of(kri), expected_version=7, reason="The feed is rebuilt")
    found = await watch.refusals(watch.cast.lead, service_kri.pause, stale)
    assert found == [("VERSION_CONFLICT", ("expectedVersion",))]
    seen = inputs.AcknowledgeBreach(
        id=ID(global_id("breach", breach.id)), expected_version=7, note="Seen"
    )
    found = await watch.refusals(watch.cast.lead, service_kri.acknowledge, seen)
    assert found == [("VERSION_CONFLICT", ("expectedVersion",))]


async def test_weekly_series_are_judged_by_the_week(watch: Register) -> None:
    risk = await a_risk_in(watch, R.ASSESSED)
    series = await a_watched_series(watch, cadence=Cadence.WEEKLY, expected_lag_hours=0)
    kri = await a_kri(watch, risk, series, watched_from=date(2026, 10, 5))
    await observed(watch, series, "A------A", first=-7)
    [breach] = await breaches(watch, kri)
    assert days_of(breach) == ("AMBER", 0, None, None)
    # The week of the 2nd ends on the 9th, and two weeks may pass.
    assert (await kri_now(watch, kri)).stale_after == datetime(2026, 11, 23, tzinfo=UTC)


async def test_a_risk_is_monitored_by_its_kri_and_missed_when_it_retires(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await moved(watch, risk, "monitor", not_measurable=None)
    await moved_kri(watch, kri, "retire")
    document = "query ($id: ID!) { risk(id: $id) { findings { rule } } }"
    shown = await watch.ask(SYSTEM, document, id=id_of(risk))
    assert {"rule": "MISSING_KRI"} in shown["risk"]["findings"]


async def test_a_rehearsal_writes_nothing(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.MONITORING), await a_watched_series(watch)
    await observed(watch, series, "RR")
    document = """mutation ($i: AddKriInput!) { addKri(input: $i) { kri { code }
      userErrors { field code } } }"""
    given = {
        "riskId": id_of(risk),
        "seriesId": id_of(series),
        "name": "Leakage",
        "playbook": "Re-calibrate",
        "basis": "POINT",
        "amber": 2.0,
        "red": 3.0,
        "watchedFrom": FIRST.isoformat(),
        "dryRun": True,
    }
    before, seq = await now(watch, risk), await watch.seq()
    answer = await watch.ask(watch.cast.lead, document, i=given)
    assert answer == {"addKri": {"kri": None, "userErrors": []}}
    answer = await watch.ask(watch.cast.lead, document, i={**given, "red": 1.0})
    errors = [{"field": ["red"], "code": "OUT_OF_RANGE"}]
    assert answer == {"addKri": {"kri": None, "userErrors": errors}}
    assert (await now(watch, risk), await watch.seq()) == (before, seq)
    await watch.ask(watch.cast.lead, document, i={**given, "dryRun": False})
    assert (await now(watch, risk, View(SYSTEM, watch.db.now()))).status is R.ASSESSED
