"""Charts of series and their episodes, as the graph shows them."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import nan
from typing import Annotated

import strawberry

import riskreg.metrics.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.charts import control
from riskreg.kit.context import Context, fetcher
from riskreg.kit.edges import fetch_one
from riskreg.kit.errors import BadInput
from riskreg.kit.view import View
from riskreg.metrics import alerts as looked
from riskreg.metrics import models
from riskreg.metrics.graph_notes import LazySeries, MetricAnnotation, concerning, notes_between
from riskreg.metrics.loaders import measure_of, refuse_many
from riskreg.metrics.rules import AnnotationKind, Cadence, MetricFamily
from riskreg.metrics.rules_charts import Charted, Watched
from riskreg.quant import detect

Info = strawberry.Info[Context, None]
MOST_ALERTS = 500
SizeGiven = Annotated[
    control.ChartSize, strawberry.argument(description="How large; LARGE if left out.")
]
_STEPS = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.MONTHLY: 31}
_HAPPENINGS = {
    AnnotationKind.INCIDENT: control.Happening.INCIDENT,
    AnnotationKind.CHANGE: control.Happening.CHANGE,
    AnnotationKind.HOLIDAY: control.Happening.HOLIDAY,
    AnnotationKind.DEFINITION: control.Happening.VERSION,
    AnnotationKind.DATA_ISSUE: control.Happening.DATA_ISSUE,
}
LONGEST_NAME = 40
SHORTLY_BEFORE = timedelta(days=7)
"""What was noted so shortly before an episode may explain it."""


@strawberry.type(description="A time in which a series stood out.")
class MetricEpisode:
    """It opens once, is silent while open, and closes after some calm periods."""

    first_day: date = strawberry.field(description="The first period that alarmed.")
    last_day: date = strawberry.field(description="The last period that alarmed, so far.")
    is_open: bool = strawberry.field(description="Whether it goes on.")
    direction: detect.Direction = strawberry.field(description="Which way the series went.")
    is_adverse: bool | None = strawberry.field(
        description="Whether that is for the worse; null for a metric with a target band."
    )
    severity: detect.Severity = strawberry.field(description="How far beyond its limit it went.")
    peak_z: float = strawberry.field(
        description="The furthest point, in standard deviations from the centre."
    )
    peak_day: date = strawberry.field(description="Its period.")
    rule: detect.Rule = strawberry.field(description="What opened it.")
    explained_by: list[MetricAnnotation] = strawberry.field(
        description="What was noted of the series in those days, or in the week before."
    )


@strawberry.type(description="A period on a chart.")
class ChartPoint:
    """Value and limits in the unit; the sums in standard deviations."""

    period_start: date = strawberry.field(description="The day on which the period begins.")
    value: float | None = strawberry.field(description="The value, in the unit.")
    centre: float | None = strawberry.field(description="What was expected, in the unit.")
    lower: float | None = strawberry.field(description="The lower limit, in the unit.")
    upper: float | None = strawberry.field(description="The upper limit, in the unit.")
    z: float | None = strawberry.field(description="How far from the centre, in deviations.")
    ewma: float | None = strawberry.field(
        description="The exponentially weighted mean of those, in deviations."
    )
    ewma_low: float | None = strawberry.field(description="Its lower limit.")
    ewma_high: float | None = strawberry.field(description="Its upper limit.")
    state: detect.State = strawberry.field(description="Whether it was judged, and how.")
    alarm: detect.Rule | None = strawberry.field(description="What it alarmed by; null if quiet.")


@strawberry.type(description="A series held against its own past.")
class MetricChart:
    """Each point is judged by its own sample and by what was known before it."""

    name: strawberry.Private[str]
    days: strawberry.Private[tuple[date, date]]
    unit: str = strawberry.field(description="The metric's unit.")
    cadence: Cadence = strawberry.field(
        description="How long its periods are: samples of views are put together to weeks."
    )
    points: list[ChartPoint] = strawberry.field(description="In order of time.")
    episodes: list[MetricEpisode] = strawberry.field(
        description="The times in which it stood out that touch these days."
    )
    annotations: list[MetricAnnotation] = strawberry.field(
        description="What happened in these days to it, or to all of which it is a part."
    )

    @strawberry.field(description="It as a picture: an SVG document, the same as in a brief.")
    def svg(self, size: SizeGiven = control.ChartSize.LARGE) -> str:
        """Its title says in words what is to be seen."""
        return control.control_chart(_picture(self), control.SIZES[size])


@strawberry.type(description="A series that stands out, or did.")
class MetricAlert:
    """The series and the episode."""

    view: strawberry.Private[View]
    key: strawberry.Private[str]
    episode: MetricEpisode = strawberry.field(description="When, which way, how far.")

    @strawberry.field(description="The series.")
    async def series(self, info: Info) -> LazySeries | None:
        """As it is at the view's time."""
        found: LazySeries | None = await fetch_one(
            info.context, self.view, models.MetricSeries, self.key
        )
        return found


FirstGiven = Annotated[
    int, strawberry.argument(description="At most so many, 100 by default, 500 at the most.")
]
FamilyGiven = Annotated[
    MetricFamily | None, strawberry.argument(description="Only metrics of this family.")
]


async def alerts_between(
    context: Context, view: View, days: tuple[date, date], family: MetricFamily | None, first: int
) -> list[MetricAlert]:
    """The episodes that touch some days, of all series that the viewer sees."""
    if not 0 <= first <= MOST_ALERTS:
        raise BadInput(f"first must be between 0 and {MOST_ALERTS}")
    refuse_many(1, *days)
    if first == 0:
        return []
    found = (await looked.alerts(fetcher(context, view), view, days, family))[:first]
    if not found:
        return []
    notes = await _notes(context, view, [one.episode for one in found], days[1])
    return [
        MetricAlert(
            view=view,
            key=one.series.key,
            episode=_episode(
                one.episode,
                one.series.watched,
                concerning(notes, one.series.metric_id, one.series.scope),
            ),
        )
        for one in found
    ]


async def chart_of(
    context: Context, view: View, number: int, first: date, last: date
) -> MetricChart:
    """The chart of a series from one day to another; it learns from what was before."""
    refuse_many(1, first, last)

    async def batch(view: View, keys: list[int]) -> Sequence[tuple[looked.Watching, Charted]]:
        fetch = fetcher(context, view)
        series = view.of(models.MetricSeries)
        rows = await fetch(looked.watchings(view, series.number.in_(keys)))
        watched = {row.number: looked.watching(row) for row in rows}
        charts = await looked.charts_of(fetch, view, list(watched.values()), last)
        return [(watched[key], charts[key]) for key in keys]

    one, found = await context.load(view, ("chart", last), batch, number)
    begin, end = first.toordinal(), last.toordinal()
    touching = [
        episode
        for episode in found.episodes
        if episode.first_day <= end and (episode.open or episode.last_day >= begin)
    ]
    notes = await _notes(context, view, touching, last, first)
    about = concerning(notes, one.metric_id, one.scope)
    measure = await measure_of(context, view, one.metric_id)
    return MetricChart(
        name=measure.code,
        days=(first, last),
        unit=measure.unit,
        cadence=found.cadence,
        points=[_point(point, found.scale) for point in found.chart.points if point.day >= begin],
        episodes=[_episode(episode, one.watched, about) for episode in touching],
        annotations=[note for note in about if note.to_on is None or note.to_on >= first],
    )


async def _notes(
    context: Context,
    view: View,
    found: Sequence[detect.Episode],
    last: date,
    first: date | None = None,
) -> Sequence[MetricAnnotation]:
    """What happened since a week before the first of the episodes, or since a day."""
    days = [date.fromordinal(one.first_day) - SHORTLY_BEFORE for one in found]
    begin = min([*days, *([first] if first else [])])
    return await notes_between(context, view, begin, last)


def _point(point: detect.Point, scale: float) -> ChartPoint:
    def unit(value: float | None) -> float | None:
        return None if value is None else scale * value

    return ChartPoint(
        period_start=date.fromordinal(point.day),
        value=unit(point.value),
        centre=unit(point.centre),
        lower=unit(point.lower),
        upper=unit(point.upper),
        z=point.z,
        ewma=point.ewma,
        ewma_low=point.ewma_low,
        ewma_high=point.ewma_high,
        state=point.state,
        alarm=point.alarm,
    )


def _episode(
    given: detect.Episode, watched: Watched, notes: Sequence[MetricAnnotation]
) -> MetricEpisode:
    """With those of the notes that are of its days, or of the week before."""
    begin = date.fromordinal(given.first_day) - SHORTLY_BEFORE
    end = date.fromordinal(given.last_day)
    return MetricEpisode(
        first_day=date.fromordinal(given.first_day),
        last_day=date.fromordinal(given.last_day),
        is_open=given.open,
        direction=given.direction,
        is_adverse=watched.is_adverse(given.direction),
        severity=given.severity,
        peak_z=given.peak_z,
        peak_day=date.fromordinal(given.peak_day),
        rule=given.rule,
        explained_by=[
            note
            for note in notes
            if note.from_on <= end and (note.to_on is None or note.to_on >= begin)
        ],
    )


def _picture(chart: MetricChart) -> control.ControlChart:
    first, last = (day.toordinal() for day in chart.days)
    return control.ControlChart(
        alt=_told(chart),
        points=[_drawn(point) for point in chart.points if point.value is not None],
        first=first,
        last=last,
        step=_STEPS[chart.cadence],
        markers=[_marker(note) for note in chart.annotations],
        episodes=[
            control.Episode(one.first_day.toordinal(), one.last_day.toordinal(), one.is_open)
            for one in chart.episodes
        ],
    )


def _told(chart: MetricChart) -> str:
    """What is to be seen, in words: for who does not see it."""
    begin, end = chart.days
    about = f"{chart.name}, in {chart.unit}, {begin} to {end}"
    known = [point for point in chart.points if point.value is not None]
    if not known:
        return f"{about}: no values."
    newest = f"newest {known[-1].value:.4g} ({known[-1].period_start})"
    alarms = sum(point.state is detect.State.ALARM for point in known)
    still = ", and it goes on" if any(one.is_open for one in chart.episodes) else ""
    return f"{about}: {newest}; {alarms} of {len(known)} periods stand out{still}."


def _drawn(point: ChartPoint) -> control.Point:
    def known(value: float | None) -> float:
        return nan if value is None else value

    return control.Point(
        day=point.period_start.toordinal(),
        value=known(point.value),
        lower=known(point.lower),
        upper=known(point.upper),
        centre=known(point.centre),
        alarm=point.state is detect.State.ALARM,
        insufficient=point.state is detect.State.INSUFFICIENT,
    )


def _marker(note: MetricAnnotation) -> control.Marker:
    label = note.about or note.text
    lasts = note.to_on is not None and note.to_on > note.from_on
    return control.Marker(
        day=note.from_on.toordinal(),
        kind=_HAPPENINGS[note.kind],
        label=label if len(label) <= LONGEST_NAME else f"{label[: LONGEST_NAME - 1]}…",
        until=note.to_on.toordinal() if lasts and note.to_on else None,
    )
