"""The words of the risk slice: its enums and the instants that stand for "never".

The decisions are beside it, one file a subject, all pure: `rules_scoring` (levels, bands,
residual), `rules_tolerance` (appetite and time), `rules_deadlines` (reviews, acceptances, slips),
`rules_machine` and `rules_mitigation` (the two state machines), `rules_hygiene` (lint) and
`rules_similarity`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Protocol

from riskreg.kit.ranked import Ranked

FAR = datetime(9999, 12, 31, tzinfo=UTC)
"""The instant that stands for "never"; stored instead of NULL, so that deadlines compare."""


class WorkingDays(Protocol):
    """A calendar that counts working days (`kit.clock.WorkingCalendar` is one)."""

    def add_working_days(self, day: date, count: int, /) -> date:
        """The `count`-th working day after the day."""
        ...

    def working_days_between(self, start: date, end: date, /) -> int:
        """How many working days `end` lies after `start`."""
        ...


class RiskStatus(StrEnum):
    """Where a risk stands; ASSESSED, TREATING, ACCEPTED and MONITORING are the live ones."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    ASSESSED = "ASSESSED"
    TREATING = "TREATING"
    ACCEPTED = "ACCEPTED"
    MONITORING = "MONITORING"
    MATERIALISED = "MATERIALISED"
    CLOSED = "CLOSED"
    REJECTED = "REJECTED"


LIVE = frozenset(
    {RiskStatus.ASSESSED, RiskStatus.TREATING, RiskStatus.ACCEPTED, RiskStatus.MONITORING}
)
"""The states in which a risk is assessed and carried (model.md 4.5)."""

ENDED = frozenset({RiskStatus.CLOSED, RiskStatus.REJECTED})
"""The states in which nobody works on a risk any more."""


class RiskCategory(StrEnum):
    """What kind of harm a risk is about; it decides appetite, tolerance and authority."""

    CHILD_SAFETY = "CHILD_SAFETY"
    ENVR_INCREASE = "ENVR_INCREASE"
    OVER_ENFORCEMENT = "OVER_ENFORCEMENT"
    POLICY_AMBIGUITY = "POLICY_AMBIGUITY"
    GUIDELINE_TRANSLATION = "GUIDELINE_TRANSLATION"
    LABEL_QUALITY = "LABEL_QUALITY"
    DELIVERY_SLA = "DELIVERY_SLA"
    WORKFORCE_CAPACITY = "WORKFORCE_CAPACITY"
    VENDOR = "VENDOR"
    TOOLING_DATA = "TOOLING_DATA"
    MODEL_DEPENDENCY = "MODEL_DEPENDENCY"
    REGULATORY = "REGULATORY"
    WELLBEING = "WELLBEING"
    REPUTATION = "REPUTATION"
    CHANGE_COLLISION = "CHANGE_COLLISION"


class Band(Ranked):
    """How grave a level is, looked up in the matrix; lowest first."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Confidence(Ranked):
    """How strong the knowledge behind a score is; lowest first."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class Velocity(StrEnum):
    """Time from trigger to full impact: IMMEDIATE < 1 d, FAST < 7 d, MEDIUM < 30 d, SLOW."""

    IMMEDIATE = "IMMEDIATE"
    FAST = "FAST"
    MEDIUM = "MEDIUM"
    SLOW = "SLOW"


class Treatment(StrEnum):
    """What is done about a risk; EXPLOIT is for a chance."""

    MITIGATE = "MITIGATE"
    ACCEPT = "ACCEPT"
    AVOID = "AVOID"
    TRANSFER = "TRANSFER"
    EXPLOIT = "EXPLOIT"


class AppetiteStatus(StrEnum):
    """Where the residual stands against what the organisation chooses to carry, and how long."""

    WITHIN_APPETITE = "WITHIN_APPETITE"
    WITHIN_TOLERANCE = "WITHIN_TOLERANCE"
    OUT_OF_TOLERANCE = "OUT_OF_TOLERANCE"
    NOT_ASSESSED = "NOT_ASSESSED"


class ImpactDimension(StrEnum):
    """A way in which a risk can hurt; the impact of a risk is the worst of them."""

    ENVR_GLOBAL = "ENVR_GLOBAL"
    ENVR_WORST_CELL = "ENVR_WORST_CELL"
    GOLD_ACCURACY = "GOLD_ACCURACY"
    SLA = "SLA"
    OVER_ENFORCEMENT = "OVER_ENFORCEMENT"
    DELIVERY_SLIP = "DELIVERY_SLIP"
    REGULATORY = "REGULATORY"
    PEOPLE = "PEOPLE"


class MitigationStatus(StrEnum):
    """Where an action stands; the last four are final."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    IN_PROGRESS = "IN_PROGRESS"
    BLOCKED = "BLOCKED"
    IMPLEMENTED = "IMPLEMENTED"
    VERIFYING = "VERIFYING"
    EFFECTIVE = "EFFECTIVE"
    PARTIAL = "PARTIAL"
    INEFFECTIVE = "INEFFECTIVE"
    CANCELLED = "CANCELLED"


TERMINAL = frozenset(
    {
        MitigationStatus.EFFECTIVE,
        MitigationStatus.PARTIAL,
        MitigationStatus.INEFFECTIVE,
        MitigationStatus.CANCELLED,
    }
)
"""The states from which an action does not move on."""

TO_DO = frozenset(
    {
        MitigationStatus.PROPOSED,
        MitigationStatus.APPROVED,
        MitigationStatus.IN_PROGRESS,
        MitigationStatus.BLOCKED,
    }
)
"""The states in which the work itself is not done yet, so that its due date still counts.

BR 2 calls overdue what is not terminal; an action that is done in time is not late for waiting to
be verified. From then on the day of its check counts, and UNVERIFIED_ACTION of lint.
"""


class MitigationKind(StrEnum):
    """How an action helps; DETECTIVE and CONTINGENCY do not make the event less likely."""

    PREVENTIVE = "PREVENTIVE"
    DETECTIVE = "DETECTIVE"
    CORRECTIVE = "CORRECTIVE"
    CONTINGENCY = "CONTINGENCY"


class RejectReason(StrEnum):
    """Why a logged risk is not kept; DUPLICATE and IS_ISSUE point to what it is instead."""

    DUPLICATE = "DUPLICATE"
    NOT_A_RISK = "NOT_A_RISK"
    IS_ISSUE = "IS_ISSUE"


class RelationKind(StrEnum):
    """How one risk relates to another; CAUSES and AGGREGATES may not run in a circle."""

    CAUSES = "CAUSES"
    RELATED = "RELATED"
    DUPLICATE_OF = "DUPLICATE_OF"
    AGGREGATES = "AGGREGATES"


class VerificationMethod(StrEnum):
    """How it is found out whether an action works; the first three read a metric."""

    BEFORE_AFTER = "BEFORE_AFTER"
    ITS = "ITS"
    DID = "DID"
    AUDIT = "AUDIT"
    ATTESTATION = "ATTESTATION"


METRIC_METHODS = frozenset(
    {VerificationMethod.BEFORE_AFTER, VerificationMethod.ITS, VerificationMethod.DID}
)
"""The methods whose verdict rests on an impact evaluation."""


class AssessmentMethod(StrEnum):
    """How a level was found: judged by a person, worked out from actions, or simulated."""

    EXPERT = "EXPERT"
    COMPUTED = "COMPUTED"
    QUANT = "QUANT"


class Sensitivity(StrEnum):
    """Who may read a row besides those who read all: RESTRICTED stays hidden from vendors."""

    PUBLIC_INTERNAL = "PUBLIC_INTERNAL"
    RESTRICTED = "RESTRICTED"
    VENDOR_SHARED = "VENDOR_SHARED"


class Verdict(StrEnum):
    """What the check of an action's effect found."""

    EFFECTIVE = "EFFECTIVE"
    PARTIAL = "PARTIAL"
    INEFFECTIVE = "INEFFECTIVE"
    INCONCLUSIVE = "INCONCLUSIVE"


class AcceptanceEnd(StrEnum):
    """Why an acceptance no longer holds: by its date, by itself, or by what somebody did."""

    EXPIRED = "EXPIRED"
    WORSENED = "WORSENED"
    KRI_RED = "KRI_RED"
    REVOKED = "REVOKED"
    CLOSED = "CLOSED"
    MATERIALISED = "MATERIALISED"
