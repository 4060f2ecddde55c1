"""The sizes, levels and rhythms from which the demo's numbers are made (domain/demo.md 5.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from riskreg.demo.chance import Chance, Floats, Ints
from riskreg.demo.places import MARKETS

ENVR_BPS = {
    "MS": 2.4, "SSH": 0.9, "HATE": 1.6, "HARASS": 2.1, "MISINFO": 1.8,
    "GRAPHIC": 1.5, "ADULT": 2.6, "FRAUD": 1.7, "AIGC": 0.6,
}  # fmt: skip
"""Negative views in 10 000 of each policy area in a market of multiplier 1: 15.2 in all."""

MARKET_MULTIPLIERS = {
    "en-US": 1.0, "id-ID": 1.15, "pt-BR": 1.10, "es-MX": 1.0, "ar-SA": 1.25, "ja-JP": 0.75,
    "vi-VN": 1.10, "en-GB": 0.9, "de-DE": 0.85, "fr-FR": 1.0, "tr-TR": 1.0, "th-TH": 1.0,
}  # fmt: skip
VIEW_SHARES = {market.code: float(market.share) for market in MARKETS}
SAMPLED_VIEWS = 30_000
"""Sampled of each market on each day."""
VIEWS_A_DAY = 1.2e9
TREND_A_DAY = -0.00035
"""Of the level of the first day: what ENVR loses each day without anybody's doing."""

SURFACES = {"FEED": 0.78, "LIVE": 0.06, "COMMENTS": 0.10, "SEARCH": 0.06}
"""The share of views of each surface."""
SURFACE_MULTIPLIERS = {"FEED": 0.95, "LIVE": 2.25, "COMMENTS": 0.80, "SEARCH": 0.044 / 0.06}
"""How negative each surface is beside the whole of its market; weighted by shares they make 1."""


@dataclass(frozen=True)
class Work:
    """What a vendor does for a project; targets are in percent, `hours` the turnaround promised."""

    project: str
    vendor: str
    volume: int
    handling: float
    on_time: float
    hours: float
    gold: float

    @property
    def pair(self) -> tuple[str, str]:
        """The codes of project and vendor."""
        return self.project, self.vendor


OnTime = tuple[float, float]
"""Percent, and within how many hours."""


def _shared(
    project: str, vendors: dict[str, int], handling: float, on_time: OnTime, gold: float
) -> Iterator[Work]:
    share, hours = on_time
    for vendor, volume in vendors.items():
        yield Work(project, vendor, volume, handling, share, hours, gold)


WORK: tuple[Work, ...] = (
    *_shared("PRJ-MS-ENF", {"ASTER": 26_000, "EVERGREEN": 24_000, "INHOUSE": 12_000},
             38, (95, 4), 96),
    *_shared("PRJ-HATE-ENF", {"DUNE": 48_000, "BOREALIS": 27_000, "ASTER": 14_000},
             42, (95, 8), 94.5),
    *_shared("PRJ-MIS-CIV", {"CORDILLERA": 13_500, "ASTER": 5_000}, 95, (90, 24), 92),
    *_shared("PRJ-SSH-ENF", {"INHOUSE": 9_000}, 55, (97, 2), 97),
    *_shared("PRJ-ADULT-TRAIN", {"ASTER": 45_000, "EVERGREEN": 35_000}, 14, (95, 48), 97),
    *_shared("PRJ-FRAUD-ENF", {"EVERGREEN": 33_000}, 40, (93, 12), 94),
    *_shared("PRJ-AIGC-TAX", {"INHOUSE": 3_500, "BOREALIS": 2_500}, 70, (90, 72), 90),
    *_shared("PRJ-PREV-SAMP", {"INHOUSE": 12_000}, 60, (99, 48), 98),
    *_shared("PRJ-APPEAL", {"BOREALIS": 4_200, "CORDILLERA": 3_300}, 110, (95, 48), 95),
    *_shared("PRJ-LLM-EVAL", {"INHOUSE": 3_000, "ASTER": 1_000}, 150, (90, 120), 95),
    *_shared("PRJ-LIVE-RT", {"EVERGREEN": 10_500, "DUNE": 4_500}, 25, (98, 5 / 60), 93),
    *_shared("PRJ-SEARCH-REL", {"ASTER": 22_000}, 30, (92, 72), 93),
)  # fmt: skip
"""Items a day, seconds an item, on-time share within hours, gold accuracy promised."""

_WEEK = np.array([1.06, 1.03, 1.02, 1.01, 1.00, 0.88, 0.84])
_WEEK_OF_NEGATIVE_VIEWS = np.array([-0.01, -0.01, -0.005, 0.0, 0.005, 0.01, 0.01])
_WEEK_OF_VIEWS = np.array([0.97, 0.97, 0.98, 0.99, 1.01, 1.04, 1.04])


@dataclass(frozen=True)
class Holiday:
    """Days on which less is posted and fewer people work, for some vendors."""

    first: int
    last: int
    vendors: tuple[str, ...]
    name: str
    inflow: float = 0.92
    staff: float = 0.92

    def holds(self, days: Ints) -> Ints:
        """1 on its days, else 0."""
        return ((days >= self.first) & (days <= self.last)).astype(np.int64)


HOLIDAYS = (
    Holiday(-326, -319, ("ASTER", "BOREALIS", "CORDILLERA", "INHOUSE"), "Year-end holidays"),
    Holiday(-285, -281, ("EVERGREEN",), "Spring festival"),
    Holiday(-226, -222, ("BOREALIS", "CORDILLERA"), "Holidays of spring"),
    Holiday(-171, -170, ("ASTER", "INHOUSE"), "A long weekend"),
    Holiday(-100, -97, ("BOREALIS",), "Holidays of summer"),
)
"""Of a year, besides the regional one that EV-11 plants."""


def weekly_volume(chance: Chance, days: Ints) -> Floats:
    """How much of a usual day's work each day brings, by its day of the week."""
    return np.asarray(_WEEK[chance.weekdays(days)])


def weekly_views(chance: Chance, days: Ints) -> Floats:
    """The same of views."""
    return np.asarray(_WEEK_OF_VIEWS[chance.weekdays(days)])


def weekly_negative_views(chance: Chance, days: Ints) -> Floats:
    """By what share more views are negative on each day of the week."""
    return np.asarray(_WEEK_OF_NEGATIVE_VIEWS[chance.weekdays(days)])


def inflow(vendor: str, days: Ints) -> Floats:
    """What holidays leave of a vendor's inflow."""
    return _on_holidays(vendor, days, "inflow")


def staff(vendor: str, days: Ints) -> Floats:
    """What holidays leave of a vendor's roster."""
    return _on_holidays(vendor, days, "staff")


def _on_holidays(vendor: str, days: Ints, what: str) -> Floats:
    left = np.ones(len(days))
    for one in HOLIDAYS:
        if vendor in one.vendors:
            left = np.where(one.holds(days) == 1, getattr(one, what), left)
    return left


def trend(days: Ints, first_day: int) -> Floats:
    """What is left of a level of the first day."""
    return np.asarray(1 + TREND_A_DAY * (days - first_day), dtype=np.float64)
