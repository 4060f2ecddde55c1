"""Windows of one series: sums over sums, their intervals, and when there is nothing to say."""

import math
from datetime import date, timedelta

import pytest

from riskreg.metrics.rules import Cadence, MetricKind
from riskreg.metrics.rules_windows import (
    MetricFacts,
    Window,
    WindowMethod,
    WindowReason,
    period_starts,
    window,
)
from tests.metrics.measured import observed

FIRST = date(2026, 11, 9)
PERCENT = MetricFacts(MetricKind.PROPORTION, 100)
BPS = MetricFacts(MetricKind.PROPORTION, 10_000)
PER_MILLE = MetricFacts(MetricKind.RATE, 1000)
SECONDS = MetricFacts(MetricKind.MEAN, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def counted(*pairs: tuple[float, float], scale: float = 100) -> dict[date, dict[str, float]]:
    return {
        day(number): {
            "numerator": above,
            "denominator": below,
            "value": scale * above / below if below else 0.0,
        }
        for number, (above, below) in enumerate(pairs)
    }


def of(rows: dict[date, dict[str, float]], metric: MetricFacts, **more: float) -> Window:
    return window(observed(rows), metric, FIRST, day(6), **more)


def test_ratio_is_a_sum_over_a_sum_not_a_mean_of_days() -> None:
    found = of(counted((1, 10), (180, 200)), PERCENT)
    assert found.value == pytest.approx(100 * 181 / 210)
    assert (found.numerator, found.denominator, found.sample_size) == (181, 210, 210)
    assert (found.periods, found.expected, found.method) == (2, 7, WindowMethod.SUM_OVER_SUM)
    assert found.reason is None


@pytest.mark.parametrize(("right", "size", "low"), [(190, 200, 91.0), (380, 400, 92.4)])
def test_proportion_has_wilsons_interval(right: int, size: int, low: float) -> None:
    """The lower bounds of domain/insights.md 7."""
    found = of(counted((right, size)), PERCENT)
    assert found.low is not None
    assert round(found.low, 1) == low


def test_a_rare_share_of_views_has_the_noise_of_its_sample() -> None:
    """15 bps on 20 000 views is +-5.4, on 560 000 +-1.0 (domain/insights.md 3)."""
    widths = []
    for size in (20_000, 560_000):
        found = of(counted((0.0015 * size, size), scale=10_000), BPS)
        assert found.value == pytest.approx(15)
        assert found.low is not None
        assert found.high is not None
        widths.append((found.high - found.low) / 2)
    assert [round(width, 1) for width in widths] == [5.4, 1.0]


def test_rate_has_a_poisson_interval() -> None:
    """Ten events: 4.795 to 18.390 (Garwood 1936); here per 1 000 of 2 000 items."""
    found = of(counted((4, 500), (6, 1500), scale=1000), PER_MILLE)
    assert found.value == 5.0
    assert found.low == pytest.approx(4.795 / 2, abs=0.005)
    assert found.high == pytest.approx(18.390 / 2, abs=0.005)


def test_mean_has_the_error_of_its_periods() -> None:
    """Days of 10 and 20 seconds over one item each: 15 +- 5, as any two values."""
    found = of(counted((10, 1), (20, 1), scale=1), SECONDS)
    assert (found.value, found.standard_error) == (15.0, 5.0)
    assert found.low == pytest.approx(15 - 1.959964 * 5)
    alone = of(counted((10, 1), scale=1), SECONDS)
    assert (alone.value, alone.standard_error, alone.low) == (10.0, None, None)
    assert alone.method is WindowMethod.POINT


def test_count_is_the_mean_of_a_day() -> None:
    metric = MetricFacts(MetricKind.COUNT, 1, Cadence.WEEKLY)
    rows = {FIRST: {"value": 70.0}, day(7): {"value": 140.0}}
    found = window(observed(rows), metric, FIRST, day(13))
    assert (found.value, found.method) == (15.0, WindowMethod.DAILY_MEAN)
    assert (found.periods, found.expected, found.sample_size) == (2, 2, None)


def test_index_is_the_mean_of_its_values_and_says_so() -> None:
    metric = MetricFacts(MetricKind.INDEX, 1)
    rows = {FIRST: {"value": 0.7, "sample": 50.0}, day(1): {"value": 0.8, "sample": 150.0}}
    found = of(rows, metric)
    assert found.value == pytest.approx(0.75)
    assert (found.low, found.standard_error, found.sample_size) == (None, None, 200.0)
    assert found.method is WindowMethod.MEAN_OF_VALUES
    known = {at: {**row, "error": 0.03} for at, row in rows.items()}
    assert of(known, metric).standard_error == pytest.approx(math.sqrt(2) * 0.03 / 2)


def test_own_errors_are_honoured() -> None:
    """Estimates of 10 and 20 bps on 1 000 and 3 000 views: weights of a quarter and three."""
    rows = {
        FIRST: {"value": 10.0, "sample": 1000.0, "error": 4.0},
        day(1): {"value": 20.0, "sample": 3000.0, "error": 2.0},
    }
    found = of(rows, BPS)
    assert found.value == 17.5
    assert found.standard_error == pytest.approx(math.hypot(0.25 * 4, 0.75 * 2))
    assert (found.numerator, found.denominator, found.sample_size) == (None, None, 4000.0)


def test_suspect_values_are_left_out() -> None:
    rows = counted((5, 100), (90, 100))
    rows[day(1)]["suspect"] = 1.0
    found = of(rows, PERCENT)
    assert (found.value, found.periods) == (5.0, 1)


def test_days_outside_are_left_out() -> None:
    rows = counted(*[(1, 10)] * 8)
    assert of(rows, PERCENT).denominator == 70


def test_nothing_is_said_of_no_data() -> None:
    found = of({}, PERCENT)
    assert (found.value, found.reason, found.periods) == (None, WindowReason.NO_DATA, 0)
    assert found.expected == 7


def test_nothing_is_said_of_too_small_a_sample() -> None:
    rows = counted((95, 100), (99, 99))
    found = of(rows, PERCENT, min_sample=200)
    assert (found.value, found.low, found.standard_error) == (None, None, None)
    assert found.reason is WindowReason.INSUFFICIENT_SAMPLE
    assert (found.numerator, found.sample_size) == (194, 199)
    assert of(rows, PERCENT, min_sample=199).value == pytest.approx(100 * 194 / 199)


def test_an_unknown_sample_is_not_enough() -> None:
    rows = {FIRST: {"value": 3.0}}
    found = of(rows, MetricFacts(MetricKind.QUANTILE, 1), min_sample=1)
    assert (found.value, found.reason) == (None, WindowReason.INSUFFICIENT_SAMPLE)


def test_none_of_none_is_not_a_value() -> None:
    found = of(counted((0, 0)), PERCENT)
    assert (found.value, found.reason) == (None, WindowReason.INSUFFICIENT_SAMPLE)


def test_nothing_counted_is_not_certain() -> None:
    found = of(counted((0, 1000)), PERCENT)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.3827, abs=1e-4)
    p = 0.5 / 1001  # as if half a one had been counted (glossary 3.6.1)
    assert found.standard_error == pytest.approx(100 * math.sqrt(p * (1 - p) / 1000))


@pytest.mark.parametrize(
    ("cadence", "starts"),
    [
        (Cadence.DAILY, 40),
        (Cadence.WEEKLY, [date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 23)]),
        (Cadence.MONTHLY, [date(2026, 12, 1)]),
    ],
)
def test_periods_begin_on_their_days(cadence: Cadence, starts: list[date] | int) -> None:
    found = list(period_starts(date(2026, 11, 4), date(2026, 12, 13), cadence))
    if isinstance(starts, int):
        assert len(found) == starts
    else:
        assert found[: len(starts)] == starts
