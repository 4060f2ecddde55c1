"""The observed periods of a series as arrays: what windows, charts and KRIs are made of."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """The periods of a series that were observed, in order; a period without a value is not there.

    `days` are proleptic ordinals of the days on which periods begin. `values` are in the metric's
    unit. What an observation does not say is NaN. `partial` and `suspect` are the sender's doubts.
    """

    days: NDArray[np.int64]
    values: Numbers
    numerators: Numbers
    denominators: Numbers
    standard_errors: Numbers
    sample_sizes: Numbers
    revisions: NDArray[np.int64]
    partial: NDArray[np.bool_]
    suspect: NDArray[np.bool_]

    def between(self, first: int, last: int) -> Points:
        """Those that begin on the days from `first` to `last`, both included."""
        start, end = np.searchsorted(self.days, (first, last + 1))
        return self._part(slice(int(start), int(end)))

    def trusted(self) -> Points:
        """Those that the sender does not call suspect."""
        return self._part(~self.suspect) if self.suspect.any() else self

    def _part(self, which: slice | NDArray[np.bool_]) -> Points:
        return Points(**{one.name: getattr(self, one.name)[which] for one in fields(self)})
