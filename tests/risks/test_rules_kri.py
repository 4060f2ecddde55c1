"""Which rules can be judged by, what they make of a number, and the moves of a KRI."""

from dataclasses import replace
from typing import Any

import pytest

from riskreg.kit.machine import Refused
from riskreg.risks.rules_kri import (
    KRI_MACHINE,
    BreachLevel,
    Comparator,
    KriBasis,
    KriFacts,
    KriGiven,
    KriLife,
    KriRule,
    KriStatus,
    may_acknowledge,
    refused,
)

S, L, B = KriStatus, KriLife, KriBasis
LOW_IS_GOOD = KriRule(B.POINT, 1, Comparator.ABOVE, amber=2.0, red=3.0, min_sample=100)
HIGH_IS_GOOD = replace(LOW_IS_GOOD, comparator=Comparator.BELOW, amber=95.0, red=90.0)


@pytest.mark.parametrize(
    ("rule", "value", "status"),
    [
        (LOW_IS_GOOD, 2.0, S.NORMAL),
        (LOW_IS_GOOD, 2.1, S.AMBER),
        (LOW_IS_GOOD, 3.0, S.AMBER),
        (LOW_IS_GOOD, 3.1, S.RED),
        (HIGH_IS_GOOD, 95.0, S.NORMAL),
        (HIGH_IS_GOOD, 94.9, S.AMBER),
        (HIGH_IS_GOOD, 89.9, S.RED),
        (LOW_IS_GOOD, None, S.INSUFFICIENT_SAMPLE),
    ],
)
def test_value_is_judged_by_what_it_passes(
    rule: KriRule, value: float | None, status: KriStatus
) -> None:
    assert rule.judge(value, None, None) is status


@pytest.mark.parametrize(
    ("rule", "low", "high", "status"),
    [
        (LOW_IS_GOOD, 3.1, 9.0, S.RED),
        (LOW_IS_GOOD, 2.9, 9.0, S.AMBER),
        (LOW_IS_GOOD, 1.9, 9.0, S.NORMAL),
        (HIGH_IS_GOOD, 50.0, 89.0, S.RED),
        (HIGH_IS_GOOD, 50.0, 91.0, S.AMBER),
        (HIGH_IS_GOOD, 50.0, 96.0, S.NORMAL),
        (LOW_IS_GOOD, None, None, S.INSUFFICIENT_SAMPLE),
    ],
)
def test_on_a_bound_all_of_the_interval_is_beyond(
    rule: KriRule, low: float | None, high: float | None, status: KriStatus
) -> None:
    assert replace(rule, basis=B.CI_BOUND).judge(60.0, low, high) is status


def test_red_on_a_bound_needs_one_evaluation() -> None:
    assert LOW_IS_GOOD.red_needs == 2
    assert replace(LOW_IS_GOOD, basis=B.CI_BOUND).red_needs == 1
    assert [LOW_IS_GOOD.threshold(level) for level in BreachLevel] == [2.0, 3.0]


@pytest.mark.parametrize(
    ("rule", "changes", "fields"),
    [
        (LOW_IS_GOOD, {}, []),
        (HIGH_IS_GOOD, {}, []),
        (LOW_IS_GOOD, {"red": 2.0}, ["red"]),
        (LOW_IS_GOOD, {"red": 1.0}, ["red"]),
        (HIGH_IS_GOOD, {"red": 96.0}, ["red"]),
        (LOW_IS_GOOD, {"amber": float("nan")}, ["red"]),
        (LOW_IS_GOOD, {"red": float("inf")}, ["red"]),
        (LOW_IS_GOOD, {"window_days": 0}, ["window_days"]),
        (LOW_IS_GOOD, {"window_days": 367}, ["window_days"]),
        (LOW_IS_GOOD, {"min_sample": -1}, ["min_sample"]),
        (LOW_IS_GOOD, {"persist_k": 4}, ["persist_k"]),
        (LOW_IS_GOOD, {"persist_k": 0}, ["persist_k"]),
        (LOW_IS_GOOD, {"persist_n": 31}, ["persist_n"]),
        (LOW_IS_GOOD, {"clear_after": 0}, ["clear_after"]),
        (LOW_IS_GOOD, {"clear_after": 31, "window_days": -1}, ["window_days", "clear_after"]),
    ],
)
def test_what_is_wrong_with_a_rule(
    rule: KriRule, changes: dict[str, Any], fields: list[str]
) -> None:
    assert [reason.field for reason in refused(replace(rule, **changes))] == fields


def test_refusal_of_thresholds_says_which_side() -> None:
    [reason] = refused(replace(HIGH_IS_GOOD, red=96.0))
    assert reason.message == "BELOW is bad, so RED (96) lies below AMBER (95)."
    assert reason.code == "OUT_OF_RANGE"


# What people may do, written out: state, move, where it leads.
LISTED = {
    (L.WATCHED, "change"): L.WATCHED,
    (L.WATCHED, "pause"): L.PAUSED,
    (L.WATCHED, "retire"): L.RETIRED,
    (L.PAUSED, "change"): L.PAUSED,
    (L.PAUSED, "resume"): L.WATCHED,
    (L.PAUSED, "retire"): L.RETIRED,
}
GOOD = KriFacts(may_watch=True)
SAID = KriGiven("The feed is being rebuilt")


@pytest.mark.parametrize("pair", KRI_MACHINE.pairs(), ids=str)
def test_every_pair_of_state_and_move(pair: Any) -> None:
    assert pair.listed == ((pair.state, pair.move) in LISTED)
    if pair.listed:
        target = KRI_MACHINE.check(pair.state, pair.move, GOOD, SAID)
        assert target is LISTED[pair.state, pair.move]
    else:
        with pytest.raises(Refused) as caught:
            KRI_MACHINE.check(pair.state, pair.move, GOOD, SAID)
        assert [reason.code for reason in caught.value.reasons] == ["MOVE_NOT_ALLOWED"]


@pytest.mark.parametrize(
    ("state", "move", "facts", "given", "codes"),
    [
        (L.WATCHED, "change", KriFacts(may_watch=False), SAID, ["NOT_PERMITTED"]),
        (L.WATCHED, "pause", KriFacts(may_watch=False), SAID, ["NOT_PERMITTED"]),
        (L.PAUSED, "resume", KriFacts(may_watch=False), SAID, ["NOT_PERMITTED"]),
        (L.WATCHED, "retire", KriFacts(may_watch=False), SAID, ["NOT_PERMITTED"]),
        (L.WATCHED, "change", replace(GOOD, may_judge=True, risk_ended=True), SAID, ["NOT_READY"]),
        (L.PAUSED, "resume", replace(GOOD, risk_ended=True), SAID, ["NOT_READY"]),
        (L.WATCHED, "retire", replace(GOOD, unseen_breach=True), SAID, ["NOT_READY"]),
        (L.WATCHED, "pause", GOOD, KriGiven(" "), ["MISSING"]),
        (L.WATCHED, "retire", GOOD, KriGiven(None), ["MISSING"]),
    ],
)
def test_what_is_refused(
    state: KriLife, move: str, facts: KriFacts, given: KriGiven, codes: list[str]
) -> None:
    with pytest.raises(Refused) as caught:
        KRI_MACHINE.check(state, move, facts, given)
    assert [reason.code for reason in caught.value.reasons] == codes


def test_a_breach_is_acknowledged_by_whoever_treats_or_judges_numbers() -> None:
    assert may_acknowledge(KriFacts(may_watch=True)) is None
    assert may_acknowledge(KriFacts(may_watch=False, may_judge=True)) is None
    refusal: Any = may_acknowledge(KriFacts(may_watch=False))
    assert refusal.code == "NOT_PERMITTED"
