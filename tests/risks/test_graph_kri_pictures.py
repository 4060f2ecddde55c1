"""Pictures of what KRIs read: thresholds, breaches, and words for who does not see them."""

from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from tests.cast import Register
from tests.risks.test_graph_kri import asked, watched

pytestmark = pytest.mark.asyncio(loop_scope="module")
SVG = "{http://www.w3.org/2000/svg}"


async def test_a_picture_has_thresholds_and_breaches(alone: Register) -> None:
    _, kri = await watched(alone, "NAANNNRR-IN", name="Leakage of a picture", clear_after=3)
    document = "query ($c: String!) { kri(code: $c) { svg(days: 30, size: SMALL) } }"
    data, _ = await asked(alone, alone.cast.lead, document, c=kri.code)
    root = fromstring(data["kri"]["svg"])

    def of_class(name: str) -> list[Any]:
        return [node for node in root.iter() if name in (node.get("class") or "").split()]

    assert root.get("viewBox") == "0 0 236 84"
    assert root.findtext(f"{SVG}title") == (
        "Leakage of a picture, in bps of views: newest 1 (2026-11-12); amber is 2, red is 3."
    )
    assert [len(of_class(name)) for name in ("threshold", "red", "amber")] == [2, 1, 1]
    # AA opened one that the third N closed; RR opened another, which is open still. The window of
    # the picture ends today, so the open one reaches its right edge, 26 points before the end.
    closed, still = of_class("episode")
    assert float(still.get("x")) + float(still.get("width")) == pytest.approx(210)
    assert float(closed.get("x")) + float(closed.get("width")) < float(still.get("x"))


async def test_a_picture_is_of_few_days(watch: Register) -> None:
    _, kri = await watched(watch, "N")
    document = f'{{ kri(code: "{kri.code}") {{ svg(days: 501) }} }}'
    assert await watch.refused(watch.cast.lead, document) == ["BAD_USER_INPUT"]
