"""What can be asked of targets, of one's own work, and of what has become of the register."""

from datetime import datetime
from typing import Annotated

import strawberry

from riskreg.delivery import inputs, models, queries
from riskreg.delivery.graph import Target
from riskreg.delivery.graph_changes import ChangesSince, changes_since
from riskreg.delivery.graph_work import MyWork, shown_work
from riskreg.delivery.rules_work import LONGEST_HORIZON, USUAL_HORIZON
from riskreg.delivery.working import work_of
from riskreg.kit.context import Context, fetcher
from riskreg.kit.errors import BadInput
from riskreg.kit.lists import AsOf, Connection
from riskreg.kit.roots import Catalogue, found, listed

Info = strawberry.Info[Context, None]


@strawberry.type
class DeliveryQuery:
    """What can be asked of what projects promise."""

    targets: Connection[Target] = listed(
        Catalogue(
            models.Target,
            queries.TARGET_FILTERS,
            queries.TARGET_ORDERS,
            inputs.TargetFilter,
            inputs.TargetOrder,
        ),
        "Targets, those that have ended included.",
    )
    target: Target | None = found(models.Target, "One target, by id or code.")

    @strawberry.field(
        description="What waits for you: actions, verdicts, reviews, acceptances, breaches."
    )
    async def my_work(
        self,
        info: Info,
        horizon_bd: Annotated[
            int, strawberry.argument(description="How many of your working days ahead, 0 to 60.")
        ] = USUAL_HORIZON,
        *,
        delegated: Annotated[
            bool,
            strawberry.argument(description="Also what belongs to those you stand in for today."),
        ] = False,
        as_of: AsOf = None,
    ) -> MyWork:
        if not 0 <= horizon_bd <= LONGEST_HORIZON:
            message = f"horizonBd must be between 0 and {LONGEST_HORIZON}"
            raise BadInput(message)
        view = await info.context.view(as_of)
        fetch = fetcher(info.context, view)
        return shown_work(view, await work_of(fetch, view, horizon_bd, delegated=delegated))

    @strawberry.field(
        description="What has become of the register since an entry of the journal, or an instant."
    )
    async def changes_since(
        self,
        info: Info,
        seq: Annotated[
            int | None, strawberry.argument(description="The entry that is the last known.")
        ] = None,
        instant: Annotated[
            datetime | None, strawberry.argument(description="The instant, instead of the entry.")
        ] = None,
        as_of: AsOf = None,
    ) -> ChangesSince:
        view = await info.context.view(as_of)
        return await changes_since(info.context, view, seq=seq, instant=instant)
