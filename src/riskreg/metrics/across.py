"""What all series of a metric inside a scope said together, read in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, false, select, true

from riskreg.kit.db import Fetch, Record
from riskreg.kit.errors import BadInput
from riskreg.kit.filters import is_storable, keys_of
from riskreg.kit.refs import key_in
from riskreg.kit.view import Alias, View
from riskreg.metrics.models import Metric, MetricSeries, MetricVersion
from riskreg.metrics.naming import LINKS
from riskreg.metrics.queries import latest_periods
from riskreg.metrics.reading import points
from riskreg.metrics.rules import Dimension, Surface, Weighting
from riskreg.metrics.rules_across import Area, Places, Whole, partition, spliced, together
from riskreg.metrics.rules_definitions import (
    SCOPE,
    Era,
    ScopeKeys,
    VersionFacts,
    era_of,
    era_with,
    eras,
)
from riskreg.metrics.rules_points import Points
from riskreg.metrics.rules_windows import MetricFacts, Window, WindowReason, nothing, window
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market

MISMATCH = "METRIC_VERSION_MISMATCH"
TOLD = ("code", "number", "version_id", "cadence", "min_sample")
"""What is read of each chosen series, besides its scope."""


@dataclass(frozen=True)
class Part:
    """A part of the work, by ids or codes; what is None is all of it."""

    project: str | None = None
    policy_area: str | None = None
    market: str | None = None
    vendor: str | None = None
    surface: Surface | None = None
    label: str | None = None
    cohort: str | None = None


@dataclass(frozen=True)
class Measured:
    """A metric with its versions, and the series of one era inside a part of the work."""

    metric: Record
    eras: tuple[Era, ...]

    def era(self, number: int | None, first: date, last: date) -> Era:
        """The era of a version, or that in force over all of the days.

        BadInput METRIC_VERSION_MISMATCH where they hold two whose numbers do not compare.
        """
        if number is not None:
            named = era_with(self.eras, number)
            if named is None:
                raise BadInput(f"{self.metric.code} has no version {number}")
            return named
        begun, ended = era_of(self.eras, first), era_of(self.eras, last)
        assert begun is not None and ended is not None  # noqa: S101, PT018 (there is a version)
        if begun is not ended:
            raise BadInput(
                f"{self.metric.code} is measured in another way from {ended.since} on: its numbers "
                f"before and after do not mix. Ask for one version, or compare through a bridge.",
                MISMATCH,
            )
        return begun


async def measured(fetch: Fetch, view: View, given: str) -> Measured:
    """The metric of an id or code, with its eras; BadInput where there is none."""
    metric = view.of(Metric)
    key = key_in(Metric, given)
    if key is None and not is_storable(given):
        raise BadInput("there is no such metric")
    by = metric.code == given if key is None else metric.id == key
    names = (metric.id, metric.code, metric.kind, metric.scale, metric.unit)
    found = await fetch(select(*names).where(by))
    if not found:
        raise BadInput("there is no such metric")
    version = view.of(MetricVersion)
    rows = await fetch(
        select(
            version.id, version.number, version.valid_from, version.breaking, version.weighting
        ).where(version.metric_id == found[0].id)
    )
    facts = [
        VersionFacts(row.id, row.number, row.valid_from, row.breaking, row.weighting)
        for row in rows
    ]
    return Measured(found[0], eras(facts))


@dataclass(frozen=True)
class Chosen:
    """The series that together make up a part of the work, in one era."""

    of: Measured
    era: Era
    rows: Sequence[Record]
    asked: ScopeKeys
    across: tuple[str, ...]

    @property
    def numbers(self) -> list[int]:
        """By which observations name them."""
        return [row.number for row in self.rows]


async def chosen(
    fetch: Fetch,
    view: View,
    of: Measured,
    era: Era,
    part: Part,
    *,
    by: Sequence[Dimension] | None = None,
) -> Chosen:
    """The visible series of an era inside a part of the work that make up all of it."""
    series = view.of(MetricSeries)
    columns = [getattr(series, name) for name in SCOPE]
    rows = await fetch(
        select(*[getattr(series, name) for name in TOLD], *columns)
        .where(series.version_id.in_(era.keys), inside(view, series, part))
        .order_by(series.number)
    )
    asked = _asked(part, rows)
    shape = partition([scope_of(row) for row in rows], asked, by)
    if shape is None:
        return Chosen(of, era, (), asked, ())
    wanted = {*shape, *asked.dimensions}
    kept = [row for row in rows if {*scope_of(row).dimensions} == wanted]
    return Chosen(of, era, kept, asked, shape)


def inside(view: View, series: Alias, part: Part) -> ColumnElement[bool]:
    """The condition that a series lies inside a part of the work."""
    found: list[ColumnElement[bool]] = []
    for name, value in part.__dict__.items():
        if value is None:
            continue
        if name in LINKS:
            column = getattr(series, f"{name}_id")
            found.append(column.in_(keys_of(view, LINKS[name], [value])))
        elif is_storable(value):
            found.append(getattr(series, name) == value)
        else:
            return false()
    return and_(true(), *found)


def _asked(part: Part, rows: Sequence[Record]) -> ScopeKeys:
    """The part by keys, which every series inside it has in common."""
    names = [f"{name}_id" if name in LINKS else name for name in part.__dict__]
    given = [value is not None for value in part.__dict__.values()]
    keys: dict[str, Record] = {
        name: getattr(rows[0], name) if rows else "none"
        for name, is_given in zip(names, given, strict=True)
        if is_given
    }
    return ScopeKeys(**keys)


def scope_of(row: Record) -> ScopeKeys:
    """What a row of a series is about."""
    return ScopeKeys(**{name: getattr(row, name) for name in SCOPE})


async def newest_day(fetch: Fetch, view: View, numbers: Sequence[int]) -> date | None:
    """The newest period of any of the series."""
    found = await fetch(latest_periods(view).params(keys=list(numbers))) if numbers else ()
    return max((row.period_start for row in found), default=None)


@dataclass(frozen=True)
class Read:
    """The points of series that make up a whole, read: windows of it cost no further statement."""

    known: Mapping[ScopeKeys, tuple[Points, MetricFacts]]
    whole: Whole
    asked: ScopeKeys
    places: Places

    def window(self, first: date, last: date) -> Window:
        """What they said together in the periods that begin from `first` to `last`."""
        return together(self._windows(first, last), self.whole, self.asked, self.places)

    def by_market(self, first: date, last: date) -> dict[str, Window]:
        """What they said in each market, by its key."""
        found: dict[str, dict[ScopeKeys, Window]] = defaultdict(dict)
        for scope, one in self._windows(first, last).items():
            if scope.market_id is not None:
                found[scope.market_id][scope] = one
        return {
            key: together(of, self.whole, replace(self.asked, market_id=key), self.places)
            for key, of in found.items()
        }

    def _windows(self, first: date, last: date) -> dict[ScopeKeys, Window]:
        return {
            scope: window(found, facts, first, last) for scope, (found, facts) in self.known.items()
        }


async def read(fetch: Fetch, view: View, of: Chosen, first: date, last: date) -> Read | None:
    """The points of the chosen series between two days; None where none are chosen."""
    if not of.rows:
        return None
    found = await points(fetch, view, of.numbers, first=first, last=last)
    known = _by_scope(of, found)
    least = max(row.min_sample for row in of.rows)
    weighting = of.era.versions[-1].weighting
    whole = Whole(next(iter(known.values()))[1], weighting, least)
    return Read(known, whole, of.asked, await _places(fetch, view, of))


async def windows(
    fetch: Fetch, view: View, of: Chosen, stretches: Sequence[tuple[date, date]]
) -> list[Window]:
    """What the chosen series said together in each stretch of days, read at once."""
    first, last = min(days[0] for days in stretches), max(days[1] for days in stretches)
    found = await read(fetch, view, of, first, last)
    if found is None:
        return [nothing(days, 0, WindowReason.NO_DATA) for days in stretches]
    return [found.window(*days) for days in stretches]


def _by_scope(
    of: Chosen, found: Mapping[int, Points]
) -> dict[ScopeKeys, tuple[Points, MetricFacts]]:
    """The points of each scope over all versions of the era, and how they add up."""
    versions = {one.key: one for one in of.era.versions}
    ends = {}
    for place, one in enumerate(of.era.versions):
        after = of.era.versions[place + 1 :]
        ends[one.key] = after[0].valid_from if after else None
    parts: dict[ScopeKeys, list[Record]] = defaultdict(list)
    for row in of.rows:
        parts[scope_of(row)].append(row)
    metric = of.of.metric
    return {
        scope: (
            spliced([(versions[row.version_id], found[row.number]) for row in rows], ends),
            MetricFacts(metric.kind, metric.scale, rows[-1].cadence),
        )
        for scope, rows in parts.items()
    }


async def _places(fetch: Fetch, view: View, of: Chosen) -> Places:
    """The markets and areas, where values are weighted by them."""
    if of.era.versions[-1].weighting is Weighting.POOLED:
        return Places({}, {})
    market, area = view.of(Market), view.of(PolicyArea)
    markets = await fetch(select(market.id, market.code, market.view_share))
    areas = await fetch(select(area.id, area.code, area.parent_id))
    return Places(
        {row.id: (row.code, float(row.view_share)) for row in markets},
        {row.id: Area(row.code, row.parent_id) for row in areas},
    )
