"""The sentences of the brief, composed from its facts by rules.

Every function is pure and returns plain text. A sentence says a number only if the facts hold it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskreg.reports import wording
from riskreg.reports.facts import Ask, Figure, Movement, Rating, TopRisk, WhereWeStand
from riskreg.reports.wording import listed, number, plural, short_date

OUTSIDE = "outside_tolerance"
ABOVE = "above_appetite"

MOST_ASKED = 80  # letters of a recommendation, and of its default, in the bottom line

NO_DECISION = "No decision is asked in this brief."
FIRST = "This is the first brief, so there is nothing to compare it with."

# What moved a risk; the reference is a code of the register (M-012, A-004).
CAUSES = {
    "ASSESSED": "reassessed",
    "MITIGATION_VERIFIED": "{reference} verified effective",
    "MITIGATION_INEFFECTIVE": "{reference} found ineffective",
    "MITIGATION_IMPLEMENTED": "{reference} implemented, not yet verified",
    "MITIGATION_CANCELLED": "{reference} cancelled",
    "ACCEPTANCE_ENDED": "acceptance {reference} ended",
    "ACCEPTED": "accepted by {reference}",
    "ASSERTION_ENDED": "asserted residual expired, computed one counts again",
    "KRI_RED": "{reference} turned RED, so the asserted residual no longer counts",
    "INHERENT_CHANGED": "inherent risk reassessed",
    "MATRIX_CHANGED": "matrix changed",
    "PLAN_LATE": "{reference} is late, so the plan no longer holds",
    "NO_PLAN": "no approved plan",
    "LIMIT_PASSED": "longer above appetite than its category allows",
}


def _value(facts: WhereWeStand, key: str) -> int | None:
    found = facts.figure(key)
    return None if found is None else found.now.value


def _risks(count: int) -> str:
    return f"{number(count)} {plural(count, 'risk', 'risks')}"


def _are(count: int) -> str:
    return plural(count, "is", "are")


def first_due(asks: tuple[Ask, ...]) -> date | None:
    """The day by which the first decision must be taken."""
    return min((ask.due for ask in asks if ask.due is not None), default=None)


def _since(facts: WhereWeStand) -> str:
    """When the previous report was: "9 Nov"."""
    previous = facts.compared_with
    return "" if previous is None else short_date(previous.as_of, facts.as_of)


def _ask_clause(facts: WhereWeStand) -> str:
    asked = len(facts.asks)
    due = first_due(facts.asks)
    if not asked:
        return "no decision is asked"
    noun = plural(asked, "decision is", "decisions are")
    if due is None:
        return f"{number(asked)} {noun} asked"
    by = f"by {short_date(due, facts.as_of)}"
    return f"{number(asked)} {noun} asked{', the first ' if asked > 1 else ' '}{by}"


def _more_than_before(facts: WhereWeStand, found: Figure | None) -> str:
    if found is None or not found.change or facts.compared_with is None:
        return ""
    size = number(abs(found.change))
    return f", {size} {'more' if found.change > 0 else 'fewer'} than on {_since(facts)}"


def headline(facts: WhereWeStand) -> str:
    """The finding of the page, in one sentence without a full stop."""
    outside, above = _value(facts, OUTSIDE), _value(facts, ABOVE)
    if outside is None:
        state = "the register cannot say how many risks are outside tolerance"
    elif outside:
        state = f"{_risks(outside)} {_are(outside)} outside tolerance"
        state += _more_than_before(facts, facts.figure(OUTSIDE))
    elif above:
        state = f"no risk is outside tolerance; {number(above)} {_are(above)} above appetite"
    elif above is None:
        state = "no risk is outside tolerance"
    else:
        state = "every risk is inside appetite"
    return wording.sentence(f"{state}; {_ask_clause(facts)}")[:-1]


def _longest(facts: WhereWeStand) -> TopRisk | None:
    outside = [risk for risk in facts.top if risk.days_outside is not None]
    return max(outside, key=lambda risk: risk.days_outside or 0, default=None)


def _state(facts: WhereWeStand) -> str:
    outside, above = facts.figure(OUTSIDE), facts.figure(ABOVE)
    if outside is None or outside.now.value is None:
        return "The figures on tolerance are unknown."
    live = f"{facts.live.text} live {plural(facts.live.value or 0, 'risk', 'risks')}"
    carried = None if above is None else above.now.value
    text = f"{outside.now.text} of {live} {_are(outside.now.value)} outside tolerance"
    if carried:
        text += f" and {carried} {_are(carried)} above appetite"
    elif carried == 0 and outside.now.value == 0:
        text += " or above appetite"
    worst = _longest(facts)
    if worst is not None and worst.days_outside:
        days = plural(worst.days_outside, "day", "days")
        text += f"; {worst.code} has been outside longest, {worst.days_outside} {days}"
    return wording.sentence(text)


def _risen(risk: TopRisk, verb: str) -> str:
    before = risk.movement.before
    way = f"to {risk.residual.text}" if before is None else from_to(before, risk.residual)
    return f"{risk.code}{verb} {way}"


def from_to(before: Rating, now: Rating) -> str:
    """How a rating changed: in bands, or in cells where the band is the same."""
    if before.level != now.level:
        return f"from {before.text} to {now.text}"
    return f"within {now.text}, from {cell(before)} to {cell(now)}"


def cell(rating: Rating) -> str:
    """The cell of a rating: "L4 I5"."""
    return f"L{rating.likelihood} I{rating.impact}"


def _change(facts: WhereWeStand) -> str:
    previous = facts.compared_with
    if previous is None:
        return FIRST
    since = f"since {previous.code} ({_since(facts)})"
    shown = [risk for risk in facts.top if risk.movement.direction == "WORSE"][:2]
    clauses = [_risen(risk, " rose" if not index else "") for index, risk in enumerate(shown)]
    others = [code for code in facts.moves("WORSE") if code not in {risk.code for risk in shown}]
    if others:
        clauses.append(f"{wording.shortened(others, 2)} rose{' too' if shown else ''}")
    for kind, verb in (("BETTER", "fell"), ("NEW", "is new"), ("CLOSED", "closed")):
        codes = facts.moves(kind)
        if codes:
            said = verb if len(codes) == 1 else verb.replace("is new", "are new")
            clauses.append(f"{wording.shortened(codes, 2)} {said}")
    if not clauses:
        return wording.sentence(f"No risk has moved {since}")
    return wording.sentence(f"{since}, {listed(clauses)}")


def _ask(facts: WhereWeStand) -> str:
    if not facts.asks:
        return NO_DECISION
    ask = min(facts.asks, key=lambda ask: (ask.due or date.max, ask.code))
    by = f" by {wording.week_date(ask.due, facts.as_of)}" if ask.due else ""
    text = f"{wording.brief(ask.recommended, MOST_ASKED)}{by} ({ask.code})"
    if ask.default_if_silent:
        text += f"; otherwise {wording.brief(ask.default_if_silent, MOST_ASKED)}"
    return wording.sentence(text)


def bottom_line(facts: WhereWeStand) -> tuple[str, str, str]:
    """Three sentences: the state against appetite, what changed, what is asked."""
    return _state(facts), _change(facts), _ask(facts)


def map_heading(facts: WhereWeStand) -> str:
    """The finding of the heat map."""
    kinds = (("WORSE", "worsened"), ("BETTER", "improved"), ("NEW", "new"))
    if facts.compared_with is None:
        return "Residual risk today"
    parts = [f"{number(len(facts.moves(k)))} {word}" for k, word in kinds if facts.moves(k)]
    if not parts:
        return f"No risk moved on the map since {_since(facts)}"
    return f"{wording.sentence(listed(parts))[:-1]} since {_since(facts)}"


def top_heading(facts: WhereWeStand) -> str:
    """The finding of the table of top risks."""
    shown = [risk for risk in facts.top if risk.appetite_status == "OUT_OF_TOLERANCE"]
    bare = [risk.code for risk in shown if risk.owner is None or risk.next_action is None]
    if bare:
        return f"{listed(bare)} {plural(len(bare), 'lacks', 'lack')} an owner or a next step"
    if not shown:
        return "The highest risks, all inside tolerance" if facts.top else "No live risk"
    fresh = [risk for risk in shown if _left_since(risk, facts)]
    old = [risk for risk in shown if risk not in fresh]
    parts = []
    if fresh:
        parts.append(f"{_codes(fresh)} left tolerance since {_since(facts)}")
    if old:
        parts.append(f"{_codes(old)} {_are(len(old))} still outside")
    return "; ".join(parts)


def _codes(risks: list[TopRisk]) -> str:
    return listed([risk.code for risk in risks])


def _left_since(risk: TopRisk, facts: WhereWeStand) -> bool:
    """Whether the risk went outside tolerance after the previous report."""
    previous = facts.compared_with
    since = risk.outside_since
    return previous is not None and since is not None and since >= previous.as_of.date()


def map_note(facts: WhereWeStand) -> str:
    """What the map shows: "Residual risk of 23 live risks"."""
    noun = plural(facts.live.value or 0, "risk", "risks")
    return f"Residual risk of {facts.live.text} live {noun}"


def asks_heading(facts: WhereWeStand) -> str:
    """The finding above the decisions."""
    due = first_due(facts.asks)
    if not facts.asks:
        return NO_DECISION
    many = plural(len(facts.asks), "decision", "decisions")
    text = f"{wording.sentence(number(len(facts.asks)))[:-1]} {many} asked"
    if due is None:
        return text
    first = "the first " if len(facts.asks) > 1 else ""
    return f"{text}, {first}by {wording.week_date(due, facts.as_of)}"


@dataclass(frozen=True)
class Moved:
    """What moved: a sign whose shape is the direction, a meaning, and the reason."""

    sign: str
    meaning: str  # worse | better | new | same
    text: str


def what_moved(risk: TopRisk, facts: WhereWeStand) -> Moved:
    """What moved this risk since the previous report, and why."""
    movement = risk.movement
    why = reason(movement)
    on = f" on {short_date(movement.on, facts.as_of)}" if movement.on else ""
    if movement.direction == "NEW":
        return Moved(wording.FRESH, "new", _joined(f"New{on}", why))
    if movement.direction == "SAME" or movement.before is None:
        text = "Unchanged" if facts.compared_with else "Not compared"
        return Moved(wording.LEVEL, "same", _joined(text, why))
    worse = movement.direction == "WORSE"
    before = movement.before
    origin = before.text if before.level != risk.residual.level else cell(before)
    text = f"{'Up' if worse else 'Down'} from {origin}{on}"
    sign = wording.UP if worse else wording.DOWN
    return Moved(sign, "worse" if worse else "better", _joined(text, why))


def reason(movement: Movement) -> str:
    """Why a risk moved: the event in words, then the assessor's own note."""
    known = CAUSES.get(movement.cause, "").format(reference=movement.reference or "a mitigation")
    note = movement.note.strip().rstrip(".")
    if movement.cause in {"", "ASSESSED"} and note:
        return note
    return f"{known}; {note}" if known and note else known or note


def _joined(head: str, why: str) -> str:
    return wording.sentence(f"{head}: {why}" if why else head)
