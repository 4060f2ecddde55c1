"""Values of series as arrays, as a view knows them: what windows, charts and KRIs are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import numpy as np

from riskreg.kit.db import Fetch, Record
from riskreg.kit.view import View
from riskreg.metrics.queries import newest
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
    return Points(
        days=np.array([row.period_start.toordinal() for row in rows], dtype=np.int64),
        values=_numbers([row.value for row in rows]),
        numerators=_numbers([row.numerator for row in rows]),
        denominators=_numbers([row.denominator for row in rows]),
        standard_errors=_numbers([row.standard_error for row in rows]),
        sample_sizes=_numbers([row.sample_size for row in rows]),
        revisions=np.array([row.revision for row in rows], dtype=np.int64),
        partial=np.array([row.quality == QualityFlag.PARTIAL for row in rows], dtype=np.bool_),
        suspect=np.array([row.quality == QualityFlag.SUSPECT for row in rows], dtype=np.bool_),
    )


def _numbers(given: Sequence[float | None]) -> Numbers:
    return np.array([np.nan if one is None else one for one in given], dtype=np.float64)
