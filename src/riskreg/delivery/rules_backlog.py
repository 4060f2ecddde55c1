"""The age of a backlog, from the stock and what is done a day (domain/glossary.md 3.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from riskreg.metrics.rules_points import Numbers, Points

STOCK, ITEMS_OUT = "BACKLOG", "VOL_OUT"
"""The metrics that it is worked out from."""
MEAN_OVER = 7
"""Over how many days throughput is averaged."""


def backlog_days(stocks: Sequence[Points], outs: Sequence[Points]) -> Points:
    """B_t / mean(out, 7 d) of several vendors together, day by day; `stocks` are daily levels.

    A day counts where every stock is known, and something was done in the seven days up to it.
    """
    stock, done = _sums(stocks), _sums(outs)
    found: dict[int, float] = {}
    for day, level in sorted(stock.items()):
        week = [done[at] for at in range(day - MEAN_OVER + 1, day + 1) if at in done]
        if week and sum(week) > 0:
            found[day] = level * len(week) / sum(week)
    return _points(found)


def _sums(parts: Sequence[Points]) -> dict[int, float]:
    """The sum of a day's values, on the days on which every part has one."""
    each = [_by_day(one) for one in parts]
    if not each:
        return {}
    common = set(each[0]).intersection(*each[1:])
    return {day: sum(one[day] for one in each) for day in common}


def _by_day(one: Points) -> Mapping[int, float]:
    trusted = one.trusted()
    return dict(zip(trusted.days.tolist(), trusted.values.tolist(), strict=True))


def _points(found: Mapping[int, float]) -> Points:
    number = len(found)
    unknown: Numbers = np.full(number, np.nan)
    doubt = np.zeros(number, dtype=np.bool_)
    return Points(
        days=np.array(list(found), dtype=np.int64),
        values=np.array(list(found.values()), dtype=np.float64),
        numerators=unknown,
        denominators=unknown,
        standard_errors=unknown,
        sample_sizes=unknown,
        revisions=np.ones(number, dtype=np.int64),
        partial=doubt,
        suspect=doubt,
    )
