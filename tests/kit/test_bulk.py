"""Spans hold every key that is asked for, and little besides."""

from datetime import date

import numpy as np
import pytest

from riskreg.kit.bulk import Spans

Keys = list[tuple[int, int]]
AROUND: dict[str, tuple[Keys, list[tuple[int, int, int]]]] = {
    "nothing": ([], []),
    "one": ([(3, 100)], [(3, 100, 100)]),
    "a stretch": ([(3, 100), (3, 101), (3, 102)], [(3, 100, 102)]),
    "a gap that is read over": ([(3, 100), (3, 107)], [(3, 100, 107)]),
    "a gap that is not": ([(3, 100), (3, 108)], [(3, 100, 100), (3, 108, 108)]),
    "an old one": ([(3, 1), (3, 1000), (3, 1001)], [(3, 1, 1), (3, 1000, 1001)]),
    "two owners": ([(3, 100), (4, 100), (4, 101)], [(3, 100, 100), (4, 100, 101)]),
    "a later owner of earlier days": ([(3, 100), (4, 99)], [(3, 100, 100), (4, 99, 99)]),
}


@pytest.mark.parametrize("name", AROUND)
def test_spans_hold_the_keys_with_no_wider_gap_than_allowed(name: str) -> None:
    keys, wanted = AROUND[name]
    of = np.array([owner for owner, _ in keys], dtype=np.int64)
    days = np.array([day for _, day in keys], dtype=np.int64)
    owners, first, last = Spans.around(of, days, gap=7).plain()
    assert list(zip(owners, first, last, strict=True)) == [
        (owner, date.fromordinal(begin), date.fromordinal(end)) for owner, begin, end in wanted
    ]
