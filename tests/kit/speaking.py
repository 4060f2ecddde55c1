"""Speaks graphql-transport-ws with a server, frame by frame."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.kit.served import LISTENING

PROTOCOL = "graphql-transport-ws"
SECONDS = 10.0


@contextmanager
def opened(url: str, *protocols: str, **headers: str) -> Iterator[ClientConnection]:
    """A socket whose handshake is done."""
    chosen = [Subprotocol(one) for one in protocols or (PROTOCOL,)]
    with connect(
        f"{url.replace('http', 'ws')}/graphql",
        subprotocols=chosen,
        additional_headers=headers,
        proxy=None,
        compression=None,
        close_timeout=1,
        max_size=None,
    ) as socket:
        yield socket


def say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def heard(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(socket.recv(timeout=SECONDS))
    return found


def drained(socket: ClientConnection) -> None:
    """Pass over whatever comes until the server closes."""
    while True:
        socket.recv(timeout=SECONDS)


def closed(socket: ClientConnection) -> tuple[int, str]:
    """The code and reason with which the server closes."""
    with pytest.raises(ConnectionClosed) as caught:
        drained(socket)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


@contextmanager
def greeted(url: str, **payload: object) -> Iterator[ClientConnection]:
    """A socket that was let in."""
    with opened(url) as socket:
        say(socket, type="connection_init", payload=payload)
        assert heard(socket) == {"type": "connection_ack"}
        yield socket


def ask(socket: ClientConnection, query: str, key: str = "1", **more: Any) -> None:
    say(socket, id=key, type="subscribe", payload={"query": query, **more})


def answers(socket: ClientConnection) -> list[dict[str, Any]]:
    """The payloads of one operation, up to its end."""
    found = []
    while (message := heard(socket))["type"] != "complete":
        assert message["id"] == "1"
        found.append(message["payload"])
        if message["type"] == "error":
            break
    return found


def alive(url: str) -> bool:
    answer = httpx.post(f"{url}/graphql", json={"query": "{hello}"})
    return bool(answer.json() == {"data": {"hello": "world"}})


def nobody_listens() -> bool:
    deadline = time.monotonic() + SECONDS
    while LISTENING and time.monotonic() < deadline:
        time.sleep(0.01)
    return not LISTENING


def codes(payload: Any) -> list[str]:
    errors = payload["errors"] if isinstance(payload, dict) else payload
    return [one["extensions"]["code"] for one in errors]
