"""Facts read back from the text in which they are kept, equal to those that were written."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import is_dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from riskreg.reports.facts import Plain, WhereWeStand


def where_we_stand(text: str) -> WhereWeStand:
    """The facts that `facts.canonical` wrote; ValueError for anything else."""
    return cast("WhereWeStand", _read(WhereWeStand, json.loads(text)))


@cache
def _fields(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: Plain) -> object:  # noqa: ANN401 (an annotation)
    """The value as that type holds it."""
    origin = get_origin(kind)
    if origin in {UnionType, Union}:
        if value is None:
            return None
        [kind] = [one for one in get_args(kind) if one is not NoneType]
        return _read(kind, value)
    if origin is tuple and isinstance(value, list):
        return tuple(_read(get_args(kind)[0], item) for item in value)
    if isinstance(value, dict) and is_dataclass(kind):
        made = cast("Callable[..., object]", kind)
        hints = _fields(made)
        return made(**{name: _read(hints[name], item) for name, item in value.items()})
    if kind in {date, datetime} and isinstance(value, str):
        return kind.fromisoformat(value)
    if kind in {int, float, str} and type(value) is kind:
        return value
    raise ValueError(f"{value!r} is no {getattr(kind, '__name__', kind)}")
