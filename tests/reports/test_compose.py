"""The HTML of the brief: complete, safe, and without a number of its own."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from riskreg.reports import assets, compose
from riskreg.reports import facts as f
from riskreg.reports.lint import visible
from riskreg.reports.page import page
from tests.reports import sample

FACTS = sample.where_we_stand()


def test_the_page_shows_head_figures_risks_and_foot() -> None:
    text = " ".join(visible(compose.where_we_stand(FACTS).html).text.split())
    for expected in (
        "Where we stand Clipline · All projects, 12 markets",
        "Mon 16 Nov 2026, 08:30 Asia/Singapore",
        "RPT-012, compared with RPT-011 of Mon 9 Nov · Internal · Leadership",
        "Outside tolerance 3 of 23 live risks",
        "▲ 2 worse, was 1 R-007, R-011, R-019",
        "Actions overdue 4 of 19",
        "▼ 1 better, was 5",
        "R-011 PC-024 cut-over with uncalibrated pt-BR annotators lifts hate ENVR",
        "▲ Up from 3 High on 12 Nov: calibration gate for pt-BR turned red.",
        "4 Critical L4 I4 4 Critical L4 I4 2 Medium L2 I3 Medium 4 days since 12 Nov",
        "Rafael Moura 19 Nov M-031 Recalibrate pt-BR annotators… Was due 13 Nov.",
        "D-032 Move PC-026 by 14 days VP Fri 20 Nov it goes ahead, and R-019 needs an A4",
        "Internal · Leadership · RPT-012 · register revision 48,112",
    ):
        assert expected in text


def test_the_hash_on_the_page_is_that_of_facts_and_template() -> None:
    composed = compose.where_we_stand(FACTS)
    template = compose.template_bytes("where_we_stand")
    assert composed.content_hash == f.content_hash(FACTS, template)
    assert visible(composed.html).hash == f"sha256 {composed.content_hash}"
    assert composed.facts == f.canonical(FACTS)
    assert (
        composed.title == "Where we stand: Clipline, Mon\xa016\xa0Nov\xa02026, 08:30 Asia/Singapore"
    )


def test_the_same_facts_give_the_same_page() -> None:
    assert compose.where_we_stand(FACTS) == compose.where_we_stand(sample.where_we_stand())


def test_the_preview_differs_in_the_place_of_its_fonts_alone() -> None:
    pdf = compose.where_we_stand(FACTS).html
    preview = compose.where_we_stand(FACTS, fonts_at="/reports/fonts/").html
    assert pdf.replace('url("font:', 'url("/reports/fonts/') == preview


def test_hostile_text_stays_text() -> None:
    bad = '</style><script>alert(1)</script><img src="http://x/">{{ 7 * 7 }}'
    top = replace(FACTS.top[0], title=bad, owner=bad)
    html = compose.where_we_stand(replace(FACTS, organisation=bad, top=(top, *FACTS.top[1:]))).html
    assert "<script" not in html
    assert "<img" not in html
    assert "49" not in visible(html).text.split()
    assert "&lt;script&gt;" in html


def test_templates_hold_no_numbers() -> None:
    text = (assets.root() / "where_we_stand" / "template.html").read_text(encoding="utf-8")
    shown = re.sub(r"\{[{%].*?[%}]\}|<[^>]*>", " ", text)
    assert not re.search(r"\d", shown)


@pytest.mark.parametrize("make", [sample.where_we_stand, sample.bad_day, sample.quiet_day])
def test_nothing_is_dropped_silently(make: object) -> None:
    assert callable(make)
    facts: f.WhereWeStand = make()
    shown = page(facts)
    assert len(shown.top) == len(facts.top)
    assert len(shown.key) == max(0, len(facts.heat_map.risks) - 5)
    listed = {row.code for row in shown.asks} | set(re.findall(r"D-\d+", shown.more_asks))
    assert listed == {ask.code for ask in facts.asks}


def test_a_computed_residual_in_another_band_is_said() -> None:
    top = replace(FACTS.top[3], computed=sample.rated(5, 5))
    shown = page(replace(FACTS, top=(*FACTS.top[:3], top, FACTS.top[4])))
    assert [row.residual.cell for row in shown.top[2:]] == ["L2 I5", "computed 4", "L3 I4"]
    same = replace(FACTS.top[3], computed=sample.rated(3, 4))
    assert page(replace(FACTS, top=(same,))).top[0].residual.cell == "L4 I3"


def test_what_is_missing_is_said() -> None:
    bare = replace(
        FACTS.top[3], owner=None, next_action=None, target=None, inherent=None, confidence=""
    )
    row = page(replace(FACTS, top=(bare,))).top[0]
    assert (row.owner, row.action, row.due, row.target, row.confidence, row.time) == (
        "no owner",
        "no next step",
        "",
        None,
        "not said",
        "inside",
    )


def test_a_slip_and_a_delay_are_never_cut_away() -> None:
    row = page(sample.bad_day()).top[1]
    assert " ".join(row.action.split()).endswith("Was due 13 Nov. 31 days late.")
