"""The outermost layer: what no request may do, checked before anything of it is parsed.

Hosts, origins, encodings, sizes and deadlines are looked at here, for HTTP and WebSocket alike, so
that no route can forget them. Every response leaves with the same security headers.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riskreg.kit.faults import log_fault, new_request_id
from riskreg.kit.logs import log_request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Sent with every response, unless the response has its own."""

TRANSPORT_SECURITY = "max-age=31536000"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
POLICY_VIOLATION, MESSAGE_TOO_BIG, INTERNAL_ERROR = 1008, 1009, 1011

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>\d{1,5}))?", re.ASCII)


@dataclass(frozen=True)
class EdgeRules:
    """Where the server may be reached, and how much one request may bring.

    `hosts` are names, with a port or for any port. `origins` are ours besides the one the
    request itself came to: behind a proxy that ends TLS, `https://register.example.org`. Paths that
    begin as one of `quiet` are logged when they are refused or fail only.
    """

    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    origins: tuple[str, ...] = ()
    body_limit: int = 1024 * 1024
    body_seconds: float = 10.0
    message_limit: int = 256 * 1024
    https: bool = False
    quiet: tuple[str, ...] = ()


class Denied(Exception):
    """A request that goes no further, with the status and the reason to answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Edge:
    """An ASGI app around another, which sees only requests that the rules let through.

    `scope["state"]["request_id"]` is set for every request, and sent back as `X-Request-Id`.
    """

    def __init__(self, app: ASGIApp, rules: EdgeRules | None = None) -> None:
        self._app = app
        self._rules = rules or EdgeRules()
        self._headers = dict(SECURITY_HEADERS)
        if self._rules.https:
            self._headers["strict-transport-security"] = TRANSPORT_SECURITY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope.setdefault("state", {})["request_id"] = new_request_id()
        out = _Out(send, {**self._headers, "x-request-id": request_id})
        started = time.perf_counter()
        try:
            check_head(scope, self._rules)
            body = await self._body(scope, receive)
            if body is None:
                return
            await self._app(scope, _replay(body, receive), out)
            await out.release()
        except Denied as denied:
            scope["state"]["code"] = denied.code
            await out.refuse(denied, request_id)
        except ConnectionAbortedError:
            raise  # by whoever answered: an answer that cannot be ended as it should
        except Exception as error:  # noqa: BLE001
            log_fault(request_id, error)
            if out.started:
                # Too late for an answer: break the connection, so that nobody takes half for all.
                raise ConnectionAbortedError(request_id) from None
            fault = Denied(500, "INTERNAL_SERVER_ERROR", "Something went wrong on our side.")
            await out.refuse(fault, request_id)
        finally:
            self._log(scope, out.status, time.perf_counter() - started)

    def _log(self, scope: Scope, status: int | None, took: float) -> None:
        """Log how a request went; whoever answered it has left what it was in the scope's state."""
        if status is not None and status < 400 and scope["path"].startswith(self._rules.quiet):
            return
        state = scope["state"]
        log_request(
            requestId=state["request_id"],
            method=scope.get("method", "WEBSOCKET"),
            path=scope["path"],
            status=status,
            ms=round(took * 1000, 1),
            actor=state.get("actor"),
            operation=state.get("operation"),
            document=state.get("document"),
            code=state.get("code"),
        )

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body, None if the caller went away before it was complete."""
        headers = Headers(scope=scope)
        if "content-length" not in headers and "transfer-encoding" not in headers:
            return b""
        limit = self._rules.body_limit
        declared = headers.getlist("content-length")
        if declared and not (
            len(declared) == 1 and declared[0].isascii() and declared[0].isdigit()
        ):
            raise Denied(400, "BAD_USER_INPUT", "Content-Length must be one number.")
        if declared and (len(declared[0]) > len(str(limit)) or int(declared[0]) > limit):
            raise _too_large(limit)
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._rules.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    chunk = message.get("body", b"")
                    size += len(chunk)
                    if size > limit:
                        raise _too_large(limit)
                    chunks.append(chunk)
                    if not message.get("more_body", False):
                        return b"".join(chunks)
        except TimeoutError:
            raise Denied(408, "BAD_USER_INPUT", "The body took too long to arrive.") from None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope.setdefault("state", {})["request_id"] = new_request_id()
        started = time.perf_counter()
        try:
            check_head(scope, self._rules)
        except Denied as denied:
            # Closing before accepting makes the server answer the handshake with 403.
            await receive()
            await send(_close(POLICY_VIOLATION, denied.message))
            scope["state"]["code"] = denied.code
            self._log(scope, 403, time.perf_counter() - started)
            return
        closed = False

        async def receive_bounded() -> Message:
            nonlocal closed
            message = await receive()
            content = message.get("bytes") or (message.get("text") or "").encode()
            if message["type"] == "websocket.receive" and len(content) > self._rules.message_limit:
                closed = True
                await send(_close(MESSAGE_TOO_BIG, "The message is too big."))
                return {"type": "websocket.disconnect", "code": MESSAGE_TOO_BIG}
            return message

        async def send_while_open(message: Message) -> None:
            if not closed:
                await send(message)

        try:
            await self._app(scope, receive_bounded, send_while_open)
        except Exception as error:  # noqa: BLE001
            log_fault(request_id, error)
            with suppress(OSError, RuntimeError):  # it may be closed already
                await send_while_open(_close(INTERNAL_ERROR, "Something went wrong on our side."))
        finally:
            self._log(scope, 101, time.perf_counter() - started)


def check_head(scope: Scope, rules: EdgeRules) -> None:
    """Refuse a request for what its method and headers say."""
    headers = Headers(scope=scope)
    host = _checked_host(headers.getlist("host"), rules.hosts)
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Denied(415, "BAD_USER_INPUT", "The body must come without a Content-Encoding.")
    _check_origin(scope, headers, {f"{_scheme(scope)}://{host}", *rules.origins})


def _checked_host(given: list[str], hosts: Iterable[str]) -> str:
    match = _HOST.fullmatch(given[0].lower()) if len(given) == 1 else None
    if match is None:
        raise Denied(400, "BAD_USER_INPUT", "The request must name one host.")
    if match["name"] not in hosts and match[0] not in hosts:
        raise Denied(421, "FORBIDDEN", "This server does not answer for that host.")
    return match[0]


def _scheme(scope: Scope) -> str:
    scheme: str = scope.get("scheme", "http")
    return {"ws": "http", "wss": "https"}.get(scheme, scheme)


def _check_origin(scope: Scope, headers: Headers, own: set[str]) -> None:
    """Refuse what another site made a browser send in the name of the person signed in."""
    cookie = "cookie" in headers
    if "authorization" in headers and not cookie:
        # Browsers add no Authorization by themselves: whoever sent it holds the token.
        return
    origins = [one.lower().rstrip("/") for one in headers.getlist("origin")]
    site = headers.get("sec-fetch-site")
    if origins and (len(origins) > 1 or origins[0] not in own):
        raise _foreign()
    if scope["type"] == "websocket":
        if cookie and not origins:
            raise _foreign()
    elif scope["method"] not in SAFE_METHODS:
        if (site is not None and site not in OWN_SITE) or (cookie and not origins and not site):
            raise _foreign()
    elif cookie and site is not None and site not in OWN_SITE and not _is_navigation(headers):
        raise _foreign()


def _is_navigation(headers: Headers) -> bool:
    """Whether a person followed a link to a page, which may start anywhere."""
    mode, destination = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    return mode == "navigate" and destination == "document"


def _foreign() -> Denied:
    return Denied(403, "FORBIDDEN", "This must be sent from our own pages.")


def _too_large(limit: int) -> Denied:
    return Denied(413, "BAD_USER_INPUT", f"The body may have {limit} bytes at most.")


def _close(code: int, reason: str) -> Message:
    return {"type": "websocket.close", "code": code, "reason": reason}


def _replay(body: bytes, receive: Receive) -> Receive:
    """What was read already, as the app would have read it; then what still comes."""
    done = False

    async def replayed() -> Message:
        nonlocal done
        if done:
            return await receive()
        done = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


class _Out:
    """Sends what the app sends, with the headers that every response has.

    A 500 is held back until the app returns: frameworks send one of their own, then raise.
    """

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self._held: list[Message] = []
        self.started = False
        self.status: int | None = None
        """What was answered; None while nothing was, as when the caller went away."""

    async def __call__(self, message: Message) -> None:
        starts = message["type"] == "http.response.start"
        if self._held or (starts and message["status"] == 500):
            self._held.append(message)
        else:
            await self._pass(message)

    async def release(self) -> None:
        """Send what was held back: the app meant it."""
        held, self._held = self._held, []
        for message in held:
            await self._pass(message)

    async def _pass(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            headers = MutableHeaders(raw=list(message.get("headers", [])))
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-cache" if "etag" in headers else "no-store")
            message = {**message, "headers": headers.raw}
        await self._send(message)

    async def refuse(self, denied: Denied, request_id: str) -> None:
        """Answer a request that goes no further, in the form of a GraphQL answer."""
        extensions = {"code": denied.code}
        if denied.status >= 500:
            extensions["requestId"] = request_id
        error = {"message": denied.message, "extensions": extensions}
        content = orjson.dumps({"errors": [error]})
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", str(len(content)).encode()),
        ]
        if denied.status in {408, 413}:
            # The rest of the body is not read, so the connection cannot be used again.
            headers.append((b"connection", b"close"))
        self._held.clear()
        start = {"type": "http.response.start", "status": denied.status, "headers": headers}
        await self._pass(start)
        await self._pass({"type": "http.response.body", "body": content})
