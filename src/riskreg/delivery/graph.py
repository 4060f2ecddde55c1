"""Targets and health as the graph shows them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import riskreg.delivery.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.delivery import loaders, models
from riskreg.delivery.rules import (
    AttainmentGap,
    Health,
    HealthPart,
    TargetBasis,
    TargetComparator,
)
from riskreg.delivery.rules_health import Component
from riskreg.kit.context import Context
from riskreg.kit.db import Record
from riskreg.kit.edges import fetch_one, one
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.history import HistoryEntry, history
from riskreg.kit.view import View
from riskreg.metrics.graph_values import ShownWindow, shown_window
from riskreg.metrics.models import Metric as MetricRow
from riskreg.metrics.rules_windows import MetricFacts
from riskreg.people.models import Person as PersonRow
from riskreg.projects.models import Project as ProjectRow
from riskreg.projects.models import Vendor as VendorRow

if TYPE_CHECKING:
    from riskreg.metrics.graph import Metric
    from riskreg.people.graph import Person
    from riskreg.projects.graph import Project
    from riskreg.projects.graph_places import Vendor

Info = strawberry.Info[Context, None]
LazyMetric = Annotated["Metric", strawberry.lazy("riskreg.metrics.graph")]
LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
LazyProject = Annotated["Project", strawberry.lazy("riskreg.projects.graph")]
LazyVendor = Annotated["Vendor", strawberry.lazy("riskreg.projects.graph_places")]


@strawberry.type(description="How a target is met at the view's time.")
class TargetAttainment:
    """The window that ends with the newest period, and how it stands to the target."""

    health: Health = strawberry.field(
        description="RED where it is missed, AMBER where it is in danger, UNKNOWN where `gap` says"
        " why nothing can be said."
    )
    counted: float | None = strawberry.field(
        description="The number held against the target, by its basis, in the metric's unit."
    )
    distance: float | None = strawberry.field(
        description="By how much that is better than the target's value, in the metric's unit;"
        " negative where the target is missed."
    )
    gap: AttainmentGap | None = strawberry.field(description="Why nothing can be said.")
    window: ShownWindow | None = strawberry.field(
        description="The window: value, interval, sample; null where nothing measures it."
    )


@shows(models.Target)
@strawberry.type(description="A level of service that a project, or a vendor in it, promises.")
class Target(Node, Versioned):
    """What is promised, over which window, and how it is met."""

    code: str = strawberry.field(description="The code, such as TGT-001.")
    comparator: TargetComparator = strawberry.field(description="On which side it is met.")
    basis: TargetBasis = strawberry.field(description="What of a window is held against it.")
    value: float = strawberry.field(description="What is promised, in the metric's unit.")
    amber: float = strawberry.field(
        description="Where it is in danger, in the metric's unit, on the safe side of `value`."
    )
    window_days: int = strawberry.field(description="Over how many days it is measured.")
    min_sample: int = strawberry.field(description="The sample below which nothing is said.")
    contractual: bool = strawberry.field(
        description="Whether a contract says so, and not only a plan."
    )
    valid_from: date = strawberry.field(description="Its first day.")
    valid_to: date | None = strawberry.field(description="Its last day; null without end.")
    project_id: strawberry.Private[str]
    metric_id: strawberry.Private[str]
    vendor_id: strawberry.Private[str | None]
    project: LazyProject | None = one(ProjectRow, "project_id", "The project.")
    metric: LazyMetric | None = one(MetricRow, "metric_id", "What it is measured by.")
    vendor: LazyVendor | None = one(
        VendorRow, "vendor_id", "The vendor that promises it; null for the whole project."
    )
    history: list[HistoryEntry] = history()

    @strawberry.field(
        description="How it is met; null to a vendor where the whole project promises it."
    )
    async def attainment(self, info: Info) -> TargetAttainment | None:
        """As it was known at the view's time."""
        met = await loaders.attainment(info.context, self)
        if met is None:
            return None
        window, measure = met.found.window, met.measure
        facts = MetricFacts(measure.kind, measure.scale)
        return TargetAttainment(
            health=met.found.health,
            counted=met.found.counted,
            distance=met.found.distance,
            gap=met.found.gap,
            window=None if window is None else shown_window(window, measure, facts),
        )


@shows(models.HealthAssertion)
@strawberry.type(description="That somebody says a project does better or worse than its data.")
class HealthAssertion(Node, Versioned):
    """It ends by itself, after two weeks at most."""

    health: Health = strawberry.field(description="How it does, as they say.")
    reason: str = strawberry.field(description="Why the data do not tell.")
    asserted_at: datetime = strawberry.field(description="When they said so.")
    until: datetime = strawberry.field(description="The instant at which it ends by itself.")
    ended_at: strawberry.Private[datetime]
    project_id: strawberry.Private[str]
    asserted_by_id: strawberry.Private[str]
    project: LazyProject | None = one(ProjectRow, "project_id", "The project.")
    by: LazyPerson | None = one(PersonRow, "asserted_by_id", "Who says so.")
    history: list[HistoryEntry] = history()

    @strawberry.field(description="Whether it stands at the view's time.")
    @derived("until", "ended_at")
    def stands(self) -> bool:
        """Neither ended nor withdrawn nor replaced."""
        return min(self.until, self.ended_at) > self.view.now


@strawberry.type(description="A part of a project's health, with its reason.")
class HealthComponent:
    """The numbers are those of what makes it as bad as it is."""

    part: HealthPart = strawberry.field(description="What it is about.")
    health: Health | None = strawberry.field(
        description="How it does; null where there is nothing to judge it by, and it need not be."
    )
    why: str = strawberry.field(description="The reason, in a sentence.")
    value: float | None = strawberry.field(description="What was found, in `unit`.")
    low: float | None = strawberry.field(description="The lower end of its 95 % interval.")
    high: float | None = strawberry.field(description="The upper end.")
    sample_size: float | None = strawberry.field(description="The sample behind it.")
    unit: str | None = strawberry.field(description="What the numbers are in.")


@strawberry.type(description="How a project does: worked out from data, and as somebody says.")
class ProjectHealth:
    """Both side by side; what is said counts while it stands."""

    view: strawberry.Private[View]
    said_id: strawberry.Private[str | None]
    derived: Health = strawberry.field(description="The worst of the components.")
    effective: Health = strawberry.field(
        description="What somebody says, while that stands; else what is worked out."
    )
    differs: bool = strawberry.field(
        description="Whether what somebody says is not what is worked out."
    )
    components: list[HealthComponent] = strawberry.field(description="What it is made of, all.")

    @strawberry.field(description="What somebody says, while that stands; null if nobody does.")
    async def asserted(self, info: Info) -> HealthAssertion | None:
        """By the ordinary read path."""
        if self.said_id is None:
            return None
        found: HealthAssertion | None = await fetch_one(
            info.context, self.view, models.HealthAssertion, self.said_id
        )
        return found


async def health_of(context: Context, project: Record) -> ProjectHealth | None:
    """The health of a shown project, worked out together with those beside it."""
    found = await loaders.health(context, project)
    if found is None:
        return None
    return ProjectHealth(
        view=project.view,
        said_id=None if found.said is None else found.said.id,
        derived=found.derived,
        effective=found.effective,
        differs=found.differs,
        components=[_component(one) for one in found.components],
    )


def _component(one: Component) -> HealthComponent:
    return HealthComponent(**one.__dict__)
