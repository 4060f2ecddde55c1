"""Which targets fit a metric, and how windows meet them, as tables."""

from datetime import date, timedelta

import pytest

from riskreg.delivery.rules import AttainmentGap, Health, TargetBasis, TargetComparator
from riskreg.delivery.rules_targets import (
    Attainment,
    MetricShape,
    Terms,
    attained,
    days_overlap,
    term_problems,
)
from riskreg.metrics.rules import Direction, MetricKind
from riskreg.metrics.rules_windows import MetricFacts, Window, WindowReason, nothing, window
from tests.metrics.measured import observed

AT_LEAST, AT_MOST = TargetComparator.AT_LEAST, TargetComparator.AT_MOST
POINT, BOUND = TargetBasis.POINT, TargetBasis.BOUND
HIGHER, LOWER, BAND = Direction.HIGHER, Direction.LOWER, Direction.TARGET_BAND
SHARE, COUNT = MetricKind.PROPORTION, MetricKind.COUNT
FIRST = date(2026, 11, 2)


def terms(
    comparator: TargetComparator = AT_LEAST,
    value: float = 95,
    amber: float = 96,
    *,
    basis: TargetBasis = POINT,
    days: int = 28,
    sample: int = 0,
) -> Terms:
    """At least 95 of a hundred over four weeks, in danger below 96."""
    return Terms(comparator, basis, value, amber, days, sample)


FITTING = [
    (terms(), MetricShape(HIGHER, SHARE, 100)),
    (terms(value=95, amber=95), MetricShape(HIGHER, SHARE, 100)),
    (terms(AT_MOST, 5, 4), MetricShape(LOWER, SHARE, 100)),
    (terms(AT_MOST, 90, 88), MetricShape(BAND, MetricKind.MEAN, 100)),
    (terms(AT_LEAST, 80, 82), MetricShape(BAND, MetricKind.MEAN, 100)),
    (terms(AT_LEAST, 50_000, 55_000, days=366), MetricShape(HIGHER, COUNT, 1)),
]

ODD = [
    (terms(AT_MOST, 95, 94), MetricShape(HIGHER, SHARE, 100), {"comparator"}),
    (terms(AT_LEAST, 5, 6), MetricShape(LOWER, SHARE, 100), {"comparator"}),
    (terms(value=95, amber=94.9), MetricShape(HIGHER, SHARE, 100), {"amber"}),
    (terms(AT_MOST, 5, 5.1), MetricShape(LOWER, SHARE, 100), {"amber"}),
    (terms(value=101, amber=102), MetricShape(HIGHER, SHARE, 100), {"value", "amber"}),
    (terms(value=-1, amber=1), MetricShape(HIGHER, SHARE, 100), {"value"}),
    (terms(value=float("nan"), amber=1), MetricShape(HIGHER, COUNT, 1), {"value"}),
    (terms(value=1, amber=float("inf")), MetricShape(HIGHER, COUNT, 1), {"amber"}),
    (terms(days=0), MetricShape(HIGHER, SHARE, 100), {"windowDays"}),
    (terms(days=367), MetricShape(HIGHER, SHARE, 100), {"windowDays"}),
    (terms(sample=-1), MetricShape(HIGHER, SHARE, 100), {"minSample"}),
]


@pytest.mark.parametrize(("given", "metric"), FITTING)
def test_a_target_that_fits_its_metric_has_no_problem(given: Terms, metric: MetricShape) -> None:
    assert list(term_problems(given, metric)) == []


@pytest.mark.parametrize(("given", "metric", "fields"), ODD)
def test_what_does_not_fit_is_named(given: Terms, metric: MetricShape, fields: set[str]) -> None:
    assert {problem.field for problem in term_problems(given, metric)} == fields


NOV = [date(2026, 11, day) for day in range(1, 11)]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ((NOV[0], NOV[4]), (NOV[5], None), False),
        ((NOV[0], NOV[5]), (NOV[5], None), True),
        ((NOV[0], None), (NOV[9], NOV[9]), True),
        ((NOV[3], NOV[3]), (NOV[0], NOV[9]), True),
        ((NOV[8], None), (NOV[0], NOV[7]), False),
        ((NOV[0], None), (NOV[5], None), True),
    ],
)
def test_days_overlap(
    one: tuple[date, date | None], other: tuple[date, date | None], *, shared: bool
) -> None:
    assert days_overlap(one, other) is shared
    assert days_overlap(other, one) is shared


def found(value: float | None, low: float, high: float, sample: float | None = 400) -> Window:
    """A window of four weeks with these numbers."""
    empty = nothing((FIRST, FIRST + timedelta(days=27)), 28, WindowReason.NO_DATA)
    parts = {**empty.__dict__, "value": value, "low": low, "high": high, "sample_size": sample}
    return Window(**{**parts, "periods": 28, "reason": None})


LEAST, MOST = terms(), terms(AT_MOST, 5, 4)
LEAST_SURE, MOST_SURE = terms(basis=BOUND), terms(AT_MOST, 5, 4, basis=BOUND)
MET = [
    # what is asked for, what was found, health, what was counted, by how much it is met
    (LEAST, found(96.5, 94, 98), Health.GREEN, 96.5, 1.5),
    (LEAST, found(96.0, 94, 98), Health.GREEN, 96.0, 1.0),
    (LEAST, found(95.5, 94, 97), Health.AMBER, 95.5, 0.5),
    (LEAST, found(95.0, 94, 96), Health.AMBER, 95.0, 0.0),
    (LEAST, found(94.5, 93, 96), Health.RED, 94.5, -0.5),
    (LEAST_SURE, found(98.0, 96.5, 99), Health.GREEN, 96.5, 1.5),
    (LEAST_SURE, found(97.0, 95.25, 98), Health.AMBER, 95.25, 0.25),
    (LEAST_SURE, found(96.5, 94.5, 98), Health.RED, 94.5, -0.5),
    (MOST, found(3.5, 3, 6), Health.GREEN, 3.5, 1.5),
    (MOST, found(4.5, 3, 6), Health.AMBER, 4.5, 0.5),
    (MOST, found(5.5, 3, 6), Health.RED, 5.5, -0.5),
    (MOST_SURE, found(3.5, 3, 5.5), Health.RED, 5.5, -0.5),
]


@pytest.mark.parametrize(("asked", "window", "health", "counted", "distance"), MET)
def test_a_window_is_held_against_a_target(
    asked: Terms, window: Window, health: Health, counted: float, distance: float
) -> None:
    assert attained(asked, window) == Attainment(health, window, counted, distance)


def test_what_cannot_be_judged_is_unknown_and_says_why() -> None:
    good = found(99, 98, 99.5)
    empty = nothing((FIRST, FIRST), 1, WindowReason.NO_DATA)
    thin = window(
        observed({FIRST: {"value": 99, "numerator": 99, "denominator": 100, "sample": 100}}),
        MetricFacts(SHARE, 100),
        FIRST,
        FIRST,
        min_sample=200,
    )
    cases = [
        (attained(LEAST, None), None, AttainmentGap.NO_SERIES),
        (attained(LEAST, good, stale=True), good, AttainmentGap.STALE),
        (attained(LEAST, empty), empty, AttainmentGap.NO_DATA),
        (attained(terms(sample=200), thin), thin, AttainmentGap.INSUFFICIENT_SAMPLE),
        (attained(terms(sample=401), good), good, AttainmentGap.INSUFFICIENT_SAMPLE),
    ]
    for got, window_, gap in cases:
        assert got == Attainment(Health.UNKNOWN, window_, gap=gap)
    assert attained(terms(sample=400), good).health is Health.GREEN


def test_a_bound_needs_an_interval() -> None:
    bare = Window(**{**found(99, 0, 0).__dict__, "low": None, "high": None})
    assert attained(LEAST, bare).health is Health.GREEN
    assert attained(LEAST_SURE, bare) == Attainment(
        Health.UNKNOWN, bare, gap=AttainmentGap.NO_INTERVAL
    )


def test_gold_accuracy_counts_by_its_lower_bound() -> None:
    """203 of 220 right is 92.3 %, and no more than 88.0 % by Wilson's lower bound (demo.md)."""
    told = {FIRST: {"value": 92.27, "numerator": 203.0, "denominator": 220.0, "sample": 220.0}}
    seen = window(observed(told), MetricFacts(SHARE, 100), FIRST, FIRST)
    by_point = attained(terms(value=90, amber=91), seen)
    by_bound = attained(terms(value=90, amber=91, basis=BOUND), seen)
    assert by_point.health is Health.GREEN
    assert by_bound.health is Health.RED
    assert by_bound.counted == pytest.approx(88.0, abs=0.05)
