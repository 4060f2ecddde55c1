"""What becomes of the demo's removals: appeals, overturns, speed, audits; and all views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from riskreg.demo import premises
from riskreg.demo.chance import DAYS, Chance, Floats, around, part
from riskreg.demo.planted import Scope, added, planted
from riskreg.demo.series import Series, Tellings, levels, minute, ratios

SOURCE = "Enforcement logs"
WEEKLY_SPREAD, SMALL_SPREAD = 0.02, 0.003


@dataclass(frozen=True)
class Removals:
    """What is removed for an area a day, and what becomes of it, in percent."""

    removed: int
    appealed: float
    decided: int
    overturned: float
    proactive: float
    in_a_day: float
    wrong: float


REMOVALS = {
    "MS": Removals(21_000, 2.4, 400, 3.1, 97.2, 95.1, 2.1),
    "SSH": Removals(6_500, 2.1, 160, 3.8, 96.4, 94.6, 2.4),
    "HATE": Removals(30_000, 3.6, 1_800, 2.2, 93.5, 92.8, 2.9),
    "HARASS": Removals(38_000, 3.9, 2_400, 2.6, 92.1, 92.2, 3.1),
    "MISINFO": Removals(16_000, 4.4, 1_500, 2.8, 91.6, 91.0, 3.4),
    "GRAPHIC": Removals(14_000, 2.7, 300, 2.0, 96.8, 94.9, 1.9),
    "ADULT": Removals(52_000, 1.9, 900, 1.2, 97.9, 96.2, 1.6),
    "FRAUD": Removals(27_000, 2.2, 500, 1.4, 94.4, 93.6, 2.2),
    "AIGC": Removals(5_000, 4.8, 200, 4.0, 90.2, 90.5, 3.8),
}
APPEALS = {"BOREALIS": (4_200, 2.1), "CORDILLERA": (3_300, 2.7)}
"""What each vendor of PRJ-APPEAL decides a day, and the percent that it overturns."""
AUDITED = 600.0
RESTATED_AT = (-13, "16:00")
"""When the overturns that were counted three times were told anew."""


def series(chance: Chance) -> Iterator[Series]:
    """Every series of outcomes besides ENVR."""
    for area, row in REMOVALS.items():
        yield from _of_area(chance, area, row)
    for vendor, (decided, overturned) in APPEALS.items():
        scope = Scope("PRJ-APPEAL", vendor=vendor)
        one = _share(chance, "OVERTURN", scope, overturned, float(decided))
        yield replace(one, tellings=_counted_thrice(one), source="Labelling platform")
    for market, share in premises.VIEW_SHARES.items():
        usual = premises.VIEWS_A_DAY * share * premises.weekly_views(chance, DAYS)
        views = np.rint(around(chance.of("VIEWS", market), usual, WEEKLY_SPREAD))
        yield Series("VIEWS", Scope(market=market), levels(DAYS, views), source=SOURCE)


def _of_area(chance: Chance, area: str, row: Removals) -> Iterator[Series]:
    scope = Scope(area=area)
    yield _share(chance, "OVERTURN", scope, row.overturned, float(row.decided))
    yield _share(chance, "APPEAL_RATE", scope, row.appealed, float(row.removed))
    yield _share(chance, "PROACTIVE", scope, row.proactive, float(row.removed))
    yield _share(chance, "REM_24H", scope, row.in_a_day, float(row.removed))
    yield _share(chance, "FPR_ENF", scope, row.wrong, AUDITED)


def _share(chance: Chance, metric: str, scope: Scope, usual: float, number: float) -> Series:
    sizes = np.rint(number * premises.weekly_volume(chance, DAYS))
    share = (usual + added(metric, scope, DAYS)) / 100
    found: Floats = part(chance.of(metric, scope), share, sizes, SMALL_SPREAD)
    return Series(metric, scope, ratios(DAYS, found, sizes), source=SOURCE)


def _counted_thrice(one: Series) -> Tellings:
    """The tellings with what a double ingestion told of some days first, and what is so later."""
    event = planted("EV-12", "OVERTURN")
    told = one.tellings
    if one.scope != event.scope or event.last is None:
        return told
    wrong = (told.days >= event.first) & (told.days <= event.last)
    first = replace(told, numerator=np.where(wrong, event.size * told.numerator, told.numerator))
    again = told.taken(np.flatnonzero(wrong))
    return first.then(replace(again, told=np.full(len(again), minute(*RESTATED_AT))))
