"""Numbers, dates and lists as a brief writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NUMBERS = (
    "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)

UP, DOWN, LEVEL, FRESH = "▲", "▼", "=", "●"
ELLIPSIS = "…"
NBSP = "\N{NO-BREAK SPACE}"


def number(value: int) -> str:
    """Up to twelve in words, as a sentence wants it; "no" for zero."""
    return NUMBERS[value] if 0 <= value < len(NUMBERS) else grouped(value)


def grouped(value: int) -> str:
    """Digits in groups of three: "48,112"."""
    return f"{value:,}"


def plural(value: int, one: str, many: str) -> str:
    """The noun that goes with the number."""
    return one if value == 1 else many


def short_date(day: date, year_of: date | None = None) -> str:
    """The day as "18 Nov", with its year where that is not the year of `year_of`."""
    text = f"{day.day}{NBSP}{MONTHS[day.month - 1]}"
    return text if year_of is not None and day.year == year_of.year else f"{text}{NBSP}{day.year}"


def week_date(day: date, year_of: date | None = None) -> str:
    """The day as "Wed 18 Nov"."""
    return f"{DAYS[day.weekday()]}{NBSP}{short_date(day, year_of)}"


def instant(at: datetime, zone: str) -> str:
    """The instant as "Mon 16 Nov 2026, 08:30 Asia/Singapore"."""
    return f"{week_date(at)}, {at:%H:%M} {zone}"


def listed(items: Sequence[str]) -> str:
    """The items as "R-007, R-011 and R-019"."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def shortened(items: Sequence[str], most: int) -> str:
    """The first few and "…" for the rest; the count of all stands elsewhere."""
    return listed(items) if len(items) <= most else f"{', '.join(items[:most])} {ELLIPSIS}"


def brief(text: str, most: int) -> str:
    """The text in at most that many letters, cut at a word and ended by "…"."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head, _, _ = text[:most].rpartition(" ")
    return f"{(head or text[: most - 1]).rstrip(' ,;:(–-')}{ELLIPSIS}"


def sentence(text: str) -> str:
    """The text with a capital first letter and a full stop."""
    text = text.strip().rstrip(".")
    if not text:
        return ""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(ELLIPSIS) else '.'}"
