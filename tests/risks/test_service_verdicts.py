"""Verdicts by a metric rest on a finished impact evaluation with enough confidence."""

from typing import Any

import pytest

from riskreg.metrics.models import MetricSeries
from riskreg.metrics.rules import Grade
from riskreg.risks import service_mitigation
from riskreg.risks.inputs_mitigation import RecordVerdict
from riskreg.risks.models_mitigation import Mitigation
from riskreg.risks.rules import MitigationStatus, RiskStatus, Verdict, VerificationMethod
from tests.cast import Register
from tests.factories import a_mitigation, id_of
from tests.metrics.arranged import a_metric, a_series, an_evaluation
from tests.risks.arranged import a_risk_in, brought

ASKED = """query Q($code: String!) { mitigation(code: $code) {
  status checks { nodes { verdict evaluation { code confidence } } } } }"""


async def judged(register: Register) -> tuple[Mitigation, MetricSeries]:
    """An action in VERIFYING whose check is an interrupted time series, and the series of it."""
    risk = await a_risk_in(register, RiskStatus.ASSESSED)
    action = await a_mitigation(
        register.db, register.cast.manager, (risk, 1, 1), check=VerificationMethod.ITS
    )
    action = await brought(register, action, MitigationStatus.VERIFYING)
    return action, await a_series(register.db, await a_metric(register.db))


def verdict(action: Mitigation, **given: Any) -> RecordVerdict:
    wanted = {"verdict": Verdict.EFFECTIVE, "findings": "Fewer errors", **given}
    return RecordVerdict(id=id_of(action), expected_version=action.version, **wanted)


async def shown(register: Register, action: Mitigation) -> Any:
    return (await register.ask(register.cast.qa, ASKED, code=action.code))["mitigation"]


async def test_a_metric_has_to_have_been_evaluated(register: Register) -> None:
    action, series = await judged(register)
    qa, record = register.cast.qa, service_mitigation.record_verdict
    assert await register.refusals(qa, record, verdict(action)) == [("NOT_READY", ("verdict",))]
    await an_evaluation(register.db, series, subject="M-999")
    assert await register.refusals(qa, record, verdict(action)) == [("NOT_READY", ("verdict",))]
    await an_evaluation(register.db, series, subject=action.code, confidence=Grade.LOW)
    assert await register.refusals(qa, record, verdict(action)) == [("NOT_READY", ("verdict",))]
    await an_evaluation(register.db, series, subject=action.code, confidence=Grade.MEDIUM)
    await register.does(qa, record, verdict(action))
    found = await shown(register, action)
    assert found["status"] == "EFFECTIVE"
    assert found["checks"]["nodes"] == [
        {"verdict": "EFFECTIVE", "evaluation": {"code": "IE-003", "confidence": "MEDIUM"}}
    ]


async def test_a_verdict_may_name_its_evaluation(register: Register) -> None:
    action, series = await judged(register)
    qa, record = register.cast.qa, service_mitigation.record_verdict
    about = {"subject": action.code}
    await an_evaluation(register.db, series, **about, confidence=Grade.HIGH)
    await an_evaluation(register.db, series, **about, confidence=Grade.LOW)
    other = await an_evaluation(register.db, series, subject="M-999")
    for name in (other.code, str(id_of(other)), "IE-099", "nothing\0"):
        assert await register.refusals(qa, record, verdict(action, evaluation=name)) == [
            ("NOT_FOUND", ("evaluation",))
        ]
    assert await register.refusals(qa, record, verdict(action)) == [("NOT_READY", ("verdict",))]
    await register.does(qa, record, verdict(action, evaluation="IE-001"))
    [check] = (await shown(register, action))["checks"]["nodes"]
    assert check["evaluation"] == {"code": "IE-001", "confidence": "HIGH"}


async def test_without_one_it_is_inconclusive(register: Register) -> None:
    action, _ = await judged(register)
    given = verdict(action, verdict=Verdict.INCONCLUSIVE)
    await register.does(register.cast.qa, service_mitigation.record_verdict, given)
    found = await shown(register, action)
    assert found["status"] == "VERIFYING"
    assert found["checks"]["nodes"] == [{"verdict": "INCONCLUSIVE", "evaluation": None}]


@pytest.mark.parametrize("method", [VerificationMethod.AUDIT, VerificationMethod.ATTESTATION])
async def test_a_check_by_people_asks_for_none(
    register: Register, method: VerificationMethod
) -> None:
    risk = await a_risk_in(register, RiskStatus.ASSESSED)
    action = await a_mitigation(register.db, register.cast.manager, (risk, 1, 1), check=method)
    action = await brought(register, action, MitigationStatus.VERIFYING)
    await register.does(register.cast.qa, service_mitigation.record_verdict, verdict(action))
    [check] = (await shown(register, action))["checks"]["nodes"]
    assert check == {"verdict": "EFFECTIVE", "evaluation": None}
