"""Cells: formula starts behind an apostrophe and back, scenarios, and what each kind reads."""

import sys
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from riskreg.kit.errors import UserError
from riskreg.risks.rules import RiskCategory
from riskreg.risks.rules_cells import (
    STARTERS,
    Unreadable,
    Value,
    decimal_text,
    marked_for_csv,
    marked_for_sheet,
    scenario,
    scenario_parts,
    unmarked_from_csv,
    unmarked_from_sheet,
    value_of,
    written,
)
from riskreg.risks.rules_columns import NIST_IR_8286, PROFILES, RISKREG, SCENARIO, Kind, plain

HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("=+-@＝＋－＠'\"; ,\t\r\n\u200b\ufeff\u00a0\u3000aé0"), st.characters()
    ),
    max_size=40,
)

MARKED: list[tuple[str, str]] = [
    ("", ""),
    ("plain", "plain"),
    ("a=b", "a=b"),
    ("=1+1", "'=1+1"),
    ("+1", "'+1"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("＝1", "'＝1"),
    ("＠x", "'＠x"),
    ("−1", "'−1"),
    ("  =1", "'  =1"),
    ("\u00a0\u200b=1", "'\u00a0\u200b=1"),
    ("\ufeff=1", "'\ufeff=1"),
    ("\u3000＝1", "'\u3000＝1"),
    ("'=1", "''=1"),
    ("''=1", "'''=1"),
    ("' =1", "'' =1"),
    ("'tis", "'tis"),
    ("'", "'"),
    ("''", "''"),
]
MARKED_IN_CSV: list[tuple[str, str]] = [
    ("a;=1", "a;'=1"),
    ("a; =1", "a;' =1"),
    ("a\n- one\n- two", "a\n'- one\n'- two"),
    ("a\t@x", "a\t'@x"),
    ("a;'=1", "a;''=1"),
    ("a,=1", "a,=1"),
]


@pytest.mark.parametrize(("text", "marked"), [*MARKED, *MARKED_IN_CSV])
def test_a_formula_start_is_marked_in_csv_and_nothing_else(text: str, marked: str) -> None:
    assert marked_for_csv(text) == marked
    assert unmarked_from_csv(marked) == text


@pytest.mark.parametrize(
    ("text", "marked"), [*MARKED, *((text, text) for text, _ in MARKED_IN_CSV), ("\n=1", "'\n=1")]
)
def test_a_formula_start_is_marked_in_a_workbook_cell(text: str, marked: str) -> None:
    assert marked_for_sheet(text) == marked
    assert unmarked_from_sheet(marked) == text


@given(HOSTILE)
@example("\n'\n=")
@example("'\u2028=")
@settings(max_examples=300)
def test_marking_is_undone_exactly_and_leaves_no_start(text: str) -> None:
    for mark, unmark in (
        (marked_for_csv, unmarked_from_csv),
        (marked_for_sheet, unmarked_from_sheet),
    ):
        assert unmark(mark(text)) == text
        assert not mark(text).lstrip(" \u200b\ufeff\u00a0\u3000").startswith(tuple("=+-@＝＋－＠"))


def test_every_character_that_is_a_formula_start_in_another_width_is_known() -> None:
    starts = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.normalize("NFKC", chr(code))[:1] in ("=", "+", "-", "@")
    ]
    assert [one for one in starts if one not in STARTERS] == []


SCENARIOS: list[tuple[str | None, ...]] = [
    ("Title", None, None, None),
    ("Title", "because", "it happens", "and then"),
    ("Title", "one\ntwo", None, "Event: not one\n  indented\n\nlast"),
    ("Cause: a title", None, "x", None),
    ("Title", "Cause: twice", None, "Consequence:"),
]


@pytest.mark.parametrize("values", SCENARIOS)
def test_a_scenario_says_its_parts(values: tuple[str | None, ...]) -> None:
    parts = dict(zip(SCENARIO, values, strict=True))
    assert scenario_parts(scenario(parts)) == parts


def test_a_scenario_is_for_people_too() -> None:
    text = scenario(
        dict(zip(SCENARIO, ("Site lost", "One site", "Fire\nor water", None), strict=True))
    )
    assert text == "Site lost\nCause: One site\nEvent: Fire\n  or water"


def test_the_scenario_of_somebody_else_is_title_and_event() -> None:
    assert scenario_parts("A thing\nhappens\n\nin two parts") == {
        "title": "A thing",
        "cause": None,
        "event": "happens\n\nin two parts",
        "consequence": None,
    }


READ: list[tuple[str, str, Value]] = [
    ("code", "R-007", "R-007"),
    ("code", " R-0007 ", "R-007"),
    ("code", "", None),
    ("title", " Élan ", "Élan"),
    ("cause", "a\r\nb", "a\nb"),
    ("category", "vendor", RiskCategory.VENDOR),
    ("projects", "P-2, P-1;P-2\nP-3", ("P-1", "P-2", "P-3")),
    ("projects", "", ()),
    ("owner", "Ada Abara (P-001)", "P-001"),
    ("owner", "Ada@example.org", "Ada@example.org"),
    ("horizon_days", "+90", 90),
    ("probability", "0.2500", Decimal("0.25")),
    ("probability", "1", Decimal(1)),
    ("proximity_date", "2026-12-01", date(2026, 12, 1)),
    ("identified_at", "2026-12-01t09:30:00+08:00", datetime(2026, 12, 1, 1, 30, tzinfo=UTC)),
    ("status", "  whatever \n it says ", "whatever it says"),
]


@pytest.mark.parametrize(("field", "text", "value"), READ)
def test_a_cell_reads_as_its_kind(field: str, text: str, value: Value) -> None:
    assert value_of(RISKREG.by_field[field], text) == value


UNREADABLE: list[tuple[str, str, str]] = [
    ("code", "7", "A code looks like R-007."),
    ("code", "M-007", "A code looks like R-007."),
    ("code", "R-7", "A code looks like R-007."),
    ("title", "a\nb", "Character 2 (U+000A) is a line break or tab in a text of one line."),
    ("title", "x" * 201, "This is longer than 200 characters."),
    ("event", "a\x07b", "Character 2 (U+0007) is a control character."),
    ("event", "a\u202eb", "Character 2 (U+202E) is a mark that turns the direction of writing."),
    ("event", "x" * 2001, "This is longer than 2000 characters."),
    ("velocity", "QUICK", '"QUICK" is none of IMMEDIATE, FAST, MEDIUM, SLOW.'),
    ("horizon_days", "many", '"many" is no whole number.'),
    ("horizon_days", "0", "This lies between 1 and 3650, not at 0."),
    ("inherent_likelihood", "6", "This lies between 1 and 5, not at 6."),
    ("probability", "1,5", '"1,5" is no number, such as 0.25.'),
    ("probability", "0.12345", "At most 4 digits behind the point are kept."),
    ("probability", "1.1", "This lies between 0 and 1, not at 1.1."),
    ("uplift_p10_bps", "1e5", '"1e5" is no number, such as 0.25.'),
    ("proximity_date", "01.12.2026", '"01.12.2026" is no day, such as 2026-03-14.'),
    ("proximity_date", "2026-02-30", '"2026-02-30" is no day, such as 2026-03-14.'),
    (
        "identified_at",
        "2026-12-01T09:30:00",
        '"2026-12-01T09:30:00" is no instant with its offset: 2026-03-14T09:30:00Z.',
    ),
]


@pytest.mark.parametrize(("field", "text", "message"), UNREADABLE)
def test_a_cell_that_is_not_of_its_kind_says_why(field: str, text: str, message: str) -> None:
    with pytest.raises((Unreadable, UserError)) as caught:
        value_of(RISKREG.by_field[field], text)
    assert str(caught.value) == message


def test_numbers_are_written_without_exponent() -> None:
    assert [decimal_text(Decimal(text)) for text in ("1E+3", "0.2500", "0", "1200.00")] == [
        "1000",
        "0.25",
        "0",
        "1200",
    ]
    assert written(("a", "b")) == "a b"


def test_profiles_have_headings_and_values_of_their_own() -> None:
    for profile in PROFILES.values():
        assert len(profile.by_heading) == len(profile.columns) == len(profile.by_field)
    assert NIST_IR_8286.by_heading[plain("current assessment—LIKELIHOOD")].most == 5
    assert {one.kind for one in (*RISKREG.columns, *NIST_IR_8286.columns)} == set(Kind)
