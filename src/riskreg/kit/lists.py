"""Connections: keyset pages with cursors that are bound to what they page through."""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

import orjson
import strawberry
from graphql import GraphQLError
from sqlalchemy import BigInteger, ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.engine import Row

from riskreg.kit.context import Context
from riskreg.kit.errors import BadInput
from riskreg.kit.filters import is_storable
from riskreg.kit.graph import Names, Node, columns, show, term
from riskreg.kit.scalars import Cursor, parse_instant
from riskreg.kit.view import View
from riskreg.kit.words import describe

T = TypeVar("T")
N = TypeVar("N", bound=Node)

DEFAULT_PAGE = 20
MAX_PAGE = 100

First = Annotated[
    int | None,
    strawberry.argument(description="How many rows from the start: 20 by default, at most 100."),
]
Last = Annotated[
    int | None, strawberry.argument(description="How many rows from the end, at most 100.")
]
After = Annotated[Cursor | None, strawberry.argument(description="Only what follows this cursor.")]
Before = Annotated[
    Cursor | None, strawberry.argument(description="Only what precedes this cursor.")
]
AsOf = Annotated[
    datetime | None,
    strawberry.argument(description="As the register stood then, in everything nested as well."),
]


class Direction(Enum):
    """Which end comes first."""

    ASC = "ASC"
    DESC = "DESC"


describe(
    Direction,
    "Direction",
    {
        Direction.ASC: "The least, earliest or first in the alphabet.",
        Direction.DESC: "The greatest, latest or last in the alphabet.",
    },
)


@dataclass(frozen=True)
class Paging:
    """The page asked for, in Relay's four words."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class Order:
    """One sort key, by its name and column, and a direction; the id breaks ties."""

    name: str
    by: ColumnElement[Any]
    descending: bool = False


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Whether more lies on either side, and the cursors of both ends."""

    has_next_page: bool = strawberry.field(description="Whether more follows this page.")
    has_previous_page: bool = strawberry.field(description="Whether something precedes this page.")
    start_cursor: Cursor | None = strawberry.field(description="The first row's cursor.")
    end_cursor: Cursor | None = strawberry.field(description="The last row's cursor.")


@strawberry.type(description="A row of a list with its cursor.")
class Edge(Generic[T]):
    """One row and where it stands."""

    node: T = strawberry.field(description="The row.")
    cursor: Cursor = strawberry.field(description="Where it stands in this list.")


@dataclass(frozen=True)
class Around:
    """Whether something lies before and after a page."""

    before: bool
    after: bool


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """A page; its cursors, and the count of the whole list, are made when they are asked for."""

    nodes: list[T] = strawberry.field(description="The rows of the page.")
    rows: strawberry.Private[Sequence[Row[Any]]]
    bound: strawberry.Private[str]
    around: strawberry.Private[Around]
    counted: strawberry.Private[Callable[[Context], Awaitable[int]]]

    @strawberry.field(description="Where the page lies.")
    def page_info(self) -> PageInfo:
        """Both ends, and whether more lies beyond them."""
        ends = [_write(row, self.bound) for row in (*self.rows[:1], *self.rows[-1:])]
        return PageInfo(
            has_next_page=self.around.after,
            has_previous_page=self.around.before,
            start_cursor=Cursor(ends[0]) if ends else None,
            end_cursor=Cursor(ends[-1]) if ends else None,
        )

    @strawberry.field(description="The rows with their cursors.")
    def edges(self) -> list[Edge[T]]:
        """Rows and cursors side by side."""
        pairs = zip(self.nodes, self.rows, strict=True)
        return [Edge(node=node, cursor=Cursor(_write(row, self.bound))) for node, row in pairs]

    @strawberry.field(description="How many rows the whole list has.")
    async def total_count(self, info: strawberry.Info[Context, None]) -> int:
        """Counted when asked, by a statement of its own."""
        return await self.counted(info.context)


def counting(view: View, query: Select[Any]) -> Callable[[Context], Awaitable[int]]:
    """How many rows a query has, to be asked later or never."""

    async def count(context: Context) -> int:
        total = select(func.count()).select_from(query.order_by(None).subquery())
        [(number,)] = await context.rows(view, total)
        return int(number)

    return count


def binding(view: View, order: Order, *given: object) -> str:
    """What a cursor is good for: this list, in this order, at this instant."""
    as_of = "" if view.seq is None else view.now.isoformat()
    text = repr((order.name, order.descending, as_of, given))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


async def connect(
    context: Context,
    view: View,
    shown: type[N],
    query: Select[Any],
    *,
    order: Order,
    paging: Paging,
    given: Sequence[object],
    names: Names = None,
) -> Connection[N]:
    """A page of the rows of `query`, which selects `columns(shown, alias, names)`.

    `given` is what else the list depends on (filter, search): cursors are bound to it.
    """
    bound = binding(view, order, *given)
    first, last = _sizes(paging)
    id_column = query.selected_columns[0]
    narrowed = query.add_columns(order.by.label("sort_key"))
    for cursor, after in ((paging.after, True), (paging.before, False)):
        if cursor is not None:
            narrowed = narrowed.where(_beyond(order, id_column, _read(cursor, bound), after=after))
    backwards = first is None
    flip = order.descending != backwards
    size = max(first or 0, last or 0)
    statement = narrowed.order_by(*_ordering(order.by, id_column, descending=flip))
    rows = list(await context.rows(view, statement.limit(size + 1)))
    # What Relay's algorithm says of either side: of a limit, whether it left rows of the window
    # out; of a cursor, that its own row lies there.
    after = paging.before is not None if first is None else len(rows) > first
    before = paging.after is not None if last is None else len(rows) > last
    if backwards:
        rows = rows[:size][::-1]
    else:
        rows = rows[:first]
        rows = rows if last is None else rows[max(len(rows) - last, 0) :]
    return Connection(
        nodes=[show(shown, view, row, names) for row in rows],
        rows=rows,
        bound=bound,
        around=Around(before, after),
        counted=counting(view, query),
    )


def _sizes(paging: Paging) -> tuple[int | None, int | None]:
    for name, size in (("first", paging.first), ("last", paging.last)):
        if size is not None and not 0 <= size <= MAX_PAGE:
            message = f"{name} must be between 0 and {MAX_PAGE}"
            raise BadInput(message)
    if paging.first is None and paging.last is None:
        return DEFAULT_PAGE, None
    return paging.first, paging.last


def _ordering(
    by: ColumnElement[Any], id_column: ColumnElement[Any], *, descending: bool
) -> tuple[ColumnElement[Any], ...]:
    keys = (id_column,) if by.key == id_column.key else (by, id_column)
    return tuple(key.desc() if descending else key.asc() for key in keys)


def _beyond(
    order: Order, id_column: ColumnElement[Any], at: tuple[Any, str], *, after: bool
) -> ColumnElement[bool]:
    value = _typed(order.by, at[0])
    here = tuple_(order.by, id_column)
    there = tuple_(literal(value, order.by.type), literal(at[1], id_column.type))
    return here < there if after == order.descending else here > there


def _typed(column: ColumnElement[Any], value: Any) -> Any:
    kind = column.type.python_type
    try:
        if issubclass(kind, Enum):
            return kind[value]
        if issubclass(kind, datetime):
            return parse_instant(value)
        if issubclass(kind, date):
            return date.fromisoformat(value)
    except (ValueError, KeyError, TypeError, GraphQLError):
        raise BadInput(_BAD_CURSOR) from None
    limit = 2**63 if isinstance(column.type, BigInteger) else 2**31
    fits = type(value) is kind and (kind is not int or -limit <= value < limit)
    if not fits or not is_storable(value):
        raise BadInput(_BAD_CURSOR)
    return value


_BAD_CURSOR = "the cursor is not one of this list with these arguments"


def _write(row: Row[Any], bound: str) -> str:
    value = row.sort_key
    plain = value.name if isinstance(value, Enum) else value
    packed = orjson.dumps(
        [plain, row.id, bound], option=orjson.OPT_PASSTHROUGH_DATETIME, default=_iso
    )
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _iso(value: Any) -> str:
    return value.isoformat()  # type: ignore[no-any-return]


def _read(cursor: str, bound: str) -> tuple[Any, str]:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, key, made_for = orjson.loads(packed)
    except (ValueError, TypeError):
        raise BadInput(_BAD_CURSOR) from None
    if made_for != bound or not isinstance(key, str) or not is_storable(key):
        raise BadInput(_BAD_CURSOR)
    return value, key


def listing(shown: type[Node], alias: Any, names: Names = None) -> Select[Any]:
    """The select that `connect` pages through: every column that the type shows."""
    return select(*columns(shown, alias, names))


def order_of(alias: Any, orders: dict[str, str], name: str, direction: Direction) -> Order:
    """The declared sort key of a name (`ORDERS`), over a view's alias."""
    return Order(name, term(alias, orders[name]), direction is Direction.DESC)
