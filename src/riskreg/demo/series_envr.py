"""ENVR of the demo: sampled views judged negative, by policy area and by surface in each market.

Both cuts are of the same views. Numerators are Poisson around the level of the market and area,
which wanders, follows the week and the trend, and has what is planted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from riskreg.demo import premises
from riskreg.demo.chance import DAYS, FIRST_DAY, LAST_DAY, Chance, Floats, Ints, wandering
from riskreg.demo.planted import (
    ODD_VALUE,
    OUTAGE,
    WATERMELON,
    Crossing,
    Effect,
    Scope,
    effects,
    planted,
)
from riskreg.demo.series import Series, minute, ratios

METRIC = "ENVR"
BPS = 1e-4
MIN_SAMPLE = 20_000
SOURCE = "Prevalence sample"
AREAS, MARKETS, SURFACES = (
    tuple(premises.ENVR_BPS),
    tuple(premises.MARKET_MULTIPLIERS),
    tuple(premises.SURFACES),
)
LIKENESS, SPREAD = 0.5, 0.03
MOST_DRAWS = 100_000
TYPICAL, CLOSE = 1.5, 0.5
"""By how many standard errors a month may read off what is planted; CLOSE where areas add up."""
MONTH = 28
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Version:
    """Days on which a version of ENVR is measured, and what it reads where the first reads 1."""

    number: int
    first: int
    last: int
    factor: float

    @property
    def days(self) -> Ints:
        """Its days."""
        return DAYS[self.first - FIRST_DAY : self.last - FIRST_DAY + 1]


EXPANSION = planted("EV-3", METRIC).first
STRATIFIED = planted("EV-4", METRIC)
CUT_OVER = -180
"""The first day on which version 3 is in force, after 28 days beside version 2."""
VERSIONS = (
    Version(1, FIRST_DAY, EXPANSION - 1, 1.0),
    Version(2, EXPANSION, CUT_OVER - 1, 1.0),
    Version(3, STRATIFIED.first, LAST_DAY, STRATIFIED.size),
)


def series(chance: Chance) -> Iterator[Series]:
    """Every series of every version."""
    for version in VERSIONS:
        for market in MARKETS:
            seen = sampled(market, version.days)
            found = np.array([judged(chance, version, area, market) for area in AREAS])
            if market == OUTAGE.market and version is VERSIONS[-1]:
                yield from _corrected(chance, version, found, seen)
            else:
                yield from _cuts(version, market, found, seen)


def _cuts(version: Version, market: str, found: Floats, seen: Floats) -> Iterator[Series]:
    """The series of a market: `found` are negative by area, surface and day."""
    everywhere = seen.sum(axis=0)
    for area, count in zip(AREAS, found.sum(axis=1), strict=True):
        yield _told(version, Scope(area=area, market=market), count, everywhere)
    for surface, count, views in zip(SURFACES, found.sum(axis=0), seen, strict=True):
        yield _told(version, Scope(market=market, surface=surface), count, views)


def _told(version: Version, scope: Scope, count: Floats, views: Floats) -> Series:
    told = ratios(version.days, count, views)
    return Series(METRIC, scope, told, version.number, min_sample=MIN_SAMPLE, source=SOURCE)


def sampled(market: str, days: Ints) -> Floats:
    """How many views of each surface (rows) were sampled on each day, in proportion to views."""
    views = np.full(len(days), float(premises.SAMPLED_VIEWS))
    short = planted("EV-9", "ENVR sample")
    if market == short.scope.market:
        views[days == short.first] = short.size
    return split(market, days, views)


def split(market: str, days: Ints, views: Floats) -> Floats:
    """Sampled views of a market by surface (rows)."""
    parts = np.rint(shares(market, days) * views)
    parts[0] += views - parts.sum(axis=0)
    return parts


def shares(market: str, days: Ints) -> Floats:
    """The share of views of each surface (rows) on each day."""
    usual = np.array([premises.SURFACES[one] for one in SURFACES])[:, np.newaxis]
    found = np.repeat(usual, len(days), axis=1)
    growth = planted("EV-8", "LIVE share of views")
    if market == growth.scope.market:
        live = SURFACES.index("LIVE")
        grown = found[live] + growth.course(days) / 100
        found *= (1 - grown) / (1 - found[live])
        found[live] = grown
    return found


def level(version: Version, area: str, market: str) -> Floats:
    """The expected ENVR in bps of an area in a market with its usual surfaces, on each day."""
    days = version.days
    usual = premises.ENVR_BPS[area] * premises.MARKET_MULTIPLIERS[market]
    found = usual * premises.trend(days, FIRST_DAY)
    for one in effects(METRIC, Scope(area=area, market=market)):
        if one is not STRATIFIED:
            found = found + one.course(days) / _in_force(one).factor
    return found * version.factor


def _in_force(effect: Effect) -> Version:
    """The version in whose numbers an effect is told."""
    return next(one for one in reversed(VERSIONS) if effect.first >= one.first)


def judged(chance: Chance, version: Version, area: str, market: str) -> Floats:
    """How many views of each surface (rows) were judged negative on each day.

    Drawn again until what is planted shows, and what the story tells of single days is so.
    """
    scope = Scope(area=area, market=market)
    expected = _expected(chance, version, area, market)
    usual, looked_at = expected.sum(axis=0), tuple(_looked_at(version, scope))
    rng = chance.of(METRIC, version.number, area, market)
    for _ in range(MOST_DRAWS):
        drawn = rng.poisson(expected).astype(np.float64)
        count = drawn.sum(axis=0)
        typical = all(_is_typical(count, usual, days, limit) for days, limit in looked_at)
        if typical and _as_told(version, scope, count):
            return drawn
    message = f"no draw of {area} in {market} tells its story"
    raise LookupError(message)


def _looked_at(version: Version, scope: Scope) -> Iterator[tuple[Flags, float]]:
    """Days around and in each effect, and how many standard errors they may lie off."""
    days = version.days
    for one in (*effects(METRIC, scope), *effects("LIVE share of views", scope)):
        last = LAST_DAY if one.last is None else one.last
        spans = [(one.first - MONTH, one.first - 1), (one.first, min(one.first + MONTH - 1, last))]
        spans += [(LAST_DAY - MONTH + 1, LAST_DAY)] if one.last is None else []
        for first, end in spans:
            within = (days >= first) & (days <= end)
            if one is not STRATIFIED and within.any():
                yield within, TYPICAL if one.metric == METRIC else CLOSE


def _is_typical(count: Floats, usual: Floats, days: Flags, limit: float) -> bool:
    found, expected = float(count[days].sum()), float(usual[days].sum())
    return abs(found - expected) <= limit * math.sqrt(expected)


def _as_told(version: Version, scope: Scope, count: Floats) -> bool:
    if version is not VERSIONS[-1]:
        return True
    if scope == ODD_VALUE[0]:
        return bool(count[planted("EV-9", "ENVR sample").first] == ODD_VALUE[1])
    return scope != WATERMELON.scope or _crosses(WATERMELON, count)


def _crosses(told: Crossing, count: Floats) -> bool:
    """Whether the thresholds are first passed on their days, and the breach stays open."""
    sums = np.convolve(count, np.ones(told.window), mode="valid")[told.watched_from :]
    low = _lower(sums, float(told.window * premises.SAMPLED_VIEWS)) / BPS
    days = np.arange(told.watched_from, 0)
    red = low > told.red
    if not red.any() or days[red.argmax()] != told.red_on:
        return False
    beyond = low > told.amber
    twice = np.convolve(beyond, np.ones(3))[: len(beyond)] >= 2
    entered = days[(twice & beyond).argmax()] if (twice & beyond).any() else None
    if entered != told.amber_on:
        return False
    calm = np.convolve(~beyond[days >= told.amber_on], np.ones(3), mode="valid") >= 3
    return not calm.any()


def _lower(successes: Floats, n: float) -> Floats:
    """Wilson's lower bound of proportions, at 95 %."""
    z, p = 1.959963984540054, successes / n
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return np.asarray((p + z * z / (2 * n) - half) / (1 + z * z / n))


def _expected(chance: Chance, version: Version, area: str, market: str) -> Floats:
    world = wandering(chance.of(METRIC, "world", area, market), len(DAYS), LIKENESS, SPREAD)
    world += premises.weekly_negative_views(chance, DAYS)
    own = world[version.first - FIRST_DAY : version.last - FIRST_DAY + 1]
    by_surface = np.array([premises.SURFACE_MULTIPLIERS[one] for one in SURFACES])
    rate = level(version, area, market) * BPS * (1 + own)
    return np.asarray(sampled(market, version.days) * by_surface[:, np.newaxis] * rate)


def _corrected(chance: Chance, version: Version, found: Floats, seen: Floats) -> Iterator[Series]:
    """The series of the market whose feed stopped: three days late, one value told twice."""
    day = np.array([OUTAGE.day])
    rng = chance.of(METRIC, "outage")
    first, final = (
        (_parted(rng, found, negative), split(OUTAGE.market, day, np.array([float(views)])))
        for negative, views in (OUTAGE.told_first, OUTAGE.corrected)
    )
    found[:, :, day], seen[:, day] = final
    at = minute(*OUTAGE.corrected_at)
    lost = planted("EV-10", "ENVR feed")
    alone = replace(version, first=OUTAGE.day, last=OUTAGE.day)
    wrong = {one.key: one.tellings for one in _cuts(alone, OUTAGE.market, *first)}
    for one in _cuts(version, OUTAGE.market, found, seen):
        told = one.tellings
        late = (told.days >= lost.first) & (told.days <= OUTAGE.day)
        told = replace(told, told=np.where(late, at, told.told))
        yield replace(one, tellings=told.then(wrong[one.key]))


def _parted(rng: Generator, found: Floats, negative: int) -> Floats:
    """So many negative views of one day, by area and surface as they usually are."""
    usual = found.sum(axis=2)
    drawn = rng.multinomial(negative, (usual / usual.sum()).ravel())
    return drawn.reshape(*usual.shape, 1).astype(np.float64)
