"""Which series together make up a whole, and what they say together (domain/glossary.md 3.1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from riskreg.metrics.rules import Dimension, Weighting
from riskreg.metrics.rules_combining import added, pooled, stratified
from riskreg.metrics.rules_definitions import SCOPE, ScopeKeys, VersionFacts
from riskreg.metrics.rules_points import Points
from riskreg.metrics.rules_windows import MetricFacts, Window, WindowReason, nothing

COLUMNS: Mapping[Dimension, str] = dict(zip(Dimension, SCOPE, strict=True))
"""The column of each dimension."""


@dataclass(frozen=True)
class Area:
    """A policy area: its code, and the key of the one inside which it lies."""

    code: str
    parent: str | None


@dataclass(frozen=True)
class Places:
    """Markets by key with code and share of all views, and policy areas by key."""

    markets: Mapping[str, tuple[str, float]]
    areas: Mapping[str, Area]


def partition(
    scopes: Collection[ScopeKeys], asked: ScopeKeys, by: Sequence[Dimension] | None
) -> tuple[str, ...] | None:
    """The columns in which the series that make up a whole differ; None where there are none.

    The same work is measured in several ways: by area and market, by surface and market. Only one
    of them may count. It is the one that is asked for (`by`), or else that with the fewest columns,
    of the most series.
    """
    given = set(asked.dimensions)
    if by is not None:
        wanted = given | {COLUMNS[one] for one in by}
        found = any(set(scope.dimensions) == wanted for scope in scopes)
        return tuple(name for name in SCOPE if name in wanted - given) if found else None
    shapes = Counter(scope.dimensions for scope in scopes if given <= set(scope.dimensions))
    if not shapes:
        return None

    def preference(shape: tuple[str, ...]) -> tuple[int, int, list[int]]:
        return len(shape), -shapes[shape], [SCOPE.index(name) for name in shape]

    chosen = min(shapes, key=preference)
    return tuple(name for name in chosen if name not in given)


def tops(keys: Collection[str], areas: Mapping[str, Area]) -> set[str]:
    """Those policy areas that do not lie inside another one of them."""
    kept = set()
    for key in keys:
        above = areas[key].parent if key in areas else None
        while above is not None and above not in keys:
            above = areas[above].parent if above in areas else None
        if above is None:
            kept.add(key)
    return kept


def spliced(
    parts: Sequence[tuple[VersionFacts, Points]], until: Mapping[str, date | None]
) -> Points:
    """The points of versions whose numbers mean the same, each from the day on which it holds.

    `until` is when the next of them begins, by key. A version alone keeps what it has before.
    """
    if len(parts) == 1:
        return parts[0][1]
    kept = []
    for place, (version, points) in enumerate(sorted(parts, key=lambda part: part[0].number)):
        first = version.valid_from.toordinal() if place else 1
        end = until[version.key]
        last = date.max if end is None else end - timedelta(days=1)
        kept.append(points.between(first, last.toordinal()))
    return joined(kept)


def joined(parts: Sequence[Points]) -> Points:
    """Points one after the other."""
    names = Points.__dataclass_fields__
    return Points(**{name: np.concatenate([getattr(one, name) for one in parts]) for name in names})


@dataclass(frozen=True)
class Whole:
    """How windows become one: the kind of numbers, the weighting, and the least sample."""

    metric: MetricFacts
    weighting: Weighting
    min_sample: float


def together(
    windows: Mapping[ScopeKeys, Window], whole: Whole, asked: ScopeKeys, places: Places
) -> Window:
    """One window of those of several series, which differ in their scopes.

    By view share: over policy areas values add, for a view counts in one area; over markets they
    are weighted by their shares of all views; over all else they are pooled. Markets and areas that
    were not observed are named in `missing`. There is at least one window.
    """
    if whole.weighting is Weighting.POOLED:
        return pooled(list(windows.values()), whole.metric, min_sample=whole.min_sample)
    areas = {scope.policy_area_id for scope in windows if scope.policy_area_id is not None}
    kept = tops(areas, places.areas) | {None}
    by_market: dict[str | None, dict[ScopeKeys, Window]] = defaultdict(dict)
    for scope, one in windows.items():
        if scope.policy_area_id in kept:
            by_market[scope.market_id][scope] = one
    expected = kept - {None} if areas else {None}
    if set(by_market) == {None} or asked.market_id is not None:
        [(_, only)] = by_market.items()
        return _over_areas(only, whole, expected, places, whole.min_sample)
    names: dict[str | None, str] = {}
    weights, found = {}, {}
    for key, (code, share) in places.markets.items():
        if share > 0:
            names[key], weights[code] = code, share
    for market, of in by_market.items():
        if market in names:
            found[names[market]] = _over_areas(of, whole, expected, places, 0)
    if not found:  # of markets of which no share of views is known
        some = next(iter(windows.values()))
        return nothing((some.first, some.last), 0, WindowReason.MISSING_STRATA)
    made = stratified(found, weights, whole.metric, min_sample=whole.min_sample)
    named = [_named(code, found.get(code)) for code in made.missing]
    return replace(made, missing=tuple(named))


def _named(market: str, found: Window | None) -> str:
    """A market that is missing, with the areas for which it is, if it was observed for others."""
    return market if found is None or not found.missing else f"{market} {'+'.join(found.missing)}"


def _over_areas(
    windows: Mapping[ScopeKeys, Window],
    whole: Whole,
    expected: Collection[str | None],
    places: Places,
    min_sample: float,
) -> Window:
    """The windows of one market as one: pooled in each area, added over areas."""
    by_area: dict[str | None, list[Window]] = defaultdict(list)
    for scope, one in windows.items():
        by_area[scope.policy_area_id].append(one)
    if set(by_area) == {None}:
        return pooled(by_area[None], whole.metric, min_sample=min_sample)
    some = next(iter(windows.values()))
    parts = {}
    for key in sorted(expected, key=str):
        area = places.areas.get(str(key))
        name = str(key) if area is None else area.code
        of = by_area.get(key)
        missing = nothing((some.first, some.last), some.expected, WindowReason.NO_DATA)
        parts[name] = pooled(of, whole.metric) if of else missing
    return added(parts, whole.metric, min_sample=min_sample)
