"""The planned walk answers what graphql-core answers: the same bytes, nulls and errors."""

import asyncio
from enum import Enum
from typing import Any

import orjson
import pytest
import strawberry
from graphql import ExecutionResult, execute, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from riskreg.kit.plain import straighten
from riskreg.kit.walk import PlannedExecutor

ERROR = RuntimeError("no")


@strawberry.enum
class Colour(Enum):
    """An enum whose members have values of their own."""

    RED = "r"
    BLUE = "b"


@strawberry.interface
class Named:
    """Two types implement it."""

    name: str


@strawberry.type
class Leaf(Named):
    """Another type than is declared in some places."""

    size: int


@strawberry.type
class Thing(Named):
    """Values come from `given`, and may be anything at all."""

    given: strawberry.Private[dict[str, Any]]
    text: str | None
    must: str
    number: int | None
    colour: Colour | None
    words: list[str] | None
    holes: list[int | None]
    child: "Thing | None"
    sure: "Thing"
    children: list["Thing"] | None
    gaps: list["Thing | None"]
    grid: list[list[int]] | None
    any: Named | None

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_") or name == "given":
            return object.__getattribute__(self, name)
        value = self.given.get(name)
        if value is ERROR:
            raise ERROR
        return value

    @strawberry.field
    def shout(self) -> str:
        """A computed field without arguments."""
        return self.given["text"].upper()  # type: ignore[no-any-return]

    @strawberry.field
    def cut(self, to: int = 2) -> str:
        """A computed field with an argument."""
        return self.given["text"][:to]  # type: ignore[no-any-return]

    @strawberry.field
    async def later(self) -> "Thing | None":
        """A field that has to wait."""
        await asyncio.sleep(0)
        found = self.given.get("later")
        if found is ERROR:
            raise ERROR
        return found


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def thing(self, info: strawberry.Info) -> Thing | None:
        return info.context  # type: ignore[no-any-return]


SCHEMA = strawberry.Schema(query=Query, types=[Leaf])
straighten(SCHEMA)
LEAVES = ("name", "text", "must", "number", "colour", "words", "holes", "grid", "shout", "cut")
ODD = (
    "__typename",
    "a: text",
    "b: cut(to: 1)",
    "c: cut(to: $n)",
    "number @skip(if: $yes)",
    "must @include(if: $no)",
    "... on Thing { text colour }",
    "... on Named { name }",
    "any { name ... on Leaf { size } ... on Thing { must } }",
)
INNER = ("child", "sure", "children", "gaps", "later")


def thing(given: dict[str, Any]) -> Thing:
    """A thing with these values."""
    made: Thing = Thing.__new__(Thing)
    made.__dict__["given"] = given
    return made


async def answered(executor: type[Any], document: str, root: Any, **variables: Any) -> Any:
    """The answer as JSON, and its errors in an order of their own."""
    outcome = execute(
        SCHEMA._schema,
        parse(document),
        context_value=root,
        variable_values=variables,
        executor_class=executor,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
        operation_extensions=None,
    )
    result = outcome if isinstance(outcome, ExecutionResult) else await outcome
    assert isinstance(result, ExecutionResult)
    errors = sorted(repr(error.formatted) for error in result.errors or [])
    return orjson.dumps(result.data), errors


async def both(document: str, root: Any, **variables: Any) -> Any:
    """What both walks answer, which must be one thing."""
    planned = await answered(PlannedExecutor, document, root, **variables)
    stock = await answered(StrawberryGraphQLCoreExecutionContext, document, root, **variables)
    assert planned == stock
    return planned


scalars = st.one_of(
    st.none(),
    st.text(max_size=3),
    st.integers(-5, 5),
    st.sampled_from([2**31, 1.5, True, b"x", ERROR, ValueError("as a value"), Colour.RED, "r", []]),
)
lists = st.one_of(
    scalars,
    st.lists(scalars, max_size=3),
    st.lists(st.integers(0, 9), max_size=3),
    st.lists(st.text(max_size=2), max_size=3).map(tuple),
)
named = st.one_of(scalars, st.builds(lambda n: Leaf(name="leaf", size=n), st.integers()))


def things(depth: int) -> st.SearchStrategy[Any]:
    """Things whose values are often not what is declared."""
    inner = things(depth - 1) if depth else named
    several = st.one_of(st.lists(inner, max_size=3), st.lists(named, max_size=2), scalars)
    values = {name: lists for name in LEAVES if name not in {"shout", "cut"}}
    values |= {name: st.one_of(inner, named) for name in ("child", "sure", "later", "any")}
    values |= {"children": several, "gaps": several, "grid": st.lists(lists, max_size=2)}
    good: dict[str, st.SearchStrategy[Any]] = {"name": st.just("n"), "must": st.just("m")}
    mostly = {name: st.one_of(one, good.get(name, one)) for name, one in values.items()}
    return st.fixed_dictionaries(mostly).map(thing)


def selections(depth: int) -> st.SearchStrategy[str]:
    """Selections with aliases, fragments, arguments and conditions."""
    leaf = st.sampled_from((*LEAVES, *ODD))
    if not depth:
        return st.lists(leaf, min_size=1, max_size=6).map(" ".join)
    inner = st.builds("{} {{ {} }}".format, st.sampled_from(INNER), selections(depth - 1))
    return st.lists(st.one_of(leaf, inner), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(root=things(2), selection=selections(3))
async def test_both_walks_answer_the_same(root: Any, selection: str) -> None:
    document = f"query ($n: Int, $yes: Boolean!, $no: Boolean!) {{ thing {{ {selection} }} }}"
    await both(document, root, n=1, yes=True, no=False)


GOOD: dict[str, Any] = {"name": "n", "must": "m", "text": "t", "words": ["a"], "holes": [1, None]}


@pytest.mark.parametrize(
    ("given", "selection", "data", "paths"),
    [
        ({}, "name must text words holes shout", {**GOOD, "shout": "T"}, []),
        ({"must": None}, "name must", None, [["thing", "must"]]),
        ({"text": ERROR}, "name text", {"name": "n", "text": None}, [["thing", "text"]]),
        ({"colour": Colour.BLUE}, "colour", {"colour": "BLUE"}, []),
        ({"colour": "x"}, "colour", {"colour": None}, [["thing", "colour"]]),
        ({"words": ["a", None]}, "words", {"words": None}, [["thing", "words", 1]]),
        ({"holes": (1, None)}, "holes", {"holes": [1, None]}, []),
        (
            {"children": [thing(GOOD), thing({"must": None})]},
            "children { must }",
            {"children": None},
            [["thing", "children", 1, "must"]],
        ),
        (
            {"gaps": [thing({"must": None}), thing(GOOD), None]},
            "gaps { must later { must } }",
            {"gaps": [None, {"must": "m", "later": None}, None]},
            [["thing", "gaps", 0, "must"]],
        ),
        (
            {"child": thing({"later": thing({"must": None}), "name": "c"})},
            "child { name later { must } }",
            {"child": {"name": "c", "later": None}},
            [["thing", "child", "later", "must"]],
        ),
        (
            {"child": thing({"later": thing({"sure": None}), "must": ERROR})},
            "child { later { sure { name } } must }",
            {"child": None},
            [["thing", "child", "must"]],
        ),
    ],
)
async def test_walk_by_hand(
    given: dict[str, Any], selection: str, data: Any, paths: list[Any]
) -> None:
    """Fixed cases, so that the comparison is not of two mistakes."""
    root = thing({**GOOD, **given})
    body, errors = await both(f"{{ thing {{ {selection} }} }}", root)
    assert orjson.loads(body) == {"thing": data}
    assert len(errors) == len(paths)
    for path, error in zip(paths, errors, strict=True):
        assert f"'path': {path}" in error


async def test_plain_fields_take_the_short_way() -> None:
    """Else this module would compare graphql-core with itself."""
    taken: list[str] = []

    class Watched(PlannedExecutor):
        def execute_field(self, *args: Any, **kwargs: Any) -> Any:
            taken.append(args[2][0].node.name.value)
            return super().execute_field(*args, **kwargs)

    inner = thing({**GOOD, "children": []})
    root = thing({**GOOD, "child": inner, "children": [inner, inner], "gaps": [inner]})
    below = "{ name text must words holes shout cut }"
    document = f"{{ thing {{ child {below} children {below} gaps {below} grid any {{ name }} }} }}"
    await answered(Watched, document, root)
    assert taken == ["thing", *["cut"] * 4, "grid", "any"]
