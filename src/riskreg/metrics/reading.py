"""Values of series as arrays, as a view knows them: what windows, charts and KRIs are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import repeat

import numpy as np

from riskreg.kit.db import Fetch, Record
from riskreg.kit.view import View
from riskreg.metrics.queries import MEASURED, newest
from riskreg.metrics.rules import QualityFlag
from riskreg.metrics.rules_points import Numbers, Points

__all__ = ["Points", "points"]

CHUNK = 500


async def points(
    fetch: Fetch, view: View, numbers: Sequence[int], *, first: date, last: date
) -> dict[int, Points]:
    """The points of each series, by its number, that begin between two days.

    Series that the viewer does not see have none. One statement for 500 series.
    """
    found: dict[int, list[Record]] = defaultdict(list)
    query = newest(view)
    for start in range(0, len(numbers), CHUNK):
        asked = {"keys": list(numbers[start : start + CHUNK]), "first_day": first, "last_day": last}
        for row in await fetch(query.params(asked)):
            found[row.series_no].append(row)
    return {number: _points(found[number]) for number in numbers}


def _points(rows: Sequence[Record]) -> Points:
    columns = zip(*rows, strict=True) if rows else repeat(())
    told = dict(zip(("series_no", *MEASURED), columns, strict=False))
    return Points(
        days=np.array([day.toordinal() for day in told["period_start"]], dtype=np.int64),
        values=_numbers(told["value"]),
        numerators=_numbers(told["numerator"]),
        denominators=_numbers(told["denominator"]),
        standard_errors=_numbers(told["standard_error"]),
        sample_sizes=_numbers(told["sample_size"]),
        revisions=np.array(told["revision"], dtype=np.int64),
        partial=np.array([one is QualityFlag.PARTIAL for one in told["quality"]], dtype=np.bool_),
        suspect=np.array([one is QualityFlag.SUSPECT for one in told["quality"]], dtype=np.bool_),
    )


def _numbers(given: Sequence[float | None]) -> Numbers:
    return np.array(given, dtype=np.float64)  # None becomes NaN
