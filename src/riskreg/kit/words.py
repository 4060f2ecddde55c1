"""Enums of the rules as words of the graph, each member with its description."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry


def describe(
    kind: type[Enum], name: str, words: Mapping[Any, str], description: str | None = None
) -> None:
    """Show an enum under a name; `words` says of each member what it means.

    Members are given themselves or by name, and every one must be there. The description of the
    whole is the first sentence of its docstring, unless another is given. Annotations keep naming
    the enum itself.
    """
    texts = {member.name if isinstance(member, Enum) else member: t for member, t in words.items()}
    names = [member.name for member in kind]
    if set(texts) != set(names):
        odd = ", ".join(sorted(set(texts) ^ set(names)))
        raise ValueError(f"{name}: these are described or members, not both: {odd}")
    if "__strawberry_definition__" in vars(kind):
        message = f"{name} was shown before it was described; import its words where it is shown"
        raise TypeError(message)
    strawberry.enum(kind, name=name, description=description or _first_line(kind))
    definition: Any = kind.__strawberry_definition__  # type: ignore[attr-defined]
    for member in definition.values:
        member.description = texts[member.name]


def _first_line(kind: type[Enum]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]
