"""Deeds about what is measured: metrics, versions, series, notes, bridges, and what comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from riskreg.demo.archive import Key, Rows
from riskreg.demo.planted import Scope
from riskreg.demo.world import Deed, Scene, World
from riskreg.metrics import ingest, inputs, inputs_notes, service, service_notes, service_series
from riskreg.metrics.models import Metric, MetricSeries
from riskreg.metrics.rules import (
    AnnotationKind,
    BridgeMethod,
    Direction,
    MetricFamily,
    MetricKind,
    Surface,
)
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor

ENVR = "ENVR"
EVERYTHING = Scope()


def _scope(world: World, scope: Scope) -> dict[str, object]:
    """A scope as callers send it."""
    return {
        "project_id": world.id_or_none(Project, scope.project),
        "policy_area_id": world.id_or_none(PolicyArea, scope.area),
        "market_id": world.id_or_none(Market, scope.market),
        "vendor_id": world.id_or_none(Vendor, scope.vendor),
        "surface": None if scope.surface is None else Surface(scope.surface),
        "label": scope.label,
        "cohort": scope.cohort,
    }


@dataclass(frozen=True)
class CountViews(Deed):
    """All views are measured, too: negative ones are a part of them."""

    mutation: ClassVar[str] = "defineMetric"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.DefineMetric(
            code="VIEWS",
            name="Views",
            formula="views of any content",
            unit="views/day",
            scale=1,
            direction=Direction.TARGET_BAND,
            band_low=0,
            kind=MetricKind.COUNT,
            family=MetricFamily.OUTCOME,
            description="What ENVR is a part of: 1 bps of 1.2 thousand million views a day is"
            " 120 000.",
        )
        on.world.learn(await service.define(on.session, on.view, given), "VIEWS")


@dataclass(frozen=True)
class NewVersion(Deed):
    """ENVR is measured in another way; `valid_from` in days from the demo's today."""

    mutation: ClassVar[str] = "defineMetricVersion"
    formula: str
    valid_from: int
    note: str

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.DefineMetricVersion(
            metric_id=on.world.id(Metric, ENVR),
            formula=self.formula,
            valid_from=on.world.day(self.valid_from),
            breaking=True,
            change_note=self.note,
        )
        await service.define_version(on.session, on.view, given)


@dataclass(frozen=True)
class CreateSeries(Deed):
    """Some series are measured from now on; they are named by what they are of."""

    mutation: ClassVar[str] = "createMetricSeries"
    keys: tuple[Key, ...]

    async def do(self, on: Scene) -> None:
        """Call the service."""
        archive = on.world.archive
        made = [archive.series[archive.at[key]] for key in self.keys]
        given = [
            inputs.SeriesGiven(
                metric=one.metric,
                version=one.version,
                cadence=one.cadence,
                min_sample=one.min_sample,
                source=one.source,
                **_scope(on.world, one.scope),  # type: ignore[arg-type]  # by the names of fields
            )
            for one in made
        ]
        rows = await service_series.create_many(
            on.session, on.view, inputs.CreateMetricSeries(series=given)
        )
        for one, row in zip(made, rows, strict=True):
            on.world.series_numbers[archive.at[one.key]] = row.number
            on.world.series_keys[one.key] = row.id


@dataclass(frozen=True)
class EndSeries(Deed):
    """A version of ENVR is measured no longer."""

    mutation: ClassVar[str] = "endMetricSeries"
    version: int
    why: str

    @property
    def reason(self) -> str | None:
        """Why."""
        return self.why

    async def do(self, on: Scene) -> None:
        """Call the service, for one series after the other."""
        for (metric, version, _), key in on.world.series_keys.items():
            if (metric, version) == (ENVR, self.version):
                given = inputs.EndMetricSeries(
                    id=on.world.global_id(MetricSeries, key), expected_version=1, reason=self.why
                )
                await service_series.end(on.session, on.view, given)


@dataclass(frozen=True)
class Note(Deed):
    """Something happened to the series of a scope; days from the demo's today."""

    mutation: ClassVar[str] = "annotateMetrics"
    kind: AnnotationKind
    first: int
    last: int | None
    text: str
    scope: Scope = EVERYTHING
    metric: str | None = None
    about: str | None = None

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs_notes.AnnotateMetrics(
            kind=self.kind,
            from_on=on.world.day(self.first),
            to_on=on.world.day_or_none(self.last),
            text=self.text,
            metric=self.metric,
            about=self.about,
            **_scope(on.world, self.scope),  # type: ignore[arg-type]  # by the names of fields
        )
        await service_notes.annotate(on.session, on.view, given)


@dataclass(frozen=True)
class JudgeTwice(Deed):
    """Views of an area are judged by the old and the new version of ENVR."""

    mutation: ClassVar[str] = "recordBridge"
    area: str
    versions: tuple[int, int]
    days: tuple[int, int]
    sample: int
    both: int
    old_only: int
    new_only: int
    note: str

    async def do(self, on: Scene) -> None:
        """Call the service."""
        old, new = self.versions
        first, last = self.days
        given = inputs_notes.RecordBridge(
            metric=ENVR,
            from_version=old,
            to_version=new,
            method=BridgeMethod.DUAL_LABELLED,
            policy_area_id=on.world.id(PolicyArea, self.area),
            from_on=on.world.day(first),
            to_on=on.world.day(last),
            sample_size=self.sample,
            both_negative=self.both,
            old_only=self.old_only,
            new_only=self.new_only,
            note=self.note,
        )
        await service_notes.record_bridge(on.session, on.view, given)


@dataclass(frozen=True)
class RunTwice(Deed):
    """Two versions of ENVR are measured on the same days; what each found is counted together."""

    mutation: ClassVar[str] = "recordBridge"
    versions: tuple[int, int]
    days: tuple[int, int]
    note: str

    async def do(self, on: Scene) -> None:
        """Call the service."""
        old, new = self.versions
        first, last = self.days
        (old_negatives, old_sample), (new_negatives, new_sample) = (
            on.world.archive.counted(ENVR, version, self.days) for version in self.versions
        )
        given = inputs_notes.RecordBridge(
            metric=ENVR,
            from_version=old,
            to_version=new,
            method=BridgeMethod.DUAL_RUN,
            from_on=on.world.day(first),
            to_on=on.world.day(last),
            old_negatives=old_negatives,
            old_sample=old_sample,
            new_negatives=new_negatives,
            new_sample=new_sample,
            note=self.note,
        )
        await service_notes.record_bridge(on.session, on.view, given)


@dataclass(frozen=True)
class Bring(Deed):
    """Values come in, each with the instant at which it became known."""

    mutation: ClassVar[str] = "ingestObservations"
    rows: Rows

    async def do(self, on: Scene) -> None:
        """Call the service; all of them are good."""
        world = on.world
        columns = world.archive.columns(
            self.rows, world.series_numbers, world.as_of, world.midnight
        )
        outcome = await ingest.record(on.session, on.view, columns, source="Labelling platform")
        if outcome.rejected:
            message = f"the demo's own values are refused: {outcome.rejected[:3]}"
            raise ValueError(message)
