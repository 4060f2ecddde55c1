"""Facts have one canonical form, and a hash that changes with each of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from riskreg.reports import facts as f
from riskreg.reports.facts import canonical, content_hash, plain
from tests.reports import sample


def test_the_canonical_form_is_one_line_of_sorted_json() -> None:
    text = canonical(sample.where_we_stand())
    assert b"\n" not in text
    read = json.loads(text)
    assert list(read) == sorted(read)
    assert read["as_of"] == "2026-11-16T08:30:00+08:00"
    assert read["top"][1]["next_action"]["original_due"] == "2026-11-13"
    assert read["figures"][0]["change"] == 2
    assert json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":")) == (
        text.decode()
    )


def test_the_hash_names_facts_and_template() -> None:
    facts = sample.where_we_stand()
    same = content_hash(sample.where_we_stand(), b"template")
    assert same == content_hash(facts, b"template")
    assert len(same) == 64
    others = {
        content_hash(facts, b"templatf"),
        content_hash(replace(facts, revision=48113), b"template"),
        content_hash(replace(facts, asks=()), b"template"),
    }
    assert same not in others
    assert len(others) == 3


def test_only_plain_values_are_facts() -> None:
    assert plain((1, None, True, date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC), "x")) == [
        1,
        None,
        True,
        "2026-01-02",
        "2026-01-02T00:00:00+00:00",
        "x",
    ]
    with pytest.raises(TypeError, match="no place for object"):
        plain(object())


def a_count(value: int | None) -> f.Fact:
    """A count of risks."""
    return f.count(value, "risks", source="register")


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [(3, 1, 2), (1, 3, -2), (3, 3, 0), (None, 3, None), (3, None, None)],
)
def test_a_change_needs_both_values(
    now: int | None, before: int | None, change: int | None
) -> None:
    assert f.figure("k", "K", a_count(now), a_count(before)).change == change
    assert f.figure("k", "K", a_count(now), None).change is None


def test_an_unknown_count_is_not_zero() -> None:
    assert f.count(None, "risks", source="s").text == "unknown"
    assert f.count(0, "risks", source="s").text == "0"


def test_the_map_counts_what_it_does_not_label() -> None:
    facts = sample.where_we_stand().heat_map
    assert sum(cell.count for cell in facts.cells) == 23
    assert facts.unlabelled == 23 - len(facts.risks)
    cell = next(cell for cell in facts.cells if (cell.likelihood, cell.impact) == (3, 3))
    assert (cell.count, cell.unlabelled, cell.level) == (4, 4, 2)
