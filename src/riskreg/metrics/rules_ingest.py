"""Which observations of a batch are good, and what they say; whole columns at a time (BR 10, 11).

Rows are looked at by column, because looking at each by itself costs more than storing it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from riskreg.metrics.rules import RATIOS, Cadence, MetricKind, QualityFlag, is_period_start

Numbers: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

AHEAD = timedelta(hours=24)
"""How far into the future a period may begin (BR 11)."""
ROUNDED = 0.005
"""By what part a value may differ from numerator over denominator: 0.5 %, for a sender who rounds.

There is no floor in units, which would be wide where values are small: whoever rounds a small
value to nothing leaves it out, since the parts say it better.
"""
EXACT = 1e-9
"""By what part a share may exceed all of it: what a sender's own division may leave over."""
QUALITIES = tuple(QualityFlag)
"""Quality flags in the order of their codes in columns."""
_FAR = date.max.toordinal()
NO_END = 2**62
"""The last day of a series that has not ended."""


class RejectCode(StrEnum):
    """What is wrong with an observation."""

    UNKNOWN_SERIES = "UNKNOWN_SERIES"
    BAD_PERIOD = "BAD_PERIOD"
    FUTURE_PERIOD = "FUTURE_PERIOD"
    NO_VALUE = "NO_VALUE"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    CONTRADICTION = "CONTRADICTION"
    DUPLICATE_ROW = "DUPLICATE_ROW"
    BEFORE_KNOWN = "BEFORE_KNOWN"


@dataclass(frozen=True)
class Rejected:
    """A row that is not kept: its place in what was sent, the field, and a sentence."""

    index: int
    code: RejectCode
    field: str
    message: str


@dataclass(frozen=True)
class Columns:
    """Observations by column; what a row does not say is NaN.

    `series_no` is 0 where no series was found. `period_start` are proleptic ordinals, 0 where there
    is none. `quality` are places in `QUALITIES`. `recorded_at` is None for "now"; else it is when
    each became known.
    """

    series_no: Ints
    period_start: Ints
    numerator: Numbers
    denominator: Numbers
    value: Numbers
    standard_error: Numbers
    sample_size: Numbers
    quality: NDArray[np.int8]
    recorded_at: NDArray[np.datetime64] | None = None

    def __len__(self) -> int:
        return len(self.series_no)

    def take(self, rows: Ints) -> Columns:
        """Some of the rows, in that order."""
        told = None if self.recorded_at is None else self.recorded_at[rows]
        names = [one.name for one in fields(self) if one.name != "recorded_at"]
        return Columns(**{name: getattr(self, name)[rows] for name in names}, recorded_at=told)

    def normal(self) -> Columns:
        """The same with 0.0 for -0.0, which one engine keeps and the other does not."""
        names = [name for name, _ in FIELDS]
        return replace(self, **{name: getattr(self, name) + 0.0 for name in names})


Given: TypeAlias = Sequence[float | None] | Numbers


def columns_of(
    *,
    series_no: Sequence[int] | Ints,
    period_start: Sequence[date] | Ints,
    numerator: Given | None = None,
    denominator: Given | None = None,
    value: Given | None = None,
    standard_error: Given | None = None,
    sample_size: Given | None = None,
    quality: Sequence[QualityFlag] | None = None,
    recorded_at: Sequence[datetime] | NDArray[np.datetime64] | None = None,
) -> Columns:
    """Columns of equal length from lists or arrays; a column that is left out says nothing."""
    number = len(series_no)
    days = [one.toordinal() if isinstance(one, date) else int(one) for one in period_start]
    codes = [QUALITIES.index(one) for one in quality] if quality is not None else [0] * number
    return Columns(
        series_no=np.asarray(series_no, dtype=np.int64),
        period_start=np.asarray(days, dtype=np.int64),
        numerator=_numbers(numerator, number),
        denominator=_numbers(denominator, number),
        value=_numbers(value, number),
        standard_error=_numbers(standard_error, number),
        sample_size=_numbers(sample_size, number),
        quality=np.asarray(codes, dtype=np.int8),
        recorded_at=None if recorded_at is None else instants(recorded_at),
    )


def _numbers(given: Given | None, number: int) -> Numbers:
    if given is None:
        return np.full(number, np.nan)
    return np.asarray(given, dtype=np.float64)  # None becomes NaN


def instants(given: Sequence[datetime] | NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Instants as microseconds in UTC."""
    if isinstance(given, np.ndarray):
        return given.astype("datetime64[us]")
    plain = [one.astimezone(UTC).replace(tzinfo=None) for one in given]
    return np.asarray(plain, dtype="datetime64[us]")


@dataclass(frozen=True)
class SeriesFacts:
    """What decides whether the rows of a series are good.

    `last_day` is when it ended, `newest_day` its newest period that is known (0 for none).
    """

    number: int
    kind: MetricKind
    scale: float
    cadence: Cadence
    lag_hours: int
    last_day: int = NO_END
    newest_day: int = 0


@dataclass(frozen=True)
class Checked:
    """The good rows, by series and period, with their values; `rows` are their places as sent."""

    columns: Columns
    rows: Ints
    rejected: tuple[Rejected, ...]


def check(
    given: Columns,
    series: Sequence[SeriesFacts],
    now: datetime,
    refused: Sequence[Rejected] = (),
) -> Checked:
    """The good rows with value and sample worked out, and what is wrong with each of the others.

    `refused` were found wrong before, where the columns were made.
    """
    looked = _Looked(given, series)
    looked.rejected += refused
    looked.good[[one.index for one in refused]] = False
    _check_series(looked)
    _check_periods(looked, now)
    _check_numbers(looked)
    made = _values(looked)
    _check_times(looked, now)
    rows = _sorted(looked)
    kept = replace(given, value=made, sample_size=_samples(looked)).take(rows).normal()
    rejected = sorted(looked.rejected, key=lambda one: one.index)
    return Checked(kept, rows, tuple(rejected))


class _Looked:
    """The columns under examination: what is still good, and what was found wrong."""

    def __init__(self, given: Columns, series: Sequence[SeriesFacts]) -> None:
        known = sorted(series, key=lambda one: one.number)
        numbers = np.array([one.number for one in known] or [-1], dtype=np.int64)
        at = np.minimum(np.searchsorted(numbers, given.series_no), len(numbers) - 1)
        self.given = given
        self.good: Flags = np.ones(len(given), dtype=np.bool_)
        self.rejected: list[Rejected] = []
        self.is_known: Flags = numbers[at] == given.series_no
        self.kind = np.array([list(MetricKind).index(one.kind) for one in known] or [0])[at]
        self.scale = np.array([one.scale for one in known] or [1.0], dtype=np.float64)[at]
        self.cadence = np.array([list(Cadence).index(one.cadence) for one in known] or [0])[at]
        self.last_day = np.array([one.last_day for one in known] or [0], dtype=np.int64)[at]

    def refuse(self, bad: Flags, code: RejectCode, field: str, message: str) -> None:
        """Reject the rows that are bad and have not been rejected before."""
        found = np.flatnonzero(bad & self.good)
        self.good[found] = False
        self.rejected += [Rejected(int(row), code, field, message) for row in found]

    def of_kind(self, *kinds: MetricKind) -> Flags:
        """The rows whose metric is of one of the kinds."""
        places = [list(MetricKind).index(one) for one in kinds]
        return np.isin(self.kind, places)


def _check_series(looked: _Looked) -> None:
    ended = looked.given.period_start > looked.last_day
    message = "There is no such series, or it has ended."
    looked.refuse(~looked.is_known | ended, RejectCode.UNKNOWN_SERIES, "series", message)


_BEGINS = {
    Cadence.WEEKLY: "A week of this series begins on a Monday.",
    Cadence.MONTHLY: "A month of this series begins on its first day.",
}
"""Periods that begin on some days only."""


def _check_periods(looked: _Looked, now: datetime) -> None:
    days = looked.given.period_start
    field = "periodStart"
    looked.refuse(days <= 0, RejectCode.BAD_PERIOD, field, "A period begins on a day.")
    last = (now + AHEAD).date().toordinal()
    looked.refuse(days > last, RejectCode.FUTURE_PERIOD, field, "This period has not begun yet.")
    for cadence, message in _BEGINS.items():
        rows = np.flatnonzero(looked.cadence == list(Cadence).index(cadence))
        unique, place = np.unique(np.clip(days[rows], 1, _FAR), return_inverse=True)
        starts = [is_period_start(date.fromordinal(int(day)), cadence) for day in unique]
        bad = np.zeros(len(days), dtype=np.bool_)
        bad[rows] = ~np.array(starts, dtype=np.bool_)[place]
        looked.refuse(bad, RejectCode.BAD_PERIOD, field, message)


_COUNTED = (MetricKind.PROPORTION, MetricKind.RATE, MetricKind.COUNT)
"""Kinds that count something, of which there cannot be less than nothing."""
FIELDS = (
    ("numerator", "numerator"),
    ("denominator", "denominator"),
    ("value", "value"),
    ("standard_error", "standardError"),
    ("sample_size", "sampleSize"),
)


def _check_numbers(looked: _Looked) -> None:
    given = looked.given
    for name, field in FIELDS:
        column: Numbers = getattr(given, name)
        looked.refuse(np.isinf(column), RejectCode.NOT_A_NUMBER, field, "This must be finite.")
        if name in {"denominator", "standard_error", "sample_size"}:
            looked.refuse(column < 0, RejectCode.OUT_OF_RANGE, field, "This cannot be negative.")
    half = np.isnan(given.numerator) != np.isnan(given.denominator)
    message = "Numerator and denominator are given together."
    looked.refuse(half, RejectCode.NO_VALUE, "denominator", message)
    negative = looked.of_kind(*_COUNTED) & (given.numerator < 0)
    looked.refuse(negative, RejectCode.OUT_OF_RANGE, "numerator", "This cannot be negative.")
    share = looked.of_kind(MetricKind.PROPORTION)
    over = share & (given.numerator > given.denominator)
    message = "A part cannot be larger than the whole."
    looked.refuse(over, RejectCode.OUT_OF_RANGE, "numerator", message)


def _values(looked: _Looked) -> Numbers:
    """The value of each row in its metric's unit, from its parts where it has them."""
    given = looked.given
    ratio = looked.of_kind(*RATIOS)
    message = "A denominator of nothing has no value."
    looked.refuse(ratio & (given.denominator == 0), RejectCode.NO_VALUE, "denominator", message)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        made = looked.scale * given.numerator / given.denominator
        ratio = ratio & ~np.isnan(made)
        apart = np.abs(given.value - made) > ROUNDED * np.abs(made)
    message = (
        "The value differs by more than 0.5 % from the numerator over the denominator, in the "
        "metric's unit."
    )
    looked.refuse(ratio & apart, RejectCode.CONTRADICTION, "value", message)
    value: Numbers = np.where(ratio, made, given.value)
    looked.refuse(np.isinf(value), RejectCode.NOT_A_NUMBER, "value", "This must be finite.")
    looked.refuse(np.isnan(value), RejectCode.NO_VALUE, "value", "A value is needed.")
    share = looked.of_kind(MetricKind.PROPORTION)
    out = share & ((value < 0) | (value > looked.scale * (1 + EXACT)))
    looked.refuse(out, RejectCode.OUT_OF_RANGE, "value", "A share lies between none and all.")
    negative = looked.of_kind(*_COUNTED) & (value < 0)
    looked.refuse(negative, RejectCode.OUT_OF_RANGE, "value", "This cannot be negative.")
    return value


def _samples(looked: _Looked) -> Numbers:
    """The sample size that is given, or else the denominator of a ratio."""
    given = looked.given
    known = np.where(looked.of_kind(*RATIOS), given.denominator, np.nan)
    return np.where(np.isnan(given.sample_size), known, given.sample_size)


def _check_times(looked: _Looked, now: datetime) -> None:
    told = looked.given.recorded_at
    if told is None:
        return
    late = told > instants([now])[0]
    message = "What is known now was not recorded later."
    looked.refuse(late, RejectCode.OUT_OF_RANGE, "recordedAt", message)


def _sorted(looked: _Looked) -> Ints:
    """The places of the good rows by series and period; of two of one period the first is good."""
    given = looked.given
    rows = np.flatnonzero(looked.good)
    order = rows[np.lexsort((rows, given.period_start[rows], given.series_no[rows]))]
    same = np.zeros(len(order), dtype=np.bool_)
    same[1:] = (given.series_no[order][1:] == given.series_no[order][:-1]) & (
        given.period_start[order][1:] == given.period_start[order][:-1]
    )
    again = np.zeros(len(given), dtype=np.bool_)
    again[order[same]] = True
    message = "Another row before this one is of the same series and period."
    looked.refuse(again, RejectCode.DUPLICATE_ROW, "periodStart", message)
    return order[~same]
