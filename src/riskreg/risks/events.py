"""What the risk slice tells the slices above it."""

from __future__ import annotations

from dataclasses import dataclass

from riskreg.risks.rules import AcceptanceEnd
from riskreg.risks.rules_kri import BreachLevel


@dataclass(frozen=True)
class AcceptanceEnded:
    """An acceptance ended before its date."""

    risk_id: str
    why: AcceptanceEnd


@dataclass(frozen=True)
class RiskMaterialised:
    """A risk has happened."""

    risk_id: str


@dataclass(frozen=True)
class RiskClosed:
    """A risk needs no eyes any more."""

    risk_id: str


@dataclass(frozen=True)
class MitigationIneffective:
    """An action was found not to work; its risks are due for reassessment."""

    mitigation_id: str


@dataclass(frozen=True)
class KriBreached:
    """A breach of a KRI opened, at this level."""

    breach_id: str
    kri_id: str
    risk_id: str
    level: BreachLevel


@dataclass(frozen=True)
class KriWentRed:
    """A breach of a KRI is RED, from its opening on or since now; told once of each."""

    breach_id: str
    kri_id: str
    risk_id: str
