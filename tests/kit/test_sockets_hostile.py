"""graphql-transport-ws for those who may not come in, or speak in another way."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from riskreg.kit import sockets
from tests.kit.served import application, serve
from tests.kit.speaking import (
    alive,
    ask,
    closed,
    codes,
    drained,
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


@pytest.mark.parametrize("token", ["Bearer bad", "bad", 7, None, ["Bearer good"]])
def test_a_token_that_is_not_known_is_not_let_in(url: str, token: object) -> None:
    with opened(url, Authorization="Bearer good") as socket:
        say(socket, type="connection_init", payload={"authorization": token})
        assert closed(socket) == (4403, "Forbidden")


def test_a_fault_at_the_door_is_masked(url: str) -> None:
    with opened(url, Authorization="Bearer broken") as socket:
        say(socket, type="connection_init")
        assert closed(socket) == (4500, "Internal server error")
    assert alive(url)


@pytest.mark.parametrize("protocols", [("graphql-ws",), ("other", "another")])
def test_other_protocols_are_not_spoken(url: str, protocols: tuple[str, ...]) -> None:
    with opened(url, *protocols) as socket:
        assert closed(socket)[0] == 4406


def test_without_a_protocol_nothing_is_spoken(url: str) -> None:
    with connect(f"{url.replace('http', 'ws')}/graphql", proxy=None) as socket:
        assert closed(socket)[0] == 4406


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example", "Cookie": "s=1"},
        {"Origin": "http://evil.example"},
        {"Cookie": "s=1"},
        {"Origin": "null", "Cookie": "s=1"},
    ],
)
def test_other_sites_are_not_let_in(url: str, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as caught, opened(url, **headers):
        pass
    assert caught.value.response.status_code == 403


def test_our_own_page_is_let_in(url: str) -> None:
    with opened(url, Origin=url, Cookie="s=1") as socket:
        say(socket, type="connection_init")
        assert heard(socket) == {"type": "connection_ack"}


def test_who_says_nothing_is_shown_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.1)
    with opened(url) as socket:
        assert closed(socket) == (4408, "Connection initialisation timeout")


def test_who_asks_before_being_let_in_is_shown_out(url: str) -> None:
    with opened(url) as socket:
        ask(socket, "subscription {count}")
        assert closed(socket) == (4401, "Unauthorized")


def test_nobody_is_let_in_twice(url: str) -> None:
    with greeted(url) as socket:
        say(socket, type="connection_init")
        assert closed(socket) == (4429, "Too many initialisation requests")


def test_an_id_is_used_once_at_a_time(url: str) -> None:
    with greeted(url) as socket:
        ask(socket, "subscription {count(to: 9, pause: 1)}")
        ask(socket, "subscription {count}")
        assert closed(socket) == (4409, "Subscriber for 1 already exists")
    assert nobody_listens()


def test_a_socket_has_so_many_operations_at_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MOST_OPERATIONS", 2)
    with greeted(url) as socket:
        for key in "ab":
            ask(socket, "subscription {count(to: 9, pause: 5)}", key)
            assert heard(socket)["id"] == key
        ask(socket, "{hello}", "c")
        message = heard(socket)
        assert (message["id"], message["type"]) == ("c", "error")
        assert codes(message["payload"]) == ["RATE_LIMITED"]
        say(socket, id="a", type="complete")
        ask(socket, "{hello}", "c")
        assert heard(socket)["payload"] == {"data": {"hello": "world"}}
    assert nobody_listens()


def test_there_is_room_for_so_many_sockets(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MOST_SOCKETS", 1)
    with greeted(url), opened(url) as second:
        assert closed(second)[0] == 1013


HOSTILE: dict[str, str] = {
    "no JSON": "{",
    "nothing": "",
    "a scalar": "7",
    "a list": "[]",
    "null": "null",
    "NaN": '{"type": NaN}',
    "deep": "[" * 100_000,
    "digits": '{"type": ' + "9" * 5_000 + "}",
    "no type": "{}",
    "type is no text": '{"type": ["subscribe"]}',
    "unknown type": '{"type": "start"}',
    "no id": '{"type": "subscribe", "payload": {"query": "{hello}"}}',
    "id is no text": '{"type": "subscribe", "id": 1, "payload": {"query": "{hello}"}}',
    "empty id": '{"type": "subscribe", "id": "", "payload": {"query": "{hello}"}}',
    "long id": json.dumps({"type": "subscribe", "id": "x" * 201, "payload": {"query": "{a}"}}),
    "no payload": '{"type": "subscribe", "id": "1"}',
    "payload is no object": '{"type": "subscribe", "id": "1", "payload": "{hello}"}',
    "query is no text": '{"type": "subscribe", "id": "1", "payload": {"query": {}}}',
    "variables are no object": (
        '{"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "variables": []}}'
    ),
    "complete without id": '{"type": "complete"}',
    "complete with a list": '{"type": "complete", "id": []}',
}


@pytest.mark.parametrize("frame", HOSTILE.values(), ids=HOSTILE)
def test_a_frame_that_is_none_of_the_protocol_closes_the_socket(url: str, frame: str) -> None:
    with greeted(url) as socket:
        socket.send(frame)
        code, reason = closed(socket)
    assert code == 4400
    assert reason
    assert alive(url)


def test_a_query_that_is_missing_is_an_error_of_its_operation(url: str) -> None:
    with greeted(url) as socket:
        say(socket, id="1", type="subscribe", payload={})
        message = heard(socket)
    assert (message["type"], codes(message["payload"])) == ("error", ["BAD_USER_INPUT"])


@pytest.mark.parametrize("payload", ["text", 7, [], None])
def test_an_init_payload_is_an_object(url: str, payload: object) -> None:
    with opened(url) as socket:
        say(socket, type="connection_init", payload=payload)
        assert closed(socket)[0] == 4400


def test_bytes_are_no_message(url: str) -> None:
    with greeted(url) as socket:
        socket.send(b'{"type": "ping"}')
        assert closed(socket) == (4400, "A message must be text")


def test_text_that_is_no_text_closes_the_socket(url: str) -> None:
    with greeted(url) as socket:
        socket.send(b"\xff\xfe", text=True)
        assert closed(socket)[0] == 1007
    assert alive(url)


def test_a_message_has_at_most_256_kib(url: str) -> None:
    with greeted(url) as socket:
        socket.send("x" * (256 * 1024 + 1))
        assert closed(socket)[0] == 1009
    assert alive(url)


def test_a_message_in_pieces_has_no_more(url: str) -> None:
    def send_all(socket: ClientConnection) -> None:
        socket.send(["x" * 10_000] * 60)
        drained(socket)

    # Whether the code still arrives while the pieces do is up to the network.
    with greeted(url) as socket, pytest.raises((ConnectionClosed, OSError)):
        send_all(socket)
    assert alive(url)


def test_who_does_not_read_is_cut_off(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of what they do not take is kept beyond what a connection holds."""
    monkeypatch.setattr(sockets, "SEND_SECONDS", 0.3)
    with greeted(url) as socket:
        ask(socket, "subscription {texts(size: 100000)}")
        assert nobody_listens()
    assert alive(url)


def test_a_flood_of_operations_is_answered_one_by_one(url: str) -> None:
    with greeted(url) as socket:
        for number in range(300):
            ask(socket, "{hello}", f"{number}")
        ended: set[str] = set()
        while len(ended) < 300:
            message = heard(socket)
            if message["type"] in {"complete", "error"}:
                ended.add(message["id"])
    assert alive(url)
