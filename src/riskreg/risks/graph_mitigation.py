"""Mitigations as the API shows them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

import riskreg.risks.words  # noqa: F401 (describes the enums, before they are used)
from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.context import Context
from riskreg.kit.edges import children, latest, one
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.history import HistoryEntry, Part, history
from riskreg.kit.lists import Connection
from riskreg.kit.moves import Transition
from riskreg.metrics.models_notes import ImpactEvaluation as ImpactEvaluationRow
from riskreg.people.models import Person as PersonRow
from riskreg.risks import models, models_mitigation, rules
from riskreg.risks.loaders import action_availability

if TYPE_CHECKING:
    from riskreg.metrics.graph_notes import ImpactEvaluation
    from riskreg.people.graph import Person
    from riskreg.risks.graph import Risk

LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
LazyRisk = Annotated["Risk", strawberry.lazy("riskreg.risks.graph")]
LazyMitigation = Annotated["Mitigation", strawberry.lazy("riskreg.risks.graph_mitigation")]
LazyEvaluation = Annotated["ImpactEvaluation", strawberry.lazy("riskreg.metrics.graph_notes")]
Info = strawberry.Info[Context, None]


@shows(models_mitigation.RiskMitigation)
@strawberry.type(description="What an action takes off one risk once it is proven.")
class RiskMitigation(Node, Versioned):
    """The effect belongs to the pair."""

    risk_id: strawberry.Private[str]
    mitigation_id: strawberry.Private[str]
    delta_likelihood: int = strawberry.field(description="Steps off likelihood, 0 to 4.")
    delta_impact: int = strawberry.field(description="Steps off impact, 0 to 4.")
    risk: LazyRisk | None = one(models.Risk, "risk_id", "The risk.")
    mitigation: LazyMitigation | None = one(
        models_mitigation.Mitigation, "mitigation_id", "The action."
    )


@shows(models_mitigation.EffectivenessCheck)
@strawberry.type(description="What was found when asking whether an action works.")
class EffectivenessCheck(Node):
    """A verdict, by somebody other than the owner."""

    at: datetime = strawberry.field(description="When.")
    by: strawberry.Private[str]
    method: rules.VerificationMethod = strawberry.field(description="How it was looked for.")
    verdict: rules.Verdict = strawberry.field(description="What was found.")
    findings: str = strawberry.field(description="What it rests on.")
    next_due_on: date | None = strawberry.field(
        description="After an INCONCLUSIVE verdict: when the next check is due."
    )
    verified_by: LazyPerson | None = one(PersonRow, "by", "Who looked.")
    evaluation_id: strawberry.Private[str | None]
    evaluation: LazyEvaluation | None = one(
        ImpactEvaluationRow, "evaluation_id", "The impact evaluation that it rests on."
    )


@strawberry.type(description="How and when the effect of an action will be checked.")
class CheckPlan:
    """Hypothesis, method, day."""

    hypothesis: str = strawberry.field(description="What should be seen if it works.")
    method: rules.VerificationMethod = strawberry.field(description="How it will be looked for.")
    due_on: date = strawberry.field(description="When.")


@shows(models_mitigation.Mitigation)
@strawberry.type(description="An action that makes risks smaller.")
class Mitigation(Node, Versioned):
    """From proposal to the proof of its effect."""

    code: str = strawberry.field(description="Its code, such as M-012.")
    title: str = strawberry.field(description="What is done.")
    kind: rules.MitigationKind = strawberry.field(description="How it helps.")
    status: rules.MitigationStatus = strawberry.field(description="How far it has come.")
    owner_id: strawberry.Private[str | None]
    start_on: date | None = strawberry.field(description="When it starts.")
    due_on: date = strawberry.field(description="When it is to be done.")
    original_due_on: date | None = strawberry.field(
        description="The due date at its approval; null before."
    )
    slip_count: int = strawberry.field(description="How often it was put off since its approval.")
    implemented_at: datetime | None = strawberry.field(description="When it was done.")
    verified_at: datetime | None = strawberry.field(description="When its effect was judged.")
    evidence: list[str] = strawberry.field(description="Links to the evidence that it is done.")
    effort_days: Decimal | None = strawberry.field(description="Effort in person-days.")
    cost: Decimal | None = strawberry.field(description="Cost in the organisation's currency.")
    blocker: str | None = strawberry.field(description="What it waits for while BLOCKED.")
    cancel_reason: str | None = strawberry.field(description="Why it was cancelled.")
    hypothesis: strawberry.Private[str | None]
    check_method: strawberry.Private[rules.VerificationMethod | None]
    check_due_on: strawberry.Private[date | None]
    owner: LazyPerson | None = one(PersonRow, "owner_id", "Who does it.")
    risks: Connection[RiskMitigation] = children(
        models_mitigation.RiskMitigation,
        "mitigation_id",
        "The risks that it is for, with its effect on each.",
        order="created_at",
    )
    effectiveness: EffectivenessCheck | None = latest(
        models_mitigation.EffectivenessCheck, "mitigation_id", "The newest verdict."
    )
    checks: Connection[EffectivenessCheck] = children(
        models_mitigation.EffectivenessCheck,
        "mitigation_id",
        "Every verdict, newest first.",
        order="seq",
        descending=True,
    )
    history: list[HistoryEntry] = history(
        (
            Part(models_mitigation.RiskMitigation, "mitigation_id"),
            Part(models_mitigation.EffectivenessCheck, "mitigation_id"),
        )
    )

    @strawberry.field(description="The planned check of its effect, if there is one.")
    @derived("hypothesis", "check_method", "check_due_on")
    def check(self) -> CheckPlan | None:
        """All three or nothing."""
        if self.hypothesis is None or self.check_method is None or self.check_due_on is None:
            return None
        return CheckPlan(
            hypothesis=self.hypothesis, method=self.check_method, due_on=self.check_due_on
        )

    @strawberry.field(description="Due before today and not done.")
    @derived("status", "due_on")
    def is_overdue(self) -> bool:
        """BR 2, in the organisation's zone."""
        return self.status in rules.TO_DO and self.due_on < today(
            self.view.now, settings.current().zone
        )

    @strawberry.field(description="Every move from here, and what blocks it for you now.")
    async def available_transitions(self, info: Info) -> list[Transition]:
        """The same guards that a mutation runs."""
        return await action_availability(info.context, self)
