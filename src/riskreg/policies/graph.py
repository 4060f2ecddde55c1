"""The tree of policy areas as the graph shows it."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from riskreg.kit.context import Context
from riskreg.kit.edges import children, linked, one
from riskreg.kit.graph import Node, Versioned, shows
from riskreg.kit.history import HistoryEntry, history
from riskreg.kit.inputs import Input
from riskreg.kit.lists import Connection
from riskreg.kit.perform import ShownUserError, perform
from riskreg.kit.roots import Catalogue, found, listed
from riskreg.people import models as people
from riskreg.policies import inputs, models, queries, service
from riskreg.policies.rules import SeverityClass
from riskreg.projects import models as projects

if TYPE_CHECKING:
    from riskreg.people.graph import Person
    from riskreg.projects.graph import Project

Info = strawberry.Info[Context, None]
LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
LazyProject = Annotated["Project", strawberry.lazy("riskreg.projects.graph")]


@shows(models.PolicyArea)
@strawberry.type(description="A subject of policy, such as hate speech.")
class PolicyArea(Node, Versioned):
    """Areas may lie inside areas."""

    code: str = strawberry.field(description="The code, such as HATE.")
    name: str = strawberry.field(description="The name.")
    severity_class: SeverityClass = strawberry.field(description="How grave its content is.")
    dsa_category: str | None = strawberry.field(
        description="What reports under the Digital Services Act call it."
    )
    parent_id: strawberry.Private[str | None]
    manager_id: strawberry.Private[str | None]
    parent: "PolicyArea | None" = one(
        models.PolicyArea, "parent_id", "The area inside which it lies."
    )
    children: Connection["PolicyArea"] = children(
        models.PolicyArea, "parent_id", "The areas inside it, by code.", order="code"
    )
    manager: LazyPerson | None = one(people.Person, "manager_id", "Who manages its policy.")
    projects: list[LazyProject] = linked(
        projects.ProjectPolicyArea,
        "policy_area_id",
        "project_id",
        projects.Project,
        "Projects that label its content, by code.",
    )
    history: list[HistoryEntry] = history()


AREAS = Catalogue(
    models.PolicyArea,
    queries.AREA_FILTERS,
    queries.AREA_ORDERS,
    inputs.PolicyAreaFilter,
    inputs.PolicyAreaOrder,
)


@strawberry.type
class PoliciesQuery:
    """What can be asked of policies."""

    policy_areas: Connection[PolicyArea] = listed(AREAS, "Policy areas.")
    policy_area: PolicyArea | None = found(models.PolicyArea, "One area, by id or code.")


USER_ERRORS = "What has to be mended; if there is anything, nothing was written."


@strawberry.type(description="What came of making a policy area known.")
class CreatePolicyAreaPayload:
    """The area, or what to mend."""

    policy_area: PolicyArea | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type(description="What came of changing a policy area.")
class ChangePolicyAreaPayload:
    """The area, or what to mend."""

    policy_area: PolicyArea | None = strawberry.field(
        description="As it is now; null if nothing was done."
    )
    user_errors: list[ShownUserError] = strawberry.field(description=USER_ERRORS)


@strawberry.type
class PoliciesMutation:
    """What can be done about policies."""

    @strawberry.mutation(description="Make a policy area known.")
    async def create_policy_area(
        self, info: Info, input: Input[inputs.CreatePolicyArea]
    ) -> CreatePolicyAreaPayload:
        return await perform(info, input, service.create, CreatePolicyAreaPayload)

    @strawberry.mutation(description="Change a policy area; what is left out stays.")
    async def change_policy_area(
        self, info: Info, input: Input[inputs.ChangePolicyArea]
    ) -> ChangePolicyAreaPayload:
        return await perform(info, input, service.change, ChangePolicyAreaPayload)
