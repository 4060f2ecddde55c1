"""What lists of risks, actions, acceptances and approvals can be filtered and sorted by."""

from typing import Optional

import strawberry
from sqlalchemy import ColumnElement, and_, not_

import riskreg.risks.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit import filters
from riskreg.kit.filters import (
    DateFilter,
    DateTimeFilter,
    EnumFilter,
    IntFilter,
    LinkFilter,
    RefFilter,
    TextFilter,
)
from riskreg.kit.graph import Field
from riskreg.kit.roots import order_input
from riskreg.kit.view import NOW, Alias, View
from riskreg.people.models import Person
from riskreg.policies.models import PolicyArea
from riskreg.projects.models import Market, Project, Vendor
from riskreg.risks import models, rules
from riskreg.risks.models_mitigation import Mitigation, RiskMitigation


def _given(description: str, name: str | None = None) -> Field:
    return strawberry.field(default=None, description=description, name=name)


@strawberry.input(description="Which risks; `{}` matches all.")
class RiskFilter:
    """Conditions that all hold; `and`, `or` and `not` combine."""

    and_: Optional[list["RiskFilter"]] = _given("All of these hold.", "and")  # noqa: UP045 (a forward reference)
    or_: Optional[list["RiskFilter"]] = _given("At least one of these holds.", "or")  # noqa: UP045 (a forward reference)
    not_: Optional["RiskFilter"] = _given("This does not hold.", "not")
    code: TextFilter | None = _given("By code.")
    title: TextFilter | None = _given("By title.")
    status: EnumFilter[rules.RiskStatus] | None = _given(
        "By state, as it reads at the view's time."
    )
    category: EnumFilter[rules.RiskCategory] | None = _given("By kind of harm.")
    appetite_status: EnumFilter[rules.AppetiteStatus] | None = _given(
        "Against appetite and tolerance."
    )
    residual_band: EnumFilter[rules.Band] | None = _given(
        "By the band of the residual that counts."
    )
    residual_likelihood: IntFilter | None = _given("By residual likelihood, 1 to 5.")
    residual_impact: IntFilter | None = _given("By residual impact, 1 to 5.")
    inherent_band: EnumFilter[rules.Band] | None = _given("By inherent band.")
    inherent_likelihood: IntFilter | None = _given("By inherent likelihood, 1 to 5.")
    inherent_impact: IntFilter | None = _given("By inherent impact, 1 to 5.")
    treatment: EnumFilter[rules.Treatment] | None = _given("By what is done about it.")
    owner: RefFilter | None = _given("By owner.")
    project: LinkFilter | None = _given("By project.")
    policy_area: LinkFilter | None = _given("By policy area.")
    market: LinkFilter | None = _given("By market.")
    vendor: LinkFilter | None = _given("By vendor.")
    mitigation: LinkFilter | None = _given("By action.")
    next_review_due: DateFilter | None = _given("By the day of the next review.")
    out_of_tolerance_since: DateTimeFilter | None = _given("By when it left tolerance.")
    identified_at: DateTimeFilter | None = _given("By when it was identified.")
    updated_at: DateTimeFilter | None = _given("By its last change.")


RISK_FILTERS: dict[str, filters.Test] = {
    "code": filters.plain("code"),
    "title": filters.text("title", "title_fold"),
    **{
        name: filters.plain(name)
        for name in (
            "status",
            "category",
            "appetite_status",
            "residual_band",
            "residual_likelihood",
            "residual_impact",
            "inherent_band",
            "inherent_likelihood",
            "inherent_impact",
            "treatment",
            "identified_at",
            "updated_at",
        )
    },
    "next_review_due": filters.plain("next_review_due"),
    "out_of_tolerance_since": filters.plain("out_since"),
    "owner": filters.ref("owner_id", Person),
    "project": filters.link(models.RiskProject, "risk_id", "project_id", Project),
    "policy_area": filters.link(models.RiskPolicyArea, "risk_id", "policy_area_id", PolicyArea),
    "market": filters.link(models.RiskMarket, "risk_id", "market_id", Market),
    "vendor": filters.link(models.RiskVendor, "risk_id", "vendor_id", Vendor),
    "mitigation": filters.link(RiskMitigation, "risk_id", "mitigation_id", Mitigation),
}


RiskOrder = order_input(
    "Risk",
    {
        "CODE": "By number of the code.",
        "TITLE": "By title, whatever its case.",
        "RESIDUAL": "By the residual that counts now: band, then score, then velocity.",
        "INHERENT": "By the inherent level, in the same way.",
        "NEXT_REVIEW_DUE": "By the day of the next review.",
        "TIME_OUT_OF_TOLERANCE": "By how long it has been outside tolerance.",
        "CREATED_AT": "By when it was logged.",
        "UPDATED_AT": "By its last change.",
    },
)
RISK_ORDERS = {
    "CODE": "number",
    "TITLE": "title_fold",
    "RESIDUAL": "residual_rank",
    "INHERENT": "inherent_rank",
    "NEXT_REVIEW_DUE": "review_due_on",
    "TIME_OUT_OF_TOLERANCE": "out_order",
    "CREATED_AT": "id",
    "UPDATED_AT": "updated_at",
}
"""Sort keys by column or expression. Longest outside tolerance is the earliest since when."""

REVERSED = frozenset({"TIME_OUT_OF_TOLERANCE"})
"""The keys whose column runs against what they are called."""


@strawberry.input(description="Which actions; `{}` matches all.")
class MitigationFilter:
    """Conditions that all hold; `and`, `or` and `not` combine."""

    and_: Optional[list["MitigationFilter"]] = _given("All of these hold.", "and")  # noqa: UP045 (a forward reference)
    or_: Optional[list["MitigationFilter"]] = _given("At least one of these holds.", "or")  # noqa: UP045 (a forward reference)
    not_: Optional["MitigationFilter"] = _given("This does not hold.", "not")
    code: TextFilter | None = _given("By code.")
    status: EnumFilter[rules.MitigationStatus] | None = _given("By how far it has come.")
    kind: EnumFilter[rules.MitigationKind] | None = _given("By how it helps.")
    owner: RefFilter | None = _given("By owner.")
    risk: LinkFilter | None = _given("By risk.")
    due_on: DateFilter | None = _given("By due date.")
    implemented_at: DateTimeFilter | None = _given("By when it was done.")
    verified_at: DateTimeFilter | None = _given("By when its effect was judged.")
    slip_count: IntFilter | None = _given("By how often it was put off.")


MITIGATION_FILTERS: dict[str, filters.Test] = {
    **{
        name: filters.plain(name)
        for name in (
            "code",
            "status",
            "kind",
            "due_on",
            "implemented_at",
            "verified_at",
            "slip_count",
        )
    },
    "owner": filters.ref("owner_id", Person),
    "risk": filters.link(RiskMitigation, "mitigation_id", "risk_id", models.Risk),
}


MitigationOrder = order_input(
    "Mitigation",
    {
        "CODE": "By number of the code.",
        "DUE_ON": "By due date.",
        "CREATED_AT": "By when it was proposed.",
    },
)
MITIGATION_ORDERS = {"CODE": "number", "DUE_ON": "due_on", "CREATED_AT": "id"}


@strawberry.input(description="Which acceptances; `{}` matches all.")
class RiskAcceptanceFilter:
    """Conditions that all hold."""

    code: TextFilter | None = _given("By code.")
    expires_on: DateFilter | None = _given("By its last day.")
    risk: RefFilter | None = _given("By risk.")
    accepted_by: RefFilter | None = _given("By who carries it.")
    holds: bool | None = _given("Whether it holds at the view's time.")
    ended: EnumFilter[rules.AcceptanceEnd] | None = _given("By how it ended.")


def _holds(_view: View, acceptance: Alias, given: bool) -> ColumnElement[bool]:  # noqa: FBT001 (the filter's value)
    now = NOW
    holds = and_(acceptance.until > now, acceptance.ended_at > now)
    return holds if given else not_(holds)


ACCEPTANCE_FILTERS: dict[str, filters.Test] = {
    "code": filters.plain("code"),
    "expires_on": filters.plain("expires_on"),
    "risk": filters.ref("risk_id", models.Risk),
    "accepted_by": filters.ref("accepted_by_id", Person),
    "holds": _holds,
    "ended": filters.plain("ended"),
}
ACCEPTANCE_ORDERS = {"EXPIRES_ON": "expires_on", "CREATED_AT": "id"}
RiskAcceptanceOrder = order_input(
    "RiskAcceptance",
    {"EXPIRES_ON": "By its last day.", "CREATED_AT": "By when it was given."},
)
