"""What each field needs of its row: asked alone it answers what it answers among all others."""

from collections import deque
from functools import cache
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

from riskreg.graph import schema
from riskreg.kit.graph import SHOWN, Node
from riskreg.kit.prefetch import _needs_of
from tests.journeys.conftest import Register

GRAPH = schema._schema


def test_few_fields_are_opaque() -> None:
    """An opaque field costs every column of its row, and cannot be compiled into a statement."""
    needs = {
        shown.__name__: _needs_of(shown)  # type: ignore[arg-type]  # taken for unhashable
        for shown in SHOWN.values()
    }
    opaque = {f"{kind}.{name}" for kind, of in needs.items() for name in of if of[name] is None}
    assert len(opaque) < 0.05 * sum(map(len, needs.values()))
    assert {one for one in opaque if not one.endswith(".history")} == {
        "Mitigation.availableTransitions",
        "Project.availableTransitions",
        "Risk.availableTransitions",
        "Risk.findings",
        "Target.attainment",
    }


@cache
def paths() -> dict[str, tuple[str, ...]]:
    """The shortest way of fields from the root to each type, asking for nothing."""
    assert GRAPH.query_type is not None
    found: dict[str, tuple[str, ...]] = {}
    ahead: deque[tuple[GraphQLObjectType, tuple[str, ...]]] = deque([(GRAPH.query_type, ())])
    while ahead:
        kind, path = ahead.popleft()
        for name, field in kind.fields.items():
            target = get_named_type(field.type)
            asks = any(map(is_required_argument, field.args.values())) or "code" in field.args
            if isinstance(target, GraphQLObjectType) and target.name not in found and not asks:
                found[target.name] = (*path, name)
                ahead.append((target, found[target.name]))
    return found


def selected(name: str, field: GraphQLField) -> str | None:
    """A selection of a field and the leaves right under it; None where it must be told more."""
    if any(map(is_required_argument, field.args.values())):
        return None
    target = get_named_type(field.type)
    if is_leaf_type(target):
        return name
    if not is_object_type(target):
        return f"{name} {{ __typename }}"
    leaves = [n for n, f in target.fields.items() if is_leaf_type(get_named_type(f.type))]
    return f"{name} {{ {' '.join(leaves) or '__typename'} }}"


def wrapped(path: tuple[str, ...], selection: str) -> str:
    """A selection at the end of a way."""
    for name in reversed(path):
        selection = f"{name} {{ {selection} }}"
    return selection


def merged(into: Any, more: Any) -> Any:
    """Two answers of the same shape, put together."""
    if isinstance(into, dict) and isinstance(more, dict):
        return {key: merged(into.get(key), more.get(key)) for key in {**into, **more}}
    if isinstance(into, list) and isinstance(more, list):
        return [merged(one, other) for one, other in zip(into, more, strict=True)]
    return more if into is None else into


@pytest.mark.parametrize("shown", SHOWN.values(), ids=lambda one: one.__name__)
async def test_field_alone_answers_as_among_others(reseeded: Register, shown: type[Node]) -> None:
    """On one engine, for the columns are chosen before an engine comes in."""
    kind = GRAPH.get_type(shown.__strawberry_definition__.name)  # type: ignore[attr-defined]
    assert isinstance(kind, GraphQLObjectType)
    asked = [one for name, field in kind.fields.items() if (one := selected(name, field))]
    assert len(asked) >= 2
    together = await reseeded.run(f"{{ {wrapped(paths()[kind.name], ' '.join(asked))} }}")
    alone: Any = {}
    for one in asked:
        alone = merged(alone, await reseeded.run(f"{{ {wrapped(paths()[kind.name], one)} }}"))
    assert alone == together
