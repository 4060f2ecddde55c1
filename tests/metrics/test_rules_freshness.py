"""When values are due and series stale."""

from datetime import UTC, date, datetime

import pytest

from riskreg.metrics.rules import Cadence
from riskreg.metrics.rules_freshness import due_at, stale_after

DAY = date(2026, 11, 2)  # a Monday


@pytest.mark.parametrize(
    ("cadence", "due", "stale"),
    [
        (Cadence.DAILY, datetime(2026, 11, 3, 6, tzinfo=UTC), datetime(2026, 11, 5, 6, tzinfo=UTC)),
        (
            Cadence.WEEKLY,
            datetime(2026, 11, 9, 6, tzinfo=UTC),
            datetime(2026, 11, 23, 6, tzinfo=UTC),
        ),
        (
            Cadence.MONTHLY,
            datetime(2026, 12, 3, 6, tzinfo=UTC),
            datetime(2027, 2, 3, 6, tzinfo=UTC),
        ),
    ],
)
def test_due_after_the_period_and_the_lag_stale_two_periods_later(
    cadence: Cadence, due: datetime, stale: datetime
) -> None:
    assert due_at(DAY, cadence, 6) == due
    assert stale_after(DAY, cadence, 6) == stale
