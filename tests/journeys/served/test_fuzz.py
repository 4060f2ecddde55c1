"""Schemathesis' requests, and every value at its edge, against the served register.

A finding is a status of 500, a masked fault, an error without a code, or a refusal of what the
schema allows that `fuzzing.EXPLAINED` does not give a reason for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Any

import graphql
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from riskreg.graph import schema as served_schema
from tests.engines import KINDS, EngineKind
from tests.journeys.served.conftest import Served
from tests.journeys.served.edges import Asked, Edges
from tests.journeys.served.fuzzing import SCALARS, Fitter, Rows, findings, subject

SCHEMA = graphql.build_schema(served_schema.as_str())
ADMINISTRATION = {
    "apiTokens", "changePerson", "createApiToken", "deactivatePerson", "delegate", "formTeam",
    "grantRole", "reactivatePerson", "registerPerson", "revokeApiToken", "withdrawRole",
}  # fmt: skip
ANALYSIS = {
    "annotateMetrics", "changeMetric", "changeMetricAnnotation", "changeMetricSeries",
    "createMetricSeries", "defineMetric", "defineMetricVersion", "endMetricSeries",
    "ingestObservations", "recordBridge", "recordImpactEvaluation", "removeMetricAnnotation",
}  # fmt: skip
SLOW = {"createReport": 10}
"""Fields of which fewer requests are made, by how many times: each prints a PDF."""
SECONDS = 60
"""How long an answer may take where other tests take the processors too."""
AT_ONCE = 8
MOST_BYTES = 900_000

Register = Callable[[EngineKind, str], Served]


def role_for(name: str) -> str:
    """Whose token asks for a field of the root."""
    if name in ANALYSIS:
        return "ANALYST"
    return "ADMIN" if name in ADMINISTRATION else "PM_LEAD"


def rows_of(served: Served) -> Rows:
    """What there is, but for those who ask: a fuzzer that locks itself out finds nothing."""

    def ask(query: str, **variables: Any) -> Any:
        return served.post(query, **variables).json()

    named = ask("{ people(first: 100) { nodes { id name } } }")["data"]["people"]["nodes"]
    own = {one["id"] for one in named if one["name"].startswith("Fuzz ")}
    rows = Rows.of(ask)
    others = [key for key in rows.ids["Person"] if key not in own]
    assert len(others) < len(rows.ids["Person"])
    return Rows({**rows.ids, "Person": others}, rows.codes)


@dataclass
class Fuzzer:
    """Sends what Schemathesis makes, and keeps what was found with the document that showed it."""

    served: Served
    rows: Rows
    session: requests.Session
    examples: int
    start: int
    found: dict[str, str] = field(default_factory=dict)

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer to a document, errors and all."""
        return self.served.post(query, **variables).json()

    def fuzz(self, operation: Any) -> None:
        """Try one field of the root."""
        name = operation.label.partition(".")[2]

        @seed(self.start)
        @settings(
            max_examples=max(1, self.examples // SLOW.get(name, 1)),
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), chance=st.integers(0, 2**32))
        def answered(case: Any, chance: int) -> None:
            if chance % 6:  # the others go as they were made
                fitter = Fitter(SCHEMA, self.rows, self.ask, Random(chance))
                case.body = graphql.print_ast(fitter.fit(graphql.parse(case.body)))
            headers = self.served.headers(role_for(name))
            response = case.call(session=self.session, headers=headers, timeout=SECONDS)
            for one in findings(response.status_code, response.json()):
                self.found.setdefault(f"{name}: {one}", case.body)

        answered()


def fuzzed(served: Served, examples: int, start: int) -> dict[str, str]:
    """What was found in all fields of both roots."""
    for name, strategy in SCALARS.items():
        schemathesis.graphql.scalar(name, strategy)
    schema = schemathesis.graphql.from_url(f"{served.site.url}/graphql", headers=served.headers())
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    assert SCHEMA.query_type is not None
    assert SCHEMA.mutation_type is not None
    fields = len(SCHEMA.query_type.fields) + len(SCHEMA.mutation_type.fields)
    assert len(operations) == fields
    with requests.Session() as session:
        fuzzer = Fuzzer(served, rows_of(served), session, examples, start)
        for operation in operations:
            fuzzer.fuzz(operation)
    return fuzzer.found


def test_schemathesis_finds_nothing(served_on: Register) -> None:
    served = served_on("sqlite", "fuzzed")
    assert fuzzed(served, examples=3, start=20261116) == {}
    served.journal()


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_schemathesis_finds_nothing_in_thousands(served_on: Register, kind: EngineKind) -> None:
    served = served_on(kind, "fuzzed long")
    assert fuzzed(served, examples=20, start=1) == {}
    served.journal()


def chunks(every: list[Asked], edges: Edges) -> Iterator[tuple[list[Asked], str, dict[str, Any]]]:
    """Several requests in one document, so long as the body may hold them."""
    rest = iter(every)
    while some := list(islice(rest, AT_ONCE)):
        document, variables = edges.document(some)
        if len(json.dumps(variables)) < MOST_BYTES:
            yield some, document, variables
        else:
            yield from (([one], *edges.document([one])) for one in some)


def told_in(payload: Any) -> list[Any]:
    """The user errors of a payload, those of its rows included."""
    if not isinstance(payload, dict):
        return []
    told = [*payload.get("userErrors", ()), *payload.get("rejected", ())]
    return [*told, *(one for row in payload.get("results", ()) for one in row["userErrors"])]


def judged(served: Served, edges: Edges, every: list[Asked], role: str) -> list[str]:
    """What is wrong with the answers; a document with errors is asked again one by one."""
    wrong: list[str] = []
    for some, document, variables in chunks(every, edges):
        answer = served.post(document, role, **variables)
        if "errors" in answer.json() and len(some) > 1:
            for one in some:
                wrong += judged(served, edges, [one], role)
            continue
        found = findings(answer.status_code, answer.json())
        wrong += [f"{one.name}: {told}" for one in some for told in found]
        for shown in (answer.json().get("data") or {}).values():
            wrong += [f"{some[0].name}: {one}" for one in told_in(shown) if not one["message"]]
    return wrong


def start_of(served: Served, edges: Edges, name: str, rows: Rows) -> dict[str, Any]:
    """Plain arguments of a mutation, about the first row with which most of it is allowed."""
    role = role_for(name)
    kind = subject(graphql.get_named_type(edges.root.fields[name].type))
    first: dict[str, Any] = {}
    versions = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Versioned { version } } }"
    about = served.ask(versions, ids=rows.ids.get(kind, [])[:30])["nodes"]
    for one in about or [{}]:
        row = {"id": one["id"], "expectedVersion": one["version"]} if one else {}
        arguments = edges.plain(name, row)
        arguments["input"]["dryRun"] = True
        document, variables = edges.document([Asked(name, (), "plain", arguments)])
        answer = served.post(document, role, **variables).json()
        assert "errors" not in answer, (name, answer)
        first = first or arguments
        if not answer["data"]["a0"]["userErrors"]:
            return arguments
    return first


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_no_value_at_its_edge_breaks_a_mutation(served_on: Register, kind: EngineKind) -> None:
    served = served_on(kind, "edges")
    rows = rows_of(served)
    assert SCHEMA.mutation_type is not None
    edges = Edges(SCHEMA, SCHEMA.mutation_type, rows)
    before = served.journal()
    count, wrong = 0, []
    for name in edges.root.fields:
        if name in {"signOut", *SLOW}:
            continue
        plain = start_of(served, edges, name, rows)
        kept = (("input", "dryRun"), ("input", "idempotencyKey"))
        every = [one for one in edges.of(name, plain) if one.path not in kept]
        count += len(every)
        wrong += judged(served, edges, every, role_for(name))
    assert wrong == []
    assert count > 3_000
    assert served.journal() == before, "a dry run wrote"


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def test_text_that_no_text_may_hold_is_told_and_never_written(
    served_on: Register, kind: EngineKind
) -> None:
    """Not rehearsed but sent in earnest, idempotency keys included."""
    served = served_on(kind, "edges")
    rows = rows_of(served)
    assert SCHEMA.mutation_type is not None
    edges = Edges(SCHEMA, SCHEMA.mutation_type, rows)
    before = served.journal()
    count, wrong = 0, []
    for name in edges.root.fields.keys() - {"signOut"}:
        plain = start_of(served, edges, name, rows)
        if name != "ingestObservations":  # whose batches are kept with what was rejected of them
            del plain["input"]["dryRun"]
        every = [one for one in edges.of(name, plain) if one.edge in {"NUL", "half a character"}]
        count += len(every)
        for some, document, variables in chunks(every, edges):
            answer = served.post(document, role_for(name), **variables)
            assert findings(answer.status_code, answer.json()) == [], some[0].name
            shown = answer.json()["data"].values()
            pairs = zip(some, shown, strict=True)
            wrong += [one.name for one, payload in pairs if not told_in(payload)]
    assert sorted(wrong) == []
    assert count > 400
    assert served.journal() == before


def questioned(served: Served, fields: Collection[str] | None = None) -> tuple[int, list[str]]:
    """How many questions with a value at its edge were asked, and what is wrong."""
    assert SCHEMA.query_type is not None
    edges = Edges(SCHEMA, SCHEMA.query_type, rows_of(served))
    count, wrong = 0, []
    for name, told in edges.root.fields.items():
        if fields is not None and name not in fields:
            continue
        plain = edges.plain(name)
        if {"id", "code"} <= set(told.args):
            plain["code"] = "R-007"
        every = list(edges.of(name, plain))
        count += len(every)
        wrong += judged(served, edges, every, role_for(name))
    return count, wrong


def test_no_value_at_its_edge_breaks_some_questions(served_on: Register) -> None:
    some = {
        "journal",
        "risk",
        "mitigations",
        "topRisks",
        "similarRisks",
        "node",
        "nodes",
        "hygiene",
    }
    count, wrong = questioned(served_on("sqlite", "edges"), some)
    assert wrong == []
    assert count > 500


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_no_value_at_its_edge_breaks_a_question(served_on: Register, kind: EngineKind) -> None:
    count, wrong = questioned(served_on(kind, "edges"))
    assert wrong == []
    assert count > 4_000


def listened(served: Served, asked: Asked, edges: Edges) -> list[str]:
    """What is wrong with the answer to a subscription: a stream that is begun, or a refusal."""
    document, variables = edges.document([asked])
    body = json.dumps({"query": document, "variables": variables})
    headers = {**served.headers(), "accept": "text/event-stream"}
    headers["content-type"] = "application/json"
    with served.client.stream("POST", "/graphql", content=body, headers=headers) as answer:
        if answer.headers["content-type"].startswith("text/event-stream"):
            begun = next(answer.iter_lines())
            return [] if (answer.status_code, begun) == (200, ":") else [f"{asked.name}: {begun}"]
        answer.read()
    return [f"{asked.name}: {told}" for told in findings(answer.status_code, answer.json())]


@pytest.mark.parametrize("kind", KINDS)
def test_no_value_at_its_edge_breaks_a_subscription(served_on: Register, kind: EngineKind) -> None:
    served = served_on(kind, "edges")
    assert SCHEMA.subscription_type is not None
    edges = Edges(SCHEMA, SCHEMA.subscription_type, rows_of(served))
    every = [one for name in edges.root.fields for one in edges.of(name, edges.plain(name))]
    assert [wrong for one in every for wrong in listened(served, one, edges)] == []
    assert len(every) > 40
