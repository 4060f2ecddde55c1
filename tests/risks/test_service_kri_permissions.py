"""Who may watch risks with KRIs, and who may acknowledge breaches."""

import pytest
from strawberry import ID, Some

from riskreg.kit.ids import global_id
from riskreg.kit.view import Actor
from riskreg.risks import inputs_kri as inputs
from riskreg.risks import service_kri
from riskreg.risks.rules import RiskStatus
from tests.cast import Cast, Register
from tests.risks.arranged import a_risk_in, now
from tests.risks.watched import (
    a_kri,
    a_watched_series,
    adding,
    breaches,
    moved_kri,
    observed,
    refused_kri,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
R = RiskStatus


def watchers(cast: Cast) -> dict[Actor, bool]:
    """Who may watch a risk of the manager's project, and who may not."""
    return {
        **dict.fromkeys((cast.lead, cast.qa, cast.manager), True),
        **dict.fromkeys((cast.other_manager, cast.director, cast.analyst, cast.auditor), False),
        **dict.fromkeys((cast.guideline, cast.wfm, cast.policy), False),
    }


async def test_who_may_watch_is_who_may_assess_and_treat(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    before = await now(watch, risk)
    for actor, may in watchers(watch.cast).items():
        if may:
            await moved_kri(watch, kri, "change", by=actor, name=Some(f"By {actor.name}"))
            continue
        found = await watch.refusals(actor, service_kri.add, adding(risk, series))
        assert found == [("NOT_PERMITTED", ())]
        for name in ("change", "pause", "retire"):
            assert await refused_kri(watch, kri, name, by=actor) == [("NOT_PERMITTED", ())]
    assert await now(watch, risk) == before


async def test_who_may_acknowledge_treats_or_judges_numbers(watch: Register) -> None:
    risk, series = await a_risk_in(watch, R.ASSESSED), await a_watched_series(watch)
    kri = await a_kri(watch, risk, series)
    await observed(watch, series, "RR")
    [breach] = await breaches(watch, kri)
    for actor, may in watchers(watch.cast).items():
        if may or actor is watch.cast.analyst:
            continue
        seen = inputs.AcknowledgeBreach(
            id=ID(global_id("breach", breach.id)), expected_version=breach.version, note="Seen"
        )
        found = await watch.refusals(actor, service_kri.acknowledge, seen)
        assert found == [("NOT_PERMITTED", ())]
    assert await breaches(watch, kri) == [breach]
