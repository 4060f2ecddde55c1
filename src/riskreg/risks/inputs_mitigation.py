"""What a caller may send about mitigations."""

from datetime import date
from decimal import Decimal

import strawberry

import riskreg.risks.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit.inputs import OnExisting, Request
from riskreg.risks import rules


@strawberry.input(
    name="EffectInput", description="What an action takes off one risk once it is proven."
)
class EffectInput:
    """The effect belongs to the pair of risk and action."""

    risk_id: strawberry.ID = strawberry.field(description="The risk.")
    delta_likelihood: int = strawberry.field(description="Steps off likelihood, 0 to 4.")
    delta_impact: int = strawberry.field(description="Steps off impact, 0 to 4.")


@strawberry.input(
    name="CheckPlanInput", description="How and when the effect of an action will be checked."
)
class CheckPlanInput:
    """Hypothesis, method, day."""

    hypothesis: str = strawberry.field(description="What should be seen if it works.")
    method: rules.VerificationMethod = strawberry.field(description="How it will be looked for.")
    due_on: date = strawberry.field(description="When the check is due.")


@strawberry.input(
    name="ProposeMitigationInput", description="Propose an action that makes risks smaller."
)
class ProposeMitigation(Request):
    """An action, its owner and dates, and what it does to which risks."""

    title: str = strawberry.field(description="What will be done, in at most 200 characters.")
    kind: rules.MitigationKind = strawberry.field(description="How it helps.")
    effects: list[EffectInput] = strawberry.field(description="The risks it is for, at least one.")
    owner_id: strawberry.ID | None = strawberry.field(default=None, description="Who does it.")
    start_on: date | None = strawberry.field(default=None, description="When it starts.")
    due_on: date = strawberry.field(description="When it is done.")
    check: CheckPlanInput | None = strawberry.field(
        default=None, description="How its effect will be checked."
    )
    effort_days: Decimal | None = strawberry.field(
        default=None, description="Effort in person-days."
    )
    cost: Decimal | None = strawberry.field(
        default=None, description="Cost in the organisation's currency."
    )
    code: str | None = strawberry.field(
        default=None, description="For imports: the code it already has, such as M-012."
    )


@strawberry.input(
    name="ChangeMitigationInput", description="Change an action; what is left out stays."
)
class ChangeMitigation(OnExisting):
    """Due dates move by `rescheduleMitigation`, so that slips are counted."""

    title: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="What will be done."
    )
    owner_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="Who does it."
    )
    check: strawberry.Maybe[CheckPlanInput | None] = strawberry.field(
        default=None, description="How its effect will be checked."
    )
    effects: strawberry.Maybe[list[EffectInput] | None] = strawberry.field(
        default=None, description="The risks it is for, with its effect on each."
    )
    effort_days: strawberry.Maybe[Decimal | None] = strawberry.field(
        default=None, description="Effort in person-days."
    )
    cost: strawberry.Maybe[Decimal | None] = strawberry.field(default=None, description="Cost.")


@strawberry.input(name="ApproveMitigationInput", description="Approve a planned action.")
class ApproveMitigation(OnExisting):
    """It needs owner, due date, effect and a planned check."""


@strawberry.input(name="StartMitigationInput", description="Start an approved action.")
class StartMitigation(OnExisting):
    """Work begins."""


@strawberry.input(name="UnblockMitigationInput", description="Go on with a blocked action.")
class UnblockMitigation(OnExisting):
    """What it waited for is there."""


@strawberry.input(
    name="BeginVerificationInput", description="Start checking whether an action works."
)
class BeginVerification(OnExisting):
    """It is done, and a check is planned."""


@strawberry.input(name="BlockMitigationInput", description="Say what blocks an action.")
class BlockMitigation(OnExisting):
    """A blocker is a sentence, not a feeling."""

    blocker: str = strawberry.field(description="What it waits for.")


@strawberry.input(name="ImplementMitigationInput", description="Say that an action is done.")
class ImplementMitigation(OnExisting):
    """Done means evidence."""

    evidence: list[str] = strawberry.field(description="Links to the evidence, https only.")


@strawberry.input(name="RecordVerdictInput", description="Say whether an action works.")
class RecordVerdict(OnExisting):
    """Found by somebody other than the owner."""

    verdict: rules.Verdict = strawberry.field(description="What was found.")
    findings: str = strawberry.field(description="What it rests on.")
    evaluation: str | None = strawberry.field(
        default=None,
        description="For a check that reads a metric: the impact evaluation of the action, by id or"
        " code; the newest if left out.",
    )


@strawberry.input(name="CancelMitigationInput", description="Cancel an action.")
class CancelMitigation(OnExisting):
    """A cancelled action helps no risk."""

    reason: str = strawberry.field(description="Why.")


@strawberry.input(
    name="RescheduleMitigationInput",
    description="Move the due date of an action; the first one is kept.",
)
class RescheduleMitigation(OnExisting):
    """Each move to a later day counts as a slip once the action is approved."""

    due_on: date = strawberry.field(description="The new day; not in the past.")
    reason: str | None = strawberry.field(default=None, description="Why.")
