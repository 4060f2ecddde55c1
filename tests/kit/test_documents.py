"""Documents are read once, and only so many of them are kept."""

from __future__ import annotations

import pytest
from graphql import build_schema

from riskreg.kit.documents import LONGEST_MESSAGE, MOST_DOCUMENTS, Documents, Refusal, shown

SCHEMA = build_schema("type Query {hello: String}")


def test_a_document_is_read_once() -> None:
    documents = Documents(SCHEMA)
    assert documents.get("{hello}") is documents.get("{" + "hello}")
    assert len(documents) == 1


def test_a_refusal_is_remembered_too() -> None:
    documents = Documents(SCHEMA)
    refusals = []
    for _ in range(2):
        with pytest.raises(Refusal) as refusal:
            documents.get("{nothing}")
        refusals.append(refusal.value)
    assert refusals[0].errors is refusals[1].errors
    assert refusals[0].errors == (
        {
            "message": "Cannot query field 'nothing' on type 'Query'.",
            "locations": [{"line": 1, "column": 2}],
            "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
        },
    )


def test_the_number_kept_is_bounded_and_the_latest_stay() -> None:
    documents = Documents(SCHEMA)
    first = documents.get("{hello}")
    for number in range(MOST_DOCUMENTS + 10):
        documents.get(f"query Q{number} {{hello}}")
        assert documents.get("{hello}") is first
    assert len(documents) == MOST_DOCUMENTS


def test_the_size_kept_is_bounded() -> None:
    documents = Documents(SCHEMA, most_characters=1_000)
    for number in range(20):
        documents.get(f"query Q{number} {{hello}} #" + "x" * 300)
    assert len(documents) == 3
    documents.get("{hello} #" + "x" * 2_000)
    assert len(documents) == 3


def test_a_cycle_under_a_name_used_twice_is_refused() -> None:
    text = "{...F} fragment F on Query{hello} fragment F on Query{...F}"
    with pytest.raises(Refusal) as refusal:
        Documents(SCHEMA).get(text)
    assert len(refusal.value.errors) > 0


def test_messages_are_short_and_whole() -> None:
    assert shown("x" * 10_000) == "x" * LONGEST_MESSAGE + "…"
    assert shown("a\ud800b") == "a?b"
