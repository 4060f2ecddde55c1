"""KRIs and their breaches as the API shows them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import nan
from typing import TYPE_CHECKING, Annotated

import strawberry

import riskreg.risks.words_kri  # noqa: F401 (describes the enums, before they are used)
from riskreg import settings
from riskreg.charts import control
from riskreg.kit.clock import today
from riskreg.kit.context import Context
from riskreg.kit.edges import children, one
from riskreg.kit.errors import BadInput
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.history import HistoryEntry, history
from riskreg.kit.lists import Connection
from riskreg.kit.moves import Transition
from riskreg.metrics.graph_charts import SizeGiven
from riskreg.metrics.models import MetricSeries as SeriesRow
from riskreg.people.models import Person as PersonRow
from riskreg.risks import models, models_kri, rules_kri, told
from riskreg.risks.loaders_kri import OpenBreach, episodes, kri_availability, read, unit
from riskreg.risks.rules_kri_reading import Reading
from riskreg.risks.watching import RULE

if TYPE_CHECKING:
    from riskreg.metrics.graph_series import MetricSeries
    from riskreg.people.graph import Person
    from riskreg.risks.graph import Risk

LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
LazyRisk = Annotated["Risk", strawberry.lazy("riskreg.risks.graph")]
LazySeries = Annotated["MetricSeries", strawberry.lazy("riskreg.metrics.graph_series")]
LazyKri = Annotated["Kri", strawberry.lazy("riskreg.risks.graph_kri")]
Info = strawberry.Info[Context, None]
USUAL_DAYS, MOST_DAYS = 90, 500
Days = Annotated[
    int, strawberry.argument(description="How many days up to now: 90 by default, at most 500.")
]


@shows(models_kri.KriBreach)
@strawberry.type(description="A stretch in which a KRI was in breach; one at a time is open.")
class KriBreach(Node, Versioned):
    """From the evaluation that opened it to the one that closed it."""

    kri_id: strawberry.Private[str]
    risk_id: strawberry.Private[str]
    acknowledged_by_id: strawberry.Private[str | None]
    level: rules_kri.BreachLevel = strawberry.field(description="How bad it was at its worst.")
    evidence: str = strawberry.field(
        description="What brought it to its level: value, 95 % interval, sample and threshold."
    )
    threshold: float = strawberry.field(description="The threshold of its level, in `unit`.")
    value: float | None = strawberry.field(
        description="What was read last, while it lasted, in `unit`."
    )
    low: float | None = strawberry.field(description="The lower end of the 95 % interval of that.")
    high: float | None = strawberry.field(description="The upper end.")
    sample_size: float | None = strawberry.field(description="The sample behind the value.")
    evaluated_on: date | None = strawberry.field(description="The day that was read last.")
    consecutive: int = strawberry.field(
        description="How many evaluations in a row, up to the last, lie beyond a threshold."
    )
    peak_value: float = strawberry.field(description="The worst value, in `unit`.")
    peak_on: date = strawberry.field(description="The day of the worst value.")
    peak_low: float | None = strawberry.field(description="The lower end of its 95 % interval.")
    peak_high: float | None = strawberry.field(description="The upper end.")
    peak_sample_size: float | None = strawberry.field(description="The sample behind it.")
    opened_on: date = strawberry.field(description="The day whose numbers opened it.")
    opened_at: datetime = strawberry.field(description="When the register noted that.")
    red_on: date | None = strawberry.field(
        description="The day whose numbers made it RED; null while it is AMBER."
    )
    red_at: datetime | None = strawberry.field(
        description="When the register noted that and made the risk due for reassessment."
    )
    closed_on: date | None = strawberry.field(
        description="The day whose numbers closed it; null while it is open."
    )
    closed_at: datetime | None = strawberry.field(description="When the register noted that.")
    retracted_at: datetime | None = strawberry.field(
        description="When restated numbers showed that it would not have opened; null otherwise."
    )
    acknowledged_at: datetime | None = strawberry.field(description="When somebody saw to it.")
    false_alarm: bool | None = strawberry.field(
        description="Whether it told of nothing real; null until it is acknowledged."
    )
    note: str | None = strawberry.field(description="What was found and what is done.")
    kri: LazyKri | None = one(models_kri.Kri, "kri_id", "The KRI.")
    risk: LazyRisk | None = one(models.Risk, "risk_id", "The risk that the KRI watches.")
    acknowledged_by: LazyPerson | None = one(
        PersonRow, "acknowledged_by_id", "Who acknowledged it last."
    )
    history: list[HistoryEntry] = history(bookkeeping=told.NUMBERS)

    @strawberry.field(description="The unit of its values and its threshold.")
    @derived("kri_id")
    async def unit(self, info: Info) -> str | None:
        """That of the metric; of a slope, a day."""
        return await unit(info.context, self.view, self.kri_id)


@strawberry.type(description="What a KRI read on a day.")
class KriReading:
    """A value with its interval, sample and thresholds, for a chart."""

    on: date = strawberry.field(description="The first day of the period.")
    status: rules_kri.KriStatus = strawberry.field(
        description="NORMAL, AMBER or RED by the thresholds of that day, or INSUFFICIENT_SAMPLE."
    )
    value: float | None = strawberry.field(
        description="In the KRI's `unit`; null where the sample is too small."
    )
    low: float | None = strawberry.field(description="The lower end of its 95 % interval.")
    high: float | None = strawberry.field(description="The upper end.")
    sample_size: float | None = strawberry.field(description="The sample behind it.")
    amber: float = strawberry.field(description="The first threshold on that day.")
    red: float = strawberry.field(description="The second threshold on that day.")


@shows(models_kri.Kri)
@strawberry.type(description="A series that tells of a risk, its thresholds, and what to do then.")
class Kri(Node, Versioned):
    """A key risk indicator: judged whenever its series is told of."""

    risk_id: strawberry.Private[str]
    series_id: strawberry.Private[str]
    ruled_from: strawberry.Private[date]
    code: str = strawberry.field(description="Its code, such as KRI-FRAUD-VI.")
    name: str = strawberry.field(description="What it is called.")
    status: rules_kri.KriStatus = strawberry.field(
        description="Where it stands at the view's time: STALE as soon as its series is."
    )
    playbook: str = strawberry.field(description="What to do when it is in breach.")
    basis: rules_kri.KriBasis = strawberry.field(
        description="What of the series is compared with the thresholds."
    )
    window_days: int = strawberry.field(description="How many days a value covers.")
    comparator: rules_kri.Comparator = strawberry.field(description="On which side it is bad.")
    amber: float = strawberry.field(description="The first threshold, in `unit`.")
    red: float = strawberry.field(description="The second threshold, in `unit`.")
    min_sample: int = strawberry.field(description="The sample below which nothing is said.")
    persist_k: int = strawberry.field(
        description="How many of the last `persistN` evaluations enter a level; one for RED on"
        " CI_BOUND."
    )
    persist_n: int = strawberry.field(description="Among how many evaluations they are counted.")
    clear_after: int = strawberry.field(
        description="How many calm evaluations in a row close a breach."
    )
    watched_from: date = strawberry.field(description="The first day that is judged.")
    paused_at: datetime | None = strawberry.field(
        description="Since when it is paused; null while it is judged."
    )
    retired_at: datetime | None = strawberry.field(
        description="Since when it watches no more; null while it does."
    )
    evaluated_on: date | None = strawberry.field(
        description="The day that was read last; null before the first."
    )
    value: float | None = strawberry.field(
        description="What was read, in `unit`; null where the sample is too small."
    )
    low: float | None = strawberry.field(description="The lower end of its 95 % interval.")
    high: float | None = strawberry.field(description="The upper end.")
    sample_size: float | None = strawberry.field(description="The sample behind it.")
    consecutive: int = strawberry.field(
        description="How many evaluations in a row, up to the last, lie beyond a threshold."
    )
    stale_after: datetime = strawberry.field(
        description="When it goes stale unless its series is told of."
    )
    risk: LazyRisk | None = one(models.Risk, "risk_id", "The risk that it watches.")
    series: LazySeries | None = one(SeriesRow, "series_id", "The series that it reads.")
    open_breach: KriBreach | None = OpenBreach().field("The breach that is open, if one is.")
    breaches: Connection[KriBreach] = children(
        models_kri.KriBreach,
        "kri_id",
        "Every breach, newest first, retracted ones included.",
        order="opened_at",
        descending=True,
    )
    history: list[HistoryEntry] = history(told.KRI_PARTS, bookkeeping=told.NUMBERS)

    @strawberry.field(description="The unit of its values and thresholds.")
    @derived()
    async def unit(self, info: Info) -> str | None:
        """That of the metric; of a slope, a day."""
        return await unit(info.context, self.view, self.key)

    @strawberry.field(
        description="What it read on each day that was observed, oldest first, as now known; also"
        " before its watch began, by its first thresholds."
    )
    @derived("series_id", "ruled_from", "paused_at", "retired_at", *RULE)
    async def readings(self, info: Info, days: Days = USUAL_DAYS) -> list[KriReading]:
        """For its chart; the same numbers as it is judged by."""
        _refuse_many(days)
        return [
            KriReading(
                on=found.on,
                status=found.status,
                value=found.value,
                low=found.low,
                high=found.high,
                sample_size=found.sample_size,
                amber=found.rule.amber,
                red=found.rule.red,
            )
            for found in await read(info.context, self, days)
        ]

    @strawberry.field(
        description="Its readings as a picture: an SVG document with the thresholds, the 95 %"
        " intervals, and its breaches on the axis of time."
    )
    @derived("series_id", "ruled_from", "paused_at", "retired_at", "name", "amber", "red", *RULE)
    async def svg(
        self,
        info: Info,
        days: Days = USUAL_DAYS,
        size: SizeGiven = control.ChartSize.LARGE,
    ) -> str:
        """Its title says in words what is to be seen; retracted breaches are not drawn."""
        _refuse_many(days)
        readings = await read(info.context, self, days)
        stretches = await episodes(info.context, self.view, self.key)
        last = today(self.view.now, settings.current().zone)
        first = last - timedelta(days=days - 1)
        told_of = await unit(info.context, self.view, self.key)
        chart = control.ControlChart(
            alt=f"{self.name}, in {told_of}: {_told(readings)}",
            points=[_drawn(one) for one in readings if one.value is not None],
            first=first.toordinal(),
            last=last.toordinal(),
            step=_step(readings),
            episodes=[
                control.Episode(begin.toordinal(), (end or last).toordinal(), open=end is None)
                for begin, end in stretches
                if end is None or end >= first
            ],
            thresholds=[
                control.Threshold(self.amber, "amber", is_red=False),
                control.Threshold(self.red, "red", is_red=True),
            ],
        )
        return control.control_chart(chart, control.SIZES[size])

    @strawberry.field(description="Every move from here, and what blocks it for you now.")
    @derived("risk_id", "paused_at", "retired_at")
    async def available_transitions(self, info: Info) -> list[Transition]:
        """The same guards that a mutation runs."""
        return await kri_availability(info.context, self)


def _refuse_many(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        message = f"days must be between 1 and {MOST_DAYS}"
        raise BadInput(message)


def _told(readings: Sequence[Reading]) -> str:
    """What is to be seen, in words: for who does not see it."""
    known = [one for one in readings if one.value is not None]
    if not known:
        return "no readings."
    newest = f"newest {known[-1].value:.4g} ({known[-1].on})"
    return f"{newest}; amber is {known[-1].rule.amber:.4g}, red is {known[-1].rule.red:.4g}."


def _drawn(reading: Reading) -> control.Point:
    def known(value: float | None) -> float:
        return nan if value is None else value

    return control.Point(
        day=reading.on.toordinal(),
        value=known(reading.value),
        lower=known(reading.low),
        upper=known(reading.high),
    )


def _step(readings: Sequence[Reading]) -> int:
    """How many days lie between two readings that follow each other."""
    return min((after.on - one.on).days for one, after in pairwise(readings)) if readings[1:] else 1
