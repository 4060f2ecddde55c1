"""What the guards of the two state machines look at: facts of the row, and what callers give.

`Reason.field` names an attribute of the `…Given` class (or of the risk, where the risk itself has
to be completed first); None when nothing on the form would help.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from riskreg.people.rules import Act, Authority
from riskreg.risks.rules import (
    TERMINAL,
    Band,
    Confidence,
    ImpactDimension,
    MitigationStatus,
    RejectReason,
    RiskCategory,
    Treatment,
    Verdict,
    VerificationMethod,
)
from riskreg.risks.rules_tolerance import ToleranceRule

NOT_PERMITTED = "NOT_PERMITTED"
"""The role of the person does not allow it here."""

MISSING = "MISSING"
"""Something has to be filled in."""

FOUR_EYES = "FOUR_EYES"
"""It takes somebody else."""

AUTHORITY = "AUTHORITY"
"""It takes somebody with a higher authority."""

OUT_OF_RANGE = "OUT_OF_RANGE"
"""A number or date lies outside its bounds."""

NOT_READY = "NOT_READY"
"""The risk or the action has to come further first."""


@dataclass(frozen=True)
class Acting:
    """Who moves: the person, how far their word goes, and what they may do in this very row."""

    person_id: str
    authority: Authority | None = None
    acts: frozenset[Act] = frozenset()
    on_behalf_of: str | None = None

    def speaks_for(self, person_id: str | None) -> bool:
        """Whether they are that person or stand in for them: four eyes need somebody else."""
        return person_id is not None and person_id in (self.person_id, self.on_behalf_of)


@dataclass(frozen=True)
class ActionFact:
    """What a risk's machine asks of one of its mitigations."""

    status: MitigationStatus
    has_owner: bool = True
    has_due: bool = True

    @property
    def is_open(self) -> bool:
        """Whether the action has not come to its end."""
        return self.status not in TERMINAL

    @property
    def is_promising(self) -> bool:
        """Whether the action still helps or may help: neither cancelled nor found ineffective."""
        return self.status not in (MitigationStatus.CANCELLED, MitigationStatus.INEFFECTIVE)


@dataclass(frozen=True)
class RiskFacts:
    """All that the guards of a risk look at, as it is before the move.

    Bands are None until there is something to look up. `ever_high` says that the inherent or the
    residual level was HIGH or CRITICAL at some time. `acceptances_in_a_row` is explained at
    `rules_deadlines.authority_to_accept`.
    """

    acting: Acting
    today: date
    now: datetime
    rule: ToleranceRule | None = None
    title: str | None = None
    cause: str | None = None
    event: str | None = None
    consequence: str | None = None
    category: RiskCategory | None = None
    has_scope: bool = False
    likelihood: int | None = None
    impact: int | None = None
    reporter_id: str | None = None
    owner_id: str | None = None
    residual_band: Band | None = None
    target_band: Band | None = None
    ever_high: bool = False
    mitigations: tuple[ActionFact, ...] = ()
    live_kris: int = 0
    open_breaches: int = 0
    acceptances_in_a_row: int = 0
    incident_resolved_at: datetime | None = None
    rca_required: bool = False
    rca_closed_at: datetime | None = None


@dataclass(frozen=True)
class RiskGiven:
    """What callers may give with a move; each move asks for some of it."""

    reason: str | None = None
    reject_reason: RejectReason | None = None
    instead_id: str | None = None
    likelihood: int | None = None
    impacts: Mapping[ImpactDimension, int] = field(default_factory=dict)
    rationale: str | None = None
    treatment: Treatment | None = None
    expires_on: date | None = None
    justification: str | None = None
    not_measurable: str | None = None
    what_happened: str | None = None
    happened_at: datetime | None = None
    cause_gone: bool = False


@dataclass(frozen=True)
class MitigationFacts:
    """All that the guards of a mitigation look at, as it is before the move.

    `has_effect` says that every risk it is linked to has a change of likelihood or impact, or that
    it belongs to no risk. `has_check` says that a check of its effect is planned: hypothesis,
    method and day. `evaluation_confidence` is that of the newest finished impact evaluation.
    """

    acting: Acting
    today: date
    owner_id: str | None = None
    due_on: date | None = None
    has_effect: bool = False
    has_check: bool = False
    check_method: VerificationMethod | None = None
    evaluation_confidence: Confidence | None = None
    evidence: int = 0


@dataclass(frozen=True)
class MitigationGiven:
    """What callers may give with a move of a mitigation; each move asks for some of it."""

    reason: str | None = None
    blocker: str | None = None
    evidence: tuple[str, ...] = ()
    due_on: date | None = None
    verdict: Verdict | None = None
    evaluation_confidence: Confidence | None = None
    """Of the impact evaluation that a verdict names, instead of the newest one."""


def said(text: str | None) -> bool:
    """Whether a text says anything."""
    return bool(text and text.strip())
