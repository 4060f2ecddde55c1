"""What the scalars read and print."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from riskreg.kit.scalars import (
    SCALARS,
    parse_cursor,
    parse_date,
    parse_instant,
    print_date,
    print_instant,
)
from tests.kit.served import schema

INSTANTS = [
    ("2026-03-14T09:30:00Z", "2026-03-14T09:30:00Z"),
    ("2026-03-14t09:30:00z", "2026-03-14T09:30:00Z"),
    ("2026-03-14T09:30:00+08:00", "2026-03-14T01:30:00Z"),
    ("2026-03-14T09:30:00-00:00", "2026-03-14T09:30:00Z"),
    ("2026-03-14T09:30:00.5Z", "2026-03-14T09:30:00.500000Z"),
    ("2026-03-14T09:30:00.000001Z", "2026-03-14T09:30:00.000001Z"),
    ("2026-03-14T09:30:00.000Z", "2026-03-14T09:30:00Z"),
    ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
]


@pytest.mark.parametrize(("text", "printed"), INSTANTS)
def test_instants_are_printed_in_utc(text: str, printed: str) -> None:
    assert print_instant(parse_instant(text)) == printed


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-14T09:30:00",
        "2026-03-14 09:30:00Z",
        "2026-03-14T09:30Z",
        "2026-03-14",
        "20260314T093000Z",
        "2026-02-30T09:30:00Z",
        "2026-03-14T24:30:00Z",
        "2026-03-14T09:30:00.1234567Z",
        "2026-03-14T09:30:00+0800",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-08:00",
        "٢٠٢٦-03-14T09:30:00Z",
        "2026-03-14T09:30:00Z\n",
        "",
        "x" * 10_000,
        1_700_000_000,
        None,
        True,
        ["2026-03-14T09:30:00Z"],
    ],
)
def test_what_names_no_instant_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError) as refusal:
        parse_instant(value)
    assert len(refusal.value.message) < 200


@given(
    st.datetimes(
        min_value=datetime(1, 1, 3),  # noqa: DTZ001
        max_value=datetime(9999, 12, 29),  # noqa: DTZ001
        timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_instants_survive_the_way_out_and_in(instant: datetime) -> None:
    printed = print_instant(instant)
    assert printed.endswith("Z")
    assert parse_instant(printed) == instant
    assert parse_instant(instant.isoformat()) == instant


@pytest.mark.parametrize("value", [datetime(2026, 3, 14), date(2026, 3, 14), "x"])  # noqa: DTZ001
def test_only_aware_datetimes_are_printed(value: object) -> None:
    with pytest.raises(TypeError):
        print_instant(value)


def test_dates_are_days() -> None:
    assert parse_date("2028-02-29") == date(2028, 2, 29)
    assert print_date(date(2028, 2, 29)) == "2028-02-29"
    with pytest.raises(TypeError):
        print_date(datetime(2028, 2, 29, tzinfo=UTC))


@pytest.mark.parametrize(
    "value", ["2026-02-29", "2026-3-1", "20260301", "2026-W10-1", "2026-03-01T00:00:00Z", 5, None]
)
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        parse_date(value)


@pytest.mark.parametrize("value", ["", "a b", "a\x00", "é", "a" * 16_385, 5, None])
def test_what_is_no_cursor_is_refused(value: object) -> None:
    assert parse_cursor("aA0-_=") == "aA0-_="
    with pytest.raises(GraphQLError):
        parse_cursor(value)


async def test_the_schema_uses_them() -> None:
    printed = schema.as_str()
    assert printed.count("@specifiedBy(") == len(SCALARS)
    result = await schema.execute(
        '{instant(at: "2026-03-14T09:30:00+08:00") day(on: "2026-03-14") cursor(after: "abc")}'
    )
    assert result.errors is None
    assert result.data == {"instant": "2026-03-14T01:30:00Z", "day": "2026-03-14", "cursor": "abc"}
