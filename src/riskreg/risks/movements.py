"""What moved a risk since an earlier moment, and when: its versions, and what was done then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from riskreg.risks.gathering import Gathered, Version
from riskreg.risks.moments import Reading
from riskreg.risks.rules import MitigationStatus, Verdict


class MoveCause(StrEnum):
    """What moved the level of a risk."""

    ASSESSED = "ASSESSED"
    ASSERTION_ENDED = "ASSERTION_ENDED"
    KRI_RED = "KRI_RED"
    MITIGATION_IMPLEMENTED = "MITIGATION_IMPLEMENTED"
    MITIGATION_VERIFIED = "MITIGATION_VERIFIED"
    MITIGATION_INEFFECTIVE = "MITIGATION_INEFFECTIVE"
    MITIGATION_CANCELLED = "MITIGATION_CANCELLED"


_VERDICTS = {
    Verdict.EFFECTIVE: MoveCause.MITIGATION_VERIFIED,
    Verdict.INEFFECTIVE: MoveCause.MITIGATION_INEFFECTIVE,
}


@dataclass(frozen=True)
class Moved:
    """When the level of now came about and by what; what cannot be told is None.

    `reference` is the code of an action or KRI, `rationale` what the assessor said.
    """

    at: datetime | None = None
    cause: MoveCause | None = None
    reference: str | None = None
    rationale: str | None = None


def appeared(key: str, gathered: Gathered) -> Moved:
    """A risk that is new: at its first assessment, with the words of its last."""
    judged = gathered.assessments.get(key, ())
    if not judged:
        return Moved()
    return Moved(judged[0].at, MoveCause.ASSESSED, None, judged[-1].rationale)


def moved(key: str, now: Reading, then: Reading, gathered: Gathered) -> Moved:
    """What brought a risk from its level of then to that of now, by its last change."""
    change = _last_change(gathered.versions.get(key, ()))
    lapsed = _lapsed_at(key, now, then, gathered)
    if lapsed is not None and (change is None or lapsed > change.at):
        return Moved(lapsed, MoveCause.ASSERTION_ENDED)
    return Moved() if change is None else _caused(key, change, gathered)


def _last_change(versions: Sequence[Version]) -> Version | None:
    """The version that brought the level of now."""
    found = None
    for before, after in pairwise(versions):
        if before.level != after.level:
            found = after
    return found


def _lapsed_at(key: str, now: Reading, then: Reading, gathered: Gathered) -> datetime | None:
    """When the assessor's own residual lapsed, if that was between the two moments."""
    row = gathered.risks[key]
    if row.asserted_band is None:
        return None
    until: datetime = row.asserted_until
    return until if then.view.now < until <= now.view.now else None


def _caused(key: str, change: Version, gathered: Gathered) -> Moved:
    """What the entry of a change did."""
    for judged in gathered.assessments.get(key, ()):
        if judged.seq == change.seq:
            return Moved(change.at, MoveCause.ASSESSED, None, judged.rationale)
    for action in gathered.actions.get(key, ()):
        for check in gathered.checks.get(action.id, ()):
            if check.seq == change.seq and check.verdict in _VERDICTS:
                return Moved(change.at, _VERDICTS[check.verdict], action.code)
        if action.implemented_at == change.at:
            return Moved(change.at, MoveCause.MITIGATION_IMPLEMENTED, action.code)
        if action.status is MitigationStatus.CANCELLED and action.updated_at == change.at:
            return Moved(change.at, MoveCause.MITIGATION_CANCELLED, action.code)
    for red in gathered.reds.get(key, ()):
        if red.at == change.at:
            return Moved(change.at, MoveCause.KRI_RED, red.code)
    return Moved(change.at)
