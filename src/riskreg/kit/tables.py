"""The base of every table: column types that behave the same on both engines, and what is kept.

A model says how its past is kept by the mixin it takes:

- `Tracked` rows change; triggers keep every version of them in `<table>_history`.
- `Appended` rows never change; each carries the `seq` of the entry that wrote it.
- `Recorded` rows never change; each says when it became known, which may be before it was written.
- `Current` rows say what counts now of recorded ones; they have no past of their own.
- a plain `Base` row is operational (jobs, sign-in sessions, idempotency keys): no history, no view.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import Enum as PyEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Enum,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column
from sqlalchemy.types import TypeDecorator

FOREVER_SEQ = 2**63 - 1
"""The open end of a row version: it holds until another entry ends it. Never NULL."""

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The deadline of what does not end."""


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""The deadline of what never began."""


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, to the microsecond, on both engines."""

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "an instant needs a time zone"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def _c_collated(plain: Any, sized: Any) -> Any:
    return plain.with_variant(sized, "postgresql")


def Chars(length: int) -> Any:  # noqa: N802 (reads as a column type)
    """Text of at most `length` characters, sorted by code point on both engines."""
    return _c_collated(String(length), postgresql.VARCHAR(length, collation="C"))


LongText = _c_collated(Text(), postgresql.TEXT(collation="C"))
"""Text of any length, sorted by code point; its bound is checked where it is accepted."""

Key = Chars(32)
"""A UUIDv7 as 32 hex digits."""

Json = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
"""A JSON value; on PostgreSQL as JSONB, which can be compared."""


def Word(kind: type[PyEnum]) -> Enum:  # noqa: N802 (reads as a column type)
    """A member of an enum, stored by its name and checked by the database."""
    return Enum(kind, native_enum=False, create_constraint=False, length=40)


class Base(DeclarativeBase):
    """The base of all models; constraint names follow one convention."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Tracked:
    """A row that changes; every version of it is kept. `version` counts its changes from 1."""

    id: Mapped[str] = mapped_column(Key, primary_key=True, sort_order=-10)
    version: Mapped[int] = mapped_column(Integer, sort_order=90)
    created_at: Mapped[datetime] = mapped_column(Instant, sort_order=91)
    created_by: Mapped[str] = mapped_column(Key, sort_order=92)
    updated_at: Mapped[datetime] = mapped_column(Instant, sort_order=93)
    updated_by: Mapped[str] = mapped_column(Key, sort_order=94)

    id_prefix: ClassVar[str] = ""


class Appended:
    """A row that is written once and never changes; `seq` is the entry that wrote it."""

    id: Mapped[str] = mapped_column(Key, primary_key=True, sort_order=-10)
    seq: Mapped[int] = mapped_column(BigInteger, index=True, sort_order=90)
    at: Mapped[datetime] = mapped_column(Instant, sort_order=91)
    by: Mapped[str] = mapped_column(Key, sort_order=92)

    id_prefix: ClassVar[str] = ""


class Recorded:
    """A telling, never changed: what it says is known from `recorded_at` on.

    There are too many of them for a trigger each: what wrote them is `entry_seq`, whose journal
    entry holds a row that covers them with a digest.
    """

    recorded_at: Mapped[datetime] = mapped_column(Instant, sort_order=90)
    entry_seq: Mapped[int] = mapped_column(BigInteger, sort_order=91)


class Current:
    """What counts now of recorded rows, kept in step in the same transaction; it has no past."""


_HISTORY: dict[str, Table] = {}
_APPENDED: set[str] = set()
_RECORDED: set[str] = set()
_CURRENT: set[str] = set()
_MODELS: dict[str, type[Any]] = {}


def history_of(table: Table) -> Table:
    """The table that holds every version of a tracked table's rows."""
    return _HISTORY[table.name]


def model_of(table_name: str) -> type[Any]:
    """The model of a guarded table."""
    return _MODELS[table_name]


def is_tracked(table: Table) -> bool:
    """Whether the table's row versions are kept."""
    return table.name in _HISTORY


def is_appended(table: Table) -> bool:
    """Whether the table's rows are written once and never changed."""
    return table.name in _APPENDED


def is_recorded(table: Table) -> bool:
    """Whether the table's rows are known from their `recorded_at` on."""
    return table.name in _RECORDED


def is_current(table: Table) -> bool:
    """Whether the table says only what counts now."""
    return table.name in _CURRENT


def is_guarded(table: Any) -> bool:
    """Whether the table may be read only through a view."""
    return table.name in _MODELS


_KEEPING = re.compile(r"(.+?)(?:_history|_fts(?:_\w+)?)?")


def keeps_guarded(name: str) -> bool:
    """Whether a table of this name holds rows of a guarded one: now, in the past, or as words."""
    match = _KEEPING.fullmatch(name)
    return name in _MODELS or (match is not None and match[1] in _MODELS)


IN_VIEW = "in_view_"


def in_view(table: Table, suffix: str = "") -> Any:
    """The table under the name that lets it be read: for views, the journal and the audit only.

    A name survives the cloning that statements undergo; a private mark on the table would not.
    """
    return table.alias(f"{IN_VIEW}{table.name}{suffix}")


def _check_words(table: Table) -> None:
    """Let the database refuse words that an enum lacks; histories keep what was once a word."""
    for column in table.columns:
        if isinstance(column.type, Enum):
            words = ", ".join(f"'{word}'" for word in column.type.enums)
            table.append_constraint(
                CheckConstraint(f"{column.name} IN ({words})", name=column.name)
            )


def _history_column(column: Column[Any]) -> Column[Any]:
    # Whatever is pointed at has a key; which type that is, SQLAlchemy may not know yet.
    kind = Key if column.foreign_keys else column.type
    return Column(column.name, kind, nullable=True)


def _make_history(table: Table) -> Table:
    history = Table(
        f"{table.name}_history",
        table.metadata,
        Column("id", Key, primary_key=True),
        Column("from_seq", BigInteger, primary_key=True, autoincrement=False),
        Column("to_seq", BigInteger, nullable=False),
        *[_history_column(c) for c in table.columns if c.name != "id"],
    )
    Index(f"ix_{history.name}_from_seq", history.c.from_seq)
    # Which versions an instant sees is told by an index alone: of one row, and of all. An instant
    # of late sees few versions that have ended, so the end comes first.
    Index(f"ix_{history.name}_versions", history.c.id, history.c.from_seq, history.c.to_seq)
    Index(f"ix_{history.name}_to_seq", history.c.to_seq, history.c.from_seq)
    return history


def _end_in_id(table: Table) -> None:
    """Let indexes of one column end in the id, which breaks ties: a page is read off the index."""
    for index in list(table.indexes):
        if len(index.columns) == 1 and not index.unique:
            [column] = index.columns
            table.indexes.discard(index)
            Index(index.name, column, table.c.id)


def mirror_indexes(table: Table) -> None:
    """Give the history table the indexes of its live table; what is unique there is not here.

    They end in the versions: else a page of the past reads each version to find the one it sees.
    """
    history = history_of(table)
    found = [tuple(index.columns.keys()) for index in table.indexes]
    unique = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    found += [tuple(rule.columns.keys()) for rule in unique]
    for names in sorted({names if len(names) > 1 else (*names, "id") for names in found}):
        columns = [history.c[name] for name in (*names, "from_seq", "to_seq")]
        Index(f"ix_{history.name}_{'_'.join(names)}", *columns)


@event.listens_for(Mapper, "instrument_class")
def _keep(mapper: Mapper[Any], model: type[Any]) -> None:
    table = mapper.local_table
    if not isinstance(table, Table):
        return
    _check_words(table)
    if issubclass(model, Tracked):
        _HISTORY[table.name] = _make_history(table)
        _end_in_id(table)
        mirror_indexes(table)
    elif issubclass(model, Appended):
        _APPENDED.add(table.name)
    elif issubclass(model, Recorded):
        _RECORDED.add(table.name)
    elif issubclass(model, Current):
        _CURRENT.add(table.name)
    else:
        return
    _MODELS[table.name] = model
