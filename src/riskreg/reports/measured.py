"""What a brief says of ENVR: four weeks beside the four before, each market, and its pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from riskreg.kit.db import Record
from riskreg.kit.errors import BadInput
from riskreg.kit.graph import prefix_of
from riskreg.kit.ids import global_id
from riskreg.metrics.across import Chosen, Part, Read, chosen, newest_day, read
from riskreg.metrics.across import Measured as Metered
from riskreg.metrics.across import measured as metered
from riskreg.metrics.bridging import Bridging, converted
from riskreg.metrics.models import Metric
from riskreg.metrics.models_notes import MetricBridge
from riskreg.metrics.rules import Direction
from riskreg.metrics.rules_bridges import Change, change_between
from riskreg.metrics.rules_definitions import Era
from riskreg.metrics.rules_windows import Window, WindowReason
from riskreg.projects.models import Market
from riskreg.reports import facts_measured as f
from riskreg.reports.wording import short_date
from riskreg.risks.moments import Reading

METRIC = "ENVR"
DAYS = 28
REASONS = {
    WindowReason.NO_DATA: "not measured before",
    WindowReason.INSUFFICIENT_SAMPLE: "too few were looked at before",
    WindowReason.MISSING_STRATA: "not all parts were measured before",
}


@dataclass(frozen=True)
class _Stretch:
    """A metric read over some days: its row, its series, and what they said together."""

    row: Record
    of: Metered
    whole: Chosen
    points: Read
    days: tuple[date, date]

    def window(self) -> Window:
        """What they said together."""
        return self.points.window(*self.days)

    def told(self, window: Window | None = None) -> f.Told:
        """The same as a brief keeps it, or another window over the same series."""
        shown = self.window() if window is None else window
        used = {row.version_id for row in self.whole.rows}
        numbers = [one.number for one in self.whole.era.versions if one.key in used]
        codes = [row.code for row in self.whole.rows]
        total = _estimate(shown, self.row.unit, codes)
        name = self.row.name.partition(" (")[0]
        metric = (self.row.code, name)
        return f.told(metric, numbers, self.days, total, missing=shown.missing)


async def envr(now: Reading) -> f.Measured | None:
    """ENVR in the four weeks up to its newest value; None where the register has none of it."""
    rows = await now.fetch(_metrics(now).where(now.view.of(Metric).code == METRIC))
    if not rows:
        return None
    [row] = rows
    of = await metered(now.fetch, now.view, METRIC)
    era = of.era(None, now.day, now.day)
    whole = await chosen(now.fetch, now.view, of, era, Part())
    last = await newest_day(now.fetch, now.view, whole.numbers)
    if last is None:
        return None
    first = _first(of, era, last)
    found = await read(now.fetch, now.view, whole, first - timedelta(days=DAYS), last)
    if found is None:
        return None
    told = _Stretch(row, of, whole, found, (first, last))
    before, why = await _before(now, told)
    change = None if before is None else change_between(before[1], told.window())
    return f.Measured(
        now=told.told(),
        markets=await _markets(now, told),
        before=None if before is None else before[0].told(before[1]),
        shift=None if change is None else _shift(change, row.direction, told.window()),
        not_compared=why,
        pair=await _pair(now, row, (first, last)),
    )


def _first(of: Metered, era: Era, last: date) -> date:
    """The first of the four weeks, or the day from which it is measured in this way."""
    first = last - timedelta(days=DAYS - 1)
    return first if era is of.eras[0] else min(last, max(first, era.since))


def _metrics(now: Reading) -> Record:
    metric = now.view.of(Metric)
    names = ("id", "code", "name", "unit", "direction", "paired_with_id")
    return select(*[getattr(metric, name) for name in names])


async def _before(now: Reading, told: _Stretch) -> tuple[tuple[_Stretch, Window] | None, str]:
    """The four weeks before, in numbers of today; else why they cannot be compared."""
    era, known = told.whole.era, told.of.eras
    last = told.days[0] - timedelta(days=1)
    days = (last - timedelta(days=DAYS - 1), last)
    if era.since <= days[0] or era is known[0]:
        same = _Stretch(told.row, told.of, told.whole, told.points, days)
        return _known(same, same.window())
    why = f"measured in another way from {short_date(era.since, now.day)} on"
    old = known[known.index(era) - 1]
    bridge = await _bridge(now, old, era)
    if bridge is None or era.since <= last:
        return None, why
    whole = await chosen(now.fetch, now.view, told.of, old, Part())
    found = await read(now.fetch, now.view, whole, *days)
    if found is None:
        return None, why
    earlier = _Stretch(told.row, told.of, whole, found, days)
    way = Bridging(told.of, old, era, None)
    try:
        window, _ = await converted(now.fetch, now.view, earlier.window(), way, [bridge])
    except BadInput:
        return None, why
    return _known(earlier, window)


def _known(told: _Stretch, window: Window) -> tuple[tuple[_Stretch, Window] | None, str]:
    """The stretch, where it says something."""
    if window.value is None:
        return None, "" if window.reason is None else REASONS[window.reason]
    return (told, window), ""


async def _bridge(now: Reading, old: Era, new: Era) -> str | None:
    """The newest bridge between two eras that is good for all policy areas."""
    bridge = now.view.of(MetricBridge)
    query = (
        select(bridge.id)
        .where(
            bridge.from_version_id.in_(old.keys),
            bridge.to_version_id.in_(new.keys),
            bridge.policy_area_id.is_(None),
        )
        .order_by(bridge.id.desc())
        .limit(1)
    )
    rows = await now.fetch(query)
    return global_id(prefix_of(MetricBridge), rows[0].id) if rows else None


async def _markets(now: Reading, told: _Stretch) -> tuple[f.Estimate, ...]:
    """What was said in each market, by its code."""
    keys = {row.market_id for row in told.whole.rows if row.market_id is not None}
    if not keys:
        return ()
    market = now.view.of(Market)
    found = await now.fetch(select(market.id, market.code).where(market.id.in_(sorted(keys))))
    windows = told.points.by_market(*told.days)
    return tuple(
        _estimate(
            windows[row.id],
            told.row.unit,
            [one.code for one in told.whole.rows if one.market_id == row.id],
            part=row.code,
        )
        for row in sorted(found, key=lambda row: row.code)
    )


async def _pair(now: Reading, row: Record, days: tuple[date, date]) -> f.Told | None:
    """The metric that is to be read beside it, in the same days; None where it says nothing."""
    rows = await now.fetch(_metrics(now).where(now.view.of(Metric).id == row.paired_with_id))
    if not rows:
        return None
    of = await metered(now.fetch, now.view, rows[0].code)
    era = of.era(None, days[1], days[1])
    whole = await chosen(now.fetch, now.view, of, era, Part())
    found = await read(now.fetch, now.view, whole, *days)
    if found is None:
        return None
    told = _Stretch(rows[0], of, whole, found, days).told()
    return None if told.total.value is None else told


def _estimate(window: Window, unit: str, series: Sequence[str], part: str = "") -> f.Estimate:
    return f.estimate(
        window.value,
        (window.low, window.high),
        unit,
        n=window.sample_size,
        part=part,
        periods=(window.periods, window.expected),
        reason=window.reason or "",
        series=series,
    )


def _shift(found: Change, direction: Direction, like: Window) -> f.Shift:
    kind = "SAME"
    if found.is_detectable:
        kind = "OTHER"
        if direction is not Direction.TARGET_BAND:
            kind = "WORSE" if (found.value > 0) == (direction is Direction.LOWER) else "BETTER"
    return f.shift(kind, found.value, (found.low, found.high), found.least, like.value or 0.0)
