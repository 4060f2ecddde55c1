"""Every series of the demo, with all that was ever told of it."""

from __future__ import annotations

from datetime import date

from riskreg.demo import series_envr, series_outcome, series_quality, series_work
from riskreg.demo.chance import Chance
from riskreg.demo.series import Series


def everything(seed: str, as_of: date) -> tuple[Series, ...]:
    """All series; the same for the same seed and day, each by itself."""
    chance = Chance(seed, as_of)
    return (
        *series_envr.series(chance),
        *series_work.series(chance),
        *series_quality.series(chance),
        *series_outcome.series(chance),
    )
