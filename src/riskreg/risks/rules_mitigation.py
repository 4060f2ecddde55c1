"""The states of a mitigation and the moves between them (domain/model.md 4.5, Mitigation)."""

from __future__ import annotations

from collections.abc import Callable

from riskreg.kit.machine import Machine, Move, Reason, Reasons
from riskreg.people.rules import Act
from riskreg.risks.rules import (
    METRIC_METHODS,
    TERMINAL,
    TO_DO,
    Confidence,
    MitigationKind,
    MitigationStatus,
    Verdict,
)
from riskreg.risks.rules_facts import (
    FOUR_EYES,
    MISSING,
    NOT_PERMITTED,
    NOT_READY,
    OUT_OF_RANGE,
    MitigationFacts,
    MitigationGiven,
    said,
)
from riskreg.risks.rules_scoring import MOST_DELTA, NOT_ON_LIKELIHOOD


def effect_problems(
    kind: MitigationKind, delta_likelihood: int, delta_impact: int
) -> tuple[Reason, ...]:
    """What is wrong with the effect that an action is said to have on a risk."""
    found = [
        Reason(f"An action takes 0 to {MOST_DELTA} steps off.", name, OUT_OF_RANGE)
        for name, delta in (("delta_likelihood", delta_likelihood), ("delta_impact", delta_impact))
        if not 0 <= delta <= MOST_DELTA
    ]
    if kind in NOT_ON_LIKELIHOOD and delta_likelihood > 0:
        text = f"A {kind} action changes the impact, not the likelihood."
        found.append(Reason(text, "delta_likelihood", OUT_OF_RANGE))
    return tuple(found)


def _permitted(what: str, *acts: Act) -> Callable[[MitigationFacts], Reasons]:
    def guard(facts: MitigationFacts) -> Reasons:
        if facts.acting.acts & frozenset(acts):
            return None
        return Reason(f"Your role does not let you {what}.", None, NOT_PERMITTED)

    guard.__doc__ = f"May {what}."
    return guard


_MAY_TREAT = _permitted("approve or cancel this action", Act.ASSESS_AND_TREAT)
_MAY_WORK = _permitted("work on this action", Act.WORK_ON_MITIGATION, Act.ASSESS_AND_TREAT)
_MAY_JUDGE = _permitted("judge the effect of this action", Act.GIVE_VERDICT)


def _is_planned(facts: MitigationFacts) -> Reasons:
    """Owner, due date, effect on every risk, and a planned check."""
    lacks = (
        ("owner_id", facts.owner_id is not None, "The action needs an owner."),
        ("due_on", facts.due_on is not None, "The action needs a due date."),
        ("delta_likelihood", facts.has_effect, "Say what the action takes off each of its risks."),
        ("check", facts.has_check, "Plan how its effect will be checked, and when."),
    )
    return tuple(Reason(text, name, MISSING) for name, there, text in lacks if not there)


def _asks_reason(facts: MitigationFacts, given: MitigationGiven) -> Reasons:
    """A reason."""
    return None if said(given.reason) else Reason("Give a reason.", "reason", MISSING)


def _asks_blocker(facts: MitigationFacts, given: MitigationGiven) -> Reasons:
    """What blocks it."""
    return None if said(given.blocker) else Reason("Say what blocks it.", "blocker", MISSING)


def _asks_evidence(facts: MitigationFacts, given: MitigationGiven) -> Reasons:
    """At least one link to evidence."""
    if facts.evidence or any(said(link) for link in given.evidence):
        return None
    return Reason("Link some evidence that it is done.", "evidence", MISSING)


def _has_check(facts: MitigationFacts) -> Reasons:
    """A planned check."""
    if facts.has_check:
        return None
    return Reason("No check of its effect is planned.", None, NOT_READY)


def _judge_is_another(facts: MitigationFacts) -> Reasons:
    """Judge is not the owner."""
    if not facts.acting.speaks_for(facts.owner_id):
        return None
    return Reason("You own this action, so somebody else has to judge it.", None, FOUR_EYES)


def _asks_verdict(facts: MitigationFacts, given: MitigationGiven) -> Reasons:
    """The verdict."""
    return Reason("Say what was found.", "verdict", MISSING) if given.verdict is None else None


def _asks_evaluation(facts: MitigationFacts, given: MitigationGiven) -> Reasons:
    """If the check reads a metric: an impact evaluation with MEDIUM or HIGH confidence."""
    if facts.check_method not in METRIC_METHODS:
        return None
    confidence = given.evaluation_confidence or facts.evaluation_confidence
    if confidence is not None and confidence >= Confidence.MEDIUM:
        return None
    found = f"has {confidence} confidence" if confidence else "is not finished"
    return Reason(
        f"The impact evaluation {found}, so the verdict can only be INCONCLUSIVE.",
        "verdict",
        NOT_READY,
    )


def _asks_other_day(facts: MitigationFacts, given: MitigationGiven) -> Reasons:
    """Another due date that is not past."""
    if given.due_on is None:
        return Reason("Say when it will be done.", "due_on", MISSING)
    if given.due_on < facts.today:
        return Reason("A due date cannot be in the past.", "due_on", OUT_OF_RANGE)
    if given.due_on == facts.due_on:
        return Reason("It is due on that day already.", "due_on", OUT_OF_RANGE)
    return None


_S = MitigationStatus
_ROW = Move[MitigationStatus, MitigationFacts, MitigationGiven]
_WORK = (_MAY_WORK,)
_JUDGE = (_MAY_JUDGE, _has_check, _judge_is_another)
_VERIFYING = frozenset({_S.VERIFYING})


def _verdict_row(found: Verdict) -> Move[MitigationStatus, MitigationFacts, MitigationGiven]:
    def when(given: MitigationGiven) -> bool:
        return given.verdict is found

    target = MitigationStatus(found.value)
    return _ROW("record_verdict", _VERIFYING, target, _JUDGE, (_asks_evaluation,), when)


MITIGATION_MACHINE: Machine[MitigationStatus, MitigationFacts, MitigationGiven] = Machine(
    "mitigation",
    (
        _ROW("approve", frozenset({_S.PROPOSED}), _S.APPROVED, (_MAY_TREAT, _is_planned)),
        _ROW("start", frozenset({_S.APPROVED}), _S.IN_PROGRESS, _WORK),
        _ROW("block", frozenset({_S.IN_PROGRESS}), _S.BLOCKED, _WORK, (_asks_blocker,)),
        _ROW("unblock", frozenset({_S.BLOCKED}), _S.IN_PROGRESS, _WORK),
        _ROW("implement", frozenset({_S.IN_PROGRESS}), _S.IMPLEMENTED, _WORK, (_asks_evidence,)),
        _ROW(
            "begin_verification",
            frozenset({_S.IMPLEMENTED}),
            _S.VERIFYING,
            (_MAY_WORK, _has_check),
        ),
        *(
            _verdict_row(found)
            for found in (Verdict.EFFECTIVE, Verdict.PARTIAL, Verdict.INEFFECTIVE)
        ),
        _ROW("record_verdict", _VERIFYING, None, _JUDGE, (_asks_verdict,)),
        _ROW("reschedule", TO_DO, None, _WORK, (_asks_other_day,)),
        _ROW("cancel", frozenset(_S) - TERMINAL, _S.CANCELLED, (_MAY_TREAT,), (_asks_reason,)),
    ),
)
"""Every move of a mitigation; an INCONCLUSIVE verdict stays in VERIFYING with a new check."""
