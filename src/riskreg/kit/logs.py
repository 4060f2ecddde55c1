"""The log: a line on stderr for each request and each fault, never with what was said in it.

Lines hold who (an id), what (a path, the name of an operation), how it went and how long it took.
The text of exceptions is left out, for drivers put values into it; so are the messages of loggers
that are not known to leave values out, of which the place is told instead.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import orjson

from riskreg.kit.faults import causes

LONGEST = 200
"""Characters of a text that a caller chose; the rest is cut off."""
TRUSTED = frozenset({"riskreg", "uvicorn"})
"""Whose messages are known to hold no values."""

REQUESTS = logging.getLogger("riskreg.requests")

_COMMON = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
"""What every record has; anything else in one is a fact that its writer added."""


class Form(Enum):
    """How lines are written; the value is what the setting calls it."""

    JSON = "json"
    TEXT = "text"


def configure(form: str) -> None:
    """Send what is logged from now on to stderr; ValueError if there is no such form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WRITERS[Form(form)]())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("riskreg").setLevel(logging.INFO)


def log_request(**facts: object) -> None:
    """Log that a request was answered; facts that are None are left out."""
    REQUESTS.info("request", extra={name: v for name, v in facts.items() if v is not None})


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return orjson.dumps(described(record), default=str).decode()


class TextLines(logging.Formatter):
    """The same facts for the eye: time, level, event, then `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        facts = described(record)
        first = [facts.pop("at"), facts.pop("level").upper(), facts.pop("event")]
        return " ".join((*first, *(f"{name}={_quoted(v)}" for name, v in facts.items())))


_WRITERS: dict[Form, type[logging.Formatter]] = {Form.JSON: JsonLines, Form.TEXT: TextLines}


def described(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says of a record: its facts, and of an exception where it came from."""
    trusted = record.name.partition(".")[0] in TRUSTED
    told = record.getMessage() if trusted else f"{record.module}:{record.lineno}"
    facts: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": " ".join(told.split()),
        "logger": record.name,
    }
    facts |= {name: _short(v) for name, v in vars(record).items() if name not in _COMMON}
    error = record.exc_info[1] if record.exc_info else None
    return facts if error is None else {**facts, "causes": causes(error)}


def _short(value: object) -> object:
    if not isinstance(value, str):
        return value
    whole = value.encode("utf-8", "replace").decode()  # halves of characters are no JSON
    return whole if len(whole) <= LONGEST else whole[:LONGEST] + "…"


def _quoted(value: object) -> str:
    """A plain word as it is, all else as JSON: no value can look like the next fact or line."""
    plain = isinstance(value, str) and value.isascii() and value.isprintable()
    if plain and not set(str(value)) & set(' "='):
        return str(value)
    return orjson.dumps(value, default=str).decode()
