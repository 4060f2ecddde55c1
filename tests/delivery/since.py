"""Asks what has become of the register since a moment, for tests."""

from typing import Any

from riskreg.kit.view import Actor
from riskreg.risks.models import Risk
from tests.cast import Register
from tests.factories import an_assessed_risk
from tests.risks.arranged import impacts, moved

SINCE = """query($seq: Int, $at: DateTime, $of: DateTime) {
  changesSince(seq: $seq, instant: $at, asOf: $of) {
    opened { ...risks } closed { ...risks } worsened { ...risks } improved { ...risks }
    outOfTolerance { ...risks } backInTolerance { ...risks }
    breaches { opened { ...breaches } raised { ...breaches } closed { ...breaches }
      retracted { ...breaches } }
    acceptancesEnded { totalCount nodes { at why acceptance { code } } }
    actions { slipped { totalCount nodes { dueWas dueNow mitigation { code } } }
      overdue { ...actions } implemented { ...actions } verified { ...actions } }
    restatements { totalCount nodes { periods first last series { code } } } } }
fragment risks on MovedRiskList { totalCount nodes { risk { code } was { band } now { band }
  at cause reference rationale } }
fragment breaches on KriBreachList { totalCount nodes { kri { code } level } }
fragment actions on MitigationList { totalCount nodes { code } }"""

NOTHING: dict[str, Any] = {"totalCount": 0, "nodes": []}


async def since(register: Register, actor: Actor | None = None, **given: Any) -> Any:
    """What has become since a moment, as the lead sees it if nobody else is named."""
    found = await register.ask(actor or register.cast.lead, SINCE, **given)
    return found["changesSince"]


def codes(found: Any) -> list[str]:
    """The codes of the risks or actions of a list, once it is as long as its count."""
    assert found["totalCount"] == len(found["nodes"])
    return [one["risk"]["code"] if "risk" in one else one["code"] for one in found["nodes"]]


async def a_moment(register: Register) -> str:
    """The time a minute after all that was done, before an hour passes."""
    at = register.clock.advance(minutes=1)
    register.clock.advance(hours=1)
    return at.isoformat()


async def a_risk_of(register: Register, likelihood: int, impact: int, **given: Any) -> Risk:
    """An assessed risk of the own project."""
    wanted = {"likelihood": likelihood, "impact": impact, "owner": register.cast.qa, **given}
    return await an_assessed_risk(register.db, register.cast.lead, register.cast.project, **wanted)


async def reassessed(register: Register, risk: Risk, likelihood: int, impact: int) -> Risk:
    """The risk after somebody judged it anew."""
    judged: dict[str, Any] = {"likelihood": likelihood, "impacts": impacts(impact)}
    return await moved(register, risk, "reassess", **judged, rationale="Measured anew")
