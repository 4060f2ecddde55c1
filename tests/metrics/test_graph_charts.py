"""Charts and alerts in the graph: what stood out, since when, and what may explain it."""

from datetime import date, timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from riskreg.metrics import inputs, service_series
from riskreg.metrics.models import MetricSeries
from riskreg.metrics.rules import AnnotationKind, MetricFamily
from tests.cast import Register
from tests.factories import done, id_of
from tests.metrics.arranged import Told, a_metric, a_note, a_series, days, told

FIRST = date(2026, 7, 1)
FELL = FIRST + timedelta(days=100)  # 2026-10-09
CHART = """query Q($from: Date, $to: Date, $asOf: DateTime) {
  series(code: "SER-001", asOf: $asOf) { chart(from: $from, to: $to) {
    unit cadence points { periodStart value centre lower upper ewma state alarm }
    episodes { firstDay lastDay isOpen direction isAdverse severity rule
      explainedBy { text } } annotations { text } } } }"""
ALERTS = """query Q($from: Date, $to: Date, $family: MetricFamily, $first: Int!, $asOf: DateTime) {
  alerts(from: $from, to: $to, family: $family, first: $first, asOf: $asOf) {
    series { code } episode { firstDay isOpen direction isAdverse explainedBy { text } } } }"""


def counts(*middles: tuple[int, int]) -> dict[date, Told]:
    """Days of 300 items that wander around so many right ones."""
    found: dict[date, Told] = {}
    day = FIRST
    for middle, number in middles:
        for one in days(day, number):
            found[one] = (middle + (0, 3, -3, 1, -1)[one.toordinal() % 5], 300)
        day += timedelta(days=number)
    return found


async def fallen(register: Register, **given: Any) -> MetricSeries:
    """A series that falls from 95 to 85 % after a hundred days."""
    metric = given.pop("metric", None) or await a_metric(register.db)
    series = await a_series(register.db, metric, **given)
    await told(register.db, series, counts((285, 100), (255, 20)))
    return series


async def asked(register: Register, document: str, **variables: Any) -> Any:
    return await register.ask(register.cast.analyst, document, **variables)


async def test_a_chart_tells_since_when_and_what_may_explain_it(register: Register) -> None:
    await fallen(register)
    await a_note(register.db, "PC-014", kind=AnnotationKind.CHANGE, from_on=FELL, to_on=FELL)
    await a_note(register.db, "long ago", from_on=FIRST, to_on=FIRST)
    given = {"from": "2026-10-01", "to": "2026-10-28"}
    chart = (await asked(register, CHART, **given))["series"]["chart"]
    assert (chart["unit"], chart["cadence"], len(chart["points"])) == ("%", "DAILY", 28)
    before, after = chart["points"][7], chart["points"][8]
    assert (before["periodStart"], before["state"], before["alarm"]) == (
        "2026-10-08",
        "QUIET",
        None,
    )
    assert before["lower"] < before["value"] < before["upper"]
    assert 94 < before["centre"] < 96
    assert (after["state"], after["alarm"]) == ("ALARM", "POINT")
    assert after["value"] < after["lower"]
    assert chart["episodes"] == [
        {
            "firstDay": FELL.isoformat(),
            "lastDay": "2026-10-28",
            "isOpen": True,
            "direction": "DOWN",
            "isAdverse": True,
            "severity": "HIGH",
            "rule": "POINT",
            "explainedBy": [{"text": "PC-014"}],
        }
    ]
    assert chart["annotations"] == [{"text": "PC-014"}]


async def test_a_chart_is_the_same_whatever_part_is_looked_at(register: Register) -> None:
    await fallen(register)
    whole = (await asked(register, CHART, **{"from": "2026-08-01", "to": "2026-10-28"}))["series"]
    part = (await asked(register, CHART, **{"from": "2026-10-01", "to": "2026-10-28"}))["series"]
    assert whole["chart"]["points"][-28:] == part["chart"]["points"]


async def test_a_chart_of_the_past_is_of_what_was_known(register: Register) -> None:
    series = await a_series(register.db, await a_metric(register.db))
    await told(register.db, series, counts((285, 120)))
    before = register.db.now().isoformat()
    register.clock.advance(hours=1)
    await told(register.db, series, dict.fromkeys(days(FELL, 20), (200, 300)))
    given = {"from": "2026-10-01", "to": "2026-10-28"}
    now = (await asked(register, CHART, **given))["series"]["chart"]
    then = (await asked(register, CHART, **given, asOf=before))["series"]["chart"]
    assert ([one["isOpen"] for one in now["episodes"]], then["episodes"]) == ([True], [])


SVG = "{http://www.w3.org/2000/svg}"


async def test_a_picture_shows_what_the_points_and_episodes_say(register: Register) -> None:
    await fallen(register)
    await a_note(register.db, "PC-014 <goes> live", kind=AnnotationKind.CHANGE, from_on=FELL)
    document = """{ series(code: "SER-001") { chart(from: "2026-10-01", to: "2026-10-28") {
      points { state } large: svg small: svg(size: SMALL) } } }"""
    chart = (await asked(register, document))["series"]["chart"]
    large, small = fromstring(chart["large"]), fromstring(chart["small"])
    alarms = sum(one["state"] == "ALARM" for one in chart["points"])
    assert alarms > 15

    def of_class(root: Any, name: str) -> list[Any]:
        return [node for node in root.iter() if name in (node.get("class") or "").split()]

    for root, size in ((large, "0 0 640 200"), (small, "0 0 236 84")):
        assert root.get("viewBox") == size
        assert [len(of_class(root, name)) for name in ("alarm", "episode")] == [alarms, 1]
        (marker,) = of_class(root, "change")
        assert marker.findtext(f"{SVG}title") == "PC-014 <goes> live"
        assert root.findtext(f"{SVG}title") == (
            "GOLD_ACC, in %, 2026-10-01 to 2026-10-28: newest 84 (2026-10-28);"
            f" {alarms} of 28 periods stand out, and it goes on."
        )
    names = [node.text for node in large.iter(f"{SVG}text")]
    assert "PC-014 <goes> live" in names
    assert "PC-014 <goes> live" not in [node.text for node in small.iter(f"{SVG}text")]


async def test_a_picture_of_no_values_says_so(register: Register) -> None:
    await a_series(register.db, await a_metric(register.db))
    document = '{ series(code: "SER-001") { chart(from: "2026-10-01", to: "2026-10-28") { svg } } }'
    svg = (await asked(register, document))["series"]["chart"]["svg"]
    assert fromstring(svg).findtext(f"{SVG}title") == (
        "GOLD_ACC, in %, 2026-10-01 to 2026-10-28: no values."
    )


async def test_alerts_are_of_all_series_that_one_sees(register: Register) -> None:
    cast, db = register.cast, register.db
    metric = await a_metric(db)
    await fallen(register, metric=metric, vendor_id=id_of(cast.aster))
    over = await a_series(db, metric, vendor_id=id_of(cast.boreal))
    await told(db, over, counts((285, 70), (250, 15), (285, 35)))
    quiet = await a_series(db, metric)
    await told(db, quiet, counts((285, 120)))
    tempo = await a_metric(db, "TEMPO", family=MetricFamily.DELIVERY)
    await fallen(register, metric=tempo)
    await a_note(db, "Site lost", from_on=FELL - timedelta(days=7), vendor_id=id_of(cast.aster))
    given = {"from": "2026-09-01", "to": "2026-10-28", "first": 100}

    async def found(**more: Any) -> list[tuple[str, str, bool]]:
        rows = (await asked(register, ALERTS, **{**given, **more}))["alerts"]
        return [
            (one["series"]["code"], one["episode"]["firstDay"], one["episode"]["isOpen"])
            for one in rows
        ]

    first, second = ("SER-001", FELL.isoformat(), True), ("SER-004", FELL.isoformat(), True)
    rows = await found()
    assert rows[:2] == [first, second]
    assert rows[2] == ("SER-002", "2026-09-09", False)
    assert await found(family="DELIVERY") == [second]
    assert await found(first=1) == [first]
    later = await found(**{"from": "2026-10-26"})
    assert later == [first, second]
    earlier = await found(**{"from": "2026-07-01", "to": "2026-08-30"})
    assert earlier == []
    seen = (await register.ask(cast.vendor, ALERTS, **given))["alerts"]
    assert [one["series"]["code"] for one in seen] == ["SER-001"]
    assert seen[0]["episode"]["explainedBy"] == [{"text": "Site lost"}]
    rival = (await register.ask(cast.rival, ALERTS, **given))["alerts"]
    assert {one["series"]["code"] for one in rival} == {"SER-002"}
    assert (await register.ask(cast.admin, ALERTS, **given))["alerts"] == []


async def test_an_episode_does_not_go_on_when_its_series_has_ended(register: Register) -> None:
    series = await fallen(register)
    register.clock.advance(days=1)
    end = inputs.EndMetricSeries(id=id_of(series), expected_version=1)
    await done(register.db, service_series.end, end)
    ended = register.db.now().date()
    register.clock.advance(days=3)

    async def found(first: date) -> list[str]:
        given = {"from": first.isoformat(), "to": (ended + timedelta(days=2)).isoformat()}
        rows = (await asked(register, ALERTS, **given, first=100))["alerts"]
        return [one["series"]["code"] for one in rows]

    assert await found(ended - timedelta(days=1)) == ["SER-001"]
    assert await found(ended + timedelta(days=1)) == []


async def test_alerts_take_few_statements(register: Register) -> None:
    metric = await a_metric(register.db)
    for label in ("a", "b", "c"):
        await fallen(register, metric=metric, label=label)
    given = {"from": "2026-09-01", "to": "2026-10-28", "first": 100}
    # series, the newest telling, notes for detection and to show, series shown; values once
    for statements in (6, 5):
        answer, context = await register.execute(register.cast.analyst, ALERTS, given)
        assert answer.errors is None
        assert answer.data is not None
        assert len(answer.data["alerts"]) == 3
        assert context.statements == statements


async def test_alerts_are_reckoned_anew_when_something_was_told(register: Register) -> None:
    first, given = await fallen(register, label="a"), {"to": "2026-10-28", "first": 100}

    async def found(**more: Any) -> list[tuple[str, int]]:
        rows = (await asked(register, ALERTS, **{**given, **more}))["alerts"]
        return [(one["series"]["code"], len(one["episode"]["explainedBy"])) for one in rows]

    assert await found() == [("SER-001", 0)]
    fell = register.db.now()
    register.clock.advance(days=1)
    await fallen(register, metric=await a_metric(register.db, "OTHER"))
    assert await found() == [("SER-001", 0), ("SER-002", 0)]
    await a_note(register.db, "PC-014", from_on=FELL, metric="OTHER")
    assert await found() == [("SER-001", 0), ("SER-002", 1)]
    await told(register.db, first, counts((285, 120)))
    assert await found() == [("SER-002", 1)]
    assert await found(asOf=fell.isoformat()) == [("SER-001", 0)]


@pytest.mark.parametrize(
    "given", ["first: 501", 'from: "2026-10-02", to: "2026-10-01"', 'from: "2020-01-01"']
)
async def test_alerts_are_bounded(register: Register, given: str) -> None:
    document = f"{{ alerts({given}) {{ series {{ code }} }} }}"
    assert await register.refused(register.cast.analyst, document) == ["BAD_USER_INPUT"]
