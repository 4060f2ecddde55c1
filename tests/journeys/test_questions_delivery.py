"""Questions 2 and 5: what changed since the last weekly review, and what waits for me."""

from datetime import UTC, datetime, timedelta
from typing import Any

from riskreg.demo import load as demo
from tests.journeys.conftest import Register

REVIEWED = datetime(2026, 11, 9, 1, 30, tzinfo=UTC)
"""The end of the last weekly review: D-7, 09:30 in Singapore."""
LINH, LUCIA = "P-003", "P-012"


def day(offset: int) -> str:
    return (demo.AS_OF + timedelta(days=offset)).isoformat()


def codes(listed: dict[str, Any], of: str = "risk") -> list[str]:
    """The codes of the objects of a list."""
    assert listed["totalCount"] == len(listed["nodes"])
    return [one[of]["code"] for one in listed["nodes"]]


async def changes(register: Register, **variables: Any) -> dict[str, Any]:
    """Question 2."""
    found: dict[str, Any] = (await register.ask("q02", **variables))["changesSince"]
    return found


async def holds_since_the_last_review(register: Register) -> dict[str, Any]:
    """The oracle of domain/demo.md 5.6, as far as the register has come."""
    found = await changes(register)
    moved = {name: codes(found[name]) for name in ("opened", "closed", "worsened", "improved")}
    assert moved == {
        "opened": ["R-024"],
        "closed": ["R-003"],
        "worsened": ["R-011", "R-019"],
        "improved": ["R-005"],
    }
    bands = {
        one["risk"]["code"]: (one["was"]["band"], one["now"]["band"], one["at"][:10])
        for one in (*found["worsened"]["nodes"], *found["improved"]["nodes"])
    }
    assert bands == {
        "R-011": ("HIGH", "CRITICAL", day(-4)),
        "R-019": ("MEDIUM", "HIGH", day(-5)),
        "R-005": ("HIGH", "MEDIUM", day(-6)),
    }
    [raised] = found["breaches"]["raised"]["nodes"]
    assert (raised["kri"]["code"], raised["risk"]["code"]) == ("KRI-FRAUD-VI", "R-007")
    ended = {one["acceptance"]["code"]: one["why"] for one in found["acceptancesEnded"]["nodes"]}
    assert ended == {"A-004": "EXPIRED", "A-007": "CLOSED"}, "A-007 is that of R-003"
    return found


async def test_q02_what_changed_since_the_last_review(register: Register) -> None:
    found = await holds_since_the_last_review(register)
    [better] = found["improved"]["nodes"]
    assert (better["cause"], better["reference"]) == ("MITIGATION_IMPLEMENTED", "M-026")
    assert codes(found["outOfTolerance"]) == ["R-011", "R-019"]
    [slip] = found["actions"]["slipped"]["nodes"]
    assert (slip["mitigation"]["code"], slip["dueWas"], slip["dueNow"]) == (
        "M-025",
        day(-3),
        day(3),
    )
    assert await changes(register, since=found["since"]["at"]) == found

    estimate = "likelihood: 1, impacts: [{dimension: ENVR_GLOBAL, step: 2}]"
    await register.do("reassessRisk", "R-011", f'{estimate}, rationale: "recalibrated"')
    again = await changes(register)
    assert codes(again["worsened"]) == ["R-019"]
    assert codes(again["improved"]) == ["R-005", "R-011"]
    assert [one["rationale"] for one in again["improved"]["nodes"]] == [None, "recalibrated"]
    since = await changes(register, since=register.db.now().isoformat())
    assert all(since[name]["totalCount"] == 0 for name in ("opened", "worsened", "improved"))


async def waiting(register: Register, who: str, **variables: Any) -> dict[str, list[Any]]:
    """Question 5, asked by a person: kind, code and due day of each item."""
    actor, register.actor = register.actor, await register.person(who)
    found = (await register.ask("q05", **variables))["myWork"]
    register.actor = actor
    return {
        name: [(one["kind"], one["code"], one["dueOn"]) for one in found[name]["nodes"]]
        for name in ("overdue", "dueSoon")
    }


OF_LUCIA = {
    "overdue": [("ACTION", "M-008", day(-20)), ("ACCEPTANCE", "A-004", day(-6))],
    "dueSoon": [("RISK_REVIEW", "R-017", day(3)), ("RISK_REVIEW", "R-004", day(4))],
}


async def test_q05_what_is_late_and_what_is_due_soon(register: Register) -> None:
    assert await waiting(register, LUCIA) == OF_LUCIA
    review, action = ("RISK_REVIEW", "R-007", day(2)), ("ACTION", "M-028", day(7))
    assert await waiting(register, LINH) == {"overdue": [], "dueSoon": [review, action]}
    assert await waiting(register, LINH, horizonBd=4) == {"overdue": [], "dueSoon": [review]}
    register.clock.advance(days=3)
    assert await waiting(register, LINH) == {"overdue": [review], "dueSoon": [action]}
    estimate = "likelihood: 3, impacts: [{dimension: ENVR_GLOBAL, step: 4}]"
    await register.do("reassessRisk", "R-007", f'{estimate}, rationale: "still so"', who=LINH)
    assert await waiting(register, LINH) == {"overdue": [], "dueSoon": [action]}


async def test_both_hold_with_another_seed(reseeded: Register) -> None:
    await holds_since_the_last_review(reseeded)
    assert await waiting(reseeded, LUCIA) == OF_LUCIA
