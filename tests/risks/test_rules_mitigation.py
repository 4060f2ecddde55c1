"""The machine of mitigations: every state with every move, and every guard on its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from riskreg.kit.machine import MOVE_NOT_ALLOWED, Availability, Pair, Reason, Refused
from riskreg.people.rules import Act
from riskreg.risks.rules import (
    TERMINAL,
    Confidence,
    MitigationKind,
    MitigationStatus,
    Verdict,
    VerificationMethod,
)
from riskreg.risks.rules_facts import Acting, MitigationFacts, MitigationGiven
from riskreg.risks.rules_mitigation import MITIGATION_MACHINE, effect_problems

S = MitigationStatus
TODAY = date(2026, 11, 16)
OPEN = (S.PROPOSED, S.APPROVED, S.IN_PROGRESS, S.BLOCKED, S.IMPLEMENTED, S.VERIFYING)

# The Mitigation arrows of model.md 4.5, written out again; record_verdict leads to four places.
LISTED = {
    (S.PROPOSED, "approve"): S.APPROVED,
    (S.APPROVED, "start"): S.IN_PROGRESS,
    (S.IN_PROGRESS, "block"): S.BLOCKED,
    (S.BLOCKED, "unblock"): S.IN_PROGRESS,
    (S.IN_PROGRESS, "implement"): S.IMPLEMENTED,
    (S.IMPLEMENTED, "begin_verification"): S.VERIFYING,
    (S.VERIFYING, "record_verdict"): S.EFFECTIVE,
    **{(state, "cancel"): S.CANCELLED for state in OPEN},
    **{(state, "reschedule"): state for state in OPEN[:4]},
}
GOOD = MitigationFacts(
    acting=Acting("lead", None, frozenset(Act)),
    today=TODAY,
    owner_id="owner",
    due_on=date(2026, 12, 1),
    has_effect=True,
    has_check=True,
    check_method=VerificationMethod.AUDIT,
)
GIVEN = MitigationGiven(
    reason="No longer needed",
    blocker="Waiting for the vendor",
    evidence=("https://example.org/evidence",),
    due_on=date(2026, 12, 8),
    verdict=Verdict.EFFECTIVE,
)


def refusal(
    state: S, move: str, facts: MitigationFacts, given: MitigationGiven
) -> tuple[Reason, ...]:
    with pytest.raises(Refused) as caught:
        MITIGATION_MACHINE.check(state, move, facts, given)
    return caught.value.reasons


def test_moves_are_those_of_the_model() -> None:
    listed = {(pair.state, pair.move) for pair in MITIGATION_MACHINE.pairs() if pair.listed}
    assert listed == set(LISTED)
    assert set(MITIGATION_MACHINE.states) == set(S)
    assert all(MITIGATION_MACHINE.listed(state) == () for state in TERMINAL)


@pytest.mark.parametrize(
    "pair", MITIGATION_MACHINE.pairs(), ids=lambda pair: f"{pair.state}-{pair.move}"
)
def test_every_state_with_every_move(pair: Pair[S]) -> None:
    target = LISTED.get((pair.state, pair.move))
    offered = {one.name: one for one in MITIGATION_MACHINE.availability(pair.state, GOOD)}
    if target is None:
        (reason,) = refusal(pair.state, pair.move, GOOD, GIVEN)
        assert (reason.code, reason.field) == (MOVE_NOT_ALLOWED, None)
        assert pair.move not in offered
    else:
        assert MITIGATION_MACHINE.check(pair.state, pair.move, GOOD, GIVEN) is target
        assert offered[pair.move] == Availability(pair.move)


@pytest.mark.parametrize(("state", "move"), LISTED)
def test_no_move_without_permission(state: S, move: str) -> None:
    facts = replace(GOOD, acting=Acting("nobody"))
    (reason,) = refusal(state, move, facts, GIVEN)
    assert (reason.code, reason.field) == ("NOT_PERMITTED", None)


def test_owner_works_on_the_action_but_neither_approves_nor_judges_it() -> None:
    facts = replace(GOOD, acting=Acting("owner", None, frozenset({Act.WORK_ON_MITIGATION})))
    for state, move in (
        (S.APPROVED, "start"),
        (S.IN_PROGRESS, "block"),
        (S.BLOCKED, "unblock"),
        (S.IN_PROGRESS, "implement"),
        (S.IMPLEMENTED, "begin_verification"),
        (S.BLOCKED, "reschedule"),
    ):
        assert MITIGATION_MACHINE.check(state, move, facts, GIVEN) is LISTED[state, move]
    for state, move in ((S.PROPOSED, "approve"), (S.BLOCKED, "cancel")):
        assert refusal(state, move, facts, GIVEN)[0].code == "NOT_PERMITTED"
    judging = replace(GOOD, acting=Acting("owner", None, frozenset(Act)))
    assert [reason.code for reason in refusal(S.VERIFYING, "record_verdict", judging, GIVEN)] == [
        "FOUR_EYES"
    ]


STAND_IN = Acting("deputy", None, frozenset(Act), on_behalf_of="owner")
BY_METRIC = {"check_method": VerificationMethod.DID}

BLOCKED: list[tuple[S, str, dict[str, Any], dict[str, Any], list[tuple[str | None, str]]]] = [
    (S.PROPOSED, "approve", {"owner_id": None}, {}, [("owner_id", "MISSING")]),
    (S.PROPOSED, "approve", {"due_on": None}, {}, [("due_on", "MISSING")]),
    (S.PROPOSED, "approve", {"has_effect": False}, {}, [("delta_likelihood", "MISSING")]),
    (S.PROPOSED, "approve", {"has_check": False}, {}, [("check", "MISSING")]),
    (S.IN_PROGRESS, "block", {}, {"blocker": " "}, [("blocker", "MISSING")]),
    (S.IN_PROGRESS, "implement", {}, {"evidence": ()}, [("evidence", "MISSING")]),
    (S.IN_PROGRESS, "implement", {}, {"evidence": ("", " ")}, [("evidence", "MISSING")]),
    (S.IMPLEMENTED, "begin_verification", {"has_check": False}, {}, [(None, "NOT_READY")]),
    (S.VERIFYING, "record_verdict", {"has_check": False}, {}, [(None, "NOT_READY")]),
    (S.VERIFYING, "record_verdict", {"acting": STAND_IN}, {}, [(None, "FOUR_EYES")]),
    (S.VERIFYING, "record_verdict", {}, {"verdict": None}, [("verdict", "MISSING")]),
    (S.VERIFYING, "record_verdict", BY_METRIC, {}, [("verdict", "NOT_READY")]),
    (
        S.VERIFYING,
        "record_verdict",
        {**BY_METRIC, "evaluation_confidence": Confidence.LOW},
        {"verdict": Verdict.PARTIAL},
        [("verdict", "NOT_READY")],
    ),
    (
        S.VERIFYING,
        "record_verdict",
        {"check_method": VerificationMethod.BEFORE_AFTER},
        {"verdict": Verdict.INEFFECTIVE},
        [("verdict", "NOT_READY")],
    ),
    (S.PROPOSED, "reschedule", {}, {"due_on": None}, [("due_on", "MISSING")]),
    (S.BLOCKED, "reschedule", {}, {"due_on": date(2026, 11, 15)}, [("due_on", "OUT_OF_RANGE")]),
    (S.APPROVED, "reschedule", {}, {"due_on": date(2026, 12, 1)}, [("due_on", "OUT_OF_RANGE")]),
    (S.VERIFYING, "cancel", {}, {"reason": None}, [("reason", "MISSING")]),
]


@pytest.mark.parametrize(("state", "move", "facts", "given", "expected"), BLOCKED)
def test_guard_refuses(
    *,
    state: S,
    move: str,
    facts: dict[str, Any],
    given: dict[str, Any],
    expected: list[tuple[str | None, str]],
) -> None:
    reasons = refusal(state, move, replace(GOOD, **facts), replace(GIVEN, **given))
    assert [(reason.field, reason.code) for reason in reasons] == expected
    assert all(reason.message[0].isupper() and reason.message[-1] == "." for reason in reasons)


def test_every_guard_of_every_row_is_tried() -> None:
    """Each guard answers in some case of BLOCKED, or it is a permission."""
    tried: set[object] = set()
    for state, move, facts, given, _ in BLOCKED:
        bad, gave = replace(GOOD, **facts), replace(GIVEN, **given)
        for row in MITIGATION_MACHINE.moves:
            if row.name == move and state in row.sources:
                tried |= {guard for guard in row.needs if guard(bad)}
                tried |= {ask for ask in row.asks if ask(bad, gave)}
    missing = [
        guard.__doc__
        for row in MITIGATION_MACHINE.moves
        for guard in (*row.needs, *row.asks)
        if guard not in tried and not str(guard.__doc__).startswith("May ")
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("verdict", "target"),
    [
        (Verdict.EFFECTIVE, S.EFFECTIVE),
        (Verdict.PARTIAL, S.PARTIAL),
        (Verdict.INEFFECTIVE, S.INEFFECTIVE),
        (Verdict.INCONCLUSIVE, S.VERIFYING),
    ],
)
def test_verdict_decides_where_it_leads(verdict: Verdict, target: S) -> None:
    given = replace(GIVEN, verdict=verdict)
    assert MITIGATION_MACHINE.check(S.VERIFYING, "record_verdict", GOOD, given) is target
    evaluated = replace(
        GOOD,
        check_method=VerificationMethod.ITS,
        evaluation_confidence=Confidence.MEDIUM,
    )
    assert MITIGATION_MACHINE.check(S.VERIFYING, "record_verdict", evaluated, given) is target


def test_without_an_evaluation_a_metric_check_is_inconclusive() -> None:
    facts = replace(GOOD, check_method=VerificationMethod.ITS)
    given = replace(GIVEN, verdict=Verdict.INCONCLUSIVE)
    assert MITIGATION_MACHINE.check(S.VERIFYING, "record_verdict", facts, given) is S.VERIFYING
    assert [reason.message for reason in refusal(S.VERIFYING, "record_verdict", facts, GIVEN)] == [
        "The impact evaluation is not finished, so the verdict can only be INCONCLUSIVE."
    ]
    weak = replace(facts, evaluation_confidence=Confidence.LOW)
    assert [reason.message for reason in refusal(S.VERIFYING, "record_verdict", weak, GIVEN)] == [
        "The impact evaluation has LOW confidence, so the verdict can only be INCONCLUSIVE."
    ]


def test_evidence_that_is_there_already_is_enough() -> None:
    facts, given = replace(GOOD, evidence=1), replace(GIVEN, evidence=())
    assert MITIGATION_MACHINE.check(S.IN_PROGRESS, "implement", facts, given) is S.IMPLEMENTED


def test_action_may_be_due_today() -> None:
    given = replace(GIVEN, due_on=TODAY)
    assert MITIGATION_MACHINE.check(S.BLOCKED, "reschedule", GOOD, given) is S.BLOCKED


@pytest.mark.parametrize(
    ("kind", "likelihood", "impact", "fields"),
    [
        (MitigationKind.PREVENTIVE, 4, 4, []),
        (MitigationKind.CORRECTIVE, 0, 0, []),
        (MitigationKind.PREVENTIVE, 5, -1, ["delta_likelihood", "delta_impact"]),
        (MitigationKind.DETECTIVE, 0, 2, []),
        (MitigationKind.DETECTIVE, 1, 2, ["delta_likelihood"]),
        (MitigationKind.CONTINGENCY, 1, 0, ["delta_likelihood"]),
    ],
)
def test_effect_is_bounded_and_fits_its_kind(
    kind: MitigationKind, likelihood: int, impact: int, fields: list[str]
) -> None:
    assert [reason.field for reason in effect_problems(kind, likelihood, impact)] == fields


def test_table_prints() -> None:
    lines = MITIGATION_MACHINE.as_markdown().splitlines()
    assert len(lines) == 2 + len(MITIGATION_MACHINE.moves) == 14
    assert lines[4] == (
        "| IN_PROGRESS | block | BLOCKED | May work on this action | What blocks it |"
    )
