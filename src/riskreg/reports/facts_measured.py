"""What a brief may print of a metric: estimates with their intervals, and on what they rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from riskreg.reports.wording import grouped

KEPT = 6
"""So many decimals are kept; fewer are printed."""
FINE, COARSE = 2, 1
"""So many decimals are printed below ten, and from ten on."""


@dataclass(frozen=True)
class Estimate:
    """A value in the metric's unit, its 95 % interval, its n, and the series that it rests on.

    Value None means that it cannot be said, and `reason` why; `part` is a market, "" for all.
    """

    part: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    amount: str  # "14.7"
    text: str  # "14.7 bps"
    interval: str  # "14.4 to 15.0"
    n: int | None
    n_text: str
    periods: int
    expected: int
    reason: str
    series: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What a metric said in some days, both included, under which versions of its definition."""

    metric: str
    name: str
    definitions: tuple[int, ...]
    first: date
    last: date
    days: int
    total: Estimate
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Shift:
    """How far the days lie above those before, in the unit, with a 95 % interval.

    `least` is the smallest change that would show four times in five. SAME is within the noise.
    """

    kind: str  # WORSE | BETTER | OTHER | SAME
    value: float
    low: float
    high: float
    least: float
    text: str
    interval: str
    least_text: str


@dataclass(frozen=True)
class Measured:
    """A metric now and before, in each market, and the metric that must be read beside it."""

    now: Told
    markets: tuple[Estimate, ...]
    before: Told | None
    shift: Shift | None
    not_compared: str
    pair: Told | None

    @property
    def highest(self) -> Estimate | None:
        """The market with the highest value; None where fewer than two can be told apart."""
        known = [one for one in self.markets if one.value is not None]
        if len(known) < 2:
            return None
        return max(known, key=lambda one: (one.value or 0.0, one.part))


@dataclass(frozen=True)
class Cited:
    """The values of a series, between two days, that a brief rests on."""

    series: str
    first: date
    last: date


def cited(of: Measured | None) -> tuple[Cited, ...]:
    """All values that a brief rests on, by the code of their series."""
    found: dict[str, tuple[date, date]] = {}
    for one in _told(of):
        for code in one.total.series:
            first, last = found.get(code, (one.first, one.last))
            found[code] = (min(first, one.first), max(last, one.last))
    return tuple(Cited(code, *found[code]) for code in sorted(found))


def _told(of: Measured | None) -> Iterator[Told]:
    if of is not None:
        yield from (one for one in (of.now, of.before, of.pair) if one is not None)


def told(
    of: tuple[str, str],
    definitions: Sequence[int],
    days: tuple[date, date],
    total: Estimate,
    *,
    missing: Sequence[str] = (),
) -> Told:
    """What a metric (its code and name) said from one day to another."""
    first, last = days
    number = (last - first).days + 1
    return Told(*of, tuple(definitions), first, last, number, total, tuple(missing))


def estimate(
    value: float | None,
    bounds: tuple[float | None, float | None],
    unit: str,
    *,
    n: float | None = None,
    part: str = "",
    periods: tuple[int, int] = (0, 0),
    reason: str = "",
    series: Sequence[str] = (),
) -> Estimate:
    """An estimate as it is printed; `periods` are those observed, and those expected."""
    low, high = bounds
    size = None if n is None else round(n)
    amount, text, interval = "", "unknown", ""
    if value is not None:
        amount = _shown(value, digits(value))
        text = f"{amount} {unit}"
        if low is not None and high is not None:
            interval = f"{_shown(low, digits(value))} to {_shown(high, digits(value))}"
    return Estimate(
        part,
        None if value is None else _kept(value),
        None if low is None else _kept(low),
        None if high is None else _kept(high),
        unit,
        amount,
        text,
        interval,
        size,
        "" if size is None else grouped(size),
        *periods,
        reason,
        tuple(series),
    )


def shift(kind: str, value: float, bounds: tuple[float, float], least: float, like: float) -> Shift:
    """A change as it is printed, with as many decimals as the value `like`."""
    shown = digits(like)
    low, high = bounds
    if value < 0:
        low, high = -high, -low
    return Shift(
        kind,
        _kept(value),
        _kept(bounds[0]),
        _kept(bounds[1]),
        _kept(least),
        _shown(abs(value), shown),
        f"{_shown(low, shown)} to {_shown(high, shown)}",
        _shown(least, shown),
    )


def digits(value: float) -> int:
    """How many decimals a value is printed with."""
    return COARSE if abs(value) >= 10 else FINE


def _kept(value: float) -> float:
    return round(value, KEPT) + 0.0  # no -0.0


def _shown(value: float, decimals: int) -> str:
    return f"{round(value, decimals) + 0.0:.{decimals}f}"
