"""Faults: logged with the id of their request, where they happened, never with what values."""

from __future__ import annotations

import logging
import secrets
import traceback

LOG = logging.getLogger("riskreg.faults")
FRAMES = 12
CAUSES = 4


def new_request_id() -> str:
    """An id to find a request by in the log; 16 hex digits."""
    return secrets.token_hex(8)


def log_fault(request_id: str, error: BaseException, **facts: object) -> None:
    """Log what kind of error it was and where it came from.

    The error itself is not handed on: whatever writes the log would write its text.
    """
    LOG.error("fault", extra={"requestId": request_id, **facts, "causes": causes(error)})


def causes(error: BaseException) -> list[dict[str, object]]:
    """The kinds of an error and of what caused it, each with where it came from.

    The text of the error is left out: drivers put statements and their parameters into it.
    """
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain and len(chain) < CAUSES:
        chain.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return [_described(one) for one in chain]


def _described(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "trace": [f"{one.filename}:{one.lineno} {one.name}" for one in frames],
    }
