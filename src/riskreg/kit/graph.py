"""What every shown object is: a node with an id, a version and the view it was read through."""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, TypeVar

import strawberry
from sqlalchemy import ColumnElement, inspect
from sqlalchemy.engine import Row

from riskreg.kit.context import Context
from riskreg.kit.ids import global_id
from riskreg.kit.tables import Base
from riskreg.kit.view import Actor, View

N = TypeVar("N", bound="Node")
C = TypeVar("C", bound=Callable[..., Any])
Info = strawberry.Info[Context, None]


@strawberry.interface(description="Anything that has an id and can be fetched by it.")
class Node:
    """A shown object; `view` is private and makes nested fields inherit `asOf`."""

    view: strawberry.Private[View]
    key: strawberry.Private[str]
    model: ClassVar[type[Base]]

    @strawberry.field(description="Opaque id, the same for ever.")
    def id(self) -> strawberry.ID:
        """The key behind the prefix of its type."""
        return strawberry.ID(global_id(prefix_of(self.model), self.key))

    @classmethod
    def shown_to(cls, actor: Actor) -> bool:
        """Whether this type is shown to an actor at all; rows are the business of the view."""
        return True


@strawberry.interface(description="An object that changes; its version goes up with each change.")
class Versioned:
    """The optimistic lock and the instants of a tracked row."""

    version: int = strawberry.field(description="Send it back as `expectedVersion` to change it.")
    created_at: datetime = strawberry.field(description="When it was first recorded.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")


Field = Any
"""What declares a field of a type or input; the annotation beside it says its type."""
SHOWN: dict[type[Base], type[Node]] = {}
"""Which type shows a model's rows."""


def shows(model: type[Base]) -> Callable[[type[N]], type[N]]:
    """Say that a type shows the rows of a model; its plain fields are columns of the same name."""

    def declare(cls: type[N]) -> type[N]:
        cls.model = model
        SHOWN[model] = cls
        return cls

    return declare


def prefix_of(model: type[Base]) -> str:
    """The id prefix of a model: its own `id_prefix`, or its name in small letters."""
    own = getattr(model, "id_prefix", "")
    return own or re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower().replace("_", "")


@cache
def shown_names(cls: type[Any]) -> tuple[str, ...]:
    """The names of the columns that a type copies from its row."""
    own = [f.name for f in fields(cls) if f.init]
    return tuple(name for name in own if name not in {"view", "key"})


def term(alias: Any, name: str) -> ColumnElement[Any]:
    """A model's column or declared expression, by name: one meaning for field, filter and order."""
    mapped = inspect(alias).mapper.class_
    expressions = getattr(mapped, "expressions", {})
    if name in expressions:
        return expressions[name](alias).label(name)  # type: ignore[no-any-return]
    return getattr(alias, name)  # type: ignore[no-any-return]


Names = tuple[str, ...] | None
"""The columns that a selection needs of a type; None for all that the type can show."""


def derived(*names: str) -> Callable[[C], C]:
    """Say which columns a computed field reads, so that a page selects no others.

    A computed field without this word reads whatever it likes, and costs every column.
    """

    def mark(function: C) -> C:
        function.needs = names  # type: ignore[attr-defined]
        return function

    return mark


def columns(cls: type[Node], alias: Any, names: Names = None) -> list[ColumnElement[Any]]:
    """What to select to show a type, or the part of it that `names` says."""
    # mypy takes dataclasses for unhashable, their classes included
    chosen = shown_names(cls) if names is None else names  # type: ignore[arg-type]
    return [alias.id, *[term(alias, name) for name in chosen]]


def show(cls: type[N], view: View, row: Row[Any], names: Names = None) -> N:
    """The shown object of a row whose first columns are those of `columns`."""
    # Filled past `__init__`, which takes twice as long and checks nothing.
    made = cls.__new__(cls)
    copied = _copied(cls) if names is None else ("key", *names)  # type: ignore[arg-type]
    made.__dict__.update(zip(copied, row, strict=False))
    made.view = view
    return made


@cache
def _copied(cls: type[Any]) -> tuple[str, ...]:
    return ("key", *shown_names(cls))  # type: ignore[arg-type]
