"""What a caller may send about policy areas; ids are global ids."""

import strawberry

import riskreg.policies.words  # noqa: F401 (makes the enums known to the graph)
from riskreg.kit.filters import EnumFilter, RefFilter, TextFilter
from riskreg.kit.inputs import OnExisting, Request
from riskreg.kit.roots import order_input
from riskreg.policies.rules import SeverityClass

NAME_LIMIT, CATEGORY_LIMIT = 200, 100


@strawberry.input(name="CreatePolicyAreaInput", description="Make a policy area known.")
class CreatePolicyArea(Request):
    """A subject of policy, alone or inside another."""

    code: str = strawberry.field(description="The code, such as HATE.")
    name: str = strawberry.field(description="The name, at most 200 characters.")
    severity_class: SeverityClass = strawberry.field(description="How grave its content is.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The area inside which it lies."
    )
    manager_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who manages its policy."
    )
    dsa_category: str | None = strawberry.field(
        default=None, description="What reports under the Digital Services Act call it."
    )


@strawberry.input(
    name="ChangePolicyAreaInput", description="Change a policy area; what is left out stays."
)
class ChangePolicyArea(OnExisting):
    """Its code stays, for others know it by that."""

    name: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="The name, at most 200 characters."
    )
    severity_class: strawberry.Maybe[SeverityClass | None] = strawberry.field(
        default=None, description="How grave its content is."
    )
    parent_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="The area inside which it lies; null for none."
    )
    manager_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        default=None, description="Who manages its policy; null for nobody."
    )
    dsa_category: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="What reports under the Digital Services Act call it."
    )


@strawberry.input(description="Which policy areas; all conditions must hold.")
class PolicyAreaFilter:
    """Conditions on policy areas."""

    and_: list["PolicyAreaFilter"] | None = strawberry.field(
        name="and", default=None, description="All of these hold."
    )
    or_: list["PolicyAreaFilter"] | None = strawberry.field(
        name="or", default=None, description="At least one of these holds."
    )
    not_: "PolicyAreaFilter | None" = strawberry.field(
        name="not", default=None, description="This does not hold."
    )
    code: TextFilter | None = strawberry.field(default=None, description="The code.")
    severity_class: EnumFilter[SeverityClass] | None = strawberry.field(
        default=None, description="How grave its content is."
    )
    parent: RefFilter | None = strawberry.field(
        default=None, description="The area inside which it lies."
    )
    manager: RefFilter | None = strawberry.field(
        default=None, description="Who manages its policy."
    )


PolicyAreaOrder = order_input(
    "PolicyArea", {"CODE": "By code.", "CREATED_AT": "By when it was recorded."}
)
