"""graphql-transport-ws as a client in good faith meets it, over a real socket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.kit.served import TRUSTED_HASH, application, bomb, serve
from tests.kit.speaking import (
    PROTOCOL,
    answers,
    ask,
    codes,
    greeted,
    heard,
    nobody_listens,
    opened,
    say,
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve(application()) as address:
        yield address


def test_a_subscription_is_answered_event_by_event(url: str) -> None:
    with greeted(url) as socket:
        assert socket.subprotocol == PROTOCOL
        ask(socket, "subscription ($n: Int!) {count(to: $n)}", variables={"n": 3})
        assert answers(socket) == [{"data": {"count": n}} for n in (1, 2, 3)]
        ask(socket, "subscription {count}")  # its id is free again
        assert answers(socket) == [{"data": {"count": 1}}]


def test_queries_and_mutations_go_the_same_way(url: str) -> None:
    with greeted(url) as socket:
        ask(socket, "{hello}")
        assert answers(socket) == [{"data": {"hello": "world"}}]
        ask(socket, "mutation {put(n: 7)}")
        assert answers(socket) == [{"data": {"put": 7}}]
        say(socket, id="1", type="subscribe", payload={"documentId": f"sha256:{TRUSTED_HASH}"})
        assert answers(socket) == [{"data": {"number": 7}}]


def test_operations_run_side_by_side(url: str) -> None:
    with greeted(url) as socket:
        ask(socket, "{slow(seconds: 0.2)}", "slow")
        ask(socket, "{hello}", "quick")
        order = [heard(socket)["id"] for _ in range(4)]
    assert order == ["quick", "quick", "slow", "slow"]


def test_a_ping_is_answered(url: str) -> None:
    with opened(url) as socket:
        say(socket, type="ping")
        assert heard(socket) == {"type": "pong"}
        say(socket, type="pong")


def test_who_completes_is_told_nothing_more(url: str) -> None:
    with greeted(url) as socket:
        ask(socket, "subscription {count(to: 1000, pause: 0.01)}")
        assert heard(socket)["payload"] == {"data": {"count": 1}}
        say(socket, id="1", type="complete")
        assert nobody_listens()
        ask(socket, "{hello}", "2")
        while (message := heard(socket))["id"] == "1":
            assert message["type"] == "next"
        assert message["payload"] == {"data": {"hello": "world"}}


def test_who_goes_away_stops_listening(url: str) -> None:
    with greeted(url) as socket:
        ask(socket, "subscription {count(to: 1000, pause: 0.01)}")
        assert heard(socket)["payload"] == {"data": {"count": 1}}
        socket.socket.close()
    assert nobody_listens()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{refused}", "BAD_USER_INPUT"),
        ("{forbidden}", "FORBIDDEN"),
        ("{mendable}", "BAD_USER_INPUT"),
        ("{fault}", "INTERNAL_SERVER_ERROR"),
    ],
)
def test_errors_of_fields_are_told_as_over_http(url: str, document: str, expected: str) -> None:
    with greeted(url) as socket:
        ask(socket, document)
        [payload] = answers(socket)
    assert codes(payload) == [expected]
    assert "s3cret" not in json.dumps(payload)
    same = httpx.post(f"{url}/graphql", json={"query": document}).json()
    for one in (*payload["errors"], *same["errors"]):
        one["extensions"].pop("requestId", None)
    assert payload == same


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription {nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {count count2: count}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {...@skip(if: true){count}}", "GRAPHQL_VALIDATION_FAILED"),
        ("query A {hello} query B {hello}", "OPERATION_RESOLUTION_FAILURE"),
        (bomb(), "QUERY_TOO_COMPLEX"),
        ("{" + " ".join(f"a{n}: hello" for n in range(51)) + "}", "QUERY_TOO_COMPLEX"),
        ("subscription {" + "pages {me " * 20 + "{hello}" + "}" * 20 + "}", "QUERY_TOO_COMPLEX"),
        ("subscription {pages {page(first: 100000) {nodes {hello}}}}", "QUERY_TOO_COMPLEX"),
        ("{__schema {types {name}}}", "FORBIDDEN"),
        ("{slow(seconds: 30)}", "QUERY_TOO_COMPLEX"),
    ],
)
def test_what_may_not_run_is_refused_and_the_socket_stays(
    url: str, document: str, expected: str
) -> None:
    with greeted(url) as socket:
        started = time.monotonic()
        ask(socket, document)
        message = heard(socket)
        assert (message["type"], codes(message["payload"])[0]) == ("error", expected)
        assert time.monotonic() - started < 5
        ask(socket, "{hello}", "2")
        assert heard(socket)["payload"] == {"data": {"hello": "world"}}


def test_variables_that_do_not_fit_are_refused(url: str) -> None:
    with greeted(url) as socket:
        ask(socket, "subscription ($n: Int!) {count(to: $n)}", variables={"n": "many"})
        message = heard(socket)
    assert (message["type"], codes(message["payload"])) == ("error", ["BAD_USER_INPUT"])


def test_a_subscription_that_breaks_is_masked(url: str) -> None:
    with greeted(url) as socket:
        ask(socket, "subscription {breaking}")
        first, last = answers(socket)
    assert first == {"data": {"breaking": 1}}
    assert (last["data"], codes(last)) == (None, ["INTERNAL_SERVER_ERROR"])
    assert "s3cret" not in json.dumps(last)
    assert len(last["errors"][0]["extensions"]["requestId"]) == 16


def test_a_subscription_that_we_end_says_where_to_go_on(url: str) -> None:
    with greeted(url) as socket:
        ask(socket, "subscription {ending}")
        _, last = answers(socket)
    assert last["errors"][0]["extensions"] == {"code": "SLOW_SUBSCRIBER", "since": "abc"}


def test_half_a_character_comes_back_as_it_was(url: str) -> None:
    with greeted(url) as socket:
        ask(socket, "query ($t: String!) {text(value: $t)}", variables={"t": "\ud800"})
        [payload] = answers(socket)
        assert payload == {"data": {"text": "\ud800"}}


def test_a_token_may_come_either_way(url: str) -> None:
    schema = "{__schema {queryType {name}}}"
    known = [{"data": {"__schema": {"queryType": {"name": "Query"}}}}]
    for name in ("Authorization", "authorization"):
        with greeted(url, **{name: "Bearer good"}) as socket:
            ask(socket, schema)
            assert answers(socket) == known
    with opened(url, Authorization="Bearer good") as socket:
        say(socket, type="connection_init")
        assert heard(socket) == {"type": "connection_ack"}
        ask(socket, schema)
        assert answers(socket) == known
