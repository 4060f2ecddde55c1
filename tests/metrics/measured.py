"""Observed periods for tests, written as they would be told."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from riskreg.metrics.rules_points import Points

NAN = float("nan")


def observed(rows: Mapping[date, Mapping[str, float]]) -> Points:
    """Points of days and what is told of each; what is not told is not known."""
    days = sorted(rows)

    def column(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([rows[day].get(name, NAN) for day in days], dtype=np.float64)

    def doubt(name: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.array([bool(rows[day].get(name)) for day in days], dtype=np.bool_)

    return Points(
        days=np.array([day.toordinal() for day in days], dtype=np.int64),
        values=column("value"),
        numerators=column("numerator"),
        denominators=column("denominator"),
        standard_errors=column("error"),
        sample_sizes=column("sample"),
        revisions=np.ones(len(days), dtype=np.int64),
        partial=doubt("partial"),
        suspect=doubt("suspect"),
    )
