"""Deeds around a risk: what is said of it, what it is linked to, what later slices will tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from riskreg.demo.deeds_risk import OnRisk
from riskreg.demo.world import Scene
from riskreg.risks import inputs, service_assess, service_moves
from riskreg.risks.models import Risk
from riskreg.risks.rules import RelationKind


@dataclass(frozen=True)
class Comment(OnRisk):
    """Somebody says something about a risk."""

    mutation: ClassVar[str] = "commentOnRisk"
    text: str

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.CommentOnRisk(id=on.world.id(Risk, self.risk), text=self.text)
        await service_assess.comment(on.session, on.view, given)


@dataclass(frozen=True)
class Relate(OnRisk):
    """A risk is linked to another."""

    mutation: ClassVar[str] = "relateRisks"
    kind: RelationKind
    other: str

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.RelateRisks(
            from_id=on.world.id(Risk, self.risk),
            to_id=on.world.id(Risk, self.other),
            kind=self.kind,
        )
        await service_assess.relate(on.session, on.view, given)


@dataclass(frozen=True)
class IncidentOver(OnRisk):
    """The incident in which a risk has happened is over; incidents will say so."""

    mutation: ClassVar[str] = "resolveIncident"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        key = on.world.key(Risk, self.risk)
        await service_moves.incident_resolved(on.session, on.view, key, on.view.now)


@dataclass(frozen=True)
class CauseAnalysed(OnRisk):
    """The root-cause analysis of a risk that has happened is closed; analyses will say so."""

    mutation: ClassVar[str] = "closeRca"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        key = on.world.key(Risk, self.risk)
        await service_moves.rca_closed(on.session, on.view, key, on.view.now)
