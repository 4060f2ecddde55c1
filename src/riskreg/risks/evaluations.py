"""The impact evaluations that verdicts on actions rest on: those about the action's code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Fetch, Record, fetcher
from riskreg.kit.errors import UserError
from riskreg.kit.filters import is_storable
from riskreg.kit.refs import key_in
from riskreg.kit.view import Alias, View, visible_everywhere
from riskreg.metrics.models_notes import ImpactEvaluation
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import METRIC_METHODS, Confidence


@dataclass(frozen=True)
class Evaluated:
    """A finished evaluation of an action, and how far it is to be trusted."""

    id: str
    code: str
    confidence: Confidence


async def newest(fetch: Fetch, view: View, actions: Sequence[Record]) -> dict[str, Evaluated]:
    """The newest evaluation of each action whose check reads a metric, by the action's code."""
    codes = [one.code for one in actions if one.check_method in METRIC_METHODS]
    if not codes:
        return {}
    evaluation: Alias = visible_everywhere(view).of(ImpactEvaluation)
    rows = await fetch(
        select(evaluation.subject, evaluation.id, evaluation.code, evaluation.confidence)
        .where(evaluation.subject.in_(codes))
        .order_by(evaluation.computed_at, evaluation.id)
    )
    return {row.subject: _evaluated(row) for row in rows}


async def of_verdict(
    session: AsyncSession, view: View, action: Mitigation, given: str | None
) -> Evaluated | None:
    """The evaluation that a verdict names by id or code, else the newest; None where none is asked.

    UserError NOT_FOUND for one that is not about the action.
    """
    if given is None:
        return (await newest(fetcher(session, view), view, [action])).get(action.code)
    evaluation = view.of(ImpactEvaluation)
    key = key_in(ImpactEvaluation, given)
    code = given if is_storable(given) else ""
    by = evaluation.code == code if key is None else evaluation.id == key
    query = select(evaluation.id, evaluation.code, evaluation.confidence)
    rows = await session.execute(query.where(by, evaluation.subject == action.code), view.params)
    found = rows.first()
    if found is None:
        message = f"There is no such evaluation of {action.code}."
        raise UserError(message, code="NOT_FOUND", field=("evaluation",))
    return _evaluated(found)


def _evaluated(row: Record) -> Evaluated:
    return Evaluated(row.id, row.code, Confidence(row.confidence.value))
