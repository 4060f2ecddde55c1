"""Deeds in the life of an action, each one mutation, and actions with all their dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from strawberry import Some

from riskreg.demo.world import Deed, Scene, Step
from riskreg.kit.inputs import OnExisting
from riskreg.people.models import Person
from riskreg.risks import inputs_mitigation as inputs
from riskreg.risks import service_mitigation as service
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import MitigationKind, Verdict, VerificationMethod

Effects = tuple[tuple[str, int, int], ...]
"""For each risk: the steps of likelihood and of impact that the action takes off."""


@dataclass(frozen=True)
class Check:
    """How the effect will be checked; `due` in days from the demo's today."""

    hypothesis: str
    method: VerificationMethod
    due: int


@dataclass(frozen=True)
class Found:
    """A verdict: when the check begins and ends, what it finds, and who finds it."""

    begun: int
    day: int
    verdict: Verdict
    findings: str
    by: str = "seun"


@dataclass(frozen=True)
class Slip:
    """A due date that is put off; `due` in days from the demo's today."""

    day: int
    due: int
    why: str


HOURS = {
    "propose": "10:30",
    "approve": "15:10",
    "start": "09:40",
    "slip": "11:20",
    "block": "11:45",
    "implement": "16:05",
    "verify": "10:05",
    "verdict": "14:30",
    "cancel": "16:40",
}
"""At what time of the day each is done, unless the action says otherwise."""


@dataclass(frozen=True)
class Action:
    """An action with its whole life; every day is counted from the demo's today."""

    code: str
    title: str
    kind: MitigationKind
    effects: Effects
    owner: str
    proposed: tuple[int, str]
    approved: tuple[int, str]
    due: int
    check: Check
    started: int | None = None
    slips: tuple[Slip, ...] = ()
    blocked: tuple[int, str] | None = None
    implemented: int | None = None
    found: Found | None = None
    cancelled: tuple[int, str] | None = None
    effort: int | None = None
    hours: Mapping[str, str] = field(default_factory=dict)

    def steps(self) -> Iterator[Step]:
        """What happens to it, in the order of time."""
        lead = self.approved[1]
        yield self._step("propose", *self.proposed, Propose(self.code, self))
        yield self._step("approve", *self.approved, Approve(self.code))
        if self.started is not None:
            yield self._step("start", self.started, self.owner, Start(self.code))
        for slip in self.slips:
            deed = Reschedule(self.code, slip.due, slip.why)
            yield self._step("slip", slip.day, self.owner, deed)
        if self.blocked is not None:
            day, blocker = self.blocked
            yield self._step("block", day, self.owner, Block(self.code, blocker))
        if self.implemented is not None:
            yield self._step("implement", self.implemented, self.owner, Implement(self.code))
        if self.found is not None:
            yield self._step("verify", self.found.begun, self.owner, BeginCheck(self.code))
            judged = Judge(self.code, self.found)
            yield self._step("verdict", self.found.day, self.found.by, judged)
        if self.cancelled is not None:
            day, why = self.cancelled
            yield self._step("cancel", day, lead, Cancel(self.code, why))

    def _step(self, what: str, day: int, by: str, deed: Deed) -> Step:
        return Step(day, self.hours.get(what, HOURS[what]), by, deed)


@dataclass(frozen=True)
class OnAction(Deed):
    """A deed about one action."""

    action: str

    async def _action(self, on: Scene) -> dict[str, object]:
        """The id and version that every change of an action sends."""
        version = await on.version(Mitigation, self.action)
        return {"id": on.world.id(Mitigation, self.action), "expected_version": version}

    async def _plain(self, on: Scene) -> OnExisting:
        return OnExisting(**await self._action(on))  # type: ignore[arg-type]  # id and version


def _effects(on: Scene, effects: Effects) -> list[inputs.EffectInput]:
    return [
        inputs.EffectInput(
            risk_id=on.world.id(Risk, risk), delta_likelihood=likelihood, delta_impact=impact
        )
        for risk, likelihood, impact in effects
    ]


@dataclass(frozen=True)
class Propose(Deed):
    """An action is proposed."""

    mutation: ClassVar[str] = "proposeMitigation"
    action: str
    plan: Action

    async def do(self, on: Scene) -> None:
        """Call the service."""
        plan, world = self.plan, on.world
        given = inputs.ProposeMitigation(
            title=plan.title,
            kind=plan.kind,
            effects=_effects(on, plan.effects),
            owner_id=world.id(Person, plan.owner),
            start_on=world.day_or_none(plan.started),
            due_on=world.day(plan.due),
            check=inputs.CheckPlanInput(
                hypothesis=plan.check.hypothesis,
                method=plan.check.method,
                due_on=world.day(plan.check.due),
            ),
            effort_days=None if plan.effort is None else Decimal(plan.effort),
        )
        action = await service.propose(on.session, on.view, given)
        if action.code != self.action:
            message = f"the story calls {action.code} {self.action}: they come in another order"
            raise ValueError(message)
        world.learn(action, self.action)


@dataclass(frozen=True)
class Approve(OnAction):
    """An action is approved."""

    mutation: ClassVar[str] = "approveMitigation"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        await service.approve(on.session, on.view, await self._plain(on))


@dataclass(frozen=True)
class Start(OnAction):
    """Work on an action begins."""

    mutation: ClassVar[str] = "startMitigation"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        await service.start(on.session, on.view, await self._plain(on))


@dataclass(frozen=True)
class Reschedule(OnAction):
    """An action is put off."""

    mutation: ClassVar[str] = "rescheduleMitigation"
    due: int
    why: str

    @property
    def reason(self) -> str | None:
        """Why it is late."""
        return self.why

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.RescheduleMitigation(
            **await self._action(on),  # type: ignore[arg-type]
            due_on=on.world.day(self.due),
            reason=self.why,
        )
        await service.reschedule(on.session, on.view, given)


@dataclass(frozen=True)
class Block(OnAction):
    """An action waits for something."""

    mutation: ClassVar[str] = "blockMitigation"
    blocker: str

    @property
    def reason(self) -> str | None:
        """What it waits for."""
        return self.blocker

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.BlockMitigation(**await self._action(on), blocker=self.blocker)  # type: ignore[arg-type]
        await service.block(on.session, on.view, given)


@dataclass(frozen=True)
class Implement(OnAction):
    """An action is done."""

    mutation: ClassVar[str] = "implementMitigation"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        evidence = f"https://docs.clipline.example/actions/{self.action}/evidence"
        given = inputs.ImplementMitigation(**await self._action(on), evidence=[evidence])  # type: ignore[arg-type]
        await service.implement(on.session, on.view, given)


@dataclass(frozen=True)
class BeginCheck(OnAction):
    """The check of an action's effect begins."""

    mutation: ClassVar[str] = "beginVerification"

    async def do(self, on: Scene) -> None:
        """Call the service."""
        await service.begin_verification(on.session, on.view, await self._plain(on))


@dataclass(frozen=True)
class Judge(OnAction):
    """It is found whether an action works."""

    mutation: ClassVar[str] = "recordVerdict"
    found: Found

    @property
    def reason(self) -> str | None:
        """The findings."""
        return self.found.findings

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.RecordVerdict(
            **await self._action(on),  # type: ignore[arg-type]
            verdict=self.found.verdict,
            findings=self.found.findings,
        )
        await service.record_verdict(on.session, on.view, given)


@dataclass(frozen=True)
class Cancel(OnAction):
    """An action will not be done."""

    mutation: ClassVar[str] = "cancelMitigation"
    why: str

    @property
    def reason(self) -> str | None:
        """Why."""
        return self.why

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.CancelMitigation(**await self._action(on), reason=self.why)  # type: ignore[arg-type]
        await service.cancel(on.session, on.view, given)


@dataclass(frozen=True)
class Widen(OnAction):
    """An action is found to help other risks as well."""

    mutation: ClassVar[str] = "changeMitigation"
    effects: Effects

    async def do(self, on: Scene) -> None:
        """Call the service."""
        given = inputs.ChangeMitigation(**await self._action(on))  # type: ignore[arg-type]
        given.effects = Some(_effects(on, self.effects))
        await service.change(on.session, on.view, given)
