"""Which series make up a whole, and what they say together."""

from datetime import date

import pytest

from riskreg.metrics.rules import Dimension, MetricKind, Surface, Weighting
from riskreg.metrics.rules_across import (
    Area,
    Places,
    Whole,
    partition,
    spliced,
    together,
    tops,
)
from riskreg.metrics.rules_definitions import ScopeKeys, VersionFacts
from riskreg.metrics.rules_windows import (
    MetricFacts,
    Window,
    WindowMethod,
    WindowReason,
    window,
)
from tests.metrics.measured import observed

DAY = date(2026, 11, 9)
BPS = MetricFacts(MetricKind.PROPORTION, 10_000)
BY_VIEWS = Whole(BPS, Weighting.VIEW_SHARE, 0)
PLACES = Places(
    markets={"us": ("en-US", 0.6), "jp": ("ja-JP", 0.4), "none": ("xx", 0.0)},
    areas={"ms": Area("MS", None), "hate": Area("HATE", None), "slur": Area("SLUR", "hate")},
)


def sampled(negatives: float, views: float) -> Window:
    row = {"numerator": negatives, "denominator": views, "value": 10_000 * negatives / views}
    return window(observed({DAY: row} if negatives >= 0 else {}), BPS, DAY, DAY)


def cell(market: str, area: str) -> ScopeKeys:
    return ScopeKeys(market_id=market, policy_area_id=area)


AREAS = [cell(market, area) for market in ("us", "jp") for area in ("ms", "hate")]
SURFACES = [ScopeKeys(market_id="us", surface=surface) for surface in Surface]


@pytest.mark.parametrize(
    ("scopes", "asked", "by", "across"),
    [
        ([*AREAS, *SURFACES[:3]], ScopeKeys(), None, ("policy_area_id", "market_id")),
        ([*AREAS[:3], *SURFACES], ScopeKeys(), None, ("market_id", "surface")),
        ([*AREAS, ScopeKeys()], ScopeKeys(), None, ()),
        ([*AREAS, ScopeKeys()], ScopeKeys(market_id="us"), None, ("policy_area_id",)),
        ([*AREAS, *SURFACES], ScopeKeys(market_id="us"), [Dimension.SURFACE], ("surface",)),
        (AREAS, ScopeKeys(market_id="us"), [Dimension.SURFACE], None),
        (AREAS, ScopeKeys(vendor_id="v"), None, None),
        ([], ScopeKeys(), None, None),
    ],
)
def test_work_that_is_measured_twice_counts_once(
    scopes: list[ScopeKeys],
    asked: ScopeKeys,
    by: list[Dimension] | None,
    across: tuple[str, ...] | None,
) -> None:
    assert partition(scopes, asked, by) == across


def test_areas_inside_areas_count_once() -> None:
    assert tops(["ms", "hate", "slur"], PLACES.areas) == {"ms", "hate"}
    assert tops(["ms", "slur"], PLACES.areas) == {"ms", "slur"}


def test_areas_add_and_markets_are_weighted() -> None:
    """.6 x (3 + 7) bps and .4 x (1 + 4) bps."""
    windows = dict(
        zip(
            AREAS,
            [sampled(3, 10_000), sampled(7, 10_000), sampled(1, 10_000), sampled(4, 10_000)],
            strict=True,
        )
    )
    found = together(windows, BY_VIEWS, ScopeKeys(), PLACES)
    assert found.value == pytest.approx(0.6 * 10 + 0.4 * 5)
    assert (found.sample_size, found.method) == (20_000, WindowMethod.STRATIFIED)
    assert found.missing == ()
    inside = {**windows, cell("us", "slur"): sampled(2, 10_000)}
    assert together(inside, BY_VIEWS, ScopeKeys(), PLACES).value == found.value


def test_a_market_without_an_area_is_missing_by_name() -> None:
    windows = dict(zip(AREAS, [sampled(3, 10_000)] * 4, strict=True))
    unknown = sampled(-1, 10_000)
    found = together({**windows, cell("jp", "hate"): unknown}, BY_VIEWS, ScopeKeys(), PLACES)
    assert (found.value, found.reason) == (None, WindowReason.MISSING_STRATA)
    assert found.missing == ("ja-JP HATE",)
    del windows[cell("jp", "hate")]
    assert together(windows, BY_VIEWS, ScopeKeys(), PLACES).missing == ("ja-JP HATE",)
    del windows[cell("jp", "ms")]
    assert together(windows, BY_VIEWS, ScopeKeys(), PLACES).missing == ("ja-JP",)


def test_within_a_market_nothing_is_weighted() -> None:
    windows = {cell("us", "ms"): sampled(3, 10_000), cell("us", "hate"): sampled(7, 10_000)}
    found = together(windows, BY_VIEWS, ScopeKeys(market_id="us"), PLACES)
    assert found.value == pytest.approx(10)
    assert found.method is WindowMethod.ADDED
    surfaces = {SURFACES[0]: sampled(1, 1000), SURFACES[1]: sampled(1, 3000)}
    pooled = together(surfaces, BY_VIEWS, ScopeKeys(market_id="us"), PLACES)
    assert pooled.value == pytest.approx(5)
    assert pooled.method is WindowMethod.SUM_OVER_SUM


def test_markets_that_nobody_views_have_no_weight() -> None:
    alone = {ScopeKeys(market_id="none"): sampled(1, 1000)}
    found = together(alone, BY_VIEWS, ScopeKeys(), PLACES)
    assert (found.value, found.reason) == (None, WindowReason.MISSING_STRATA)


def test_pooled_metrics_are_sums_over_sums_everywhere() -> None:
    windows = {cell("us", "ms"): sampled(1, 1000), cell("jp", "hate"): sampled(1, 9000)}
    found = together(windows, Whole(BPS, Weighting.POOLED, 0), ScopeKeys(), PLACES)
    assert found.value == pytest.approx(2.0)
    thin = together(windows, Whole(BPS, Weighting.POOLED, 10_001), ScopeKeys(), PLACES)
    assert thin.reason is WindowReason.INSUFFICIENT_SAMPLE


def test_versions_that_mean_the_same_follow_one_another() -> None:
    first = VersionFacts("v1", 1, date(2026, 1, 1), False, Weighting.POOLED)
    second = VersionFacts("v2", 2, date(2026, 11, 10), False, Weighting.POOLED)
    days = [date(2026, 11, day) for day in (8, 9, 10, 11)]
    old = observed({day: {"value": 1.0} for day in days})
    new = observed({day: {"value": 2.0} for day in days})
    ends = {"v1": date(2026, 11, 10), "v2": None}
    both = spliced([(second, new), (first, old)], ends)
    assert list(both.values) == [1.0, 1.0, 2.0, 2.0]
    assert spliced([(second, new)], ends) is new
