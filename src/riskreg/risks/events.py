"""What the risk slice tells the slices above it."""

from __future__ import annotations

from dataclasses import dataclass

from riskreg.risks.rules import AcceptanceEnd


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
