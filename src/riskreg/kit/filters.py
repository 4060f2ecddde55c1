"""Typed filters: operator inputs, and how each becomes a condition over a view's columns."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from itertools import count
from typing import Any, Generic, TypeVar

import strawberry
from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true

from riskreg.kit.errors import BadInput
from riskreg.kit.graph import term
from riskreg.kit.ids import parse_global_id
from riskreg.kit.tables import Base
from riskreg.kit.text import fold
from riskreg.kit.view import View

E = TypeVar("E", bound=Enum)
Condition = ColumnElement[bool]
Test = Callable[[View, Any, Any], Condition]
"""(view, alias, operator input) -> condition."""

MAX_DEPTH, MAX_ITEMS, MAX_LEAVES = 5, 100, 50
MAX_TEXT = 1000
"""Beyond 50 000 bytes SQLite refuses to look for a text inside another."""


@strawberry.input(description="Conditions on a text.")
class TextFilter:
    """Operators on text; `contains` ignores case and diacritics."""

    eq: str | None = strawberry.field(default=None, description="Is exactly this.")
    in_: list[str] | None = strawberry.field(
        name="in", default=None, description="Is one of these."
    )
    contains: str | None = strawberry.field(
        default=None, description="Has this in it, whatever its case."
    )
    is_null: bool | None = strawberry.field(default=None, description="Is empty (true) or not.")


@strawberry.input(description="Conditions on a whole number.")
class IntFilter:
    """Operators on whole numbers."""

    eq: int | None = strawberry.field(default=None, description="Equals.")
    in_: list[int] | None = strawberry.field(
        name="in", default=None, description="Is one of these."
    )
    gt: int | None = strawberry.field(default=None, description="Greater than.")
    gte: int | None = strawberry.field(default=None, description="Greater than or equal.")
    lt: int | None = strawberry.field(default=None, description="Less than.")
    lte: int | None = strawberry.field(default=None, description="Less than or equal.")
    is_null: bool | None = strawberry.field(default=None, description="Is empty (true) or not.")


@strawberry.input(description="Conditions on a business date.")
class DateFilter:
    """Operators on dates."""

    eq: date | None = strawberry.field(default=None, description="On this day.")
    gt: date | None = strawberry.field(default=None, description="After.")
    gte: date | None = strawberry.field(default=None, description="On or after.")
    lt: date | None = strawberry.field(default=None, description="Before.")
    lte: date | None = strawberry.field(default=None, description="On or before.")
    is_null: bool | None = strawberry.field(default=None, description="Is empty (true) or not.")


@strawberry.input(description="Conditions on an instant.")
class DateTimeFilter:
    """Operators on instants."""

    gt: datetime | None = strawberry.field(default=None, description="After.")
    gte: datetime | None = strawberry.field(default=None, description="At or after.")
    lt: datetime | None = strawberry.field(default=None, description="Before.")
    lte: datetime | None = strawberry.field(default=None, description="At or before.")
    is_null: bool | None = strawberry.field(default=None, description="Is empty (true) or not.")


@strawberry.input(name="Filter", description="Conditions on a word of a list.")
class EnumFilter(Generic[E]):
    """Operators on an enum."""

    eq: E | None = strawberry.field(default=None, description="Is this.")
    in_: list[E] | None = strawberry.field(name="in", default=None, description="Is one of these.")
    not_in: list[E] | None = strawberry.field(default=None, description="Is none of these.")


@strawberry.input(description="Conditions on a link to one row; give ids or codes.")
class RefFilter:
    """Operators on a reference."""

    eq: str | None = strawberry.field(default=None, description="Is this row (id or code).")
    in_: list[str] | None = strawberry.field(
        name="in", default=None, description="Is one of these rows."
    )
    is_null: bool | None = strawberry.field(
        default=None, description="There is none (true) or one."
    )


@strawberry.input(description="Conditions on links to several rows; give ids or codes.")
class LinkFilter:
    """Operators on a to-many link."""

    some: list[str] | None = strawberry.field(
        default=None, description="Linked to at least one of these."
    )
    none: list[str] | None = strawberry.field(default=None, description="Linked to none of these.")


_OPERATORS: dict[str, Callable[[Any, Any], Condition]] = {
    "eq": lambda column, value: column == value,
    "in_": lambda column, value: column.in_(value),
    "not_in": lambda column, value: or_(column.is_(None), column.not_in(value)),
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "contains": lambda column, value: func.lower(column).contains(
        "".join(c.lower() if c.isascii() else c for c in value), autoescape=True
    ),
    "is_null": lambda column, value: column.is_(None) if value else column.is_not(None),
}


def plain(name: str) -> Test:
    """A test of the column or declared expression of this name."""

    def test(_view: View, alias: Any, given: Any) -> Condition:
        column = term(alias, name)
        column = getattr(column, "element", column)  # without its label
        found = [_apply(column, operator, value) for operator, value in _given(given)]
        return and_(true(), *found)

    return test


def _apply(column: Any, operator: str, value: Any) -> Condition:
    _refuse_many(value)
    if isinstance(value, list):
        value = [one for one in value if is_storable(one)]
    return _OPERATORS[operator](column, value) if is_storable(value) else false()


def _refuse_many(value: object) -> None:
    if isinstance(value, list) and len(value) > MAX_ITEMS:
        message = f"a filter lists at most {MAX_ITEMS} values"
        raise BadInput(message)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        message = f"a text in a filter has at most {MAX_TEXT} characters"
        raise BadInput(message)


_NEVER_STORED = re.compile("[\x00\ud800-\udfff]")


def is_storable(value: object) -> bool:
    """Whether a value can be compared at all: no row holds NUL or half a character."""
    return not (isinstance(value, str) and _NEVER_STORED.search(value))


def flag(name: str) -> Test:
    """A test of a column that is true or false, by a plain `Boolean`."""

    def test(_view: View, alias: Any, given: Any) -> Condition:
        column = getattr(term(alias, name), "element", term(alias, name))
        return and_(column if given else not_(column))

    return test


def text(name: str, folded: str) -> Test:
    """A test of a text column; `contains` looks in its folded twin."""

    def test(view: View, alias: Any, given: TextFilter) -> Condition:
        found: list[Condition] = []
        for operator, value in _given(given):
            condition = _apply(getattr(alias, name), operator, value)
            if operator == "contains" and is_storable(value):
                condition = getattr(alias, folded).contains(fold(value), autoescape=True)
            found.append(condition)
        return and_(true(), *found)

    return test


def ref(name: str, target: type[Base]) -> Test:
    """A test of a foreign key, by ids or codes of its target."""

    def test(view: View, alias: Any, given: RefFilter) -> Condition:
        column = getattr(alias, name)
        found: list[Condition] = []
        for operator, value in _given(given):
            if operator == "is_null":
                found.append(_apply(column, operator, value))
            else:
                wanted = value if isinstance(value, list) else [value]
                found.append(column.in_(keys_of(view, target, wanted)))
        return and_(true(), *found)

    return test


def link(through: type[Base], parent: str, child: str, target: type[Base]) -> Test:
    """A test of a link table, by ids or codes of the far side."""

    def test(view: View, alias: Any, given: LinkFilter) -> Condition:
        found: list[Condition] = []
        for operator, value in _given(given):
            joined = view.of(through)
            far = getattr(joined, child)
            linked = select(getattr(joined, parent)).where(far.in_(keys_of(view, target, value)))
            found.append(alias.id.in_(linked) if operator == "some" else alias.id.not_in(linked))
        return and_(true(), *found)

    return test


def keys_of(view: View, target: type[Base], wanted: list[str]) -> Any:
    """A select of the keys of rows given by global id or by code."""
    _refuse_many(wanted)
    alias: Any = view.of(target)
    ids = [parsed[1] for one in wanted if (parsed := parse_global_id(one))]
    codes = [one for one in wanted if parse_global_id(one) is None and is_storable(one)]
    conditions = [alias.id.in_(ids)]
    if codes and hasattr(alias, "code"):
        conditions.append(alias.code.in_(codes))
    return select(alias.id).where(or_(*conditions))


def _given(operators: Any) -> list[tuple[str, Any]]:
    pairs = [(f.name, getattr(operators, f.name)) for f in fields(operators)]
    return [(name, value) for name, value in pairs if value is not None]


def conditions(view: View, alias: Any, tests: Mapping[str, Test], given: Any) -> Condition:
    """The condition of a filter input: `{}` matches all, `or: []` nothing, `and: []` all."""
    leaves = count(1)

    def condition(given: Any, depth: int) -> Condition:
        if given is None:
            return true()
        if depth == 0:
            message = f"a filter nests at most {MAX_DEPTH} deep"
            raise BadInput(message)
        found: list[Condition] = []
        for name, value in _given(given):
            _refuse_many(value)
            if name == "and_":
                found.append(and_(true(), *[condition(inner, depth - 1) for inner in value]))
            elif name == "or_":
                found.append(or_(false(), *[condition(inner, depth - 1) for inner in value]))
            elif name == "not_":
                # What is unknown, as of an empty column, does not hold: so its contrary does.
                found.append(not_(func.coalesce(condition(value, depth - 1), false())))
            elif next(leaves) > MAX_LEAVES:
                message = f"a filter has at most {MAX_LEAVES} conditions"
                raise BadInput(message)
            else:
                found.append(tests[name](view, alias, value))
        return and_(true(), *found)

    return condition(given, MAX_DEPTH)
