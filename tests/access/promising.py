"""What mutations about targets and health are tried with, by those who may and may not."""

from datetime import date
from typing import Any

from riskreg.delivery import inputs, service_health
from riskreg.delivery.rules import Health
from tests.cast import Register
from tests.delivery.arranged import a_target, an_sla
from tests.factories import id_of
from tests.metrics.arranged import a_metric

Given = dict[str, Any]


async def promise_inputs(register: Register) -> dict[str, Given]:
    """Inputs that nothing but role and standing can be wrong with."""
    cast, db = register.cast, register.db
    sla = await an_sla(db)
    other = await a_metric(db, "QA_ACC")
    target = {"id": id_of(await a_target(db, cast.project, sla)), "expectedVersion": 1}
    until = date(2026, 11, 20)
    said = inputs.AssertHealth(
        project_id=id_of(cast.project), health=Health.RED, reason="Seen on site", until_on=until
    )
    assertion = await register.does(cast.lead, service_health.assert_health, said)
    return {
        "setTarget": {
            "projectId": id_of(cast.project),
            "metricId": id_of(other),
            "comparator": "AT_LEAST",
            "value": 95,
            "amber": 96,
        },
        "changeTarget": {**target, "minSample": 5},
        "endTarget": {**target, "reason": "over"},
        "assertHealth": {
            "projectId": id_of(cast.project),
            "health": "GREEN",
            "reason": "The feed broke",
            "untilOn": until.isoformat(),
        },
        "withdrawHealthAssertion": {"id": id_of(assertion), "expectedVersion": 1},
    }
