"""The machine of risks: every state with every move, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from riskreg.kit.machine import MOVE_NOT_ALLOWED, Availability, Pair
from riskreg.people.rules import Act, Authority
from riskreg.risks.rules import Band
from riskreg.risks.rules_facts import Acting
from riskreg.risks.rules_machine import RISK_MACHINE
from tests.risks.good_risk import (
    A2,
    GIVEN,
    GOOD,
    LISTED,
    MOVES,
    NO_WORD,
    OPEN_ACTION,
    OWNER,
    TODAY,
    S,
    facts_for,
    refusal,
)


def test_moves_are_those_of_the_model() -> None:
    assert set(RISK_MACHINE.names) == MOVES
    assert set(RISK_MACHINE.states) == set(S)
    assert {(pair.state, pair.move) for pair in RISK_MACHINE.pairs() if pair.listed} == set(LISTED)


@pytest.mark.parametrize("pair", RISK_MACHINE.pairs(), ids=lambda pair: f"{pair.state}-{pair.move}")
def test_every_state_with_every_move(pair: Pair[S]) -> None:
    target = LISTED.get((pair.state, pair.move))
    offered = {one.name: one for one in RISK_MACHINE.availability(pair.state, facts_for(pair.move))}
    if target is None:
        (reason,) = refusal(pair.state, pair.move, facts_for(pair.move), GIVEN)
        assert (reason.code, reason.field) == (MOVE_NOT_ALLOWED, None)
        assert pair.state.value in reason.message
        assert all(name.replace("_", " ") in reason.message for name in offered)
        assert pair.move not in offered
    else:
        assert RISK_MACHINE.check(pair.state, pair.move, facts_for(pair.move), GIVEN) is target
        assert offered[pair.move] == Availability(pair.move)


NOBODY = Acting("nobody", Authority.A4, frozenset())


@pytest.mark.parametrize(("state", "move"), LISTED)
def test_no_move_without_permission(state: S, move: str) -> None:
    (reason,) = refusal(state, move, facts_for(move, acting=NOBODY), GIVEN)
    assert (reason.code, reason.field) == ("NOT_PERMITTED", None)
    (offered,) = [
        one
        for one in RISK_MACHINE.availability(state, facts_for(move, acting=NOBODY))
        if one.name == move
    ]
    assert offered.blocked_by == (reason.message,)


@pytest.mark.parametrize("act", [Act.ACCEPT_RISK, Act.ASSESS_AND_TREAT])
def test_who_accepts_or_treats_may_end_an_acceptance(act: Act) -> None:
    facts = replace(GOOD, acting=Acting("x", None, frozenset({act})))
    assert RISK_MACHINE.check(S.ACCEPTED, "revoke_acceptance", facts, GIVEN) is S.ASSESSED


def test_refusals_are_sentences_that_name_what_is_at_stake() -> None:
    critical = facts_for("accept", acting=A2, residual_band=Band.CRITICAL)
    given = replace(GIVEN, expires_on=TODAY + timedelta(days=60))
    assert [reason.message for reason in refusal(S.ASSESSED, "accept", critical, given)] == [
        "Accepting a CRITICAL risk of this category takes authority A4; yours is A2.",
        "A CRITICAL risk can be accepted for at most 30 days, so until 2026-12-16.",
    ]
    third = facts_for("accept", acting=NO_WORD, acceptances_in_a_row=2)
    assert [reason.message for reason in refusal(S.ASSESSED, "accept", third, GIVEN)] == [
        (
            "Accepting a risk that was accepted 2 times in a row already takes authority A4; "
            "you have none."
        ),
    ]
    high = facts_for("close", residual_band=Band.HIGH, mitigations=(OPEN_ACTION, OPEN_ACTION))
    given = replace(GIVEN, cause_gone=False)
    assert [reason.message for reason in refusal(S.MONITORING, "close", high, given)] == [
        "There are still 2 open mitigations.",
        (
            "The residual is HIGH, above the appetite of MEDIUM. "
            "It can be closed only if its cause is gone."
        ),
    ]
    assert refusal(S.CLOSED, "accept", GOOD, GIVEN)[0].message == (
        "A risk that is CLOSED cannot accept. Moves from here: restore."
    )


def test_button_says_why_it_is_off_before_anything_is_filled_in() -> None:
    facts = replace(GOOD, acting=OWNER, target_band=Band.CRITICAL, residual_band=Band.HIGH)
    assert RISK_MACHINE.availability(S.ASSESSED, facts) == (
        Availability("reassess"),
        Availability(
            "treat",
            (
                (
                    "The target is CRITICAL, above the tolerance of HIGH; "
                    "plan more, or something stronger."
                ),
            ),
        ),
        Availability("accept", ("You own this risk, so somebody else has to accept it.",)),
        Availability("monitor", ("The residual is HIGH, above the appetite of MEDIUM.",)),
        Availability("materialise"),
    )


def test_table_prints() -> None:
    lines = RISK_MACHINE.as_markdown().splitlines()
    assert len(lines) == 2 + len(RISK_MACHINE.moves) == 18
    assert lines[-1] == "| CLOSED, REJECTED | restore | OPEN | May assess or treat | A reason |"
