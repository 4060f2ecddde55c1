"""What a line of the log holds, and what it never does."""

import json
import logging
from typing import Any

import pytest

from riskreg.kit.faults import causes
from riskreg.kit.logs import JsonLines, TextLines


def record(name: str, message: str, *args: object, **facts: object) -> logging.LogRecord:
    """A warning as a logger of that name makes it."""
    logger = logging.getLogger(name)
    return logger.makeRecord(
        name, logging.WARNING, __file__, 7, message, args, None, "work", extra=facts
    )


def fail() -> None:
    """An exception that carries a value and has a cause that does."""
    known: dict[str, int] = {}
    try:
        known["s3cret of the cause"]
    except KeyError as cause:
        raise ValueError("s3cret") from cause


def with_error(made: logging.LogRecord) -> logging.LogRecord:
    """The same record, of an exception."""
    try:
        fail()
    except ValueError as error:
        made.exc_info = (type(error), error, error.__traceback__)
    return made


def line(made: logging.LogRecord) -> dict[str, Any]:
    """The JSON line of a record, without its time."""
    text = JsonLines().format(made)
    assert "\n" not in text
    decoded: dict[str, Any] = json.loads(text)
    assert decoded.pop("at").endswith("+00:00")
    return decoded


def test_a_line_holds_the_facts_that_were_added() -> None:
    assert line(record("riskreg.kit.db", "slow entry", seq=7, took=0.31)) == {
        "level": "warning",
        "event": "slow entry",
        "logger": "riskreg.kit.db",
        "seq": 7,
        "took": 0.31,
    }


def test_an_error_is_told_by_its_kind_and_place_only() -> None:
    made = with_error(record("riskreg.people.auth", "a session could not be noted"))
    text = JsonLines().format(made)
    assert "s3cret" not in text + TextLines().format(made)
    causes = json.loads(text)["causes"]
    assert [one["type"] for one in causes] == ["builtins.ValueError", "builtins.KeyError"]
    assert all(one["trace"][-1].endswith(" fail") for one in causes)


def test_errors_that_cause_each_other_end() -> None:
    first, second = KeyError("s3cret"), ValueError("s3cret")
    first.__cause__, second.__cause__ = second, first
    assert [one["type"] for one in causes(first)] == ["builtins.KeyError", "builtins.ValueError"]


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("uvicorn.error", "Invalid request 12"),
        ("riskreg", "Invalid request 12"),
        ("sqlalchemy.pool", "test_logs:7"),
        ("riskregister", "test_logs:7"),
    ],
)
def test_messages_of_strangers_are_replaced_by_their_place(name: str, event: str) -> None:
    assert line(record(name, "Invalid\n request %s", 12))["event"] == event


def test_texts_are_short_and_whole() -> None:
    found = line(record("riskreg.requests", "request", path="/" + "ä" * 300, half="\ud83d"))
    assert (found["path"], found["half"]) == ("/" + "ä" * 199 + "…", "?")


def test_the_text_form_has_the_same_facts_on_one_line() -> None:
    made = record("riskreg.requests", "request", path="/a b\n", actor="p1", ms=1.5, made="x=1")
    _at, rest = TextLines().format(made).split(" ", 1)
    assert rest == (
        'WARNING request logger=riskreg.requests path="/a b\\n" actor=p1 ms=1.5 made="x=1"'
    )
