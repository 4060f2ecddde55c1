"""The journal in the graph: pages of its entries, and its entries as they come."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import GenericAlias
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, select

from riskreg.kit import entries, live
from riskreg.kit.context import Context
from riskreg.kit.edges import fetch_one
from riskreg.kit.entries import START, Models, Place, Sealed, Wrote
from riskreg.kit.errors import BadInput
from riskreg.kit.filters import MAX_ITEMS
from riskreg.kit.graph import SHOWN, Info, Node, prefix_of
from riskreg.kit.history import may_name
from riskreg.kit.ids import global_id
from riskreg.kit.lists import PageInfo
from riskreg.kit.scalars import Cursor
from riskreg.kit.tables import Base
from riskreg.kit.view import KEYS, Actor, Scope, View

FIRST, MOST = 100, 500
PIECE, MOST_LOOKED_AT = 500, 2_000
"""Entries looked through at once, and for one page, of a narrow actor, who may see none of them."""

After = Annotated[
    Cursor | None,
    strawberry.argument(description="Only what follows this cursor; from the start without one."),
]
FirstEntries = Annotated[
    int, strawberry.argument(description="How many entries: 100 by default, at most 500.")
]
Since = Annotated[
    Cursor | None,
    strawberry.argument(
        description="The cursor of the last entry that you know: what came since is told first, "
        "without gap or repetition. From now on without one."
    ),
]


FirstObjects = Annotated[
    int, strawberry.argument(description="How many objects: 100 by default, at most 500.")
]
AfterObject = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only what follows this one of them.")
]


@strawberry.type(description="An object that an entry wrote, as the entry left it.")
class JournalObject:
    """What it is and which one; ask `node` for the rest."""

    type: str = strawberry.field(description="Its type in this schema, such as `Risk`.")
    id: strawberry.ID = strawberry.field(description="Its id, for `node`.")
    version: int | None = strawberry.field(
        description="The version that the entry made; null for what never changes, or is deleted."
    )
    code: str | None = strawberry.field(description="Its code, where its type has codes.")
    deleted: bool = strawberry.field(description="Whether the entry took it away.")


@strawberry.type(description="One write: who did what, when and why, and the objects it wrote.")
class JournalEntry:
    """An entry, as far as the viewer may know it."""

    cursor: Cursor = strawberry.field(description="The place behind it: go on from here.")
    seq: int = strawberry.field(description="Its number; entries are numbered without gaps.")
    at: datetime = strawberry.field(description="When it was written.")
    actor: str | None = strawberry.field(
        description="Who did it; null where you may not know, as of another vendor's people."
    )
    on_behalf_of: str | None = strawberry.field(
        description="The key of whoever it was done for; null if nobody, or you may not know."
    )
    action: str = strawberry.field(description="The mutation or command.")
    reason: str | None = strawberry.field(description="Why, in the actor's words.")
    request_id: str | None = strawberry.field(
        description="The id of its request; null for those who do not see everything."
    )
    hash: str | None = strawberry.field(
        description="Its hash, over all that it wrote and the entry before it; null for those "
        "who do not see everything."
    )
    wrote: strawberry.Private[Sequence[Wrote]]

    @strawberry.field(description="How many objects it wrote that you may see.")
    def object_count(self) -> int:
        """All of them, however many are listed."""
        return len(self.wrote)

    @strawberry.field(
        description="The objects it wrote that you may see, in one order. What belongs to an "
        "object and is none itself, as a link, counts as a change of the object."
    )
    def objects(
        self, first: FirstObjects = FIRST, after: AfterObject = None
    ) -> list[JournalObject]:
        """Some of them: one entry may write thousands."""
        if not 0 <= first <= MOST:
            message = f"first must be between 0 and {MOST}"
            raise BadInput(message)
        start = 0
        if after is not None:
            ids = [_id(one) for one in self.wrote]
            if after not in ids:
                raise BadInput("after is no object of this entry that you may see")
            start = ids.index(after) + 1
        return [_object(one) for one in self.wrote[start : start + first]]


@strawberry.type(description="A page of the journal, oldest first.")
class JournalPage:
    """Entries, and where to go on."""

    nodes: list[JournalEntry] = strawberry.field(
        description="The entries; fewer than `first` also where much had to be left out."
    )
    page_info: PageInfo = strawberry.field(
        description="`endCursor` is never null: go on from it while `hasNextPage`, and later for "
        "what came since."
    )

    @strawberry.field(description="The place behind the newest entry: now.")
    async def head_cursor(self, info: Info) -> Cursor:
        """To subscribe from, before reading what is to be kept up to date."""
        context = info.context
        return Cursor((await entries.head(context.rows, await context.view())).cursor)


@strawberry.input(description="Which entries to be told of; `{}` is all.")
class JournalFilter:
    """Conditions that all hold, of one object."""

    types: list[str] | None = strawberry.field(
        default=None, description="Entries that wrote objects of these types, such as `Risk`."
    )
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Entries that wrote one of these objects."
    )


Filter = Annotated[
    JournalFilter | None,
    strawberry.argument(description="Only entries with such objects; `{}` is all."),
]


@strawberry.type
class JournalQuery:
    """The journal, page by page."""

    @strawberry.field(
        description="The entries of the journal, oldest first: everything that was written since "
        "a cursor. Those who do not see everything get the entries with objects that they could "
        "see then and can see now, and of these only such objects."
    )
    async def journal(
        self, info: Info, after: After = None, first: FirstEntries = FIRST
    ) -> JournalPage:
        if not 0 <= first <= MOST:
            message = f"first must be between 0 and {MOST}"
            raise BadInput(message)
        place = await live.start(info.context, after) or START
        return await _page(info.context, place, first, given=after is not None)


async def _page(context: Context, place: Place, first: int, *, given: bool) -> JournalPage:
    view = await context.view()
    kept, place, more = await _entries(context, view, place, first)
    ends = PageInfo(
        has_next_page=more,
        has_previous_page=given,
        start_cursor=kept[0].cursor if kept else None,
        end_cursor=Cursor(place.cursor),
    )
    return JournalPage(nodes=kept, page_info=ends)


async def _entries(
    context: Context, view: View, place: Place, first: int
) -> tuple[list[JournalEntry], Place, bool]:
    """The entries of a page, the place behind it, and whether anything follows there."""
    models, wide = shown_models(view.actor), view.actor.reach.scope is Scope.ALL
    kept: list[JournalEntry] = []
    looked_at = 0
    while True:
        size = first - len(kept) if wide or first == 0 else PIECE
        batch = await entries.after(context.rows, view, place.seq, size)
        wrote = await entries.seen(context.rows, view, batch.entries, models)
        for number, entry in enumerate(batch.entries, 1):
            place = entry.place
            if wide or entry.seq in wrote:
                kept.append(shown_entry(view, entry, wrote.get(entry.seq, ())))
                if len(kept) == first:
                    return kept, place, batch.more or number < len(batch.entries)
        looked_at += len(batch.entries)
        if not batch.more or first == 0 or looked_at >= MOST_LOOKED_AT:
            return kept, place, batch.more


@cache
def shown_name(model: type[Base]) -> str:
    """What the type is called that shows a model's rows."""
    definition: Any = SHOWN[model].__strawberry_definition__  # type: ignore[attr-defined]
    return str(definition.name)


def shown_models(actor: Actor) -> Models:
    """The tables whose rows are shown to an actor as objects, at least some of them."""
    return {model.__tablename__: model for model, shown in SHOWN.items() if shown.shown_to(actor)}


def shown_entry(view: View, entry: Sealed, wrote: Sequence[Wrote]) -> JournalEntry:
    """An entry as a viewer may know it, with the rows of it that they may see."""
    wide = view.actor.reach.scope is Scope.ALL
    named = may_name(view, entry.actor_id)
    return JournalEntry(
        cursor=Cursor(entry.place.cursor),
        seq=entry.seq,
        at=entry.at,
        actor=entry.actor_name if named else None,
        on_behalf_of=entry.on_behalf_of if named else None,
        action=entry.action,
        reason=entry.reason,
        request_id=entry.request_id if wide else None,
        hash=entry.hash if wide else None,
        wrote=wrote,
    )


def _id(one: Wrote) -> str:
    return global_id(prefix_of(one.model), one.key)


def _object(one: Wrote) -> JournalObject:
    return JournalObject(
        type=shown_name(one.model),
        id=strawberry.ID(_id(one)),
        version=one.version,
        code=one.code,
        deleted=one.deleted,
    )


@strawberry.type
class JournalSubscription:
    """The journal as it grows."""

    @strawberry.subscription(
        description="Each entry as it is written, with the objects of it that you may see; an "
        "entry without any is not told. It ends with `SLOW_SUBSCRIBER`, `GOING_AWAY` or "
        "`UNAUTHENTICATED`; the first two say in `extensions.since` where to go on."
    )
    async def register_changed(
        self, info: Info, filter: Filter = None, since: Since = None
    ) -> AsyncGenerator[JournalEntry, None]:
        context = info.context
        chosen = _Chosen.of(filter)
        place = await live.start(context, since)
        return _register_changed(context, place, chosen)


@dataclass(frozen=True)
class _Chosen:
    """What a filter lets through: None is everything."""

    types: frozenset[str] | None
    ids: frozenset[str] | None

    @classmethod
    def of(cls, given: JournalFilter | None) -> "_Chosen":
        """The filter, checked."""
        types, ids = (None, None) if given is None else (given.types, given.ids)
        for listed in (types, ids):
            if listed is not None and len(listed) > MAX_ITEMS:
                message = f"a filter lists at most {MAX_ITEMS} values"
                raise BadInput(message)
        unknown = set(types or ()) - {shown_name(model) for model in SHOWN}
        if unknown:
            raise BadInput("a type is none whose objects the journal tells of")
        return cls(
            None if types is None else frozenset(types), None if ids is None else frozenset(ids)
        )

    def models(self, actor: Actor) -> Models:
        """The tables whose rows are told."""
        known = shown_models(actor)
        if self.types is None:
            return known
        return {name: model for name, model in known.items() if shown_name(model) in self.types}

    def has(self, one: Wrote) -> bool:
        """Whether an object is one of those asked for."""
        return self.ids is None or _id(one) in self.ids


async def _register_changed(
    context: Context, place: Place | None, chosen: _Chosen
) -> AsyncGenerator[JournalEntry, None]:
    async with aclosing(live.told(context, place, chosen.models)) as stream:
        async for entry, wrote in stream:
            kept = [one for one in wrote if chosen.has(one)]
            if kept:
                yield shown_entry(await context.view(), entry, kept)


When = Callable[[Any], ColumnElement[bool]]
"""A condition on a row as an entry left it, over the columns of its model."""


def occurrences(
    model: type[Base], name: str, listed: str, description: str, *, when: When | None = None
) -> Any:
    """A subscription: for each entry that wrote rows of a model, those that the subscriber may see.

    The event is a type `name` with a list `listed` of the rows as they are now; with `when`, only
    of rows that were so when the entry was written. The model's type must be declared before.
    """
    kind = _Kind(model, _event(name, listed, SHOWN[model]), listed, when)

    async def subscribe(info: Info, since: Since = None) -> Any:
        place = await live.start(info.context, since)
        return _occurrences(info.context, place, kind)

    subscribe.__annotations__["return"] = GenericAlias(AsyncGenerator, (kind.event, None))
    return strawberry.subscription(resolver=subscribe, description=description)


@dataclass(frozen=True)
class _Kind:
    """What is listened to: the rows of a model, the type of the event, and its list of them."""

    model: type[Base]
    event: Any
    listed: str
    when: When | None

    def wanted(self, actor: Actor) -> Models:
        """The one table."""
        shown = SHOWN[self.model].shown_to(actor)
        return {self.model.__tablename__: self.model} if shown else {}


def _event(name: str, listed: str, shown: type[Node]) -> Any:
    """The type of an event: its entry, and the rows of it."""
    made = type(
        name,
        (),
        {
            "__annotations__": {
                "cursor": Cursor,
                "seq": int,
                "at": datetime,
                listed: GenericAlias(list, shown),
            },
            "cursor": strawberry.field(description="The place behind the entry: go on from here."),
            "seq": strawberry.field(description="The number of the entry."),
            "at": strawberry.field(description="When it was written."),
            listed: strawberry.field(description="The rows that you may see, as they are now."),
        },
    )
    return strawberry.type(made, description="Rows that an entry of the journal wrote.")


async def _occurrences(
    context: Context, place: Place | None, kind: _Kind
) -> AsyncGenerator[Any, None]:
    async with aclosing(live.told(context, place, kind.wanted)) as stream:
        async for entry, wrote in stream:
            view = await context.view()
            keys = [one.key for one in wrote if not one.deleted]
            if kind.when is not None:
                then = View(view.actor, view.now, entry.seq)
                row: Any = then.of(kind.model)
                so = select(row.id).where(row.id.in_(KEYS), kind.when(row)).order_by(row.id)
                keys = [found.id for found in await context.rows(then, so, keys=keys)]
            found = [await fetch_one(context, view, kind.model, key) for key in keys]
            nodes = [one for one in found if one is not None]
            if nodes:
                place = entry.place
                yield kind.event(
                    cursor=Cursor(place.cursor), seq=entry.seq, at=entry.at, **{kind.listed: nodes}
                )
