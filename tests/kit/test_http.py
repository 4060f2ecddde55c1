"""GraphQL over HTTP as a client sees it, over a real socket."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from riskreg.kit.logs import JsonLines
from tests.kit.served import TRUSTED, TRUSTED_HASH, application, bomb, serve

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
SIGNED_IN = {"authorization": "Bearer good"}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serve(application(seconds=2.0)) as url, httpx.Client(base_url=url) as client:
        yield client


def post(client: httpx.Client, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": JSON, "accept": GRAPHQL} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return client.post("/graphql", content=content, headers=sent)


def ask(client: httpx.Client, query: str, **variables: object) -> httpx.Response:
    return post(client, {"query": query, "variables": variables})


def codes(response: httpx.Response) -> list[str]:
    return [one["extensions"]["code"] for one in response.json()["errors"]]


def test_a_query_is_answered(client: httpx.Client) -> None:
    response = ask(client, "{hello}")
    assert response.status_code == 200
    assert response.json() == {"data": {"hello": "world"}}
    assert response.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "Accept"
    assert len(response.headers["x-request-id"]) == 16


ACCEPT = [
    (None, JSON),
    ("", JSON),
    ("*/*", JSON),
    ("application/*", JSON),
    (JSON, JSON),
    (GRAPHQL, GRAPHQL),
    (f"{GRAPHQL}, {JSON}", GRAPHQL),
    (f"{JSON}, {GRAPHQL}", GRAPHQL),
    (f"{JSON}, {GRAPHQL};q=0.9", JSON),
    (f"{GRAPHQL};q=0.5, {JSON};q=0.4, */*;q=1", GRAPHQL),
    (f"{GRAPHQL};charset=utf-8", GRAPHQL),
    ("APPLICATION/JSON", JSON),
    (f"{JSON};q=0, */*", GRAPHQL),
    (f"{GRAPHQL}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed", GRAPHQL),
    ("text/html, */*;q=0.1", JSON),
]


@pytest.mark.parametrize(("accept", "media"), ACCEPT)
def test_accept_is_negotiated(client: httpx.Client, accept: str | None, media: str) -> None:
    request = client.build_request("POST", "/graphql", json={"query": "{hello}"})
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    response = client.send(request)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media}; charset=utf-8"


@pytest.mark.parametrize(
    "accept", ["text/html", f"{JSON};q=0", f"{JSON};charset=latin-1", f"{JSON};q=x", "image/*"]
)
def test_an_answer_that_nobody_accepts_is_406(client: httpx.Client, accept: str) -> None:
    response = post(client, {"query": "{hello}"}, accept=accept)
    assert response.status_code == 406
    assert codes(response) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/json5",
        "application/graphql",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        f"{JSON}; charset=utf-16",
        f"{JSON}, text/plain",
    ],
)
def test_a_body_that_is_not_exactly_json_is_415(client: httpx.Client, content_type: str) -> None:
    response = post(client, {"query": "{hello}"}, content_type=content_type)
    assert response.status_code == 415
    assert response.headers["accept-post"] == JSON


@pytest.mark.parametrize(
    "content_type", [JSON, f"{JSON};charset=utf-8", f'{JSON}; charset="UTF-8"', "Application/JSON"]
)
def test_json_in_utf_8_is_taken(client: httpx.Client, content_type: str) -> None:
    assert post(client, {"query": "{hello}"}, content_type=content_type).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
def test_other_methods_are_405(client: httpx.Client, method: str) -> None:
    response = client.request(method, "/graphql")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "a number": b"1",
    "a string": b'"{hello}"',
    "a list": b'[{"query": "{hello}"}]',
    "null": b"null",
    "no query": b"{}",
    "invalid UTF-8": b'{"query": "{hello} # \xff"}',
    "another encoding": '{"query": "{hello}"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"query": "{hello}"}',
    "cut off": b'{"query": "{hello}"',
    "two values": b'{"query": "{hello}"}{}',
    "NaN": b'{"query": "{hello}", "variables": {"n": NaN}}',
    "Infinity": b'{"query": "{hello}", "variables": {"n": -Infinity}}',
    "more than a float holds": b'{"query": "{hello}", "variables": {"n": 1e999}}',
    "5 000 digits": b'{"query": "{hello}", "variables": {"n": ' + b"1" * 5000 + b"}}",
    "lists in lists": b"[" * 100_000,
    "objects in objects": b'{"query":' * 100_000,
    "a query that is a list": b'{"query": ["{hello}"]}',
    "variables that are a list": b'{"query": "{hello}", "variables": []}',
    "an operation that is a number": b'{"query": "{hello}", "operationName": 1}',
    "extensions that are text": b'{"query": "{hello}", "extensions": "x"}',
    "a persisted query that is text": b'{"extensions": {"persistedQuery": "x"}}',
    "an id that is a number": b'{"documentId": 1}',
}


@pytest.mark.parametrize("media", [GRAPHQL, JSON])
@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request_is_400(client: httpx.Client, name: str, media: str) -> None:
    response = post(client, MALFORMED[name], accept=media)
    assert response.status_code == 400
    assert codes(response) == ["BAD_USER_INPUT"]
    assert "data" not in response.json()


REQUEST_ERRORS: dict[str, tuple[str, str]] = {
    "an open bracket": ("{", "GRAPHQL_PARSE_FAILED"),
    "half a character": ("{hello \ud800}", "GRAPHQL_PARSE_FAILED"),
    "brackets in brackets": ("{me" * 5_000, "GRAPHQL_PARSE_FAILED"),
    "an unknown field": ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
    "a cycle": ("{...F} fragment F on Query{me{...F}}", "GRAPHQL_VALIDATION_FAILED"),
    "a schema": ("type A {b: Int}", "GRAPHQL_VALIDATION_FAILED"),
    "a date without a zone": (
        '{instant(at: "2026-03-14T09:30:00")}',
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "no operation": ("fragment F on Query{hello}", "GRAPHQL_VALIDATION_FAILED"),
    "two operations": ("query A{hello} query B{hello}", "OPERATION_RESOLUTION_FAILURE"),
    "too many fields": (bomb(), "QUERY_TOO_COMPLEX"),
    "too many tokens": ("{" + "hello " * 7_000 + "}", "QUERY_TOO_COMPLEX"),
    "too many characters": ("{" + "hello " * 20_000 + "}", "QUERY_TOO_COMPLEX"),
    "too many comments": ("#\n" * 2_000 + "{hello}", "QUERY_TOO_COMPLEX"),
    "too many nodes": (
        "{page(first: 100){nodes{page(first: 101){nodes{hello}}}}}",
        "QUERY_TOO_COMPLEX",
    ),
    "5 000 digits": ("{number(n: " + "1" * 5_000 + ")}", "QUERY_TOO_COMPLEX"),
    "a schema asked by a stranger": ("{__schema{queryType{name}}}", "FORBIDDEN"),
}


@pytest.mark.parametrize("name", REQUEST_ERRORS)
def test_a_request_that_cannot_run_says_why(client: httpx.Client, name: str) -> None:
    query, code = REQUEST_ERRORS[name]
    response = ask(client, query)
    assert response.status_code == (403 if code == "FORBIDDEN" else 400)
    assert set(codes(response)) == {code}
    assert "data" not in response.json()
    plain = post(client, {"query": query}, accept=JSON)
    assert plain.status_code == (403 if code == "FORBIDDEN" else 200)
    assert plain.json() == response.json()


def test_five_errors_are_told_and_no_more(client: httpx.Client) -> None:
    response = ask(client, "{" + " ".join(f"nothing{i}" for i in range(50)) + "}")
    assert len(response.json()["errors"]) == 6


VARIABLES: list[tuple[str, dict[str, object]]] = [
    ("query($n: Int!){number(n: $n)}", {"n": 1.5}),
    ("query($n: Int!){number(n: $n)}", {"n": 2**31}),
    ("query($n: Int!){number(n: $n)}", {"n": None}),
    ("query($n: Int!){number(n: $n)}", {}),
    ("query($n: Int!){number(n: $n)}", {"n": "\ud800"}),
    ("query($at: DateTime!){instant(at: $at)}", {"at": "2026-03-14T09:30:00"}),
    ("query($at: DateTime!){instant(at: $at)}", {"at": 5}),
    ("query($i: Wish!){wish(input: $i)}", {"i": {"n": 1, "unknown": 2}}),
]


@pytest.mark.parametrize(("query", "variables"), VARIABLES)
def test_variables_that_do_not_fit_are_bad_input(
    client: httpx.Client, query: str, variables: dict[str, object]
) -> None:
    response = ask(client, query, **variables)
    assert response.status_code == 400
    assert codes(response) == ["BAD_USER_INPUT"]
    assert "data" not in response.json()


BAD_ARGUMENTS: list[tuple[str, dict[str, object]]] = [
    ("query($n: Int = 1){number(n: $n)}", {"n": None}),
    ("query($i: Wish!){wish(input: $i)}", {"i": {"n": 1, "nickname": None}}),
]


@pytest.mark.parametrize(("query", "variables"), BAD_ARGUMENTS)
def test_arguments_found_bad_in_the_field_are_bad_input(
    client: httpx.Client, query: str, variables: dict[str, object]
) -> None:
    response = ask(client, query, **variables)
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert codes(response) == ["BAD_USER_INPUT"]


def test_what_our_code_raises_keeps_its_code(client: httpx.Client) -> None:
    response = ask(client, "{refused forbidden mendable hello}")
    assert response.status_code == 200
    body = response.json()
    assert body["data"] == {"refused": None, "forbidden": None, "mendable": None, "hello": "world"}
    assert {one["path"][0]: one["extensions"] for one in body["errors"]} == {
        "refused": {"code": "BAD_USER_INPUT"},
        "forbidden": {"code": "FORBIDDEN"},
        "mendable": {"code": "BAD_USER_INPUT", "reason": "TOO_LONG", "field": ["search"]},
    }


@pytest.mark.parametrize("field", ["fault", "faultOfAll", "tooBig"])
def test_a_fault_is_masked_and_logged_without_values(
    client: httpx.Client, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "riskreg.faults"):
        response = ask(
            client, f"query Q($value: String!){{{field} text(value: $value)}}", value="v9"
        )
    [error] = response.json()["errors"]
    request_id = response.headers["x-request-id"]
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    [record] = caplog.records
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["requestId"] == request_id
    assert "s3cret" not in line
    assert "v9" not in line


def test_a_fault_before_the_schema_is_a_masked_500(client: httpx.Client) -> None:
    response = post(client, {"query": "{hello}"}, authorization="Bearer broken")
    assert response.status_code == 500
    assert codes(response) == ["INTERNAL_SERVER_ERROR"]
    assert "s3cret" not in response.text


@pytest.mark.parametrize("media", [GRAPHQL, JSON])
def test_who_may_not_ask_is_told_by_the_status(client: httpx.Client, media: str) -> None:
    unknown = post(client, {"query": "{hello}"}, accept=media, authorization="Bearer who")
    assert (unknown.status_code, codes(unknown)) == (401, ["UNAUTHENTICATED"])
    assert unknown.headers["www-authenticate"] == "Bearer"
    tired = post(client, {"query": "{hello}"}, accept=media, authorization="Bearer tired")
    assert (tired.status_code, codes(tired)) == (429, ["RATE_LIMITED"])
    assert tired.headers["retry-after"] == "30"


def test_introspection_is_for_the_signed_in(client: httpx.Client) -> None:
    response = post(client, {"query": "{__schema{queryType{name}}}"}, **SIGNED_IN)
    assert response.json() == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


def test_the_named_operation_runs(client: httpx.Client) -> None:
    query = "query A{hello} query B{number(n: 2)}"
    named = post(client, {"query": query, "operationName": "B"})
    assert named.json() == {"data": {"number": 2}}
    assert codes(post(client, {"query": query, "operationName": "C"})) == [
        "OPERATION_RESOLUTION_FAILURE"
    ]


@pytest.mark.parametrize("media", [GRAPHQL, JSON])
def test_a_subscription_by_post_is_a_400(client: httpx.Client, media: str) -> None:
    response = post(client, {"query": "subscription{count}"}, accept=media)
    assert response.status_code == 400
    assert codes(response) == ["OPERATION_RESOLUTION_FAILURE"]


def test_event_streams_in_accept_do_not_disturb_a_query(client: httpx.Client) -> None:
    response = post(client, {"query": "{hello}"}, accept=f"text/event-stream, {JSON}")
    assert response.json() == {"data": {"hello": "world"}}


def test_get_runs_queries_only(client: httpx.Client) -> None:
    parameters = {"query": "query Q($n: Int!){number(n: $n)}", "variables": '{"n": 4}'}
    assert client.get("/graphql", params=parameters).json() == {"data": {"number": 4}}
    mutation = client.get("/graphql", params={"query": "mutation{put(n: 1)}"})
    assert mutation.status_code == 405
    assert mutation.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query=%7Bhello%FF%7D",
        "query=%7Bhello%7D&query=%7Bhello%7D",
        "query=%7Bhello%7D&variables=%5B%5D",
        "query=%7Bhello%7D&variables=x",
        "query=%7Bhello%7D&" + "&".join(f"a{i}=1" for i in range(30)),
    ],
)
def test_a_malformed_get_is_refused(client: httpx.Client, query_string: str) -> None:
    response = client.get(f"/graphql?{query_string}", headers={"accept": GRAPHQL})
    assert response.status_code == 400
    assert codes(response) == ["BAD_USER_INPUT"]


def test_other_sites_may_not_get(client: httpx.Client) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    response = client.get("/graphql", params={"query": "{hello}"}, headers=headers)
    assert (response.status_code, codes(response)) == (403, ["FORBIDDEN"])


def test_trusted_documents_may_be_sent_by_their_hash(client: httpx.Client) -> None:
    by_id = {"documentId": f"sha256:{TRUSTED_HASH}", "variables": {"n": 3}}
    assert post(client, by_id).json() == {"data": {"number": 3}}
    persisted = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": TRUSTED_HASH}}}
    assert post(client, persisted).json() == {"data": {"number": 7}}
    assert post(client, persisted | {"query": TRUSTED}).json() == {"data": {"number": 7}}


def test_other_hashes_are_not_found_and_wrong_ones_refused(client: httpx.Client) -> None:
    unknown = post(client, {"documentId": "sha256:" + "0" * 64})
    assert codes(unknown) == ["PERSISTED_QUERY_NOT_FOUND"]
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    wrong = post(client, {"documentId": "sha256:" + "0" * 64, "query": "{hello}"})
    assert codes(wrong) == ["BAD_USER_INPUT"]


def test_half_a_character_comes_back_as_it_was(client: httpx.Client) -> None:
    response = ask(client, "query($v: String!){text(value: $v)}", v="a\ud800")
    assert json.loads(response.content) == {"data": {"text": "a\ud800"}}


def test_a_request_that_takes_too_long_is_stopped(client: httpx.Client) -> None:
    started = time.monotonic()
    response = ask(client, "{slow(seconds: 60)}")
    assert 1.9 < time.monotonic() - started < 4
    assert codes(response) == ["QUERY_TOO_COMPLEX"]
    assert response.json()["errors"][0]["extensions"]["limit"] == "seconds"


def test_a_bomb_is_refused_at_once_while_another_request_is_answered(client: httpx.Client) -> None:
    other: list[Any] = []
    slow = threading.Thread(target=lambda: other.append(ask(client, "{slow(seconds: 1.5)}").json()))
    slow.start()
    time.sleep(0.1)
    taken = []
    for name in "FGHIJ":
        text = bomb(levels=16, width=3).replace("F", name)
        assert 650 < len(text) < 750
        started = time.perf_counter()
        assert codes(ask(client, text)) == ["QUERY_TOO_COMPLEX"]
        taken.append(time.perf_counter() - started)
    assert not other
    slow.join()
    assert other == [{"data": {"slow": 1.5}}]
    # The quickest, since others share the machine; none of the texts had been seen before.
    assert min(taken) < 0.05
