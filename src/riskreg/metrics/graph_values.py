"""What was observed of a series, and what that says over a stretch of days, as the graph shows."""

from asyncio import gather
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import riskreg.metrics.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit.context import Context
from riskreg.kit.db import Record
from riskreg.kit.edges import Info, Link, fetch_one
from riskreg.kit.errors import BadInput
from riskreg.kit.graph import Names
from riskreg.kit.tables import model_of
from riskreg.kit.view import View
from riskreg.metrics.loaders import Changed, Measure, latest_rows, reports_on
from riskreg.metrics.rules import MetricKind, QualityFlag
from riskreg.metrics.rules_windows import (
    MetricFacts,
    Window,
    WindowMethod,
    WindowReason,
    interval,
)
from riskreg.quant.intervals import rogan_gladen

if TYPE_CHECKING:
    from riskreg.reports.graph import Report

LazyReport = Annotated["Report", strawberry.lazy("riskreg.reports.graph")]
NAN = float("nan")


@strawberry.type(description="One telling of a period's value.")
class Observation:
    """The value in the metric's unit, of what it was made, and when it became known."""

    facts: strawberry.Private[MetricFacts]
    period_start: date = strawberry.field(description="The day on which the period begins.")
    value: float = strawberry.field(description="The value, in the unit.")
    unit: str = strawberry.field(description="The metric's unit.")
    numerator: float | None = strawberry.field(description="What was counted.")
    denominator: float | None = strawberry.field(description="Among how many.")
    sample_size: float | None = strawberry.field(
        description="How many were looked at, where that is not the denominator."
    )
    standard_error: float | None = strawberry.field(
        description="The sender's own standard error, in the unit."
    )
    quality: QualityFlag = strawberry.field(description="How far the sender trusts it.")
    revision: int = strawberry.field(description="1 for the first telling of the period.")
    recorded_at: datetime = strawberry.field(description="When it became known.")

    @strawberry.field(description="How many it rests on; null where that is not known.")
    def n(self) -> float | None:
        """The sample, or else the denominator."""
        return self.denominator if self.sample_size is None else self.sample_size

    @strawberry.field(description="The lower bound of its 95 % interval; null if unknown.")
    def low(self) -> float | None:
        """In the unit."""
        return None if (bounds := self._bounds()) is None else bounds[0]

    @strawberry.field(description="The upper bound of its 95 % interval; null if unknown.")
    def high(self) -> float | None:
        """In the unit."""
        return None if (bounds := self._bounds()) is None else bounds[1]

    def _bounds(self) -> tuple[float, float] | None:
        counts = None
        if self.numerator is not None and self.denominator is not None:
            counts = (self.numerator, self.denominator)
        own = (_or_nan(self.standard_error), _or_nan(self.sample_size))
        return interval(self.facts, self.value, counts, own)


def _or_nan(value: float | None) -> float:
    return NAN if value is None else value


def observation(row: Record, facts: MetricFacts, unit: str) -> Observation:
    """The telling of a row that has what is `MEASURED`."""
    return Observation(
        facts=facts,
        period_start=row.period_start,
        value=row.value,
        unit=unit,
        numerator=row.numerator,
        denominator=row.denominator,
        sample_size=row.sample_size,
        standard_error=row.standard_error,
        quality=row.quality,
        revision=row.revision,
        recorded_at=row.recorded_at,
    )


class LatestValue(Link):
    """The link from a series to its newest value."""

    name = "latest value"

    def key_of(self, node: Record) -> Any:  # noqa: ANN401 (the number that values name a series by)
        return node.number

    def needs(self) -> tuple[str, ...]:
        return ("number",)

    def nodes_of(self, answer: object) -> Sequence[Any]:
        return ()

    def shown(self) -> type[Any]:
        return Observation

    async def fetch(
        self, context: Context, view: View, keys: list[Any], size: int, names: Names = None
    ) -> Sequence[Observation | None]:
        found = await latest_rows(context, view, keys)
        return [None if key not in found else _latest(found[key]) for key in keys]


def _latest(row: Record) -> Observation:
    return observation(row, MetricFacts(row.kind, row.scale, row.cadence), row.unit)


LATEST = LatestValue()


@strawberry.type(description="A value without the errors of imperfect reviewers, as estimated.")
class CorrectedValue:
    """By Rogan and Gladen, from the reviewers' sensitivity and specificity."""

    value: float = strawberry.field(description="The corrected value, in the unit.")
    low: float | None = strawberry.field(description="The corrected lower bound.")
    high: float | None = strawberry.field(description="The corrected upper bound.")
    unit: str = strawberry.field(description="The metric's unit.")
    label: str = strawberry.field(description="What to call it wherever it is shown.")


Share = Annotated[float, strawberry.argument(description="A share, 0 to 1.")]


@strawberry.type(name="Window", description="What one or several series said in some days.")
class ShownWindow:
    """Null `value` where there is nothing to say; `reason` then tells why."""

    facts: strawberry.Private[MetricFacts]
    first: date = strawberry.field(description="The first day on which a period may begin.")
    last: date = strawberry.field(description="The last day on which a period may begin.")
    value: float | None = strawberry.field(description="The value, in the unit.")
    low: float | None = strawberry.field(description="The lower bound of its 95 % interval.")
    high: float | None = strawberry.field(description="The upper bound of its 95 % interval.")
    unit: str = strawberry.field(description="The metric's unit.")
    sample_size: float | None = strawberry.field(description="How many it rests on.")
    numerator: float | None = strawberry.field(
        description="What was counted; null where several estimates were put together."
    )
    denominator: float | None = strawberry.field(description="Among how many; null likewise.")
    standard_error: float | None = strawberry.field(description="In the unit.")
    periods: int = strawberry.field(description="How many periods were observed.")
    expected: int = strawberry.field(description="How many there should be.")
    method: WindowMethod = strawberry.field(description="How the value was made.")
    reason: WindowReason | None = strawberry.field(description="Why there is no value.")
    missing: list[str] = strawberry.field(
        description="What the value leaves out, such as markets that were not observed."
    )

    @strawberry.field(
        description="The value corrected for reviewers' errors; null where there is none, or for"
        " what is no share."
    )
    def corrected(self, sensitivity: Share, specificity: Share) -> CorrectedValue | None:
        """Of a proportion."""
        if self.value is None or self.facts.kind is not MetricKind.PROPORTION:
            return None
        scale = self.facts.scale
        try:
            value, low, high = (
                None if one is None else scale * rogan_gladen(one / scale, sensitivity, specificity)
                for one in (self.value, self.low, self.high)
            )
        except ValueError as error:
            raise BadInput(str(error)) from None
        assert value is not None  # noqa: S101 (it was there before)
        label = f"corrected for sensitivity {sensitivity:g} and specificity {specificity:g}"
        return CorrectedValue(value=value, low=low, high=high, unit=self.unit, label=label)


def shown_window(window: Window, measure: Measure, facts: MetricFacts) -> ShownWindow:
    """A window in the metric's unit."""
    given = {name: value for name, value in window.__dict__.items() if name != "missing"}
    return ShownWindow(facts=facts, unit=measure.unit, missing=list(window.missing), **given)


@strawberry.type(description="A period that is missing, or was until its value came late.")
class Gap:
    """When it begins, and when it was filled."""

    period_start: date = strawberry.field(description="The day on which the period begins.")
    filled_at: datetime | None = strawberry.field(
        description="When its value came; null while it is missing."
    )


@strawberry.type(description="A period that was told again with another value.")
class Restatement:
    """The old value and the new one, and which reports used the old."""

    view: strawberry.Private[View]
    changed: strawberry.Private[Changed]
    period_start: date = strawberry.field(description="The day on which the period begins.")
    old: float = strawberry.field(description="What was told before, in the unit.")
    new: float = strawberry.field(description="What was told then, in the unit.")
    unit: str = strawberry.field(description="The metric's unit.")
    old_revision: int = strawberry.field(description="The revision told before.")
    new_revision: int = strawberry.field(description="The revision told then.")
    recorded_at: datetime = strawberry.field(description="When the new value became known.")

    @strawberry.field(
        description="The reports that rest on the old value, by code; none for those who see no "
        "reports."
    )
    async def affected_reports(self, info: Info) -> list[LazyReport]:
        """Through what their facts cite."""
        keys = await reports_on(info.context, self.view, self.changed)
        report = model_of("reports")
        found = await gather(*[fetch_one(info.context, self.view, report, key) for key in keys])
        shown: list[LazyReport] = [one for one in found if one is not None]
        return sorted(shown, key=lambda one: (len(one.code), one.code))
