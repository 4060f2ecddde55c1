"""The journal: one numbered, hash-chained entry for every write, in the write's own transaction.

An entry's hash covers the entry before it, who acted, when and why, and every row version that
the entry wrote, so that an edit of history, a swap or a forged entry is found by `verify`.
Truncation is found only with a head kept elsewhere (printed in every brief and backup).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.tables import Base, Instant, Key, LongText, history_of, in_view, is_tracked

GENESIS = "0" * 64
CHANNEL = "riskreg_journal"
"""Where PostgreSQL tells other processes that there is a new entry, once it is committed."""


class JournalHead(Base):
    """The one row that every writer takes first; its number makes writers queue."""

    __tablename__ = "journal_head"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    hash: Mapped[str] = mapped_column(String(64))
    open_seq: Mapped[int | None] = mapped_column(BigInteger)


class Entry(Base):
    """One write: who did what, when and why, chained to the entry before it."""

    __tablename__ = "journal"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[str] = mapped_column(Key)
    actor_name: Mapped[str] = mapped_column(LongText)
    on_behalf_of: Mapped[str | None] = mapped_column(Key)
    action: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(LongText)
    request_id: Mapped[str] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Touched(Base):
    """Which rows an entry wrote; filled by the history triggers."""

    __tablename__ = "journal_touched"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    table_name: Mapped[str] = mapped_column(String(60), primary_key=True)
    row_id: Mapped[str] = mapped_column(Key, primary_key=True)
    __table_args__ = (Index("ix_journal_touched_row", "table_name", "row_id", "seq"),)


@dataclass(frozen=True)
class Header:
    """Who writes, what for, and in which request."""

    actor_id: str
    actor_name: str
    action: str
    reason: str | None = None
    on_behalf_of: str | None = None
    request_id: str = "-"


@dataclass(frozen=True)
class Opened:
    """An entry that has its number and instant and is not sealed yet."""

    seq: int
    at: datetime
    prev_hash: str


_HEAD: Table = JournalHead.__table__  # type: ignore[assignment]
_ENTRY: Table = Entry.__table__  # type: ignore[assignment]
_TOUCHED: Table = Touched.__table__  # type: ignore[assignment]
_SEQ: Any = bindparam("entry_seq", type_=BigInteger)
# Made once: building and keying a statement costs more than running it.
_OPEN = (
    update(_HEAD)
    .values(seq=_HEAD.c.seq + 1, open_seq=_HEAD.c.seq + 1)
    .returning(_HEAD.c.seq, _HEAD.c.at, _HEAD.c.hash)
)
_DATE = update(_HEAD).values(at=bindparam("entry_at", type_=Instant))
_CLOSE = update(_HEAD).values(hash=bindparam("entry_hash", type_=String), open_seq=None)
_CLOSE_AND_NOTIFY = _CLOSE.returning(func.pg_notify(CHANNEL, ""))
_WROTE = select(_TOUCHED.c.table_name, _TOUCHED.c.row_id).where(_TOUCHED.c.seq == _SEQ)
_ENTER = _ENTRY.insert()


def install(connection: Connection, now: datetime) -> None:
    """Write the head row of an empty journal, once."""
    if connection.execute(select(_HEAD.c.id)).first() is None:
        connection.execute(_HEAD.insert().values(id=1, seq=0, at=now, hash=GENESIS, open_seq=None))


def open_entry(connection: Connection, now: datetime) -> Opened:
    """Take the next number; on PostgreSQL this waits for the writer before us.

    The instant is later than that of the entry before it, whatever the clock says.
    """
    row = connection.execute(_OPEN).one()
    at = max(now.astimezone(UTC), row.at + timedelta(microseconds=1))
    connection.execute(_DATE, {"entry_at": at})
    return Opened(row.seq, at, row.hash)


def seal(connection: Connection, entry: Opened, header: Header) -> str:
    """Write the journal row of an open entry, close it, and give its hash.

    The hash is that of the rows touched; an entry that touched nothing is still an entry.
    """
    digest = _digest_of(connection, entry.seq)
    value = chain(entry.prev_hash, entry.seq, entry.at, header, digest)
    row = {
        "seq": entry.seq,
        "at": entry.at,
        "actor_id": header.actor_id,
        "actor_name": header.actor_name,
        "on_behalf_of": header.on_behalf_of,
        "action": header.action,
        "reason": header.reason,
        "request_id": header.request_id,
        "prev_hash": entry.prev_hash,
        "hash": value,
    }
    connection.execute(_ENTER, row)
    postgres = connection.dialect.name == "postgresql"
    connection.execute(_CLOSE_AND_NOTIFY if postgres else _CLOSE, {"entry_hash": value})
    return value


def chain(prev_hash: str, seq: int, at: datetime, header: Header, digest: bytes) -> str:
    """The hash of an entry, over length-prefixed fields so that none can run into the next."""
    fields = (
        prev_hash,
        str(seq),
        canonical(at),
        header.actor_id,
        header.actor_name,
        header.on_behalf_of or "",
        header.action,
        header.reason or "",
        header.request_id,
        digest.hex(),
    )
    return _hash(fields).hex()


def _digest_of(connection: Connection, seq: int) -> bytes:
    touched = connection.execute(_WROTE, {"entry_seq": seq}).all()
    tables = sorted({row.table_name for row in touched})
    written: dict[tuple[str, str], Sequence[str]] = {}
    for name in tables:
        source, _ = version_source(name)
        for row in connection.execute(_written_by(name), {"entry_seq": seq}):
            written[name, row.id] = row_fields(source, row)
    return rows_digest(((t.table_name, t.row_id) for t in touched), written)


def rows_digest(
    touched: Iterable[tuple[str, str]], written: Mapping[tuple[str, str], Sequence[str]]
) -> bytes:
    """The digest of the row versions that an entry wrote, in one fixed order."""
    total = hashlib.sha256()
    for table, row_id in sorted(touched):
        fields = written.get((table, row_id), ("deleted",))
        total.update(_hash((table, row_id, *fields)))
    return total.digest()


@cache
def _written_by(table_name: str) -> Select[Any]:
    source, number = version_source(table_name)
    return select(source).where(number == _SEQ)


@cache
def version_source(table_name: str) -> tuple[Any, Any]:
    """Where a table's row versions are, and the column that says which entry wrote each."""
    table = Base.metadata.tables[table_name]
    if is_tracked(table):
        history = in_view(history_of(table))
        return history, history.c.from_seq
    appended = in_view(table)
    return appended, appended.c.seq


_SKIPPED = frozenset({"id", "from_seq", "to_seq"})


@cache
def _hashed(source: Any) -> tuple[str, ...]:
    return tuple(sorted(c.name for c in source.columns if c.name not in _SKIPPED))


def row_fields(source: Any, row: Any) -> tuple[str, ...]:
    """A row version as name, value, name, value…; empty columns are left out.

    So a column that a later migration adds does not change the hash of what was before it.
    """
    fields: list[str] = []
    for column in _hashed(source):
        value = getattr(row, column)
        if value is not None:
            fields += (column, canonical(value))
    return tuple(fields)


def canonical(value: object) -> str:
    """A value as text that is the same whichever engine it was read from."""
    match value:
        case Enum():
            return f"e:{value.name}"
        case bool():
            return f"b:{int(value)}"
        case int():
            return f"i:{value}"
        case float():
            return f"f:{value!r}"
        case Decimal():
            return f"d:{value.normalize() + 0:f}"  # PostgreSQL knows no negative zero
        case str():
            return f"s:{value}"
        case datetime():
            return f"t:{value.astimezone(UTC).isoformat(timespec='microseconds')}"
        case date():
            return f"y:{value.isoformat()}"
        case bytes():
            return f"x:{hashlib.sha256(value).hexdigest()}"
        case _:
            return f"j:{orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()}"


def _hash(fields: Sequence[str]) -> bytes:
    total = hashlib.sha256()
    for field in fields:
        raw = field.encode()
        total.update(len(raw).to_bytes(8, "big"))
        total.update(raw)
    return total.digest()
