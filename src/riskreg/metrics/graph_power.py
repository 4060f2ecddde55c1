"""What a sample can show: the least detectable effect, and the sample that an effect needs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import strawberry
from sqlalchemy import select

from riskreg.kit.context import Context, fetcher
from riskreg.kit.errors import BadInput
from riskreg.kit.filters import is_storable
from riskreg.kit.refs import key_in
from riskreg.kit.view import View
from riskreg.metrics import models
from riskreg.metrics.across import Part, measured
from riskreg.metrics.graph_windows import DEFAULT_DAYS, Asking, MetricScopeFilter, part_of
from riskreg.metrics.loaders import MOST_VALUES, latest_rows, points_of
from riskreg.metrics.rules import MetricKind
from riskreg.metrics.rules_windows import MetricFacts, Window, window
from riskreg.quant.intervals import minimum_detectable_effect, sample_size

Info = strawberry.Info[Context, None]


@strawberry.input(description="One series, or all of a metric inside a scope.")
class MeasuredFilter:
    """Give `series`, or `metric` with or without `scope`."""

    series: str | None = strawberry.field(default=None, description="The series' id or code.")
    metric: str | None = strawberry.field(default=None, description="The metric's id or code.")
    scope: MetricScopeFilter | None = strawberry.field(
        default=None, description="A part of the work; all of it if left out."
    )


OfGiven = Annotated[
    MeasuredFilter, strawberry.argument(description="What is measured, and of what.")
]
DaysGiven = Annotated[
    int, strawberry.argument(description="How many days each of the two windows has, 1 to 800.")
]
PowerGiven = Annotated[
    float, strawberry.argument(description="How often an effect of that size is to show, 0 to 1.")
]


@strawberry.type(description="The least change that two windows show, at today's rate and sample.")
class DetectableEffect:
    """Two-sided at 5 %, before and after of the same length."""

    effect: float = strawberry.field(description="The least change, in the unit.")
    unit: str = strawberry.field(description="The metric's unit.")
    rate: float = strawberry.field(description="The present value, in the unit.")
    daily_sample: float = strawberry.field(
        description="How many a day are looked at now; of strata, as many as would tell as much."
    )
    window_sample: float = strawberry.field(description="How many that is in each window.")
    days: int = strawberry.field(description="How many days each window has.")
    power: float = strawberry.field(description="How often an effect of that size shows.")


@strawberry.type(description="The sample that it takes to show a change.")
class NeededSample:
    """Two-sided at 5 %, before and after of the same size."""

    sample_size: int = strawberry.field(description="How many are needed in each window.")
    per_day: float = strawberry.field(description="How many a day that is.")
    available: float = strawberry.field(
        description="How many there will be in each window if nothing changes."
    )
    is_enough: bool = strawberry.field(description="Whether that is enough.")
    effect: float = strawberry.field(description="The change, in the unit.")
    unit: str = strawberry.field(description="The metric's unit.")
    days: int = strawberry.field(description="How many days each window has.")
    power: float = strawberry.field(description="How often such a change is to show.")


@dataclass(frozen=True)
class Present:
    """The rate of a share as it is now, and how many a day tell of it."""

    share: float
    per_day: float
    scale: float
    unit: str


async def detectable(
    context: Context, of: MeasuredFilter, days: int, power: float
) -> DetectableEffect | None:
    """The least effect that so many days show; None where nothing is known to reckon with."""
    now = await _present(context, of, days, power)
    if now is None:
        return None
    sample = now.per_day * days
    effect = minimum_detectable_effect(now.share, sample, sample, power)
    return DetectableEffect(
        effect=now.scale * effect,
        unit=now.unit,
        rate=now.scale * now.share,
        daily_sample=now.per_day,
        window_sample=sample,
        days=days,
        power=power,
    )


async def needed(
    context: Context, of: MeasuredFilter, effect: float, days: int, power: float
) -> NeededSample | None:
    """The sample that an effect needs; None where nothing is known to reckon with."""
    now = await _present(context, of, days, power)
    if now is None:
        return None
    if not effect or not abs(effect) < now.scale:
        raise BadInput("an effect is not 0, and less than all")
    size = sample_size(now.share, effect / now.scale, power)
    return NeededSample(
        sample_size=size,
        per_day=size / days,
        available=now.per_day * days,
        is_enough=now.per_day * days >= size,
        effect=effect,
        unit=now.unit,
        days=days,
        power=power,
    )


async def _present(context: Context, of: MeasuredFilter, days: int, power: float) -> Present | None:
    if not 1 <= days <= MOST_VALUES:
        raise BadInput(f"days is 1 to {MOST_VALUES}")
    if not 0 < power < 1:
        raise BadInput("power lies between 0 and 1")
    if (of.series is None) == (of.metric is None) or (of.series and of.scope):
        raise BadInput("give a series, or a metric with or without a scope")
    view = await context.view()
    if of.series is not None:
        answer = await _of_series(context, view, of.series)
    else:
        answer = await _of_metric(context, view, of.metric or "", part_of(of.scope))
    if answer is None:
        return None
    found, facts, unit = answer
    if facts.kind is not MetricKind.PROPORTION:
        raise BadInput("only the sample of a share can be reckoned")
    if not found.value or found.standard_error is None or not found.periods:
        return None
    share = found.value / facts.scale
    telling = share * (1 - share) / (found.standard_error / facts.scale) ** 2
    covered = DEFAULT_DAYS * found.periods / found.expected
    return Present(share, telling / covered, facts.scale, unit)


Answer = tuple[Window, MetricFacts, str]
"""A window, how its numbers add up, and their unit."""


async def _of_series(context: Context, view: View, given: str) -> Answer | None:
    """What a series said in the 28 days up to its newest value."""
    if not is_storable(given):
        return None
    series = view.of(models.MetricSeries)
    key = key_in(models.MetricSeries, given)
    by = series.code == given if key is None else series.id == key
    rows = await context.rows(view, select(series.number).where(by))
    newest = (await latest_rows(context, view, [row.number for row in rows])) if rows else {}
    if not newest:
        return None
    [(number, row)] = newest.items()
    first = row.period_start - timedelta(days=DEFAULT_DAYS - 1)
    points = await points_of(context, view, number, first, row.period_start)
    facts = MetricFacts(row.kind, row.scale, row.cadence)
    return window(points, facts, first, row.period_start), facts, row.unit


async def _of_metric(context: Context, view: View, given: str, part: Part) -> Answer:
    """What all series of a metric said together in the 28 days up to the newest value."""
    of = await measured(fetcher(context, view), view, given)
    asking = Asking(context, view, of, part, None)
    first, last = await asking.days(None, DEFAULT_DAYS, None)
    found, _ = await asking.window(await asking.chosen(None, first, last), first, last)
    return found, MetricFacts(asking.measure.kind, asking.measure.scale), asking.measure.unit
