"""The guards of the moves of a risk: pure, each answers with sentences for a person.

The first line of each docstring is what the printed table says about it.
"""

from __future__ import annotations

from collections.abc import Callable

from riskreg.kit.machine import Reason, Reasons
from riskreg.people.rules import Act
from riskreg.risks.rules import Band, RejectReason, Treatment
from riskreg.risks.rules_deadlines import (
    MOST_ACCEPTANCES_IN_A_ROW,
    authority_to_accept,
    latest_expiry,
)
from riskreg.risks.rules_facts import (
    AUTHORITY,
    FOUR_EYES,
    MISSING,
    NOT_PERMITTED,
    NOT_READY,
    OUT_OF_RANGE,
    RiskFacts,
    RiskGiven,
    said,
)
from riskreg.risks.rules_scoring import STEPS

Need = Callable[[RiskFacts], Reasons]
Ask = Callable[[RiskFacts, RiskGiven], Reasons]


def _permitted(act: Act, what: str) -> Need:
    def guard(facts: RiskFacts) -> Reasons:
        if act in facts.acting.acts:
            return None
        return Reason(f"Your role does not let you {what} this risk.", None, NOT_PERMITTED)

    guard.__doc__ = f"May {what}."
    return guard


MAY_LOG = _permitted(Act.LOG_RISK, "log")
MAY_ASSESS = _permitted(Act.ASSESS_AND_TREAT, "assess or treat")
MAY_ACCEPT = _permitted(Act.ACCEPT_RISK, "accept")


def may_end_acceptance(facts: RiskFacts) -> Reasons:
    """May accept, assess or treat."""
    if facts.acting.acts & {Act.ACCEPT_RISK, Act.ASSESS_AND_TREAT}:
        return None
    return Reason("Your role does not let you end this acceptance.", None, NOT_PERMITTED)


def ready_to_log(facts: RiskFacts) -> tuple[Reason, ...]:
    """Title, event, category, project or policy area and reporter are there."""
    return _lacking(
        ("title", said(facts.title), "The risk needs a title."),
        ("event", said(facts.event), "Say what could happen (the event)."),
        ("category", facts.category is not None, "Choose a category."),
        ("project_ids", facts.has_scope, "Name at least one project or policy area."),
        ("identified_by_id", facts.reporter_id is not None, "Say who reports the risk."),
    )


def asks_estimate(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """Likelihood and impact, unless the draft has them."""
    return _lacking(
        ("likelihood", facts.likelihood is not None, "Estimate how likely it is, 1 to 5."),
        ("impact", facts.impact is not None, "Estimate how bad it would be, 1 to 5."),
    )


def _lacking(*parts: tuple[str, bool, str]) -> tuple[Reason, ...]:
    return tuple(Reason(text, name, MISSING) for name, there, text in parts if not there)


def has_owner(facts: RiskFacts) -> Reasons:
    """Has an owner."""
    if facts.owner_id is not None:
        return None
    return Reason("The risk needs an owner before it can be assessed.", "owner_id", MISSING)


def has_statement(facts: RiskFacts) -> Reasons:
    """Cause, event and consequence are written."""
    parts = (("cause", facts.cause), ("event", facts.event), ("consequence", facts.consequence))
    return tuple(
        Reason(f"The {name} of the risk is not written yet.", name, MISSING)
        for name, text in parts
        if not said(text)
    )


def has_category(facts: RiskFacts) -> Reasons:
    """Has a category."""
    if facts.category is not None:
        return None
    # A draft may lack it, be rejected, and be restored to OPEN without it.
    return Reason("The risk needs a category before it can be assessed.", "category", MISSING)


def asks_reason(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """A reason."""
    return None if said(given.reason) else Reason("Give a reason.", "reason", MISSING)


def asks_reject_reason(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """Why: DUPLICATE, NOT_A_RISK or IS_ISSUE, with a link for the first and the last."""
    if given.reject_reason is None:
        return Reason("Say why the risk is rejected.", "reject_reason", MISSING)
    if given.reject_reason is RejectReason.NOT_A_RISK or given.instead_id:
        return None
    other = "risk it repeats" if given.reject_reason is RejectReason.DUPLICATE else "issue it is"
    return Reason(f"Link the {other}.", "instead_id", MISSING)


def asks_inherent(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """Inherent likelihood and at least one impact dimension."""
    found = [] if given.likelihood is not None else [("Say how likely it is.", "likelihood")]
    if not given.impacts:
        found.append(("Judge at least one impact dimension.", "impacts"))
    missing = tuple(Reason(text, name, MISSING) for text, name in found)
    return missing + steps_in_range(facts, given)


def steps_in_range(facts: RiskFacts, given: RiskGiven) -> tuple[Reason, ...]:
    """Likelihood and impacts between 1 and 5."""
    found = []
    if given.likelihood is not None and given.likelihood not in STEPS:
        found.append(Reason("A likelihood is 1 to 5.", "likelihood", OUT_OF_RANGE))
    wrong = sorted(name for name, step in given.impacts.items() if step not in STEPS)
    found.extend(Reason(f"The impact {name} is 1 to 5.", "impacts", OUT_OF_RANGE) for name in wrong)
    return tuple(found)


def asks_rationale(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """A rationale."""
    if said(given.rationale):
        return None
    return Reason("Say what the new assessment rests on.", "rationale", MISSING)


def asks_treatment(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """Treatment MITIGATE, AVOID or TRANSFER."""
    if given.treatment in (Treatment.MITIGATE, Treatment.AVOID, Treatment.TRANSFER):
        return None
    return Reason("Choose to mitigate, avoid or transfer the risk.", "treatment", MISSING)


def has_planned_mitigation(facts: RiskFacts) -> Reasons:
    """At least one mitigation with owner and due date."""
    if any(one.is_promising and one.has_owner and one.has_due for one in facts.mitigations):
        return None
    return Reason("Add a mitigation with an owner and a due date first.", None, NOT_READY)


def target_in_tolerance(facts: RiskFacts) -> Reasons:
    """Target within tolerance."""
    if facts.rule is None or facts.target_band is None:
        return Reason("The risk has no target yet; assess it first.", None, NOT_READY)
    if facts.target_band <= facts.rule.tolerance:
        return None
    return Reason(
        f"The target is {facts.target_band}, above the tolerance of {facts.rule.tolerance}; "
        "plan more, or something stronger.",
        None,
        NOT_READY,
    )


def not_own_acceptance(facts: RiskFacts) -> Reasons:
    """Acceptor is not the owner."""
    if not facts.acting.speaks_for(facts.owner_id):
        return None
    return Reason("You own this risk, so somebody else has to accept it.", None, FOUR_EYES)


def authority_suffices(facts: RiskFacts) -> Reasons:
    """Authority of the category; A4 for CRITICAL or the third acceptance in a row."""
    if facts.rule is None or facts.residual_band is None:
        return Reason("The risk has no residual yet; assess it first.", None, NOT_READY)
    in_a_row = facts.acceptances_in_a_row
    needed = authority_to_accept(facts.rule, facts.residual_band, in_a_row)
    held = facts.acting.authority
    if held is not None and held >= needed:
        return None
    why = f"a {facts.residual_band} risk of this category"
    if facts.residual_band is not Band.CRITICAL and in_a_row >= MOST_ACCEPTANCES_IN_A_ROW:
        why = f"a risk that was accepted {in_a_row} times in a row already"
    yours = f"yours is {held}" if held else "you have none"
    return Reason(f"Accepting {why} takes authority {needed}; {yours}.", None, AUTHORITY)


def asks_expiry(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """An end within 90 days (HIGH 60, CRITICAL 30)."""
    if given.expires_on is None:
        return Reason("Say until when the risk is accepted.", "expires_on", MISSING)
    if given.expires_on <= facts.today:
        return Reason("An acceptance ends in the future.", "expires_on", OUT_OF_RANGE)
    if facts.residual_band is None:
        return None
    latest = latest_expiry(facts.residual_band, facts.today)
    if given.expires_on <= latest:
        return None
    days = (latest - facts.today).days
    return Reason(
        f"A {facts.residual_band} risk can be accepted for at most {days} days, "
        f"so until {latest.isoformat()}.",
        "expires_on",
        OUT_OF_RANGE,
    )


def asks_justification(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """A justification."""
    if said(given.justification):
        return None
    return Reason("Say why carrying this risk is right.", "justification", MISSING)


def _residual_up_to(limit: str) -> Need:
    def guard(facts: RiskFacts) -> Reasons:
        if facts.rule is None or facts.residual_band is None:
            return Reason("The risk has no residual yet; assess it first.", None, NOT_READY)
        bound: Band = getattr(facts.rule, limit)
        if facts.residual_band <= bound:
            return None
        return Reason(
            f"The residual is {facts.residual_band}, above the {limit} of {bound}.", None, NOT_READY
        )

    guard.__doc__ = f"Residual within {limit}."
    return guard


RESIDUAL_IN_APPETITE = _residual_up_to("appetite")
RESIDUAL_IN_TOLERANCE = _residual_up_to("tolerance")


def all_terminal(facts: RiskFacts) -> Reasons:
    """Every mitigation has come to its end."""
    count = sum(one.is_open for one in facts.mitigations)
    if not count:
        return None
    return Reason(f"{_mitigations(count)} not come to an end yet.", None, NOT_READY)


def _mitigations(count: int) -> str:
    return "One mitigation has" if count == 1 else f"{count} mitigations have"


def asks_kri(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """A KRI, or why it cannot be measured."""
    if facts.live_kris or said(given.not_measurable):
        return None
    return Reason(
        "Add a KRI to watch, or say why the risk cannot be measured.", "not_measurable", MISSING
    )


def has_open_mitigation(facts: RiskFacts) -> Reasons:
    """At least one open mitigation."""
    if any(one.is_open for one in facts.mitigations):
        return None
    return Reason("There is no open mitigation to resume; add one first.", None, NOT_READY)


def asks_what_happened(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """What happened, and when."""
    found = []
    if not said(given.what_happened):
        found.append(Reason("Say what happened.", "what_happened", MISSING))
    if given.happened_at is None:
        found.append(Reason("Say when it happened.", "happened_at", MISSING))
    elif given.happened_at > facts.now:
        found.append(Reason("It cannot have happened in the future.", "happened_at", OUT_OF_RANGE))
    return tuple(found)


def incident_resolved(facts: RiskFacts) -> Reasons:
    """Incident resolved; root-cause analysis closed, if one is required."""
    found = []
    if facts.incident_resolved_at is None:
        found.append(Reason("The incident is not resolved yet.", None, NOT_READY))
    if facts.rca_required and facts.rca_closed_at is None:
        found.append(Reason("The root-cause analysis is not closed yet.", None, NOT_READY))
    return tuple(found)


def asks_cause_gone(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """That the cause is gone."""
    if given.cause_gone:
        return None
    return Reason(
        "A risk that has happened is closed once its cause is gone.", "cause_gone", MISSING
    )


def asks_low_or_gone(facts: RiskFacts, given: RiskGiven) -> Reasons:
    """Residual within appetite, or that the cause is gone."""
    answer = RESIDUAL_IN_APPETITE(facts)
    if given.cause_gone or not isinstance(answer, Reason):
        return None
    text = f"{answer.message} It can be closed only if its cause is gone."
    return Reason(text, "cause_gone", answer.code)


def no_open_breach(facts: RiskFacts) -> Reasons:
    """No open KRI breach."""
    if not facts.open_breaches:
        return None
    return Reason("A KRI of this risk is in breach.", None, NOT_READY)


def no_open_mitigation(facts: RiskFacts) -> Reasons:
    """No open mitigation."""
    count = sum(one.is_open for one in facts.mitigations)
    if not count:
        return None
    still = "is still an open mitigation" if count == 1 else f"are still {count} open mitigations"
    return Reason(f"There {still}.", None, NOT_READY)


def closer_is_another(facts: RiskFacts) -> Reasons:
    """Closer is not the owner, if the risk was ever HIGH or CRITICAL."""
    if not (facts.ever_high and facts.acting.speaks_for(facts.owner_id)):
        return None
    text = "The risk was HIGH or CRITICAL once and is yours, so somebody else has to close it."
    return Reason(text, None, FOUR_EYES)
