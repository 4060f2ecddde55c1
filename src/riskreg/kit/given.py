"""What callers gave, checked and in the form in which it is kept.

`Maybe` fields of an input tell three things apart: left out (the row keeps what it has), null, and
a value. Each function here takes one such field with what the row holds now.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import Some

from riskreg.kit.codes import next_code, reserve_code
from riskreg.kit.db import visible_everywhere
from riskreg.kit.errors import UserError
from riskreg.kit.tables import Base
from riskreg.kit.text import clean, required
from riskreg.kit.view import View

T = TypeVar("T")
Given = Some[T | None] | None
"""A `Maybe` field: None where it was left out."""

CODE_LIMIT = 40
_CODE = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*", re.ASCII)
_NUMBERED = re.compile(r"([A-Z]+)-([0-9]{1,9})", re.ASCII)


def changed(given: Given[T], now: T, field: str) -> T:
    """The value given, or what there is now; null is refused, as for a field that must be there."""
    if given is None:
        return now
    if given.value is None:
        raise UserError("This must not be empty.", code="REQUIRED", field=(field,))
    return given.value


def changed_or_none(given: Given[T], now: T | None) -> T | None:
    """The value given, null included, or what there is now."""
    return now if given is None else given.value


def changed_text(given: Given[str], now: str, *, limit: int, field: str) -> str:
    """The text given, clean and not empty, or what there is now."""
    return now if given is None else required(given.value or "", limit=limit, field=field)


def changed_note(given: Given[str], now: str | None, *, limit: int, field: str) -> str | None:
    """The text given, clean, or None if it is empty, or what there is now."""
    return now if given is None else clean(given.value or "", limit=limit, field=field) or None


def measure(value: Decimal, low: str, high: str, *, places: int, field: str) -> Decimal:
    """The number, rounded to the places that are kept; OUT_OF_RANGE outside `low` to `high`."""
    if not value.is_finite() or not Decimal(low) <= value <= Decimal(high):
        message = f"This must be between {low} and {high}."
        raise UserError(message, code="OUT_OF_RANGE", field=(field,))
    return value.quantize(Decimal(1).scaleb(-places))


def zone(value: str, field: str) -> str:
    """The name of a time zone, if there is one of that name."""
    try:
        return ZoneInfo(value).key
    except (KeyError, OSError, ValueError):
        message = "There is no such time zone; one is called Asia/Singapore, for example."
        raise UserError(message, field=(field,)) from None


async def refuse_taken(
    session: AsyncSession, view: View, model: type[Base], *, but: str | None = None, **column: str
) -> None:
    """DUPLICATE if another row (than `but`) has the value; `column` is one column and its value."""
    [(name, value)] = column.items()
    alias = visible_everywhere(view).of(model)
    taken = select(alias.id).where(getattr(alias, name) == value)  # type: ignore[attr-defined]
    if {*(await session.execute(taken, view.params)).scalars()} - {but}:
        message = f"This {name} is taken already."
        raise UserError(message, code="DUPLICATE", field=(name,))


async def code_for(
    session: AsyncSession, view: View, model: type[Base], given: str | None, *, prefix: str
) -> str:
    """The code of a new row: the one given, if it is free, or else the next of the prefix."""
    if given is None:
        return await next_code(session, prefix)
    code = required(given, limit=CODE_LIMIT, field="code")
    if not _CODE.fullmatch(code):
        message = "A code is of letters and digits, with single dots, hyphens or underscores."
        raise UserError(message, field=("code",))
    await refuse_taken(session, view, model, code=code)
    if (number := _NUMBERED.fullmatch(code)) and number[1] == prefix:
        await reserve_code(session, prefix, int(number[2]))
    return code
