"""Deeds about what projects promise, and what people say of their health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from riskreg.delivery import inputs, service, service_health
from riskreg.delivery.rules import Health, TargetComparator
from riskreg.demo.world import Deed, Scene
from riskreg.metrics.models import Metric
from riskreg.projects.models import Project


@dataclass(frozen=True)
class Promise(Deed):
    """A project promises a level of service."""

    mutation: ClassVar[str] = "setTarget"
    project: str
    metric: str
    side: TargetComparator
    value: float
    amber: float
    days: int

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.SetTarget(
            project_id=on.world.id(Project, self.project),
            metric_id=on.world.id(Metric, self.metric),
            comparator=self.side,
            value=self.value,
            amber=self.amber,
            window_days=self.days,
            contractual=self.metric == "SLA",
        )
        await service.set_target(on.session, on.view, given)


@dataclass(frozen=True)
class SayHealth(Deed):
    """Somebody says that a project does better than its data; `until` from the demo's today."""

    mutation: ClassVar[str] = "assertHealth"
    project: str
    health: Health
    why: str
    until: int

    @property
    def reason(self) -> str | None:
        """Why."""
        return self.why

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.AssertHealth(
            project_id=on.world.id(Project, self.project),
            health=self.health,
            reason=self.why,
            until_on=on.world.day(self.until),
        )
        await service_health.assert_health(on.session, on.view, given)
