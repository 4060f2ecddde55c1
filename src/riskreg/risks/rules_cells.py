"""The cells of the register as a file: how values are written, and what a text in a cell means.

A spreadsheet takes a text that begins with `=` (or `+`, `-`, `@`) for a formula. Such texts are
written behind an apostrophe, which reading takes away again; no other text is touched, so that
what was written and read is the same text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from riskreg.kit.text import INVISIBLE, clean
from riskreg.risks.rules_columns import SCENARIO, Column, Kind

Value = str | int | Decimal | date | datetime | Enum | tuple[str, ...] | None
"""What a cell holds; None where it is empty."""

STARTERS = "=+-@＝＋－＠﹦﹢﹣﹫⁺⁻⁼₊₋₌⩵⩶−\ufb29"
"""What a formula may begin with; full-width and small forms are taken for the same."""
_START = f"[{re.escape(STARTERS)}]"
_UNSEEN = "".join(sorted(INVISIBLE)) + "\u034f\u061c\u115f\u1160\u17b4\u17b5\u200c-\u200f"
_UNSEEN += "\u2061-\u2064\u206a-\u206f\u3164\ufe00-\ufe0f\uffa0"
_SEPARATORS = ";\t\r\n"
_BLANK = rf"(?:[^\S{_SEPARATORS}]|[{_UNSEEN}])"
_ANY_BLANK = rf"[\s{_UNSEEN}]"

# Where fields are told apart by semicolons, quotes do not hold a cell together: each of its
# lines, and what follows each semicolon, begins a cell of its own.
_FIRST = re.compile(rf"'*{_BLANK}*{_START}")
_FIRST_MARKED = re.compile(rf"'+{_BLANK}*{_START}")
_LATER = re.compile(rf"([{_SEPARATORS}])(?='*{_BLANK}*{_START})")
_LATER_MARKED = re.compile(rf"([{_SEPARATORS}])'(?='*{_BLANK}*{_START})")
_IN_SHEET = re.compile(rf"'*{_ANY_BLANK}*{_START}")
_IN_SHEET_MARKED = re.compile(rf"'+{_ANY_BLANK}*{_START}")


class Unreadable(ValueError):
    """What is wrong with a cell, as a sentence for a person."""


def marked_for_csv(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet could take it for a formula."""
    if _FIRST.match(text):
        text = f"'{text}"
    if ";" in text or "\n" in text or "\t" in text or "\r" in text:
        return _LATER.sub(r"\1'", text)
    return text


def unmarked_from_csv(text: str) -> str:
    """The text that `marked_for_csv` was given."""
    if "'" not in text:
        return text
    if _FIRST_MARKED.match(text):
        text = text[1:]
    return _LATER_MARKED.sub(r"\1", text)


def marked_for_sheet(text: str) -> str:
    """The same for a workbook, where a cell is one whatever is in it."""
    return f"'{text}" if _IN_SHEET.match(text) else text


def unmarked_from_sheet(text: str) -> str:
    """The text that `marked_for_sheet` was given."""
    return text[1:] if _IN_SHEET_MARKED.match(text) else text


def written(value: Value) -> str:
    """A value as text, the same in every format."""
    match value:
        case None:
            return ""
        case str():
            return value
        case tuple():
            return " ".join(value)
        case Decimal():
            return decimal_text(value)
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def decimal_text(value: Decimal) -> str:
    """The number without exponent and without zeros at its end."""
    return f"{value.normalize():f}"


def instant_text(value: datetime) -> str:
    """The instant in UTC, as the API prints it."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def scenario(parts: Mapping[str, str | None]) -> str:
    """Title, cause, event and consequence as one text, from which `scenario_parts` reads them."""
    lines = [parts["title"] or ""]
    for name in SCENARIO[1:]:
        if text := parts[name]:
            first, *rest = text.split("\n")
            lines += [f"{name.capitalize()}: {first}", *(f"  {line}" for line in rest)]
    return "\n".join(lines)


_PART = re.compile(r"(Cause|Event|Consequence):(?: |$)")


def scenario_parts(text: str) -> dict[str, str | None]:
    """The values that a scenario holds: its first line is the title.

    In a text of somebody else, who writes no `Cause:`, `Event:` and `Consequence:`, all that
    follows the title is the event.
    """
    title, *lines = text.split("\n")
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if start := _PART.match(line):
            name = start[1].lower()
            found.setdefault(name, []).append(line[start.end() :])
        elif name:
            found[name].append(line.removeprefix("  "))
        else:
            found.setdefault("event", []).append(line)
    said = {part: "\n".join(those).strip() or None for part, those in found.items()}
    return {"title": title.strip() or None} | {part: said.get(part) for part in SCENARIO[1:]}


def value_of(column: Column, text: str) -> Value:
    """What a cell holds; raises `Unreadable`, or the `UserError` of a text that may not be.

    Whether the value fits the rest of the register is for the import to see.
    """
    if column.kind in (Kind.TOLD, Kind.TOLD_TEXT):
        return " ".join(text.split())
    said = text.strip()
    if not said:
        return () if column.kind is Kind.CODES else None
    return _READERS[column.kind](column, said)


def _text(column: Column, text: str) -> str | None:
    return clean(text, limit=column.most, field=column.field) or None


def _prose(column: Column, text: str) -> str | None:
    return clean(text, limit=column.most, field=column.field, multiline=True) or None


_CODE = re.compile(r"R-([0-9]{3,8})", re.ASCII)


def _code(column: Column, text: str) -> str:
    found = _CODE.fullmatch(text)
    if found is None:
        raise Unreadable("A code looks like R-007.")
    return f"R-{int(found[1]):03d}"


def _word(column: Column, text: str) -> Enum:
    words = column.words
    assert words is not None  # noqa: S101 (every column of words has them)
    try:
        return words[text.upper()]
    except KeyError:
        allowed = ", ".join(words.__members__)
        raise Unreadable(f"{_quoted(text)} is none of {allowed}.") from None


def _whole(column: Column, text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text, re.ASCII):
        raise Unreadable(f"{_quoted(text)} is no whole number.")
    return int(_within(column, Decimal(text)))


def _decimal(column: Column, text: str) -> Decimal:
    if not re.fullmatch(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?", text, re.ASCII):
        raise Unreadable(f"{_quoted(text)} is no number, such as 0.25.")
    number = Decimal(text)
    kept = number.normalize().as_tuple().exponent
    if isinstance(kept, int) and -kept > column.places:
        raise Unreadable(f"At most {column.places} digits behind the point are kept.")
    return _within(column, number)


def _within(column: Column, number: Decimal) -> Decimal:
    if not column.least <= number <= column.most:
        raise Unreadable(f"This lies between {column.least} and {column.most}, not at {number}.")
    return number


def _day(column: Column, text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise Unreadable(f"{_quoted(text)} is no day, such as 2026-03-14.")


def _instant(column: Column, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.upper())
        if found.tzinfo is not None and found.year > 1:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Unreadable(f"{_quoted(text)} is no instant with its offset: 2026-03-14T09:30:00Z.")


def _codes(column: Column, text: str) -> tuple[str, ...]:
    said = clean(text, limit=column.most, field=column.field, multiline=True)
    return tuple(sorted({one for one in re.split(r"[\s,;]+", said) if one}))


_IN_BRACKETS = re.compile(r"\(([^()\s]+)\)$")


def _person(column: Column, text: str) -> str | None:
    said = clean(text, limit=column.most, field=column.field)
    named = _IN_BRACKETS.search(said)
    return named[1] if named else said or None


def _quoted(text: str) -> str:
    return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'


_READERS: Mapping[Kind, Callable[[Column, str], Value]] = MappingProxyType(
    {
        Kind.CODE: _code,
        Kind.LINE: _text,
        Kind.PROSE: _prose,
        Kind.SCENARIO: _prose,
        Kind.WORD: _word,
        Kind.WHOLE: _whole,
        Kind.DECIMAL: _decimal,
        Kind.DAY: _day,
        Kind.INSTANT: _instant,
        Kind.CODES: _codes,
        Kind.PERSON: _person,
    }
)
