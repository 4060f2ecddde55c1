"""Register lint: what is missing, late or contradictory in a risk, each in a sentence.

Hygiene as domain/demo.md 5.8 counts it (unowned, stale, no treatment, missing KRI), the checks
that peers have (domain/features.md, row 13), and BR 2 of domain/model.md 4.6 for what is overdue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskreg.risks.rules import (
    ENDED,
    LIVE,
    TERMINAL,
    TO_DO,
    Band,
    Confidence,
    MitigationStatus,
    RiskStatus,
    Treatment,
    WorkingDays,
)
from riskreg.risks.rules_scoring import Level

STALE_AFTER_DAYS = 30
UNTREATED_AFTER = 10
"""Working days that a risk may be ASSESSED without a treatment."""

DRAFT_FOR = 10
"""Working days that a draft may lie."""

UNVERIFIED_AFTER_DAYS = 28
MANY_SLIPS = 2


class Severity(StrEnum):
    """How bad a finding is: ERROR breaks a rule, WARNING needs work, NOTE merits a look."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    NOTE = "NOTE"


class HygieneRule(StrEnum):
    """The name of a check."""

    NO_OWNER = "NO_OWNER"
    NO_TREATMENT = "NO_TREATMENT"
    STALE_REVIEW = "STALE_REVIEW"
    OVERDUE_REVIEW = "OVERDUE_REVIEW"
    ACCEPTED_WITHOUT_ACCEPTANCE = "ACCEPTED_WITHOUT_ACCEPTANCE"
    ACCEPTANCE_ENDED = "ACCEPTANCE_ENDED"
    RESIDUAL_ABOVE_INHERENT = "RESIDUAL_ABOVE_INHERENT"
    TARGET_NOT_BELOW_RESIDUAL = "TARGET_NOT_BELOW_RESIDUAL"
    RESIDUAL_GAP = "RESIDUAL_GAP"
    WEAK_KNOWLEDGE = "WEAK_KNOWLEDGE"
    OVERDUE_ACTION = "OVERDUE_ACTION"
    UNVERIFIED_ACTION = "UNVERIFIED_ACTION"
    SLIPPED_ACTION = "SLIPPED_ACTION"
    ACTION_WITHOUT_OWNER = "ACTION_WITHOUT_OWNER"
    CLOSED_WITH_OPEN_ACTIONS = "CLOSED_WITH_OPEN_ACTIONS"
    DUPLICATE_OPEN = "DUPLICATE_OPEN"
    MISSING_KRI = "MISSING_KRI"
    INCOMPLETE_STATEMENT = "INCOMPLETE_STATEMENT"
    UNCLEAR_WORDS = "UNCLEAR_WORDS"
    OLD_DRAFT = "OLD_DRAFT"
    PROXIMITY_PAST = "PROXIMITY_PAST"


@dataclass(frozen=True)
class Finding:
    """One thing to put right: the check, how bad it is, and a sentence."""

    rule: HygieneRule
    severity: Severity
    message: str


@dataclass(frozen=True)
class ActionSnapshot:
    """A mitigation as lint sees it."""

    code: str
    status: MitigationStatus
    has_active_owner: bool = True
    due_on: date | None = None
    slip_count: int = 0
    implemented_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether the action has not come to its end."""
        return self.status not in TERMINAL


@dataclass(frozen=True)
class RiskSnapshot:
    """A risk as lint sees it, at one instant; `status` is what it reads as.

    `assessed_on` is the day it last became ASSESSED, `reviewed_on` that of its last assessment or
    reassessment. `acceptance_ended_on` is set while the end of an acceptance has not been acted
    on. `open_duplicates` are codes of open risks linked as duplicates, either way.
    """

    status: RiskStatus
    logged_on: date
    title: str = ""
    cause: str | None = None
    event: str | None = None
    consequence: str | None = None
    has_active_owner: bool = True
    owner_is_inactive: bool = False
    treatment: Treatment | None = None
    assessed_on: date | None = None
    reviewed_on: date | None = None
    review_due_on: date | None = None
    proximity_on: date | None = None
    inherent: Level | None = None
    residual: Level | None = None
    residual_band: Band | None = None
    target: Level | None = None
    gap_bands: int = 0
    confidence: Confidence | None = None
    has_valid_acceptance: bool = False
    acceptance_ended_on: date | None = None
    mitigations: tuple[ActionSnapshot, ...] = ()
    open_duplicates: tuple[str, ...] = ()
    live_kris: int = 0
    retired_kris: int = 0
    is_not_measurable: bool = False

    @property
    def is_running(self) -> bool:
        """Whether somebody is to care for the risk: logged, and neither closed nor rejected."""
        return self.status is not RiskStatus.DRAFT and self.status not in ENDED


@dataclass(frozen=True)
class Day:
    """The day on which lint looks, and the calendar it counts working days by."""

    today: date
    calendar: WorkingDays

    def working_days_since(self, day: date) -> int:
        """How many working days ago a day was."""
        return self.calendar.working_days_between(day, self.today)


Check = Callable[[RiskSnapshot, Day], Iterator[str]]


def _no_owner(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.is_running and not risk.has_active_owner:
        gone = "Its owner has left and has no delegate."
        yield gone if risk.owner_is_inactive else "It has no owner."


def _no_treatment(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.status is RiskStatus.ASSESSED and risk.treatment is None and risk.assessed_on:
        days = day.working_days_since(risk.assessed_on)
        if days > UNTREATED_AFTER:
            yield f"It was assessed {_count(days, 'working day')} ago and has no treatment."


def _stale_review(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.status in LIVE and risk.reviewed_on:
        days = (day.today - risk.reviewed_on).days
        if days > STALE_AFTER_DAYS:
            yield f"Its last review was {_count(days)} ago."


def _overdue_review(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.is_running and risk.review_due_on and risk.review_due_on < day.today:
        yield f"Its review was due on {risk.review_due_on.isoformat()}."


def _accepted_without_acceptance(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.status is RiskStatus.ACCEPTED and not risk.has_valid_acceptance:
        yield "It is ACCEPTED, but nobody's acceptance stands behind that."


def _acceptance_ended(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.is_running and risk.acceptance_ended_on and not risk.has_valid_acceptance:
        days = (day.today - risk.acceptance_ended_on).days
        yield f"Its acceptance ended {_count(days)} ago; treat it, or have it accepted again."


def _residual_above_inherent(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.inherent and risk.residual and not _at_most(risk.residual, risk.inherent):
        yield (
            f"Its residual {_shown(risk.residual)} is above its inherent level "
            f"{_shown(risk.inherent)}."
        )


def _target_not_below(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    # Where nothing is planned any more, a target that is reached is no contradiction.
    working = risk.status is RiskStatus.TREATING or any(one.is_open for one in risk.mitigations)
    if risk.status not in LIVE or not working or not risk.target or not risk.residual:
        return
    if risk.target == risk.residual or not _at_most(risk.target, risk.residual):
        yield (
            f"Its target {_shown(risk.target)} is not below its residual {_shown(risk.residual)}, "
            "so the work planned changes nothing."
        )


def _residual_gap(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.status in LIVE and risk.gap_bands:
        bands = _count(risk.gap_bands, "band")
        yield f"The residual that was judged lies {bands} from what its actions prove."


def _weak_knowledge(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    grave = risk.residual_band is not None and risk.residual_band >= Band.HIGH
    if risk.status in LIVE and grave and risk.confidence is Confidence.LOW:
        yield f"It is {risk.residual_band} on LOW confidence; find out more."


def _overdue_action(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    for one in risk.mitigations if risk.is_running else ():
        if one.status in TO_DO and one.due_on and one.due_on < day.today:
            # BR 2 counts by the owner's calendar; people have a zone and no calendar of their own.
            late = _count(day.working_days_since(one.due_on), "working day")
            yield f"{one.code} was due on {one.due_on.isoformat()}, {late} ago."


def _unverified_action(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    for one in risk.mitigations if risk.is_running else ():
        if one.is_open and one.status not in TO_DO and one.implemented_on:
            days = (day.today - one.implemented_on).days
            if days > UNVERIFIED_AFTER_DAYS:
                since = _count(days)
                yield f"{one.code} was implemented {since} ago and counts half until verified."


def _slipped_action(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    for one in risk.mitigations if risk.is_running else ():
        if one.status in TO_DO and one.slip_count >= MANY_SLIPS:
            yield f"{one.code} was put off {one.slip_count} times."


def _action_without_owner(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    for one in risk.mitigations if risk.is_running else ():
        if one.is_open and one.status is not MitigationStatus.PROPOSED and not one.has_active_owner:
            yield f"{one.code} has no active owner."


def _closed_with_open_actions(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    still = [one.code for one in risk.mitigations if one.is_open]
    if risk.status in ENDED and still:
        yield f"It is {risk.status}, but {_are(still)} still open."


def _duplicate_open(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.is_running and risk.open_duplicates:
        yield f"It is linked as a duplicate, but {_are(risk.open_duplicates)} also open."


def _missing_kri(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.status is not RiskStatus.MONITORING or risk.live_kris:
        return
    if risk.retired_kris:
        yield "It is only watched, and its last KRI was retired."
    elif not risk.is_not_measurable:
        yield "It is only watched, without a KRI and without a reason why not."


def _incomplete_statement(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    parts = (("cause", risk.cause), ("event", risk.event), ("consequence", risk.consequence))
    missing = [name for name, text in parts if not (text and text.strip())]
    if risk.is_running and missing:
        yield f"Its {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not written."


_UNCLEAR = (
    "and so on|appropriate|as needed|asap|being monitored|etc|human error|in due course"
    "|miscellaneous|monitor(?:ing|ed)? closely|ongoing|potentially|several issues|some issues"
    "|tbc|tbd|various"
)
_UNCLEAR_WORDS = re.compile(rf"\b(?:{_UNCLEAR})\b", re.IGNORECASE)


def unclear_words(text: str) -> tuple[str, ...]:
    """The words in a text that hide what is meant ("various", "human error"), each once."""
    return tuple(dict.fromkeys(word.lower() for word in _UNCLEAR_WORDS.findall(text)))


def _vague(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    parts = (risk.title, risk.cause, risk.event, risk.consequence)
    found = unclear_words(" \n ".join(part for part in parts if part))
    if risk.status not in ENDED and found:
        yield f"Say what is meant by {', '.join(f'“{word}”' for word in found)}."


def _old_draft(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    if risk.status is RiskStatus.DRAFT:
        days = day.working_days_since(risk.logged_on)
        if days > DRAFT_FOR:
            yield f"It has been a draft for {_count(days, 'working day')}; submit or reject it."


def _proximity_past(risk: RiskSnapshot, day: Day) -> Iterator[str]:
    waiting = risk.status in LIVE or risk.status is RiskStatus.OPEN
    if waiting and risk.proximity_on and risk.proximity_on < day.today:
        since = risk.proximity_on.isoformat()
        yield f"It could happen from {since} on, which has passed; say whether it did."


def _count(number: int, what: str = "day") -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _are(codes: Sequence[str]) -> str:
    *most, last = codes
    return f"{', '.join(most)} and {last} are" if most else f"{last} is"


def _at_most(one: Level, other: Level) -> bool:
    return one.likelihood <= other.likelihood and one.impact <= other.impact


def _shown(level: Level) -> str:
    return f"{level.likelihood}×{level.impact}"


_RULE, _ERROR, _WARNING, _NOTE = HygieneRule, Severity.ERROR, Severity.WARNING, Severity.NOTE

CHECKS: tuple[tuple[HygieneRule, Severity, Check], ...] = (
    (_RULE.NO_OWNER, _ERROR, _no_owner),
    (_RULE.ACCEPTED_WITHOUT_ACCEPTANCE, _ERROR, _accepted_without_acceptance),
    (_RULE.ACCEPTANCE_ENDED, _ERROR, _acceptance_ended),
    (_RULE.RESIDUAL_ABOVE_INHERENT, _ERROR, _residual_above_inherent),
    (_RULE.CLOSED_WITH_OPEN_ACTIONS, _ERROR, _closed_with_open_actions),
    (_RULE.NO_TREATMENT, _WARNING, _no_treatment),
    (_RULE.STALE_REVIEW, _WARNING, _stale_review),
    (_RULE.OVERDUE_REVIEW, _WARNING, _overdue_review),
    (_RULE.TARGET_NOT_BELOW_RESIDUAL, _WARNING, _target_not_below),
    (_RULE.OVERDUE_ACTION, _WARNING, _overdue_action),
    (_RULE.UNVERIFIED_ACTION, _WARNING, _unverified_action),
    (_RULE.SLIPPED_ACTION, _WARNING, _slipped_action),
    (_RULE.ACTION_WITHOUT_OWNER, _WARNING, _action_without_owner),
    (_RULE.DUPLICATE_OPEN, _WARNING, _duplicate_open),
    (_RULE.MISSING_KRI, _WARNING, _missing_kri),
    (_RULE.INCOMPLETE_STATEMENT, _WARNING, _incomplete_statement),
    (_RULE.PROXIMITY_PAST, _WARNING, _proximity_past),
    (_RULE.OLD_DRAFT, _WARNING, _old_draft),
    (_RULE.RESIDUAL_GAP, _NOTE, _residual_gap),
    (_RULE.WEAK_KNOWLEDGE, _NOTE, _weak_knowledge),
    (_RULE.UNCLEAR_WORDS, _NOTE, _vague),
)
"""Every check with its severity, worst first; findings come in this order."""


def lint(risk: RiskSnapshot, today: date, calendar: WorkingDays) -> tuple[Finding, ...]:
    """All that is to be put right in a risk, worst first; nothing if it is in order."""
    day = Day(today, calendar)
    return tuple(
        Finding(rule, severity, message)
        for rule, severity, check in CHECKS
        for message in check(risk, day)
    )
