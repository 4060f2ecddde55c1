"""Rows by column as SQLite's driver takes them: statements, and what is bound to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Date, Float, Table
from sqlalchemy import Enum as Words

from riskreg.kit.tables import Instant

Bound = Iterable[tuple[Any, ...]]
Stretches = tuple[Sequence[int], Sequence[date], Sequence[date]]


def insert(table: Table, columns: Mapping[str, NDArray[Any]]) -> tuple[str, Bound]:
    """The statement that inserts rows, and the values of each.

    What all rows say alike stands in the statement: to bind a value costs more than to store it.
    """
    said, bound = [], []
    for name, array in columns.items():
        one = _alike(table.c[name], array)
        said.append("?" if one is None else one)
        if one is None:
            bound.append(_encoded(table.c[name], array))
    sql = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join(said)})"
    size = len(next(iter(columns.values())))
    return sql, zip(*bound, strict=True) if bound else ((),) * size


def or_put(table: Table) -> str:
    """The end of an insert that puts the values where the key is there already."""
    key = [column.name for column in table.primary_key.columns]
    put = [f"{c.name} = excluded.{c.name}" for c in table.columns if c.name not in key]
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join(put)}"


def insert_recorded(
    recorded: Table, current: Table, spans: Stretches, mark: Mapping[str, int]
) -> tuple[str, Bound]:
    """The statement that puts marked rows of one table into another, and the spans to look at."""
    owner, place = (column.name for column in current.primary_key.columns)
    names = ", ".join(column.name for column in current.columns)
    marked = "".join(f" AND {name} = {value:d}" for name, value in mark.items())
    sql = (
        f"INSERT INTO {current.name} ({names}) SELECT {names} FROM {recorded.name} "
        f"WHERE {owner} = ? AND {place} BETWEEN ? AND ?{marked} {or_put(current)}"
    )
    return sql, _shown(spans)


def select(table: Table, spans: Stretches) -> tuple[str, tuple[str]]:
    """The query of all columns of the rows within spans, and what is bound to it."""
    owner, place = (column.name for column in list(table.primary_key.columns)[:2])
    names = ", ".join(f"t.{column.name}" for column in table.columns)
    at = [f"json_extract(s.value, '$[{number}]')" for number in range(3)]
    sql = (
        f"SELECT {names} FROM json_each(?) s CROSS JOIN {table.name} t "
        f"ON t.{owner} = {at[0]} AND t.{place} BETWEEN {at[1]} AND {at[2]}"
    )
    return sql, (json.dumps(list(_shown(spans))),)


def columns_of(table: Table, rows: Sequence[Sequence[Any]]) -> dict[str, NDArray[Any]]:
    """Selected rows by column."""
    lists = [*zip(*rows, strict=True)] if rows else [()] * len(table.columns)
    return {c.name: _decoded(c, values) for c, values in zip(table.columns, lists, strict=True)}


def _shown(spans: Stretches) -> Bound:
    owners, first, last = spans
    return zip(owners, map(str, first), map(str, last), strict=True)


def _alike(column: Column[Any], array: NDArray[Any]) -> str | None:
    """What the whole column says, as a literal; None where values differ or are fractions."""
    if isinstance(column.type, Float):
        return "NULL" if np.isnan(array).all() else None
    if not len(array) or not (array == array[0]).all():
        return None
    [value] = _encoded(column, array[:1])
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else f"{value:d}"


def _encoded(column: Column[Any], array: NDArray[Any]) -> list[Any]:
    plain: list[Any] = array.tolist()
    kind = column.type
    if isinstance(kind, Float):
        for at in np.flatnonzero(np.isnan(array)).tolist():
            plain[at] = None
    elif isinstance(kind, Date):
        plain = _each(plain, lambda day: date.fromordinal(day).isoformat())
    elif isinstance(kind, Instant):
        plain = _each(plain, lambda at: at.isoformat(" ", "microseconds"))
    elif isinstance(kind, Words):
        plain = [kind.enums[code] for code in plain]
    return plain


def _decoded(column: Column[Any], values: Sequence[Any]) -> NDArray[Any]:
    kind = column.type
    if isinstance(kind, Float):
        return np.array(values, dtype=np.float64)
    if isinstance(kind, Date):
        return np.array(_each(values, _ordinal), dtype=np.int64)
    if isinstance(kind, Instant):
        return np.array(_each(values, np.datetime64), dtype="datetime64[us]")
    if isinstance(kind, Words):
        return np.array(_each(values, kind.enums.index), dtype=np.int8)
    return np.array(values, dtype=np.int64)


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _each(values: Sequence[Any], made: Callable[[Any], Any]) -> list[Any]:
    """What is made of each value, made once for those that are equal."""
    known = {value: made(value) for value in set(values)}
    return [known[value] for value in values]
