"""The demo's numbers, summed up as plainly as can be: counts over counts, by series and window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from riskreg.demo.measured import everything
from riskreg.demo.places import MARKETS
from riskreg.demo.planted import Scope
from riskreg.demo.series import Series, Tellings

SHARES = {market.code: float(market.share) for market in MARKETS}
AREAS = ("MS", "SSH", "HATE", "HARASS", "MISINFO", "GRAPHIC", "ADULT", "FRAUD", "AIGC")
SURFACES = ("FEED", "LIVE", "COMMENTS", "SEARCH")
Window = tuple[int, int]
"""First and last day from the demo's today, both included."""


@dataclass(frozen=True)
class Numbers:
    """Every series of a seed and a day; what counts is the last telling of each period."""

    seed: str
    as_of: date

    @cached_property
    def series(self) -> dict[tuple[str, int, Scope], Series]:
        """By metric, version and scope."""
        return {one.key: one for one in everything(self.seed, self.as_of)}

    def told(self, metric: str, version: int = 1, /, **scope: str) -> Tellings:
        """All that was told of one series."""
        return self.series[metric, version, Scope(**scope)].tellings

    def known(self, metric: str, window: Window, version: int = 1, /, **scope: str) -> Tellings:
        """What counts of one series in a window."""
        newest = self.told(metric, version, **scope).newest()
        first, last = window
        return newest.taken(np.flatnonzero((newest.days >= first) & (newest.days <= last)))

    def ratio(self, metric: str, window: Window, version: int = 1, /, **scope: str) -> float:
        """A sum over a sum."""
        found = self.known(metric, window, version, **scope)
        return float(found.numerator.sum() / found.denominator.sum())

    def percent(self, metric: str, window: Window, /, **scope: str) -> float:
        """The same in percent."""
        return 100 * self.ratio(metric, window, **scope)

    def mean(self, metric: str, window: Window, /, **scope: str) -> float:
        """The mean of the values of what is no ratio."""
        return float(self.known(metric, window, **scope).value.mean())

    def envr(self, window: Window, version: int, /, **scope: str) -> float:
        """ENVR in bps of an area, or of all, in a market, or in all weighted by their views."""
        markets = [scope["market"]] if "market" in scope else list(SHARES)
        return self.weighted(window, version, markets, scope.get("area"))

    def weighted(
        self, window: Window, version: int, markets: list[str], area: str | None = None
    ) -> float:
        """The same of some markets."""
        total = 0.0
        for market in markets:
            for one in AREAS if area is None else (area,):
                found = self.ratio("ENVR", window, version, area=one, market=market)
                total += 1e4 * SHARES[market] * found
        return total / sum(SHARES[market] for market in markets)

    def surfaces(self, window: Window, market: str) -> tuple[Any, Any]:
        """The share of sampled views of each surface, and its ENVR in bps."""
        cuts = [self.known("ENVR", window, 3, market=market, surface=one) for one in SURFACES]
        views = np.array([cut.denominator.sum() for cut in cuts])
        negative = np.array([cut.numerator.sum() for cut in cuts])
        return views / views.sum(), 1e4 * negative / views
