"""The decisions that the register itself asks for: one for each top risk outside tolerance.

They serve until decisions are put by people. Each says what would bring the risk back inside, who
may decide that, by when, and what happens if nobody answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from riskreg.kit.clock import WorkingCalendar
from riskreg.reports.facts import Ask, TopRisk
from riskreg.reports.rules import decide_by
from riskreg.risks.rules import AppetiteStatus, Band, MitigationStatus


def asks(
    top: Sequence[TopRisk],
    actions: Mapping[str, MitigationStatus],
    today: date,
    calendar: WorkingCalendar,
) -> tuple[Ask, ...]:
    """The decision on each of these risks that is outside tolerance, in their order.

    `actions` says of each next action how far it has come, by code.
    """
    return tuple(
        Ask(
            code=risk.code,
            question=f"How does {risk.code} come back inside tolerance?",
            recommended=_recommended(risk, actions),
            decider=risk.accept_authority,
            due=decide_by(Band(risk.residual.band), today, calendar),
            default_if_silent=_default(risk),
        )
        for risk in top
        if risk.appetite_status == AppetiteStatus.OUT_OF_TOLERANCE
    )


def _recommended(risk: TopRisk, actions: Mapping[str, MitigationStatus]) -> str:
    """What brings it back: an owner, a plan, a better or quicker one.

    Not an acceptance: it stops the clock, and lifts neither the tolerance nor days that were used
    up. In few words, because they stand in a narrow column and in the bottom line.
    """
    action = risk.next_action
    if risk.owner is None:
        return f"Name an owner for {risk.code}"
    if action is None or action.due is None:
        return f"Approve a plan for {risk.code}"
    status = actions[action.code]
    if status in (MitigationStatus.IMPLEMENTED, MitigationStatus.VERIFYING):
        return f"Have {action.code} verified now"
    if status is MitigationStatus.PROPOSED:
        return f"Approve {action.code} for {risk.code}"
    if status is MitigationStatus.BLOCKED:
        return f"Unblock or replace {action.code}"
    if action.days_overdue:
        return f"Finish or replace the late {action.code}"
    if not _leads_down(risk):
        return f"Plan more than {action.code} for {risk.code}"
    return f"Bring {action.code} forward for {risk.code}"


def _leads_down(risk: TopRisk) -> bool:
    """Whether its plan is to make it lower."""
    return risk.target is not None and risk.target.level < risk.residual.level


def _default(risk: TopRisk) -> str:
    """What goes on meanwhile."""
    return f"{risk.code} stays at {risk.residual.text}, outside tolerance"
