"""Approvals as the graph shows them."""

from datetime import datetime

import strawberry

from riskreg.kit import filters
from riskreg.kit.edges import one
from riskreg.kit.filters import EnumFilter, TextFilter
from riskreg.kit.graph import Node, shows
from riskreg.kit.lists import Connection
from riskreg.kit.roots import Catalogue, listed, order_input
from riskreg.kit.words import describe
from riskreg.people import models
from riskreg.people.graph import Person
from riskreg.people.rules import ApprovalKind

describe(
    ApprovalKind,
    "ApprovalKind",
    {
        "ACCEPTANCE": "A risk was accepted.",
        "VERDICT": "The effect of an action was judged.",
        "CLOSURE": "A risk that was HIGH or worse at some time was closed.",
    },
)


@shows(models.Approval)
@strawberry.type(description="Who approved what whom proposed.")
class Approval(Node):
    """Written once, with the hash of what was approved."""

    at: datetime = strawberry.field(description="When.")
    kind: ApprovalKind = strawberry.field(description="What was approved.")
    subject: str = strawberry.field(description="The code of what was approved.")
    self_approved: bool = strawberry.field(
        description="Approver and proposer are the same person: four eyes broken."
    )
    comment: str | None = strawberry.field(description="The approver's words.")
    content_hash: str = strawberry.field(description="SHA-256 of what was approved.")
    by: strawberry.Private[str]
    proposed_by: strawberry.Private[str]
    approver: Person | None = one(models.Person, "by", "Who approved.")
    proposer: Person | None = one(models.Person, "proposed_by", "Who proposed.")


@strawberry.input(description="Which approvals; `{}` matches all.")
class ApprovalFilter:
    """Conditions that all hold."""

    self_approved: bool | None = strawberry.field(
        default=None, description="Approver and proposer are the same person."
    )
    kind: EnumFilter[ApprovalKind] | None = strawberry.field(
        default=None, description="What was approved."
    )
    subject: TextFilter | None = strawberry.field(
        default=None, description="The code of what was approved."
    )


APPROVAL_FILTERS = {
    "self_approved": filters.flag("self_approved"),
    "kind": filters.plain("kind"),
    "subject": filters.plain("subject"),
}
APPROVAL_ORDERS = {"AT": "seq"}
ApprovalOrder = order_input("Approval", {"AT": "By when it was given."})


@strawberry.type
class ApprovalsQuery:
    """What can be asked of approvals."""

    approvals: Connection[Approval] = listed(
        Catalogue(
            models.Approval, APPROVAL_FILTERS, APPROVAL_ORDERS, ApprovalFilter, ApprovalOrder
        ),
        "Who approved what; four-eyes exceptions are those with `selfApproved`.",
    )
