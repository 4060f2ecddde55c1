"""Fields at the root of the graph: a list of a model's rows, and one row by id or code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
from sqlalchemy import select

from riskreg.kit.context import Context
from riskreg.kit.edges import fetch_one
from riskreg.kit.errors import BadInput
from riskreg.kit.filters import Test, conditions, is_storable
from riskreg.kit.graph import SHOWN, columns, show
from riskreg.kit.lists import (
    After,
    AsOf,
    Before,
    Direction,
    First,
    Last,
    Paging,
    connect,
    listing,
    order_of,
)
from riskreg.kit.prefetch import ahead, needed
from riskreg.kit.refs import key_in
from riskreg.kit.tables import Base
from riskreg.kit.view import Actor
from riskreg.kit.words import describe

Info = strawberry.Info[Context, None]
IdGiven = Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")]
CodeGiven = Annotated[str | None, strawberry.argument(description="Its code, instead of the id.")]


def order_input(name: str, words: Mapping[str, str]) -> Any:
    """The input `<name>Order` of one sort key, `words` telling what each sorts by, and a direction.

    The first is the order of a list for which none is asked.
    """
    keys = Enum(f"{name}OrderField", {word: word for word in words})  # type: ignore[misc]
    describe(keys, f"{name}OrderField", words, "What to sort by.")
    field = strawberry.field(description="What to sort by.")
    direction = strawberry.field(default=Direction.ASC, description="Which end comes first.")
    made = type(
        f"{name}Order",
        (),
        {
            "__annotations__": {"field": keys, "direction": Direction},
            "__doc__": "One sort key and a direction; ids break ties.",
            "field": field,
            "direction": direction,
        },
    )
    return strawberry.input(made, description="One sort key and a direction; ids break ties.")


@dataclass(frozen=True)
class Catalogue:
    """What may be asked of a list; the first of `orders` is its order if none is asked."""

    model: type[Base]
    filters: Mapping[str, Test]
    orders: Mapping[str, str]
    filter: Any
    order: Any
    allowed: Callable[[Actor], None] | None = None
    """Raises `Forbidden` for those who may not see the list at all."""


def listed(catalogue: Catalogue, description: str) -> Any:
    """A root field that pages through the rows of a model that the caller may see."""

    async def resolve(
        info: Info,
        *,
        filter: Any = None,
        order_by: Any = None,
        first: First = None,
        last: Last = None,
        after: After = None,
        before: Before = None,
        as_of: AsOf = None,
    ) -> Any:
        paging = Paging(first, last, after, before)
        return await _page(
            info, catalogue, filter=filter, order_by=order_by, paging=paging, as_of=as_of
        )

    told = strawberry.argument(description="Only rows that match; `{}` matches all.")
    sorted_by = strawberry.argument(description="The order; ids break ties.")
    resolve.__annotations__["filter"] = Annotated[catalogue.filter | None, told]
    resolve.__annotations__["order_by"] = Annotated[catalogue.order | None, sorted_by]
    return strawberry.field(resolver=resolve, description=description)


async def _page(
    info: Info,
    catalogue: Catalogue,
    *,
    filter: Any,
    order_by: Any,
    paging: Paging,
    as_of: datetime | None,
) -> Any:
    if catalogue.allowed is not None:
        catalogue.allowed(info.context.actor)
    view = await info.context.view(as_of)
    alias, shown = view.of(catalogue.model), SHOWN[catalogue.model]
    matching = conditions(view, alias, catalogue.filters, filter)
    name = next(iter(catalogue.orders)) if order_by is None else order_by.field.value
    direction = Direction.ASC if order_by is None else order_by.direction
    order = order_of(alias, dict(catalogue.orders), name, direction)
    names = needed(info, shown)
    query = listing(shown, alias, names).where(matching)
    told = (shown.__name__, filter)
    page = await connect(
        info.context, view, shown, query, order=order, paging=paging, given=told, names=names
    )
    return await ahead(info, page)


def found(model: type[Base], description: str, *, coded: bool = True) -> Any:
    """A root field of one row, by its id or its code; null when absent or not visible."""

    async def by_id(info: Info, id: strawberry.ID | None, as_of: AsOf = None) -> Any:
        view = await info.context.view(as_of)
        key = None if id is None else key_in(model, id)
        if key is None:
            return None
        return await ahead(info, await fetch_one(info.context, view, model, key))

    async def by_either(
        info: Info, id: IdGiven = None, code: CodeGiven = None, as_of: AsOf = None
    ) -> Any:
        if (id is None) == (code is None):
            message = "give an id or a code, and not both"
            raise BadInput(message)
        if code is None:
            return await by_id(info, id, as_of)
        view = await info.context.view(as_of)
        if not is_storable(code):
            return None
        alias: Any = view.of(model)
        shown = SHOWN[model]
        statement = select(*columns(shown, alias)).where(alias.code == code)
        rows = await info.context.rows(view, statement)
        return await ahead(info, show(shown, view, rows[0])) if rows else None

    by_id.__annotations__["id"] = Annotated[strawberry.ID, strawberry.argument("Its id.")]
    return strawberry.field(resolver=by_either if coded else by_id, description=description)
