"""Real clients against the endpoint: the audit of npm graphql-http, urql, Apollo, gql."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest
from graphql import build_schema

from tests.clients import run
from tests.kit.served import TOKEN, application, serve

QUERY = run.operation("query Q($n: Int!) { number(n: $n) }", n=7)
MUTATION = run.operation("mutation M($n: Int!) { put(n: $n) }", n=8)
FAILING = run.operation("query F { refused }")
ANSWERS = [{"number": 7}, {"put": 8}]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    run.install()
    with serve(application()) as url:
        yield {"RISKREG_URL": f"{url}/graphql", "RISKREG_TOKEN": TOKEN}


def answers(process: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    assert process.returncode == 0, process.stderr
    data = json.loads(process.stdout)
    return [{k: v for k, v in one.items() if k != "__typename"} for one in data]


def test_every_audit_of_graphql_over_http_passes(environment: dict[str, str]) -> None:
    process = run.node("audit.mjs", **environment)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout) == {
        "MUST": {"passed": 13, "of": 13},
        "SHOULD": {"passed": 23, "of": 23},
        "MAY": {"passed": 25, "of": 25},
    }


@pytest.mark.parametrize("script", ["urql.mjs", "apollo.mjs"])
def test_node_clients_query_and_mutate(environment: dict[str, str], script: str) -> None:
    assert answers(run.node(script, QUERY, MUTATION, **environment)) == ANSWERS


def test_urql_may_query_by_get(environment: dict[str, str]) -> None:
    process = run.node("urql.mjs", QUERY, MUTATION, **environment, RISKREG_GET="1")
    assert answers(process) == ANSWERS


@pytest.mark.parametrize("transport", ["httpx", "aiohttp"])
def test_gql_queries_and_mutates(environment: dict[str, str], transport: str) -> None:
    process = run.python("gql_client.py", transport, QUERY, MUTATION, **environment)
    assert answers(process) == ANSWERS


@pytest.mark.parametrize("script", ["urql.mjs", "apollo.mjs"])
def test_clients_see_our_errors(environment: dict[str, str], script: str) -> None:
    process = run.node(script, FAILING, **environment)
    assert process.returncode == 1
    assert "after belongs to another list" in process.stderr


def test_tools_can_read_the_schema(environment: dict[str, str]) -> None:
    process = run.node("introspect.mjs", **environment)
    assert process.returncode == 0, process.stderr
    assert build_schema(process.stdout).query_type is not None
