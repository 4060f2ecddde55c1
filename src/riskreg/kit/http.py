"""GraphQL over HTTP: one endpoint, as the draft of August 2026 and our own limits have it.

It answers `application/graphql-response+json` (400 for a request that could not be run) or
`application/json` (200 for the same). GET runs queries, POST takes exactly `application/json`;
there are no batches, no uploads and no subscriptions here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import orjson
import strawberry
from graphql import Executor, OperationDefinitionNode, OperationType, execute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.execution import optimized_is_awaitable

from riskreg.kit import asked, guard, masking, negotiation
from riskreg.kit.documents import Document, Documents, Errors, Refusal, coded
from riskreg.kit.errors import CodedError, Forbidden, RateLimited, TooComplex
from riskreg.kit.estimate import check_nodes
from riskreg.kit.faults import log_fault, new_request_id

SECONDS = 10.0
MOST_COERCION_ERRORS = 5
STATUSES = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "RATE_LIMITED": 429}
METHODS = {"allow": "GET, POST"}


@dataclass(frozen=True)
class Reply:
    """An answer before it is written: with data it may have errors too, without it has only them.

    Without a status of its own, an answer that has no data is 400 or 200, by its media type.
    """

    errors: Errors = ()
    data: object = None
    has_data: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Stop(Exception):
    """A request that is answered without running anything."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class GraphQLEndpoint:
    """An ASGI app that serves one schema.

    `context` makes what resolvers find in `info.context`; it may raise `Unauthenticated`.
    `introspection` tells from the context whether its caller may ask for the schema itself.
    `trusted` are documents by their SHA-256, which may be sent by that alone.
    `executor` walks over the answers, where it is not to be the schema's own.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        context: Callable[[Request], Awaitable[object]],
        *,
        introspection: Callable[[object], bool],
        trusted: Mapping[str, str] | None = None,
        limits: guard.Limits = guard.LIMITS,
        seconds: float = SECONDS,
        executor: type[Executor[Any]] | None = None,
    ) -> None:
        if schema.extensions or schema.directives:
            raise ValueError(
                "the endpoint runs neither schema extensions nor directives of its own"
            )
        self.documents = Documents(schema._schema, trusted=trusted, limits=limits)  # noqa: SLF001
        self._schema = schema
        self._context = context
        self._introspection = introspection
        self._limits = limits
        self._seconds = seconds
        self._executor = executor or schema.execution_context_class

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        request_id = scope.setdefault("state", {}).setdefault("request_id", new_request_id())
        media = negotiation.accepted(", ".join(request.headers.getlist("accept")))
        try:
            reply = await self._reply(request, request_id, acceptable=media is not None)
        except ClientDisconnect:
            return
        request.state.code = _code(reply)
        response = _written(reply, media or negotiation.JSON, request_id)
        await response(scope, receive, send)

    async def _reply(self, request: Request, request_id: str, *, acceptable: bool) -> Reply:
        try:
            _check_form(request, acceptable=acceptable)
            async with asyncio.timeout(self._seconds) as deadline:
                return await self._answer(request, request_id)
        except Stop as stop:
            return stop.reply
        except asked.Malformed as error:
            return _stopped(str(error), 400).reply
        except Refusal as refusal:
            return Reply(refusal.errors)
        except CodedError as error:
            return _refused(error)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001
            if isinstance(error, TimeoutError) and deadline.expired():
                return _refused(_too_slow(self._seconds))
            log_fault(request_id, error)
            return Reply((masking.masked(request_id),), status=500)

    async def _answer(self, request: Request, request_id: str) -> Reply:
        context = await self._context(request)
        if request.method == "POST":
            given = asked.from_body(await request.body())
        else:
            given = asked.from_query_string(request.scope["query_string"])
        if given.query is None and given.digest is None:
            raise asked.Malformed("The request has no query.")
        guard.check_variables(given.variables, self._limits)
        document = self.documents.get(self.documents.text(given.query, given.digest))
        operation = document.operation(given.operation_name)
        request.state.document = document.digest
        request.state.operation = operation.name.value if operation.name else None
        _check_operation(operation, request.method)
        if document.introspects and not self._introspection(context):
            raise Forbidden("The schema may be read by signed-in callers only.")
        check_nodes(document.shape, operation, given.variables, self._limits)
        return await self._run(document, given, context, request_id)

    async def _run(
        self, document: Document, given: asked.Asked, context: object, request_id: str
    ) -> Reply:
        outcome = execute(
            self._schema._schema,  # noqa: SLF001
            document.node,
            context_value=context,
            variable_values=dict(given.variables),
            operation_name=given.operation_name,
            max_coercion_errors=MOST_COERCION_ERRORS,
            executor_class=self._executor,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            operation_extensions=None,
        )
        result = await outcome if isawaitable(outcome) else outcome
        errors = result.errors or []
        if result.data is None and all(error.path is None for error in errors):
            return Reply(masking.request_errors(errors))
        facts = {"operation": given.operation_name, "document": document.digest}
        answered = masking.field_errors(errors, request_id, **facts) if errors else ()
        return Reply(answered, result.data, has_data=True)


def _check_form(request: Request, *, acceptable: bool) -> None:
    """Refuse what can be refused before anything is read."""
    if request.method not in {"GET", "POST"}:
        raise _stopped("GraphQL is served to GET and POST.", 405, METHODS)
    if not acceptable:
        offered = f"{negotiation.GRAPHQL} or {negotiation.JSON}"
        raise _stopped(f"The answer can be {offered}.", 406)
    if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        raise Stop(Reply((coded(Forbidden("Other sites may not send queries.")),), status=403))
    if request.method == "POST" and not negotiation.is_json(
        request.headers.getlist("content-type")
    ):
        accept = {"accept-post": negotiation.JSON}
        raise _stopped("The body must be application/json in UTF-8.", 415, accept)


def _check_operation(operation: OperationDefinitionNode, method: str) -> None:
    code = "OPERATION_RESOLUTION_FAILURE"
    if operation.operation is OperationType.SUBSCRIPTION:
        error = CodedError("Subscriptions are not served over plain HTTP.", code)
        raise Stop(Reply((coded(error),), status=400))
    if method == "GET" and operation.operation is not OperationType.QUERY:
        error = CodedError("GET runs queries only; send this by POST.", code)
        raise Stop(Reply((coded(error),), status=405, headers={"allow": "POST"}))


def _stopped(message: str, status: int, headers: Mapping[str, str] | None = None) -> Stop:
    error = coded(CodedError(message, "BAD_USER_INPUT"))
    return Stop(Reply((error,), status=status, headers=headers or {}))


def _code(reply: Reply) -> object:
    """The code of the first error of an answer, for the log."""
    extensions = reply.errors[0].get("extensions") if reply.errors else None
    return extensions.get("code") if isinstance(extensions, dict) else None


def _refused(error: CodedError) -> Reply:
    headers: dict[str, str] = {}
    if error.code == "UNAUTHENTICATED":
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, RateLimited) and error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    return Reply((coded(error),), status=STATUSES.get(error.code), headers=headers)


def _too_slow(seconds: float) -> TooComplex:
    return TooComplex(
        f"The request took longer than {seconds:g} seconds. A mutation in it may have been carried "
        "out: send it again with the same idempotencyKey to find out.",
        "seconds",
    )


def _written(reply: Reply, media: str, request_id: str) -> Response:
    payload: dict[str, object] = {}
    if reply.has_data:
        payload["data"] = reply.data
    if reply.errors:
        payload["errors"] = reply.errors
    status = reply.status
    if status is None:
        status = 200 if reply.has_data or media == negotiation.JSON else 400
    try:
        content = _encoded(payload)
    except (TypeError, ValueError) as error:
        log_fault(request_id, error)
        content, status = orjson.dumps({"errors": [masking.masked(request_id)]}), 500
    headers = {"cache-control": "no-store", "vary": "Accept", **reply.headers}
    return Response(content, status, headers, media_type=f"{media}; charset=utf-8")


def _encoded(payload: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(payload)
    except TypeError:
        # Text with half a character in it, or a whole number of more than 64 bits.
        return json.dumps(payload, allow_nan=False).encode()
