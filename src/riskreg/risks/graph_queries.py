"""The questions that the API answers about risks and actions."""

from typing import Annotated

import strawberry
from sqlalchemy import ColumnElement

from riskreg.kit.context import Context, fetcher
from riskreg.kit.errors import BadInput
from riskreg.kit.filters import conditions
from riskreg.kit.lists import (
    After,
    AsOf,
    Before,
    Connection,
    Direction,
    First,
    Last,
    Order,
    Paging,
    connect,
    listing,
    order_of,
)
from riskreg.kit.prefetch import ahead, needed
from riskreg.kit.roots import Catalogue, found, listed
from riskreg.kit.search import hits
from riskreg.kit.view import Alias, View
from riskreg.risks import filtering, models, models_mitigation, overview
from riskreg.risks.config import in_force
from riskreg.risks.graph import Risk, RiskAcceptance
from riskreg.risks.graph_mitigation import Mitigation
from riskreg.risks.graph_overview import HeatCell, HeatMap, Hygiene, SimilarRisk
from riskreg.risks.loaders import Finding
from riskreg.risks.queries import risk_access  # noqa: F401 (declares who sees which rows)
from riskreg.risks.rules_scoring import Level

Info = strawberry.Info[Context, None]
FilterGiven = Annotated[
    filtering.RiskFilter | None,
    strawberry.argument(description="Only rows that match; `{}` matches all."),
]
SearchGiven = Annotated[
    str | None,
    strawberry.argument(description="Words to find, each as the beginning of a word; not asOf."),
]
OrderGiven = Annotated[
    filtering.RiskOrder | None, strawberry.argument(description="The order; ids break ties.")
]
MAX_SIMILAR = 10


def matching(
    view: View, alias: Alias, filter: filtering.RiskFilter | None, search: str | None
) -> ColumnElement[bool]:
    """The condition of a filter and a search together."""
    chosen = conditions(view, alias, filtering.RISK_FILTERS, filter)
    return chosen if search is None else chosen & hits(view, alias, models.Risk, search)


def ordered(alias: Alias, given: filtering.RiskOrder | None) -> Order:
    """The order asked for; by code where none is."""
    name = "CODE" if given is None else given.field.value
    direction = Direction.ASC if given is None else given.direction
    if name in filtering.REVERSED:
        direction = Direction.ASC if direction is Direction.DESC else Direction.DESC
    return order_of(alias, filtering.RISK_ORDERS, name, direction)


@strawberry.type
class RisksQuery:
    """What can be asked of the register."""

    risk: Risk | None = found(models.Risk, "One risk, by id or code.")
    mitigation: Mitigation | None = found(
        models_mitigation.Mitigation, "One action, by id or code."
    )
    acceptances: Connection[RiskAcceptance] = listed(
        Catalogue(
            models.RiskAcceptance,
            filtering.ACCEPTANCE_FILTERS,
            filtering.ACCEPTANCE_ORDERS,
            filtering.RiskAcceptanceFilter,
            filtering.RiskAcceptanceOrder,
        ),
        "Acceptances, those that have ended included.",
    )
    mitigations: Connection[Mitigation] = listed(
        Catalogue(
            models_mitigation.Mitigation,
            filtering.MITIGATION_FILTERS,
            filtering.MITIGATION_ORDERS,
            filtering.MitigationFilter,
            filtering.MitigationOrder,
        ),
        "Actions that make risks smaller.",
    )

    @strawberry.field(description="The register: a page of risks.")
    async def risks(
        self,
        info: Info,
        *,
        filter: FilterGiven = None,
        search: SearchGiven = None,
        order_by: OrderGiven = None,
        first: First = None,
        last: Last = None,
        after: After = None,
        before: Before = None,
        as_of: AsOf = None,
    ) -> Connection[Risk]:
        view = await info.context.view(as_of)
        alias = view.of(models.Risk)
        names = needed(info, Risk)
        query = listing(Risk, alias, names).where(matching(view, alias, filter, search))
        paging = Paging(first, last, after, before)
        order = ordered(alias, order_by)
        given = (filter, search)
        page = await connect(
            info.context, view, Risk, query, order=order, paging=paging, given=given, names=names
        )
        return await ahead(info, page)

    @strawberry.field(description="How many running risks stand at each likelihood and impact.")
    async def heat_map(
        self,
        info: Info,
        *,
        stage: Annotated[
            overview.Stage, strawberry.argument(description="Which level is counted.")
        ] = overview.Stage.RESIDUAL,
        filter: FilterGiven = None,
        search: SearchGiven = None,
        as_of: AsOf = None,
    ) -> HeatMap:
        view = await info.context.view(as_of)
        fetch = fetcher(info.context, view)
        alias = view.of(models.Risk)
        rows = await fetch(overview.heat(view, stage, matching(view, alias, filter, search)))
        counts = {(row.likelihood, row.impact): row.number for row in rows}
        matrix = (await in_force(fetch, view)).matrix
        cells = [
            HeatCell(
                likelihood=likelihood,
                impact=impact,
                band=matrix.band(Level(likelihood, impact)),
                count=counts.get((likelihood, impact), 0),
            )
            for likelihood in range(5, 0, -1)
            for impact in range(1, 6)
        ]
        return HeatMap(stage=stage, total=sum(counts.values()), cells=cells)

    @strawberry.field(description="Running risks that read like a text: look before you log.")
    async def similar_risks(
        self,
        info: Info,
        title: Annotated[str, strawberry.argument(description="What could happen.")],
        event: Annotated[str | None, strawberry.argument(description="The event.")] = None,
        limit: Annotated[int, strawberry.argument(description="At most, 1 to 10.")] = 3,
    ) -> list[SimilarRisk]:
        if not 1 <= limit <= MAX_SIMILAR:
            message = f"limit is 1 to {MAX_SIMILAR}"
            raise BadInput(message)
        view = await info.context.view()
        text = f"{title[:400]} {(event or '')[:2000]}"
        best = await overview.similar(fetcher(info.context, view), view, text, limit)
        return [SimilarRisk(view=view, key=key, similarity=score) for key, score in best]

    @strawberry.field(description="What lint finds in the whole register.")
    async def hygiene(self, info: Info, as_of: AsOf = None) -> Hygiene:
        view = await info.context.view(as_of)
        checked = await overview.linted(fetcher(info.context, view), view)
        by_risk = {
            key: [Finding(rule=f.rule, severity=f.severity, message=f.message) for f in findings]
            for key, findings in checked.items()
        }
        return Hygiene(view=view, by_risk=by_risk)
