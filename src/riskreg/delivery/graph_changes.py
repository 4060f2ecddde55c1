"""What has become of the register since an earlier moment, as the graph shows it."""

import asyncio
from collections.abc import Hashable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import strawberry
from sqlalchemy import select

import riskreg.delivery.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.delivery.listing import Listed, listed, size
from riskreg.delivery.since import (
    AcceptanceOver,
    Retold,
    Slip,
    acceptances_since,
    actions_since,
    breaches_since,
    retold_since,
)
from riskreg.kit.context import Context
from riskreg.kit.db import Record
from riskreg.kit.edges import fetch_one
from riskreg.kit.errors import BadInput
from riskreg.kit.journal import Entry
from riskreg.kit.lists import First
from riskreg.kit.tables import Base
from riskreg.kit.view import View
from riskreg.metrics.models import MetricSeries as SeriesRow
from riskreg.risks.graph_levels import Level
from riskreg.risks.graph_overview import shown_level
from riskreg.risks.models import Risk as RiskRow
from riskreg.risks.models import RiskAcceptance as AcceptanceRow
from riskreg.risks.models_kri import KriBreach as BreachRow
from riskreg.risks.models_mitigation import Mitigation as MitigationRow
from riskreg.risks.moments import Reading
from riskreg.risks.movements import MoveCause
from riskreg.risks.rules import AcceptanceEnd
from riskreg.risks.since import RiskSince, RisksSince, risks_since

if TYPE_CHECKING:
    from riskreg.metrics.graph_series import MetricSeries
    from riskreg.risks.graph import Risk, RiskAcceptance
    from riskreg.risks.graph_kri import KriBreach
    from riskreg.risks.graph_mitigation import Mitigation

LazyAcceptance = Annotated["RiskAcceptance", strawberry.lazy("riskreg.risks.graph")]
LazyBreach = Annotated["KriBreach", strawberry.lazy("riskreg.risks.graph_kri")]
LazyMitigation = Annotated["Mitigation", strawberry.lazy("riskreg.risks.graph_mitigation")]
LazyRisk = Annotated["Risk", strawberry.lazy("riskreg.risks.graph")]
LazySeries = Annotated["MetricSeries", strawberry.lazy("riskreg.metrics.graph_series")]
Info = strawberry.Info[Context, None]
T = TypeVar("T")


@strawberry.type(description="An entry of the journal and its time.")
class JournalMoment:
    """What two moments are told apart by."""

    seq: int | None = strawberry.field(description="The entry; null for now.")
    at: datetime = strawberry.field(description="The time.")


@strawberry.type(description="A risk of which something has become, and what did it.")
class MovedRisk:
    """Where it stood, where it stands, since when and why."""

    view: strawberry.Private[View]
    key: strawberry.Private[str]
    was: Level | None = strawberry.field(description="The residual then; null if there was none.")
    now: Level | None = strawberry.field(description="The residual now; null if there is none.")
    at: datetime | None = strawberry.field(
        description="When it came to be so; null where nothing tells."
    )
    cause: MoveCause | None = strawberry.field(description="What moved it, where that is known.")
    reference: str | None = strawberry.field(
        description="The code of the action or KRI that moved it."
    )
    rationale: str | None = strawberry.field(
        description="What the assessor said, or why it was closed."
    )

    @strawberry.field(description="The risk.")
    async def risk(self, info: Info) -> LazyRisk | None:
        """By the ordinary read path."""
        return await _one(info, self.view, RiskRow, self.key)  # type: ignore[no-any-return]


@strawberry.type(description="An acceptance that ended.")
class EndedAcceptance:
    """When, and why."""

    view: strawberry.Private[View]
    key: strawberry.Private[str]
    at: datetime = strawberry.field(description="When it ended.")
    why: AcceptanceEnd = strawberry.field(description="How it ended.")

    @strawberry.field(description="The acceptance.")
    async def acceptance(self, info: Info) -> LazyAcceptance | None:
        """By the ordinary read path."""
        return await _one(info, self.view, AcceptanceRow, self.key)  # type: ignore[no-any-return]


@strawberry.type(description="An action that was put off.")
class SlippedAction:
    """From which day to which."""

    view: strawberry.Private[View]
    key: strawberry.Private[str]
    due_was: date = strawberry.field(description="When it was due then.")
    due_now: date = strawberry.field(description="When it is due now.")

    @strawberry.field(description="The action.")
    async def mitigation(self, info: Info) -> LazyMitigation | None:
        """By the ordinary read path."""
        return await _one(info, self.view, MitigationRow, self.key)  # type: ignore[no-any-return]


@strawberry.type(description="A series of which periods were told again, with other values.")
class RestatedSeries:
    """How many periods, and between which days they lie."""

    view: strawberry.Private[View]
    key: strawberry.Private[str]
    periods: int = strawberry.field(description="How many periods.")
    first: date = strawberry.field(description="The first of them.")
    last: date = strawberry.field(description="The last of them.")
    recorded_at: datetime = strawberry.field(description="When the newest value became known.")

    @strawberry.field(description="The series, with the old and the new values.")
    async def series(self, info: Info) -> LazySeries | None:
        """By the ordinary read path."""
        return await _one(info, self.view, SeriesRow, self.key)  # type: ignore[no-any-return]


@strawberry.type(description="What became of breaches.")
class BreachChanges:
    """One that was opened, raised and closed since is in all three."""

    opened: Listed[LazyBreach] = strawberry.field(description="Opened, AMBER or RED at once.")
    raised: Listed[LazyBreach] = strawberry.field(description="Raised from AMBER to RED.")
    closed: Listed[LazyBreach] = strawberry.field(description="Closed by calm evaluations.")
    retracted: Listed[LazyBreach] = strawberry.field(
        description="Taken back: by restated numbers they would not have opened."
    )


@strawberry.type(description="What became of actions.")
class ActionChanges:
    """One may be in several lists."""

    slipped: Listed[SlippedAction] = strawberry.field(description="Put off to a later day.")
    overdue: Listed[LazyMitigation] = strawberry.field(description="Late now, and not late then.")
    implemented: Listed[LazyMitigation] = strawberry.field(description="Done.")
    verified: Listed[LazyMitigation] = strawberry.field(
        description="Judged: their `status` says how."
    )


@strawberry.type(description="What has become of the register since an earlier moment.")
class ChangesSince:
    """Each part is worked out when it is asked for."""

    now: strawberry.Private[Reading]
    then: strawberry.Private[Reading]

    @strawberry.field(description="The earlier moment.")
    def since(self) -> JournalMoment:
        """Nothing up to it is told."""
        return JournalMoment(seq=self.then.view.seq, at=self.then.view.now)

    @strawberry.field(description="The later moment.")
    def until(self) -> JournalMoment:
        """That of the view."""
        return JournalMoment(seq=self.now.view.seq, at=self.now.view.now)

    @strawberry.field(description="Risks that run now and did not then; drafts do not run.")
    async def opened(self, info: Info, first: First = None) -> Listed[MovedRisk]:
        """New ones, submitted ones, restored ones."""
        return self._risks((await self._moved(info)).opened, first)

    @strawberry.field(description="Risks that ran then and are closed or rejected now.")
    async def closed(self, info: Info, first: First = None) -> Listed[MovedRisk]:
        """With the reason."""
        return self._risks((await self._moved(info)).closed, first)

    @strawberry.field(description="Risks whose residual is graver: by band, else by score.")
    async def worsened(self, info: Info, first: First = None) -> Listed[MovedRisk]:
        """Of those that ran then and run now."""
        return self._risks((await self._moved(info)).worsened, first)

    @strawberry.field(description="Risks whose residual is less grave: by band, else by score.")
    async def improved(self, info: Info, first: First = None) -> Listed[MovedRisk]:
        """Of those that ran then and run now."""
        return self._risks((await self._moved(info)).improved, first)

    @strawberry.field(description="Risks that are outside tolerance now and were not then.")
    async def out_of_tolerance(self, info: Info, first: First = None) -> Listed[MovedRisk]:
        """`at` is since when."""
        return self._risks((await self._moved(info)).out_of_tolerance, first)

    @strawberry.field(description="Risks that were outside tolerance then and are not now.")
    async def back_in_tolerance(self, info: Info, first: First = None) -> Listed[MovedRisk]:
        """By moving, by being accepted, by being closed."""
        return self._risks((await self._moved(info)).back_in_tolerance, first)

    @strawberry.field(description="What became of breaches of KRIs.")
    async def breaches(self, info: Info, first: First = None) -> BreachChanges:
        """The first of each list."""
        found = await breaches_since(self.now, self.then)
        return BreachChanges(
            opened=await self._nodes(info, BreachRow, found.opened, first),
            raised=await self._nodes(info, BreachRow, found.raised, first),
            closed=await self._nodes(info, BreachRow, found.closed, first),
            retracted=await self._nodes(info, BreachRow, found.retracted, first),
        )

    @strawberry.field(description="Acceptances that ended, and why; the first to end first.")
    async def acceptances_ended(self, info: Info, first: First = None) -> Listed[EndedAcceptance]:
        """By date, by themselves, by what somebody did."""

        def show(one: AcceptanceOver) -> EndedAcceptance:
            return EndedAcceptance(view=self.now.view, key=one.id, at=one.at, why=one.why)

        return listed(await acceptances_since(self.now, self.then), first, show)

    @strawberry.field(description="What became of actions.")
    async def actions(self, info: Info, first: First = None) -> ActionChanges:
        """The first of each list."""
        found = await actions_since(self.now, self.then)

        def show(one: Slip) -> SlippedAction:
            return SlippedAction(
                view=self.now.view, key=one.id, due_was=one.due_was, due_now=one.due_now
            )

        return ActionChanges(
            slipped=listed(found.slipped, first, show),
            overdue=await self._nodes(info, MitigationRow, found.overdue, first),
            implemented=await self._nodes(info, MitigationRow, found.implemented, first),
            verified=await self._nodes(info, MitigationRow, found.verified, first),
        )

    @strawberry.field(description="Series of which periods were told again, with other values.")
    async def restatements(self, info: Info, first: First = None) -> Listed[RestatedSeries]:
        """In the order of the series' numbers."""

        def show(one: Retold) -> RestatedSeries:
            return RestatedSeries(
                view=self.now.view,
                key=one.series_id,
                periods=one.periods,
                first=one.first,
                last=one.last,
                recorded_at=one.at,
            )

        return listed(await retold_since(self.now, self.then), first, show)

    async def _moved(self, info: Info) -> RisksSince:
        """Worked out once for all the lists of risks of one answer."""

        async def batch(view: View, keys: list[Hashable]) -> Sequence[RisksSince]:
            return [await risks_since(self.now, self.then) for _ in keys]

        key = (self.then.view.seq, self.then.view.now)
        found: RisksSince = await info.context.load(self.now.view, "risks since", batch, key)
        return found

    def _risks(self, found: Sequence[RiskSince], first: int | None) -> Listed[MovedRisk]:
        return listed(found, first, self._risk)

    def _risk(self, one: RiskSince) -> MovedRisk:
        return MovedRisk(
            view=self.now.view,
            key=one.id,
            was=shown_level(one.was),
            now=shown_level(one.now),
            at=one.told.at,
            cause=one.told.cause,
            reference=one.told.reference,
            rationale=one.told.rationale,
        )

    async def _nodes(
        self, info: Info, model: type[Base], keys: Sequence[str], first: int | None
    ) -> Listed[T]:
        shown = [_one(info, self.now.view, model, key) for key in keys[: size(first)]]
        nodes = await asyncio.gather(*shown)
        return Listed(total_count=len(keys), nodes=[one for one in nodes if one is not None])


async def _one(info: Info, view: View, model: type[Base], key: str) -> Record:
    return await fetch_one(info.context, view, model, key)


async def changes_since(
    context: Context, now: View, *, seq: int | None, instant: datetime | None
) -> ChangesSince:
    """What has become of the register between a moment, given by one of two, and a view's."""
    reading = Reading(context.rows, now)
    if (seq is None) == (instant is None):
        message = "give a seq or an instant, and not both"
        raise BadInput(message)
    if instant is not None:
        then = Reading(context.rows, await context.view(instant))
    else:
        then = await _at_entry(reading, seq)
    if then.view.now > now.now:
        message = "the earlier moment lies after the later one"
        raise BadInput(message)
    return ChangesSince(now=reading, then=then)


async def _at_entry(now: Reading, seq: int | None) -> Reading:
    """The register just after an entry of the journal."""
    found = await now.fetch(select(Entry.seq, Entry.at).where(Entry.seq == seq))
    if not found:
        message = "there is no such entry in the journal"
        raise BadInput(message)
    return now.at(found[0].at, found[0].seq)
