"""Texts: what is refused, with which words, and how they are found again."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.kit.errors import UserError
from riskreg.kit.text import clean, fold, optional, query_terms, required, search_text

CLEAN = [
    ("  Vendor ramp slips \n", "Vendor ramp slips"),
    ("e\u0301", "é"),
    ("", ""),
    (" \t", ""),
    ("\u200b\ufeff", ""),
    ("👩‍👩‍👧 🏴‍☠️", "👩‍👩‍👧 🏴‍☠️"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("=HYPERLINK(0)", "=HYPERLINK(0)"),
    ("שלום \u200fعالم", "שלום \u200fعالم"),
    ("日本語", "日本語"),
]


@pytest.mark.parametrize(("given_text", "kept"), CLEAN)
def test_text_is_kept_in_nfc_without_blanks_around_it(given_text: str, kept: str) -> None:
    assert clean(given_text, limit=60, field="title", multiline=True) == kept


HOSTILE = [
    "a\x00b",
    "a\x07b",
    "a\x1b[31mb",
    "a\x7fb",
    "a\x85b",
    "a\x9bb",
    "a\ud800b",
    "a\udfff",
    "a\u202eb",
    "a\u202ab",
    "a\u2066b\u2069",
    "a\ufdd0b",
    "a\ufffeb",
    "a\U0010ffffb",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("multiline", [False, True])
def test_hostile_text_is_refused_with_its_place(text: str, *, multiline: bool) -> None:
    with pytest.raises(UserError) as refusal:
        clean(text, limit=60, field=("risks", 2, "title"), multiline=multiline)
    assert refusal.value.code == "INVALID_TEXT"
    assert refusal.value.field == ("risks", 2, "title")
    assert refusal.value.message.startswith(f"Character 2 (U+{ord(text[1]):04X}) is ")
    assert refusal.value.message.isprintable()


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\r\nb", "a\rb", "a\u2028b", "a\u2029b"])
def test_line_breaks_are_for_texts_of_several_lines(text: str) -> None:
    kept = clean(text, limit=60, field="cause", multiline=True)
    assert kept == text.replace("\r\n", "\n").replace("\r", "\n")
    with pytest.raises(UserError) as refusal:
        clean(text, limit=60, field="title")
    assert refusal.value.field == ("title",)


@pytest.mark.parametrize("text", ["a" * 11, "a" * 1_000_000, "\ufb2c" * 4, "\U0001d160" * 4])
def test_length_is_counted_as_it_is_stored(text: str) -> None:
    with pytest.raises(UserError) as refusal:
        clean(text, limit=10, field="title")
    assert refusal.value.code == "TOO_LONG"
    assert refusal.value.message == "This is longer than 10 characters."


def test_length_of_the_limit_passes() -> None:
    assert clean("a" * 10, limit=10, field="title") == "a" * 10
    assert clean("e\u0301" * 10, limit=10, field="title") == "é" * 10


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "\u00ad\u2060"])
def test_required_text_is_not_empty(text: str) -> None:
    with pytest.raises(UserError) as refusal:
        required(text, limit=10, field="title")
    assert refusal.value.code == "REQUIRED"
    assert optional(text, limit=10, field="title") is None


def test_absent_text_stays_absent() -> None:
    assert optional(None, limit=10, field="cause") is None
    assert optional(" x ", limit=10, field="cause") == "x"


@given(st.text(st.characters(), max_size=50))
def test_what_passes_is_clean_and_passes_again(text: str) -> None:
    try:
        kept = clean(text, limit=200, field="title")
    except UserError:
        return
    assert kept == unicodedata.normalize("NFC", kept)
    assert kept.encode().decode() == kept
    assert clean(kept, limit=200, field="title") == kept


FOLDED = [
    ("Élan VITAL", "elan vital"),
    ("ﬁne ｆｕｌｌ", "fine full"),
    ("Straße", "strasse"),
    ("İstanbul", "istanbul"),
    ("Łódź", "łodz"),
    ("ガ", "ガ"),
    ("한국", "한국"),
    ("①", "1"),
]


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_case_accents_and_width_do_not_matter(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


INDEXED = [
    ("Label-quality drop, Q3 (R-007)", "label quality drop q3 r 007"),
    ("  ", ""),
    ("!?—…", ""),
    ("日本語のラベル", "日本 本語 語の のラ ラベ ベル ル"),
    ("電", "電"),
    ("QA品質check", "qa 品質 質 check"),
    ("한국어 텍스트", "한국 국어 어 텍스 스트 트"),
    ("हिन्दी में", "हिनदी में"),
    ("O'Brien", "o brien"),
]


@pytest.mark.parametrize(("text", "indexed"), INDEXED)
def test_words_are_indexed_one_blank_apart(text: str, indexed: str) -> None:
    assert search_text(text) == indexed


TERMS = [
    ("Quality quality DROP", ("quality", "drop")),
    ("日本語", ("日本", "本語")),
    ("語", ("語",)),
    ('"quality" AND drop* -x NEAR(', ("quality", "and", "drop", "x", "near")),
    ("'; DROP TABLE risks; --", ("drop", "table", "risks")),
    ("", ()),
]


@pytest.mark.parametrize(("text", "terms"), TERMS)
def test_a_search_has_the_same_words(text: str, terms: tuple[str, ...]) -> None:
    assert query_terms(text) == terms


@given(st.text(max_size=40))
def test_a_text_is_found_by_any_part_typed_in_any_form(text: str) -> None:
    indexed = search_text(text).split(" ")
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        for term in query_terms(unicodedata.normalize(form, text)):
            assert any(token.startswith(term) for token in indexed)
    assert "" not in query_terms(text)
    assert "  " not in search_text(text)
