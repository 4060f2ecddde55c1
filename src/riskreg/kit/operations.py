"""Operations of GraphQL, however they came: who asks, what it may cost, what is answered.

HTTP, event streams and WebSockets ask here, so none of them can forget the guard, the actor, the
deadline, or to hide what went wrong on our side.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
)
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import orjson
import strawberry
from graphql import (
    ExecutionResult,
    Executor,
    OperationDefinitionNode,
    OperationType,
    create_source_event_stream,
    execute,
)
from starlette.requests import HTTPConnection
from strawberry.execution import optimized_is_awaitable

from riskreg.kit import asked, guard, masking
from riskreg.kit.documents import Document, Documents, Errors, Refusal, coded
from riskreg.kit.errors import CodedError, Forbidden, RateLimited, TooComplex
from riskreg.kit.estimate import check_nodes
from riskreg.kit.faults import log_fault
from riskreg.kit.meter import Meter

SECONDS = 10.0
MOST_COERCION_ERRORS = 5
STATUSES = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "RATE_LIMITED": 429}


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

    @property
    def code(self) -> str | None:
        """The code of the first error, for the log; None where there is none."""
        extensions = self.errors[0].get("extensions") if self.errors else None
        return str(extensions.get("code")) if isinstance(extensions, dict) else None

    @property
    def payload(self) -> dict[str, object]:
        """The answer as GraphQL has it."""
        payload: dict[str, object] = {}
        if self.has_data:
            payload["data"] = self.data
        if self.errors:
            payload["errors"] = self.errors
        return payload


Events = AsyncGenerator[Reply, None]
"""The answers to a subscription, one an event; the last may be why it ended."""


class Stop(Exception):
    """A request that is answered without running anything."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


@dataclass(frozen=True)
class Prepared:
    """An operation that may be run."""

    document: Document
    operation: OperationDefinitionNode
    given: asked.Asked
    context: object

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.operation.operation


class Operations:
    """Runs the operations of one schema.

    `context` makes what resolvers find in `info.context`; it may raise `Unauthenticated`.
    `introspection` tells from the context whether its caller may ask for the schema itself.
    `trusted` are documents by their SHA-256, which may be sent by that alone.
    `executor` walks over the answers, where it is not to be the schema's own.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        context: Callable[[HTTPConnection], Awaitable[object]],
        *,
        introspection: Callable[[object], bool],
        trusted: Mapping[str, str] | None = None,
        limits: guard.Limits = guard.LIMITS,
        seconds: float = SECONDS,
        executor: type[Executor[Any]] | None = None,
        meter: Meter | None = None,
    ) -> None:
        if schema.extensions or schema.directives:
            raise ValueError("neither schema extensions nor directives of its own are run")
        self.documents = Documents(schema._schema, trusted=trusted, limits=limits)  # noqa: SLF001
        self.context = context
        self.seconds = seconds
        self.meter = meter or Meter()
        self._schema = schema
        self._introspection = introspection
        self._limits = limits
        self._executor = executor or schema.execution_context_class

    async def prepare(self, connection: HTTPConnection, given: asked.Asked) -> Prepared:
        """Find out who asks and what it would cost; raises what `refusal` answers."""
        context = await self.context(connection)
        if given.query is None and given.digest is None:
            raise asked.Malformed("The request has no query.")
        guard.check_variables(given.variables, self._limits)
        document = self.documents.get(self.documents.text(given.query, given.digest))
        operation = document.operation(given.operation_name)
        connection.state.document = document.digest
        connection.state.operation = operation.name.value if operation.name else None
        connection.state.kind = operation.operation.value
        if document.introspects and not self._introspection(context):
            raise Forbidden("The schema may be read by signed-in callers only.")
        check_nodes(document.shape, operation, given.variables, self._limits)
        return Prepared(document, operation, given, context)

    async def run(self, prepared: Prepared, request_id: str, event: object = None) -> Reply:
        """The answer to a query or mutation, or to a subscription about one of its events."""
        outcome = execute(
            self._schema._schema,  # noqa: SLF001
            prepared.document.node,
            event,
            prepared.context,
            dict(prepared.given.variables),
            prepared.given.operation_name,
            max_coercion_errors=MOST_COERCION_ERRORS,
            executor_class=self._executor,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            operation_extensions=None,
        )
        result = await outcome if isawaitable(outcome) else outcome
        return _answered(prepared, result, request_id)

    async def listen(self, prepared: Prepared, request_id: str) -> Reply | Events:
        """The events of a subscription, or why there are none."""
        executor = self._executor.build(
            self._schema._schema,  # noqa: SLF001
            prepared.document.node,
            None,
            prepared.context,
            dict(prepared.given.variables),
            prepared.given.operation_name,
            max_coercion_errors=MOST_COERCION_ERRORS,
            operation_extensions=None,
        )
        if isinstance(executor, list):
            return Reply(masking.request_errors(executor))
        outcome = create_source_event_stream(executor)
        source = await outcome if isawaitable(outcome) else outcome
        if isinstance(source, ExecutionResult):
            return Reply(_answered(prepared, source, request_id).errors)
        return self._events(prepared, source, request_id)

    async def _events(
        self, prepared: Prepared, source: AsyncIterable[Any], request_id: str
    ) -> Events:
        try:
            async with aclosing(source) as events:  # type: ignore[type-var]
                async for event in events:
                    async with self.deadline():
                        reply = await self.run(prepared, request_id, event)
                    yield reply
        except Exception as error:  # noqa: BLE001 (a fault as well: it is masked, and logged)
            yield Reply(self.refusal(error, request_id).errors, has_data=True)

    async def replies(
        self, connection: HTTPConnection, given: asked.Asked, request_id: str
    ) -> Events:
        """The answer to whatever was asked, or the answers to a subscription, one by one."""
        try:
            async with self.deadline():
                prepared = await self.prepare(connection, given)
                if prepared.kind is OperationType.SUBSCRIPTION:
                    found = await self.listen(prepared, request_id)
                else:
                    found = await self.run(prepared, request_id)
        except Exception as error:  # noqa: BLE001 (as above)
            found = self.refusal(error, request_id)
        if isinstance(found, Reply):
            yield found
            return
        async with aclosing(found) as events:
            async for reply in events:
                yield reply

    @asynccontextmanager
    async def deadline(self) -> AsyncIterator[None]:
        """A block that may take as long as one request may."""
        try:
            async with asyncio.timeout(self.seconds) as deadline:
                yield
        except TimeoutError:
            if not deadline.expired():
                raise
            raise _too_slow(self.seconds) from None

    def refusal(self, error: Exception, request_id: str) -> Reply:
        """What is answered to what was raised; a fault of ours is logged, and told by its id."""
        match error:
            case Stop():
                return error.reply
            case asked.Malformed():
                return stopped(str(error), 400).reply
            case Refusal():
                return Reply(error.errors)
            case CodedError():
                return _refused(error)
        log_fault(request_id, error)
        return Reply((masking.masked(request_id),), status=500)


def stopped(message: str, status: int, headers: Mapping[str, str] | None = None) -> Stop:
    """A refusal of the form of a request."""
    error = coded(CodedError(message, "BAD_USER_INPUT"))
    return Stop(Reply((error,), status=status, headers=headers or {}))


def encoded(payload: object, request_id: str) -> tuple[bytes, bool]:
    """A payload as JSON and true, or the error that stands for a fault and false."""
    try:
        return _json(payload), True
    except (TypeError, ValueError) as error:
        log_fault(request_id, error)
        return orjson.dumps({"errors": [masking.masked(request_id)]}), False


def _json(payload: object) -> bytes:
    try:
        return orjson.dumps(payload)
    except TypeError:
        # Text with half a character in it, or a whole number of more than 64 bits.
        return json.dumps(payload, allow_nan=False).encode()


def _answered(prepared: Prepared, result: ExecutionResult, request_id: str) -> Reply:
    errors = result.errors or []
    if result.data is None and all(error.path is None for error in errors):
        return Reply(masking.request_errors(errors))
    facts = {
        "operation": prepared.given.operation_name,
        "document": prepared.document.digest,
    }
    answered = masking.field_errors(errors, request_id, **facts) if errors else ()
    return Reply(answered, result.data, has_data=True)


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
