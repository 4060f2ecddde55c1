"""Rows by column in the binary format of PostgreSQL's COPY, made and read as whole arrays.

The format (postgresql.org/docs/current/sql-copy.html, "Binary Format"): a header, then for each
row the number of fields, and for each field its length (-1 for NULL) and its bytes, big-endian.
Rows in which the same fields are NULL and the words are alike have one layout, so each such group
is one structured array. Days and instants count from 2000.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Column, Date, Float, Table
from sqlalchemy import Enum as Words
from sqlalchemy.dialects import postgresql

from riskreg.kit.tables import Instant

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
EPOCH_DAY = date(2000, 1, 1).toordinal()
EPOCH = np.datetime64("2000-01-01", "us")
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def packed(table: Table, columns: Mapping[str, NDArray[Any]]) -> bytes:
    """Rows by column as COPY takes them in; their order is not kept."""
    shape = np.zeros(len(next(iter(columns.values()))), dtype=np.int64)
    for name, array in columns.items():
        kind = table.c[name].type
        if isinstance(kind, Words):
            shape = shape * len(kind.enums) + array
        elif isinstance(kind, Float):
            shape = shape * 2 + np.isnan(array)
    parts = [HEADER]
    for one in np.unique(shape):
        rows = np.flatnonzero(shape == one)
        parts.append(_group(table, {name: array[rows] for name, array in columns.items()}))
    return b"".join((*parts, TRAILER))


def _group(table: Table, columns: Mapping[str, NDArray[Any]]) -> bytes:
    """Rows of one layout."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    filled: dict[str, Any] = {"fields": len(columns)}
    for name, array in columns.items():
        layout.append((f"size of {name}", ">i4"))
        found = _field(table.c[name], array)
        if found is None:
            filled[f"size of {name}"] = -1
            continue
        form, values = found
        layout.append((name, form))
        filled |= {f"size of {name}": np.dtype(form).itemsize, name: values}
    rows = np.empty(len(next(iter(columns.values()))), dtype=layout)
    for name, values in filled.items():
        rows[name] = values
    return rows.tobytes()


def _field(column: Column[Any], array: NDArray[Any]) -> tuple[str, Any] | None:
    """The layout and the values of a field; None where it is NULL."""
    kind = column.type
    if isinstance(kind, Words):
        word = kind.enums[int(array[0])].encode()
        return f"S{len(word)}", word
    if isinstance(kind, Float):
        return None if np.isnan(array[0]) else (">f8", array)
    if isinstance(kind, Date):
        return ">i4", array - EPOCH_DAY
    if isinstance(kind, Instant):
        return ">i8", (array.astype("datetime64[us]") - EPOCH).astype(np.int64)
    return _whole(column), array


def _whole(column: Column[Any]) -> str:
    return ">i8" if isinstance(column.type, BigInteger) else ">i4"


def select(table: Table) -> str:
    """The query of the rows within spans, none of whose fields is NULL; spans are three arrays."""
    owner, place = list(table.primary_key.columns)[:2]
    kinds = [column.type.compile(_DIALECT) for column in (owner, place, place)]
    spans = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, 1))
    # OFFSET 0 has each span looked up by the key: of many spans the planner would read the table.
    return (
        f"SELECT t.* FROM unnest({spans}) AS s(owner, first, last) CROSS JOIN LATERAL ("
        f"SELECT {', '.join(_said(column) for column in table.columns)} FROM {table.name} t "
        f"WHERE t.{owner.name} = s.owner AND t.{place.name} BETWEEN s.first AND s.last OFFSET 0) t"
    )


def _said(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, Words):
        words = ", ".join(f"'{word}'" for word in kind.enums)
        return f"array_position(ARRAY[{words}], t.{column.name}::text)"
    if isinstance(kind, Float) and column.nullable:
        return f"coalesce(t.{column.name}, 'NaN')"
    return f"t.{column.name}"


def unpacked(table: Table, data: memoryview) -> dict[str, NDArray[Any]]:
    """The columns of what COPY of `select` gave out."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for column in table.columns:
        layout += [(f"size of {column.name}", ">i4"), (column.name, _form(column))]
    form = np.dtype(layout)
    count = (len(data) - len(HEADER) - len(TRAILER)) // form.itemsize
    rows = np.frombuffer(data, dtype=form, count=count, offset=len(HEADER))
    return {column.name: _read(column, rows[column.name]) for column in table.columns}


def _form(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, (Words, Date)):
        return ">i4"
    if isinstance(kind, Float):
        return ">f8"
    return ">i8" if isinstance(kind, Instant) else _whole(column)


def _read(column: Column[Any], array: NDArray[Any]) -> NDArray[Any]:
    kind = column.type
    if isinstance(kind, Words):
        return array.astype(np.int8) - np.int8(1)
    if isinstance(kind, Float):
        return array.astype(np.float64)
    whole = array.astype(np.int64)
    if isinstance(kind, Date):
        return whole + EPOCH_DAY
    return EPOCH + whole.astype("timedelta64[us]") if isinstance(kind, Instant) else whole


def delete(table: Table) -> str:
    """The statement that deletes rows by their keys, an array for each column of it."""
    key = list(table.primary_key.columns)
    lists = ", ".join(
        f"${number}::{column.type.compile(_DIALECT)}[]" for number, column in enumerate(key, 1)
    )
    names = ", ".join(column.name for column in key)
    same = " AND ".join(f"t.{column.name} = k.{column.name}" for column in key)
    return f"DELETE FROM {table.name} t USING unnest({lists}) AS k({names}) WHERE {same}"


def plain(column: Column[Any], array: NDArray[Any]) -> list[Any]:
    """The values of a key's column as the driver takes them."""
    whole: list[Any] = array.tolist()
    is_day = isinstance(column.type, Date)
    return [date.fromordinal(day) for day in whole] if is_day else whole
