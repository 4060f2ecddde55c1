"""What happened to an object: the entries that touched it, with what each changed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from itertools import groupby
from types import MappingProxyType
from typing import Annotated, Any

import orjson
import strawberry
from sqlalchemy import Select, func, literal, select

from riskreg.kit.context import Context
from riskreg.kit.errors import BadInput
from riskreg.kit.graph import SHOWN, Node, prefix_of
from riskreg.kit.ids import global_id
from riskreg.kit.journal import Entry, version_source
from riskreg.kit.lists import MAX_PAGE
from riskreg.kit.scalars import print_instant
from riskreg.kit.tables import LONG_AGO, NEVER, Base, model_of
from riskreg.kit.view import Scope, View, visible

NEITHER = (LONG_AGO, NEVER)
"""Deadlines of what never began, and of what does not end: nothing to tell."""
UNSHOWN = frozenset(
    {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "from_seq", "to_seq"}
    | {"seq", "at", "by", "number", "search_text", "name_fold", "title_fold", "digest"}
    | {"inherent_rank", "computed_rank", "asserted_rank"}
)
_IN_WORDS = re.compile("(?<!^)(?=[A-Z])")
Spoken = Mapping[str, Callable[[Any], str | None]]
"""How a column reads in words, from its whole row version: a likelihood as the level it is of."""

Newest = Annotated[
    int, strawberry.argument(description="How many entries: 50 by default, at most 100.")
]


@strawberry.type(description="A field that an entry changed.")
class FieldChange:
    """The value before and after, as the API writes it; null where there was none."""

    object: str = strawberry.field(description="What was changed: `risk`, `risk_assessment`…")
    object_id: strawberry.ID = strawberry.field(
        description="Which one: changes of one object in one entry have the same."
    )
    object_text: str | None = strawberry.field(
        description="What it is called, such as `M-012 Weekly calibration`; null for what has no"
        " name of its own, and where you may not see it."
    )
    field: str = strawberry.field(description="The field's name.")
    before: str | None = strawberry.field(description="What it was.")
    after: str | None = strawberry.field(description="What it became.")
    before_text: str | None = strawberry.field(
        description="`before` in words where it is a key or a part: a person's name, an action's"
        " code and title, the whole level; null elsewhere, and where you may not see it."
    )
    after_text: str | None = strawberry.field(description="`after` in the same words.")


@strawberry.type(description="One entry of an object's history.")
class HistoryEntry:
    """Who did what to the object, when and why."""

    seq: int = strawberry.field(description="The entry's number in the journal.")
    at: datetime = strawberry.field(description="When it was written.")
    actor: str | None = strawberry.field(
        description="Who did it; null where you may not know, as of another vendor's people."
    )
    action: str = strawberry.field(description="The mutation or command.")
    reason: str | None = strawberry.field(description="Why, in the actor's words.")
    changes: list[FieldChange] = strawberry.field(description="What it changed.")


@dataclass(frozen=True)
class Through:
    """A link table, and its columns that name the object and what is linked to it."""

    model: type[Base]
    ours: str
    theirs: str


@dataclass(frozen=True)
class Part:
    """A table whose rows belong to the object, and the column that names the object.

    With `through`, the column names what is linked to the object, from the first link on.
    """

    model: type[Base]
    parent: str
    through: Through | None = None


def history(
    parts: Sequence[Part] = (),
    *,
    private: frozenset[str] = frozenset(),
    bookkeeping: frozenset[str] = frozenset(),
    spoken: Spoken = MappingProxyType({}),
) -> Any:
    """A field: the newest entries that touched the object or the rows that belong to it.

    Changes of `private` columns are shown only to those who see everything, those of
    `bookkeeping` columns, which help to sort and compare, to nobody; `kris.value` hides a column
    of one table. What a column refers to is told by its name, what `spoken` lists in its words.
    """

    async def resolve(
        self: Any, info: strawberry.Info[Context, None], first: Newest = 50
    ) -> list[HistoryEntry]:
        if not 0 <= first <= MAX_PAGE:
            message = f"first must be between 0 and {MAX_PAGE}"
            raise BadInput(message)
        wide = self.view.actor.reach.scope is Scope.ALL
        hidden = bookkeeping if wide else bookkeeping | private
        return await _entries(info.context, self, parts, first, _Telling(hidden, spoken))

    return strawberry.field(
        resolver=resolve,
        description="Who changed what, when and why; newest first.",
    )


@dataclass(frozen=True)
class _Telling:
    """Which columns are not told, and which in words."""

    hidden: frozenset[str]
    spoken: Spoken


@dataclass(frozen=True)
class _Change:
    """A column of a row, and two versions of the row; None stands for no row."""

    seq: int
    model: type[Base]
    key: str
    field: str
    before: Any
    after: Any

    def value(self, row: Any) -> Any:
        """What the column holds in a version."""
        return None if row is None else getattr(row, self.field)


async def _entries(
    context: Context, node: Node, parts: Sequence[Part], first: int, telling: _Telling
) -> list[HistoryEntry]:
    changes: dict[int, list[_Change]] = {}
    for change in await _changes(context, node, parts):
        if not telling.hidden & {change.field, f"{change.model.__tablename__}.{change.field}"}:
            changes.setdefault(change.seq, []).append(change)
    wanted = sorted(changes, reverse=True)[:first]
    shown = [change for seq in wanted for change in changes[seq]]
    names = await _names(context, node.view, shown)
    query = select(Entry).with_only_columns(
        Entry.seq, Entry.at, Entry.actor_id, Entry.actor_name, Entry.action, Entry.reason
    )
    query = query.where(Entry.seq.in_(wanted)).order_by(Entry.seq.desc())
    entries = await context.rows(node.view, query)
    return [
        HistoryEntry(
            seq=row.seq,
            at=row.at,
            actor=row.actor_name if may_name(node.view, row.actor_id) else None,
            action=row.action,
            reason=row.reason,
            changes=[_told(change, telling.spoken, names) for change in changes[row.seq]],
        )
        for row in entries
    ]


async def _seen(
    context: Context, view: View, part: Part, versions: Sequence[Any], limit: int
) -> Sequence[Any]:
    """The versions that a narrow actor could see at their last moment; all, for all others.

    Who may see a row now may see it as it was while they could, and nothing of the time between.
    """
    scope = view.actor.reach.scope
    if scope is Scope.ALL:
        return versions
    alias = visible(part.model, scope, timed=True, still=False)
    found = []
    for row in versions[-MAX_PAGE - 1 :]:
        last = max(row.journal_from, min(row.journal_to - 1, limit))
        then = View(view.actor, view.now, last)
        if await context.rows(then, select(alias.id).where(alias.id == row.id)):
            found.append(row)
    return found


async def _changes(context: Context, node: Node, parts: Sequence[Part]) -> list[_Change]:
    view = node.view
    limit = view.seq if view.seq is not None else 2**62
    own = Part(node.model, "id")
    found: list[_Change] = []
    for part in (own, *parts):
        if part is not own and view.actor.reach.scope is not Scope.ALL:
            continue  # what belongs to the object may be hidden; its own row is not
        rows = await context.rows(view, _versions(part, node.key, limit))
        for _, versions in groupby(rows, lambda row: row.id):
            there = list(versions)
            told = await _seen(context, view, part, there, limit)
            every = _differences(part.model, told, _gone(there, limit))
            found += (change for change in every if change.seq >= there[0].since)
    return found


Names = Mapping[tuple[str, str], str]
"""What the row of a table, by key, is called."""


def _refers(change: _Change) -> str | None:
    """The table that a column's keys are of."""
    keys = change.model.__table__.c[change.field].foreign_keys
    return next((key.column.table.name for key in keys), None)


def _called(model: type[Base], alias: Any) -> tuple[Any, ...]:
    """The columns that a row of a table is called by; none where it has no name."""
    if hasattr(model, "called_by"):
        return tuple(getattr(alias, name) for name in model.called_by)
    if hasattr(alias, "title"):
        return (alias.code, alias.title)
    return (alias.name,) if hasattr(alias, "name") else ()


async def _names(context: Context, view: View, changes: Sequence[_Change]) -> Names:
    """What those rows are called that the changes refer to and the actor may see."""
    wanted: dict[str, set[str]] = {}
    for change in changes:
        wanted.setdefault(change.model.__tablename__, set()).add(change.key)
        table = _refers(change)
        if table is not None:
            values = {change.value(change.before), change.value(change.after)} - {None}
            wanted.setdefault(table, set()).update(values)
    names: dict[tuple[str, str], str] = {}
    for table, keys in sorted(wanted.items()):
        model = model_of(table)
        called = _called(model, view.of(model))
        if not called or model not in SHOWN or not SHOWN[model].shown_to(view.actor):
            continue
        alias: Any = view.of(model)
        query = select(alias.id, *called).where(alias.id.in_(sorted(keys)))
        for row in await context.rows(view, query):
            names[table, row[0]] = " ".join(row[1:])
    return names


def _told(change: _Change, spoken: Spoken, names: Names) -> FieldChange:
    def words(row: Any) -> str | None:
        if row is None:
            return None
        if change.field in spoken:
            return spoken[change.field](row)
        table = _refers(change)
        return None if table is None else names.get((table, change.value(row)))

    return FieldChange(
        object=_IN_WORDS.sub("_", change.model.__name__).lower(),
        object_id=strawberry.ID(global_id(prefix_of(change.model), change.key)),
        object_text=names.get((change.model.__tablename__, change.key)),
        field=change.field,
        before=_text(change.value(change.before)),
        after=_text(change.value(change.after)),
        before_text=words(change.before),
        after_text=words(change.after),
    )


def may_name(view: View, actor_id: str) -> bool:
    """A vendor learns no names from an entry: they may be another vendor's people."""
    return view.actor.reach.scope is not Scope.VENDOR or actor_id == view.actor.id


def _versions(part: Part, key: str, limit: int) -> Select[Any]:
    source, number = version_source(part.model.__tablename__)
    ended = source.c.to_seq if "to_seq" in source.c else number
    mine, since = _belongs(part, source, key)
    return (
        select(
            source,
            number.label("journal_from"),
            ended.label("journal_to"),
            since.label("since"),
        )
        .where(mine, number <= limit)
        .order_by(source.c.id, number)
    )


def _belongs(part: Part, source: Any, key: str) -> tuple[Any, Any]:
    """Which row versions belong to the object, and the entry from which on they do."""
    if part.through is None:
        ids = select(source.c.id).where(source.c[part.parent] == key).distinct()
        return source.c.id.in_(ids), literal(0)
    link, number = version_source(part.through.model.__tablename__)
    named, ours = source.c[part.parent], link.c[part.through.ours] == key
    since = select(func.min(number)).where(ours, link.c[part.through.theirs] == named)
    return named.in_(select(link.c[part.through.theirs]).where(ours)), since.scalar_subquery()


def _gone(versions: Sequence[Any], limit: int) -> frozenset[int]:
    """The entries that took a row away: where a version ended and no other began."""
    began = {row.journal_from for row in versions}
    ended = {row.journal_to for row in versions if row.journal_from < row.journal_to <= limit}
    return frozenset(ended - began)


def _differences(model: type[Base], rows: Sequence[Any], gone: frozenset[int]) -> Iterator[_Change]:
    """What each version of a row changed against the one before it; where it went, everything."""
    fields = [column.key for column in model.__table__.columns if column.key not in UNSHOWN]
    for seq, before, after in _steps(rows, gone):
        for field in fields:
            change = _Change(seq, model, rows[0].id, field, before, after)
            if _text(change.value(before)) != _text(change.value(after)):
                yield change


def _steps(rows: Sequence[Any], gone: frozenset[int]) -> Iterator[tuple[int, Any, Any]]:
    """The entry and what was before and after; None where a row is not there, also in between."""
    before: Any = None
    for row in rows:
        yield row.journal_from, before, row
        before = row
        if row.journal_to in gone:
            yield row.journal_to, row, None
            before = None


def _text(value: object) -> str | None:
    match value:
        case None:
            return None
        case Enum():
            return value.name
        case bool():
            return str(value).lower()
        case datetime():
            return None if value in NEITHER else print_instant(value)
        case date():
            return value.isoformat()
        case dict() | list():
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
        case _:
            return str(value)
