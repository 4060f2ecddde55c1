"""The schema: every slice's questions and acts put together."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from riskreg.delivery.graph_mutations import DeliveryMutation
from riskreg.delivery.graph_queries import DeliveryQuery
from riskreg.kit.context import Context
from riskreg.kit.edges import fetch_one
from riskreg.kit.errors import BadInput
from riskreg.kit.graph import SHOWN, Node, prefix_of
from riskreg.kit.graph_journal import JournalQuery, JournalSubscription
from riskreg.kit.ids import parse_global_id
from riskreg.kit.lists import AsOf
from riskreg.kit.plain import straighten
from riskreg.kit.scalars import SCALARS
from riskreg.kit.walk import PlannedExecutor
from riskreg.metrics.graph_ingest import IngestMutation
from riskreg.metrics.graph_mutations import MetricsMutation
from riskreg.metrics.graph_queries import MetricsQuery
from riskreg.people.graph import PeopleMutation, PeopleQuery
from riskreg.people.graph_approval import ApprovalsQuery
from riskreg.policies.graph import PoliciesMutation, PoliciesQuery
from riskreg.projects.graph import ProjectsMutation, ProjectsQuery
from riskreg.reports.graph import ReportsMutation, ReportsQuery, ReportsSubscription
from riskreg.risks.graph_kri_mutations import KrisMutation
from riskreg.risks.graph_kri_queries import KrisQuery, KrisSubscription
from riskreg.risks.graph_mitigation_mutations import MitigationsMutation
from riskreg.risks.graph_mutations import RisksMutation
from riskreg.risks.graph_queries import RisksQuery

Info = strawberry.Info[Context, None]
MAX_NODES = 100


@strawberry.type
class NodesQuery:
    """Anything by its id."""

    @strawberry.field(description="One object by id; null when absent, hidden or malformed.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
        as_of: AsOf = None,
    ) -> Node | None:
        return await _node(info.context, id, as_of)

    @strawberry.field(description="Objects in the order of their ids; null like `node`.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100.")],
        as_of: AsOf = None,
    ) -> list[Node | None]:
        if len(ids) > MAX_NODES:
            message = f"at most {MAX_NODES} nodes at once"
            raise BadInput(message)
        return await asyncio.gather(*[_node(info.context, one, as_of) for one in ids])


async def _node(context: Context, given: str, as_of: datetime | None) -> Node | None:
    parsed = parse_global_id(given)
    model = _MODELS.get(parsed[0]) if parsed else None
    if parsed is None or model is None:
        return None
    view = await context.view(as_of)
    return await fetch_one(context, view, model, parsed[1])  # type: ignore[no-any-return]


@strawberry.type(description="What can be asked.")
class Query(
    RisksQuery,
    DeliveryQuery,
    KrisQuery,
    ReportsQuery,
    MetricsQuery,
    ProjectsQuery,
    PoliciesQuery,
    PeopleQuery,
    ApprovalsQuery,
    JournalQuery,
    NodesQuery,
):
    pass


@strawberry.type(description="What can be done; each field is one transaction.")
class Mutation(
    RisksMutation,
    MitigationsMutation,
    KrisMutation,
    DeliveryMutation,
    ReportsMutation,
    MetricsMutation,
    IngestMutation,
    ProjectsMutation,
    PoliciesMutation,
    PeopleMutation,
):
    pass


@strawberry.type(description="What can be listened to; each event is one entry of the journal.")
class Subscription(JournalSubscription, KrisSubscription, ReportsSubscription):
    pass


_MODELS = {prefix_of(model): model for model in SHOWN}


class Schema(strawberry.Schema):
    """Strawberry's schema, without its habit of logging every client's mistake as an error."""

    def process_errors(
        self,
        errors: Sequence[Any] | Iterable[Any],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Faults are logged where they are masked, in `kit.operations`."""


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=list(SHOWN.values()),
    config=StrawberryConfig(scalar_map=SCALARS),
    execution_context_class=PlannedExecutor,
)
straighten(schema)
