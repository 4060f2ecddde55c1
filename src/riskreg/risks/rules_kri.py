"""The words of KRIs, by which rule one is judged, and what may be done to one (model.md 4.5, KRI).

A KRI is WATCHED until somebody pauses or retires it; what it reads as besides (AMBER, RED, STALE…)
is found by its rule and its numbers, never typed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from riskreg.kit.machine import Machine, Move, Reason, Reasons
from riskreg.risks.rules_facts import MISSING, NOT_PERMITTED, NOT_READY, OUT_OF_RANGE, said

MOST_DAYS, MOST_EVALUATIONS = 366, 30
"""The longest window, and the most evaluations that may be asked for before a level is entered."""
PERSIST_K, PERSIST_N, CLEAR_AFTER = 2, 3, 3
"""Two of three evaluations to enter a level and three calm ones to leave it, unless said."""


class KriBasis(StrEnum):
    """What of a series is compared with the thresholds."""

    POINT = "POINT"
    WINDOW_MEAN = "WINDOW_MEAN"
    CI_BOUND = "CI_BOUND"
    EWMA = "EWMA"
    RATE_OF_CHANGE = "RATE_OF_CHANGE"


class Comparator(StrEnum):
    """On which side of a threshold it is bad."""

    ABOVE = "ABOVE"
    BELOW = "BELOW"


class KriStatus(StrEnum):
    """Where a KRI stands."""

    NORMAL = "NORMAL"
    AMBER = "AMBER"
    RED = "RED"
    INSUFFICIENT_SAMPLE = "INSUFFICIENT_SAMPLE"
    STALE = "STALE"
    PAUSED = "PAUSED"
    RETIRED = "RETIRED"


class BreachLevel(StrEnum):
    """How bad a breach was at its worst."""

    AMBER = "AMBER"
    RED = "RED"


class KriLife(StrEnum):
    """Whether a KRI is judged at all, which people decide."""

    WATCHED = "WATCHED"
    PAUSED = "PAUSED"
    RETIRED = "RETIRED"


@dataclass(frozen=True)
class KriRule:
    """How a KRI is judged; thresholds are in the metric's unit, of RATE_OF_CHANGE in units a day.

    A level is entered after `persist_k` of `persist_n` evaluations and left after `clear_after`
    calm ones. RED on CI_BOUND needs one: the whole interval lies beyond it.
    """

    basis: KriBasis
    window_days: int
    comparator: Comparator
    amber: float
    red: float
    min_sample: int
    persist_k: int = PERSIST_K
    persist_n: int = PERSIST_N
    clear_after: int = CLEAR_AFTER

    @property
    def red_needs(self) -> int:
        """How many of the last evaluations must be RED to enter RED."""
        return 1 if self.basis is KriBasis.CI_BOUND else self.persist_k

    def threshold(self, level: BreachLevel) -> float:
        """The threshold of a level."""
        return self.red if level is BreachLevel.RED else self.amber

    def is_worse(self, value: float, other: float) -> bool:
        """Whether a value lies further on the bad side than another."""
        return value > other if self.comparator is Comparator.ABOVE else value < other

    def judge(self, value: float | None, low: float | None, high: float | None) -> KriStatus:
        """NORMAL, AMBER or RED of an estimate; INSUFFICIENT_SAMPLE where there is none.

        On CI_BOUND the bound on the safe side is compared, so that all of the interval is beyond.
        """
        if self.basis is KriBasis.CI_BOUND:
            value = low if self.comparator is Comparator.ABOVE else high
        if value is None:
            return KriStatus.INSUFFICIENT_SAMPLE
        if self.is_worse(value, self.red):
            return KriStatus.RED
        return KriStatus.AMBER if self.is_worse(value, self.amber) else KriStatus.NORMAL


def refused(rule: KriRule) -> tuple[Reason, ...]:
    """What is wrong with a rule, field by field; nothing if it can be judged by."""
    return tuple(_refused(rule))


def _refused(rule: KriRule) -> Iterator[Reason]:
    if not (math.isfinite(rule.amber) and math.isfinite(rule.red)):
        yield Reason("A threshold is a number.", "red", OUT_OF_RANGE)
    elif not rule.is_worse(rule.red, rule.amber):
        side = "above" if rule.comparator is Comparator.ABOVE else "below"
        told = f"{rule.comparator} is bad, so RED ({rule.red:g}) lies {side} AMBER"
        yield Reason(f"{told} ({rule.amber:g}).", "red", OUT_OF_RANGE)
    bounds = (
        ("window_days", rule.window_days, 1, MOST_DAYS),
        ("min_sample", rule.min_sample, 0, 2**31 - 1),
        ("persist_n", rule.persist_n, 1, MOST_EVALUATIONS),
        ("persist_k", rule.persist_k, 1, min(rule.persist_n, MOST_EVALUATIONS)),
        ("clear_after", rule.clear_after, 1, MOST_EVALUATIONS),
    )
    for field, number, least, most in bounds:
        if not least <= number <= most:
            yield Reason(f"This is {least} to {most}, not {number}.", field, OUT_OF_RANGE)


@dataclass(frozen=True)
class KriFacts:
    """What the guards of a KRI look at."""

    may_watch: bool
    """Whether the person may assess and treat its risk."""
    may_judge: bool = False
    """Whether the person judges numbers, of whatever risk."""
    unseen_breach: bool = False
    """Whether a breach is open that nobody has acknowledged."""
    risk_ended: bool = False
    """Whether its risk is closed or rejected."""


@dataclass(frozen=True)
class KriGiven:
    """What a move may ask for."""

    reason: str | None = None


def may_watch(facts: KriFacts) -> Reasons:
    """May assess or treat its risk."""
    if facts.may_watch:
        return None
    return Reason("Your role does not let you watch this risk.", None, NOT_PERMITTED)


def may_acknowledge(facts: KriFacts) -> Reasons:
    """May assess or treat its risk, or run evaluations."""
    if facts.may_watch or facts.may_judge:
        return None
    message = "Your role does not let you acknowledge the breaches of this risk."
    return Reason(message, None, NOT_PERMITTED)


def risk_runs(facts: KriFacts) -> Reasons:
    """Its risk is neither closed nor rejected."""
    if not facts.risk_ended:
        return None
    return Reason("Its risk has ended: restore the risk first.", None, NOT_READY)


def breach_is_seen(facts: KriFacts) -> Reasons:
    """No open breach that nobody has acknowledged."""
    if not facts.unseen_breach:
        return None
    return Reason("It is in breach: acknowledge the breach first.", None, NOT_READY)


def asks_reason(facts: KriFacts, given: KriGiven) -> Reasons:
    """A reason."""
    return None if said(given.reason) else Reason("Say why.", "reason", MISSING)


_L = KriLife
_ROW = Move[KriLife, KriFacts, KriGiven]
_KEPT = frozenset({_L.WATCHED, _L.PAUSED})
KRI_MACHINE: Machine[KriLife, KriFacts, KriGiven] = Machine(
    "KRI",
    (
        _ROW("change", _KEPT, None, (may_watch, risk_runs)),
        _ROW("pause", frozenset({_L.WATCHED}), _L.PAUSED, (may_watch,), (asks_reason,)),
        _ROW("resume", frozenset({_L.PAUSED}), _L.WATCHED, (may_watch, risk_runs)),
        _ROW("retire", _KEPT, _L.RETIRED, (may_watch, breach_is_seen), (asks_reason,)),
    ),
)
"""Every move of a KRI; a retired one is never taken up again: add another."""
