"""How a risk moved since an earlier moment and what moved it, or why it stands where it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from riskreg.kit.db import Record
from riskreg.reports import facts as f
from riskreg.reports.wording import brief
from riskreg.risks import movements, overview
from riskreg.risks.config import Config
from riskreg.risks.gathering import Accepted, Action, Gathered
from riskreg.risks.moments import Reading, day_of
from riskreg.risks.rules import TO_DO, AppetiteStatus, MitigationStatus, RiskStatus
from riskreg.risks.rules_tolerance import ToleranceRule

DIRECTIONS = {
    overview.Movement.WORSENED: "WORSE",
    overview.Movement.IMPROVED: "BETTER",
    overview.Movement.NEW: "NEW",
    overview.Movement.UNCHANGED: "SAME",
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
    found = movements.appeared(key, since.gathered)
    on = None if found.at is None else day_of(found.at)
    return f.Movement("NEW", on=on, note=_note(found.rationale))


def _moved(risk: overview.Ranked, direction: str, since: Since) -> f.Movement:
    assert since.then is not None  # noqa: S101 (what moved, moved since then)
    found = movements.moved(risk.now.id, since.now, since.then, since.gathered)
    return f.Movement(
        direction,
        rating(risk.before),
        None if found.at is None else day_of(found.at),
        "" if found.cause is None else found.cause.value,
        found.reference or "",
        _note(found.rationale),
    )


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
