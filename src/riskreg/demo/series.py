"""A series of the demo as it was told: what of, and each telling with the time it came in."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from riskreg.demo.chance import Floats, Ints
from riskreg.demo.planted import Scope
from riskreg.metrics.rules import Cadence

MINUTES_A_DAY = 24 * 60
FEED_AT = 7 * 60
"""The minute of the day at which the values of the day before come in."""


def minute(day: int, at: str) -> int:
    """A time HH:MM of a day counted from today, in minutes from the start of today."""
    hours, minutes = (int(part) for part in at.split(":"))
    return day * MINUTES_A_DAY + hours * 60 + minutes


@dataclass(frozen=True)
class Tellings:
    """What was told, one entry a telling, by the time it came in; what was not said is NaN.

    `days` begin the periods, counted from today; `told` are minutes from the start of today.
    `value` is said of what is no ratio.
    """

    days: Ints
    told: Ints
    numerator: Floats
    denominator: Floats
    value: Floats
    error: Floats
    size: Floats

    def __len__(self) -> int:
        return len(self.days)

    def taken(self, kept: Ints) -> Tellings:
        """Some of the tellings."""
        return Tellings(**{one.name: getattr(self, one.name)[kept] for one in fields(self)})

    def since(self, day: int) -> Tellings:
        """Those of periods that begin on a day or later."""
        return self.taken(np.flatnonzero(self.days >= day))

    def newest(self) -> Tellings:
        """The last telling of each period, in the order of the periods."""
        order = np.lexsort((self.told, self.days))
        last = np.append(np.diff(self.days[order]) > 0, np.array([True] * (len(order) > 0)))
        return self.taken(order[last.astype(bool)])

    def then(self, later: Tellings) -> Tellings:
        """These and some more, by the time at which they came in."""
        both = Tellings(
            **{
                one.name: np.concatenate([getattr(self, one.name), getattr(later, one.name)])
                for one in fields(self)
            }
        )
        return both.taken(np.argsort(both.told, kind="stable"))


def ratios(days: Ints, numerator: Floats, denominator: Floats, length: int = 1) -> Tellings:
    """Counts, or sums, over what they are of; each told on the morning after its period."""
    nothing = np.full(len(days), np.nan)
    return Tellings(
        days, _morning_after(days, length), numerator, denominator, nothing, nothing, nothing
    )


def levels(
    days: Ints, value: Floats, size: Floats | None = None, error: Floats | None = None,
    length: int = 1,
) -> Tellings:  # fmt: skip
    """Values that are no ratios, each told on the morning after its period."""
    nothing = np.full(len(days), np.nan)
    return Tellings(
        days,
        _morning_after(days, length),
        nothing,
        nothing,
        value,
        nothing if error is None else error,
        nothing if size is None else size,
    )


def _morning_after(days: Ints, length: int) -> Ints:
    return (days + length) * MINUTES_A_DAY + FEED_AT


@dataclass(frozen=True)
class Series:
    """A metric, as one version of it, in a scope, with everything that was told of it."""

    metric: str
    scope: Scope
    tellings: Tellings
    version: int = 1
    cadence: Cadence = Cadence.DAILY
    min_sample: int = 0
    source: str = "Labelling platform"

    @property
    def key(self) -> tuple[str, int, Scope]:
        """What tells it apart."""
        return self.metric, self.version, self.scope
