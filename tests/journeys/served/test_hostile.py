"""What nobody in good faith sends: documents that explode, odd HTTP, and other sites."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.journeys.served.conftest import Served

COOKIE = "__Host-riskreg"
LOG = 'mutation { logRisk(input: { title: "Not wanted" }) { risk { code } userErrors { code } } }'
NOT_WANTED = '{ risks(filter: { title: { contains: "Not wanted" } }) { totalCount } }'
BOMB = 700


def bomb() -> str:
    """Fragments in which each spreads the next twice, in at most 700 characters."""
    document = "{...A}"
    names = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for name, following in pairwise(names):
        part = f"fragment {name} on Query{{...{following} ...{following}}}"
        if len(document) + len(part) + 40 > BOMB:
            return f"{document}fragment {name} on Query{{me{{name}}}}"
        document += part
    raise AssertionError("26 letters are too few")


def nested(levels: int) -> str:
    """Risks of projects of risks, so deep."""
    inside = "code"
    for level in range(levels):
        inside = f"{'owner' if level % 2 else 'team'} {{ {inside} }}"
    return f"{{ risks {{ nodes {{ owner {{ {inside} }} }} }} }}"


TOO_MUCH = {
    "fragments in fragments": bomb(),
    "10 000 aliases": "{" + " ".join(f"a{n}: me {{ name }}" for n in range(10_000)) + "}",
    "500 aliases": "{" + " ".join(f"a{n}: __typename" for n in range(500)) + "}",
    "levels": nested(30),
    "levels that do not end": "{ risks { nodes { " * 5_000,
    "directives": "{ risks { totalCount " + "@include(if: true) " * 1_000 + "} }",
    "pages of pages": "{ risks(first: 100) { nodes { mitigations(first: 100) { nodes {"
    " mitigation { risks(first: 100) { nodes { risk { code } } } } } } } } }",
    "mutations": "mutation {"
    + " ".join(f"a{n}: signOut {{ __typename }}" for n in range(11))
    + "}",
    "objects in objects": "{ risks(filter: " + "{ not: " * 500 + "{}" + "}" * 500 + ") "
    "{ totalCount } }",
}


def together(served: Served) -> httpx.AsyncClient:
    """A client that may send several requests at once."""
    return httpx.AsyncClient(base_url=served.site.url, headers=served.headers(), timeout=30)


def codes(answer: httpx.Response) -> set[str]:
    return {error["extensions"]["code"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("name", TOO_MUCH)
async def test_a_hostile_document_is_refused_while_others_are_answered(
    served: Served, name: str
) -> None:
    honest = {"query": '{ risks(filter: { code: { eq: "R-007" } }) { nodes { code } } }'}
    before = served.head()
    async with together(served) as client:
        both = [
            client.post("/graphql", json={"query": TOO_MUCH[name]} if n % 2 else honest)
            for n in range(4)
        ]
        answers = await asyncio.gather(*both)
    for answer in answers[1::2]:
        assert answer.status_code == 400
        assert codes(answer) <= {"QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED"}
        assert "data" not in answer.json()
    for answer in answers[::2]:
        assert answer.json() == {"data": {"risks": {"nodes": [{"code": "R-007"}]}}}
    assert served.head() == before


def test_the_bomb_is_small_and_would_be_huge() -> None:
    document = bomb()
    assert len(document) <= BOMB
    assert document.count("fragment ") >= 12, "2^11 fields at least"


def test_many_variables_are_refused(served: Served) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert codes(served.post(query, ids=["x"] * 101)) == {"BAD_USER_INPUT"}
    assert codes(served.post(query, ids=["x"] * 40_000)) == {"QUERY_TOO_COMPLEX"}
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    assert codes(served.post(query, ids=deep)) == {"QUERY_TOO_COMPLEX"}
    many = {f"v{n}": 1 for n in range(31_000)}
    assert codes(served.post("{ me { name } }", **many)) == {"QUERY_TOO_COMPLEX"}


def test_a_batch_of_501_is_told_and_writes_nothing(served: Served) -> None:
    before = served.head()
    query = """mutation ($input: LogRisksInput!) { logRisks(input: $input) {
      results { risk { code } } userErrors { code message } } }"""
    answer = served.ask(query, input={"risks": [{"title": "Not wanted"}] * 501})["logRisks"]
    message = "A batch holds 1 to 500 risks, not 501."
    assert answer["userErrors"] == [{"code": "OUT_OF_RANGE", "message": message}]
    assert answer["results"] == [{"risk": None}] * 501
    assert served.head() == before


JSON = "application/json"
BODY = json.dumps({"query": LOG}).encode()
ODD: dict[str, tuple[str, dict[str, str], bytes, int]] = {
    "HEAD": ("HEAD", {}, b"", 405),
    "OPTIONS": ("OPTIONS", {"origin": "https://evil.example"}, b"", 403),
    "a plain OPTIONS": ("OPTIONS", {}, b"", 405),
    "PUT": ("PUT", {"content-type": JSON}, BODY, 405),
    "a form": ("POST", {"content-type": "application/x-www-form-urlencoded"}, b"query=x", 415),
    "a plain text": ("POST", {"content-type": "text/plain"}, BODY, 415),
    "an upload": ("POST", {"content-type": "multipart/form-data; boundary=x"}, BODY, 415),
    "a bare document": ("POST", {"content-type": "application/graphql"}, LOG.encode(), 415),
    "UTF-16": ("POST", {"content-type": f"{JSON}; charset=utf-16"}, BODY, 415),
    "no type": ("POST", {}, BODY, 415),
    "gzip": ("POST", {"content-type": JSON, "content-encoding": "gzip"}, gzip.compress(BODY), 415),
    "a byte order mark": ("POST", {"content-type": JSON}, b"\xef\xbb\xbf" + BODY, 400),
    "bytes that are no UTF-8": ("POST", {"content-type": JSON}, b'{"query": "\xff"}', 400),
    "a batch": ("POST", {"content-type": JSON}, b"[" + BODY + b"]", 400),
    "two values": ("POST", {"content-type": JSON}, BODY + BODY, 400),
    "over 1 MiB": ("POST", {"content-type": JSON}, BODY + b" " * (1 << 20), 413),
    "another host": ("POST", {"content-type": JSON, "host": "evil.example"}, BODY, 421),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_http_is_refused_and_writes_nothing(served: Served, name: str) -> None:
    method, headers, content, status = ODD[name]
    before = served.head()
    sent = {**served.headers(), **headers}
    if name == "OPTIONS":
        del sent["authorization"]
    answer = served.client.request(method, "/graphql", headers=sent, content=content)
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers
    if method != "HEAD":
        assert answer.json()["errors"][0]["extensions"]["code"] in {"BAD_USER_INPUT", "FORBIDDEN"}
    assert served.head() == before


def test_a_mutation_by_get_is_refused(served: Served) -> None:
    before = served.head()
    answer = served.client.get("/graphql", params={"query": LOG}, headers=served.headers())
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert codes(answer) == {"OPERATION_RESOLUTION_FAILURE"}
    assert served.head() == before


def test_of_two_keys_of_one_name_the_last_is_taken(served: Served) -> None:
    """As every parser of JSON in use does it; a proxy that took the first would be fooled."""
    body = b'{"query": "{ nothing }", "query": "{ me { __typename } }"}'
    headers = {**served.headers(), "content-type": JSON}
    answer = served.client.post("/graphql", content=body, headers=headers)
    assert answer.json() == {"data": {"me": {"__typename": "Viewer"}}}


@pytest.mark.parametrize("name", ["token", "access_token", "authorization", "bearer"])
def test_a_token_in_the_address_is_no_token(served: Served, name: str) -> None:
    params = {name: served.tokens["PM_LEAD"], "query": "{ me { __typename } }"}
    answer = served.client.get("/graphql", params=params)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic abc", "Bearer rrk_x", "Bearer \xff\xfe", "x" * 9_000]
)
def test_a_bad_token_is_401(served: Served, header: str) -> None:
    headers = [(b"authorization", header.encode("latin-1")), (b"content-type", JSON.encode())]
    answer = served.client.post("/graphql", content=BODY, headers=headers)
    assert answer.status_code == 401
    assert codes(answer) == {"UNAUTHENTICATED"}


@pytest.fixture
def session(served: Served) -> Iterator[dict[str, str]]:
    """The cookie of one who is signed in."""
    link = served.site.sign_in_link
    answer = served.client.get(link, follow_redirects=False)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert cookie.startswith(f"{COOKIE}=")
    served.client.cookies.clear()
    yield {"cookie": cookie}
    served.client.cookies.clear()


FOREIGN: dict[str, dict[str, str]] = {
    "another origin": {"origin": "https://evil.example"},
    "no origin at all": {},
    "an origin that is null": {"origin": "null"},
    "another port": {"origin": "http://127.0.0.1:1"},
    "another site": {"sec-fetch-site": "cross-site"},
    "a neighbour": {"sec-fetch-site": "same-site"},
    "another site of our origin": {"sec-fetch-site": "cross-site", "origin": "OWN"},
}


@pytest.mark.parametrize("name", FOREIGN)
def test_another_site_cannot_write_in_the_name_of_who_is_signed_in(
    served: Served, session: dict[str, str], name: str
) -> None:
    headers = {**session, **FOREIGN[name], "content-type": JSON}
    if headers.get("origin") == "OWN":
        headers["origin"] = served.site.url
    before = served.head()
    answer = served.client.post("/graphql", content=BODY, headers=headers)
    assert answer.status_code == 403
    assert codes(answer) == {"FORBIDDEN"}
    assert served.head() == before


def test_our_own_page_may_write(served: Served, session: dict[str, str]) -> None:
    query = """mutation { logRisk(input: { title: "Wanted", dryRun: true }) {
      risk { code } userErrors { code } } }"""
    headers = {**session, "origin": served.site.url, "sec-fetch-site": "same-origin"}
    answer = served.client.post("/graphql", json={"query": query}, headers=headers)
    assert answer.json() == {"data": {"logRisk": {"risk": None, "userErrors": []}}}


def test_a_body_that_never_ends_holds_nobody_up(served: Served) -> None:
    host, port = served.site.url.removeprefix("http://").split(":")
    before = served.head()
    with socket.create_connection((host, int(port)), timeout=20) as slow:
        head = "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        slow.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
        started = time.monotonic()
        assert served.ask("{ me { __typename } }") == {"me": {"__typename": "Viewer"}}
        assert time.monotonic() - started < 5
        assert slow.recv(100).startswith(b"HTTP/1.1 408")
    assert served.head() == before


async def test_writers_at_the_same_time_each_get_an_answer_of_their_own(served: Served) -> None:
    """Of twenty who change one row at one version, one does, and the others are told."""
    log = 'mutation { logRisk(input: { title: "Fought over" }) { risk { id } } }'
    key = served.ask(log)["logRisk"]["risk"]["id"]
    query = """mutation ($input: ChangeRiskInput!) { changeRisk(input: $input) {
      risk { version title } userErrors { code currentVersion } } }"""

    async def change(client: httpx.AsyncClient, number: int) -> Any:
        given = {"id": key, "expectedVersion": 1, "title": f"Won by {number}"}
        sent = {"query": query, "variables": {"input": given}}
        return (await client.post("/graphql", json=sent)).json()["data"]["changeRisk"]

    async with together(served) as client:
        answers = await asyncio.gather(*[change(client, number) for number in range(20)])
    [won] = [one["risk"] for one in answers if not one["userErrors"]]
    told = [one["userErrors"] for one in answers if one["userErrors"]]
    assert told == [[{"code": "VERSION_CONFLICT", "currentVersion": 2}]] * 19
    now = served.ask("query ($id: ID!) { node(id: $id) { ... on Risk { version title } } }", id=key)
    assert now["node"] == won
    served.journal()
