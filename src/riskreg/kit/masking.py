"""What callers are told of an error in a field: what they can act on, and of faults only an id."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError

from riskreg.kit.documents import coded, shown
from riskreg.kit.errors import CodedError, UserError, UserErrors
from riskreg.kit.faults import log_fault

MOST_LOGGED = 5
COERCION = "graphql.execution.values"


def masked(request_id: str) -> dict[str, object]:
    """The error that stands for a fault of ours."""
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    return {"message": "Something went wrong on our side.", "extensions": extensions}


def field_errors(
    errors: Sequence[GraphQLError], request_id: str, **facts: object
) -> tuple[dict[str, object], ...]:
    """The errors of an execution as they are answered; faults among them are logged."""
    answered: list[dict[str, object]] = []
    logged = 0
    for error in errors:
        described = _described(error)
        if described is None:
            if logged < MOST_LOGGED:
                log_fault(request_id, error.original_error or error, path=error.path, **facts)
            logged += 1
            described = masked(request_id)
        answered.append(_placed(described, error))
    return tuple(answered)


def request_errors(errors: Sequence[GraphQLError]) -> tuple[dict[str, object], ...]:
    """The errors of variables that do not fit their types, found before anything ran."""
    return tuple(_placed(_bad_input(error.message), error) for error in errors)


def _described(error: GraphQLError) -> dict[str, object] | None:
    """What the caller may know of the error, None if it is a fault."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and isinstance(cause.original_error, Exception):
        if isinstance(cause, StrawberryInputCoercionError):
            break
        cause = cause.original_error
    if isinstance(cause, CodedError):
        return coded(cause)
    if isinstance(cause, UserErrors) and cause.errors:
        cause = cause.errors[0]
    if isinstance(cause, UserError):
        extensions = {"code": "BAD_USER_INPUT", "reason": cause.code, "field": list(cause.field)}
        return {"message": shown(cause.message), "extensions": extensions}
    if isinstance(cause, StrawberryInputCoercionError) or _is_of_coercion(cause):
        return _bad_input(str(getattr(cause, "message", cause)))
    return None


def _is_of_coercion(cause: Exception) -> bool:
    """Whether the error was raised while arguments were made fit for a resolver."""
    if not isinstance(cause, GraphQLError) or cause.__traceback__ is None:
        return False
    frame = cause.__traceback__
    while frame.tb_next is not None:
        frame = frame.tb_next
    return frame.tb_frame.f_globals.get("__name__") == COERCION


def _bad_input(message: str) -> dict[str, object]:
    return {"message": shown(message), "extensions": {"code": "BAD_USER_INPUT"}}


def _placed(described: dict[str, object], error: GraphQLError) -> dict[str, object]:
    placed: dict[str, object] = {"message": described["message"]}
    if error.locations:
        placed["locations"] = [one.formatted for one in error.locations]
    if error.path is not None:
        placed["path"] = list(error.path)
    placed["extensions"] = described["extensions"]
    return placed
