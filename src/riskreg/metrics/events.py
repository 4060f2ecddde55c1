"""What happened to metrics, for the slices above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SeriesTold:
    """The periods of a series that a batch told of, from one day to another.

    `restated` are those among them that were told before, with another value.
    """

    series_no: int
    first: date
    last: date
    restated: tuple[date, ...] = ()


@dataclass(frozen=True)
class ObservationsRecorded:
    """Observations came in; `series` says of which series, and which periods."""

    batch_id: str
    series: tuple[SeriesTold, ...]
