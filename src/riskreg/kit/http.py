"""GraphQL over HTTP: one endpoint, as the draft of August 2026 and our own limits have it.

It answers `application/graphql-response+json` (400 for a request that could not be run) or
`application/json` (200 for the same). GET runs queries, POST takes exactly `application/json`;
there are no batches and no uploads. A subscription is answered by a stream of events to who takes
`text/event-stream`, and nothing else is: clients list that type with every query.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from riskreg.kit import asked, negotiation
from riskreg.kit.documents import coded
from riskreg.kit.errors import CodedError, Forbidden
from riskreg.kit.faults import new_request_id
from riskreg.kit.operations import Events, Operations, Reply, Stop, encoded, stopped
from riskreg.kit.streams import send_events

METHODS = {"allow": "GET, POST"}


class GraphQLEndpoint:
    """An ASGI app that serves the operations of one schema over HTTP."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        request = Request(scope, receive)
        request_id = scope.setdefault("state", {}).setdefault("request_id", new_request_id())
        accept = ", ".join(request.headers.getlist("accept"))
        media = negotiation.accepted(accept)
        try:
            found = await self._found(request, request_id, accept)
        except ClientDisconnect:
            return
        kind = scope["state"].get("kind", "none")
        if isinstance(found, Reply):
            scope["state"]["code"] = found.code
            response = _written(found, media or negotiation.GRAPHQL, request_id)
            await response(scope, receive, send)
        else:
            last = await send_events(found, receive, send, request_id)
            scope["state"]["code"] = last
        took = time.perf_counter() - started
        self._operations.meter.answered(kind, scope["state"]["code"] or "ok", took)

    async def _found(self, request: Request, request_id: str, accept: str) -> Reply | Events:
        operations = self._operations
        try:
            _check_form(request, accept)
            async with operations.deadline():
                if request.method == "POST":
                    given = asked.from_body(await request.body())
                else:
                    given = asked.from_query_string(request.scope["query_string"])
                prepared = await operations.prepare(request, given)
                _check_operation(prepared.kind, request.method, accept)
                if prepared.kind is OperationType.SUBSCRIPTION:
                    return await operations.listen(prepared, request_id)
                return await operations.run(prepared, request_id)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 (a fault as well: it is masked, and logged)
            return operations.refusal(error, request_id)


def _check_form(request: Request, accept: str) -> None:
    """Refuse what can be refused before anything is read."""
    if request.method not in {"GET", "POST"}:
        raise stopped("GraphQL is served to GET and POST.", 405, METHODS)
    if negotiation.accepted(accept) is None and not negotiation.takes_events(accept):
        raise _not_acceptable()
    if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        raise Stop(Reply((coded(Forbidden("Other sites may not send queries.")),), status=403))
    if request.method == "POST" and not negotiation.is_json(
        request.headers.getlist("content-type")
    ):
        accepted = {"accept-post": negotiation.JSON}
        raise stopped("The body must be application/json in UTF-8.", 415, accepted)


def _check_operation(kind: OperationType, method: str, accept: str) -> None:
    """Refuse an operation that may not be sent so, or whose answer would not be taken."""
    code = "OPERATION_RESOLUTION_FAILURE"
    if kind is OperationType.SUBSCRIPTION:
        if not negotiation.takes_events(accept):
            message = f"A subscription is answered by a stream: accept {negotiation.EVENTS}."
            raise Stop(Reply((coded(CodedError(message, code)),), status=400))
        return
    if negotiation.accepted(accept) is None:
        raise _not_acceptable()
    if method == "GET" and kind is not OperationType.QUERY:
        error = CodedError("GET runs queries only; send this by POST.", code)
        raise Stop(Reply((coded(error),), status=405, headers={"allow": "POST"}))


def _not_acceptable() -> Stop:
    return stopped(f"The answer can be {negotiation.GRAPHQL} or {negotiation.JSON}.", 406)


def _written(reply: Reply, media: str, request_id: str) -> Response:
    status = reply.status
    if status is None:
        status = 200 if reply.has_data or media == negotiation.JSON else 400
    content, is_whole = encoded(reply.payload, request_id)
    headers: Mapping[str, str] = {"cache-control": "no-store", "vary": "Accept", **reply.headers}
    return Response(
        content,
        status if is_whole else 500,
        headers,
        media_type=f"{media}; charset=utf-8",
    )
