"""What a GraphQL request asks for, read strictly from a body or from a query string."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl

MOST_PARAMETERS = 20


class Malformed(Exception):
    """A request that does not have the form of one; always a status of 400."""


@dataclass(frozen=True)
class Asked:
    """A document, or the digest of a trusted one, with what to run in it."""

    query: str | None
    digest: str | None
    operation_name: str | None
    variables: Mapping[str, Any]


def from_body(body: bytes) -> Asked:
    """What a POST asks for: one JSON object in UTF-8."""
    given = decoded(body)
    if not isinstance(given, dict):
        raise Malformed("The body must be a JSON object with a query.")
    return from_payload(given)


def from_query_string(raw: bytes) -> Asked:
    """What a GET asks for; variables and extensions are JSON within their parameters."""
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise Malformed("The query string must be percent-encoded UTF-8.") from None
    given: dict[str, Any] = dict(pairs)
    if len(given) != len(pairs):
        raise Malformed("Each parameter may be given once.")
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = decoded(given[name].encode()) if given[name] else None
    return from_payload({name: None if value == "" else value for name, value in given.items()})


def from_payload(given: dict[str, Any]) -> Asked:
    """What a decoded object asks for."""
    query = _typed(given, "query", str)
    document_id = _typed(given, "documentId", str)
    extensions = _typed(given, "extensions", dict) or {}
    return Asked(
        query=query,
        digest=document_id or _persisted(extensions),
        operation_name=_typed(given, "operationName", str),
        variables=_typed(given, "variables", dict) or {},
    )


def _persisted(extensions: dict[str, Any]) -> str | None:
    persisted = _typed(extensions, "persistedQuery", dict)
    return None if persisted is None else _typed(persisted, "sha256Hash", str)


def _typed(given: dict[str, Any], name: str, kind: type[Any]) -> Any:
    value = given.get(name)
    if value is not None and not isinstance(value, kind):
        what = "a string" if kind is str else "an object"
        raise Malformed(f"{name} must be {what}.")
    return value


def decoded(raw: bytes) -> object:
    """The value of a JSON text, read strictly."""
    try:
        return json.loads(raw.decode(), parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise Malformed("The JSON is nested too deeply.") from None
    except UnicodeDecodeError:
        raise Malformed("The JSON must be UTF-8.") from None
    except ValueError:
        raise Malformed("This is not valid JSON.") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number
