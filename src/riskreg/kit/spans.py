"""The time between two columns, in days, the same on both engines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _DaysBetween(FunctionElement[float]):
    """Its clauses are the later and the earlier of two instants or dates."""

    inherit_cache = True
    type = Float()
    name = "days_between"


def days_between(later: ColumnElement[Any], earlier: ColumnElement[Any]) -> ColumnElement[float]:
    """How many days lie between two instants or dates; a date counts from its midnight in UTC.

    To about a millisecond. NULL where either is.
    """
    return _DaysBetween(later, earlier)


@compiles(_DaysBetween, "sqlite")
def _sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    later, earlier = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"(julianday({later}) - julianday({earlier}))"


@compiles(_DaysBetween, "postgresql")
def _postgres(element: Any, compiler: Any, **kwargs: Any) -> str:
    # The session is in UTC. A date less a date would be a number, not a span.
    later, earlier = (
        f"CAST({compiler.process(one, **kwargs)} AS TIMESTAMP WITH TIME ZONE)"
        for one in element.clauses
    )
    return f"(EXTRACT(EPOCH FROM ({later} - {earlier})) / 86400.0)"
