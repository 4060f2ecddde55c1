"""Subscriptions as streams of events over HTTP, over a real socket."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from riskreg.kit import streams
from tests.kit.served import LISTENING, application, serve

JSON, EVENTS = "application/json", "text/event-stream"
GRAPHQL = "application/graphql-response+json"
EVERYTHING = f"{GRAPHQL}, application/graphql+json, {JSON}, {EVENTS}, multipart/mixed"
"""What urql sends with every operation."""


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serve(application()) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client


def post(client: httpx.Client, query: str, accept: str = EVENTS, **headers: str) -> httpx.Response:
    return client.post("/graphql", json={"query": query}, headers={"accept": accept, **headers})


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream: names, and data where there is any; comments are passed over."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(":", 1) for line in block.split("\n") if line[:1] not in ("", ":"))
        if "event" in fields:
            data = fields["data"].strip()
            found.append((fields["event"].strip(), json.loads(data) if data else None))
    return found


def codes(payload: Any) -> list[str]:
    return [one["extensions"]["code"] for one in payload["errors"]]


def nobody_listens() -> bool:
    deadline = time.monotonic() + 10
    while LISTENING and time.monotonic() < deadline:
        time.sleep(0.01)
    return not LISTENING


def test_a_subscription_is_streamed(client: httpx.Client) -> None:
    answer = post(client, "subscription {count(to: 3)}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{EVENTS}; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers["x-request-id"]) == 16
    told = [("next", {"data": {"count": number}}) for number in (1, 2, 3)]
    assert events(answer.text) == [*told, ("complete", None)]


def test_a_browser_may_ask_by_get(client: httpx.Client) -> None:
    answer = client.get(
        f"/graphql?query={quote('subscription {count}')}", headers={"accept": EVENTS}
    )
    assert events(answer.text) == [("next", {"data": {"count": 1}}), ("complete", None)]
    away = {"accept": EVENTS, "sec-fetch-site": "cross-site"}
    refused = client.get(f"/graphql?query={quote('subscription {count}')}", headers=away)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (EVERYTHING, GRAPHQL),
        (f"{EVENTS}, {JSON}", JSON),
        (f"{EVENTS}, */*", JSON),
        (f"{JSON};q=0.1, {EVENTS}", JSON),
    ],
)
def test_a_query_is_an_ordinary_answer_whatever_is_listed(
    client: httpx.Client, accept: str, media: str
) -> None:
    for query, data in (("{hello}", {"hello": "world"}), ("mutation {put(n: 1)}", {"put": 1})):
        answer = post(client, query, accept)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == f"{media}; charset=utf-8"
        assert answer.json() == {"data": data}


def test_a_subscription_is_streamed_to_who_lists_it_among_others(client: httpx.Client) -> None:
    answer = post(client, "subscription {count}", EVERYTHING)
    assert answer.headers["content-type"] == f"{EVENTS}; charset=utf-8"


def test_nothing_else_is_streamed(client: httpx.Client) -> None:
    answer = post(client, "{hello}")
    assert (answer.status_code, codes(answer.json())) == (406, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("accept", [JSON, GRAPHQL, "*/*", "text/*", "", f"{EVENTS};q=0, {JSON}"])
def test_a_subscription_is_told_to_nobody_who_takes_no_stream(
    client: httpx.Client, accept: str
) -> None:
    answer = post(client, "subscription {count}", accept)
    assert 400 <= answer.status_code < 500 or answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] in {JSON, GRAPHQL}
    assert codes(answer.json()) in (["OPERATION_RESOLUTION_FAILURE"], ["BAD_USER_INPUT"])
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("subscription {", 400, "GRAPHQL_PARSE_FAILED"),
        ("subscription {nothing}", 400, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {pages {page(first: 99999) {nodes {hello}}}}", 400, "QUERY_TOO_COMPLEX"),
        ("subscription S {count} query Q {hello}", 400, "OPERATION_RESOLUTION_FAILURE"),
    ],
)
def test_what_may_not_run_is_answered_before_any_stream(
    client: httpx.Client, query: str, status: int, code: str
) -> None:
    answer = post(client, query)
    assert (answer.status_code, codes(answer.json())) == (status, [code])
    assert answer.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"


def test_who_may_not_ask_is_told_so(client: httpx.Client) -> None:
    answer = post(client, "subscription {count}", Authorization="Bearer bad")
    assert (answer.status_code, codes(answer.json())) == (401, ["UNAUTHENTICATED"])
    assert answer.headers["www-authenticate"] == "Bearer"
    answer = post(client, "subscription {count}", Cookie="s=1", Origin="http://evil.example")
    assert answer.status_code == 403


def test_errors_end_the_stream_masked_and_with_codes(client: httpx.Client) -> None:
    first, last, end = events(post(client, "subscription {breaking}").text)
    assert first == ("next", {"data": {"breaking": 1}})
    assert end == ("complete", None)
    assert codes(last[1]) == ["INTERNAL_SERVER_ERROR"]
    assert "s3cret" not in json.dumps(last)
    _, last, end = events(post(client, "subscription {ending}").text)
    assert last[1]["errors"][0]["extensions"] == {"code": "SLOW_SUBSCRIBER", "since": "abc"}
    assert end == ("complete", None)


def test_a_quiet_stream_is_kept_alive(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ALIVE_SECONDS", 0.05)
    answer = post(client, "subscription {count(to: 2, pause: 0.3)}")
    assert answer.text.count(":\n\n") > 5
    assert [name for name, _ in events(answer.text)] == ["next", "next", "complete"]


def test_who_goes_away_stops_listening(client: httpx.Client) -> None:
    headers = {"accept": EVENTS}
    query = {"query": "subscription {count(to: 1000, pause: 0.05)}"}
    with client.stream("POST", "/graphql", json=query, headers=headers) as answer:
        lines = answer.iter_lines()
        while not next(lines).startswith("event: next"):
            pass
        assert LISTENING == [1000]
    assert nobody_listens()


def test_who_does_not_read_is_cut_off(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "SEND_SECONDS", 0.3)
    place = urlsplit(str(client.base_url))
    body = json.dumps({"query": "subscription {texts(size: 100000)}"})
    with closing(socket.create_connection((place.hostname, place.port))) as raw:
        raw.sendall(
            f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: {EVENTS}\r\n"
            f"content-type: {JSON}\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
        )
        assert raw.recv(12) == b"HTTP/1.1 200"
        assert nobody_listens()
    assert post(client, "{hello}", JSON).json() == {"data": {"hello": "world"}}
