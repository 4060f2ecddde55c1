"""Our own scalars: instants with an offset, dates, and cursors.

They go into `StrawberryConfig(scalar_map=SCALARS)`; types then say `datetime`, `date` and `Cursor`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

Cursor = NewType("Cursor", str)
"""A place in one list, for the arguments with which it was asked."""

LONGEST_CURSOR = 16_384
"""A cursor carries its row's sort key, and a title of 200 letters may unfold to 3 600."""
SHOWN = 60

_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CURSOR = re.compile(r"[A-Za-z0-9_=-]+", re.ASCII)


def parse_instant(value: object) -> datetime:
    """The instant that the text names, in UTC; without an offset it would name no instant."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError(
        f"DateTime needs a date, a time and an offset, such as 2026-03-14T09:30:00Z: {_show(value)}"
    )


def print_instant(value: object) -> str:
    """The instant in UTC with a `Z`; fractions of a second only where there are any."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError("a DateTime is printed from an aware datetime")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def parse_date(value: object) -> date:
    """The calendar day that the text names."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError(f"Date needs a calendar day, such as 2026-03-14: {_show(value)}")


def print_date(value: object) -> str:
    """The day as YYYY-MM-DD."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError("a Date is printed from a date")
    return value.isoformat()


def parse_cursor(value: object) -> Cursor:
    """The cursor, if it has the shape of one; the list it belongs to looks inside."""
    if isinstance(value, str) and len(value) <= LONGEST_CURSOR and _CURSOR.fullmatch(value):
        return Cursor(value)
    raise GraphQLError(f"Cursor needs a cursor that a list gave: {_show(value)}")


def print_cursor(value: object) -> str:
    """The cursor as it is."""
    if not isinstance(value, str):
        raise TypeError("a Cursor is printed from a str")
    return value


def _show(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else type(value).__name__
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant. Send it with its offset from UTC; it is always returned in UTC, "
            "as `2026-03-14T09:30:00Z`, with microseconds only when it has any."
        ),
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339#section-5.6",
        serialize=print_instant,
        parse_value=parse_instant,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day without a time or a zone, as `2026-03-14`.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339#section-5.6",
        serialize=print_date,
        parse_value=parse_date,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description=(
            "A place in a list. Opaque: send back what the list gave, "
            "with the same filter, order and asOf."
        ),
        specified_by_url="https://relay.dev/graphql/connections.htm#sec-Cursor",
        serialize=print_cursor,
        parse_value=parse_cursor,
    ),
}
"""What `StrawberryConfig(scalar_map=…)` needs to use them."""
