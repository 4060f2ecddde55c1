"""The time, working days by calendar, and the instants at which days end.

This is the only module that reads the machine's clock. Everything else is handed a `Clock`, or an
instant that came from one, so that tests and the demo can move the time.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Protocol
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Singapore"
"""The organisation's zone unless the settings say otherwise."""

SATURDAY_AND_SUNDAY = frozenset({5, 6})
"""The usual weekend, as numbers that `date.weekday` gives (Monday is 0)."""

MOST_WORKING_DAYS = 5_000
"""The longest stretch anybody may count: about twenty years of work."""


_COUNTRY = re.compile(r"[A-Z]{2}")


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is set or advanced, for tests and replays."""

    def __init__(self, start: datetime) -> None:
        self._now = in_utc(start)

    def now(self) -> datetime:
        """The instant the clock was last set to."""
        return self._now

    def set(self, instant: datetime) -> None:
        """Move the clock to an instant, also backwards."""
        self._now = in_utc(instant)

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move the clock on by a `timedelta`, or by its parts (`days=3`), and get the new time."""
        self._now += timedelta(**parts) if by is None else by
        return self._now


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC; an instant without an offset is refused."""
    if instant.tzinfo is None:
        message = f"an instant needs an offset from UTC: {instant.isoformat()}"
        raise ValueError(message)
    return instant.astimezone(UTC)


def today(instant: datetime, zone: str = DEFAULT_ZONE) -> date:
    """The day it is in `zone` at that instant."""
    return in_utc(instant).astimezone(ZoneInfo(zone)).date()


def start_of(day: date, zone: str = DEFAULT_ZONE) -> datetime:
    """The instant at which the day begins in `zone`."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str = DEFAULT_ZONE) -> datetime:
    """The first instant after the day in `zone`; what is due on a day is late from here on."""
    return start_of(day + timedelta(days=1), zone)


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days people work: the holidays of a country (or none) and its weekend.

    `country` and `subdivision` are ISO 3166 codes as the `holidays` package takes them ("SG",
    "DE" with "BE"); no country means that only the weekend is free. `weekend` None takes the
    country's own (Friday and Saturday in SA).
    """

    country: str | None = None
    subdivision: str | None = None
    weekend: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if self.weekend is not None and not self.weekend < frozenset(range(7)):
            message = "a weekend is some of the days 0 to 6, never all of them"
            raise ValueError(message)

    @property
    def code(self) -> str:
        """The code that `calendar` turns back into this calendar, if its weekend is its own."""
        return "-".join(part for part in (self.country, self.subdivision) if part)

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day."""
        year = _year(self.country, self.subdivision, day.year)
        if day in year.made_up:
            return True
        weekend = year.weekend if self.weekend is None else self.weekend
        return day.weekday() not in weekend and day not in year.free

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after the day, before it if negative; 0 is the day itself."""
        if abs(count) > MOST_WORKING_DAYS:
            message = f"at most {MOST_WORKING_DAYS} working days can be counted, not {count}"
            raise ValueError(message)
        step = timedelta(days=1 if count >= 0 else -1)
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days `end` lies after `start`: those later than `start`, up to `end`.

        Negative when `end` is earlier, so that `add_working_days` always leads back.
        """
        if end < start:
            return -_working(self, end, start - timedelta(days=1))
        return _working(self, start + timedelta(days=1), end)

    def end_after(self, instant: datetime, count: int, zone: str = DEFAULT_ZONE) -> datetime:
        """The end of the `count`-th working day after the day it is in `zone` at that instant."""
        return end_of(self.add_working_days(today(instant, zone), count), zone)


@lru_cache(maxsize=4096)
def _working(calendar: WorkingCalendar, first: date, last: date) -> int:
    # Kept, since lint asks the same few stretches of every action of the register.
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


@cache
def calendar(code: str = "") -> WorkingCalendar:
    """The calendar named by a code: "SG", "DE-BE", or "" for Monday to Friday without holidays.

    An unknown code is a ValueError.
    """
    country, _, subdivision = code.partition("-")
    if code and not _COUNTRY.fullmatch(country):
        raise ValueError(f"there is no holiday calendar for {code!r}")
    found = WorkingCalendar(country or None, subdivision or None)
    _year(found.country, found.subdivision, 2026)
    return found


@cache
def calendar_of_market(locale: str) -> WorkingCalendar:
    """The calendar of a market by its BCP-47 locale: that of its region ("pt-BR" is "BR").

    A locale without a country as its region ("en", "es-419") is a ValueError.
    """
    regions = [part for part in locale.split("-")[1:] if len(part) == 2 and part.isalpha()]
    if not regions:
        message = f"the locale {locale!r} names no country"
        raise ValueError(message)
    return calendar(regions[0].upper())


def calendar_of_zone(zone: str) -> WorkingCalendar | None:
    """The calendar of the country that a time zone lies in ("Asia/Tokyo" is "JP").

    None for a zone of no country, such as UTC, and for one that goes by an older name.
    """
    country = _countries().get(zone)
    return None if country is None else calendar(country)


@cache
def _countries() -> dict[str, str]:
    """The country of each zone that the time zone database lists for one."""
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


@dataclass(frozen=True)
class _Year:
    """The days of one year on which a country does not work, or works in spite of its weekend."""

    weekend: frozenset[int]
    free: frozenset[date]
    made_up: frozenset[date]


@cache
def _year(country: str | None, subdivision: str | None, year: int) -> _Year:
    if country is None:
        return _Year(SATURDAY_AND_SUNDAY, frozenset(), frozenset())
    try:
        found = _holidays().country_holidays(country, subdiv=subdivision, years=year, expand=False)
    except NotImplementedError as error:
        name = "-".join(part for part in (country, subdivision) if part)
        message = f"there is no holiday calendar for {name!r}"
        raise ValueError(message) from error
    made_up = frozenset(day for day in found.weekend_workdays if day.year == year)
    return _Year(frozenset(found.weekend), frozenset(found), made_up)


@cache
def _holidays() -> Any:
    # Loading every country costs 0.5 s and 27 MB, which a server that only reads need not pay.
    return importlib.import_module("holidays")
