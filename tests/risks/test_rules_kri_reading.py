"""What a KRI reads on each basis, against hand calculations and tables."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from riskreg.metrics.rules import Cadence, MetricKind
from riskreg.metrics.rules_windows import MetricFacts
from riskreg.risks.rules_kri import Comparator, KriBasis, KriRule, KriStatus
from riskreg.risks.rules_kri_reading import (
    Observed,
    Reading,
    Spell,
    _student,
    before,
    reading,
    readings,
)
from tests.metrics.measured import observed

B, S = KriBasis, KriStatus
D = date(2026, 11, 2)
"""A Monday."""
SHARE = MetricFacts(MetricKind.PROPORTION, 10_000)
PERCENT = MetricFacts(MetricKind.PROPORTION, 100)
INDEX = MetricFacts(MetricKind.INDEX, 1)
RULE = KriRule(B.POINT, 1, Comparator.ABOVE, amber=100, red=200, min_sample=0)


def day(number: int) -> date:
    return D + timedelta(days=number)


def counted(*rows: tuple[float, float], metric: MetricFacts = SHARE, every: int = 1) -> Observed:
    """Numerators and denominators of days in a row, or of every so many days."""
    told = {
        day(place * every): {
            "value": metric.scale * above / below,
            "numerator": above,
            "denominator": below,
            "sample": below,
        }
        for place, (above, below) in enumerate(rows)
    }
    return Observed(observed(told), metric)


def valued(*values: float, sample: float = 100, **facts: Any) -> Observed:
    """Values of days in a row, each with a sample and a standard error of 1."""
    metric = MetricFacts(MetricKind.INDEX, 1, **facts)
    step = 7 if metric.cadence is Cadence.WEEKLY else 1
    told = {
        day(place * step): {"value": value, "sample": sample, "error": 1.0}
        for place, value in enumerate(values)
    }
    return Observed(observed(told), metric)


def test_point_is_the_newest_period_alone() -> None:
    read = reading(counted((10, 1000), (190, 200), metric=PERCENT), RULE, day(1))
    assert (read.value, read.sample_size) == (95.0, 200)
    # Wilson of 190 of 200 by hand: .94152 ± .03110.
    assert [read.low, read.high] == pytest.approx([91.042, 97.262], abs=0.001)


def test_window_is_a_sum_over_a_sum_of_its_days() -> None:
    series = counted((900, 1000), (10, 1000), (30, 1000), (20, 2000))
    read = reading(series, replace(RULE, basis=B.WINDOW_MEAN, window_days=3), day(3))
    assert (read.value, read.sample_size) == (150.0, 4000)  # 60 of 4 000, no mean of daily values
    assert read.status is S.AMBER


def test_window_of_weeks_covers_as_many_days() -> None:
    weekly = replace(SHARE, cadence=Cadence.WEEKLY)
    series = counted((99, 100), (1, 100), (2, 100), (3, 100), (4, 100), metric=weekly, every=7)
    read = reading(series, replace(RULE, basis=B.WINDOW_MEAN, window_days=28), day(28))
    assert (read.value, read.sample_size) == (250.0, 400)


@pytest.mark.parametrize(
    ("basis", "above", "below", "amber", "status"),
    [
        (B.POINT, 190, 200, 98, S.RED),  # 95 % is below 97 %
        (B.CI_BOUND, 190, 200, 98, S.AMBER),  # its interval ends at 97.3 %
        (B.CI_BOUND, 380, 400, 98, S.RED),  # that of the double sample at 96.7 %
        (B.CI_BOUND, 95, 100, 97.5, S.NORMAL),  # that of the half sample at 97.9 %
    ],
)
def test_bound_is_red_only_if_all_of_the_interval_is_beyond(
    basis: KriBasis, above: float, below: float, amber: float, status: KriStatus
) -> None:
    rule = KriRule(basis, 1, Comparator.BELOW, amber=amber, red=97, min_sample=0)
    read = reading(counted((above, below), metric=PERCENT), rule, day(0))
    assert (read.value, read.status) == (95.0, status)


def test_ewma_is_the_textbook_recursion() -> None:
    rule = replace(RULE, basis=B.EWMA, window_days=28)
    read = reading(valued(10, 20, 40), rule, day(2))
    # z = 10, then .2 × 20 + .8 × 10 = 12, then .2 × 40 + .8 × 12; shares .64, .16 and .2.
    assert read.value == pytest.approx(17.6)
    spread = 1.959964 * (0.64**2 + 0.16**2 + 0.2**2) ** 0.5
    assert [read.low, read.high] == pytest.approx([17.6 - spread, 17.6 + spread])
    assert read.sample_size == pytest.approx(100 / (0.64**2 + 0.16**2 + 0.2**2))


def test_ewma_of_weeks_weighs_the_newest_three_tenths() -> None:
    series = valued(10, 20, 40, cadence=Cadence.WEEKLY)
    read = reading(series, replace(RULE, basis=B.EWMA, window_days=28), day(14))
    assert read.value == pytest.approx(0.3 * 40 + 0.7 * (0.3 * 20 + 0.7 * 10))


def test_ewma_begins_with_its_window() -> None:
    rule = replace(RULE, basis=B.EWMA, window_days=2)
    assert reading(valued(1000, 20, 40), rule, day(2)).value == pytest.approx(0.8 * 20 + 0.2 * 40)


def test_rate_of_change_is_the_slope_a_day() -> None:
    rule = replace(RULE, basis=B.RATE_OF_CHANGE, window_days=28, amber=1, red=3)
    read = reading(valued(1, 2, 2, 5), rule, day(3))
    # Sxy 6 over Sxx 5; residuals .3 .1 -1.1 .7, so s² is 1.8 / 2, and t with 2 degrees 4.303.
    assert read.value == pytest.approx(1.2)
    assert read.high == pytest.approx(1.2 + 4.303 * (0.9 / 5) ** 0.5, rel=0.01)
    assert (read.sample_size, read.status) == (400, S.AMBER)


def test_slope_counts_days_not_periods() -> None:
    series = valued(0, 7, 14, 21, cadence=Cadence.WEEKLY)
    rule = replace(RULE, basis=B.RATE_OF_CHANGE, window_days=28, amber=1, red=3)
    read = reading(series, rule, day(21))
    assert [read.value, read.low, read.high] == pytest.approx([1.0, 1.0, 1.0])


def test_slope_weighs_periods_by_their_samples() -> None:
    told = {
        day(place): {"value": value, "sample": size, "error": 1.0}
        for place, (value, size) in enumerate([(0, 1e6), (1, 1e6), (2, 1e6), (50, 1e-3), (4, 1e6)])
    }
    rule = replace(RULE, basis=B.RATE_OF_CHANGE, window_days=28)
    read = reading(Observed(observed(told), INDEX), rule, day(4))
    assert read.value == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(("freedom", "t"), [(2, 4.303), (3, 3.182), (5, 2.571), (26, 2.056)])
def test_student_is_that_of_the_tables(freedom: int, t: float) -> None:
    assert _student(freedom) == pytest.approx(t, rel=0.01)


@pytest.mark.parametrize("basis", list(KriBasis))
def test_too_small_a_sample_says_nothing(basis: KriBasis) -> None:
    series = valued(500, 600, 700, 800, 900)
    enough = replace(RULE, basis=basis, window_days=28, amber=1, red=2)
    sample = reading(series, enough, day(4)).sample_size
    assert sample is not None
    thin = reading(series, replace(enough, min_sample=int(sample) + 1), day(4))
    assert (thin.status, thin.value) == (S.INSUFFICIENT_SAMPLE, None)
    assert (thin.low, thin.high, thin.sample_size) == (None, None, sample)
    assert reading(series, replace(enough, min_sample=int(sample)), day(4)).status is not (
        S.INSUFFICIENT_SAMPLE
    )


def test_short_day_of_a_sampling_job_is_insufficient() -> None:
    """EV-9: 3 000 instead of 30 000 views, and one odd value."""
    rule = KriRule(B.POINT, 1, Comparator.ABOVE, amber=3, red=5, min_sample=20_000)
    read = reading(counted((5, 30_000), (2, 3_000)), rule, day(1))
    assert (read.status, read.sample_size) == (S.INSUFFICIENT_SAMPLE, 3_000)


def test_three_periods_tell_no_slope() -> None:
    rule = replace(RULE, basis=B.RATE_OF_CHANGE, window_days=28)
    read = reading(valued(1, 2, 30), rule, day(2))
    assert (read.status, read.sample_size) == (S.INSUFFICIENT_SAMPLE, 300)


def test_day_before_everything_reads_nothing() -> None:
    for basis in KriBasis:
        read = reading(valued(1, 2), replace(RULE, basis=basis), day(-1))
        assert (read.status, read.value) == (S.INSUFFICIENT_SAMPLE, None)


def test_days_that_are_doubted_or_missing_are_no_evaluations() -> None:
    told = {
        day(0): {"value": 1.0},
        day(1): {"value": 2.0, "suspect": 1},
        day(2): {"value": 3.0, "partial": 1},
        day(4): {"value": 5.0},
    }
    series = Observed(observed(told), INDEX)
    read = readings(series, [Spell(day(0), date.max, RULE)], day(0))
    assert [(one.on, one.value) for one in read] == [(day(0), 1.0), (day(4), 5.0)]


def test_each_spell_judges_its_own_days() -> None:
    other = replace(RULE, amber=1, red=2)
    spells = [Spell(day(0), day(2), RULE), Spell(day(3), date.max, other)]
    read = readings(valued(5, 5, 5, 5, 5), spells, day(1))
    assert [(one.on, one.status) for one in read] == [
        (day(1), S.NORMAL),
        (day(3), S.RED),
        (day(4), S.RED),
    ]


def test_what_counts_before_a_day_is_as_much_as_any_rule_counts() -> None:
    told: dict[date, dict[str, float]] = {
        day(place): {"value": place, "sample": 0 if place == 6 else 9} for place in range(9)
    }
    series = Observed(observed(told), INDEX)
    rule = replace(RULE, min_sample=5)
    spells = [Spell(day(1), date.max, rule)]

    def days(read: tuple[Reading, ...]) -> list[date]:
        return [one.on for one in read]

    assert days(before(series, spells, day(8), None)) == [day(4), day(5), day(7)]
    assert days(before(series, spells, day(8), day(5))) == [day(7)]
    assert days(before(series, spells, day(3), None)) == [day(1), day(2)]
