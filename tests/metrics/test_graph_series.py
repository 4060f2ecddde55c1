"""Series in the graph: values as they are and as they were known, and what is wrong with them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from riskreg.metrics import inputs, service_series
from riskreg.metrics.models import MetricSeries
from riskreg.metrics.rules import Cadence, QualityFlag
from tests.cast import Register
from tests.factories import done, id_of
from tests.metrics.arranged import Told, a_metric, a_series, days, told

BEGUN = datetime(2026, 11, 17, 6, tzinfo=UTC)
NOW = datetime(2027, 2, 1, 1, tzinfo=UTC)
DAY = date(2027, 1, 17)


async def at(
    register: Register, when: datetime, series: MetricSeries, values: Mapping[date, Told]
) -> None:
    """Tell values at an instant."""
    register.clock.set(when)
    await told(register.db, series, values)


async def one_series(register: Register, **given: Any) -> MetricSeries:
    """A series of gold accuracy, created long ago."""
    register.clock.set(BEGUN)
    metric = await a_metric(register.db)
    return await a_series(register.db, metric, **given)


async def asked(register: Register, fields: str, **variables: Any) -> Any:
    """What the series answers to the analyst."""
    head = 'query Q($asOf: DateTime) { series(code: "SER-001", asOf: $asOf)'
    document = f"{head} {{ {fields} }} }}"
    return (await register.ask(register.cast.analyst, document, **variables))["series"]


async def test_the_newest_value_carries_its_sample_and_interval(register: Register) -> None:
    series = await one_series(register, min_sample=100)
    await at(register, NOW, series, {DAY: (190, 200), DAY - timedelta(days=1): (9, 10)})
    latest = "latest { periodStart value unit low high n numerator denominator revision recordedAt"
    found = (await asked(register, f"{latest} quality sampleSize }}"))["latest"]
    assert (found["low"], found["high"]) == (
        pytest.approx(91.04, abs=0.005),  # Wilson of 190 in 200 (domain/insights.md 7)
        pytest.approx(97.26, abs=0.005),
    )
    del found["low"], found["high"], found["recordedAt"]
    assert found == {
        "periodStart": "2027-01-17",
        "value": 95.0,
        "unit": "%",
        "n": 200.0,
        "numerator": 190.0,
        "denominator": 200.0,
        "sampleSize": 200.0,
        "revision": 1,
        "quality": "OK",
    }


async def test_the_past_shows_what_was_known_then(register: Register) -> None:
    """A late value and a restated one: an instant shows neither before it was told."""
    series = await one_series(register)
    early, late = DAY, DAY + timedelta(days=1)
    await at(register, datetime(2027, 1, 19, tzinfo=UTC), series, {early: 90.0})
    await at(register, datetime(2027, 1, 21, tzinfo=UTC), series, {late: 80.0})
    await at(register, datetime(2027, 1, 23, tzinfo=UTC), series, {early: 95.0})
    fields = (
        'values(from: "2027-01-17", to: "2027-01-25") { periodStart value revision } '
        'latest { periodStart value } window(days: 2, until: "2027-01-18") { value periods }'
        ' revisions(period: "2027-01-17") { value revision }'
    )

    async def known(day: int) -> Any:
        return await asked(register, fields, asOf=f"2027-01-{day + 16:02d}T12:00:00Z")

    register.clock.set(NOW)
    first, second, third = await known(3), await known(5), await known(7)
    live = await asked(register, fields)
    values = [[(v["periodStart"], v["value"]) for v in one["values"]] for one in (first, second)]
    assert values == [
        [("2027-01-17", 90.0)],
        [("2027-01-17", 90.0), ("2027-01-18", 80.0)],
    ]
    assert third["values"] == [
        {"periodStart": "2027-01-17", "value": 95.0, "revision": 2},
        {"periodStart": "2027-01-18", "value": 80.0, "revision": 1},
    ]
    assert live == third
    assert [one["latest"]["value"] for one in (first, second, third)] == [90.0, 80.0, 80.0]
    assert [one["window"]["value"] for one in (first, second, third)] == [90.0, 85.0, 87.5]
    assert [one["revision"] for one in third["revisions"]] == [1, 2]
    assert [one["revision"] for one in second["revisions"]] == [1]
    assert (await known(1))["latest"] is None
    assert (await known(1))["window"] == {"value": None, "periods": 0}


async def test_windows_sum_and_say_why_they_are_silent(register: Register) -> None:
    series = await one_series(register, min_sample=300)
    await at(register, NOW, series, dict.fromkeys(days(DAY, 3), (90, 100)))
    fields = "value low numerator denominator periods expected method reason missing first last"
    found = await asked(
        register,
        f"full: window(days: 3) {{ {fields} unit }} thin: window(days: 2) {{ {fields} }}",
    )
    full, thin = found["full"], found["thin"]
    assert (full["value"], full["numerator"], full["denominator"]) == (90.0, 270.0, 300.0)
    assert (full["first"], full["last"], full["unit"]) == ("2027-01-17", "2027-01-19", "%")
    assert (full["periods"], full["expected"], full["method"]) == (3, 3, "SUM_OVER_SUM")
    assert (full["reason"], full["missing"]) == (None, [])
    assert (thin["value"], thin["low"], thin["reason"]) == (None, None, "INSUFFICIENT_SAMPLE")
    assert (thin["numerator"], thin["denominator"]) == (180.0, 200.0)


async def test_weeks_run_from_monday(register: Register) -> None:
    series = await one_series(register)
    sunday = date(2027, 1, 17)
    values = {day: (day.day, 100) for day in days(sunday, 15)}
    await at(register, NOW, series, values)
    found = await asked(
        register, 'weekly(from: "2027-01-17", to: "2027-01-31") { first last value }'
    )
    assert found["weekly"] == [
        {"first": "2027-01-18", "last": "2027-01-24", "value": 21.0},
        {"first": "2027-01-25", "last": "2027-01-31", "value": 28.0},
    ]


async def test_a_share_is_corrected_for_reviewers(register: Register) -> None:
    """Glossary 3.1: 15 bps seen as 23.5 with sensitivity .90 and specificity .999."""
    series = await one_series(register)
    await at(register, NOW, series, {DAY: (2348.5, 1_000_000)})
    found = await asked(
        register,
        "window(days: 1) { corrected(sensitivity: 0.9, specificity: 0.999) { value unit label } }",
    )
    assert found["window"]["corrected"] == {
        "value": pytest.approx(0.15),
        "unit": "%",
        "label": "corrected for sensitivity 0.9 and specificity 0.999",
    }


async def told_daily(register: Register, series: MetricSeries) -> None:
    """Ninety days, each told at 06:00 of the next."""
    for day in days(date(2026, 11, 17), 75):
        when = datetime(day.year, day.month, day.day, 6, tzinfo=UTC) + timedelta(days=1)
        await at(register, when, series, {day: (95, 100)})


ISSUES = "quality gaps { periodStart filledAt } restatements { periodStart old new unit }"


async def test_nothing_is_wrong_with_a_series_that_comes_in_time(register: Register) -> None:
    series = await one_series(register, min_sample=100)
    await told_daily(register, series)
    register.clock.set(NOW)
    found = await asked(register, f"{ISSUES} staleAfter")
    assert found == {
        "quality": [],
        "gaps": [],
        "restatements": [],
        "staleAfter": "2027-02-03T00:00:00Z",
    }


async def test_each_issue_is_told(register: Register) -> None:
    series = await one_series(register, min_sample=100)
    wrong = {"value": 3.0, "quality": QualityFlag.SUSPECT}
    telling: dict[datetime, dict[date, Told]] = {
        datetime(2027, 1, 18, tzinfo=UTC): {date(2027, 1, 10): (8, 10)},
        datetime(2027, 1, 30, tzinfo=UTC): {date(2027, 1, 25): wrong},
    }
    for day in days(date(2027, 1, 5), 24):
        if day not in {date(2027, 1, 10), date(2027, 1, 15)}:
            sample = 50 if day == date(2027, 1, 28) else 100
            when = datetime(day.year, day.month, day.day, 6, tzinfo=UTC) + timedelta(days=1)
            telling[when] = {day: (sample * 0.9, sample)}
    for when in sorted(telling):
        await at(register, when, series, telling[when])
    register.clock.set(datetime(2027, 1, 31, 23, 59, tzinfo=UTC))
    found = await asked(register, ISSUES)
    assert found["quality"] == ["GAP", "LATE", "RESTATED", "SUSPECT", "INSUFFICIENT_SAMPLE"]
    assert [(one["periodStart"], one["filledAt"] is None) for one in found["gaps"]] == [
        ("2027-01-10", False),
        ("2027-01-15", True),
    ]
    assert found["restatements"] == [
        {"periodStart": "2027-01-25", "old": 90.0, "new": 3.0, "unit": "%"}
    ]
    register.clock.set(datetime(2027, 2, 1, 0, 1, tzinfo=UTC))
    assert (await asked(register, "quality"))["quality"][0] == "STALE"
    await done(
        register.db,
        service_series.end,
        inputs.EndMetricSeries(id=id_of(series), expected_version=1),
    )
    assert "STALE" not in (await asked(register, "quality"))["quality"]


async def test_issues_of_the_past_are_those_of_then(register: Register) -> None:
    series = await one_series(register)
    await told_daily(register, series)
    await at(register, NOW, series, {date(2027, 1, 26): (1, 100)})
    register.clock.set(NOW + timedelta(days=5))
    live = await asked(register, ISSUES)
    assert live["quality"] == ["STALE", "RESTATED"]
    then = await asked(register, ISSUES, asOf="2027-01-31T12:00:00Z")
    assert (then["quality"], then["restatements"]) == ([], [])
    later = await asked(register, ISSUES, asOf=(NOW + timedelta(hours=1)).isoformat())
    assert later["quality"] == ["RESTATED"]


async def test_a_series_without_values_goes_stale_too(register: Register) -> None:
    await one_series(register, cadence=Cadence.WEEKLY)
    register.clock.set(datetime(2026, 12, 9, 5, 59, tzinfo=UTC))
    assert (await asked(register, "quality"))["quality"] == []
    register.clock.set(datetime(2026, 12, 9, 6, 1, tzinfo=UTC))
    assert (await asked(register, "quality"))["quality"] == ["STALE"]


async def test_history_that_is_loaded_is_not_late(register: Register) -> None:
    register.clock.set(NOW)
    metric = await a_metric(register.db)
    series = await a_series(register.db, metric)
    await told(register.db, series, dict.fromkeys(days(date(2026, 10, 17), 107), (9, 10)))
    assert (await asked(register, ISSUES))["quality"] == []


async def test_series_are_found_by_their_issues(register: Register) -> None:
    register.clock.set(BEGUN)
    metric = await a_metric(register.db)
    fresh, restated, silent = [
        await a_series(register.db, metric, label=label) for label in ("a", "b", "c")
    ]
    for series in (fresh, restated):
        await at(register, NOW - timedelta(days=1), series, {date(2027, 1, 29): 90.0})
    await at(register, NOW, restated, {date(2027, 1, 29): 91.0})
    document = """query Q($quality: [SeriesIssue!], $asOf: DateTime) {
      metricSeries(filter: {quality: $quality}, asOf: $asOf) { totalCount nodes { label } } }"""

    async def found(*issues: str, **more: Any) -> list[str]:
        answer = await register.ask(register.cast.analyst, document, quality=issues, **more)
        nodes = answer["metricSeries"]["nodes"]
        assert answer["metricSeries"]["totalCount"] == len(nodes)
        return [node["label"] for node in nodes]

    assert await found("STALE", "GAP", "RESTATED") == ["b", "c"]
    assert await found("RESTATED") == ["b"]
    assert await found() == []
    before = (NOW - timedelta(hours=1)).isoformat()
    assert await found("STALE", "GAP", "RESTATED", asOf=before) == ["c"]
    assert silent.label == "c"


@pytest.mark.parametrize(
    "field",
    [
        'values(from: "2024-01-01", to: "2027-01-17") { value }',
        'values(from: "2027-01-18", to: "2027-01-17") { value }',
        "window(days: 0) { value }",
        "window(days: 801) { value }",
        'window(days: 7, until: "0001-01-02") { value }',
        'values(to: "0001-01-01") { value }',
        'weekly(from: "9999-12-31", to: "9999-12-31") { value }',
        'weekly(from: "0001-01-01", to: "9999-12-31") { value }',
        'annotations(to: "0001-01-01") { text }',
        'chart(to: "0001-01-01") { unit }',
    ],
)
async def test_what_is_asked_is_bounded(register: Register, field: str) -> None:
    await one_series(register)
    document = f'{{ series(code: "SER-001") {{ {field} }} }}'
    assert await register.refused(register.cast.analyst, document) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("number", [1, 30])
async def test_a_page_of_series_takes_one_statement_a_level(
    register: Register, number: int
) -> None:
    register.clock.set(BEGUN)
    metric = await a_metric(register.db)
    for place in range(number):
        series = await a_series(
            register.db, metric, label=f"L{place}", market_id=id_of(register.cast.market)
        )
        await told(register.db, series, {date(2026, 11, 15): (9, 10), date(2026, 11, 16): (8, 10)})
    document = """{ metricSeries(first: 50) { nodes { code metric { code } market { code }
      latest { value low } values { value } window(days: 2) { value } quality } } }"""
    answer, context = await register.execute(register.cast.analyst, document, {})
    assert answer.errors is None
    assert answer.data is not None
    nodes = answer.data["metricSeries"]["nodes"]
    assert [node["window"]["value"] for node in nodes] == [85.0] * number
    # the page, metric, market, latest; values, points, what they are in, and quality
    assert context.statements == 8
