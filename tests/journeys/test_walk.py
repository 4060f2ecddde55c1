"""Generated questions to the demo: the planned walk and graphql-core's own answer the same."""

import random
from typing import Any

import orjson
import pytest
from graphql import (
    ExecutionResult,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    execute,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
    validate,
)
from strawberry.execution import optimized_is_awaitable

from riskreg.graph import schema
from riskreg.kit.context import Context
from riskreg.kit.walk import Walk, executor_of
from tests.journeys.conftest import Register

GRAPH: GraphQLSchema = schema._schema
ROOTS = ("risks(first: 30)", "mitigations", "acceptances", "projects", "hygiene", "reports")
PAGES = ("", "(first: 3)", "(first: 1, after: null)", "(last: 2)", "(first: 0)")


def a_selection(rng: random.Random, kind: Any, depth: int) -> str:
    """Fields of a type, some of them twice, some in fragments, some of them left out."""
    parts = ["__typename"]
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        one = rng.choice(GRAPH.get_possible_types(kind))
        parts.append(f"... on {one.name} {{ {a_selection(rng, one, depth)} }}")
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return " ".join(parts)
    for number, (name, field) in enumerate(
        rng.sample(list(kind.fields.items()), k=min(6, len(kind.fields)))
    ):
        if any(map(is_required_argument, field.args.values())):
            continue
        alias = f"f{number}: " if rng.random() < 0.2 else ""
        asked = rng.choice(PAGES) if {"first", "after", "last"} <= field.args.keys() else ""
        condition = rng.choice(("", "", "", "@skip(if: $yes)", "@include(if: $yes)"))
        target = get_named_type(field.type)
        if is_leaf_type(target):
            parts.append(f"{alias}{name}{asked} {condition}")
        elif depth:
            below = a_selection(rng, target, depth - 1)
            parts.append(f"f{depth}{number}: {name}{asked} {condition} {{ {below} }}")
    return " ".join(parts)


async def answered(register: Register, walk: Walk, document: Any) -> Any:
    """The answer as bytes, with its errors."""
    outcome = execute(
        GRAPH,
        document,
        context_value=Context(register.db, register.actor),
        variable_values={"yes": True},
        executor_class=executor_of(walk),
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
        operation_extensions=None,
    )
    result = outcome if isinstance(outcome, ExecutionResult) else await outcome
    assert isinstance(result, ExecutionResult)
    return orjson.dumps(result.data), sorted(repr(e.formatted) for e in result.errors or [])


@pytest.mark.parametrize(
    "seed", [1, *[pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12)]]
)
async def test_generated_questions_have_one_answer(register: Register, seed: int) -> None:
    rng = random.Random(seed)
    assert GRAPH.query_type is not None
    told = 0
    for root in (
        "risks(first: 30)",
        "mitigations",
        "acceptances",
        "projects",
        "hygiene",
        "reports",
    ):
        name = root.partition("(")[0]
        kind = get_named_type(GRAPH.query_type.fields[name].type)
        below = a_selection(rng, kind, 4)
        document = parse(
            f"query ($yes: Boolean!) {{ a: __typename @skip(if: $yes) {root} {{ {below} }} }}"
        )
        assert validate(GRAPH, document) == []
        # No faults here: which of several fails first is the engine's business.
        planned = await answered(register, Walk.PLANNED, document)
        assert planned[1] == []
        assert planned == await answered(register, Walk.STOCK, document)
        told += len(planned[0])
    assert told > 1_000
