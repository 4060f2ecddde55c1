"""How numbers of an old version read under a new one (domain/insights.md 2, glossary.md 3.6.5)."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Protocol

from riskreg.metrics.rules import BridgeMethod
from riskreg.metrics.rules_windows import Window, around
from riskreg.quant.intervals import Estimate, PairedShift, difference, paired_shift, run_ratio

Z = 1.959963984540054


class Sampled(Protocol):
    """Anything that has the counts of a bridge, as rows and shown objects do."""

    method: BridgeMethod
    sample_size: int | None
    both_negative: int | None
    old_only: int | None
    new_only: int | None
    old_negatives: int | None
    old_sample: int | None
    new_negatives: int | None
    new_sample: int | None


@dataclass(frozen=True)
class Sample:
    """What was counted for a bridge; the counts of the other method are 0."""

    method: BridgeMethod
    sample_size: int
    both_negative: int
    old_only: int
    new_only: int
    old_negatives: int
    old_sample: int
    new_negatives: int
    new_sample: int

    @classmethod
    def of(cls, row: Sampled) -> Sample:
        """The counts of a row."""
        counts = {one.name: getattr(row, one.name) or 0 for one in fields(cls)[1:]}
        return cls(row.method, **counts)


def shift_of(sample: Sample) -> PairedShift:
    """New against old, as shares: by McNemar on the same items, else of two samples."""
    if sample.method is BridgeMethod.DUAL_LABELLED:
        return paired_shift(
            sample.sample_size, sample.old_only, sample.new_only, sample.both_negative
        )
    return run_ratio(
        sample.old_negatives, sample.old_sample, sample.new_negatives, sample.new_sample
    )


class NothingToConvert(Exception):
    """A bridge without a negative on one side has no factor."""


def bridged(old: Window, sample: Sample, scale: float) -> Window:
    """What an old window would have read under the new version, with the bridge's error in it.

    The same items judged twice tell how much is added; two samples of the same days tell a factor,
    whose relative error adds to that of the window. NothingToConvert where there is no factor.
    """
    if old.value is None:
        return old
    shift = shift_of(sample)
    error = old.standard_error
    if sample.method is BridgeMethod.DUAL_LABELLED:
        value = old.value + scale * shift.offset
        error = None if error is None else math.hypot(error, scale * shift.offset_se)
    else:
        if shift.factor is None or shift.factor_low is None or shift.factor_high is None:
            raise NothingToConvert("the bridge has no negative on one side: it tells no factor")
        value = old.value * shift.factor
        spread = (math.log(shift.factor_high) - math.log(shift.factor_low)) / (2 * Z)
        if error is not None:
            error = math.hypot(shift.factor * error, value * spread)
    low, high = around(value, error) or (None, None)
    least = None if low is None else max(0.0, low)
    return replace(
        old,
        value=value,
        low=least,
        high=high,
        standard_error=error,
        numerator=None,
        denominator=None,
    )


@dataclass(frozen=True)
class Change:
    """How far one window lies above another, in the unit, with a 95 % interval.

    `least` is the smallest change that the two windows would show four times in five.
    """

    value: float
    low: float
    high: float
    least: float

    @property
    def is_detectable(self) -> bool:
        """Whether the interval leaves out "no change"."""
        return not self.low <= 0 <= self.high


POWER_REACH = 1.959963984540054 + 0.8416212335729143
"""Two-sided 5 % and 80 % power, in standard errors of the difference (glossary.md 3.6.8)."""


def change_between(before: Window, after: Window) -> Change | None:
    """After less before, of two independent windows; None where one of them has no error."""
    one, other = _estimate(after), _estimate(before)
    if one is None or other is None:
        return None
    found = difference(one, other)
    return Change(found.value, found.low, found.high, POWER_REACH * found.standard_error)


def _estimate(window: Window) -> Estimate | None:
    if window.value is None or window.standard_error is None:
        return None
    low, high = window.low, window.high
    if low is None or high is None:
        return None
    n = window.sample_size or 0.0
    return Estimate(window.value, low, high, window.standard_error, n)
