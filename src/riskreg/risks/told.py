"""How the history of a risk is told: which rows belong to it, and what reads as a whole."""

from riskreg.kit.history import Part, Through
from riskreg.risks import models
from riskreg.risks.models_kri import Found, Kri, KriBreach, KriSpell
from riskreg.risks.models_mitigation import EffectivenessCheck, Mitigation, RiskMitigation
from riskreg.risks.rules import Band

_ACTIONS = Through(RiskMitigation, "risk_id", "mitigation_id")
PARTS = (
    Part(models.RiskAssessment, "risk_id"),
    Part(models.RiskAcceptance, "risk_id"),
    Part(models.RiskProject, "risk_id"),
    Part(models.RiskPolicyArea, "risk_id"),
    Part(models.RiskMarket, "risk_id"),
    Part(models.RiskVendor, "risk_id"),
    Part(models.RiskRelation, "from_id"),
    Part(models.RiskRelation, "to_id"),
    Part(RiskMitigation, "risk_id"),
    Part(Mitigation, "id", _ACTIONS),
    Part(EffectivenessCheck, "mitigation_id", _ACTIONS),
    Part(Kri, "risk_id"),
    Part(KriBreach, "risk_id"),
)
KRI_PARTS = (Part(KriSpell, "kri_id"), Part(KriBreach, "kri_id"))
"""What belongs to a KRI."""
NUMBERS = frozenset(
    {
        *(f"kris.{name}" for name in vars(Found)["__annotations__"]),
        *(f"kri_breaches.{name}" for name in vars(Found)["__annotations__"]),
        *("kris.stale_after", "kris.ruled_from", "kri_breaches.risk_id"),
        *("kri_breaches.opened_at", "kri_breaches.red_at", "kri_breaches.closed_at"),
        *(f"kri_breaches.peak_{name}" for name in ("value", "on", "low", "high", "sample_size")),
    }
)
"""What moves with every evaluation, or is told in other words beside it."""


def level_words(kind: str, row: object) -> str | None:
    """The whole level of a row version, such as `5×4 Critical`; None while it is not known."""
    likelihood: int | None = getattr(row, f"{kind}_likelihood")
    impact: int | None = getattr(row, f"{kind}_impact")
    band: Band | None = getattr(row, f"{kind}_band", None)
    if likelihood is None or impact is None:
        return None
    return f"{likelihood}×{impact}" + (f" {band.name.capitalize()}" if band else "")


SPOKEN = {
    f"{kind}_{part}": lambda row, kind=kind: level_words(kind, row)
    for kind in ("inherent", "computed", "asserted", "residual", "target")
    for part in ("likelihood", "impact", "band")
}
"""A part of a level is told as the whole of it."""
