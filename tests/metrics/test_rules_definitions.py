"""Definitions that hold together, scopes that overlap, versions that compare."""

from datetime import date

import pytest

from riskreg.metrics.catalogue import CATALOGUE, ENVR, OVER_ENFORCEMENT
from riskreg.metrics.rules import Surface, Weighting
from riskreg.metrics.rules_definitions import (
    Definition,
    ScopeKeys,
    VersionFacts,
    band_problems,
    era_of,
    era_with,
    eras,
    scale_problems,
    scope_key,
)


@pytest.mark.parametrize("one", CATALOGUE, ids=lambda one: one.code)
def test_the_catalogue_holds_together(one: Definition) -> None:
    assert list(scale_problems(one.unit, one.scale, one.kind)) == []
    assert list(band_problems(one.direction, *one.band)) == []


def test_codes_of_the_catalogue_are_unique_and_pairs_are_there() -> None:
    codes = [one.code for one in CATALOGUE]
    assert len(set(codes)) == len(codes)
    assert {one.paired_with for one in CATALOGUE} == {None, OVER_ENFORCEMENT}
    assert OVER_ENFORCEMENT in codes
    assert codes[0] == ENVR


PORTUGUESE = ScopeKeys(market_id="pt")


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (ScopeKeys(), PORTUGUESE, {"covers", "overlaps"}),
        (PORTUGUESE, ScopeKeys(), {"overlaps"}),
        (PORTUGUESE, ScopeKeys(market_id="pt", surface=Surface.LIVE), {"covers", "overlaps"}),
        (PORTUGUESE, ScopeKeys(surface=Surface.LIVE), {"overlaps"}),
        (PORTUGUESE, ScopeKeys(market_id="ja"), set()),
        (PORTUGUESE, PORTUGUESE, {"covers", "overlaps"}),
    ],
)
def test_scopes_cover_and_overlap(one: ScopeKeys, other: ScopeKeys, relation: set[str]) -> None:
    assert one.covers(other) is ("covers" in relation)
    assert one.overlaps(other) is ("overlaps" in relation)
    assert other.overlaps(one) is ("overlaps" in relation)


def test_scope_keys_tell_scopes_apart() -> None:
    tricky = [
        ScopeKeys(label="a,b"),
        ScopeKeys(label="a", cohort="b"),
        ScopeKeys(label='a","b'),
        ScopeKeys(cohort="a"),
        ScopeKeys(label="a"),
    ]
    assert len({scope_key(one) for one in tricky}) == len(tricky)


def version(number: int, begins: date, *, breaking: bool) -> VersionFacts:
    return VersionFacts(f"v{number}", number, begins, breaking, Weighting.POOLED)


ONE = version(1, date(2026, 1, 1), breaking=False)
TWO = version(2, date(2026, 4, 20), breaking=True)
THREE = version(3, date(2026, 5, 1), breaking=False)
FOUR = version(4, date(2026, 6, 1), breaking=True)


def test_an_era_ends_where_a_version_breaks() -> None:
    first, second, third = eras([THREE, ONE, FOUR, TWO])
    assert (first.numbers, first.until) == ((1,), date(2026, 4, 20))
    assert (second.numbers, second.since, second.until) == (
        (2, 3),
        date(2026, 4, 20),
        date(2026, 6, 1),
    )
    assert (third.keys, third.until) == (("v4",), None)


def test_the_era_of_a_day_and_of_a_number() -> None:
    known = eras([ONE, TWO, THREE, FOUR])
    days = [date(2025, 1, 1), date(2026, 4, 19), date(2026, 4, 20), date(2026, 5, 31)]
    found = [era_of(known, day) for day in days]
    assert [era.numbers for era in found if era] == [(1,), (1,), (2, 3), (2, 3)]
    assert era_with(known, 3) == known[1]
    assert era_with(known, 9) is None
    assert era_of((), days[0]) is None
