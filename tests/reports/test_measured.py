"""ENVR in a brief: the facts are those of the series, and who tells them anew finds the brief."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from riskreg.kit.view import Actor
from riskreg.metrics import inputs, inputs_notes, service_notes
from riskreg.metrics import service as metrics
from riskreg.metrics.models import Metric, MetricSeries
from riskreg.metrics.rules import BridgeMethod, Direction, Weighting
from riskreg.projects import inputs as projects
from riskreg.projects import service_places
from riskreg.reports import compose, measured, service, stored
from riskreg.reports import facts_measured as m
from riskreg.reports import narrative_measured as lines
from riskreg.reports.facts import canonical
from riskreg.reports.inputs import CreateReport
from riskreg.reports.lint import lint
from riskreg.reports.models import Report
from tests.cast import Register
from tests.factories import done, id_of
from tests.metrics.arranged import a_metric, a_series, an_envr, days, told
from tests.reports import sample
from tests.reports.briefs import brief_of, looked_at

NEWEST = date(2026, 11, 15)
FIRST = NEWEST - timedelta(days=27)
BEFORE = FIRST - timedelta(days=28)
QUESTION = Path(__file__).parents[2] / "schema/operations/q12-numbers-not-to-trust.graphql"
RESTATED = """query Q($code: String!, $asOf: DateTime) { series(code: $code, asOf: $asOf) {
  restatements { periodStart old new affectedReports { code } } } }"""


async def envr_of_two_markets(register: Register) -> tuple[MetricSeries, MetricSeries]:
    """15 bps in pt-BR; in ja-JP, which has three times the views, 20 bps and then 30."""
    given = projects.CreateMarket(
        code="ja-JP", name="Japan", region="APAC", view_share=Decimal("0.3")
    )
    japan = await done(register.db, service_places.create_market, given)
    overturned = await a_metric(
        register.db, "OVERTURN", name="Overturn rate (ORR)", direction=Direction.LOWER
    )
    envr = await an_envr(register.db, paired_with_id=id_of(overturned))
    brazil = await a_series(register.db, envr, market_id=id_of(register.cast.market))
    japanese = await a_series(register.db, envr, market_id=id_of(japan))
    appeals = await a_series(register.db, overturned)
    await told(register.db, brazil, dict.fromkeys(days(BEFORE, 56), (30, 20_000)))
    await told(register.db, japanese, dict.fromkeys(days(BEFORE, 28), (40, 20_000)))
    await told(register.db, japanese, dict.fromkeys(days(FIRST, 28), (60, 20_000)))
    await told(register.db, appeals, dict.fromkeys(days(FIRST, 28), (61, 1000)))
    return brazil, japanese


async def found_in(register: Register) -> m.Measured:
    """What a brief of now says of ENVR."""
    found = await measured.envr((await looked_at(register)).reading)
    assert found is not None
    return found


def wilson(share: float, n: float) -> tuple[float, float]:
    """The interval of a share, by the textbook, in basis points."""
    z = 1.959964
    middle = share + z * z / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return tuple(1e4 * (middle + way * reach) / (1 + z * z / n) for way in (-1, 1))  # type: ignore[return-value]


async def test_a_register_without_envr_says_nothing_of_it(register: Register) -> None:
    assert (await brief_of(register)).measured is None
    await a_series(register.db, await an_envr(register.db))
    assert (await brief_of(register)).measured is None


async def test_a_brief_says_value_interval_n_version_and_series(register: Register) -> None:
    brazil, japan = await envr_of_two_markets(register)
    found = await found_in(register)
    now, before = found.now, found.before
    assert (now.metric, now.definitions, now.first, now.last) == ("ENVR", (1,), FIRST, NEWEST)
    assert now.total.value == 0.25 * 15 + 0.75 * 30
    assert now.total.series == (brazil.code, japan.code)
    assert (now.total.n, now.total.periods, now.total.expected) == (1_120_000, 56, 56)
    error = 1e4 * math.sqrt((0.25**2 * 0.0015 * 0.9985 + 0.75**2 * 0.003 * 0.997) / (28 * 20_000))
    assert now.total.low is not None
    assert now.total.high is not None
    assert now.total.low < 26.25 < now.total.high
    assert (now.total.high - now.total.low) / 2 == pytest.approx(1.96 * error, rel=0.01)
    assert now.total.text == "26.2 bps of views"
    assert before is not None
    assert (before.first, before.last) == (BEFORE, FIRST - timedelta(days=1))
    assert before.total.value == 0.25 * 15 + 0.75 * 20
    assert found.shift is not None
    assert (found.shift.kind, found.shift.value) == ("WORSE", 7.5)
    [other, own] = found.markets
    assert [(one.part, one.value, one.n, one.series) for one in (other, own)] == [
        ("ja-JP", 30.0, 560_000, (japan.code,)),
        ("pt-BR", 15.0, 560_000, (brazil.code,)),
    ]
    low, high = wilson(0.003, 560_000)
    assert other.low == pytest.approx(low, rel=1e-4)
    assert other.high == pytest.approx(high, rel=1e-4)
    assert found.highest == other
    assert found.pair is not None
    assert (found.pair.name, found.pair.total.text) == ("Overturn rate", "6.10 %")


async def test_a_change_inside_the_noise_is_none(register: Register) -> None:
    envr = await an_envr(register.db, weighting=Weighting.POOLED)
    series = await a_series(register.db, envr)
    await told(register.db, series, dict.fromkeys(days(BEFORE, 28), (15, 10_000)))
    await told(register.db, series, dict.fromkeys(days(FIRST, 28), (16, 10_000)))
    found = await found_in(register)
    assert found.shift is not None
    assert (found.shift.kind, found.shift.value) == ("SAME", 1.0)
    error = 1e4 * math.sqrt((0.0015 * 0.9985 + 0.0016 * 0.9984) / 280_000)
    assert found.shift.least == pytest.approx((1.96 + 0.8416) * error, rel=0.01)
    assert lines.change(found).text == (
        "no detectable change, was 15.0 (less than 2.9 would not show)"
    )
    assert (found.highest, found.pair) == (None, None)


async def broken(register: Register) -> Metric:
    """ENVR measured in another way from the first of the four weeks on."""
    envr = await an_envr(register.db, weighting=Weighting.POOLED)
    old = await a_series(register.db, envr)
    version = inputs.DefineMetricVersion(
        metric_id=id_of(envr), formula="wider", valid_from=FIRST, breaking=True
    )
    await done(register.db, metrics.define_version, version)
    new = await a_series(register.db, envr, version=2)
    await told(register.db, old, dict.fromkeys(days(BEFORE, 28), (20, 10_000)))
    await told(register.db, new, dict.fromkeys(days(FIRST, 28), (30, 10_000)))
    return envr


async def test_another_definition_is_not_compared_without_a_bridge(register: Register) -> None:
    await broken(register)
    found = await found_in(register)
    assert (found.now.definitions, found.now.total.value) == ((2,), 30.0)
    assert (found.before, found.shift) == (None, None)
    assert found.not_compared == "measured in another way from 19\xa0Oct on"
    assert lines.change(found).text == f"not compared: {found.not_compared}"
    assert [one.series for one in m.cited(found)] == ["SER-002"]


async def test_over_a_bridge_the_days_before_read_as_today(register: Register) -> None:
    """20 bps before would read 29 today: 90 of 100 000 items more are negative."""
    await broken(register)
    bridge = inputs_notes.RecordBridge(
        metric="ENVR",
        from_version=1,
        to_version=2,
        method=BridgeMethod.DUAL_LABELLED,
        from_on=BEFORE,
        to_on=FIRST,
        sample_size=100_000,
        both_negative=150,
        old_only=10,
        new_only=100,
    )
    await done(register.db, service_notes.record_bridge, bridge)
    found = await found_in(register)
    assert found.before is not None
    assert found.before.definitions == (1,)
    assert found.before.total.value == pytest.approx(29.0)
    assert found.shift is not None
    assert found.shift.kind == "SAME"
    assert lines.beside(found) == "Definition v2, the days before carried over from v1."
    assert m.cited(found) == (
        m.Cited("SER-001", BEFORE, FIRST - timedelta(days=1)),
        m.Cited("SER-002", FIRST, NEWEST),
    )


async def test_too_small_a_sample_is_said(register: Register) -> None:
    envr = await an_envr(register.db, weighting=Weighting.POOLED)
    series = await a_series(register.db, envr, min_sample=1000)
    await told(register.db, series, {NEWEST: (1, 999)})
    found = await found_in(register)
    assert (found.now.total.value, found.now.total.reason) == (None, "INSUFFICIENT_SAMPLE")
    shown = f"{lines.value(found.now)} {lines.basis(found.now, NEWEST)}"
    assert shown == "ENVR unknown in 28 days to 15\xa0Nov: too few were looked at"


async def test_new_ways_of_measuring_begin_their_own_days(register: Register) -> None:
    """Four days of version 2, whose predecessor was told of the four weeks before."""
    envr = await an_envr(register.db, weighting=Weighting.POOLED)
    old = await a_series(register.db, envr)
    version = inputs.DefineMetricVersion(
        metric_id=id_of(envr), formula="wider", valid_from=date(2026, 11, 12), breaking=True
    )
    await done(register.db, metrics.define_version, version)
    new = await a_series(register.db, envr, version=2)
    await told(register.db, old, dict.fromkeys(days(BEFORE, 52), (20, 10_000)))
    await told(register.db, new, dict.fromkeys(days(date(2026, 11, 12), 4), (30, 10_000)))
    found = await found_in(register)
    assert (found.now.first, found.now.days, found.now.total.value) == (
        date(2026, 11, 12),
        4,
        30.0,
    )
    assert found.now.total.expected == 4
    assert found.not_compared == "measured in another way from 12\xa0Nov on"


async def test_nothing_before_is_said(register: Register) -> None:
    envr = await an_envr(register.db, weighting=Weighting.POOLED)
    series = await a_series(register.db, envr)
    await told(register.db, series, dict.fromkeys(days(FIRST, 28), (15, 10_000)))
    found = await found_in(register)
    assert (found.now.days, found.before, found.shift) == (28, None, None)
    assert found.not_compared == "not measured before"


def test_every_number_of_the_lines_is_a_fact() -> None:
    """Also where no date has the same number by chance: 17 days of measuring."""
    of = sample.measured()
    now = m.told(("ENVR", "Rate"), (3,), (date(2026, 10, 30), date(2026, 11, 15)), of.now.total)
    facts = replace(sample.where_we_stand(), measured=replace(of, now=now))
    html = compose.where_we_stand(facts).html
    assert "17 days to" in html
    assert "UNTRACED_NUMBER" not in {one.rule for one in lint(facts, html)}


def test_facts_come_back_as_they_were_written() -> None:
    facts = sample.where_we_stand()
    assert facts.measured is not None
    assert stored.where_we_stand(canonical(facts).decode()) == facts


@pytest.mark.parametrize(
    ("kind", "value", "sign", "meaning", "text"),
    [
        ("WORSE", 1.2, "▲", "worse", "1.2 worse (0.8 to 1.6), was 14.6"),
        ("BETTER", -1.2, "▼", "better", "1.2 better (0.8 to 1.6), was 14.6"),
        ("OTHER", -1.2, "▼", "same", "1.2 moved (0.8 to 1.6), was 14.6"),
    ],
)
def test_a_change_has_a_sign_a_meaning_and_words(
    kind: str, value: float, sign: str, meaning: str, text: str
) -> None:
    bounds = (value - 0.4, value + 0.4)
    of = replace(sample.measured(), shift=m.shift(kind, value, bounds, 0.6, 14.7))
    moved = lines.change(of)
    assert (moved.sign, moved.meaning, moved.text) == (sign, meaning, text)


def test_the_lines_tell_highest_pair_and_definition() -> None:
    assert lines.beside(sample.measured()) == (
        "Highest in tr-TR, 19.2 bps (18.1 to 20.4, n 140,000); overturn rate 6.10 %"
        " (5.80 to 6.40, n 24,310); definition v3."
    )


async def a_report(register: Register) -> Report:
    return await service.create(register.db, register.cast.lead, CreateReport())


async def affected(
    register: Register, series: MetricSeries, actor: Actor | None = None, **given: Any
) -> Mapping[str, list[str]]:
    """The reports that each restatement of a series touches, by the day."""
    who = register.cast.analyst if actor is None else actor
    answer = await register.ask(who, RESTATED, code=series.code, **given)
    return {
        one["periodStart"]: [report["code"] for report in one["affectedReports"]]
        for one in answer["series"]["restatements"]
    }


async def test_a_restatement_lists_the_reports_that_rest_on_it(register: Register) -> None:
    brazil, japan = await envr_of_two_markets(register)
    outside = BEFORE - timedelta(days=1)
    await told(register.db, brazil, {outside: (30, 20_000)})
    await a_report(register)
    register.clock.advance(hours=1)
    at = register.db.now().isoformat()
    register.clock.advance(hours=1)
    await told(register.db, brazil, {outside: (31, 20_000), NEWEST: (20, 20_000)})
    assert await affected(register, japan) == {}
    assert await affected(register, brazil) == {
        outside.isoformat(): [],
        NEWEST.isoformat(): ["RPT-001"],
    }
    assert await affected(register, brazil, asOf=at) == {}
    register.clock.advance(hours=1)
    await a_report(register)
    assert (await affected(register, brazil))[NEWEST.isoformat()] == ["RPT-001"]


async def test_q12_which_metrics_were_restated_and_who_used_the_old_value(
    register: Register,
) -> None:
    _, japan = await envr_of_two_markets(register)
    report = await a_report(register)
    register.clock.advance(hours=1)
    await told(register.db, japan, {NEWEST: (40, 20_000)})
    answer = await register.ask(register.cast.analyst, QUESTION.read_text())
    [found] = [one for one in answer["metricSeries"]["nodes"] if one["code"] == japan.code]
    assert found["quality"] == ["RESTATED"]
    assert found["market"] == {"code": "ja-JP"}
    [restated] = found["restatements"]
    assert (restated["periodStart"], restated["old"], restated["new"]) == (
        NEWEST.isoformat(),
        30.0,
        20.0,
    )
    [shown] = restated["affectedReports"]
    assert (shown["code"], datetime.fromisoformat(shown["asOf"])) == ("RPT-001", report.as_of)


async def test_each_restatement_lists_the_reports_between_it_and_the_one_before(
    register: Register,
) -> None:
    brazil, _ = await envr_of_two_markets(register)
    for above in (31, 32):
        await a_report(register)
        register.clock.advance(hours=1)
        await told(register.db, brazil, {NEWEST: (above, 20_000)})
        register.clock.advance(hours=1)
    answer = await register.ask(register.cast.analyst, RESTATED, code=brazil.code)
    listed = [
        [report["code"] for report in one["affectedReports"]]
        for one in answer["series"]["restatements"]
    ]
    assert listed == [["RPT-001"], ["RPT-002"]]


async def test_who_sees_no_reports_learns_of_none(register: Register) -> None:
    cast, envr = register.cast, await an_envr(register.db, weighting=Weighting.POOLED)
    series = await a_series(register.db, envr, project_id=id_of(cast.project))
    await told(register.db, series, {NEWEST: (10, 20_000)})
    await a_report(register)
    register.clock.advance(hours=1)
    await told(register.db, series, {NEWEST: (20, 20_000)})
    assert await affected(register, series) == {NEWEST.isoformat(): ["RPT-001"]}
    assert await affected(register, series, cast.requestor) == {NEWEST.isoformat(): []}
