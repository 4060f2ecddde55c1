"""The view: who looks, at which entry, at what time. The only way to a guarded table.

`View.of(model)` is an alias of the model that holds the rows the actor may see, as they are now
or as they were at an entry; live and past read alike. Two walls keep it the only way: the
statement compiler refuses a guarded table that is named outside a view, and at the end of a
write every touched row must be visible to its writer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    Table,
    bindparam,
    literal,
    select,
)
from sqlalchemy.exc import CompileError
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler

from riskreg.kit.tables import (
    IN_VIEW,
    Base,
    Instant,
    history_of,
    in_view,
    is_appended,
    is_current,
    is_recorded,
    is_tracked,
    keeps_guarded,
)

M = TypeVar("M", bound=Base)

SEQ: ColumnElement[int] = bindparam("view_seq", type_=BigInteger)
"""The entry that the view looks at."""
NOW: ColumnElement[datetime] = bindparam("view_now", type_=Instant)
"""The view's time, for deadlines in SQL."""
REACH_IDS: Any = bindparam("reach_ids", expanding=True)
"""The ids that a narrow actor's reach names (own vendor, own person, own projects)."""


class Scope(Enum):
    """How far an actor sees; what each means for a table is that table's access rule."""

    ALL = "everything"
    VENDOR = "rows of the own vendor"
    REQUESTOR = "rows of the own requests and projects"
    PROJECTS = "rows of the listed projects"


@dataclass(frozen=True)
class Reach:
    """A scope and the ids it is about."""

    scope: Scope = Scope.ALL
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actor:
    """Who acts: a person or a service, in which roles, and how far it sees."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    authority: str | None = None
    reach: Reach = Reach()
    on_behalf_of: str | None = None
    request_id: str = "-"


Columns = Any
Alias = Any
"""A model as a view sees it: what `View.of` gives, with the model's columns as attributes."""
Of = Callable[[type[Base]], Any]
Rule = Callable[[Columns, Scope, Of], ColumnElement[bool] | None]
"""(columns, scope, reader of linked tables) -> condition; None when nothing is visible."""

RULES: dict[type[Base], Rule] = {}


F = TypeVar("F", bound=Rule)


def access(model: type[Base]) -> Callable[[F], F]:
    """Declare the one access rule of a table, for every scope but ALL."""

    def declare(rule: F) -> F:
        RULES[model] = rule
        return rule

    return declare


def everyone(columns: Columns, scope: Scope, of: Of) -> ColumnElement[bool] | None:
    """The rule of a table whose rows everybody may see."""
    return literal(True)


def nobody(columns: Columns, scope: Scope, of: Of) -> ColumnElement[bool] | None:
    """The rule of a table whose rows only those who see everything may see."""
    return None


S = TypeVar("S", bound=Executable)
MOST_STATEMENTS = 2000
"""What callers select decides which columns a statement has: there is no end to them."""
STATEMENTS: dict[Hashable, Any] = {}
KEYS: Any = bindparam("keys", expanding=True)
"""The keys that a cached statement is run for."""


@dataclass(frozen=True)
class View:
    """Who looks (`actor`), at which entry (`seq`; None is live), at what time (`now`)."""

    actor: Actor
    now: datetime
    seq: int | None = None
    params: dict[str, Any] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        params = {"view_seq": self.seq, "view_now": self.now, "reach_ids": self.actor.reach.ids}
        object.__setattr__(self, "params", params)

    def of(self, model: type[M]) -> type[M]:
        """The model as this view sees it: select its columns, or it for entities to change."""
        return visible(model, self.actor.reach.scope, self.seq is not None)  # type: ignore[no-any-return]

    def statement(self, name: Hashable, build: Callable[[View], S]) -> S:
        """A statement that is built once for each scope, live and past; its values are bound.

        Building and keying a wide statement costs more than running it.
        """
        at = (name, self.actor.reach.scope, self.seq is not None)
        if at not in STATEMENTS:
            if len(STATEMENTS) >= MOST_STATEMENTS:
                del STATEMENTS[next(iter(STATEMENTS))]  # the oldest
            STATEMENTS[at] = build(self)
        return STATEMENTS[at]  # type: ignore[no-any-return]

    @property
    def key(self) -> tuple[object, ...]:
        """What tells this view's answers from another's."""
        return (self.actor.id, self.actor.reach, self.seq, self.now if self.seq else None)


def visible_everywhere(view: View) -> View:
    """The same view with nothing hidden, for checks that must see all."""
    return View(Actor(view.actor.id, view.actor.name), view.now, view.seq)


@cache
def visible(model: type[Base], scope: Scope, timed: bool, *, still: bool = True) -> Any:  # noqa: FBT001 (a cache key)
    """The alias of a model for one scope, live or past.

    What was visible once and no longer is stays hidden in the past, unless `still` is false.
    """
    table: Table = model.__table__  # type: ignore[assignment]
    past = timed and is_tracked(table)
    source = in_view(history_of(table) if past else table)
    query: Select[Any] = select(*[source.c[column.name] for column in table.columns])
    if past:
        query = query.where(source.c.from_seq <= SEQ, source.c.to_seq > SEQ)
    elif timed and is_appended(table):
        query = query.where(source.c.seq <= SEQ)
    elif timed and is_recorded(table):
        query = query.where(source.c.recorded_at <= NOW)
    elif timed and is_current(table):
        msg = f"{table.name} says only what counts now"
        raise LookupError(msg)
    if scope is not Scope.ALL:
        query = query.where(_allowed(model, source.c, scope, timed))
        if timed and still and "id" in table.c:  # recorded rows are found by rows that have one
            now = visible(model, scope, timed=False)
            query = query.where(source.c.id.in_(select(now.id)))
    return aliased(model, query.subquery(table.name), adapt_on_names=True)


def _allowed(model: type[Base], columns: Columns, scope: Scope, timed: bool) -> Any:  # noqa: FBT001 (as above)
    rule = RULES.get(model)
    if rule is None:
        msg = f"{model.__name__} has no access rule: it cannot be read by a narrow actor"
        raise LookupError(msg)
    condition = rule(columns, scope, lambda other: visible(other, Scope.ALL, timed))
    return literal(False) if condition is None else condition


class OutsideView(CompileError):
    """A statement names a guarded table outside a view."""


def guarded(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    """A statement compiler that refuses guarded tables outside a view; free once cached."""

    class Guarded(compiler):  # type: ignore[misc,valid-type]
        def visit_alias(self, alias: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(alias.element, Table) and str(alias.name).startswith(IN_VIEW):
                kwargs["in_view"] = True
            return super().visit_alias(alias, *args, **kwargs)

        def visit_table(self, table: Any, *args: Any, in_view: bool = False, **kwargs: Any) -> Any:
            if kwargs.get("asfrom") and not kwargs.get("iscrud") and not in_view:
                _refuse_bare(table)
            return super().visit_table(table, *args, **kwargs)

        def visit_textclause(self, textclause: Any, *args: Any, **kwargs: Any) -> Any:
            _refuse_named(textclause.text)
            return super().visit_textclause(textclause, *args, **kwargs)

        def visit_column(self, column: Any, *args: Any, **kwargs: Any) -> Any:
            if column.is_literal:
                _refuse_named(column.name)
            return super().visit_column(column, *args, **kwargs)

    return Guarded


def _refuse_bare(table: Any) -> None:
    if keeps_guarded(table.name):
        msg = f"{table.name} is read outside a view"
        raise OutsideView(msg)


def _refuse_named(text: str) -> None:
    """Refuse a piece of SQL in which the name of a guarded table stands."""
    for word in "".join(c if c.isalnum() or c == "_" else " " for c in text.lower()).split():
        if keeps_guarded(word):
            msg = f"{word} is named in a text, outside a view"
            raise OutsideView(msg)
