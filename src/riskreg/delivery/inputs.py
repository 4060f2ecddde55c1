"""What a caller may send about targets and health; ids are global ids."""

from datetime import date

import strawberry

import riskreg.delivery.words  # noqa: F401 (makes the enums known to the graph)
from riskreg.delivery.rules import Health, TargetBasis, TargetComparator
from riskreg.kit.filters import DateFilter, RefFilter, TextFilter
from riskreg.kit.inputs import OnExisting, Request
from riskreg.kit.roots import order_input

REASON_LIMIT = 2000


@strawberry.input(name="SetTargetInput", description="Promise a level of service of a project.")
class SetTarget(Request):
    """A target; project, vendor, metric and side stay for good."""

    project_id: strawberry.ID = strawberry.field(description="The project.")
    metric_id: strawberry.ID = strawberry.field(description="The metric that it is measured by.")
    comparator: TargetComparator = strawberry.field(
        description="On which side it is met: by the direction of the metric."
    )
    value: float = strawberry.field(description="What is promised, in the metric's unit.")
    amber: float = strawberry.field(
        description="Where it is in danger, in the metric's unit, on the safe side of `value`."
    )
    vendor_id: strawberry.ID | None = strawberry.field(
        default=None, description="The vendor that promises it; the whole project if left out."
    )
    basis: TargetBasis | None = strawberry.field(
        default=None,
        description="What is held against it; left out: BOUND for metrics of quality, else POINT.",
    )
    window_days: int = strawberry.field(
        default=28, description="Over how many days it is measured, 1 to 366."
    )
    min_sample: int = strawberry.field(
        default=0, description="The sample below which nothing is said."
    )
    contractual: bool = strawberry.field(
        default=False, description="Whether a contract says so, and not only a plan."
    )
    valid_from: date | None = strawberry.field(
        default=None, description="Its first day; today if left out."
    )
    valid_to: date | None = strawberry.field(
        default=None, description="Its last day; none if left out."
    )
    code: str | None = strawberry.field(
        default=None, description="A code of your own; the next TGT-… if left out."
    )


@strawberry.input(name="ChangeTargetInput", description="Change a target; what is left out stays.")
class ChangeTarget(OnExisting):
    """Earlier terms stay in its history."""

    value: strawberry.Maybe[float | None] = strawberry.field(
        default=None, description="What is promised, in the metric's unit."
    )
    amber: strawberry.Maybe[float | None] = strawberry.field(
        default=None, description="Where it is in danger, on the safe side of `value`."
    )
    basis: strawberry.Maybe[TargetBasis | None] = strawberry.field(
        default=None, description="What is held against it."
    )
    window_days: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="Over how many days it is measured, 1 to 366."
    )
    min_sample: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="The sample below which nothing is said."
    )
    contractual: strawberry.Maybe[bool | None] = strawberry.field(
        default=None, description="Whether a contract says so."
    )
    valid_from: strawberry.Maybe[date | None] = strawberry.field(
        default=None, description="Its first day."
    )
    valid_to: strawberry.Maybe[date | None] = strawberry.field(
        default=None, description="Its last day; null for none."
    )
    reason: str | None = strawberry.field(default=None, description="Why, for the history.")


@strawberry.input(name="EndTargetInput", description="Let a target hold no longer.")
class EndTarget(OnExisting):
    """It stays to be read."""

    last_day: date | None = strawberry.field(
        default=None, description="The last day on which it holds; today if left out."
    )
    reason: str = strawberry.field(description="Why, for the history.")


@strawberry.input(
    name="AssertHealthInput", description="Say that a project does better or worse than its data."
)
class AssertHealth(Request):
    """What is worked out stays beside it, and counts again when this ends."""

    project_id: strawberry.ID = strawberry.field(description="The project.")
    health: Health = strawberry.field(description="How it does: GREEN, AMBER or RED.")
    reason: str = strawberry.field(description="Why the data do not tell, at most 2 000 letters.")
    until_on: date = strawberry.field(
        description="The last day on which it stands: at most 14 days from today."
    )


@strawberry.input(
    name="WithdrawHealthAssertionInput", description="Take back what was said of a project."
)
class WithdrawHealthAssertion(OnExisting):
    """Before it ends by itself."""

    reason: str | None = strawberry.field(default=None, description="Why, for the history.")


@strawberry.input(description="Which targets; all conditions must hold.")
class TargetFilter:
    """Conditions on targets."""

    and_: list["TargetFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["TargetFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "TargetFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    code: TextFilter | None = strawberry.field(default=None, description="The code.")
    project: RefFilter | None = strawberry.field(default=None, description="The project.")
    vendor: RefFilter | None = strawberry.field(default=None, description="The vendor.")
    metric: RefFilter | None = strawberry.field(default=None, description="The metric.")
    contractual: bool | None = strawberry.field(
        default=None, description="Whether a contract says so."
    )
    in_force: bool | None = strawberry.field(
        default=None, description="Whether it holds on the day of the view."
    )
    valid_from: DateFilter | None = strawberry.field(default=None, description="Its first day.")
    valid_to: DateFilter | None = strawberry.field(default=None, description="Its last day.")


TargetOrder = order_input(
    "Target",
    {
        "CODE": "By code.",
        "VALID_FROM": "By the first day.",
        "CREATED_AT": "By when it was recorded.",
    },
)
