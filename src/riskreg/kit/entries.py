"""Sealed entries as readers follow them: in order from a place on, with the rows that each wrote.

A place is handed out as a cursor. It names an entry by its number and by the beginning of its
hash, so that the cursor of a journal that was restored from a backup, and went on in another way,
is refused instead of skipping what happened since.
"""

from __future__ import annotations

import base64
import re
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, Select, String, bindparam, literal, select

from riskreg.kit.errors import BadInput
from riskreg.kit.journal import GENESIS, Entry, JournalHead, Touched, version_source
from riskreg.kit.tables import Base
from riskreg.kit.view import KEYS, Scope, View

Rows = Callable[..., Awaitable[Sequence[Any]]]
"""Runs a statement through a view: `Database.rows`, or `Context.rows`, which counts."""
Models = Mapping[str, type[Base]]
"""The tables whose rows are told, by their names."""

MARK = 8
MOST_ROWS = 5_000
"""Rows that the entries of one batch wrote; an entry that wrote more is a batch of its own."""
CHUNK = 500

_CURSOR = re.compile(r"journal (0|[1-9]\d{0,18}) ([0-9a-f]{8})", re.ASCII)
_NONE_OF_OURS = "the cursor is not one of this journal"


@dataclass(frozen=True)
class Place:
    """Behind an entry: everything up to it is known. `mark` is how the entry's hash begins."""

    seq: int
    mark: str

    @property
    def cursor(self) -> str:
        """The place as callers send it back."""
        packed = f"journal {self.seq} {self.mark}".encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


START = Place(0, GENESIS[:MARK])
"""Before the first entry."""


def place_of(cursor: str) -> Place:
    """The place that a cursor names; `BadInput` for what is none."""
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        raise BadInput(_NONE_OF_OURS) from None
    match = _CURSOR.fullmatch(packed)
    if match is None or int(match[1]) >= 2**63:
        raise BadInput(_NONE_OF_OURS)
    return Place(int(match[1]), match[2])


@dataclass(frozen=True)
class Sealed:
    """An entry that was committed, with the keys of the rows that it wrote, by table."""

    seq: int
    at: datetime
    actor_id: str
    actor_name: str
    on_behalf_of: str | None
    action: str
    reason: str | None
    request_id: str
    hash: str
    touched: Mapping[str, tuple[str, ...]]
    answers: dict[Hashable, Awaitable[Seen]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What is known of it to those who see equally far: it is asked once for all of them."""

    @property
    def place(self) -> Place:
        """Behind this entry."""
        return Place(self.seq, self.hash[:MARK])


@dataclass(frozen=True)
class Batch:
    """Some entries in order, and whether more follow already."""

    entries: tuple[Sealed, ...]
    more: bool


@dataclass(frozen=True)
class Wrote:
    """A row that an entry wrote, as the entry left it; a `version` only where rows change."""

    model: type[Base]
    key: str
    version: int | None = None
    code: str | None = None
    deleted: bool = False


Seen = dict[int, tuple[Wrote, ...]]
"""What somebody may see of what entries wrote, by the number of the entry."""

_AFTER: Any = bindparam("after_seq", type_=BigInteger)
_UPTO: Any = bindparam("upto_seq", type_=BigInteger)
_MOST: Any = bindparam("most", type_=BigInteger)
_TABLE: Any = bindparam("touched_table", type_=String)
_ENTRIES = (
    select(
        Entry.seq,
        Entry.at,
        Entry.actor_id,
        Entry.actor_name,
        Entry.on_behalf_of,
        Entry.action,
        Entry.reason,
        Entry.request_id,
        Entry.hash,
    )
    .where(Entry.seq > _AFTER, Entry.seq <= _UPTO)
    .order_by(Entry.seq)
    .limit(_MOST)
)
_TOUCHED = (
    select(Touched.seq, Touched.table_name, Touched.row_id)
    .where(Touched.seq > _AFTER, Touched.seq <= _UPTO)
    .order_by(Touched.seq, Touched.table_name, Touched.row_id)
    .limit(_MOST)
)
_HASH = select(Entry.hash).where(Entry.seq == _UPTO)
_HEAD = select(JournalHead.seq, JournalHead.hash)
NO_END = 2**63 - 1


async def head(rows: Rows, view: View) -> Place:
    """The place behind the newest entry."""
    [row] = await rows(view, _HEAD)
    return Place(row.seq, row.hash[:MARK])


async def require_known(rows: Rows, view: View, place: Place) -> None:
    """Refuse a place that this journal does not have: of the future, or of another one."""
    known = [START.mark] if place.seq == 0 else []
    if place.seq:
        known = [row.hash[:MARK] for row in await rows(view, _HASH, upto_seq=place.seq)]
    if known != [place.mark]:
        raise BadInput(_NONE_OF_OURS)


async def after(rows: Rows, view: View, seq: int, most: int, *, upto: int = NO_END) -> Batch:
    """The entries that follow, at most so many, and fewer where they wrote very much."""
    bound = {"after_seq": seq, "upto_seq": upto, "most": most + 1}
    found = await rows(view, _ENTRIES, **bound)
    more, kept = len(found) > most, found[:most]
    if not kept:
        return Batch((), more)
    bound = {"after_seq": seq, "upto_seq": kept[-1].seq, "most": MOST_ROWS + 1}
    touched = await rows(view, _TOUCHED, **bound)
    if len(touched) > MOST_ROWS:
        # The rows of the last entry may be cut off: leave it out, or read it alone and whole.
        whole = [row for row in kept if row.seq < touched[-1].seq] or kept[:1]
        more, kept = more or len(whole) < len(kept), whole
        if touched[0].seq == touched[-1].seq:
            bound |= {"upto_seq": kept[0].seq, "most": NO_END}
            touched = await rows(view, _TOUCHED, **bound)
    wrote: dict[int, dict[str, tuple[str, ...]]] = {}
    for (number, table), some in groupby(touched, lambda row: (row.seq, row.table_name)):
        wrote.setdefault(number, {})[table] = tuple(row.row_id for row in some)
    return Batch(tuple(_sealed(row, wrote) for row in kept), more)


def _sealed(row: Any, wrote: Mapping[int, Mapping[str, tuple[str, ...]]]) -> Sealed:
    return Sealed(**row._mapping, touched=wrote.get(row.seq, {}))  # noqa: SLF001


async def seen(rows: Rows, view: View, entries: Sequence[Sealed], models: Models) -> Seen:
    """What the viewer may see of what each entry wrote.

    A narrow actor sees a row that they could see then and can see now, as everywhere in the past.
    """
    told: dict[int, list[Wrote]] = {}
    read = _all if view.actor.reach.scope is Scope.ALL else _allowed
    async for seq, wrote in read(rows, view, entries, models):
        told.setdefault(seq, []).append(wrote)
    return {seq: tuple(some) for seq, some in told.items()}


def _tables(entries: Iterable[Sealed], models: Models) -> list[str]:
    return sorted({table for one in entries for table in one.touched if table in models})


Found = AsyncIterator[tuple[int, Wrote]]


async def _all(rows: Rows, view: View, entries: Sequence[Sealed], models: Models) -> Found:
    """Every row: one statement a table, over the versions that these entries wrote."""
    if not entries:
        return
    bound = {"after_seq": entries[0].seq - 1, "upto_seq": entries[-1].seq}
    for table in _tables(entries, models):
        model = models[table]
        versions = await rows(view, _written(model), **bound)
        known = {(row.seq, row.id): row for row in versions}
        for one in entries:
            for key in one.touched.get(table, ()):
                row = known.get((one.seq, key))
                gone = Wrote(model, key, deleted=True)
                yield one.seq, gone if row is None else Wrote(model, key, row.version, row.code)


@cache
def _written(model: type[Base]) -> Select[Any]:
    source, number = version_source(model.__tablename__)
    chosen = number.label("seq"), source.c.id, *_shown(source.c)
    return select(*chosen).where(number > _AFTER, number <= _UPTO)


def _shown(columns: Any) -> tuple[Any, Any]:
    """Version and code of a row, as far as its table has them."""
    return tuple(  # type: ignore[return-value]
        getattr(columns, name) if hasattr(columns, name) else literal(None).label(name)
        for name in ("version", "code")
    )


async def _allowed(rows: Rows, view: View, entries: Sequence[Sealed], models: Models) -> Found:
    """What a narrow actor may see: asked of the view of each entry, where anything is likely."""
    likely = await _likely(rows, view, entries, models)
    for table in _tables(entries, models):
        model = models[table]
        for one in entries:
            then = View(view.actor, view.now, one.seq)
            statement = then.statement(("written", model), partial(_there, model=model))
            keys = [
                key
                for key in one.touched.get(table, ())
                if likely is None or (one.seq, table, key) in likely
            ]
            for some in _chunks(keys):
                for row in await rows(then, statement, keys=some):
                    yield one.seq, Wrote(model, row.id, row.version, row.code)


def _there(view: View, model: type[Base]) -> Select[Any]:
    alias: Any = view.of(model)
    return select(alias.id, *_shown(alias)).where(alias.id.in_(KEYS)).order_by(alias.id)


async def _likely(
    rows: Rows, view: View, entries: Sequence[Sealed], models: Models
) -> set[tuple[int, str, str]] | None:
    """The rows that can be seen now: few, of a long stretch; None where asking would not pay."""
    if len(entries) < 2:
        return None
    bound = {"after_seq": entries[0].seq - 1, "upto_seq": entries[-1].seq}
    found: set[tuple[int, str, str]] = set()
    for table in _tables(entries, models):
        build = partial(_touched_and_seen, model=models[table])
        statement = view.statement(("touched", table), build)
        for row in await rows(view, statement, touched_table=table, **bound):
            found.add((row.seq, table, row.row_id))
    return found


def _touched_and_seen(view: View, model: type[Base]) -> Select[int, str]:
    alias: Any = view.of(model)
    return (
        select(Touched.seq, Touched.row_id)
        .join(alias, alias.id == Touched.row_id)
        .where(Touched.table_name == _TABLE, Touched.seq > _AFTER, Touched.seq <= _UPTO)
    )


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
