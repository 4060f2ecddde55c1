"""A risk that every move is open to, what to give with them, and who asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from riskreg.kit.machine import Reason, Refused
from riskreg.people.rules import Act, Authority
from riskreg.risks.rules import (
    Band,
    ImpactDimension,
    MitigationStatus,
    RejectReason,
    RiskCategory,
    RiskStatus,
    Treatment,
)
from riskreg.risks.rules_facts import Acting, ActionFact, RiskFacts, RiskGiven
from riskreg.risks.rules_machine import RISK_MACHINE
from riskreg.risks.rules_tolerance import DEFAULT_APPETITE

S = RiskStatus
NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)
TODAY = date(2026, 11, 16)
OPEN_ACTION = ActionFact(MitigationStatus.IN_PROGRESS)
DONE_ACTION = ActionFact(MitigationStatus.EFFECTIVE)

# The Risk table of model.md 4.5, written out again: state, move, where it leads.
LISTED = {
    (S.DRAFT, "submit"): S.OPEN,
    (S.DRAFT, "reject"): S.REJECTED,
    (S.OPEN, "reject"): S.REJECTED,
    (S.OPEN, "assess"): S.ASSESSED,
    (S.OPEN, "materialise"): S.MATERIALISED,
    (S.ASSESSED, "reassess"): S.ASSESSED,
    (S.ASSESSED, "treat"): S.TREATING,
    (S.ASSESSED, "accept"): S.ACCEPTED,
    (S.ASSESSED, "monitor"): S.MONITORING,
    (S.ASSESSED, "materialise"): S.MATERIALISED,
    (S.TREATING, "reassess"): S.TREATING,
    (S.TREATING, "accept"): S.ACCEPTED,
    (S.TREATING, "monitor"): S.MONITORING,
    (S.TREATING, "materialise"): S.MATERIALISED,
    (S.ACCEPTED, "reassess"): S.ACCEPTED,
    (S.ACCEPTED, "revoke_acceptance"): S.ASSESSED,
    (S.ACCEPTED, "materialise"): S.MATERIALISED,
    (S.ACCEPTED, "close"): S.CLOSED,
    (S.MONITORING, "reassess"): S.MONITORING,
    (S.MONITORING, "accept"): S.ACCEPTED,
    (S.MONITORING, "resume_treatment"): S.TREATING,
    (S.MONITORING, "reopen"): S.ASSESSED,
    (S.MONITORING, "materialise"): S.MATERIALISED,
    (S.MONITORING, "close"): S.CLOSED,
    (S.MATERIALISED, "reassess"): S.MATERIALISED,
    (S.MATERIALISED, "resolve"): S.MONITORING,
    (S.MATERIALISED, "close_materialised"): S.CLOSED,
    (S.CLOSED, "restore"): S.OPEN,
    (S.REJECTED, "restore"): S.OPEN,
}
MOVES = {
    "submit", "reject", "assess", "reassess", "treat", "accept", "revoke_acceptance", "monitor",
    "resume_treatment", "reopen", "materialise", "resolve", "close_materialised", "close",
    "restore",
}  # fmt: skip

GOOD = RiskFacts(
    acting=Acting("lead", Authority.A4, frozenset(Act)),
    today=TODAY,
    now=NOW,
    rule=DEFAULT_APPETITE.rules[RiskCategory.VENDOR],
    title="Aster single-site concentration",
    cause="All of Aster works in one building",
    event="A typhoon closes it",
    consequence="Two weeks without labels",
    category=RiskCategory.VENDOR,
    has_scope=True,
    likelihood=2,
    impact=5,
    reporter_id="reporter",
    owner_id="owner",
    residual_band=Band.MEDIUM,
    target_band=Band.MEDIUM,
    ever_high=True,
    mitigations=(DONE_ACTION,),
    live_kris=1,
    incident_resolved_at=NOW,
    rca_required=True,
    rca_closed_at=NOW,
)
GIVEN = RiskGiven(
    reason="It is time",
    reject_reason=RejectReason.DUPLICATE,
    instead_id="other",
    likelihood=2,
    impacts={ImpactDimension.SLA: 5},
    rationale="New numbers",
    treatment=Treatment.MITIGATE,
    expires_on=TODAY + timedelta(days=60),
    justification="Cheaper than a second site",
    what_happened="The typhoon came",
    happened_at=NOW - timedelta(hours=1),
    cause_gone=True,
)
FACTS_FOR = {"resume_treatment": replace(GOOD, mitigations=(OPEN_ACTION,))}


def facts_for(move: str, **changed: Any) -> RiskFacts:
    return replace(FACTS_FOR.get(move, GOOD), **changed)


OWNER = Acting("owner", Authority.A4, frozenset(Act))
STAND_IN = Acting("deputy", Authority.A4, frozenset(Act), on_behalf_of="owner")
A2 = Acting("lead", Authority.A2, frozenset(Act))
A3 = Acting("director", Authority.A3, frozenset(Act))
NO_WORD = Acting("qa", None, frozenset(Act))
ENVR = DEFAULT_APPETITE.rules[RiskCategory.ENVR_INCREASE]


def refusal(state: S, move: str, facts: RiskFacts, given: RiskGiven) -> tuple[Reason, ...]:
    with pytest.raises(Refused) as caught:
        RISK_MACHINE.check(state, move, facts, given)
    return caught.value.reasons
