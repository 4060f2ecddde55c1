"""Bridges between versions as the graph shows them."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

import riskreg.metrics.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit.context import Context
from riskreg.kit.edges import one
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.history import HistoryEntry, history
from riskreg.metrics import models, models_notes
from riskreg.metrics.loaders import measure_of
from riskreg.metrics.rules import BridgeMethod
from riskreg.metrics.rules_bridges import Sample, shift_of
from riskreg.policies import models as policies

if TYPE_CHECKING:
    from riskreg.metrics.graph import Metric, MetricVersion
    from riskreg.policies.graph import PolicyArea

LazyMetric = Annotated["Metric", strawberry.lazy("riskreg.metrics.graph")]
LazyVersion = Annotated["MetricVersion", strawberry.lazy("riskreg.metrics.graph")]
LazyArea = Annotated["PolicyArea", strawberry.lazy("riskreg.policies.graph")]
Info = strawberry.Info[Context, None]


@strawberry.type(description="How far the new version reads above the old one.")
class BridgeShift:
    """An offset in the unit, and a factor; DUAL_LABELLED converts by one, DUAL_RUN by the other."""

    offset: float = strawberry.field(description="New less old, in the unit.")
    offset_low: float = strawberry.field(description="The lower bound of its 95 % interval.")
    offset_high: float = strawberry.field(description="The upper bound of its 95 % interval.")
    factor: float | None = strawberry.field(
        description="New over old; null where one of them has no negative."
    )
    factor_low: float | None = strawberry.field(description="The lower bound of its 95 % interval.")
    factor_high: float | None = strawberry.field(
        description="The upper bound of its 95 % interval."
    )
    unit: str = strawberry.field(description="The metric's unit.")


@shows(models_notes.MetricBridge)
@strawberry.type(description="Two versions of a metric measured side by side.")
class MetricBridge(Node, Versioned):
    """With it, numbers of the two can be compared."""

    method: BridgeMethod = strawberry.field(description="How they were measured side by side.")
    from_on: date = strawberry.field(description="The first day of the sample.")
    to_on: date = strawberry.field(description="The last day of the sample.")
    sample_size: int | None = strawberry.field(
        description="DUAL_LABELLED: how many items were judged by both."
    )
    both_negative: int | None = strawberry.field(
        description="DUAL_LABELLED: negative under both versions."
    )
    old_only: int | None = strawberry.field(
        description="DUAL_LABELLED: negative under the old version only."
    )
    new_only: int | None = strawberry.field(
        description="DUAL_LABELLED: negative under the new version only."
    )
    old_negatives: int | None = strawberry.field(
        description="DUAL_RUN: negatives in the old version's sample."
    )
    old_sample: int | None = strawberry.field(
        description="DUAL_RUN: the size of the old version's sample."
    )
    new_negatives: int | None = strawberry.field(
        description="DUAL_RUN: negatives in the new version's sample."
    )
    new_sample: int | None = strawberry.field(
        description="DUAL_RUN: the size of the new version's sample."
    )
    note: str | None = strawberry.field(description="What one should know.")
    metric_id: strawberry.Private[str]
    from_version_id: strawberry.Private[str]
    to_version_id: strawberry.Private[str]
    policy_area_id: strawberry.Private[str | None]
    metric: LazyMetric | None = one(models.Metric, "metric_id", "The metric.")
    from_version: LazyVersion | None = one(
        models.MetricVersion, "from_version_id", "The old version."
    )
    to_version: LazyVersion | None = one(models.MetricVersion, "to_version_id", "The new version.")
    policy_area: LazyArea | None = one(
        policies.PolicyArea, "policy_area_id", "The policy area that it is good for; null for all."
    )
    history: list[HistoryEntry] = history()

    @strawberry.field(description="What the sample says of both.")
    @derived(
        *("metric_id", "method", "sample_size", "both_negative", "old_only", "new_only"),
        *("old_negatives", "old_sample", "new_negatives", "new_sample"),
    )
    async def shift(self, info: Info) -> BridgeShift:
        """By McNemar, or by the logarithm of the ratio."""
        measure = await measure_of(info.context, self.view, self.metric_id)
        found = shift_of(Sample.of(self))
        return BridgeShift(
            offset=measure.scale * found.offset,
            offset_low=measure.scale * found.low,
            offset_high=measure.scale * found.high,
            factor=found.factor,
            factor_low=found.factor_low,
            factor_high=found.factor_high,
            unit=measure.unit,
        )
