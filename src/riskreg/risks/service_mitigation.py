"""Actions that make risks smaller: each function is one use case."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg import settings
from riskreg.kit import given as checked
from riskreg.kit.clock import today
from riskreg.kit.codes import allot
from riskreg.kit.db import announce, get, maintain, new_key, visible_everywhere
from riskreg.kit.errors import Forbidden, UserError, UserErrors
from riskreg.kit.inputs import OnExisting
from riskreg.kit.links import touch
from riskreg.kit.moves import user_errors
from riskreg.kit.refs import key_in, key_of, keys_of
from riskreg.kit.text import clean, required, search_text
from riskreg.kit.view import View
from riskreg.people.models import Approval, Person
from riskreg.people.rules import Act, ApprovalKind
from riskreg.risks import events
from riskreg.risks.evaluations import of_verdict
from riskreg.risks.inputs_mitigation import (
    BlockMitigation,
    CancelMitigation,
    ChangeMitigation,
    CheckPlanInput,
    EffectInput,
    ImplementMitigation,
    ProposeMitigation,
    RecordVerdict,
    RescheduleMitigation,
)
from riskreg.risks.levels import refresh
from riskreg.risks.models import Risk
from riskreg.risks.models_mitigation import EffectivenessCheck, Mitigation, RiskMitigation
from riskreg.risks.moving import action_facts_of, facts_of, move_action
from riskreg.risks.rules import ENDED, TERMINAL, MitigationKind, MitigationStatus, Verdict
from riskreg.risks.rules_deadlines import (
    RECHECK_DAYS,
    Due,
    approved_due,
    moved_due,
    urgent_review_due,
)
from riskreg.risks.rules_facts import MitigationGiven
from riskreg.risks.rules_mitigation import effect_problems

CODE_PREFIX = "M"
TITLE, TEXT, LINK = 200, 2000, 500
MOST_EVIDENCE = 20
MOST_NUMBER = "9999999"
LATEST = date(2199, 12, 31)
"""The last day on which anything may be due: instants have to fit behind it."""


async def propose(session: AsyncSession, view: View, given: ProposeMitigation) -> Mitigation:
    """A PROPOSED action for at least one risk that the actor may treat."""
    if not given.effects:
        raise UserError("Name at least one risk.", code="MISSING", field=("effects",))
    risks = await _risks(session, view, given.effects, given.kind)
    for risk in risks:
        await _require_treater(session, view, risk)
    day = today(view.now, settings.current().zone) if given.code is None else None
    _refuse_bad_days(given.due_on, given.start_on, day)
    action = Mitigation(
        id=new_key(session),
        title=required(given.title, limit=TITLE, field="title"),
        kind=given.kind,
        status=MitigationStatus.PROPOSED,
        owner_id=await key_of(session, view, Person, given.owner_id, "ownerId"),
        start_on=given.start_on,
        due_on=given.due_on,
        evidence=[],
    )
    _set_numbers(action, given.effort_days, given.cost)
    if given.check is not None:
        _plan_check(action, given.check, day)
    await allot(session, view, action, CODE_PREFIX, given.code)
    action.search_text = search_text(f"{action.code} {action.title}")
    session.add(action)
    await session.flush()
    for risk, effect in zip(risks, given.effects, strict=True):
        _link(session, action, risk, effect)
    await _refresh_risks(session, view, action)
    return action


async def change(session: AsyncSession, view: View, given: ChangeMitigation) -> Mitigation:
    """An action with another title, owner, check plan or effect; ended actions are refused."""
    action = await _action(session, view, given)
    facts = await action_facts_of(session, view, action)
    if not facts.acting.acts & {Act.ASSESS_AND_TREAT, Act.WORK_ON_MITIGATION}:
        raise Forbidden("Your role does not let you change this action.")
    if action.status in TERMINAL:
        message = f"The action is {action.status} and cannot be changed."
        raise UserError(message, code="MOVE_NOT_ALLOWED")
    action.title = checked.changed_text(given.title, action.title, limit=TITLE, field="title")
    if given.owner_id is not None:
        action.owner_id = await key_of(session, view, Person, given.owner_id.value, "ownerId")
    if given.check is not None and given.check.value is not None:
        _plan_check(action, given.check.value, facts.today)
    effort = checked.changed_or_none(given.effort_days, action.effort_days)
    _set_numbers(action, effort, checked.changed_or_none(given.cost, action.cost))
    if given.effects is not None and given.effects.value is not None:
        await _relink(session, view, action, given.effects.value)
    action.search_text = search_text(f"{action.code} {action.title}")
    await _refresh_risks(session, view, action)
    return action


async def approve(session: AsyncSession, view: View, given: OnExisting) -> Mitigation:
    """An approved action: from here on its original due date is kept and slips count."""
    action = await _action(session, view, given)
    await move_action(session, view, action, "approve", MitigationGiven())
    _set_due(action, approved_due(Due(action.due_on)))
    await _refresh_risks(session, view, action)
    return action


async def start(session: AsyncSession, view: View, given: OnExisting) -> Mitigation:
    """An action in progress."""
    return await _plain_move(session, view, given, "start")


async def unblock(session: AsyncSession, view: View, given: OnExisting) -> Mitigation:
    """An action that goes on."""
    action = await _plain_move(session, view, given, "unblock")
    action.blocker = None
    return action


async def begin_verification(session: AsyncSession, view: View, given: OnExisting) -> Mitigation:
    """An action whose effect is being checked."""
    return await _plain_move(session, view, given, "begin_verification")


async def _plain_move(
    session: AsyncSession, view: View, given: OnExisting, name: str
) -> Mitigation:
    action = await _action(session, view, given)
    await move_action(session, view, action, name, MitigationGiven())
    await _refresh_risks(session, view, action)
    return action


async def block(session: AsyncSession, view: View, given: BlockMitigation) -> Mitigation:
    """An action that waits, and what for.

    The text is the dependency until dependencies are kept as rows of their own.
    """
    action = await _action(session, view, given)
    blocker = required(given.blocker, limit=TEXT, field="blocker", multiline=True)
    await move_action(session, view, action, "block", MitigationGiven(blocker=blocker))
    action.blocker = blocker
    await _refresh_risks(session, view, action)
    return action


async def implement(session: AsyncSession, view: View, given: ImplementMitigation) -> Mitigation:
    """An action that is done, with its evidence; it counts half until it is verified."""
    action = await _action(session, view, given)
    if len(given.evidence) > MOST_EVIDENCE:
        message = f"Give at most {MOST_EVIDENCE} links."
        raise UserError(message, code="OUT_OF_RANGE", field=("evidence",))
    evidence = [_https(link, ("evidence", place)) for place, link in enumerate(given.evidence)]
    moved = MitigationGiven(evidence=tuple(evidence))
    await move_action(session, view, action, "implement", moved)
    action.evidence = [*action.evidence, *evidence]
    action.implemented_at = view.now
    await _refresh_risks(session, view, action)
    return action


async def record_verdict(session: AsyncSession, view: View, given: RecordVerdict) -> Mitigation:
    """An action with a verdict, kept as a check; INCONCLUSIVE plans the next check in 28 days."""
    action = await _action(session, view, given)
    findings = required(given.findings, limit=TEXT, field="findings", multiline=True)
    evaluated = await of_verdict(session, view, action, given.evaluation)
    confidence = None if evaluated is None else evaluated.confidence
    told = MitigationGiven(verdict=given.verdict, evaluation_confidence=confidence)
    facts = await move_action(session, view, action, "record_verdict", told)
    if given.verdict is Verdict.INCONCLUSIVE:
        action.check_due_on = facts.today + timedelta(days=RECHECK_DAYS)
    else:
        action.verified_at = view.now
    session.add(
        EffectivenessCheck(
            mitigation_id=action.id,
            method=action.check_method,
            verdict=given.verdict,
            findings=findings,
            evaluation_id=None if evaluated is None else evaluated.id,
            next_due_on=action.check_due_on if given.verdict is Verdict.INCONCLUSIVE else None,
        )
    )
    _note_approval(session, view, ApprovalKind.VERDICT, action)
    risks = await _refresh_risks(session, view, action)
    if given.verdict is Verdict.INEFFECTIVE:
        place = settings.current()
        for risk in risks:
            due = urgent_review_due(facts.today, place.working_days, risk.review_due_on)
            risk.review_due_on = due
        announce(session, events.MitigationIneffective(action.id))
    return action


async def cancel(session: AsyncSession, view: View, given: CancelMitigation) -> Mitigation:
    """An action that will not be done; it helps no risk any more."""
    action = await _action(session, view, given)
    reason = required(given.reason, limit=TEXT, field="reason", multiline=True)
    await move_action(session, view, action, "cancel", MitigationGiven(reason=reason))
    action.cancel_reason = reason
    await _refresh_risks(session, view, action)
    return action


async def reschedule(session: AsyncSession, view: View, given: RescheduleMitigation) -> Mitigation:
    """An action due on another day; the first due date is kept and slips are counted."""
    action = await _action(session, view, given)
    _refuse_bad_days(given.due_on, None, None)
    status = action.status
    before = Due(action.due_on, action.original_due_on, action.slip_count)
    await move_action(session, view, action, "reschedule", MitigationGiven(due_on=given.due_on))
    _set_due(action, moved_due(status, before, given.due_on))
    await _refresh_risks(session, view, action)
    return action


async def _action(session: AsyncSession, view: View, given: OnExisting) -> Mitigation:
    key = key_in(Mitigation, given.id)
    return await get(session, view, Mitigation, key, expected_version=given.expected_version)


def _set_due(action: Mitigation, due: Due) -> None:
    if due.due_on is not None:
        action.due_on = due.due_on
    action.original_due_on, action.slip_count = due.original_due_on, due.slip_count


async def _risks(
    session: AsyncSession, view: View, effects: list[EffectInput], kind: MitigationKind
) -> list[Risk]:
    keys = await keys_of(session, view, Risk, [one.risk_id for one in effects], "effects")
    if len(keys) != len(effects):
        raise UserError("A risk is named twice.", code="DUPLICATE", field=("effects",))
    for place, effect in enumerate(effects):
        problems = effect_problems(kind, effect.delta_likelihood, effect.delta_impact)
        if problems:
            errors = user_errors(problems).errors
            raise UserErrors(tuple(error.under("effects", place) for error in errors))
    return [await get(session, view, Risk, key) for key in keys]


async def _require_treater(session: AsyncSession, view: View, risk: Risk) -> None:
    facts = await facts_of(session, view, risk)
    if Act.ASSESS_AND_TREAT not in facts.acting.acts:
        raise Forbidden(f"Your role does not let you treat {risk.code}.")
    if risk.recorded_status in ENDED:
        message = f"{risk.code} is {risk.recorded_status}."
        raise UserError(message, code="MOVE_NOT_ALLOWED", field=("effects",))


def _link(session: AsyncSession, action: Mitigation, risk: Risk, effect: EffectInput) -> None:
    session.add(
        RiskMitigation(
            risk_id=risk.id,
            mitigation_id=action.id,
            delta_likelihood=effect.delta_likelihood,
            delta_impact=effect.delta_impact,
        )
    )


async def _links(session: AsyncSession, view: View, action: Mitigation) -> list[RiskMitigation]:
    alias: Any = view.of(RiskMitigation)
    statement = select(alias).where(alias.mitigation_id == action.id)
    return list((await session.execute(statement, view.params)).scalars())


async def _relink(
    session: AsyncSession, view: View, action: Mitigation, effects: list[EffectInput]
) -> None:
    """Make the effects those given; each that changes takes somebody who may treat its risk."""
    if not effects:
        raise UserError("Name at least one risk.", code="MISSING", field=("effects",))
    risks = await _risks(session, view, effects, action.kind)
    present = {link.risk_id: link for link in await _links(session, view, action)}
    for risk, effect in zip(risks, effects, strict=True):
        link = present.pop(risk.id, None)
        deltas = (effect.delta_likelihood, effect.delta_impact)
        if link is not None and (link.delta_likelihood, link.delta_impact) == deltas:
            continue
        await _require_treater(session, view, risk)
        touch(action)
        if link is None:
            _link(session, action, risk, effect)
        else:
            link.delta_likelihood, link.delta_impact = deltas
    for risk_id, link in present.items():
        left = await get(session, view, Risk, risk_id)
        await _require_treater(session, view, left)
        touch(action)
        await session.delete(link)
        await refresh(session, view, left)


async def _refresh_risks(session: AsyncSession, view: View, action: Mitigation) -> list[Risk]:
    await session.flush()
    every = visible_everywhere(view)  # an action may also be for risks that its actor does not see
    risks = []
    for link in await _links(session, every, action):
        risk = await get(session, every, Risk, link.risk_id)
        maintain(session, risk)
        await refresh(session, view, risk)
        risks.append(risk)
    return risks


def _refuse_bad_days(due_on: date, start_on: date | None, not_before: date | None) -> None:
    if not_before is not None and due_on < not_before:
        raise UserError("A due date cannot be in the past.", code="DATE_IN_PAST", field=("dueOn",))
    if due_on > LATEST:
        message = f"A due date lies before {LATEST.year + 1}."
        raise UserError(message, code="OUT_OF_RANGE", field=("dueOn",))
    if start_on is not None and start_on > due_on:
        message = "An action starts before it is due."
        raise UserError(message, code="OUT_OF_RANGE", field=("startOn",))


def _plan_check(action: Mitigation, plan: CheckPlanInput, not_before: date | None) -> None:
    moved = plan.due_on != action.check_due_on
    if moved and not_before is not None and plan.due_on < not_before:
        message = "A check cannot be due in the past."
        raise UserError(message, code="DATE_IN_PAST", field=("check", "dueOn"))
    action.hypothesis = required(
        plan.hypothesis, limit=TEXT, field=("check", "hypothesis"), multiline=True
    )
    action.check_method, action.check_due_on = plan.method, plan.due_on


def _set_numbers(action: Mitigation, effort: Decimal | None, cost: Decimal | None) -> None:
    for field, name, value, places in (
        ("effortDays", "effort_days", effort, 1),
        ("cost", "cost", cost, 2),
    ):
        kept = value and checked.measure(value, "0", MOST_NUMBER, places=places, field=field)
        setattr(action, name, kept)


def _https(link: str, field: tuple[str | int, ...]) -> str:
    text = clean(link, limit=LINK, field=field)
    if not text.startswith("https://") or " " in text:
        raise UserError("Evidence is a link that begins with https://.", field=field)
    return text


def _note_approval(
    session: AsyncSession, view: View, kind: ApprovalKind, action: Mitigation
) -> None:
    proposed_by = action.owner_id if kind is ApprovalKind.VERDICT else action.created_by
    content = f"{action.code}|{action.title}|{action.due_on}|{action.status}"
    approval = Approval(
        id=new_key(session),
        kind=kind,
        subject=action.code,
        subject_id=action.id,
        proposed_by=proposed_by or action.created_by,
        self_approved=view.actor.id == proposed_by,
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
    )
    session.add(approval)
    maintain(session, approval)
