"""Risks as the API shows them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

import riskreg.risks.words  # noqa: F401 (describes the enums, before they are used)
from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.context import Context, fetcher
from riskreg.kit.edges import children, latest, linked, one
from riskreg.kit.graph import Node, Versioned, derived, shows
from riskreg.kit.history import HistoryEntry, history
from riskreg.kit.lists import Connection
from riskreg.kit.moves import Transition
from riskreg.people.models import Person as PersonRow
from riskreg.people.rules import Authority
from riskreg.policies.models import PolicyArea as PolicyAreaRow
from riskreg.projects.models import Market as MarketRow
from riskreg.projects.models import Project as ProjectRow
from riskreg.projects.models import Vendor as VendorRow
from riskreg.risks import models, rules, told
from riskreg.risks.blast import caused
from riskreg.risks.graph_blast import BlastRadius
from riskreg.risks.graph_levels import (
    DimensionImpact,
    Level,
    Quantification,
    Residual,
    by_dimension,
    level,
)
from riskreg.risks.graph_links import RiskComment, RiskRelation
from riskreg.risks.loaders import Finding, availability, findings, next_action
from riskreg.risks.models_kri import Kri as KriRow
from riskreg.risks.models_mitigation import RiskMitigation as RiskMitigationRow

if TYPE_CHECKING:
    from riskreg.people.graph import Person
    from riskreg.policies.graph import PolicyArea
    from riskreg.projects.graph import Project
    from riskreg.projects.graph_places import Market, Vendor
    from riskreg.risks.graph_kri import Kri
    from riskreg.risks.graph_mitigation import Mitigation, RiskMitigation

LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
LazyProject = Annotated["Project", strawberry.lazy("riskreg.projects.graph")]
LazyMarket = Annotated["Market", strawberry.lazy("riskreg.projects.graph_places")]
LazyVendor = Annotated["Vendor", strawberry.lazy("riskreg.projects.graph_places")]
LazyArea = Annotated["PolicyArea", strawberry.lazy("riskreg.policies.graph")]
LazyMitigation = Annotated["Mitigation", strawberry.lazy("riskreg.risks.graph_mitigation")]
LazyKri = Annotated["Kri", strawberry.lazy("riskreg.risks.graph_kri")]
LazyRiskMitigation = Annotated["RiskMitigation", strawberry.lazy("riskreg.risks.graph_mitigation")]
Info = strawberry.Info[Context, None]


@shows(models.RiskAssessment)
@strawberry.type(description="How a risk was judged at one time; never changed.")
class RiskAssessment(Node):
    """Levels, confidence and rationale of one judgement."""

    at: datetime = strawberry.field(description="When.")
    by: strawberry.Private[str]
    method: rules.AssessmentMethod = strawberry.field(description="Judged, computed or simulated.")
    inherent_likelihood: strawberry.Private[int]
    inherent_impact: strawberry.Private[int]
    inherent_band: strawberry.Private[rules.Band]
    residual_likelihood: strawberry.Private[int]
    residual_impact: strawberry.Private[int]
    residual_band: strawberry.Private[rules.Band]
    impacts: strawberry.Private[dict[str, int]]
    confidence: rules.Confidence = strawberry.field(description="How strong the knowledge was.")
    rationale: str | None = strawberry.field(description="Why.")
    assessor: LazyPerson | None = one(PersonRow, "by", "Who judged.")

    @strawberry.field(description="Without any control.")
    @derived("inherent_likelihood", "inherent_impact", "inherent_band")
    def inherent(self) -> Level:
        """The inherent level."""
        return Level(
            likelihood=self.inherent_likelihood,
            impact=self.inherent_impact,
            band=self.inherent_band,
        )

    @strawberry.field(description="With the controls of that time.")
    @derived("residual_likelihood", "residual_impact", "residual_band")
    def residual(self) -> Level:
        """The residual that counted then."""
        return Level(
            likelihood=self.residual_likelihood,
            impact=self.residual_impact,
            band=self.residual_band,
        )

    @strawberry.field(description="The impact by dimension.")
    @derived("impacts")
    def impact_by_dimension(self) -> list[DimensionImpact]:
        """The dimensions that were judged."""
        return by_dimension(self.impacts)


@shows(models.RiskAcceptance)
@strawberry.type(description="That somebody with authority carries a risk until a day.")
class RiskAcceptance(Node, Versioned):
    """Who, why, until when, and how it ended."""

    code: str = strawberry.field(description="Its code, such as A-004.")
    risk_id: strawberry.Private[str]
    accepted_by_id: strawberry.Private[str]
    residual_likelihood: strawberry.Private[int]
    residual_impact: strawberry.Private[int]
    residual_band: strawberry.Private[rules.Band]
    justification: str = strawberry.field(description="Why carrying it is right.")
    conditions: str | None = strawberry.field(description="Under which conditions.")
    authority: Authority = strawberry.field(description="The authority that was used.")
    from_at: datetime = strawberry.field(description="Since when.")
    expires_on: date = strawberry.field(description="Its last day, in the organisation's zone.")
    until: datetime = strawberry.field(description="The instant at which it ends by its date.")
    ended: rules.AcceptanceEnd | None = strawberry.field(
        description="How it ended; null while it holds."
    )
    consecutive: int = strawberry.field(description="1 for a first acceptance, 2 for a renewal…")
    risk: Annotated["Risk", strawberry.lazy("riskreg.risks.graph")] | None = one(
        models.Risk, "risk_id", "The risk."
    )
    accepted_by: LazyPerson | None = one(PersonRow, "accepted_by_id", "Who carries it.")

    @strawberry.field(description="The residual that was accepted.")
    @derived("residual_likelihood", "residual_impact", "residual_band")
    def residual_at_acceptance(self) -> Level:
        """The level then."""
        return Level(
            likelihood=self.residual_likelihood,
            impact=self.residual_impact,
            band=self.residual_band,
        )


@shows(models.Risk)
@strawberry.type(description="What could happen, why, and what would follow.")
class Risk(Node, Versioned):
    """A risk with its levels, its state, and everything that it is linked to."""

    code: str = strawberry.field(description="Its code, such as R-007.")
    title: str = strawberry.field(description="What could happen, in a line.")
    cause: str | None = strawberry.field(description="Because of what.")
    event: str | None = strawberry.field(description="What would happen.")
    consequence: str | None = strawberry.field(description="What would follow.")
    category: rules.RiskCategory | None = strawberry.field(
        description="The kind of harm; null in a draft."
    )
    sensitivity: rules.Sensitivity = strawberry.field(description="Who may read it.")
    status: rules.RiskStatus = strawberry.field(
        description="Its state at the view's time: an ended acceptance reads as ASSESSED."
    )
    state_since: strawberry.Private[datetime]
    recorded_status: strawberry.Private[rules.RiskStatus]
    holds_until: strawberry.Private[datetime]
    identified_at: datetime = strawberry.field(description="When it was identified.")
    horizon_days: int = strawberry.field(description="The horizon of the likelihood, in days.")
    proximity_date: date | None = strawberry.field(
        description="The first day on which it could happen."
    )
    velocity: rules.Velocity | None = strawberry.field(description="From trigger to full impact.")
    treatment: rules.Treatment | None = strawberry.field(description="What is done about it.")
    confidence: rules.Confidence | None = strawberry.field(
        description="How strong the knowledge behind the score is."
    )
    appetite_status: rules.AppetiteStatus = strawberry.field(
        description="Against what the organisation chooses to carry, at the view's time."
    )
    close_reason: str | None = strawberry.field(description="Why it was closed or rejected.")
    happened: str | None = strawberry.field(description="What happened, if it materialised.")
    happened_at: datetime | None = strawberry.field(description="When it materialised.")
    not_measurable: str | None = strawberry.field(description="Why no KRI can watch it.")
    above_since: strawberry.Private[datetime | None]
    out_since: strawberry.Private[datetime | None]
    review_due_on: strawberry.Private[date]
    assessed_at: strawberry.Private[datetime | None]
    owner_id: strawberry.Private[str | None]
    sponsor_id: strawberry.Private[str | None]
    identified_by_id: strawberry.Private[str]
    inherent_likelihood: strawberry.Private[int | None]
    inherent_impact: strawberry.Private[int | None]
    inherent_band: strawberry.Private[rules.Band | None]
    computed_likelihood: strawberry.Private[int | None]
    computed_impact: strawberry.Private[int | None]
    computed_band: strawberry.Private[rules.Band | None]
    asserted_likelihood: strawberry.Private[int | None]
    asserted_impact: strawberry.Private[int | None]
    asserted_band: strawberry.Private[rules.Band | None]
    asserted_until: strawberry.Private[datetime]
    target_likelihood: strawberry.Private[int | None]
    target_impact: strawberry.Private[int | None]
    target_band: strawberry.Private[rules.Band | None]
    impacts: strawberry.Private[dict[str, int] | None]
    ever_high: strawberry.Private[bool]
    acceptances_in_a_row: strawberry.Private[int]
    kri_count: strawberry.Private[int]
    kri_retired_at: strawberry.Private[datetime | None]
    incident_resolved_at: strawberry.Private[datetime | None]
    rca_required: strawberry.Private[bool]
    rca_closed_at: strawberry.Private[datetime | None]
    probability: strawberry.Private[Decimal | None]
    uplift_p10_bps: strawberry.Private[Decimal | None]
    uplift_p50_bps: strawberry.Private[Decimal | None]
    uplift_p90_bps: strawberry.Private[Decimal | None]
    duration_days: strawberry.Private[int | None]

    owner: LazyPerson | None = one(PersonRow, "owner_id", "Who owns it.")
    sponsor: LazyPerson | None = one(PersonRow, "sponsor_id", "Who backs its treatment.")
    identified_by: LazyPerson | None = one(PersonRow, "identified_by_id", "Who logged it.")
    projects: list[LazyProject] = linked(
        models.RiskProject, "risk_id", "project_id", ProjectRow, "Projects concerned."
    )
    policy_areas: list[LazyArea] = linked(
        models.RiskPolicyArea, "risk_id", "policy_area_id", PolicyAreaRow, "Policy areas concerned."
    )
    markets: list[LazyMarket] = linked(
        models.RiskMarket, "risk_id", "market_id", MarketRow, "Markets concerned."
    )
    vendors: list[LazyVendor] = linked(
        models.RiskVendor, "risk_id", "vendor_id", VendorRow, "Vendors concerned."
    )
    latest_assessment: RiskAssessment | None = latest(
        models.RiskAssessment, "risk_id", "The newest judgement."
    )
    assessments: Connection[RiskAssessment] = children(
        models.RiskAssessment,
        "risk_id",
        "Every judgement, newest first.",
        order="seq",
        descending=True,
    )
    acceptances: Connection[RiskAcceptance] = children(
        models.RiskAcceptance,
        "risk_id",
        "Every acceptance, newest first.",
        order="from_at",
        descending=True,
    )
    mitigations: Connection[LazyRiskMitigation] = children(
        RiskMitigationRow, "risk_id", "Its actions with their effect on it.", order="created_at"
    )
    kris: Connection[LazyKri] = children(
        KriRow, "risk_id", "What is measured to watch it, retired KRIs included.", order="code"
    )
    comments: Connection[RiskComment] = children(
        models.RiskComment, "risk_id", "What was said, newest first.", order="seq", descending=True
    )
    related_to: Connection[RiskRelation] = children(
        models.RiskRelation, "from_id", "Relations from this risk.", order="created_at"
    )
    related_from: Connection[RiskRelation] = children(
        models.RiskRelation, "to_id", "Relations to this risk.", order="created_at"
    )
    history: list[HistoryEntry] = history(
        told.PARTS, bookkeeping=models.BOOKKEEPING | told.NUMBERS, spoken=told.SPOKEN
    )

    @strawberry.field(description="Cause, event and consequence in one sentence.")
    @derived("cause", "event", "title", "consequence")
    def statement(self) -> str:
        """Because …, …, so …; the title while the parts are missing."""
        parts = (
            f"because {self.cause}" if self.cause else "",
            self.event or self.title,
            f"so {self.consequence}" if self.consequence else "",
        )
        said = ", ".join(part.rstrip(" .") for part in parts if part)
        return f"{said[:1].upper()}{said[1:]}."

    @strawberry.field(description="Without any control; null before it is estimated.")
    @derived("inherent_likelihood", "inherent_impact", "inherent_band")
    def inherent(self) -> Level | None:
        """The inherent level."""
        return level(self.inherent_likelihood, self.inherent_impact, self.inherent_band)

    @strawberry.field(
        description="If every approved action succeeds, or what the assessor aims at."
    )
    @derived("target_likelihood", "target_impact", "target_band")
    def target(self) -> Level | None:
        """The target level."""
        return level(self.target_likelihood, self.target_impact, self.target_band)

    @strawberry.field(description="What is left with the controls of now.")
    @derived(
        "computed_likelihood",
        "computed_impact",
        "computed_band",
        "asserted_likelihood",
        "asserted_impact",
        "asserted_band",
        "asserted_until",
    )
    def residual(self) -> Residual:
        """Computed and asserted side by side."""
        computed = level(self.computed_likelihood, self.computed_impact, self.computed_band)
        stands = self.asserted_until > self.view.now
        asserted = level(self.asserted_likelihood, self.asserted_impact, self.asserted_band)
        standing = asserted if stands else None
        gap = abs(standing.band.rank - computed.band.rank) if standing and computed else 0
        return Residual(
            computed=computed,
            asserted=standing,
            asserted_until=self.asserted_until if standing else None,
            effective=standing or computed,
            gap_bands=gap,
        )

    @strawberry.field(description="The inherent impact by dimension.")
    @derived("impacts")
    def impact_by_dimension(self) -> list[DimensionImpact]:
        """The dimensions that were judged."""
        return by_dimension(self.impacts)

    @strawberry.field(description="Its quantification, if it has one.")
    @derived("probability", "uplift_p10_bps", "uplift_p50_bps", "uplift_p90_bps", "duration_days")
    def quantification(self) -> Quantification | None:
        """All five numbers or none."""
        if (
            self.probability is None
            or self.uplift_p10_bps is None
            or self.uplift_p50_bps is None
            or self.uplift_p90_bps is None
            or self.duration_days is None
        ):
            return None
        return Quantification(
            probability=self.probability,
            uplift_p10_bps=self.uplift_p10_bps,
            uplift_p50_bps=self.uplift_p50_bps,
            uplift_p90_bps=self.uplift_p90_bps,
            duration_days=self.duration_days,
        )

    @strawberry.field(
        description="Since when the residual is above appetite; null while it is not."
    )
    @derived("above_since")
    def above_appetite_since(self) -> datetime | None:
        """The instant."""
        return self.above_since

    @strawberry.field(description="Since when it is outside tolerance; null while it is not.")
    @derived("out_since")
    def out_of_tolerance_since(self) -> datetime | None:
        """The instant."""
        return self.out_since

    @strawberry.field(description="Whole days outside tolerance; null while it is not.")
    @derived("out_since")
    def days_out_of_tolerance(self) -> int | None:
        """Days since it left tolerance."""
        return None if self.out_since is None else (self.view.now - self.out_since).days

    @strawberry.field(
        description="The day by which it is to be assessed again; null once it is closed."
    )
    @derived("status", "review_due_on")
    def next_review_due(self) -> date | None:
        """The review date."""
        return None if self.status in rules.ENDED else self.review_due_on

    @strawberry.field(description="Whether that day has passed.")
    @derived("status", "review_due_on")
    def review_overdue(self) -> bool:
        """Overdue from the day after, in the organisation's zone."""
        day = today(self.view.now, settings.current().zone)
        return self.status not in rules.ENDED and self.review_due_on < day

    @strawberry.field(description="Every move from here, and what blocks it for you now.")
    async def available_transitions(self, info: Info) -> list[Transition]:
        """The same guards that a mutation runs."""
        return await availability(info.context, self)

    @strawberry.field(description="The open action that is due first.")
    @derived()
    async def next_action(self, info: Info) -> LazyMitigation | None:
        """Of those not done yet."""
        return await next_action(info.context, self)  # type: ignore[no-any-return]

    @strawberry.field(description="What is hit if it happens.")
    @derived()
    async def blast_radius(self, info: Info) -> BlastRadius:
        """Its links, and those of the risks that follow from it."""
        depths = await caused(fetcher(info.context, self.view), self.view, self.key)
        return BlastRadius(view=self.view, depths=depths)

    @strawberry.field(description="What lint finds missing, late or contradictory.")
    async def findings(self, info: Info) -> list[Finding]:
        """Worst first."""
        return await findings(info.context, self)
