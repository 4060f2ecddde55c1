"""Which media type a response may have, and which one a request has (RFC 9110, 8.3 and 12.5)."""

from __future__ import annotations

import math
from functools import lru_cache

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"
PAGE = "text/html"

_EXACT, _TYPE, _ANY = 3, 2, 1


@lru_cache(maxsize=256)
def accepted(header: str | None) -> str | None:
    """The media type to answer in, None if none that we have is acceptable.

    Where both are equally welcome, the one for GraphQL is taken if it is named, and plain JSON if
    the header is absent or names only a wildcard.
    """
    if header is None or not header.strip():
        return JSON
    ranges = [parsed for part in header.split(",") if (parsed := _range(part))]
    welcome: list[tuple[float, int, bool, str]] = []
    for offered in (GRAPHQL, JSON):
        rank, quality = max(
            ((rank, q) for name, q in ranges if (rank := _rank(name, offered))), default=(0, 0.0)
        )
        if quality > 0:
            preferred = (offered == GRAPHQL) == (rank == _EXACT)
            welcome.append((quality, rank, preferred, offered))
    return max(welcome)[-1] if welcome else None


@lru_cache(maxsize=256)
def takes_events(header: str) -> bool:
    """Whether a stream of events is named among what is acceptable; a wildcard names none."""
    return _is_named(EVENTS, header)


@lru_cache(maxsize=256)
def takes_pages(header: str) -> bool:
    """Whether pages are named among what is acceptable, as browsers do that go to an address."""
    return _is_named(PAGE, header)


def _is_named(kind: str, header: str) -> bool:
    ranges = [parsed for part in header.split(",") if (parsed := _range(part))]
    return any(name == kind and quality > 0 for name, quality in ranges)


def is_json(headers: list[str]) -> bool:
    """Whether the request says, once, that its body is JSON in UTF-8."""
    if len(headers) != 1:
        return False
    name, *parameters = headers[0].split(";")
    return name.strip().lower() == JSON and _in_utf_8(parameters)


def _range(part: str) -> tuple[str, float] | None:
    name, *parameters = part.split(";")
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = float(value.strip())
            except ValueError:
                return None
    if not _in_utf_8(parameters) or not math.isfinite(quality) or not 0 <= quality <= 1:
        return None
    return name.strip().lower(), quality


def _rank(name: str, offered: str) -> int:
    if name == offered:
        return _EXACT
    if name == offered.partition("/")[0] + "/*":
        return _TYPE
    return _ANY if name == "*/*" else 0


def _in_utf_8(parameters: list[str]) -> bool:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            return value.strip().strip('"').lower() in {"utf-8", "utf8"}
    return True
