"""Old numbers in the words of a new version, with the bridge's error in them."""

import math
from datetime import date

import pytest

from riskreg.metrics.rules import BridgeMethod
from riskreg.metrics.rules_bridges import (
    NothingToConvert,
    Sample,
    bridged,
    change_between,
)
from riskreg.metrics.rules_windows import WindowReason, nothing
from tests.metrics.test_rules_combining import sampled

LABELLED = Sample(BridgeMethod.DUAL_LABELLED, 100_000, 150, 10, 100, 0, 0, 0, 0)
RUN = Sample(BridgeMethod.DUAL_RUN, 0, 0, 0, 0, 1000, 1_000_000, 1100, 1_000_000)


def test_the_same_items_tell_an_offset() -> None:
    """90 of 100 000 items more are negative: 9 bps, with McNemar's error (glossary 3.6.5)."""
    old = sampled(20, 10_000)
    found = bridged(old, LABELLED, 10_000)
    assert found.value == pytest.approx(20 + 9)
    own = 10_000 * math.sqrt(0.002 * 0.998 / 10_000)
    shift = 10_000 * math.sqrt(10 + 100 - 90**2 / 100_000) / 100_000
    assert found.standard_error == pytest.approx(math.hypot(own, shift))
    assert found.high == pytest.approx(29 + 1.959964 * math.hypot(own, shift))
    assert (found.numerator, found.denominator) == (None, None)


def test_two_samples_tell_a_factor() -> None:
    """11 against 10 bps: a factor of 1.1, with the error of its logarithm (Katz 1978)."""
    old = sampled(20, 10_000)
    found = bridged(old, RUN, 10_000)
    assert found.value == pytest.approx(22)
    own = 0.002 * 0.998 / 10_000 / 0.002**2
    shift = 0.999 / 1000 + 0.9989 / 1100
    assert found.standard_error == pytest.approx(22 * math.sqrt(own + shift), rel=1e-3)


def test_a_bridge_without_a_negative_tells_no_factor() -> None:
    nobody = Sample(BridgeMethod.DUAL_RUN, 0, 0, 0, 0, 0, 1000, 5, 1000)
    with pytest.raises(NothingToConvert):
        bridged(sampled(20, 10_000), nobody, 10_000)


def test_nothing_stays_nothing() -> None:
    empty = nothing((date(2026, 1, 1), date(2026, 1, 2)), 2, WindowReason.NO_DATA)
    assert bridged(empty, LABELLED, 10_000) == empty
    assert change_between(empty, sampled(1, 10)) is None


def test_a_change_inside_the_noise_is_not_detectable() -> None:
    """15 bps of 140 000 views each: the least that would show is 4.1 bps (glossary 3.6.8)."""
    found = change_between(sampled(210, 140_000), sampled(224, 140_000))
    assert found is not None
    assert found.value == pytest.approx(1.0)
    assert not found.is_detectable
    assert round(found.least, 1) == 4.2
    same = change_between(sampled(210, 140_000), sampled(210, 140_000))
    assert same is not None
    assert round(same.least, 1) == 4.1
    grown = change_between(sampled(210, 140_000), sampled(300, 140_000))
    assert grown is not None
    assert grown.is_detectable
    assert grown.low > 0
