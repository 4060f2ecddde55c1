"""urql, Apollo Client, gql and the audit of npm graphql-http against the served register."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.clients import run
from tests.journeys.served.conftest import Served

PAGE = """query Page($first: Int!) {
  risks(filter: { appetiteStatus: { eq: OUT_OF_TOLERANCE } }, first: $first,
        orderBy: { field: TIME_OUT_OF_TOLERANCE, direction: DESC }) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage }
    edges { node { code daysOutOfTolerance owner { name }
      residual { effective { likelihood impact band } }
      mitigations(first: 2) { totalCount nodes { mitigation { code status } } } } } } }"""
LOG = """mutation Log($input: LogRiskInput!) { logRisk(input: $input) {
  risk { id code version title status } userErrors { field code message currentVersion } } }"""
READ = "query Read($code: String!) { risk(code: $code) { code version title status } }"
CHANGE = """mutation Change($input: ChangeRiskInput!) { changeRisk(input: $input) {
  risk { code version title } userErrors { field code message currentVersion } } }"""

THE_PAGE = {
    "risks": {
        "totalCount": 3,
        "pageInfo": {"hasNextPage": True, "hasPreviousPage": False},
        "edges": [
            {
                "node": {
                    "code": "R-007",
                    "daysOutOfTolerance": 26,
                    "owner": {"name": "Linh Tran"},
                    "residual": {"effective": {"likelihood": 5, "impact": 4, "band": "CRITICAL"}},
                    "mitigations": {
                        "totalCount": 3,
                        "nodes": [
                            {"mitigation": {"code": "M-018", "status": "INEFFECTIVE"}},
                            {"mitigation": {"code": "M-019", "status": "IN_PROGRESS"}},
                        ],
                    },
                }
            },
            {
                "node": {
                    "code": "R-019",
                    "daysOutOfTolerance": 5,
                    "owner": {"name": "Amira Haddad"},
                    "residual": {"effective": {"likelihood": 2, "impact": 5, "band": "HIGH"}},
                    "mitigations": {
                        "totalCount": 2,
                        "nodes": [
                            {"mitigation": {"code": "M-028", "status": "IN_PROGRESS"}},
                            {"mitigation": {"code": "M-022", "status": "IMPLEMENTED"}},
                        ],
                    },
                }
            },
        ],
    }
}

Send = Callable[..., subprocess.CompletedProcess[str]]


def _node(script: str) -> Send:
    def send(*operations: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run.node(script, *operations, **environment)

    return send


def _gql(transport: str) -> Send:
    def send(*operations: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run.python("gql_client.py", transport, *operations, **environment)

    return send


CLIENTS = {
    "urql": _node("urql.mjs"),
    "apollo": _node("apollo.mjs"),
    "gql over httpx": _gql("httpx"),
    "gql over aiohttp": _gql("aiohttp"),
}
NUMBERS = dict(zip(CLIENTS, ("R-901", "R-902", "R-903", "R-904"), strict=True))


def sent(served: Served, client: str, *operations: str) -> list[Any]:
    """The data of each operation as the client gave it, without what it added for itself."""
    if client in {"urql", "apollo"}:
        run.install()
    address = {
        "RISKREG_URL": f"{served.site.url}/graphql",
        "RISKREG_TOKEN": served.tokens["PM_LEAD"],
    }
    process = CLIENTS[client](*operations, **address)
    assert process.returncode == 0, process.stderr
    return [_bare(one) for one in json.loads(process.stdout)]


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(one) for name, one in value.items() if name != "__typename"}
    return [_bare(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_reads_logs_and_is_told_what_to_mend(served: Served, client: str) -> None:
    code, title = NUMBERS[client], f"Logged by {client}"
    page, logged, read, refused, unread = sent(
        served,
        client,
        run.operation(PAGE, first=2),
        run.operation(LOG, input={"title": title, "code": code}),
        run.operation(READ, code=code),
        run.operation(LOG, input={"title": " \n", "code": f"{code}9"}),
        run.operation(READ, code=f"{code}9"),
    )
    assert page == THE_PAGE
    key = logged["logRisk"]["risk"].pop("id")
    known = {"code": code, "version": 1, "title": title, "status": "DRAFT"}
    assert logged == {"logRisk": {"risk": known, "userErrors": []}}
    assert read == {"risk": known}
    message = "Character 2 (U+000A) is a line break or tab in a text of one line."
    told = {"field": ["title"], "code": "INVALID_TEXT", "message": message, "currentVersion": None}
    assert refused == {"logRisk": {"risk": None, "userErrors": [told]}}
    assert unread == {"risk": None}

    before = served.journal()
    mine = {"id": key, "title": f"{title} again"}
    conflict, kept = sent(
        served,
        client,
        run.operation(CHANGE, input={**mine, "expectedVersion": 7}),
        run.operation(READ, code=code),
    )
    message = "This was changed meanwhile: it is at version 1, you sent 7."
    told = {"field": ["expectedVersion"], "code": "VERSION_CONFLICT", "message": message}
    stale = {"risk": None, "userErrors": [{**told, "currentVersion": 1}]}
    assert conflict == {"changeRisk": stale}
    assert kept == read
    assert served.journal() == before
    [changed] = sent(served, client, run.operation(CHANGE, input={**mine, "expectedVersion": 1}))
    now = {"code": code, "version": 2, "title": f"{title} again"}
    assert changed == {"changeRisk": {"risk": now, "userErrors": []}}
    assert served.ask(READ, code=code) == {"risk": {**now, "status": "DRAFT"}}


def test_every_audit_of_graphql_over_http_passes(served: Served) -> None:
    run.install()
    process = run.node(
        "audit.mjs",
        RISKREG_URL=f"{served.site.url}/graphql",
        RISKREG_TOKEN=served.tokens["PM_LEAD"],
    )
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout) == {
        "MUST": {"passed": 13, "of": 13},
        "SHOULD": {"passed": 23, "of": 23},
        "MAY": {"passed": 25, "of": 25},
    }


@pytest.mark.parametrize("client", ["urql", "apollo"])
def test_a_client_is_told_a_top_level_error(served: Served, client: str) -> None:
    run.install()
    process = CLIENTS[client](
        run.operation(PAGE, first=101),
        RISKREG_URL=f"{served.site.url}/graphql",
        RISKREG_TOKEN=served.tokens["PM_LEAD"],
    )
    assert process.returncode == 1
    assert "first must be between 0 and 100" in process.stderr


def test_tools_read_the_schema_that_is_committed(served: Served) -> None:
    run.install()
    process = run.node(
        "introspect.mjs",
        RISKREG_URL=f"{served.site.url}/graphql",
        RISKREG_TOKEN=served.tokens["PM_LEAD"],
    )
    assert process.returncode == 0, process.stderr
    assert "type Mutation {" in process.stdout
