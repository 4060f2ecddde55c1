"""The guard refuses by the limit that was passed, and its own work grows with the document only."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_introspection_query,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from riskreg.kit import estimate, guard
from riskreg.kit.errors import TooComplex
from riskreg.kit.guard import LIMITS
from tests.kit.served import bomb

NO_LIMITS = replace(
    LIMITS,
    **{name: 10**30 for name in LIMITS.__dataclass_fields__ if name != "page"},
)


def nested(levels: int, inside: str = "hello") -> str:
    return "me{" * levels + inside + "}" * levels


def wrapped(levels: int) -> str:
    return "[" * levels + "1" + "]" * levels


REFUSED = {
    "operations": " ".join(f"query Q{i}{{hello}}" for i in range(21)),
    "fragments": "{hello}" + " ".join(f"fragment F{i} on Query{{hello}}" for i in range(51)),
    "directives": "{hello" + " @include(if: true)" * 51 + "}",
    "levels": "{" + nested(15) + "}",
    "fields": "{" + "hello " * 1001 + "}",
    "selections": bomb(11).replace("{hello}", "{}"),
    "aliases": "{" + " ".join(f"a{i}: hello" for i in range(51)) + "}",
    "mutation fields": "mutation {" + " ".join(f"a{i}: put(n: 1)" for i in range(11)) + "}",
    "levels in an input": "{text(value: " + wrapped(21) + ")}",
    "digits in a number": "{number(n: " + "1" * 401 + ")}",
    "levels of introspection": "{__schema{types{" + "ofType{" * 19 + "name" + "}" * 19 + "}}}",
    "lists in introspection": ("{__schema{types{fields{type{fields{type{fields{name}}}}}}}}"),
    "repeated fields": "{" + "me{hello} " * 200 + "}",
}


@pytest.mark.parametrize("limit", REFUSED)
def test_each_limit_is_named_when_it_is_passed(limit: str) -> None:
    with pytest.raises(TooComplex) as refusal:
        guard.inspect(parse(REFUSED[limit]))
    assert refusal.value.code == "QUERY_TOO_COMPLEX"
    assert refusal.value.limit == limit


ALLOWED = {
    "fifteen levels": "{" + nested(14) + "}",
    "fifty aliases": "{" + " ".join(f"a{i}: hello" for i in range(50)) + "}",
    "an alias that is the name": "{" + " ".join(["hello: hello"] * 60) + "}",
    "ten mutations": "mutation {" + " ".join(f"a{i}: put(n: 1)" for i in range(10)) + "}",
    "inline fragments are no levels": "{" + "...{" * 100 + "hello" + "}" * 100 + "}",
    "the same fragment in many places": (
        "{" + " ".join(f"a{i}: me{{...F}}" for i in range(20)) + "} fragment F on Query"
        "{hello __typename}"
    ),
    "a query of twenty operations": " ".join(f"query Q{i}{{hello}}" for i in range(20)),
    "an unknown fragment": "{...Unknown}",
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_real_clients_send_is_within_the_limits(name: str) -> None:
    guard.inspect(parse(ALLOWED[name]))


@pytest.mark.parametrize("full", [False, True])
def test_introspection_of_tools_is_within_the_limits(*, full: bool) -> None:
    text = get_introspection_query(
        descriptions=full,
        specified_by_url=full,
        directive_is_repeatable=full,
        schema_description=full,
        input_value_deprecation=full,
        one_of=full,
    )
    shape = guard.inspect(parse(text))
    assert guard.introspects(shape)
    assert estimate.check_nodes(shape, shape.operations[0], {}) == 0


def test_mutation_fields_are_counted_through_fragments() -> None:
    fields = " ".join(f"a{i}: put(n: 1)" for i in range(6))
    text = f"mutation {{...F ...{{...G}}}} fragment F on Mutation{{{fields}}}"
    text += f" fragment G on Mutation{{{fields.replace('a', 'b')}}}"
    with pytest.raises(TooComplex) as refusal:
        guard.inspect(parse(text))
    assert refusal.value.limit == "mutation fields"


def test_fields_of_a_fragment_that_nobody_spreads_count() -> None:
    with pytest.raises(TooComplex):
        guard.inspect(parse("{hello} fragment F on Query{" + "hello " * 1001 + "}"))


def test_a_second_fragment_of_the_same_name_hides_nothing() -> None:
    hidden = "fragment F on Query{" + "me{hello} " * 300 + "} fragment F on Query{hello}"
    with pytest.raises(TooComplex):
        guard.inspect(parse("{...F}" + hidden))


CYCLES = {
    "itself": "{...F} fragment F on Query{me{...F}}",
    "one another": "{...F} fragment F on Query{...G} fragment G on Query{...F}",
    "out of reach": "{hello} fragment F on Query{...G} fragment G on Query{me{...F}}",
}


@pytest.mark.parametrize("name", CYCLES)
def test_a_cycle_is_told_and_ends(name: str) -> None:
    assert guard.inspect(parse(CYCLES[name])).cyclic


def test_seven_hundred_bytes_that_ask_for_a_billion_fields_are_refused_at_once() -> None:
    text = bomb(levels=20, width=3)
    assert len(text) < 1000
    document = parse(text)
    started = time.process_time()
    with pytest.raises(TooComplex):
        guard.inspect(document)
    assert time.process_time() - started < 0.05


VARIABLES: dict[str, dict[str, object]] = {
    "values in variables": {"ids": [1] * 30_001},
    "levels in an input": {"filter": [[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]},
}


@pytest.mark.parametrize("limit", VARIABLES)
def test_variables_are_bounded(limit: str) -> None:
    with pytest.raises(TooComplex) as refusal:
        guard.check_variables(VARIABLES[limit])
    assert refusal.value.limit == limit


def test_many_small_objects_weigh_more_than_their_values() -> None:
    guard.check_variables({"rows": [{"n": 1}] * 2_000})
    with pytest.raises(TooComplex):
        guard.check_variables({"rows": [{"n": 1}] * 7_000})


NODES: list[tuple[str, dict[str, object], int]] = [
    ("{hello me{hello}}", {}, 0),
    ("{page(first: 50){nodes{hello}}}", {}, 50),
    ("{page(last: 5, first: 50){nodes{hello}}}", {}, 5),
    ("{page{nodes{hello}}}", {}, 20),
    ("{page{...P}} fragment P on Page{...{edges{node{hello}}}}", {}, 20),
    ("{page(first: null){nodes{hello}}}", {}, 20),
    ("{page(first: 0){nodes{page(first: 100){nodes{hello}}}}}", {}, 0),
    ("{page(first: 10){nodes{page(first: 10){nodes{hello}}}}}", {}, 110),
    ("{page(first: 10){nodes{...F}}} fragment F on Query{page(first: 5){nodes{hello}}}", {}, 60),
    ("query($n: Int){page(first: $n){nodes{hello}}}", {"n": 7}, 7),
    ("query($n: Int = 9){page(first: $n){nodes{hello}}}", {}, 9),
    ("query($n: Int = 9){page(first: $n){nodes{hello}}}", {"n": None}, 20),
    ("query($n: Int){page(first: $n){nodes{hello}}}", {"n": "many"}, 20),
    ("{page(first: -1){nodes{hello}}}", {}, 20),
    ('{nodes(ids: ["a", "b", "c"]){page(first: 10){nodes{hello}}}}', {}, 33),
    ("query($ids: [ID!]!){nodes(ids: $ids){me{hello}}}", {"ids": ["a"] * 4}, 4),
    ("{topRisks(limit: 5){risk{page(first: 2){nodes{hello}}}}}", {}, 15),
]


@pytest.mark.parametrize(("text", "variables", "nodes"), NODES)
def test_nodes_are_the_products_of_page_sizes(
    text: str, variables: dict[str, object], nodes: int
) -> None:
    shape = guard.inspect(parse(text))
    assert estimate.check_nodes(shape, shape.operations[0], variables) == nodes


@pytest.mark.parametrize(
    "text",
    [
        "{page(first: 101){nodes{page(first: 100){nodes{hello}}}}}",
        "{page(first: " + "9" * 300 + "){nodes{hello}}}",
        "{page{nodes{page{nodes{page{nodes{page{nodes{hello}}}}}}}}}",
    ],
)
def test_too_many_nodes_are_refused(text: str) -> None:
    shape = guard.inspect(parse(text))
    with pytest.raises(TooComplex) as refusal:
        estimate.check_nodes(shape, shape.operations[0], {})
    assert refusal.value.limit == "nodes"


def naive(document: DocumentNode) -> int:
    """How many fields the operations select, by writing every fragment out."""
    fragments = {
        one.name.value: one.selection_set
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }

    def count(selection_set: SelectionSetNode | None) -> int:
        total = 0
        for one in selection_set.selections if selection_set else ():
            if isinstance(one, FieldNode):
                total += 1 + count(one.selection_set)
            elif isinstance(one, InlineFragmentNode):
                total += count(one.selection_set)
            elif isinstance(one, FragmentSpreadNode):
                total += count(fragments.get(one.name.value))
        return total

    return sum(
        count(one.selection_set)
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode)
    )


def selections(spreads: list[str]) -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["hello", "a: hello", *spreads])
    return st.recursive(
        leaves,
        lambda inner: st.tuples(
            st.sampled_from(["me", "b: me", "..."]), st.lists(inner, min_size=1, max_size=3)
        ).map(lambda pair: f"{pair[0]}{{{' '.join(pair[1])}}}"),
        max_leaves=6,
    )


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document whose fragments spread only later ones, each of them used."""
    size = draw(st.integers(0, 4))
    names = [f"F{i}" for i in range(size)]
    parts = []
    for index, name in enumerate(names):
        later = [f"...{other}" for other in names[index + 1 :]]
        body = " ".join(draw(st.lists(selections(later), min_size=1, max_size=3)))
        parts.append(f"fragment {name} on Query{{{body}}}")
    everything = [f"...{name}" for name in names]
    body = " ".join([*draw(st.lists(selections(everything), min_size=1, max_size=4)), *everything])
    return " ".join(["{" + body + "}", *draw(st.permutations(parts))])


@settings(max_examples=200, deadline=None)
@given(documents())
def test_the_count_is_that_of_writing_every_fragment_out(text: str) -> None:
    document = parse(text)
    assert guard.inspect(document, NO_LIMITS).total.fields == naive(document)


def lines_run_by(document: DocumentNode) -> int:
    """How many lines of the guard ran to inspect the document: a measure that no load disturbs."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        if frame.f_code.co_filename != guard.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        guard.inspect(document)
    except TooComplex:
        pass
    finally:
        sys.settrace(before)
    return count


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 48), st.integers(1, 60), st.booleans())
def test_the_work_is_linear_in_the_size_of_the_document(
    levels: int,
    width: int,
    cyclic: bool,  # noqa: FBT001
) -> None:
    text = bomb(levels, width)
    if cyclic:
        text = text.replace("{hello}", "{hello ...F0}")
    document = parse(text)
    expanded = 3_000
    assert lines_run_by(document) < 60 * (document.token_count + expanded)
