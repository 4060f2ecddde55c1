"""What is known of the periods that a batch tells of, in the order of its rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.bulk import Spans, between
from riskreg.metrics.models import SeriesValue
from riskreg.metrics.rules_ingest import Columns, Flags, Ints

GAP_DAYS = 7
"""How far apart two periods may lie to be read as one stretch: what lies between is read too."""
NUMBERS = ("numerator", "denominator", "value", "standard_error", "sample_size")
VALUES: Table = SeriesValue.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Known:
    """Of each row's period: the newest revision (0 for none), its recording, and what it says."""

    revisions: Ints
    recorded_at: NDArray[np.datetime64]
    numbers: dict[str, NDArray[np.float64]]
    quality: NDArray[np.int8]

    def equal(self, told: Columns) -> Flags:
        """Which rows say nothing but what is known."""
        same = (self.revisions > 0) & (self.quality == told.quality)
        for name, known in self.numbers.items():
            given = getattr(told, name)
            same = same & ((known == given) | (np.isnan(known) & np.isnan(given)))
        return np.asarray(same, dtype=np.bool_)


async def newest_known(session: AsyncSession, told: Columns, ends: dict[int, int]) -> Known:
    """What is known of each row, sorted as they are; later periods than any known are not asked."""
    number = len(told)
    known = Known(
        np.zeros(number, dtype=np.int64),
        np.full(number, np.datetime64(0, "us")),
        {name: np.full(number, np.nan) for name in NUMBERS},
        np.zeros(number, dtype=np.int8),
    )
    series, place = np.unique(told.series_no, return_inverse=True)
    last = np.array([ends.get(one, 0) for one in series.tolist()], dtype=np.int64)
    old = np.flatnonzero(told.period_start <= last[place]) if number else place
    if len(old):
        await _fill(session, told.take(old), (known, old))
    return known


async def _fill(session: AsyncSession, asked: Columns, into: tuple[Known, Ints]) -> None:
    """Put what is known of the asked rows in their places."""
    known, places = into
    spans = Spans.around(asked.series_no, asked.period_start, gap=GAP_DAYS)
    found = await between(session, VALUES, spans)
    at = _key(asked.series_no, asked.period_start)
    keys = _key(found["series_no"], found["period_start"])
    place = np.minimum(np.searchsorted(at, keys), len(at) - 1)
    here = at[place] == keys
    into_rows = places[place[here]]
    known.revisions[into_rows] = found["revision"][here]
    known.recorded_at[into_rows] = found["recorded_at"][here]
    known.quality[into_rows] = found["quality"][here]
    for name in NUMBERS:
        known.numbers[name][into_rows] = found[name][here]


def _key(series: Ints, days: Ints) -> Ints:
    """Series and day in one number, which sorts as the two do."""
    return series * 10_000_000 + days
