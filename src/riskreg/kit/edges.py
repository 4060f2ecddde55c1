"""Links between shown objects, declared in a word and fetched in one statement a level."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any

import strawberry
from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.engine import Row

from riskreg.kit.context import Context
from riskreg.kit.errors import BadInput
from riskreg.kit.graph import SHOWN, Names, Node, columns, show, term
from riskreg.kit.lists import (
    DEFAULT_PAGE,
    MAX_PAGE,
    After,
    Around,
    Before,
    Connection,
    First,
    Last,
    Order,
    Paging,
    binding,
    connect,
)
from riskreg.kit.tables import Base, model_of
from riskreg.kit.view import KEYS, View
from riskreg.kit.walk import MISSED

CHUNK = 500

Info = strawberry.Info[Context, None]


Target = type[Base] | str
"""A model, or the name of its table where the model is of a slice above."""


def _model(target: Target) -> type[Base]:
    return model_of(target) if isinstance(target, str) else target


class Link:
    """A declared link of a type: how to find what many of its objects are linked to at once."""

    name: Hashable
    nodes_under: tuple[tuple[str, ...], ...] = ((),)
    """Where, below the field, the linked objects are selected."""

    def key_of(self, node: Any) -> str | None:
        """What the linked rows are found by."""
        return node.key  # type: ignore[no-any-return]

    async def fetch(
        self, context: Context, view: View, keys: list[Any], size: int, names: Names = None
    ) -> Sequence[Any]:
        """The answer for every key, in their order; `names` are the columns that are needed."""
        raise NotImplementedError

    def shown(self) -> type[Node]:
        """The type of the linked objects."""
        raise NotImplementedError

    def needs(self) -> tuple[str, ...]:
        """The columns of ours that tell the key."""
        return ()

    def nodes_of(self, answer: Any) -> Sequence[Node]:
        """The objects in one answer."""
        return () if answer is None else (answer,)

    def of(self, node: Any, info: Info, size: int = 0) -> Any:
        """The answer for one object: prefetched, or a coroutine that asks with its siblings."""
        key = self.key_of(node)
        if key is None:
            return None
        got = node.__dict__.get(GOT, {}).get((self.name, size), MISSED)
        if got is not MISSED:
            return got

        async def batch(view: View, keys: list[Any]) -> Sequence[Any]:
            return await self.fetch(info.context, view, keys, size)

        return info.context.load(node.view, (self.name, size), batch, key)

    def size_of(self, given: Mapping[str, Any]) -> int | None:
        """The page size that the arguments ask for; None where they page on."""
        return 0

    def reader(self, given: Mapping[str, Any]) -> Callable[[Any], Any] | None:
        """What reads the answer that was fetched ahead for an object, or `MISSED`."""
        size = self.size_of(given)
        if size is None:
            return None
        wanted = (self.name, size)
        key_of = self.key_of

        def read(node: Any) -> Any:
            if key_of(node) is None:
                return None
            return node.__dict__.get(GOT, _NOTHING).get(wanted, MISSED)

        return read

    def field(self, description: str, name: str | None = None) -> Any:
        """The field that answers by this link; `name` where Python could not say it."""
        link = self

        def resolve(self: Any, info: Info) -> Any:
            return link.of(self, info)

        return self.marked(resolve, description, name)

    def marked(self, resolve: Any, description: str, name: str | None = None) -> Any:
        """The field of a resolver, known to `prefetch` as one of this link."""
        resolve.link = self
        return strawberry.field(resolver=resolve, description=description, name=name)


GOT = "_got"
"""Where an object keeps what was prefetched for it."""
_NOTHING: dict[Any, Any] = {}


class _One(Link):
    def __init__(self, target: Target, key: str) -> None:
        self.name = ("one", target, key)
        self._target, self._key = target, key

    def key_of(self, node: Any) -> str | None:
        return getattr(node, self._key)  # type: ignore[no-any-return]

    def needs(self) -> tuple[str, ...]:
        return (self._key,)

    async def fetch(
        self, context: Context, view: View, keys: list[Any], size: int, names: Names = None
    ) -> Sequence[Any]:
        return await _by_key(context, view, _model(self._target), keys, names)

    def shown(self) -> type[Node]:
        return SHOWN[_model(self._target)]


async def _by_key(
    context: Context, view: View, model: type[Base], keys: list[Any], names: Names = None
) -> Sequence[Any]:
    shown = SHOWN[model]
    if not shown.shown_to(view.actor):
        return [None] * len(keys)

    def build(view: View) -> Select[Any]:
        alias: Any = view.of(model)
        return select(*columns(shown, alias, names)).where(alias.id.in_(KEYS))

    found: dict[str, Node] = {}
    statement = view.statement(("by key", model, names), build)
    for chunk in _chunks(keys):
        for row in await context.rows(view, statement, keys=chunk):
            found[row.id] = show(shown, view, row, names)
    return [found.get(key) for key in keys]


def one(target: Target, key: str, description: str, *, name: str | None = None) -> Any:
    """A field that shows the row whose id stands in our column `key`; null when not visible."""
    return _One(target, key).field(description, name)


async def fetch_one(context: Context, view: View, model: type[Base], key: str) -> Any:
    """The shown object of one key, or None when absent or not visible."""

    async def batch(view: View, keys: list[Any]) -> Sequence[Any]:
        return await _by_key(context, view, model, keys)

    return await context.load(view, ("one", model), batch, key)


class _Linked(Link):
    def __init__(
        self, through: type[Base], ours: str, theirs: str, target: Target, order: str
    ) -> None:
        self.name = ("linked", through, ours)
        self._through, self._ours, self._theirs = through, ours, theirs
        self._target, self._order = target, order

    def nodes_of(self, answer: Any) -> Sequence[Node]:
        return answer  # type: ignore[no-any-return]

    def shown(self) -> type[Node]:
        return SHOWN[_model(self._target)]

    def _build(self, view: View, names: Names) -> Select[Any]:
        model = _model(self._target)
        link: Any = view.of(self._through)
        alias: Any = view.of(model)
        mine = getattr(link, self._ours)
        return (
            select(*columns(SHOWN[model], alias, names), mine.label("our_key"))
            .join(link, alias.id == getattr(link, self._theirs))
            .where(mine.in_(KEYS))
            .order_by(getattr(alias, self._order), alias.id)
        )

    async def fetch(
        self, context: Context, view: View, keys: list[Any], size: int, names: Names = None
    ) -> Sequence[Any]:
        shown = SHOWN[_model(self._target)]
        found: dict[str, list[Node]] = {key: [] for key in keys}
        statement = view.statement((self.name, names), lambda view: self._build(view, names))
        for chunk in _chunks(keys):
            for row in await context.rows(view, statement, keys=chunk):
                found[row.our_key].append(show(shown, view, row, names))
        return [found[key] for key in keys]


def linked(
    through: type[Base],
    ours: str,
    theirs: str,
    target: Target,
    description: str,
    *,
    order: str = "code",
) -> Any:
    """A field that lists the rows on the far side of a link table, in the order of a column."""
    return _Linked(through, ours, theirs, target, order).field(description)


class _Latest(Link):
    def __init__(self, model: type[Base], parent: str, by: str) -> None:
        self.name = ("latest", model, parent)
        self._model, self._what = model, (parent, by, True)

    async def fetch(
        self, context: Context, view: View, keys: list[Any], size: int, names: Names = None
    ) -> Sequence[Any]:
        wanted = (self._model, self._what, names)
        rows = await _first_rows(context, view, wanted, keys, 1)
        shown = SHOWN[self._model]
        return [show(shown, view, rows[key][0], names) if rows[key] else None for key in keys]

    def shown(self) -> type[Node]:
        return SHOWN[self._model]


def latest(model: type[Base], parent: str, description: str, *, by: str = "seq") -> Any:
    """A field that shows the newest of the rows that name us in `parent`."""
    return _Latest(model, parent, by).field(description)


class _Children(Link):
    nodes_under = (("nodes",), ("edges", "node"))

    def __init__(self, target: Target, what: tuple[str, str, bool]) -> None:
        self.name = ("children", target, what)
        self.target, self.what = target, what

    def nodes_of(self, answer: Any) -> Sequence[Node]:
        return answer.nodes  # type: ignore[no-any-return]

    def size_of(self, given: Mapping[str, Any]) -> int | None:
        if any(given.get(word) is not None for word in ("last", "after", "before")):
            return None
        first: int | None = given.get("first")
        return DEFAULT_PAGE if first is None else first

    async def fetch(
        self, context: Context, view: View, keys: list[Any], size: int, names: Names = None
    ) -> Sequence[Any]:
        model, (parent, order, descending) = _model(self.target), self.what
        rows = await _first_rows(context, view, (model, self.what, names), keys, size + 1)
        by = Order(order, term(view.of(model), order), descending)
        shown = SHOWN[model]
        return [
            Connection(
                nodes=[show(shown, view, row, names) for row in rows[key][:size]],
                rows=rows[key][:size],
                bound=binding(view, by, model.__name__, key),
                around=Around(before=False, after=len(rows[key]) > size),
                counted=_counted(view, model, parent, key),
            )
            for key in keys
        ]

    def shown(self) -> type[Node]:
        return SHOWN[_model(self.target)]


def _counted(
    view: View, model: type[Base], parent: str, key: str
) -> Callable[[Context], Awaitable[int]]:
    async def counted(context: Context) -> int:
        async def count(view: View, keys: list[Any]) -> Sequence[Any]:
            column = getattr(view.of(model), parent)
            total = select(column.label("our_key"), func.count().label("rows"))
            statement = total.where(column.in_(keys)).group_by(column)
            found = {row.our_key: row.rows for row in await context.rows(view, statement)}
            return [found.get(one, 0) for one in keys]

        return int(await context.load(view, ("count", model, parent), count, key))

    return counted


def children(
    target: Target, parent: str, description: str, *, order: str, descending: bool = False
) -> Any:
    """A field that pages through the rows that name us in `parent`."""
    link = _Children(target, (parent, order, descending))

    def resolve(  # noqa: PLR0917 (the arguments of the field)
        self: Any,
        info: Info,
        first: First = None,
        last: Last = None,
        after: After = None,
        before: Before = None,
    ) -> Any:
        asked = {"first": first, "last": last, "after": after, "before": before}
        size = link.size_of(asked)
        if size is not None:
            if not 0 <= size <= MAX_PAGE:
                message = f"first must be between 0 and {MAX_PAGE}"
                raise BadInput(message)
            return link.of(self, info, size)
        view, model = self.view, _model(target)
        alias, shown = view.of(model), SHOWN[model]
        query = select(*columns(shown, alias)).where(getattr(alias, parent) == self.key)
        by = Order(order, term(alias, order), descending)
        paging = Paging(first, last, after, before)
        given = (model.__name__, self.key)
        return connect(info.context, view, shown, query, order=by, paging=paging, given=given)

    return link.marked(resolve, description)


Wanted = tuple[type[Base], tuple[str, str, bool], Names]
"""Rows of a model: (parent column, sort key, descending), and the columns needed."""


async def _first_rows(
    context: Context, view: View, wanted: Wanted, keys: list[Any], size: int
) -> dict[str, list[Row[Any]]]:
    """The first rows of every parent, in one statement whatever their number."""
    model, what, names = wanted

    def build(view: View) -> Select[Any]:
        parent, order, descending = what
        alias: Any = view.of(model)
        mine, by = getattr(alias, parent), term(alias, order)
        ordering = (by.desc(), alias.id.desc()) if descending else (by.asc(), alias.id.asc())
        place = func.row_number().over(partition_by=mine, order_by=ordering).label("place")
        own = (mine.label("our_key"), by.label("sort_key"), place)
        inner = select(*columns(SHOWN[model], alias, names), *own).where(mine.in_(KEYS)).subquery()
        first = inner.c.place <= bindparam("size", type_=Integer)
        return select(inner).where(first).order_by(inner.c.our_key, inner.c.place)

    found: dict[str, list[Row[Any]]] = {key: [] for key in keys}
    statement = view.statement(("first", *wanted), build)
    for chunk in _chunks(keys):
        for row in await context.rows(view, statement, keys=chunk, size=size):
            found[row.our_key].append(row)
    return found


def _chunks(keys: list[Any]) -> list[list[Any]]:
    return [keys[i : i + CHUNK] for i in range(0, len(keys), CHUNK)]
