"""The lint finds what makes a brief bad, and lets a good one pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from riskreg.reports import compose
from riskreg.reports import facts as f
from riskreg.reports import facts_measured as m
from riskreg.reports.lint import ERROR, WARN, Finding, lint, numbers, visible
from tests.reports import sample

FACTS = sample.where_we_stand()
ENVR = sample.measured()
SHIFT = m.shift("SAME", 0.11, (-0.33, 0.55), 0.63, 14.72)


def with_total(**changes: object) -> f.WhereWeStand:
    """The sample with another ENVR."""
    total = replace(ENVR.now.total, **changes)  # type: ignore[arg-type]
    return replace(FACTS, measured=replace(ENVR, now=replace(ENVR.now, total=total)))


def found(facts: f.WhereWeStand, html: str | None = None) -> set[tuple[str, str]]:
    """Rules and severities of the findings."""
    html = compose.where_we_stand(facts).html if html is None else html
    return {(finding.rule, finding.severity) for finding in lint(facts, html)}


def first_changed(**changes: object) -> f.WhereWeStand:
    """The sample with another first risk."""
    changed = replace(FACTS.top[0], **changes)  # type: ignore[arg-type]
    return replace(FACTS, top=(changed, *FACTS.top[1:]))


def test_the_sample_and_a_quiet_day_pass() -> None:
    assert found(FACTS) == set()
    assert found(sample.quiet_day()) == set()


def test_a_bad_day_names_who_is_missing() -> None:
    facts = sample.bad_day()
    assert lint(facts, compose.where_we_stand(facts).html) == (
        Finding("RED_WITHOUT_OWNER", ERROR, "R-102 is outside tolerance without an owner"),
        Finding("RED_WITHOUT_OWNER", ERROR, "R-104 is outside tolerance without an owner"),
    )


ACTION = f.NextAction("M-030", "Refresh vi-VN gold set with coded terms", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (first_changed(owner=None), ("RED_WITHOUT_OWNER", ERROR)),
        (first_changed(next_action=None), ("RED_WITHOUT_NEXT_STEP", ERROR)),
        (first_changed(next_action=replace(ACTION, due=None)), ("RED_WITHOUT_DATE", ERROR)),
        (replace(FACTS, asks=()), ("NO_DECISION_FOR_RED", ERROR)),
        (replace(FACTS, asks=(replace(FACTS.asks[0], due=None),)), ("INCOMPLETE_DECISION", ERROR)),
        (replace(FACTS, asks=(replace(FACTS.asks[0], default_if_silent=""),)),
         ("INCOMPLETE_DECISION", ERROR)),
        (replace(FACTS, top=(*FACTS.top, replace(FACTS.top[4], rank=6))),
         ("TOO_MANY_TOP_RISKS", ERROR)),
        (replace(FACTS, compared_with=None), ("NO_COMPARISON", WARN)),
        (replace(FACTS, measured=replace(ENVR, pair=None)), ("NO_BALANCE", WARN)),
        (with_total(n=None), ("VALUE_WITHOUT_N", ERROR)),
        (replace(FACTS, measured=replace(ENVR, shift=replace(SHIFT, kind="BETTER"))),
         ("CHANGE_WITHIN_NOISE", ERROR)),
        (replace(FACTS, measured=replace(ENVR, now=replace(ENVR.now, last=date(2026, 11, 8)))),
         ("STALE_DATA", WARN)),
        (first_changed(appetite_status=sample.TOLERATED), ("UNNAMED_RED", ERROR)),
        (first_changed(title="The team is monitoring closely"), ("VAGUE", WARN)),
        (first_changed(title="ዜና"), ("MISSING_GLYPH", ERROR)),
    ],
)  # fmt: skip
def test_one_rule_speaks(facts: f.WhereWeStand, expected: tuple[str, str]) -> None:
    assert found(facts) == {expected}


def test_too_many_labels() -> None:
    risks = FACTS.heat_map.risks
    eleven = (*risks, replace(risks[0], rank=11))
    crowd = replace(FACTS, heat_map=replace(FACTS.heat_map, risks=eleven))
    html = compose.where_we_stand(FACTS).html
    assert found(crowd, html) == {("TOO_MANY_LABELS", ERROR)}


def test_a_slip_that_the_page_hides() -> None:
    slipped = replace(ACTION, original_due=date(2026, 11, 2))
    facts = first_changed(next_action=slipped)
    assert found(facts) == set()
    html = compose.where_we_stand(facts).html
    day = "due 2\N{NO-BREAK SPACE}Nov"
    assert found(facts, html.replace(day, "soonish")) == {("HIDDEN_SLIP", ERROR)}
    assert found(facts, html.replace(day, day.replace("2", "12"))) == {("HIDDEN_SLIP", ERROR)}


@pytest.mark.parametrize("leftover", ["by None", "{{ page }}", "nan risks", "{% if %}"])
def test_leftovers_of_a_template(leftover: str) -> None:
    html = f"<p>{leftover}</p>"
    assert ("PLACEHOLDER", ERROR) in found(FACTS, html)


def test_a_person_may_write_none() -> None:
    facts = first_changed(title="None of the vendors is certified")
    assert found(facts) == set()


@pytest.mark.parametrize("number", ["17", "3.5", "48,113", "D-099"])
def test_a_number_that_no_fact_holds(number: str) -> None:
    html = compose.where_we_stand(FACTS).html.replace("unchanged", number)
    assert found(FACTS, html) == {("UNTRACED_NUMBER", ERROR)}


def test_more_than_120_words_of_prose() -> None:
    rest = compose.where_we_stand(FACTS).html.replace("data-prose", "")
    assert found(FACTS, f"<p data-prose>{'word ' * 120}</p>{rest}") == set()
    assert found(FACTS, f"<p data-prose>{'word ' * 121}</p>{rest}") == {("TOO_MANY_WORDS", WARN)}


def test_what_a_reader_meets() -> None:
    shown = visible(
        "<html><head><title>no</title><style>p{width:9pt}</style></head><body>"
        "<p data-prose>Three <b>risks</b> <span class='note'>aside</span></p><br>"
        "<svg><title>alt 5</title><text>6 &amp; 7</text></svg>"
        "<i data-hash>sha256 ab12</i></body></html>"
    )
    assert shown.prose == "Three risks"
    assert shown.text == "Three risks aside alt 5 6 & 7"
    assert shown.hash == "sha256 ab12"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R-007 of RPT-011", {"7", "11"}),
        ("48,112 and 0.25", {"48112", "0.25"}),
        ("Three of twelve, one of them", {"3", "12"}),
        ("L5 I4, 98 %", {"5", "4", "98"}),
        ("08:30", {"8", "30"}),
        ("no number", set()),
    ],
)
def test_numbers_of_a_text(text: str, expected: set[str]) -> None:
    assert numbers(text) == expected
