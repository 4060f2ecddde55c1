"""Deeds in the life of a risk, each one mutation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from strawberry import Some

from riskreg.demo.world import Deed, Scene
from riskreg.people.models import Person
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor
from riskreg.risks import inputs, service, service_assess, service_moves
from riskreg.risks.models import Risk
from riskreg.risks.rules import (
    Confidence,
    ImpactDimension,
    RiskCategory,
    Sensitivity,
    Treatment,
    Velocity,
)

Steps = Mapping[ImpactDimension, int]
"""The impact along each dimension that counts."""


@dataclass(frozen=True)
class Sheet:
    """What a risk says; links are codes, `proximity` is in days from the demo's today."""

    code: str
    title: str
    cause: str
    event: str
    consequence: str
    category: RiskCategory
    owner: str
    level: tuple[int, int]
    projects: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    sponsor: str | None = None
    velocity: Velocity | None = None
    proximity: int | None = None
    sensitivity: Sensitivity = Sensitivity.PUBLIC_INTERNAL


@dataclass(frozen=True)
class Quant:
    """Probability within the horizon, ENVR uplift in bps (P10, P50, P90), days that it lasts."""

    probability: str
    uplift: tuple[str, str, str]
    days: int

    def given(self) -> inputs.QuantInput:
        """As callers send it."""
        low, middle, high = (Decimal(one) for one in self.uplift)
        return inputs.QuantInput(
            probability=Decimal(self.probability),
            uplift_p10_bps=low,
            uplift_p50_bps=middle,
            uplift_p90_bps=high,
            duration_days=self.days,
        )


@dataclass(frozen=True)
class Log(Deed):
    """A risk is logged."""

    mutation: ClassVar[str] = "logRisk"
    sheet: Sheet

    async def do(self, on: Scene) -> None:
        """Call the service."""
        sheet, world = self.sheet, on.world
        likelihood, impact = sheet.level
        given = inputs.LogRisk(
            title=sheet.title,
            cause=sheet.cause,
            event=sheet.event,
            consequence=sheet.consequence,
            category=sheet.category,
            project_ids=world.ids(Project, sheet.projects),
            policy_area_ids=world.ids(PolicyArea, sheet.areas),
            market_ids=world.ids(Market, sheet.markets),
            vendor_ids=world.ids(Vendor, sheet.vendors),
            owner_id=world.id(Person, sheet.owner),
            sponsor_id=world.id_or_none(Person, sheet.sponsor),
            likelihood=likelihood,
            impact=impact,
            proximity_date=world.day_or_none(sheet.proximity),
            velocity=sheet.velocity,
            sensitivity=sheet.sensitivity,
            code=sheet.code,
        )
        world.learn(await service.log(on.session, on.view, given), sheet.code)


@dataclass(frozen=True)
class OnRisk(Deed):
    """A deed about one risk."""

    risk: str

    async def _risk(self, on: Scene) -> dict[str, object]:
        """The id and version that every change of a risk sends."""
        version = await on.version(Risk, self.risk)
        return {"id": on.world.id(Risk, self.risk), "expected_version": version}


@dataclass(frozen=True)
class Assess(OnRisk):
    """A risk is judged for the first time."""

    mutation: ClassVar[str] = "assessRisk"
    likelihood: int
    impacts: Steps
    why: str | None = None
    residual: tuple[int, int] | None = None
    target: tuple[int, int] | None = None
    confidence: Confidence = Confidence.MEDIUM
    quant: Quant | None = None

    @property
    def reason(self) -> str | None:
        """The rationale."""
        return self.why

    async def do(self, on: Scene) -> None:
        """Call the service."""
        await service_assess.assess(on.session, on.view, await self._given(on))

    async def _given(self, on: Scene) -> inputs.AssessRisk:
        impacts = [inputs.ImpactInput(dimension=d, step=s) for d, s in self.impacts.items()]
        return inputs.AssessRisk(
            **await self._risk(on),  # type: ignore[arg-type]  # id and version
            likelihood=self.likelihood,
            impacts=impacts,
            residual=_level(self.residual),
            target=_level(self.target),
            confidence=self.confidence,
            rationale=self.why,
            quant=None if self.quant is None else self.quant.given(),
        )


@dataclass(frozen=True)
class Reassess(Assess):
    """A risk is judged again."""

    mutation: ClassVar[str] = "reassessRisk"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        await service_assess.reassess(on.session, on.view, await self._given(on))


def _level(given: tuple[int, int] | None) -> inputs.LevelInput | None:
    return None if given is None else inputs.LevelInput(likelihood=given[0], impact=given[1])


@dataclass(frozen=True)
class Treat(OnRisk):
    """A risk is treated from now on."""

    mutation: ClassVar[str] = "treatRisk"
    treatment: Treatment = Treatment.MITIGATE

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.TreatRisk(**await self._risk(on), treatment=self.treatment)  # type: ignore[arg-type]
        await service_moves.treat(on.session, on.view, given)


@dataclass(frozen=True)
class Accept(OnRisk):
    """A risk is accepted; `until` in days from the demo's today."""

    mutation: ClassVar[str] = "acceptRisk"
    until: int
    why: str
    conditions: str | None = None

    @property
    def reason(self) -> str | None:
        """The justification."""
        return self.why

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.AcceptRisk(
            **await self._risk(on),  # type: ignore[arg-type]
            expires_on=on.world.day(self.until),
            justification=self.why,
            conditions=self.conditions,
        )
        await service_moves.accept(on.session, on.view, given)


@dataclass(frozen=True)
class _WithReason(OnRisk):
    """A move that asks for nothing but a reason."""

    why: str

    @property
    def reason(self) -> str | None:
        """Why."""
        return self.why

    async def _given(self, on: Scene) -> inputs.WithReason:
        return inputs.WithReason(**await self._risk(on), reason=self.why)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Revoke(_WithReason):
    """An acceptance is ended."""

    mutation: ClassVar[str] = "revokeAcceptance"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        await service_moves.revoke_acceptance(on.session, on.view, await self._given(on))


@dataclass(frozen=True)
class Resume(_WithReason):
    """A watched risk is treated again."""

    mutation: ClassVar[str] = "resumeTreatment"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        await service_moves.resume_treatment(on.session, on.view, await self._given(on))


@dataclass(frozen=True)
class Monitor(OnRisk):
    """A risk is only watched from now on."""

    mutation: ClassVar[str] = "monitorRisk"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.MonitorRisk(**await self._risk(on))  # type: ignore[arg-type]
        await service_moves.monitor(on.session, on.view, given)


@dataclass(frozen=True)
class Materialise(OnRisk):
    """A risk has happened."""

    mutation: ClassVar[str] = "materialiseRisk"
    what: str
    day: int
    at: str

    @property
    def reason(self) -> str | None:
        """What happened."""
        return self.what

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.MaterialiseRisk(
            **await self._risk(on),  # type: ignore[arg-type]
            what_happened=self.what,
            happened_at=on.world.instant(self.day, self.at),
            rca_required=True,
        )
        await service_moves.materialise(on.session, on.view, given)


@dataclass(frozen=True)
class Resolve(OnRisk):
    """A risk that has happened is watched again."""

    mutation: ClassVar[str] = "resolveRisk"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.ResolveRisk(**await self._risk(on))  # type: ignore[arg-type]
        await service_moves.resolve(on.session, on.view, given)


@dataclass(frozen=True)
class Close(_WithReason):
    """A risk is closed."""

    mutation: ClassVar[str] = "closeRisk"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.CloseRisk(**await self._risk(on), reason=self.why)  # type: ignore[arg-type]
        await service_moves.close(on.session, on.view, given)


@dataclass(frozen=True)
class Change(OnRisk):
    """A risk is told in other words, or about other markets or vendors."""

    mutation: ClassVar[str] = "changeRisk"
    why: str
    texts: Mapping[str, str] = field(default_factory=dict)
    markets: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()

    @property
    def reason(self) -> str | None:
        """Why."""
        return self.why

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.ChangeRisk(**await self._risk(on), reason=self.why)  # type: ignore[arg-type]
        for name, text in self.texts.items():
            setattr(given, name, Some(text))
        if self.markets:
            given.market_ids = Some(on.world.ids(Market, self.markets))
        if self.vendors:
            given.vendor_ids = Some(on.world.ids(Vendor, self.vendors))
        await service.change(on.session, on.view, given)
