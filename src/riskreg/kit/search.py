"""Full-text search with the same hits on both engines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, String, bindparam, false
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from riskreg.kit.errors import BadInput
from riskreg.kit.tables import Base
from riskreg.kit.text import query_terms
from riskreg.kit.view import View

MAX_QUERY = 200


class _Hit(FunctionElement[bool]):
    """The row's `search_text` holds every term as the beginning of a word.

    Its clauses are the row's number and text, then the query in each engine's own language.
    """

    inherit_cache = True
    type = Boolean()
    name = "hit"


def hits(view: View, alias: Any, model: type[Base], text: str) -> ColumnElement[bool]:
    """The condition that a row matches a search: every word of it, each as a prefix.

    The past cannot be searched: its texts are not indexed.
    """
    if view.seq is not None:
        message = "search works on the present only: leave asOf out, or use a filter"
        raise BadInput(message)
    if len(text) > MAX_QUERY:
        message = f"a search is at most {MAX_QUERY} characters long"
        raise BadInput(message)
    terms = query_terms(text)
    if not terms:
        return false()
    fts5 = " ".join(f'"{term}"*' for term in terms)
    tsquery = " & ".join(f"'{term}':*" for term in terms)
    kind = _HITS.setdefault(model.__tablename__, _make_hit(model.__tablename__))
    return kind(  # type: ignore[no-any-return]
        alias.number,
        alias.search_text,
        bindparam(None, fts5, String),
        bindparam(None, tsquery, String),
    )


_HITS: dict[str, Any] = {}


def _make_hit(table_name: str) -> Any:
    """A condition of one table: its own class, so that statements are cached apart."""
    return type(f"Hit_{table_name}", (_Hit,), {"inherit_cache": True, "table_name": table_name})


@compiles(_Hit, "sqlite")
def _sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    number, _, query, _ = element.clauses
    fts = f"{element.table_name}_fts"
    return (
        f"{compiler.process(number, **kwargs)} IN "
        f"(SELECT rowid FROM {fts} WHERE {fts} MATCH {compiler.process(query, **kwargs)})"
    )


@compiles(_Hit, "postgresql")
def _postgres(element: Any, compiler: Any, **kwargs: Any) -> str:
    _, text, _, query = element.clauses
    return (
        f"array_to_tsvector(string_to_array({compiler.process(text, **kwargs)}, ' ')) "
        f"@@ CAST({compiler.process(query, **kwargs)} AS tsquery)"
    )
