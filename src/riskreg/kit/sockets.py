"""GraphQL over WebSocket: `graphql-transport-ws`, as Strawberry's own handler speaks it.

The handler knows the protocol: who may say what when, and by which code a socket is closed. What
it is given here in place of a view, a socket and a schema is one `_Session`: frames are read as
strictly as bodies, whoever subscribes is asked for anew with each operation, and operations run
where those of HTTP do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send
from strawberry import UNSET
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL as PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.types.execution import ExecutionResult, PreExecutionError

from riskreg.kit import asked
from riskreg.kit.errors import Unauthenticated
from riskreg.kit.faults import log_fault, new_request_id
from riskreg.kit.logs import log_request
from riskreg.kit.operations import Operations, encoded

INIT_SECONDS = 10.0
SEND_SECONDS = 10.0
"""Who takes nothing for so long is cut off."""
DRAIN_SECONDS = 2.0
MOST_OPERATIONS = 20
"""Operations under way on one socket."""
MOST_SOCKETS = 1_000
LONGEST_ID = 200
BAD_REQUEST, NOT_ACCEPTABLE, FAULT = 4400, 4406, 4500
RESTART, TRY_LATER = 1012, 1013


class Sockets:
    """An ASGI app that serves the operations of one schema over WebSockets."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._open: set[_Session] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak with one socket until either side closes it."""
        session = _Session(self._operations, scope, receive, send)
        known = PROTOCOL in scope.get("subprotocols", ())
        await session.accept(PROTOCOL if known else None)
        if not known:
            await session.close(NOT_ACCEPTABLE, f"Subprotocol not acceptable: speak {PROTOCOL}")
            return
        if len(self._open) >= MOST_SOCKETS:
            await session.close(TRY_LATER, "This server has no room for more sockets")
            return
        handler: BaseGraphQLTransportWSHandler[Any, None] = BaseGraphQLTransportWSHandler(
            view=session,  # type: ignore[arg-type]  # of each it uses only what a session has
            websocket=session,  # type: ignore[arg-type]
            context=session,
            root_value=None,
            schema=session,  # type: ignore[arg-type]
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=MOST_OPERATIONS,
        )
        self._open.add(session)
        try:
            await handler.handle()
        finally:
            self._open.discard(session)

    async def drain(self) -> None:
        """Close every socket once its operations have ended, or soon."""

        async def close(session: _Session) -> None:
            try:
                async with asyncio.timeout(DRAIN_SECONDS):
                    await session.quiet.wait()
                    await asyncio.sleep(0)  # the last of them says that it is complete
            except TimeoutError:
                pass
            await session.close(RESTART, "The server stops")

        await asyncio.gather(*[close(one) for one in self._open])


class _Session:
    """One socket, in the three roles that the handler knows: view, socket and schema."""

    def __init__(self, operations: Operations, scope: Scope, receive: Receive, send: Send) -> None:
        self._operations = operations
        self._scope = scope
        self._request_id: str = scope.setdefault("state", {}).setdefault(
            "request_id", new_request_id()
        )
        self._receive = receive
        self._raw_send = send
        self._ended = asyncio.Event()
        """Set when nothing can be said any more."""
        self._under_way = 0
        self.quiet = asyncio.Event()
        """Set while no operation is under way."""
        self.quiet.set()
        self.connection_params: Mapping[str, object] = {}
        """What came with `connection_init`; the handler puts it here."""

    # In the role of the view.

    async def on_ws_connect(self, _context: object) -> object:
        """Let in who may ask at all; each operation asks again who it is."""
        request_id = new_request_id()
        try:
            async with self._operations.deadline():
                await self._operations.context(self._connection(request_id))
        except Unauthenticated:
            raise ConnectionRejectionError from None
        except Exception as error:  # noqa: BLE001
            log_fault(request_id, error)
            await self.close(FAULT, "Internal server error")
            raise WebSocketDisconnected from None
        return UNSET

    def _connection(self, request_id: str) -> HTTPConnection:
        """The handshake as a request, with the token of `connection_init` if one came there."""
        headers = self._scope["headers"]
        for name, value in self.connection_params.items():
            if name.lower() == "authorization":
                if not isinstance(value, str):
                    raise Unauthenticated
                kept = [one for one in headers if one[0] != b"authorization"]
                headers = [*kept, (b"authorization", value.encode("latin-1", "replace"))]
        return HTTPConnection(
            {**self._scope, "headers": headers, "state": {"request_id": request_id}}
        )

    # In the role of the socket.

    async def accept(self, subprotocol: str | None) -> None:
        """Answer the handshake."""
        await self._receive()  # that the other side wants to connect
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[dict[str, object], None]:
        """The messages that come, each of the form that the protocol gives it."""
        while (text := await self._text()) is not None:
            try:
                message = _checked(text)
            except asked.Malformed as error:
                await self.close(BAD_REQUEST, str(error))
                return
            yield message

    async def _text(self) -> str | bytes | None:
        """What comes next; None when the socket is closed, or cut off."""
        coming = asyncio.ensure_future(self._receive())
        ending = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (coming, ending):
                task.cancel()
            await asyncio.gather(coming, ending, return_exceptions=True)
        message = None if coming.cancelled() else coming.result()
        if message is None or message["type"] != "websocket.receive":
            self._ended.set()
            return None
        text: str | bytes = message.get("text") or message.get("bytes") or b""
        return text

    async def send_json(self, message: Mapping[str, Any]) -> None:
        """Say something, unless nobody listens any more."""
        content, is_whole = encoded(_with_codes(message), self._request_id)
        if not is_whole:
            masked = {"id": message.get("id"), "type": "next", "payload": orjson.Fragment(content)}
            content = orjson.dumps(masked)
        await self._send({"type": "websocket.send", "text": content.decode()})

    async def close(self, code: int, reason: str) -> None:
        """Close the socket with a code and the reason in a few words."""
        if not self._ended.is_set():
            short = reason.encode()[:120].decode(errors="ignore")
            await self._send({"type": "websocket.close", "code": code, "reason": short})
            self._ended.set()

    async def _send(self, message: Message) -> None:
        if self._ended.is_set():
            return
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._raw_send(message)
        except (OSError, TimeoutError, RuntimeError):
            # Gone, closed meanwhile, or so slow that what waits would fill our memory.
            self._ended.set()

    # In the role of the schema.

    async def stream(
        self,
        query: Any,
        *,
        variable_values: object = None,
        context_value: object = None,
        root_value: object = None,
        operation_name: object = None,
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The results of an operation, which came as an `Asked` in place of its text."""
        return self._results(query)

    async def _results(self, given: asked.Asked) -> AsyncGenerator[ExecutionResult, None]:
        request_id, started = new_request_id(), time.perf_counter()
        connection = self._connection(request_id)
        self._under_way += 1
        self.quiet.clear()
        is_first, code = True, None
        try:
            replies = self._operations.replies(connection, given, request_id)
            async with aclosing(replies) as coming:
                async for reply in coming:
                    code = reply.code
                    refused = is_first and not reply.has_data
                    kind = PreExecutionError if refused else ExecutionResult
                    yield kind(reply.data, [_Told(error) for error in reply.errors] or None)  # type: ignore[arg-type]
                    is_first = False
                    await asyncio.sleep(0)  # others too, where events come without end
                    if self._ended.is_set():
                        return
        finally:
            self._under_way -= 1
            if not self._under_way:
                self.quiet.set()
            self._note(connection, code, time.perf_counter() - started)

    def _note(self, connection: HTTPConnection, code: str | None, took: float) -> None:
        """Log and count an operation as a request is."""
        state = connection.scope["state"]
        self._operations.meter.answered(state.get("kind", "none"), code or "ok", took)
        log_request(
            requestId=state["request_id"],
            method="WEBSOCKET",
            path=self._scope["path"],
            ms=round(took * 1000, 1),
            actor=state.get("actor"),
            operation=state.get("operation"),
            document=state.get("document"),
            code=code,
        )


class _Told(GraphQLError):
    """An error that is formatted already, as the handler takes it."""

    def __init__(self, formatted: Mapping[str, Any]) -> None:
        super().__init__(str(formatted["message"]))
        self._formatted = formatted

    @property
    def formatted(self) -> Any:
        """The error as it is answered."""
        return self._formatted


def _checked(text: str | bytes) -> dict[str, object]:
    """A message of the protocol; `Malformed` for anything else."""
    if isinstance(text, bytes):
        raise asked.Malformed("A message must be text")
    message = asked.decoded(text.encode())
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise asked.Malformed("A message must be an object with a type")
    if message["type"] in {"subscribe", "complete"}:
        key = message.get("id")
        if not isinstance(key, str) or not 0 < len(key) <= LONGEST_ID:
            raise asked.Malformed(f"An id must be a string of 1 to {LONGEST_ID} characters")
    if message["type"] == "subscribe":
        payload = message.get("payload")
        if not isinstance(payload, dict):
            raise asked.Malformed("A subscription must have a payload with a query")
        # The handler hands what is here to `stream` as it is.
        return {**message, "payload": {"query": asked.from_payload(payload)}}
    return message


def _with_codes(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message; the handler's own errors, which say that there are too many, with a code."""
    if message["type"] != "error":
        return message
    code = {"code": "RATE_LIMITED"}
    errors = [{"extensions": code, **error} for error in message["payload"]]
    return {**message, "payload": errors}
