"""What happened to an object: the entries that touched it, with what each changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any

import orjson
import strawberry
from sqlalchemy import Select, select

from riskreg.kit.context import Context
from riskreg.kit.errors import BadInput
from riskreg.kit.graph import Node
from riskreg.kit.journal import Entry, version_source
from riskreg.kit.lists import MAX_PAGE
from riskreg.kit.scalars import print_instant
from riskreg.kit.tables import LONG_AGO, NEVER, Base
from riskreg.kit.view import Scope, View, visible

NEITHER = (LONG_AGO, NEVER)
"""Deadlines of what never began, and of what does not end: nothing to tell."""
UNSHOWN = frozenset(
    {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "from_seq", "to_seq"}
    | {"seq", "at", "by", "number", "search_text", "name_fold", "title_fold", "digest"}
    | {"inherent_rank", "computed_rank", "asserted_rank"}
)

Newest = Annotated[
    int, strawberry.argument(description="How many entries: 50 by default, at most 100.")
]


@strawberry.type(description="A field that an entry changed.")
class FieldChange:
    """The value before and after, as the API writes it; null where there was none."""

    object: str = strawberry.field(description="What was changed: `risk`, `risk_assessment`…")
    field: str = strawberry.field(description="The field's name.")
    before: str | None = strawberry.field(description="What it was.")
    after: str | None = strawberry.field(description="What it became.")


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
class Part:
    """A table whose rows belong to the object, and the column that names the object."""

    model: type[Base]
    parent: str


def history(
    parts: Sequence[Part] = (),
    *,
    private: frozenset[str] = frozenset(),
    bookkeeping: frozenset[str] = frozenset(),
) -> Any:
    """A field: the newest entries that touched the object or the rows that belong to it.

    Changes of `private` columns are shown only to those who see everything, those of
    `bookkeeping` columns, which help to sort and compare, to nobody.
    """

    async def resolve(
        self: Any, info: strawberry.Info[Context, None], first: Newest = 50
    ) -> list[HistoryEntry]:
        if not 0 <= first <= MAX_PAGE:
            message = f"first must be between 0 and {MAX_PAGE}"
            raise BadInput(message)
        wide = self.view.actor.reach.scope is Scope.ALL
        hidden = bookkeeping if wide else bookkeeping | private
        return await _entries(info.context, self, parts, first, hidden=hidden)

    return strawberry.field(
        resolver=resolve,
        description="Who changed what, when and why; newest first.",
    )


async def _entries(
    context: Context, node: Node, parts: Sequence[Part], first: int, *, hidden: frozenset[str]
) -> list[HistoryEntry]:
    view = node.view
    limit = view.seq if view.seq is not None else 2**62
    own = Part(node.model, "id")
    versions: dict[tuple[str, str], list[Any]] = {}
    for part in (own, *parts):
        if part is not own and view.actor.reach.scope is not Scope.ALL:
            continue  # what belongs to the object may be hidden; its own row is not
        found = await context.rows(view, _versions(part, node.key, limit))
        for row in await _seen(context, view, part, found, limit):
            versions.setdefault((part.model.__tablename__, row.id), []).append(row)
    changes: dict[int, list[FieldChange]] = {}
    for (table, _), rows in versions.items():
        for seq, change in _differences(table, rows, limit):
            if change.field not in hidden:
                changes.setdefault(seq, []).append(change)
    wanted = sorted(changes, reverse=True)[:first]
    query = select(Entry).with_only_columns(
        Entry.seq, Entry.at, Entry.actor_id, Entry.actor_name, Entry.action, Entry.reason
    )
    query = query.where(Entry.seq.in_(wanted)).order_by(Entry.seq.desc())
    entries = await context.rows(view, query)
    return [
        HistoryEntry(
            seq=row.seq,
            at=row.at,
            actor=row.actor_name if _may_name(view, row.actor_id) else None,
            action=row.action,
            reason=row.reason,
            changes=changes[row.seq],
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


def _may_name(view: View, actor_id: str) -> bool:
    """A vendor learns no names from an entry: they may be another vendor's people."""
    return view.actor.reach.scope is not Scope.VENDOR or actor_id == view.actor.id


def _versions(part: Part, key: str, limit: int) -> Select[Any]:
    source, number = version_source(part.model.__tablename__)
    ids = select(source.c.id).where(source.c[part.parent] == key).distinct()
    ended = source.c.to_seq if "to_seq" in source.c else number
    return (
        select(source, number.label("journal_from"), ended.label("journal_to"))
        .where(source.c.id.in_(ids) if part.parent != "id" else source.c.id == key)
        .where(number <= limit)
        .order_by(source.c.id, number)
    )


def _differences(table: str, rows: Sequence[Any], limit: int) -> list[tuple[int, FieldChange]]:
    found: list[tuple[int, FieldChange]] = []
    before: dict[str, str | None] = {}
    word = table.removesuffix("s")
    for row in rows:
        after = {n: _text(v) for n, v in row._mapping.items() if n not in UNSHOWN}  # noqa: SLF001 (SQLAlchemy's public row mapping)
        for name, value in after.items():
            if name in {"journal_from", "journal_to"} or before.get(name) == value:
                continue
            change = FieldChange(object=word, field=name, before=before.get(name), after=value)
            found.append((row.journal_from, change))
        before = after
    last = rows[-1]
    if last.journal_to != last.journal_from and last.journal_to <= limit:
        gone = FieldChange(object=word, field="removed", before=None, after="true")
        found.append((last.journal_to, gone))
    return found


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
