"""Requests in which one value stands at an edge and all others are plain, for every place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from tests.journeys.served.fuzzing import POINTS_TO, Rows, subject

LONG = "long " * 14_000
TEXTS: Mapping[str, str] = {
    "empty": "",
    "blank": " \t ",
    "NUL": "a\x00b",
    "half a character": "a\ud800b",
    "turned": "a\u202eb",
    "no character": "a\uffff\U0010fffeb",
    "too long": LONG,
    "grows when folded": "\ufdfa" * 4_000,
    "shrinks when composed": "e\u0301" * 4_000,
    "SQL": "' OR 1=1; DROP TABLE risks; --",
    "marks of LIKE": "%_\\%\\_",
    "an id of nothing": "risk_" + "0" * 32,
    "an id of another kind": "nothing_0199987e5ff87500b715ee9029080393",
    "an id that is cut": "risk_0199987e5ff",
    "a number": "-1",
    "four planes": "\U0001f9ff \u5730\u9707 \u0e01\u0e33 \u0915\u094d\u0937",
}
EDGES: Mapping[str, Mapping[str, Any]] = {
    "String": TEXTS,
    "ID": TEXTS,
    "Int": {"least": -(2**31), "most": 2**31 - 1, "negative": -1, "zero": 0, "million": 10**6},
    "Float": {"huge": 1e308, "low": -1e308, "tiny": 5e-324, "minus zero": -0.0, "one": 1},
    "Boolean": {"true": True, "false": False},
    "Date": {"first": "0001-01-01", "last": "9999-12-31", "leap": "2024-02-29"},
    "DateTime": {
        "first": "0001-01-01T00:00:00Z",
        "last": "9999-12-31T23:59:59.999999Z",
        "east": "2026-11-01T00:00:00+14:00",
        "west": "2026-11-01T00:00:00.000001-12:00",
        "before all": "1999-12-31T23:59:59Z",
    },
    "Decimal": {
        "huge": "9" * 300,
        "high": "1E+400",
        "low": "-1E-400",
        "below zero": "-0.0001",
        "no number": "NaN",
        "signalling": "sNaN",
        "endless": "-Infinity",
        "many places": "0.3333333333333333333333333333333333",
        "minus zero": "-0",
    },
    "Cursor": {"short": "a", "of nothing": "WzEsMiwzXQ", "long": "A" * 16_000},
}
"""By scalar: each accepted by its type, and seldom by the field."""

PLAIN: Mapping[str, Any] = {
    "String": "A plain text",
    "ID": "risk_" + "0" * 32,
    "Int": 2,
    "Float": 0.5,
    "Boolean": False,
    "Date": "2027-02-26",
    "DateTime": "2026-10-01T08:00:00Z",
    "Decimal": "0.5",
    "Cursor": "a",
}
NAMED: Mapping[str, Any] = {
    "email": "new.person@example.org",
    "timezone": "Asia/Singapore",
    "code": "fi-FI",
    "evidence": ["https://example.org/evidence"],
    "expiresAt": "2027-02-26T08:00:00Z",
    "first": 2,
    "last": 2,
    "limit": 3,
    "roles": ["ANALYST"],
    "likelihood": 2,
}
"""Plain values of fields that ask for more than their type."""

Path = tuple[str | int, ...]
Parts = Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]


@dataclass(frozen=True)
class Asked:
    """One field of the root with its arguments, and what is odd about them."""

    field: str
    path: Path
    edge: str
    arguments: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Where and what, for people."""
        return f"{self.field}({'.'.join(map(str, self.path))}: {self.edge})"


class Edges:
    """Makes requests to every field of one root type of a schema."""

    def __init__(self, schema: GraphQLSchema, root: GraphQLObjectType, rows: Rows) -> None:
        self._schema = schema
        self.root = root
        self._rows = rows

    def of(self, field: str, plain: Mapping[str, Any]) -> Iterator[Asked]:
        """The plain arguments with one value at an edge, for each value and place in turn."""
        for path, kind in _leaves(self.root.fields[field].args, ()):
            for edge, value in self._values(kind):
                yield Asked(field, path, edge, self._placed(field, path, value, plain))

    def plain(self, field: str, row: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Arguments with only what is required, about a row."""
        about = subject(get_named_type(self.root.fields[field].type))
        made: dict[str, Any] = self._required(self.root.fields[field].args, about)
        for name, value in (row or {}).items():
            if name in made.get("input", {}):
                made["input"][name] = value
        return made

    def document(self, asked: Sequence[Asked]) -> tuple[str, dict[str, Any]]:
        """One document that asks all of it, and its variables."""
        head, body, variables = [], [], {}
        for number, one in enumerate(asked):
            field = self.root.fields[one.field]
            given = []
            for name, value in one.arguments.items():
                variable = f"{name}{number}"
                variables[variable] = value
                head.append(f"${variable}: {field.args[name].type}")
                given.append(f"{name}: ${variable}")
            arguments = f"({', '.join(given)})" if given else ""
            body.append(f"a{number}: {one.field}{arguments} {_selection(field)}")
        kind = self.root.name.lower()
        return f"{kind} ({', '.join(head)}) {{ {' '.join(body)} }}".replace("()", ""), variables

    def _values(self, kind: GraphQLInputType) -> Iterator[tuple[str, Any]]:
        if not isinstance(kind, GraphQLNonNull):
            yield "null", None
        bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(bare, GraphQLList):
            plain = self._value("", bare.of_type, "Risk")
            yield from (("none", []), ("twice", [plain, plain]), ("501", [plain] * 501))
        elif isinstance(bare, GraphQLEnumType):
            yield from ((word, word) for word in bare.values)
        elif not isinstance(bare, GraphQLInputObjectType):
            yield from EDGES[bare.name].items()

    def _placed(
        self, field: str, path: Path, value: Any, plain: Mapping[str, Any]
    ) -> dict[str, Any]:
        made = dict(plain)
        parts: Parts = self.root.fields[field].args
        here: Any = made
        last = path[-1]
        for at, name in enumerate(path[: -2 if isinstance(last, int) else -1]):
            if isinstance(name, int):
                continue
            kind = parts[name].type
            named = get_named_type(kind)
            assert isinstance(named, GraphQLInputObjectType)
            parts = named.fields
            inner = here.get(name)
            one = (inner[0] if inner else None) if isinstance(inner, list) else inner
            one = self._required(parts, "Risk") if one is None else dict(one)
            is_list = isinstance(path[at + 1], int)
            here[name] = [one] if is_list else one
            here = one
        if isinstance(last, int):
            here[path[-2]] = [value]
        else:
            here[last] = value
        return made

    def _required(self, parts: Parts, about: str) -> dict[str, Any]:
        return {
            name: self._value(name, part.type, about)
            for name, part in parts.items()
            if isinstance(part.type, GraphQLNonNull)
        }

    def _value(self, name: str, kind: GraphQLInputType, about: str) -> Any:
        if name in NAMED:
            return NAMED[name]
        bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(bare, GraphQLList):
            return [self._value(name, bare.of_type, about)]
        if isinstance(bare, GraphQLInputObjectType):
            return self._required(bare.fields, about)
        if isinstance(bare, GraphQLEnumType):
            return next(iter(bare.values))
        if bare.name == "ID":
            kinds = POINTS_TO.get(name, about).split()
            return next(iter(self._rows.ids.get(kinds[0], ())), PLAIN["ID"])
        return PLAIN[bare.name]


def _leaves(parts: Parts, path: Path) -> Iterator[tuple[Path, GraphQLInputType]]:
    """Each place where a scalar, a word or a list stands; filters within filters once."""
    for name, part in parts.items():
        kind = part.type
        bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        here = (*path, name)
        if isinstance(bare, GraphQLList):
            yield here, kind
            if name in {"and", "or"}:
                continue
            here = (*here, 0)
            kind = bare.of_type
        named = get_named_type(kind)
        if isinstance(named, GraphQLInputObjectType) and name != "not":
            yield from _leaves(named.fields, here)
        elif is_leaf_type(named):
            yield here, kind


def _selection(field: GraphQLField) -> str:
    kind = get_named_type(field.type)
    if not isinstance(kind, GraphQLObjectType):
        return "{ __typename }" if not is_leaf_type(kind) else ""
    if "userErrors" in kind.fields:
        told = "userErrors { message field code currentVersion }"
        rows = {"results": f"results {{ {told} }}", "rejected": "rejected { message field code }"}
        return f"{{ {told} {' '.join(rows[name] for name in rows.keys() & kind.fields.keys())} }}"
    return "{ nodes { id } totalCount }" if "totalCount" in kind.fields else "{ __typename }"
