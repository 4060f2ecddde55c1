"""Breaches as whoever listens is told of them."""

import pytest

from riskreg.kit.context import Context
from riskreg.kit.entries import START
from riskreg.risks.rules import RiskStatus
from tests.cast import Register
from tests.hearing import heard, next_of
from tests.risks.arranged import a_risk_in
from tests.risks.watched import a_kri, a_watched_series, observed

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_breach_is_told_as_it_opens_and_as_it_turns_red(alone: Register) -> None:
    """And neither as it goes on or ends, nor where it was over when it was noted."""
    risk = await a_risk_in(alone, RiskStatus.MONITORING)
    over, lasting = [await a_watched_series(alone) for _ in range(2)]
    await observed(alone, over, "RRNNN")
    alone.clock.advance(minutes=1)
    await a_kri(alone, risk, over)
    kri = await a_kri(alone, risk, lasting)
    seqs = []
    for first, letters in enumerate(("AA", "AA", "RR", "RR", "NN", "NN", "NN", "RR")):
        alone.clock.advance(minutes=1)
        await observed(alone, lasting, letters, first=2 * first)
        seqs.append(await alone.seq())
    document = """subscription ($since: Cursor!) { kriBreached(since: $since) {
      seq breaches { kri { code } level openedAt } } }"""
    context = Context(alone.db, alone.cast.lead)
    async with heard(context, document, since=START.cursor) as stream:
        told = [(await next_of(stream))["kriBreached"] for _ in range(3)]
    assert [one["seq"] for one in told] == [seqs[0], seqs[2], seqs[7]]
    assert {one["kri"]["code"] for event in told for one in event["breaches"]} == {kri.code}
    [opened], [raised], [another] = (event["breaches"] for event in told)
    assert opened == raised != another
    assert opened["level"] == another["level"] == "RED", "as they are now"
