"""What the edge lets through, over a real socket; WebSockets by the messages of ASGI."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from riskreg.kit.edge import SECURITY_HEADERS, Edge, EdgeRules
from riskreg.kit.logs import JsonLines
from tests.kit.served import application, serve

LIMIT = 1024 * 1024
RULES = EdgeRules(
    hosts=("127.0.0.1", "named.example:99"),
    origins=("https://register.example",),
    body_seconds=0.5,
    https=True,
)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serve(application(RULES)) as url, httpx.Client(base_url=url) as client:
        yield client


def raw(client: httpx.Client, request: bytes, *, pause: float = 0.0) -> bytes:
    """The answer to bytes that no client library would send."""
    address = urlsplit(str(client.base_url))
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request)
        time.sleep(pause)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
            if b"\r\n\r\n" in received:
                break
    return received


def test_every_response_has_the_security_headers(client: httpx.Client) -> None:
    responses = [
        client.get("/graphql", params={"query": "{hello}"}),
        client.get("/nowhere"),
        client.get("/broken"),
        client.get("/echo", headers={"host": "evil.example"}),
        client.post("/echo", content=b"x" * (LIMIT + 1)),
    ]
    assert [one.status_code for one in responses] == [200, 404, 500, 421, 413]
    for response in responses:
        for name, value in SECURITY_HEADERS.items():
            assert response.headers[name] == value
        assert response.headers["strict-transport-security"] == "max-age=31536000"
        assert response.headers["cache-control"] == "no-store"
    assert len({one.headers["x-request-id"] for one in responses}) == 5


def test_the_policy_names_no_other_host() -> None:
    policy = SECURITY_HEADERS["content-security-policy"].split("; ")
    assert policy == [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]


def test_the_app_knows_the_request_id(client: httpx.Client) -> None:
    response = client.get("/echo", headers={"x-request-id": "mine"})
    assert response.text == f"0 {response.headers['x-request-id']}"


def test_an_escaped_exception_is_masked_and_logged(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "riskreg.faults"):
        response = client.get("/broken?word=s3cret")
    request_id = response.headers["x-request-id"]
    assert response.json()["errors"][0]["extensions"] == {
        "code": "INTERNAL_SERVER_ERROR",
        "requestId": request_id,
    }
    [record] = caplog.records
    line = JsonLines().format(record)
    assert json.loads(line)["requestId"] == request_id
    assert "s3cret" not in line


def test_an_answer_that_breaks_in_the_middle_is_cut_off(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/half")
    assert [one.name for one in caplog.records] == ["riskreg.faults", "uvicorn.error"]
    assert "s3cret" not in caplog.text


HOSTS = [
    ("127.0.0.1", 200),
    ("127.0.0.1:1", 200),
    ("named.example:99", 200),
    ("NAMED.example:99", 200),
    ("named.example", 421),
    ("evil.example", 421),
    ("127.0.0.1.evil.example", 421),
    ("127.0.0.1@evil.example", 400),
    ("evil.example/127.0.0.1", 400),
    ("", 400),
    ("[::1", 400),
]


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_only_listed_hosts_are_answered(client: httpx.Client, host: str, status: int) -> None:
    assert client.get("/echo", headers={"host": host}).status_code == status


def test_two_hosts_are_refused(client: httpx.Client) -> None:
    answer = raw(client, b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_body_of_the_limit_passes(client: httpx.Client) -> None:
    response = client.post("/echo", content=b"x" * LIMIT)
    assert response.text.split()[0] == str(LIMIT)


def test_chunks_are_counted(client: httpx.Client) -> None:
    chunks = (b"x" * 65536 for _ in range(17))
    response = client.post("/echo", content=chunks)
    assert response.status_code == 413
    assert response.headers["connection"] == "close"
    fewer = (b"x" * 65536 for _ in range(16))
    assert client.post("/echo", content=fewer).text.split()[0] == str(LIMIT)


def test_a_declared_length_over_the_limit_is_refused_before_the_body(client: httpx.Client) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n"
    assert raw(client, head).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_never_comes_is_a_408(client: httpx.Client) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc"
    started = time.monotonic()
    answer = raw(client, head)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()
    assert 0.4 < time.monotonic() - started < 2


def test_get_with_a_body_is_bounded_too(client: httpx.Client) -> None:
    assert client.request("GET", "/echo", content=b"x" * (LIMIT + 1)).status_code == 413


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "identity, gzip"])
def test_encoded_bodies_are_refused(client: httpx.Client, encoding: str) -> None:
    response = client.post("/echo", content=b"x", headers={"content-encoding": encoding})
    assert response.status_code == 415


def test_identity_is_no_encoding(client: httpx.Client) -> None:
    response = client.post("/echo", content=b"x", headers={"content-encoding": "identity"})
    assert response.status_code == 200


OWN = "http://127.0.0.1:8000"
ORIGINS: list[tuple[str, str, dict[str, str], int]] = [
    # A request with the cookie of the person signed in.
    ("our page", "POST", {"cookie": "s=1", "origin": OWN}, 200),
    ("our page behind the proxy", "POST", {"cookie": "s=1", "origin": RULES.origins[0]}, 200),
    ("a foreign page", "POST", {"cookie": "s=1", "origin": "http://evil.example"}, 403),
    ("another port", "POST", {"cookie": "s=1", "origin": "http://127.0.0.1:1"}, 403),
    ("another scheme", "POST", {"cookie": "s=1", "origin": "https://127.0.0.1:8000"}, 403),
    ("a sandboxed frame", "POST", {"cookie": "s=1", "origin": "null"}, 403),
    ("no sign of a browser", "POST", {"cookie": "s=1"}, 403),
    ("told same-origin", "POST", {"cookie": "s=1", "sec-fetch-site": "same-origin"}, 200),
    ("told cross-site", "POST", {"cookie": "s=1", "sec-fetch-site": "cross-site"}, 403),
    ("told same-site", "POST", {"cookie": "s=1", "sec-fetch-site": "same-site"}, 403),
    (
        "told otherwise twice",
        "POST",
        {"cookie": "s=1", "origin": OWN, "sec-fetch-site": "cross-site"},
        403,
    ),
    ("a cookie beside a token", "POST", {"cookie": "s=1", "authorization": "Bearer good"}, 403),
    ("reading from our page", "GET", {"cookie": "s=1", "sec-fetch-site": "same-origin"}, 200),
    ("reading by hand", "GET", {"cookie": "s=1"}, 200),
    ("reading from elsewhere", "GET", {"cookie": "s=1", "sec-fetch-site": "cross-site"}, 403),
    (
        "a link in a mail",
        "GET",
        {
            "cookie": "s=1",
            "sec-fetch-site": "cross-site",
            "sec-fetch-mode": "navigate",
            "sec-fetch-dest": "document",
        },
        200,
    ),
    (
        "a frame elsewhere",
        "GET",
        {
            "cookie": "s=1",
            "sec-fetch-site": "cross-site",
            "sec-fetch-mode": "navigate",
            "sec-fetch-dest": "iframe",
        },
        403,
    ),
    # Nobody is signed in yet: signing somebody in from elsewhere is an attack as well.
    ("signing in from elsewhere", "POST", {"origin": "http://evil.example"}, 403),
    ("signing in here", "POST", {"origin": OWN}, 200),
    ("a script without a cookie", "POST", {}, 200),
    # Browsers add no token by themselves.
    ("a token", "POST", {"authorization": "Bearer good"}, 200),
    (
        "a token in an extension",
        "POST",
        {"authorization": "Bearer good", "origin": "moz-extension://1"},
        200,
    ),
]


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [case[1:] for case in ORIGINS],
    ids=[case[0] for case in ORIGINS],
)
def test_nobody_else_acts_for_the_person_signed_in(
    client: httpx.Client, method: str, headers: dict[str, str], status: int
) -> None:
    response = client.request(method, "/echo", headers={"host": "127.0.0.1:8000", **headers})
    assert response.status_code == status


async def speak(headers: dict[str, str], *received: Message) -> tuple[list[str], list[Message]]:
    """What an app behind the edge hears of a WebSocket, and what the caller is sent."""
    heard: list[str] = []
    sent: list[Message] = []
    waiting = [{"type": "websocket.connect"}, *received, {"type": "websocket.disconnect"}]

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":
            heard.append(message["type"])
            if message["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "websocket",
        "scheme": "ws",
        "path": "/graphql",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await Edge(app, RULES)(scope, receive, send)
    return heard, sent


async def test_a_websocket_from_our_page_is_passed_on() -> None:
    heard, sent = await speak({"host": "127.0.0.1:8000", "cookie": "s=1", "origin": OWN})
    assert heard == ["websocket.connect"]
    assert [one["type"] for one in sent] == ["websocket.accept", "websocket.close"]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1:8000", "origin": "http://evil.example"},
        {"host": "127.0.0.1:8000", "cookie": "s=1"},
        {"host": "127.0.0.1:8000", "cookie": "s=1", "origin": "http://evil.example"},
    ],
)
async def test_other_websockets_are_closed_before_they_are_accepted(
    headers: dict[str, str],
) -> None:
    heard, sent = await speak(headers)
    assert heard == []
    assert [(one["type"], one["code"]) for one in sent] == [("websocket.close", 1008)]


@pytest.mark.parametrize("content", [{"text": "é" * 131_073}, {"bytes": b"x" * 262_145}])
async def test_a_long_message_closes_the_websocket(content: dict[str, Any]) -> None:
    headers = {"host": "127.0.0.1:8000", "authorization": "Bearer good"}
    heard, sent = await speak(headers, {"type": "websocket.receive", **content})
    assert heard == ["websocket.connect"]
    assert [one["type"] for one in sent] == ["websocket.accept", "websocket.close"]
    assert sent[-1]["code"] == 1009


async def test_other_scopes_pass() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing() -> Message:
        return {}

    async def nowhere(_message: Message) -> None:
        return None

    await Edge(app)({"type": "lifespan"}, nothing, nowhere)
    assert seen == ["lifespan"]
