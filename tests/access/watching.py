"""What mutations about KRIs are tried with, by those who may and those who may not."""

from typing import Any

from riskreg.kit.ids import global_id
from riskreg.risks.models_kri import Kri
from riskreg.risks.rules import RiskStatus
from tests.cast import Register
from tests.factories import id_of
from tests.metrics.arranged import told
from tests.risks.arranged import a_risk_in
from tests.risks.watched import (
    LETTERS,
    a_kri,
    a_watched_series,
    acknowledged,
    breaches,
    day,
    moved_kri,
)

Given = dict[str, Any]


async def kri_inputs(register: Register) -> dict[str, Given]:
    """Inputs that nothing but role and standing can be wrong with."""
    cast = register.cast
    risk = await a_risk_in(register, RiskStatus.ASSESSED, vendors=(cast.aster,), areas=(cast.area,))
    scope = {"project_id": id_of(cast.project), "vendor_id": id_of(cast.aster)}
    series = await a_watched_series(register, **scope)
    await told(register.db, series, {day(at): LETTERS["A"] for at in range(3)})
    kri = await a_kri(register, risk, series)
    await acknowledged(register, kri)
    [breach] = await breaches(register, kri)
    paused = await moved_kri(register, await a_kri(register, risk, series), "pause")
    form = {"name": "Leakage", "playbook": "Call", "basis": "POINT", "amber": 2.0, "red": 3.0}

    def on(row: Kri, **given: Any) -> Given:
        return {"id": id_of(row), "expectedVersion": row.version, **given}

    return {
        "addKri": {"riskId": id_of(risk), "seriesId": id_of(series), **form},
        "changeKri": on(kri, name="Another"),
        "pauseKri": on(kri, reason="The feed is rebuilt"),
        "resumeKri": on(paused),
        "retireKri": on(kri, reason="A better one watches"),
        "acknowledgeBreach": {
            "id": global_id("breach", breach.id),
            "expectedVersion": breach.version,
            "note": "Real",
        },
    }
