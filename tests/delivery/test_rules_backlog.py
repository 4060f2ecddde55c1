"""The age of a backlog, against hand calculations."""

from datetime import date, timedelta

import pytest

from riskreg.delivery.rules_backlog import backlog_days
from tests.metrics.measured import observed

MONDAY = date(2026, 11, 2)


def daily(*values: float, first: date = MONDAY) -> dict[date, dict[str, float]]:
    """A value for each day from the first on."""
    return {first + timedelta(days=at): {"value": value} for at, value in enumerate(values)}


def test_the_stock_is_divided_by_the_mean_of_a_week() -> None:
    out = observed(daily(100, 100, 100, 100, 100, 100, 800))
    stock = observed(daily(0, 50, 100, 150, 200, 250, 400))
    made = backlog_days([stock], [out])
    # The week up to Sunday: 1 400 done in 7 days, 200 a day; up to Tuesday 200 in 2 days.
    assert made.values.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 2]
    assert made.days.tolist() == [(MONDAY + timedelta(days=at)).toordinal() for at in range(7)]


def test_what_was_done_before_the_week_does_not_count() -> None:
    out = observed(daily(9_000, *[10] * 7))
    stock = observed(daily(20, first=MONDAY + timedelta(days=7)))
    assert backlog_days([stock], [out]).values.tolist() == [2]


def test_vendors_are_taken_together_on_the_days_that_all_have_told() -> None:
    stocks = [observed(daily(30, 60)), observed(daily(10))]
    outs = [observed(daily(15, 30)), observed(daily(5, 10))]
    made = backlog_days(stocks, outs)
    assert made.values.tolist() == [40 / 20]


@pytest.mark.parametrize("out", [{}, daily(0, 0)])
def test_where_nothing_is_done_there_is_no_age(out: dict[date, dict[str, float]]) -> None:
    assert len(backlog_days([observed(daily(5, 5))], [observed(out)]).days) == 0


def test_suspect_numbers_are_left_out() -> None:
    doubted = {MONDAY: {"value": 10.0, "suspect": 1.0}, MONDAY + timedelta(days=1): {"value": 10.0}}
    made = backlog_days([observed(doubted)], [observed(daily(5, 5))])
    assert made.values.tolist() == [2]
