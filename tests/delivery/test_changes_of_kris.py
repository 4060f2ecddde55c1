"""What has become of breaches since a moment, and what they did to risks."""

from typing import Any

import pytest

from riskreg.metrics.models import MetricSeries
from tests.cast import Register
from tests.delivery.since import NOTHING, a_moment, a_risk_of, since
from tests.risks.watched import FIRST, a_kri, a_watched_series, alone, day, observed

__all__ = ["alone"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def watched(register: Register) -> tuple[Any, MetricSeries]:
    """A KRI of a quiet risk, and its series."""
    series = await a_watched_series(register)
    risk = await a_risk_of(register, 1, 1)
    return await a_kri(register, risk, series), series


async def test_breaches_open_rise_close_and_are_retracted(alone: Register) -> None:
    register = alone
    kri, series = await watched(register)
    at = await a_moment(register)
    await observed(register, series, "AA")
    opened = (await since(register, at=at))["breaches"]
    level = [{"kri": {"code": kri.code}, "level": "AMBER"}]
    assert opened["opened"]["nodes"] == level
    assert opened["raised"] == opened["closed"] == opened["retracted"] == NOTHING
    at = await a_moment(register)
    await observed(register, series, "RR", first=2)
    raised = (await since(register, at=at))["breaches"]
    assert raised["raised"]["nodes"] == [{"kri": {"code": kri.code}, "level": "RED"}]
    assert raised["opened"] == NOTHING
    at = await a_moment(register)
    await observed(register, series, "NNN", first=4)
    closed = (await since(register, at=at))["breaches"]
    assert closed["closed"]["totalCount"] == 1
    assert closed["raised"] == NOTHING
    at = await a_moment(register)
    await observed(register, series, "NNNN")
    again = await since(register, at=at)
    assert again["breaches"]["retracted"]["totalCount"] == 1
    assert again["restatements"]["nodes"] == [
        {
            "periods": 4,
            "first": FIRST.isoformat(),
            "last": day(3).isoformat(),
            "series": {"code": series.code},
        }
    ]


async def test_a_breach_that_opens_red_was_not_raised(alone: Register) -> None:
    _, series = await watched(alone)
    at = await a_moment(alone)
    await observed(alone, series, "RR")
    found = (await since(alone, at=at))["breaches"]
    assert found["opened"]["totalCount"] == 1
    assert found["raised"] == NOTHING


async def test_a_kri_that_turns_red_ends_an_override(alone: Register) -> None:
    register = alone
    series = await a_watched_series(register)
    risk = await a_risk_of(register, 4, 4, residual=(1, 1))
    kri = await a_kri(register, risk, series)
    at = await a_moment(register)
    await observed(register, series, "RR")
    [one] = (await since(register, at=at))["worsened"]["nodes"]
    assert (one["was"], one["now"]) == ({"band": "LOW"}, {"band": "CRITICAL"})
    assert (one["cause"], one["reference"]) == ("KRI_RED", kri.code)
