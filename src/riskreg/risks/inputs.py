"""What a caller may send about risks; ids are global ids, dates business dates."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

import riskreg.risks.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit.inputs import OnExisting, Request
from riskreg.risks import rules

_ID = "The risk's id."


def _text(description: str) -> str | None:
    return strawberry.field(default=None, description=description)  # type: ignore[no-any-return]


@strawberry.input(name="ImpactInput", description="The impact along one dimension.")
class ImpactInput:
    """A dimension and its step."""

    dimension: rules.ImpactDimension = strawberry.field(description="In which way it hurts.")
    step: int = strawberry.field(description="1 (least) to 5 (worst), by the anchors.")


@strawberry.input(name="LevelInput", description="A likelihood and an impact.")
class LevelInput:
    """A place in the matrix."""

    likelihood: int = strawberry.field(description="1 to 5, within the horizon.")
    impact: int = strawberry.field(description="1 to 5.")


@strawberry.input(
    name="QuantInput", description="A quantified risk: simulated once analytics are there."
)
class QuantInput:
    """Probability, uplift of ENVR and duration."""

    probability: Decimal = strawberry.field(description="Within the horizon, 0 to 1.")
    uplift_p10_bps: Decimal = strawberry.field(
        description="ENVR uplift, 10th percentile, bps of views."
    )
    uplift_p50_bps: Decimal = strawberry.field(description="The same, median.")
    uplift_p90_bps: Decimal = strawberry.field(description="The same, 90th percentile.")
    duration_days: int = strawberry.field(description="How long it would last, in days.")


@strawberry.input(
    name="LogRiskInput", description="Log a risk. Without likelihood or impact it becomes a DRAFT."
)
class LogRisk(Request):
    """What one knows when one first writes a risk down."""

    title: str = strawberry.field(description="What could happen, in at most 200 characters.")
    cause: str | None = _text("Because of what.")
    event: str | None = _text("What would happen.")
    consequence: str | None = _text("And what would follow.")
    category: rules.RiskCategory | None = strawberry.field(
        default=None, description="The kind of harm."
    )
    project_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Projects concerned."
    )
    policy_area_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Policy areas concerned."
    )
    market_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Markets concerned."
    )
    vendor_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Vendors concerned; they will see the risk."
    )
    owner_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who owns it; the project's manager by default."
    )
    sponsor_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who backs its treatment."
    )
    likelihood: int | None = strawberry.field(
        default=None, description='1 to 5 within the horizon; leave out for "don\'t know".'
    )
    impact: int | None = strawberry.field(
        default=None, description='1 to 5; leave out for "don\'t know".'
    )
    draft: bool | None = strawberry.field(
        default=None, description="Keep it as a DRAFT whatever is filled in."
    )
    horizon_days: int | None = strawberry.field(
        default=None, description="The horizon in days; 90 by default."
    )
    proximity_date: date | None = strawberry.field(
        default=None, description="The first day on which it could happen."
    )
    velocity: rules.Velocity | None = strawberry.field(
        default=None, description="How fast it would hit."
    )
    sensitivity: rules.Sensitivity | None = strawberry.field(
        default=None, description="Who may read it; PUBLIC_INTERNAL by default."
    )
    code: str | None = strawberry.field(
        default=None, description="For imports: the code it already has, such as R-107."
    )


@strawberry.input(name="LogRisksInput", description="Log many risks at once: all of them or none.")
class LogRisks(Request):
    """A batch of at most 500."""

    risks: list[LogRisk] = strawberry.field(description="At most 500.")


@strawberry.input(
    name="ChangeRiskInput",
    description="Change what a risk says; what is left out stays, null empties.",
)
class ChangeRisk(OnExisting):
    """A partial change of the descriptive fields."""

    title: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="What could happen."
    )
    cause: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="Because of what."
    )
    event: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="What would happen."
    )
    consequence: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="And what would follow."
    )
    category: strawberry.Maybe[rules.RiskCategory | None] = strawberry.field(
        default=None, description="The kind of harm."
    )
    owner_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="Who owns it."
    )
    sponsor_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="Who backs its treatment."
    )
    project_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        default=None, description="Projects concerned."
    )
    policy_area_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        default=None, description="Policy areas concerned."
    )
    market_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        default=None, description="Markets concerned."
    )
    vendor_ids: strawberry.Maybe[list[strawberry.ID] | None] = strawberry.field(
        default=None, description="Vendors concerned."
    )
    horizon_days: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="The horizon in days."
    )
    proximity_date: strawberry.Maybe[date | None] = strawberry.field(
        default=None, description="The first day on which it could happen."
    )
    velocity: strawberry.Maybe[rules.Velocity | None] = strawberry.field(
        default=None, description="How fast it would hit."
    )
    sensitivity: strawberry.Maybe[rules.Sensitivity | None] = strawberry.field(
        default=None, description="Who may read it."
    )
    review_due: strawberry.Maybe[date | None] = strawberry.field(
        default=None, description="When it is to be reviewed next; not later than the rule says."
    )
    quant: strawberry.Maybe[QuantInput | None] = strawberry.field(
        default=None, description="Its quantification."
    )
    reason: str | None = _text("Why it is changed.")


@strawberry.input(name="SubmitRiskInput", description="Put a draft before the others.")
class SubmitRisk(OnExisting):
    """A draft that is now complete, or completed here."""

    likelihood: int | None = strawberry.field(
        default=None, description="1 to 5, if the draft lacks it."
    )
    impact: int | None = strawberry.field(
        default=None, description="1 to 5, if the draft lacks it."
    )


@strawberry.input(name="RejectRiskInput", description="Do not keep a logged risk.")
class RejectRisk(OnExisting):
    """Why it is no risk of its own."""

    reason: rules.RejectReason = strawberry.field(description="Why.")
    instead_id: strawberry.ID | None = strawberry.field(
        default=None, description="The risk that it doubles, or that says the issue."
    )
    note: str | None = _text("A word to whoever logged it.")


@strawberry.input(name="AssessRiskInput", description="Judge a risk for the first time.")
class AssessRisk(OnExisting):
    """Inherent level by dimension; residual and target where the assessor knows better."""

    likelihood: int = strawberry.field(
        description="Inherent likelihood, 1 to 5 within the horizon."
    )
    impacts: list[ImpactInput] = strawberry.field(
        description="Inherent impact by dimension; the worst counts."
    )
    residual: LevelInput | None = strawberry.field(
        default=None,
        description="Your own view of what is left; stands for 90 days beside the computed one.",
    )
    target: LevelInput | None = strawberry.field(
        default=None,
        description="What is aimed at; computed from the approved actions if left out.",
    )
    confidence: rules.Confidence = strawberry.field(
        default=rules.Confidence.MEDIUM, description="How strong the knowledge is."
    )
    rationale: str | None = _text(
        "Why; required with a residual of your own and at a reassessment."
    )
    quant: QuantInput | None = strawberry.field(
        default=None, description="Its quantification, if there is one."
    )


@strawberry.input(
    name="ReassessRiskInput", description="Judge a risk again; a rationale is required."
)
class ReassessRisk(AssessRisk):
    """The same as a first assessment, with a rationale."""


@strawberry.input(name="TreatRiskInput", description="Start treating a risk.")
class TreatRisk(OnExisting):
    """How it is treated."""

    treatment: rules.Treatment = strawberry.field(description="MITIGATE, AVOID or TRANSFER.")


@strawberry.input(name="AcceptRiskInput", description="Accept a risk until a date.")
class AcceptRisk(OnExisting):
    """An acceptance always ends."""

    expires_on: date = strawberry.field(
        description="Its last day: at most 90 days away, 60 for HIGH, 30 for CRITICAL."
    )
    justification: str = strawberry.field(description="Why carrying it is right.")
    conditions: str | None = _text("Under which conditions.")


@strawberry.input
class WithReason(OnExisting):
    """A move that needs a reason."""

    reason: str = strawberry.field(description="Why.")


@strawberry.input(name="RevokeAcceptanceInput", description="End the acceptance of a risk now.")
class RevokeAcceptance(WithReason):
    """Why it ends."""


@strawberry.input(name="ResumeTreatmentInput", description="Treat a watched risk again.")
class ResumeTreatment(WithReason):
    """Why it needs treatment."""


@strawberry.input(name="ReopenRiskInput", description="Judge and plan a watched risk again.")
class ReopenRisk(WithReason):
    """Why watching is not enough."""


@strawberry.input(name="RestoreRiskInput", description="Open a closed or rejected risk again.")
class RestoreRisk(WithReason):
    """Why it is a risk again."""


@strawberry.input(
    name="MonitorRiskInput", description="Watch a risk that needs no treatment any more."
)
class MonitorRisk(OnExisting):
    """By a KRI, or with a reason why nothing can be measured."""

    not_measurable: str | None = _text("Why no KRI can watch it; required while it has none.")


@strawberry.input(name="MaterialiseRiskInput", description="Say that a risk has happened.")
class MaterialiseRisk(OnExisting):
    """What happened and when."""

    what_happened: str = strawberry.field(description="What happened.")
    happened_at: datetime = strawberry.field(description="When; not in the future.")
    rca_required: bool = strawberry.field(
        default=False, description="Whether it was grave enough (S1, S2) for a root-cause analysis."
    )


@strawberry.input(
    name="ResolveRiskInput", description="Go on watching a risk whose incident is over."
)
class ResolveRisk(OnExisting):
    """The incident is resolved and, where required, its cause analysed."""


@strawberry.input(name="CloseRiskInput", description="Close a risk.")
class CloseRisk(OnExisting):
    """Why it needs no eyes any more."""

    reason: str = strawberry.field(description="Why.")
    cause_gone: bool = strawberry.field(default=False, description="Its cause no longer exists.")


@strawberry.input(name="CloseMaterialisedRiskInput", description="Close a risk that has happened.")
class CloseMaterialisedRisk(CloseRisk):
    """The incident is over and the cause is gone."""


@strawberry.input(name="RelateRisksInput", description="Link two risks.")
class RelateRisks(Request):
    """From one risk to another."""

    from_id: strawberry.ID = strawberry.field(
        description="The risk that causes, doubles, contains or touches."
    )
    to_id: strawberry.ID = strawberry.field(description="The other risk.")
    kind: rules.RelationKind = strawberry.field(description="How they relate.")


@strawberry.input(name="UnrelateRisksInput", description="Remove a link between two risks.")
class UnrelateRisks(OnExisting):
    """The id and version are the relation's."""


@strawberry.input(name="CommentOnRiskInput", description="Say something about a risk.")
class CommentOnRisk(Request):
    """A comment is never changed."""

    id: strawberry.ID = strawberry.field(description=_ID)
    text: str = strawberry.field(description="The comment, at most 4 000 characters.")
