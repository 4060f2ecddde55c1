"""How a risk moved since an earlier moment and what moved it, or why it stands where it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from riskreg.kit.db import Record
from riskreg.reports import facts as f
from riskreg.reports.gathering import Accepted, Action, Gathered, Version
from riskreg.reports.moments import Reading, day_of
from riskreg.reports.wording import brief
from riskreg.risks import overview
from riskreg.risks.config import Config
from riskreg.risks.rules import TO_DO, AppetiteStatus, MitigationStatus, RiskStatus, Verdict
from riskreg.risks.rules_tolerance import ToleranceRule

DIRECTIONS = {
    overview.Movement.WORSENED: "WORSE",
    overview.Movement.IMPROVED: "BETTER",
    overview.Movement.NEW: "NEW",
    overview.Movement.UNCHANGED: "SAME",
}
VERDICTS = {
    Verdict.EFFECTIVE: "MITIGATION_VERIFIED",
    Verdict.INEFFECTIVE: "MITIGATION_INEFFECTIVE",
}
MOST_NOTE = 160
"""Letters of a rationale that a brief carries."""


@dataclass(frozen=True)
class Since:
    """What a movement is told of: the two moments, the rules in force, and what was gathered."""

    now: Reading
    then: Reading | None
    config: Config
    gathered: Gathered


def movement(risk: overview.Ranked, since: Since) -> f.Movement:
    """The movement of a risk as a brief tells it."""
    direction = DIRECTIONS[risk.movement] if since.then is not None else "SAME"
    if direction == "SAME":
        return _standing(risk.now.id, since)
    if direction == "NEW":
        return _new(risk.now.id, since)
    return _moved(risk, direction, since)


def rating(place: overview.Placed | None) -> f.Rating | None:
    """A place on the map as a rating."""
    if place is None:
        return None
    return f.rating(place.likelihood, place.impact, place.band.value)


def _note(rationale: str | None) -> str:
    """The first line of a rationale, if there is one, cut at a word."""
    first = (rationale or "").strip().partition("\n")[0]
    return brief(first, MOST_NOTE)


def _new(key: str, since: Since) -> f.Movement:
    """New on the day of its first assessment, with the assessor's words."""
    judged = since.gathered.assessments.get(key, ())
    if not judged:
        return f.Movement("NEW")
    return f.Movement("NEW", on=day_of(judged[0].at), note=_note(judged[-1].rationale))


def _moved(risk: overview.Ranked, direction: str, since: Since) -> f.Movement:
    before = rating(risk.before)
    row = since.gathered.risks[risk.now.id]
    change = _last_change(since.gathered.versions.get(risk.now.id, ()))
    lapsed = _lapsed_at(row.asserted_until, row.asserted_band is not None, since)
    if lapsed is not None and (change is None or lapsed > change.at):
        return f.Movement(direction, before, day_of(lapsed), "ASSERTION_ENDED")
    if change is None:
        return f.Movement(direction, before)
    cause, reference, note = _cause(risk.now.id, change, since.gathered)
    return f.Movement(direction, before, day_of(change.at), cause, reference, note)


def _last_change(versions: Sequence[Version]) -> Version | None:
    """The version that brought the level of now."""
    found = None
    for before, after in pairwise(versions):
        if before.level != after.level:
            found = after
    return found


def _lapsed_at(until: datetime, asserted: bool, since: Since) -> datetime | None:  # noqa: FBT001 (a fact)
    """When the assessor's own residual lapsed, if that was between the two moments."""
    if since.then is None or not asserted:
        return None
    return until if since.then.view.now < until <= since.now.view.now else None


def _cause(key: str, change: Version, gathered: Gathered) -> tuple[str, str, str]:
    """What the entry of a change did: the cause, the code of what caused it, and a note."""
    for judged in gathered.assessments.get(key, ()):
        if judged.seq == change.seq:
            return "ASSESSED", "", _note(judged.rationale)
    for action in gathered.actions.get(key, ()):
        for check in gathered.checks.get(action.id, ()):
            if check.seq == change.seq and check.verdict in VERDICTS:
                return VERDICTS[check.verdict], action.code, ""
        if action.implemented_at == change.at:
            return "MITIGATION_IMPLEMENTED", action.code, ""
        if action.status is MitigationStatus.CANCELLED and action.updated_at == change.at:
            return "MITIGATION_CANCELLED", action.code, ""
    return "", "", ""


def _standing(key: str, since: Since) -> f.Movement:
    """Why a risk that has not moved is outside tolerance, or what was done about it since."""
    row = since.gathered.risks[key]
    ended, note = _ended(row, since), _judged_since(key, since)
    cause, reference = "ASSESSED", ""
    if ended is not None:
        cause, reference, note = "ACCEPTANCE_ENDED", ended.code, ""
    elif not note and row.appetite_status == AppetiteStatus.OUT_OF_TOLERANCE:
        cause, reference, note = _why_outside(key, since)
    elif not note:
        cause, reference = _done_since(key, since)
    return f.Movement("SAME", cause=cause, reference=reference, note=note)


def _why_outside(key: str, since: Since) -> tuple[str, str, str]:
    row = since.gathered.risks[key]
    rule = since.config.rules.get(row.category)
    if rule is not None and row.residual_band > rule.tolerance:
        return "", "", _above(row.residual_band.value, rule)
    if rule is not None and _days_used_up(key, rule, since):
        return "LIMIT_PASSED", "", ""
    planned = _to_do(since.gathered.actions.get(key, ()))
    if planned and planned[0].due_on < since.now.day:
        return "PLAN_LATE", planned[0].code, ""
    return "NO_PLAN", "", ""


def _days_used_up(key: str, rule: ToleranceRule, since: Since) -> bool:
    """Whether the days above appetite are used up; they do not count while it is accepted."""
    now, begun = since.now.view.now, since.gathered.risks[key].above_from
    paused = sum(
        (
            max(min(one.end, now) - max(one.from_at, begun), timedelta())
            for one in since.gathered.acceptances.get(key, ())
        ),
        timedelta(),
    )
    return bool(begun + rule.limit + paused <= now)


def _above(band: str, rule: ToleranceRule) -> str:
    told = f.band_text(rule.tolerance.value)
    return f"{f.band_text(band)} is above what its category tolerates ({told})"


def _ended(row: Record, since: Since) -> Accepted | None:
    """The acceptance whose end nobody has acted on, if the risk had one."""
    acceptances = since.gathered.acceptances.get(row.id, ())
    lapsed = row.recorded_status is RiskStatus.ACCEPTED and row.status != RiskStatus.ACCEPTED
    return acceptances[-1] if lapsed and acceptances else None


def _to_do(actions: Sequence[Action]) -> list[Action]:
    return [action for action in actions if action.status in TO_DO]


def _judged_since(key: str, since: Since) -> str:
    """What the last assessment since then says, if there was one that says why."""
    judged = since.gathered.assessments.get(key, ())
    return _note(judged[-1].rationale) if judged else ""


def _done_since(key: str, since: Since) -> tuple[str, str]:
    if since.then is None:
        return "", ""
    begun = since.then.view.now
    for accepted in since.gathered.acceptances.get(key, ())[-1:]:
        if accepted.from_at > begun and accepted.end > since.now.view.now:
            return "ACCEPTED", accepted.by or accepted.code
    for action in since.gathered.actions.get(key, ()):
        if action.implemented_at is not None and action.implemented_at > begun:
            unverified = action.status in {MitigationStatus.IMPLEMENTED, MitigationStatus.VERIFYING}
            if unverified:
                return "MITIGATION_IMPLEMENTED", action.code
    return "", ""
