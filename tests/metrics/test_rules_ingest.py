"""Each rule of ingest refuses what it is for, and names the field."""

from datetime import UTC, date, datetime, timedelta
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from riskreg.metrics.rules import Cadence, MetricKind, QualityFlag
from riskreg.metrics.rules_ingest import (
    Checked,
    Columns,
    RejectCode,
    SeriesFacts,
    check,
    columns_of,
)

NOW = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 15)
WEEK = date(2026, 11, 9)
SERIES = [
    SeriesFacts(1, MetricKind.PROPORTION, 100.0, Cadence.DAILY, 24),
    SeriesFacts(2, MetricKind.RATE, 10_000.0, Cadence.DAILY, 24),
    SeriesFacts(3, MetricKind.COUNT, 1.0, Cadence.DAILY, 24),
    SeriesFacts(4, MetricKind.MEAN, 1.0, Cadence.WEEKLY, 24),
    SeriesFacts(5, MetricKind.INDEX, 1.0, Cadence.MONTHLY, 24),
    SeriesFacts(6, MetricKind.COUNT, 1.0, Cadence.DAILY, 24, date(2026, 11, 1).toordinal()),
    SeriesFacts(7, MetricKind.PROPORTION, 1.0, Cadence.DAILY, 24),
    SeriesFacts(8, MetricKind.QUANTILE, 1.0, Cadence.DAILY, 24),
]


def row(series: int = 1, day: date = DAY, **given: Any) -> Columns:
    """One observation."""
    return columns_of(
        series_no=[series], period_start=[day], **{name: [one] for name, one in given.items()}
    )


def checked(given: Columns) -> Checked:
    return check(given, SERIES, NOW)


def only(found: Checked) -> tuple[RejectCode, str]:
    [rejected] = found.rejected
    assert len(found.columns) == 0
    return rejected.code, rejected.field


BAD = {
    "no such series": (row(9, value=1.0), RejectCode.UNKNOWN_SERIES, "series"),
    "after its end": (row(6, value=1.0), RejectCode.UNKNOWN_SERIES, "series"),
    "two days ahead": (
        row(3, NOW.date() + timedelta(days=2), value=1.0),
        RejectCode.FUTURE_PERIOD,
        "periodStart",
    ),
    "no day": (
        columns_of(series_no=[3], period_start=np.array([0]), value=[1.0]),
        RejectCode.BAD_PERIOD,
        "periodStart",
    ),
    "a day beyond all days": (
        columns_of(series_no=[3], period_start=np.array([2**40]), value=[1.0]),
        RejectCode.FUTURE_PERIOD,
        "periodStart",
    ),
    "a week from a Sunday": (row(4, value=1.0), RejectCode.BAD_PERIOD, "periodStart"),
    "a month from the 15th": (row(5, value=1.0), RejectCode.BAD_PERIOD, "periodStart"),
    "nothing said": (row(), RejectCode.NO_VALUE, "value"),
    "half a ratio": (row(numerator=3.0), RejectCode.NO_VALUE, "denominator"),
    "of nothing": (row(numerator=0.0, denominator=0.0), RejectCode.NO_VALUE, "denominator"),
    "no number": (row(3, value=nan), RejectCode.NO_VALUE, "value"),
    "without end": (row(3, value=inf), RejectCode.NOT_A_NUMBER, "value"),
    "endless sample": (row(3, value=1.0, sample_size=inf), RejectCode.NOT_A_NUMBER, "sampleSize"),
    "too large a ratio": (
        row(2, numerator=1e300, denominator=1e-300),
        RejectCode.NOT_A_NUMBER,
        "value",
    ),
    "less than nothing": (row(3, value=-1.0), RejectCode.OUT_OF_RANGE, "value"),
    "negative part": (
        row(numerator=-1.0, denominator=3.0),
        RejectCode.OUT_OF_RANGE,
        "numerator",
    ),
    "negative error": (
        row(3, value=1.0, standard_error=-0.1),
        RejectCode.OUT_OF_RANGE,
        "standardError",
    ),
    "more than the whole": (
        row(numerator=4.0, denominator=3.0),
        RejectCode.OUT_OF_RANGE,
        "numerator",
    ),
    "a share over all": (row(value=100.1), RejectCode.OUT_OF_RANGE, "value"),
    "another value than its parts": (
        row(numerator=1.0, denominator=4.0, value=25.13),
        RejectCode.CONTRADICTION,
        "value",
    ),
    "half a unit off, where units are wide": (
        row(7, numerator=2.0, denominator=10.0, value=0.5),
        RejectCode.CONTRADICTION,
        "value",
    ),
    "rounded to nothing": (
        row(numerator=1.0, denominator=30_000.0, value=0.0),
        RejectCode.CONTRADICTION,
        "value",
    ),
    "something of nothing": (
        row(numerator=0.0, denominator=30_000.0, value=1e-9),
        RejectCode.CONTRADICTION,
        "value",
    ),
    "a negative part of a rate": (
        row(2, numerator=-1.0, denominator=3.0),
        RejectCode.OUT_OF_RANGE,
        "numerator",
    ),
    "a negative part of a count": (
        row(3, value=1.0, numerator=-1.0, denominator=3.0),
        RejectCode.OUT_OF_RANGE,
        "numerator",
    ),
    "a negative whole": (
        row(4, WEEK, numerator=1.0, denominator=-3.0),
        RejectCode.OUT_OF_RANGE,
        "denominator",
    ),
    "a mean of nothing": (
        row(4, WEEK, numerator=1.0, denominator=0.0, value=3.0),
        RejectCode.NO_VALUE,
        "denominator",
    ),
    "known before it is": (
        row(3, value=1.0, recorded_at=NOW + timedelta(seconds=1)),
        RejectCode.OUT_OF_RANGE,
        "recordedAt",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_refused_by_its_field(name: str) -> None:
    given, code, field = BAD[name]
    assert only(checked(given)) == (code, field)


GOOD = {
    "a share": (row(numerator=3.0, denominator=4.0), 75.0, 4.0),
    "a share that says its value": (
        row(numerator=1.0, denominator=3.0, value=33.333333),
        100 / 3,
        3.0,
    ),
    "a share by value alone": (row(value=94.6), 94.6, nan),
    "a share by value and sample": (row(value=94.6, sample_size=300.0), 94.6, 300.0),
    "a rate": (row(2, numerator=45.0, denominator=30_000.0), 15.0, 30_000.0),
    "a rate over one": (row(2, numerator=3.0, denominator=2.0), 15_000.0, 2.0),
    "a count of none": (row(3, value=0.0), 0.0, nan),
    "today": (row(3, NOW.date(), value=1.0), 1.0, nan),
    "tomorrow": (row(3, NOW.date() + timedelta(days=1), value=1.0), 1.0, nan),
    "a week": (row(4, date(2026, 11, 9), numerator=84.0, denominator=2.0), 42.0, 2.0),
    "a month": (row(5, date(2026, 11, 1), value=-0.2), -0.2, nan),
    "the last day of a series": (row(6, date(2026, 11, 1), value=1.0), 1.0, nan),
    "a value rounded to two places": (
        row(numerator=1.0, denominator=3.0, value=33.33),
        100 / 3,
        3.0,
    ),
    "a value 0.4 % off": (row(numerator=1.0, denominator=4.0, value=25.1), 25.0, 4.0),
    "nothing of something": (row(numerator=0.0, denominator=9.0, value=0.0), 0.0, 9.0),
    "a negative mean": (row(4, WEEK, numerator=-3.0, denominator=2.0), -1.5, 2.0),
    "an index with a negative part": (
        row(5, date(2026, 11, 1), value=-0.5, numerator=-1.0, denominator=2.0),
        -0.5,
        nan,
    ),
    "a count beside nothing": (row(3, value=7.0, numerator=0.0, denominator=0.0), 7.0, nan),
    "a quantile beside nothing": (row(8, value=9.5, numerator=0.0, denominator=0.0), 9.5, nan),
    "an index beside nothing": (
        row(5, date(2026, 11, 1), value=0.3, numerator=0.0, denominator=0.0),
        0.3,
        nan,
    ),
    "a smaller sample": (row(numerator=1.0, denominator=2.0, sample_size=1.5), 50.0, 1.5),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_row_has_a_value_and_a_sample(name: str) -> None:
    given, value, sample = GOOD[name]
    found = checked(given)
    assert found.rejected == ()
    assert found.columns.value == pytest.approx([value])
    assert found.columns.sample_size == pytest.approx([sample], nan_ok=True)


def test_good_rows_are_kept_in_order_and_bad_ones_named_by_their_place() -> None:
    days = [DAY, date(2026, 11, 14), DAY, DAY, date(2026, 11, 14)]
    given = columns_of(
        series_no=[3, 3, 1, 3, 9],
        period_start=days,
        value=[1.0, 2.0, 50.0, 4.0, 5.0],
        quality=[
            QualityFlag.OK,
            QualityFlag.PARTIAL,
            QualityFlag.OK,
            QualityFlag.OK,
            QualityFlag.OK,
        ],
    )
    found = checked(given)
    assert found.columns.series_no.tolist() == [1, 3, 3]
    assert found.columns.value.tolist() == [50.0, 2.0, 1.0]
    assert found.columns.quality.tolist() == [0, 1, 0]
    assert found.rows.tolist() == [2, 1, 0]
    assert [(one.index, one.code) for one in found.rejected] == [
        (3, RejectCode.DUPLICATE_ROW),
        (4, RejectCode.UNKNOWN_SERIES),
    ]


def test_less_than_nothing_is_not_told_from_nothing() -> None:
    kept = checked(row(5, date(2026, 11, 1), value=-0.0, standard_error=-0.0)).columns
    assert not np.signbit([*kept.value, *kept.standard_error]).any()


def test_nothing_is_a_batch_too() -> None:
    found = check(columns_of(series_no=[], period_start=[]), [], NOW)
    assert (len(found.columns), found.rejected) == (0, ())
