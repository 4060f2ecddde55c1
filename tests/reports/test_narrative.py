"""The sentences of the brief, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from riskreg.reports import facts as f
from riskreg.reports import narrative, wording
from tests.reports import sample

FACTS = sample.where_we_stand()


def said(text: str) -> str:
    """The text with plain spaces, as a person types it."""
    return " ".join(text.split())


def with_counts(
    outside: int | None, above: int | None, *, before: int | None = 0, asks: int = 0
) -> f.WhereWeStand:
    """The sample with other counts of risks outside tolerance and above appetite."""
    source = sample.REGISTER
    figures = tuple(
        f.figure(
            key,
            key,
            f.count(now, "risks", source=source),
            f.count(was, "risks", source=source),
        )
        for key, now, was in (
            ("outside_tolerance", outside, before),
            ("above_appetite", above, above),
        )
    )
    top = FACTS.top
    if not outside:
        top = tuple(replace(risk, days_outside=None) for risk in top)
    return replace(FACTS, figures=figures, top=top, asks=FACTS.asks[:asks])


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (FACTS, ("Three risks are outside tolerance, two more than on 9 Nov; three decisions are"
         " asked, the first by 18 Nov")),
        (with_counts(1, 4, before=1, asks=1), ("One risk is outside tolerance; one decision is"
         " asked by 18 Nov")),
        (with_counts(2, 4, before=5), ("Two risks are outside tolerance, three fewer than on 9 Nov;"
         " no decision is asked")),
        (with_counts(30, 30, before=None, asks=2), ("30 risks are outside tolerance; two decisions"
         " are asked, the first by 18 Nov")),
        (with_counts(0, 1), ("No risk is outside tolerance; one is above appetite; no decision is"
         " asked")),
        (with_counts(0, None), "No risk is outside tolerance; no decision is asked"),
        (with_counts(0, 0), "Every risk is inside appetite; no decision is asked"),
        (with_counts(None, 3), ("The register cannot say how many risks are outside tolerance; no"
         " decision is asked")),
    ],
)  # fmt: skip
def test_the_headline_is_the_finding(facts: f.WhereWeStand, expected: str) -> None:
    assert said(narrative.headline(facts)) == expected


def test_the_bottom_line_says_state_change_and_ask() -> None:
    assert [said(sentence) for sentence in narrative.bottom_line(FACTS)] == [
        (
            "3 of 23 live risks are outside tolerance and 9 are above appetite; R-007 has been"
            " outside longest, 26 days."
        ),
        (
            "Since RPT-011 (9 Nov), R-011 rose from 3 High to 4 Critical, R-019 from 2 Medium to 3"
            " High, R-005 fell, R-024 is new and R-003 closed."
        ),
        (
            "Approve PC-028 as an emergency change by Wed 18 Nov (D-031); otherwise the normal path"
            " adds 0.25 bps-month in vi-VN."
        ),
    ]


def test_the_bottom_line_of_a_quiet_day() -> None:
    assert [said(sentence) for sentence in narrative.bottom_line(sample.quiet_day())] == [
        "0 of 13 live risks are outside tolerance or above appetite.",
        "No risk has moved since RPT-011 (9 Nov).",
        "No decision is asked in this brief.",
    ]


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        ((f.moved("WORSE", ("R-011", "R-019", "R-030")),),
         ("Since RPT-011 (9 Nov), R-011 rose from 3 High to 4 Critical, R-019 from 2 Medium to 3"
         " High and R-030 rose too.")),
        ((f.moved("WORSE", ("R-011", "R-019")), f.moved("NEW", ("R-031", "R-032"))),
         ("Since RPT-011 (9 Nov), R-011 rose from 3 High to 4 Critical, R-019 from 2 Medium to 3"
         " High and R-031 and R-032 are new.")),
    ],
)  # fmt: skip
def test_the_change_names_two_that_rose_and_counts_on(
    moved: tuple[f.Moved, ...], expected: str
) -> None:
    assert said(narrative.bottom_line(replace(FACTS, moved=moved))[1]) == expected


def test_the_first_brief_compares_with_nothing() -> None:
    first = replace(FACTS, compared_with=None)
    assert narrative.bottom_line(first)[1] == narrative.FIRST
    assert said(narrative.headline(first)) == (
        "Three risks are outside tolerance; three decisions are asked, the first by 18 Nov"
    )
    assert narrative.map_heading(first) == "Residual risk today"
    assert narrative.what_moved(first.top[3], first).text == "Not compared."


def test_a_long_recommendation_is_cut_in_the_bottom_line() -> None:
    ask = replace(FACTS.asks[0], recommended=sample.LONG, default_if_silent="")
    text = said(narrative.bottom_line(replace(FACTS, asks=(ask,)))[2])
    assert text == (
        "Because the enforcement vendor labels the prevalence sample itself, the… by Wed 18 Nov"
        " (D-031)."
    )


RATED = sample.rated
NOV_12 = date(2026, 11, 12)


@pytest.mark.parametrize(
    ("movement", "sign", "meaning", "text"),
    [
        (f.Movement("NEW", on=NOV_12), "●", "new", "New on 12 Nov."),
        (f.Movement("NEW", note="seen in two markets"), "●", "new", "New: seen in two markets."),
        (f.Movement("SAME"), "=", "same", "Unchanged."),
        (f.Movement("SAME", cause="ACCEPTANCE_ENDED", reference="A-004"), "=", "same",
         "Unchanged: acceptance A-004 ended."),
        (f.Movement("WORSE", RATED(3, 4), NOV_12, "ASSESSED", note="gate turned red."), "▲",
         "worse", "Up from 3 High on 12 Nov: gate turned red."),
        (f.Movement("WORSE", RATED(4, 4), NOV_12, "MITIGATION_INEFFECTIVE", "M-018"), "▲", "worse",
         "Up from L4 I4 on 12 Nov: M-018 found ineffective."),
        (f.Movement("BETTER", RATED(5, 4), None, "MITIGATION_VERIFIED", "M-012", "two weeks"), "▼",
         "better", "Down from L5 I4: M-012 verified effective; two weeks."),
        (f.Movement("BETTER", RATED(1, 5), None, "ASSESSED"), "▼", "better",
         "Down from 2 Medium: reassessed."),
    ],
)  # fmt: skip
def test_what_moved_and_why(movement: f.Movement, sign: str, meaning: str, text: str) -> None:
    moved = narrative.what_moved(replace(FACTS.top[0], movement=movement), FACTS)
    assert (moved.sign, moved.meaning, said(moved.text)) == (sign, meaning, text)


@pytest.mark.parametrize("cause", sorted(narrative.CAUSES))
def test_every_cause_has_words(cause: str) -> None:
    words = narrative.reason(f.Movement("SAME", cause=cause, reference="M-001"))
    assert words
    assert "{" not in words


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (FACTS, "Two worsened, one improved and one new since 9 Nov"),
        (sample.bad_day(), "24 worsened since 9 Nov"),
        (sample.quiet_day(), "No risk moved on the map since 9 Nov"),
    ],
)
def test_the_map_is_headed_by_what_moved(facts: f.WhereWeStand, expected: str) -> None:
    assert said(narrative.map_heading(facts)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (FACTS, "R-011 and R-019 left tolerance since 9 Nov; R-007 is still outside"),
        (sample.bad_day(), "R-102 and R-104 lack an owner or a next step"),
        (sample.quiet_day(), "The highest risks, all inside tolerance"),
        (replace(FACTS, top=()), "No live risk"),
        (replace(FACTS, compared_with=None), "R-007, R-011 and R-019 are still outside"),
    ],
)
def test_the_top_risks_are_headed_by_the_worst(facts: f.WhereWeStand, expected: str) -> None:
    assert said(narrative.top_heading(facts)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (FACTS, "Three decisions asked, the first by Wed 18 Nov"),
        (replace(FACTS, asks=FACTS.asks[:1]), "One decision asked, by Wed 18 Nov"),
        (replace(FACTS, asks=()), "No decision is asked in this brief."),
    ],
)
def test_the_decisions_are_headed_by_the_first_date(facts: f.WhereWeStand, expected: str) -> None:
    assert said(narrative.asks_heading(facts)) == expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_lists_end_with_and(items: tuple[str, ...], expected: str) -> None:
    assert wording.listed(items) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0, "no"), (1, "one"), (12, "twelve"), (13, "13"), (48112, "48,112")]
)
def test_small_numbers_are_words(value: int, expected: str) -> None:
    assert wording.number(value) == expected


def test_a_date_names_its_year_only_where_it_is_another() -> None:
    assert said(wording.short_date(date(2026, 11, 9), sample.AS_OF)) == "9 Nov"
    assert said(wording.week_date(date(2027, 1, 1), sample.AS_OF)) == "Fri 1 Jan 2027"
    assert said(wording.instant(sample.AS_OF, "Asia/Singapore")) == (
        "Mon 16 Nov 2026, 08:30 Asia/Singapore"
    )
