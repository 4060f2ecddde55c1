"""Requests that Schemathesis makes from the schema, fitted to the rows of a register, and judged.

What a generator makes of a schema alone names no row and asks for pages of a thousand million, so
it ends at the first check. `Fitter` puts ids, versions, dates and page sizes that exist into most
of its places, and leaves some as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import graphql
from graphql import (
    ArgumentNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    Visitor,
    get_named_type,
)
from hypothesis import strategies as st
from schemathesis.graphql import nodes

LISTS = {
    "Risk": "risks",
    "Mitigation": "mitigations",
    "Project": "projects",
    "Market": "markets",
    "Vendor": "vendors",
    "Site": "sites",
    "WorkforcePool": "workforcePools",
    "PolicyArea": "policyAreas",
    "Person": "people",
    "Team": "teams",
    "Report": "reports",
    "Kri": "kris",
    "Metric": "metrics",
    "MetricSeries": "metricSeries",
}
"""The list at the root in which the rows of a type are found."""

POINTS_TO = {
    "compareTo": "Report",
    "fromId": "Risk Person",
    "insteadId": "Risk",
    "leadId": "Person",
    "managerId": "Person",
    "marketId": "Market",
    "marketIds": "Market",
    "metricId": "Metric",
    "memberIds": "Person",
    "ownerId": "Person",
    "parentId": "PolicyArea",
    "personId": "Person",
    "policyAreaIds": "PolicyArea",
    "poolId": "WorkforcePool",
    "projectIds": "Project",
    "requestorIds": "Person",
    "riskId": "Risk",
    "siteId": "Site",
    "seriesId": "MetricSeries",
    "sponsorId": "Person",
    "teamId": "Team",
    "toId": "Risk Person",
    "vendorId": "Vendor",
    "vendorIds": "Vendor",
}
"""Which type a field of an input names by id."""

EXPLAINED = {
    r"(first|last) must be between 0 and (100|500)": "GraphQL has no bounds for an Int",
    r"limit is 1 to (10|25)": "GraphQL has no bounds for an Int",
    r"at most 100 nodes at once": "GraphQL has no bounds for a list",
    r"a filter lists at most 100 values": "GraphQL has no bounds for a list",
    r"a filter has at most 50 conditions": "a filter may grow as wide as the caller likes",
    r"a filter nests at most 5 deep": "a filter is a recursive type",
    r"a text in a filter has at most 1000 characters": "GraphQL has no bounds for a String",
    r"asOf lies in the future: nothing is known of it": "no type of an instant ends now",
    r"search works on the present only: leave asOf out, or use a filter": "of two arguments one",
    r"give an id or a code, and not both": "of two arguments exactly one; @oneOf is for inputs",
    r"a search is at most 200 characters long": "GraphQL has no bounds for a String",
    r"compareTo is no report that you may see": "an id names a row or none",
    r"compareTo tells of a later time": "of two arguments each bounds the other",
    r"the cursor is not one of this list with these arguments": "a cursor is opaque, not any text",
    r"days (is 1 to|must be between 1 and) \d+": "GraphQL has no bounds for an Int",
    r"at most \d+ days at once, not \d+": "two dates bound each other",
    r"\d+ days of \d+ series are too many: ask for fewer of either": "a product of two arguments",
    r"days lie between \S+ and \S+, unlike \S+": "no type of a day ends where reckoning does",
    r"the days end before they begin": "two dates bound each other",
    r"give both from and to, or days and until": "of three arguments some; @oneOf is for inputs",
    r"give from and to, or days, and not both": "of three arguments some; @oneOf is for inputs",
    r"give a series, or a metric with or without a scope": "two fields go together, one does not",
    r"an effect is not 0, and less than all": "what all is, is the metric's scale",
    r"power lies between 0 and 1": "GraphQL has no bounds for a Float",
    r"only the sample of a share can be reckoned": "which metrics are shares is known to rows",
    r"there is no such (metric|bridge)": "an id or a code names a row or none",
    r"\S+ has no version -?\d+": "which versions there are is known to rows",
    r"a bridge is good for another policy area than the one asked about": "known to rows",
    r"the cursor is not one of this journal": "a cursor is opaque, not any text",
    r"a type is none whose objects the journal tells of": "a type is named by its text",
    r"after is no object of this entry that you may see": "an id names a row or none",
    r"give a seq or an instant, and not both": "of two arguments exactly one; @oneOf is for inputs",
    r"the earlier moment lies after the later one": "two moments bound each other",
    r"there is no such entry in the journal": "a number names an entry or none",
    r"horizonBd must be between 0 and \d+": "GraphQL has no bounds for an Int",
}
"""Refusals of what the schema allows, by their message, and why the schema cannot say them."""

SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "Cursor": st.from_regex(r"\A[A-Za-z0-9_=-]{1,60}\Z").map(nodes.String),
    "Decimal": st.decimals(allow_nan=False, allow_infinity=False).map(str).map(nodes.String),
    "DateTime": st.builds(
        "{}T{}{}".format,
        # A day from either end, so that the instant has a year in UTC whatever its offset.
        st.dates(date.min + timedelta(days=1), date.max - timedelta(days=1)),
        st.times(),
        st.sampled_from(["Z", "+00:00", "-12:00", "+14:00", "+23:59", "-23:59", "+05:30"]),
    ).map(nodes.String),
}

_VERSION = "query ($id: ID!) { node(id: $id) { ... on Versioned { version } } }"
_TELLING = graphql.parse("{ told: userErrors { message field code currentVersion } }")
_TOLD: SelectionSetNode = _TELLING.definitions[0].selection_set  # type: ignore[attr-defined]

Answer = Mapping[str, Any]
Ask = Callable[..., Answer]


@dataclass(frozen=True)
class Rows:
    """Ids and codes that exist, by type."""

    ids: Mapping[str, Sequence[str]]
    codes: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, ask: Ask) -> Rows:
        """The first hundred rows of each type, as one who asks sees them."""
        asked = " ".join(
            f"{name}(first: 100) {{ nodes {{ id {'name' if name == 'teams' else 'code'} }} }}"
            for name in LISTS.values()
        )
        data = ask(f"{{ {asked} }}")["data"]
        found = {kind: data[name]["nodes"] for kind, name in LISTS.items()}
        return cls(
            {kind: [row["id"] for row in rows] for kind, rows in found.items()},
            {kind: [row.get("code", row["id"]) for row in rows] for kind, rows in found.items()},
        )


class Fitter(Visitor):
    """Puts what exists into a document, by a source of chance."""

    def __init__(self, schema: GraphQLSchema, rows: Rows, ask: Ask, chance: Random) -> None:
        super().__init__()
        self._schema = schema
        self._rows = rows
        self._ask = ask
        self._chance = chance
        self._types = TypeInfo(schema)
        self._object = "Risk"

    def fit(self, document: DocumentNode) -> DocumentNode:
        """The document with most of its places fitted."""
        fitted: DocumentNode = graphql.visit(document, TypeInfoVisitor(self._types, self))
        return fitted

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        """What a root field is about; of an id and a code, one."""
        field = self._types.get_field_def()
        parent = self._types.get_parent_type()
        if field is None or parent is None or parent.name not in {"Query", "Mutation"}:
            return None
        kind = get_named_type(field.type)
        self._object = subject(kind)
        if "userErrors" in getattr(kind, "fields", {}):
            return replace(node, selection_set=_telling(node.selection_set))
        if {"search", "asOf"} <= set(field.args) and not self._seldom():
            dropped = self._chance.choice(["search", "asOf"])
            kept = [one for one in node.arguments or () if one.name.value != dropped]
            return replace(node, arguments=tuple(kept))
        if not {"id", "code"} <= set(field.args) or self._seldom():
            return None
        name = self._chance.choice(["id", "code"])
        known = self._rows.ids if name == "id" else self._rows.codes
        rest = [one for one in node.arguments or () if one.name.value not in {"id", "code"}]
        return replace(node, arguments=(*rest, _argument(name, self._one_of(known, self._object))))

    def enter_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode | None:
        """A fitted value, or none and so the old one."""
        value = self._fitted(node.name.value, node.value)
        return None if value is None else replace(node, value=value)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> ObjectFieldNode | None:
        """The same within an input."""
        value = self._fitted(node.name.value, node.value)
        return None if value is None else replace(node, value=value)

    def leave_object_value(self, node: ObjectValueNode, *_: Any) -> ObjectValueNode | None:
        """With an id, the version that its row has now."""
        given = {one.name.value: one.value for one in node.fields}
        named = given.get("id")
        if "expectedVersion" not in given or self._seldom():
            return None
        if not isinstance(named, StringValueNode):
            return None
        version = IntValueNode(value=str(self._version(named.value)))
        return replace(
            node,
            fields=tuple(
                replace(one, value=version) if one.name.value == "expectedVersion" else one
                for one in node.fields
            ),
        )

    def _version(self, key: str) -> int:
        row = self._ask(_VERSION, id=key)["data"]
        return 1 if row["node"] is None else int(row["node"]["version"])

    def _fitted(self, name: str, value: ValueNode) -> ValueNode | None:
        kind = self._types.get_input_type()
        if kind is None or self._seldom():
            return None
        if name == "id" or name in POINTS_TO:
            kinds = POINTS_TO.get(name, self._object)
            if isinstance(value, NullValueNode):
                return None
            found = [self._one_of(self._rows.ids, one) for one in kinds.split()]
            if isinstance(value, ListValueNode):
                return ListValueNode(values=tuple(found * self._chance.choice([0, 1, 1, 2])))
            return (
                self._chance.choice(found)
                if isinstance(value, StringValueNode | IntValueNode)
                else None
            )
        return self._plain(name, get_named_type(kind).name, value)

    def _plain(self, name: str, kind: str, value: ValueNode) -> ValueNode | None:
        if isinstance(value, NullValueNode | ListValueNode | ObjectValueNode | EnumValueNode):
            return None
        match kind:
            case "Int":
                most = 3 if name in {"first", "last"} else 6
                return IntValueNode(value=str(self._chance.randint(0, most)))
            case "Cursor":
                return NullValueNode()
            case "Date":
                day = date(2026, 11, 16) + timedelta(days=self._chance.randint(-300, 400))
                return nodes.String(day.isoformat())
            case "DateTime":
                past = datetime(2026, 11, 16, 1, tzinfo=UTC)
                past -= timedelta(minutes=self._chance.randint(-10, 500_000))
                return nodes.String(past.isoformat())
            case "Decimal":
                return nodes.String(self._chance.choice(["0", "0.5", "1", "0.333", "12.5", "900"]))
            case "String" if name == "idempotencyKey":
                return NullValueNode()
            case "String" if self._chance.random() < 0.85:
                return nodes.String(self._chance.choice(["A plain text", "SSH", "Asia/Singapore"]))
        return None

    def _seldom(self) -> bool:
        return self._chance.random() < 0.04

    def _one_of(self, known: Mapping[str, Sequence[str]], kind: str) -> StringValueNode:
        choices = known.get(kind) or known["Risk"]
        return nodes.String(self._chance.choice(choices))


def subject(kind: graphql.GraphQLNamedType) -> str:
    """The type of row that a root field is about; of a payload, the object it shows."""
    if isinstance(kind, graphql.GraphQLObjectType) and kind.name.endswith("Payload"):
        shown = next(field for name, field in kind.fields.items() if name != "userErrors")
        return str(get_named_type(shown.type).name)
    return str(kind.name)


def _telling(chosen: SelectionSetNode | None) -> SelectionSetNode:
    """What was selected of a payload, and whatever has to be mended."""
    assert chosen is not None
    return replace(chosen, selections=(*chosen.selections, *_TOLD.selections))


def _argument(name: str, value: ValueNode) -> ArgumentNode:
    return ArgumentNode(name=NameNode(value=name), value=value)


def findings(status: int, answer: Answer) -> list[str]:
    """What is wrong with an answer to a request that the schema allows."""
    if status >= 500:
        return [f"status {status}"]
    found = [] if status in {200, 400} else [f"status {status}"]
    for error in answer.get("errors", ()):
        code, message = error.get("extensions", {}).get("code"), error["message"]
        if code == "BAD_USER_INPUT" and any(re.fullmatch(told, message) for told in EXPLAINED):
            continue
        if code not in {"QUERY_TOO_COMPLEX", "FORBIDDEN"}:
            found.append(f"{code}: {message} at {error.get('path')}")
    return found
