"""Judging risks, and talking about them and how they relate."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import get
from riskreg.kit.errors import Forbidden, UserError
from riskreg.kit.refs import key_in, key_of
from riskreg.kit.text import optional, required
from riskreg.kit.view import Scope, View
from riskreg.people.permits import require
from riskreg.people.rules import Act, Standing
from riskreg.risks.config import of_entry
from riskreg.risks.inputs import (
    AssessRisk,
    CommentOnRisk,
    LevelInput,
    RelateRisks,
    UnrelateRisks,
)
from riskreg.risks.levels import refresh
from riskreg.risks.models import Risk, RiskAssessment, RiskComment, RiskRelation
from riskreg.risks.moving import facts_of, move
from riskreg.risks.relating import is_there, refuse_circle, relations
from riskreg.risks.rules import AssessmentMethod, ImpactDimension
from riskreg.risks.rules_facts import RiskGiven
from riskreg.risks.rules_scoring import OVERRIDE_LIFE, STEPS
from riskreg.risks.rules_scoring import impact as worst_impact
from riskreg.risks.service import set_quant
from riskreg.risks.service_moves import next_review

RATIONALE = 4000
COMMENT = 4000


async def assess(session: AsyncSession, view: View, given: AssessRisk) -> Risk:
    """A risk judged for the first time: an assessment row, and levels from it."""
    return await _judge(session, view, given, "assess")


async def reassess(session: AsyncSession, view: View, given: AssessRisk) -> Risk:
    """A risk judged again; the state stays, an acceptance may end by it."""
    return await _judge(session, view, given, "reassess")


async def _judge(session: AsyncSession, view: View, given: AssessRisk, name: str) -> Risk:
    key = key_in(Risk, given.id)
    risk = await get(session, view, Risk, key, expected_version=given.expected_version)
    rationale = optional(given.rationale, limit=RATIONALE, field="rationale", multiline=True)
    impacts = _impacts(given)
    asked = RiskGiven(likelihood=given.likelihood, impacts=impacts, rationale=rationale)
    await move(session, view, risk, name, asked)
    if not impacts:  # a first assessment is asked for them by its guard
        message = "Judge at least one impact dimension."
        raise UserError(message, code="MISSING", field=("impacts",))
    if given.residual is not None and rationale is None:
        message = "A residual of your own needs a rationale."
        raise UserError(message, code="MISSING", field=("rationale",))
    risk.inherent_likelihood, risk.inherent_impact = given.likelihood, worst_impact(impacts)
    risk.impacts = {dimension.value: step for dimension, step in sorted(impacts.items())}
    risk.confidence = given.confidence
    risk.assessed_at = view.now
    _assert_levels(risk, view, given)
    if given.quant is not None:
        set_quant(risk, given.quant)
    await refresh(session, view, risk)
    next_review(risk, view)
    await _keep(session, view, risk, given, rationale)
    return risk


def _assert_levels(risk: Risk, view: View, given: AssessRisk) -> None:
    if given.residual is None:
        risk.asserted_likelihood = risk.asserted_impact = risk.asserted_band = None
        risk.asserted_rank, risk.asserted_until = 0, min(risk.asserted_until, view.now)
    else:
        _refuse_bad_level(given.residual, "residual")
        level = given.residual
        inherent = (risk.inherent_likelihood or 0, risk.inherent_impact or 0)
        if level.likelihood > inherent[0] or level.impact > inherent[1]:
            message = "What is left cannot be worse than the inherent level."
            raise UserError(message, code="OUT_OF_RANGE", field=("residual",))
        risk.asserted_likelihood, risk.asserted_impact = level.likelihood, level.impact
        risk.asserted_until = view.now + OVERRIDE_LIFE
    risk.target_asserted = given.target is not None
    if given.target is not None:
        _refuse_bad_level(given.target, "target")
        risk.target_likelihood, risk.target_impact = given.target.likelihood, given.target.impact


def _refuse_bad_level(level: LevelInput, field: str) -> None:
    for name, step in (("likelihood", level.likelihood), ("impact", level.impact)):
        if step not in STEPS:
            message = f"The {name} is a step from 1 to 5, not {step}."
            raise UserError(message, code="OUT_OF_RANGE", field=(field, name))


def _impacts(given: AssessRisk) -> dict[ImpactDimension, int]:
    found: dict[ImpactDimension, int] = {}
    for place, one in enumerate(given.impacts):
        if one.dimension in found:
            message = f"{one.dimension} is given twice."
            raise UserError(message, code="DUPLICATE", field=("impacts", place, "dimension"))
        if one.step not in STEPS:
            message = f"An impact is a step from 1 to 5, not {one.step}."
            raise UserError(message, code="OUT_OF_RANGE", field=("impacts", place, "step"))
        found[one.dimension] = one.step
    return found


async def _keep(
    session: AsyncSession, view: View, risk: Risk, given: AssessRisk, rationale: str | None
) -> None:
    config = await of_entry(session, view)
    asserted = given.residual is not None
    level = "asserted" if asserted else "computed"
    session.add(
        RiskAssessment(
            risk_id=risk.id,
            method=AssessmentMethod.EXPERT if asserted else AssessmentMethod.COMPUTED,
            inherent_likelihood=risk.inherent_likelihood,
            inherent_impact=risk.inherent_impact,
            inherent_band=risk.inherent_band,
            residual_likelihood=getattr(risk, f"{level}_likelihood"),
            residual_impact=getattr(risk, f"{level}_impact"),
            residual_band=getattr(risk, f"{level}_band"),
            computed_likelihood=risk.computed_likelihood,
            computed_impact=risk.computed_impact,
            target_likelihood=risk.target_likelihood,
            target_impact=risk.target_impact,
            impacts=risk.impacts,
            confidence=given.confidence,
            rationale=rationale,
            matrix_id=config.matrix_id,
        )
    )


async def comment(session: AsyncSession, view: View, given: CommentOnRisk) -> RiskComment:
    """A comment on a risk, for ever."""
    risk = await get(session, view, Risk, key_in(Risk, given.id))
    # Whoever sees a risk through a narrow reach sees it because it is theirs.
    narrow = view.actor.reach.scope is not Scope.ALL
    require(view.actor, Act.COMMENT, standing=(Standing.OWN,) if narrow else ())
    text = required(given.text, limit=COMMENT, field="text", multiline=True)
    said = RiskComment(risk_id=risk.id, text=text)
    session.add(said)
    return said


async def relate(session: AsyncSession, view: View, given: RelateRisks) -> RiskRelation:
    """A link between two risks; CAUSES, AGGREGATES and DUPLICATE_OF may not run in a circle."""
    start = await key_of(session, view, Risk, given.from_id, "fromId")
    end = await key_of(session, view, Risk, given.to_id, "toId")
    risk = await get(session, view, Risk, start)
    facts = await facts_of(session, view, risk)
    if Act.ASSESS_AND_TREAT not in facts.acting.acts:
        raise Forbidden("Your role does not let you relate this risk.")
    ends = (risk.id, str(end))
    links = await relations(session, view, given.kind)
    refuse_circle(links, given.kind, ends, "toId")
    if is_there(links, given.kind, *ends):
        raise UserError("They are so related already.", code="DUPLICATE", field=("toId",))
    relation = RiskRelation(from_id=start, to_id=end, kind=given.kind)
    session.add(relation)
    return relation


async def unrelate(session: AsyncSession, view: View, given: UnrelateRisks) -> Risk:
    """The risk from which a link was removed."""
    key = key_in(RiskRelation, given.id)
    relation = await get(session, view, RiskRelation, key, expected_version=given.expected_version)
    risk = await get(session, view, Risk, relation.from_id)
    facts = await facts_of(session, view, risk)
    if Act.ASSESS_AND_TREAT not in facts.acting.acts:
        raise Forbidden("Your role does not let you relate this risk.")
    await session.delete(relation)
    return risk
