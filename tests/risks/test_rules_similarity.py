"""Likeness of titles, on those of the demo."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.risks.rules_similarity import (
    SIMILAR_FROM,
    fingerprint,
    most_similar,
    similarity,
)

TITLES = {
    "R-001": "Prevalence sample loses independence (enforcement vendor labels it)",
    "R-002": "SSH annotators exceed exposure cap in backlog weeks",
    "R-004": "Aster single-site concentration (typhoon)",
    "R-005": "ja-JP guideline lags v4.1 by 9 d",
    "R-007": "Coded-language scams keep spreading in vi-VN and beyond",
    "R-008": "LIVE share growth outpaces real-time reviewers (id, ar)",
    "R-011": "PC-024 cut-over with uncalibrated pt-BR annotators lifts hate ENVR",
    "R-012": "ar-SA works from machine-translated draft of PC-024",
    "R-016": "“Too fast” ADULT labelling degrades training set",
    "R-019": "Minor-safety leak in LIVE during PC-026 reprioritisation",
    "R-024": "Synthetic-media flood around run-off",
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Coded language scam spreads in Vietnam", "R-007"),
        ("Scams in coded language spread", "R-007"),
        ("Uncalibrated annotators in pt-BR at PC-024 cutover", "R-011"),
        ("Typhoon closes the single site of Aster", "R-004"),
        ("Guideline ja-JP out of date", "R-005"),
        ("LIVE reviewers cannot keep up with growth", "R-008"),
        ("MINOR SAFETY LEAK IN LIVE", "R-019"),
    ],
)
def test_reworded_risk_is_found_and_nothing_else(text: str, code: str) -> None:
    assert [key for key, _ in most_similar(text, TITLES)] == [code]


def test_risks_of_the_demo_are_not_alike() -> None:
    for code, title in TITLES.items():
        others = {key: other for key, other in TITLES.items() if key != code}
        assert most_similar(title, others) == ()


def test_unrelated_text_finds_nothing() -> None:
    assert most_similar("Office plants dry out", TITLES) == ()
    assert most_similar("", TITLES) == ()


def test_best_come_first_and_ties_by_key() -> None:
    others = {"R-2": "gold set stale", "R-1": "gold set stale", "R-3": "gold set is late"}
    found = most_similar("Gold set stale", others)
    assert [key for key, _ in found] == ["R-1", "R-2", "R-3"]
    assert found[0][1] == 1.0
    assert len(most_similar("Gold set stale", others, 1)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gold set stale", "stale gold SET"),
        ("Déjà vu", "deja VU"),
        ("ﬁrst", "first"),
        ("the leak", "leak"),
        ("the", "The"),
    ],
)
def test_same_words_are_fully_alike(one: str, other: str) -> None:
    assert similarity(one, other) == 1.0


def test_text_without_blanks_is_compared_by_pieces() -> None:
    assert similarity("サンプルの独立性が失われる", "サンプルの独立性を失う") > SIMILAR_FROM
    assert similarity("サンプルの独立性が失われる", "台風で拠点が止まる") < SIMILAR_FROM


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert 0 <= similarity(one, other) == similarity(other, one) <= 1
    assert similarity(one, one) == (1.0 if fingerprint(one).words else 0.0)
