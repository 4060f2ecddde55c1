"""Several series as one value: pooled, added over areas, weighted over markets."""

import math
from datetime import date, timedelta

import pytest

from riskreg.metrics.rules import MetricKind
from riskreg.metrics.rules_combining import added, combine, pooled, stratified
from riskreg.metrics.rules_windows import (
    MetricFacts,
    Window,
    WindowMethod,
    WindowReason,
    window,
)
from tests.metrics.measured import observed

FIRST, LAST = date(2026, 11, 9), date(2026, 11, 10)
BPS = MetricFacts(MetricKind.PROPORTION, 10_000)


def sampled(negatives: float, views: float, metric: MetricFacts = BPS) -> Window:
    """A window of two days, of which the first was observed; without views there is nothing."""
    value = metric.scale * negatives / views if views else 0.0
    row = {"numerator": negatives, "denominator": views, "value": value}
    return window(observed({FIRST: row} if views else {}), metric, FIRST, LAST)


def test_weighted_by_view_share() -> None:
    """.6 x 10 bps of 10 000 views and .4 x 20 bps of 5 000: 14 bps, by glossary 3.6.1."""
    windows = {"en-US": sampled(10, 10_000), "ja-JP": sampled(10, 5000)}
    found = combine(windows, {"en-US": 0.6, "ja-JP": 0.4}, BPS)
    assert found.value == pytest.approx(14.0)
    p, q = 0.001, 0.002
    error = math.sqrt(0.36 * p * (1 - p) / 10_000 + 0.16 * q * (1 - q) / 5000) * 10_000
    assert found.standard_error == pytest.approx(error)
    assert found.high is not None
    assert found.low is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * error, rel=0.05)
    assert (found.sample_size, found.numerator) == (15_000, None)
    assert (found.method, found.missing) == (WindowMethod.STRATIFIED, ())
    assert (found.periods, found.expected) == (2, 4)


def test_a_missing_stratum_is_named_and_weighed_for() -> None:
    windows = {"a": sampled(10, 10_000), "b": sampled(20, 10_000), "c": sampled(0, 0)}
    found = stratified(windows, {"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.1}, BPS)
    assert found.value == pytest.approx((0.5 * 10 + 0.3 * 20) / 0.8)
    assert (found.missing, found.reason) == (("c", "d"), None)


def test_too_much_missing_is_no_value() -> None:
    windows = {"a": sampled(10, 10_000), "b": sampled(0, 0)}
    found = stratified(windows, {"a": 0.79, "b": 0.21}, BPS)
    assert (found.value, found.low, found.missing) == (None, None, ("b",))
    assert found.reason is WindowReason.MISSING_STRATA
    nothing = stratified({"b": sampled(0, 0)}, {"b": 1.0}, BPS)
    assert nothing.reason is WindowReason.NO_DATA


def test_areas_of_one_sample_add_their_counts() -> None:
    parts = {"MS": sampled(3, 10_000), "HATE": sampled(4, 10_000)}
    found = added(parts, BPS)
    whole = sampled(7, 10_000)
    assert found.value == pytest.approx(7.0)
    assert (found.low, found.high) == (whole.low, whole.high)
    assert (found.sample_size, found.method) == (10_000, WindowMethod.ADDED)


def test_areas_of_several_samples_add_their_errors() -> None:
    parts = {"MS": sampled(3, 10_000), "HATE": sampled(4, 5000)}
    found = added(parts, BPS)
    assert found.value == pytest.approx(11.0)
    p, q = 0.0003, 0.0008
    error = math.sqrt(p * (1 - p) / 10_000 + q * (1 - q) / 5000) * 10_000
    assert found.standard_error == pytest.approx(error)
    assert found.sample_size == 5000


def test_a_sum_lacks_what_a_part_lacks() -> None:
    found = added({"MS": sampled(3, 10_000), "HATE": sampled(0, 0)}, BPS)
    assert (found.value, found.missing) == (None, ("HATE",))
    assert found.reason is WindowReason.MISSING_STRATA
    assert added({"MS": sampled(0, 0)}, BPS).reason is WindowReason.NO_DATA


def test_pooled_is_a_sum_over_a_sum() -> None:
    found = combine({"a": sampled(1, 100), "b": sampled(9, 900), "c": sampled(0, 0)}, None, BPS)
    whole = sampled(10, 1000)
    assert (found.value, found.low, found.high) == (whole.value, whole.low, whole.high)
    assert (found.numerator, found.denominator) == (10, 1000)


def test_pooled_means_weigh_by_items() -> None:
    metric = MetricFacts(MetricKind.MEAN, 1)

    def handled(*days: tuple[float, float]) -> Window:
        rows = {
            FIRST + timedelta(days=at): {"numerator": s, "denominator": n, "value": s / n}
            for at, (s, n) in enumerate(days)
        }
        return window(observed(rows), metric, FIRST, LAST)

    found = pooled([handled((10, 1), (20, 1)), handled((90, 3), (90, 3))], metric)
    assert found.value == pytest.approx(210 / 8)
    assert found.standard_error == pytest.approx(5 * 2 / 8)
    assert (found.numerator, found.denominator) == (210, 8)


def test_pooled_counts_add_and_indexes_average() -> None:
    def told(kind: MetricKind, value: float) -> Window:
        return window(observed({FIRST: {"value": value}}), MetricFacts(kind, 1), FIRST, LAST)

    volumes = [told(MetricKind.COUNT, 30), told(MetricKind.COUNT, 12)]
    total = pooled(volumes, MetricFacts(MetricKind.COUNT, 1))
    assert (total.value, total.method) == (42, WindowMethod.ADDED)
    kappas = [told(MetricKind.INDEX, 0.4), told(MetricKind.INDEX, 0.8)]
    mean = pooled(kappas, MetricFacts(MetricKind.INDEX, 1))
    assert mean.value == pytest.approx(0.6)
    assert mean.method is WindowMethod.MEAN_OF_VALUES


def test_the_least_sample_is_asked_of_the_whole() -> None:
    windows = {"a": sampled(10, 10_000), "b": sampled(20, 10_000)}
    found = stratified(windows, {"a": 0.5, "b": 0.5}, BPS, min_sample=20_001)
    assert (found.value, found.reason) == (None, WindowReason.INSUFFICIENT_SAMPLE)
    assert found.sample_size == 20_000
