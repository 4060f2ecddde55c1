"""Clocks, days in a zone, and working days by calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.kit.clock import (
    Clock,
    SettableClock,
    SystemClock,
    WorkingCalendar,
    calendar,
    calendar_of_market,
    calendar_of_zone,
    end_of,
    in_utc,
    start_of,
    today,
)
from riskreg.kit.ranked import Ranked
from riskreg.kit.tables import NEVER
from riskreg.risks.rules import FAR

PLAIN = calendar()
SINGAPORE = calendar("SG")
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
CALENDARS = st.sampled_from([PLAIN, SINGAPORE, calendar("SA"), calendar("BR"), calendar("CN")])


def test_system_clock_gives_aware_utc() -> None:
    clock: Clock = SystemClock()
    first = clock.now()
    assert first.tzinfo is UTC
    assert first <= clock.now()


def test_settable_clock_stands_still_until_moved() -> None:
    clock = SettableClock(datetime(2026, 11, 16, 9, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now() == clock.now() == datetime(2026, 11, 16, 1, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.advance(timedelta(minutes=5)) == datetime(2026, 11, 16, 1, 5, tzinfo=UTC)
    assert clock.advance(days=2, hours=1) == datetime(2026, 11, 18, 2, 5, tzinfo=UTC)
    clock.set(datetime(2025, 1, 1, tzinfo=UTC))
    assert clock.now() == datetime(2025, 1, 1, tzinfo=UTC)


def test_instant_without_offset_is_refused() -> None:
    naive = datetime(2026, 11, 16)  # noqa: DTZ001 (the mistake under test)
    for refuse in (in_utc, SettableClock, today):
        with pytest.raises(ValueError, match="needs an offset from UTC"):
            refuse(naive)


def test_today_depends_on_the_zone() -> None:
    instant = datetime(2026, 11, 15, 17, tzinfo=UTC)
    assert today(instant) == date(2026, 11, 16)
    assert today(instant, "UTC") == date(2026, 11, 15)
    assert today(instant, "America/Bogota") == date(2026, 11, 15)


def test_day_begins_and_ends_in_its_zone() -> None:
    assert start_of(date(2026, 11, 16)) == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert end_of(date(2026, 11, 16)) == datetime(2026, 11, 16, 16, tzinfo=UTC)
    assert end_of(date(2026, 10, 25), "Europe/Warsaw") - start_of(
        date(2026, 10, 25), "Europe/Warsaw"
    ) == timedelta(hours=25)


@pytest.mark.parametrize(
    ("name", "start", "count", "end"),
    [
        ("", date(2026, 11, 10), 10, date(2026, 11, 24)),
        ("", date(2026, 11, 14), 1, date(2026, 11, 16)),
        ("", date(2026, 11, 16), 0, date(2026, 11, 16)),
        ("", date(2026, 11, 14), 0, date(2026, 11, 14)),
        ("", date(2026, 11, 16), -1, date(2026, 11, 13)),
        ("SG", date(2026, 11, 10), 10, date(2026, 11, 24)),
        # Diwali, 8 November 2026, is a Sunday, so the Monday after it is free.
        ("SG", date(2026, 11, 6), 1, date(2026, 11, 10)),
        # Lunar New Year: Tuesday and Wednesday, 17 and 18 February 2026.
        ("SG", date(2026, 2, 16), 1, date(2026, 2, 19)),
        ("SG", date(2026, 12, 24), 1, date(2026, 12, 28)),
        ("BR", date(2026, 11, 19), 1, date(2026, 11, 23)),
        # The weekend of Saudi Arabia is Friday and Saturday.
        ("SA", date(2026, 11, 12), 1, date(2026, 11, 15)),
        # Reformation Day is a holiday in some of the German states.
        ("DE-BB", date(2025, 10, 30), 1, date(2025, 11, 3)),
        ("DE-BE", date(2025, 10, 30), 1, date(2025, 10, 31)),
    ],
)
def test_working_days_are_added(name: str, start: date, count: int, end: date) -> None:
    found = calendar(name)
    assert found.add_working_days(start, count) == end
    assert found.code == name


def test_weekend_worked_to_make_up_for_a_holiday_counts() -> None:
    # Sunday, 4 January 2026, was a working day in China for the days off at New Year.
    assert calendar("CN").is_working_day(date(2026, 1, 4))
    assert not calendar("CN").is_working_day(date(2026, 1, 3))


def test_own_weekend_replaces_that_of_the_country() -> None:
    mondays_off = WorkingCalendar("SG", weekend=frozenset({6, 0}))
    assert mondays_off.is_working_day(date(2026, 11, 14))
    assert not mondays_off.is_working_day(date(2026, 11, 16))
    with pytest.raises(ValueError, match="never all of them"):
        WorkingCalendar(weekend=frozenset(range(7)))


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2026, 11, 10), date(2026, 11, 24), 10),
        (date(2026, 11, 10), date(2026, 11, 10), 0),
        (date(2026, 11, 13), date(2026, 11, 15), 0),
        (date(2026, 11, 13), date(2026, 11, 16), 1),
        (date(2026, 11, 24), date(2026, 11, 10), -10),
    ],
)
def test_working_days_between(start: date, end: date, count: int) -> None:
    assert PLAIN.working_days_between(start, end) == count


@given(CALENDARS, DAYS, st.integers(-60, 60))
def test_counting_leads_back_to_what_was_added(
    found: WorkingCalendar, day: date, count: int
) -> None:
    end = found.add_working_days(day, count)
    assert found.working_days_between(day, end) == count
    assert count == 0 or found.is_working_day(end)


def test_end_after_is_the_end_of_the_working_day_in_the_zone() -> None:
    ended = datetime(2026, 11, 10, 2, tzinfo=UTC)
    assert SINGAPORE.end_after(ended, 10) == datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert PLAIN.end_after(ended, 10, "UTC") == datetime(2026, 11, 25, tzinfo=UTC)


def test_absurd_count_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 5000 working days"):
        PLAIN.add_working_days(date(2026, 1, 1), 5_001)


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("pt-BR", "BR"),
        ("en-US", "US"),
        ("id-ID", "ID"),
        ("es-MX", "MX"),
        ("ar-SA", "SA"),
        ("ja-JP", "JP"),
        ("vi-VN", "VN"),
        ("en-GB", "GB"),
        ("de-DE", "DE"),
        ("fr-FR", "FR"),
        ("tr-TR", "TR"),
        ("th-TH", "TH"),
        ("zh-Hans-CN", "CN"),
    ],
)
def test_market_has_the_calendar_of_its_region(locale: str, code: str) -> None:
    assert calendar_of_market(locale) is calendar(code)


@pytest.mark.parametrize("locale", ["en", "es-419", "zh-Hans"])
def test_locale_without_a_country_is_refused(locale: str) -> None:
    with pytest.raises(ValueError, match="names no country"):
        calendar_of_market(locale)


@pytest.mark.parametrize(
    ("zone", "code"),
    [
        ("Asia/Singapore", "SG"),
        ("Asia/Tokyo", "JP"),
        ("America/Sao_Paulo", "BR"),
        ("Africa/Casablanca", "MA"),
        ("Europe/Dublin", "IE"),
    ],
)
def test_zone_has_the_calendar_of_its_country(zone: str, code: str) -> None:
    assert calendar_of_zone(zone) is calendar(code)


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT+3", "Mars/Olympus", "Asia/Calcutta"])
def test_zone_of_no_country_has_none(zone: str) -> None:
    assert calendar_of_zone(zone) is None


def test_every_zone_of_a_country_has_a_calendar() -> None:
    with_calendar = {zone for zone in available_timezones() if calendar_of_zone(zone)}
    assert len(with_calendar) > 400


@pytest.mark.parametrize("name", ["XX", "DE-QQ", "Singapore"])
def test_unknown_calendar_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="there is no holiday calendar for"):
        calendar(name)


def test_never_is_one_instant_everywhere() -> None:
    assert FAR == NEVER


def test_ranked_words_compare_by_their_order() -> None:
    class Size(Ranked):
        SMALL = "SMALL"
        LARGE = "LARGE"
        HUGE = "HUGE"

    assert [size.rank for size in Size] == [0, 1, 2]
    assert Size.SMALL < Size.LARGE < Size.HUGE
    assert Size.HUGE >= Size.HUGE > Size.SMALL <= Size.SMALL
    assert max(Size) is Size.HUGE
    assert sorted([Size.HUGE, Size.SMALL, Size.LARGE]) == list(Size)
    assert Size.LARGE == "LARGE"
    assert Size.HUGE > "LARGE"
    with pytest.raises(ValueError, match="is not a valid"):
        _ = Size.SMALL < "MEDIUM"
