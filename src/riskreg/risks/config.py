"""The configuration that is valid at a view's time: the matrix and the appetites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Database, Fetch, fetcher
from riskreg.kit.view import NOW, Actor, View
from riskreg.people.rules import Authority
from riskreg.risks.models import CategoryAppetite, ScoringMatrix
from riskreg.risks.rules import Band, RiskCategory
from riskreg.risks.rules_scoring import DEFAULT_MATRIX, Matrix
from riskreg.risks.rules_tolerance import DEFAULT_APPETITE, ToleranceRule

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_KNOWN = "risk configuration"


@dataclass(frozen=True)
class Config:
    """The matrix in force with its key, and the tolerance rule of each category."""

    matrix_id: str
    matrix: Matrix
    rules: dict[RiskCategory, ToleranceRule]


AT_FIRST = Config("", DEFAULT_MATRIX, dict(DEFAULT_APPETITE.rules))
"""What is told of a time at which the register had no configuration, and so no scores."""


async def in_force(fetch: Fetch, view: View) -> Config:
    """The configuration at the view's time; each row holds until a later one begins.

    Before anything was configured, as of a time before the register, the default holds.
    """
    found = await fetch(view.statement("matrix in force", _newest_matrix))
    if not found:
        return AT_FIRST
    [chosen] = found
    rows = await fetch(view.statement("appetites begun", _appetites))
    rules = {
        row.category: ToleranceRule(row.appetite, row.tolerance, row.tolerance_days, row.authority)
        for row in rows
    }
    return Config(chosen.id, Matrix.of(*chosen.rows), rules)


def _newest_matrix(view: View) -> Select[str, list[str]]:
    matrix = view.of(ScoringMatrix)
    begun = select(matrix.id, matrix.rows).where(matrix.valid_from <= NOW)
    return begun.order_by(matrix.valid_from.desc()).limit(1)


def _appetites(view: View) -> Select[RiskCategory, Band, Band, int, Authority]:
    appetite = view.of(CategoryAppetite)
    wanted = (
        appetite.category,
        appetite.appetite,
        appetite.tolerance,
        appetite.tolerance_days,
        appetite.authority,
    )
    return select(*wanted).where(appetite.valid_from <= NOW).order_by(appetite.valid_from)


async def of_entry(session: AsyncSession, view: View) -> Config:
    """The configuration at the view's time, asked once in a write."""
    known: Config | None = session.info.get(_KNOWN)
    if known is None:
        known = session.info[_KNOWN] = await in_force(fetcher(session, view), view)
        if known is AT_FIRST:
            raise LookupError("the register has no matrix to score by: riskreg migrate writes it")
    return known


async def is_installed(db: Database, actor: Actor) -> bool:
    """Whether the register has a matrix to score by."""
    view = db.view(actor)
    return bool(await db.rows(view, select(view.of(ScoringMatrix).id).limit(1)))


async def install(session: AsyncSession, view: View) -> None:
    """Write the default matrix and appetites into a register that has none."""
    session.add(ScoringMatrix(valid_from=SINCE, rows=list(DEFAULT_MATRIX.rows())))
    for category, rule in DEFAULT_APPETITE.rules.items():
        session.add(
            CategoryAppetite(
                category=category,
                valid_from=SINCE,
                appetite=rule.appetite,
                tolerance=rule.tolerance,
                tolerance_days=rule.days,
                authority=rule.authority,
            )
        )
