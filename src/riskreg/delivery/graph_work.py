"""One's own work as the graph shows it."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

import riskreg.delivery.words  # noqa: F401 (describes the enums, before they are used)
from riskreg.delivery.listing import Listed, listed
from riskreg.delivery.rules_work import Dated, Work, WorkKind
from riskreg.kit.context import Context
from riskreg.kit.edges import fetch_one
from riskreg.kit.graph import Node
from riskreg.kit.lists import First
from riskreg.kit.tables import model_of
from riskreg.kit.view import View
from riskreg.people.models import Person as PersonRow

if TYPE_CHECKING:
    from riskreg.people.graph import Person

LazyPerson = Annotated["Person", strawberry.lazy("riskreg.people.graph")]
Info = strawberry.Info[Context, None]


@strawberry.type(description="Something that waits for you.")
class WorkItem:
    """What it is, by when, how late, and the object itself."""

    view: strawberry.Private[View]
    table: strawberry.Private[str]
    key: strawberry.Private[str]
    owner_id: strawberry.Private[str | None]
    kind: WorkKind = strawberry.field(description="What is to be done.")
    code: str = strawberry.field(description="The code of the object, such as M-012.")
    title: str = strawberry.field(description="What it is called.")
    due_on: date = strawberry.field(description="The last day on which it is in time.")
    overdue_bd: int = strawberry.field(
        description="How many of your working days it is late; 0 while it is not."
    )
    due_in_bd: int = strawberry.field(
        description="How many of your working days are left; 0 on the day itself, and once late."
    )
    blocker: str | None = strawberry.field(description="What is in its way, if it is blocked.")

    @strawberry.field(description="The object: a mitigation, risk, acceptance or breach.")
    async def object(self, info: Info) -> Node | None:
        """By the ordinary read path."""
        found: Node | None = await fetch_one(
            info.context, self.view, model_of(self.table), self.key
        )
        return found

    @strawberry.field(description="Whose it is: you, or somebody for whom you stand in or judge.")
    async def owner(self, info: Info) -> LazyPerson | None:
        """By the ordinary read path."""
        if self.owner_id is None:
            return None
        return await fetch_one(  # type: ignore[no-any-return]
            info.context, self.view, PersonRow, self.owner_id
        )


@strawberry.type(description="What waits for you, by your own working days.")
class MyWork:
    """What is late, and what is due until the horizon."""

    view: strawberry.Private[View]
    work: strawberry.Private[Work]
    horizon_on: date = strawberry.field(description="The last day that is looked at.")

    @strawberry.field(description="What is late, the latest first.")
    def overdue(self, first: First = None) -> Listed[WorkItem]:
        """From the day after it was due."""
        return listed(self.work.overdue, first, lambda one: _item(self.view, one))

    @strawberry.field(
        description="What is due until the horizon, the next first; what is blocked is among it"
        " whenever it is due."
    )
    def due_soon(self, first: First = None) -> Listed[WorkItem]:
        """Today included."""
        return listed(self.work.due_soon, first, lambda one: _item(self.view, one))


def shown_work(view: View, work: Work) -> MyWork:
    """One's work in the graph."""
    return MyWork(view=view, work=work, horizon_on=work.horizon_on)


def _item(view: View, one: Dated) -> WorkItem:
    waiting = one.waiting
    return WorkItem(
        view=view,
        table=waiting.table,
        key=waiting.key,
        owner_id=waiting.owner_id,
        kind=waiting.kind,
        code=waiting.code,
        title=waiting.title,
        due_on=waiting.due_on,
        overdue_bd=one.overdue_bd,
        due_in_bd=one.due_in_bd,
        blocker=waiting.blocker,
    )
