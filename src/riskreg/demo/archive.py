"""All that is told of the demo's series in one table, by the time at which it came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from riskreg.demo.chance import FIRST_DAY, Ints
from riskreg.demo.planted import Scope
from riskreg.demo.premises import ENVR_BPS
from riskreg.demo.series import FEED_AT, MINUTES_A_DAY, Series, Tellings, minute
from riskreg.metrics.rules_ingest import Columns

Key = tuple[str, int, Scope]
Rows = tuple[int, int]
"""From one row of the table to before another."""
Midnight = Callable[[int], datetime]
"""When a day begins that is counted from today."""

DAILY_SPANS = ((-128, -118), (-35, 0))
"""Days on which values come in each morning; else a week is brought on its Monday, each value with
its own time all the same."""
CORRECTIONS = ((-27, "09:50"), (-13, "16:00"))
"""When values were told anew, besides the mornings."""
FIRST_WEEK, WEEK = -420, 7


class Archive:
    """The tellings of many series, the earliest first; those of periods from a day on come in."""

    def __init__(self, series: Sequence[Series], first_day: int = FIRST_DAY) -> None:
        self.series = tuple(series)
        self.at = {one.key: place for place, one in enumerate(self.series)}
        parts = [one.tellings.since(first_day) for one in self.series]
        whole = Tellings(
            **{
                one.name: np.concatenate([getattr(part, one.name) for part in parts])
                for one in fields(Tellings)
            }
        )
        places = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        order = np.lexsort((places, whole.days, whole.told))
        self.places: Ints = places[order]
        self.told = whole.taken(order)

    def __len__(self) -> int:
        return len(self.told)

    def feeds(self) -> Iterator[tuple[int, str, Rows]]:
        """The day and time of each coming in, with the rows that came since the one before."""
        start = 0
        for day, at in _times():
            end = int(np.searchsorted(self.told.told, minute(day, at), side="right"))
            if end > start:
                yield day, at, (start, end)
            start = end

    def counted(self, metric: str, version: int, days: tuple[int, int]) -> tuple[int, int]:
        """Negative and sampled views of every market and area together, on some days."""
        first, last = days
        above = below = 0.0
        for key, place in self.at.items():
            if key[:2] != (metric, version) or key[2].area is None:
                continue
            told = self.series[place].tellings.newest()
            kept = (told.days >= first) & (told.days <= last)
            above += told.numerator[kept].sum()
            below += told.denominator[kept].sum() / len(ENVR_BPS)
        return round(above), round(below)

    def columns(self, rows: Rows, numbers: Ints, today: date, midnight: Midnight) -> Columns:
        """Some rows as they are sent to be kept, each with the instant at which it came in.

        `numbers` are those of the series, by their places.
        """
        part, told = slice(*rows), self.told
        return Columns(
            series_no=numbers[self.places[part]],
            period_start=told.days[part] + today.toordinal(),
            numerator=told.numerator[part],
            denominator=told.denominator[part],
            value=told.value[part],
            standard_error=told.error[part],
            sample_size=told.size[part],
            quality=np.zeros(rows[1] - rows[0], dtype=np.int8),
            recorded_at=_instants(told.told[part], midnight),
        )


def _times() -> list[tuple[int, str]]:
    daily = [day for first, last in DAILY_SPANS for day in range(first, last + 1)]
    weekly = range(FIRST_WEEK, 1, WEEK)
    morning = f"{FEED_AT // 60:02d}:{FEED_AT % 60:02d}"
    mornings = [(day, morning) for day in {*daily, *weekly}]
    return sorted([*mornings, *CORRECTIONS])


def _instants(told: Ints, midnight: Midnight) -> NDArray[np.datetime64]:
    """Minutes from the start of today as instants of UTC, whatever the zone does meanwhile."""
    days, minutes = np.divmod(told, MINUTES_A_DAY)
    unique, place = np.unique(days, return_inverse=True)
    starts = np.array([_utc(midnight(int(day))) for day in unique])
    return np.asarray(starts[place] + minutes.astype("timedelta64[m]"), dtype="datetime64[us]")


def _utc(instant: datetime) -> np.datetime64:
    return np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "us")
