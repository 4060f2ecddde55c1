"""Every guard of the moves of a risk on its own: what it refuses, and what it lets through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from riskreg.risks.rules import Band, ImpactDimension, MitigationStatus, RejectReason, Treatment
from riskreg.risks.rules_facts import ActionFact
from riskreg.risks.rules_machine import RISK_MACHINE
from tests.risks.good_risk import (
    A2,
    A3,
    DONE_ACTION,
    ENVR,
    GIVEN,
    LISTED,
    NO_WORD,
    NOW,
    OPEN_ACTION,
    OWNER,
    STAND_IN,
    TODAY,
    S,
    facts_for,
    refusal,
)

# state, move, what is wrong with the facts, what with the given, the fields and codes to expect
BLOCKED: list[tuple[S, str, dict[str, Any], dict[str, Any], list[tuple[str | None, str]]]] = [
    (S.DRAFT, "submit", {"title": " "}, {}, [("title", "MISSING")]),
    (S.DRAFT, "submit", {"event": None}, {}, [("event", "MISSING")]),
    (S.DRAFT, "submit", {"category": None}, {}, [("category", "MISSING")]),
    (S.DRAFT, "submit", {"has_scope": False}, {}, [("project_ids", "MISSING")]),
    (S.DRAFT, "submit", {"likelihood": None}, {}, [("likelihood", "MISSING")]),
    (S.DRAFT, "submit", {"impact": None}, {}, [("impact", "MISSING")]),
    (S.DRAFT, "submit", {"reporter_id": None}, {}, [("identified_by_id", "MISSING")]),
    (S.OPEN, "reject", {}, {"reject_reason": None}, [("reject_reason", "MISSING")]),
    (S.OPEN, "reject", {}, {"instead_id": None}, [("instead_id", "MISSING")]),
    (
        S.DRAFT,
        "reject",
        {},
        {"reject_reason": RejectReason.IS_ISSUE, "instead_id": ""},
        [("instead_id", "MISSING")],
    ),
    (S.OPEN, "assess", {"owner_id": None}, {}, [("owner_id", "MISSING")]),
    (S.OPEN, "assess", {"category": None}, {}, [("category", "MISSING")]),
    (
        S.OPEN,
        "assess",
        {"cause": None, "event": "", "consequence": "  "},
        {},
        [("cause", "MISSING"), ("event", "MISSING"), ("consequence", "MISSING")],
    ),
    (
        S.OPEN,
        "assess",
        {},
        {"likelihood": None, "impacts": {}},
        [("likelihood", "MISSING"), ("impacts", "MISSING")],
    ),
    (S.OPEN, "assess", {}, {"likelihood": 6}, [("likelihood", "OUT_OF_RANGE")]),
    (
        S.OPEN,
        "assess",
        {},
        {"impacts": {ImpactDimension.SLA: 0}},
        [("impacts", "OUT_OF_RANGE")],
    ),
    (S.TREATING, "reassess", {}, {"rationale": ""}, [("rationale", "MISSING")]),
    (S.MATERIALISED, "reassess", {}, {"likelihood": 0}, [("likelihood", "OUT_OF_RANGE")]),
    (S.ASSESSED, "treat", {}, {"treatment": None}, [("treatment", "MISSING")]),
    (S.ASSESSED, "treat", {}, {"treatment": Treatment.ACCEPT}, [("treatment", "MISSING")]),
    (S.ASSESSED, "treat", {}, {"treatment": Treatment.EXPLOIT}, [("treatment", "MISSING")]),
    (S.ASSESSED, "treat", {"mitigations": ()}, {}, [(None, "NOT_READY")]),
    (
        S.ASSESSED,
        "treat",
        {
            "mitigations": (
                ActionFact(MitigationStatus.PROPOSED, has_owner=False),
                ActionFact(MitigationStatus.PROPOSED, has_due=False),
                ActionFact(MitigationStatus.CANCELLED),
                ActionFact(MitigationStatus.INEFFECTIVE),
            )
        },
        {},
        [(None, "NOT_READY")],
    ),
    (S.ASSESSED, "treat", {"target_band": Band.CRITICAL}, {}, [(None, "NOT_READY")]),
    (S.ASSESSED, "treat", {"target_band": None}, {}, [(None, "NOT_READY")]),
    (S.ASSESSED, "accept", {"acting": OWNER}, {}, [(None, "FOUR_EYES")]),
    (S.TREATING, "accept", {"acting": STAND_IN}, {}, [(None, "FOUR_EYES")]),
    (S.ASSESSED, "accept", {"acting": NO_WORD}, {}, [(None, "AUTHORITY")]),
    (S.ASSESSED, "accept", {"acting": A2, "rule": ENVR}, {}, [(None, "AUTHORITY")]),
    (
        S.ASSESSED,
        "accept",
        {"acting": A3, "residual_band": Band.CRITICAL},
        {"expires_on": TODAY + timedelta(days=30)},
        [(None, "AUTHORITY")],
    ),
    (
        S.MONITORING,
        "accept",
        {"acting": A3, "acceptances_in_a_row": 2},
        {},
        [(None, "AUTHORITY")],
    ),
    (S.ASSESSED, "accept", {"residual_band": None}, {}, [(None, "NOT_READY")]),
    (S.ASSESSED, "accept", {}, {"expires_on": None}, [("expires_on", "MISSING")]),
    (S.ASSESSED, "accept", {}, {"expires_on": TODAY}, [("expires_on", "OUT_OF_RANGE")]),
    (
        S.ASSESSED,
        "accept",
        {},
        {"expires_on": TODAY + timedelta(days=91)},
        [("expires_on", "OUT_OF_RANGE")],
    ),
    (
        S.ASSESSED,
        "accept",
        {"residual_band": Band.HIGH},
        {"expires_on": TODAY + timedelta(days=61)},
        [("expires_on", "OUT_OF_RANGE")],
    ),
    (
        S.ASSESSED,
        "accept",
        {"residual_band": Band.CRITICAL},
        {"expires_on": TODAY + timedelta(days=31)},
        [("expires_on", "OUT_OF_RANGE")],
    ),
    (S.ASSESSED, "accept", {}, {"justification": "\n"}, [("justification", "MISSING")]),
    (S.ASSESSED, "monitor", {"residual_band": Band.HIGH}, {}, [(None, "NOT_READY")]),
    (S.ASSESSED, "monitor", {"residual_band": None}, {}, [(None, "NOT_READY")]),
    (S.ASSESSED, "monitor", {"live_kris": 0}, {}, [("not_measurable", "MISSING")]),
    (S.TREATING, "monitor", {"mitigations": (OPEN_ACTION,)}, {}, [(None, "NOT_READY")]),
    (S.TREATING, "monitor", {"residual_band": Band.CRITICAL}, {}, [(None, "NOT_READY")]),
    (S.TREATING, "monitor", {"live_kris": 0}, {}, [("not_measurable", "MISSING")]),
    (S.ACCEPTED, "revoke_acceptance", {}, {"reason": ""}, [("reason", "MISSING")]),
    (S.MONITORING, "resume_treatment", {}, {"reason": None}, [("reason", "MISSING")]),
    (
        S.MONITORING,
        "resume_treatment",
        {"mitigations": (DONE_ACTION,)},
        {},
        [(None, "NOT_READY")],
    ),
    (S.MONITORING, "reopen", {}, {"reason": None}, [("reason", "MISSING")]),
    (
        S.OPEN,
        "materialise",
        {},
        {"what_happened": "", "happened_at": None},
        [("what_happened", "MISSING"), ("happened_at", "MISSING")],
    ),
    (
        S.ACCEPTED,
        "materialise",
        {},
        {"happened_at": NOW + timedelta(seconds=1)},
        [("happened_at", "OUT_OF_RANGE")],
    ),
    (S.MATERIALISED, "resolve", {"incident_resolved_at": None}, {}, [(None, "NOT_READY")]),
    (S.MATERIALISED, "resolve", {"rca_closed_at": None}, {}, [(None, "NOT_READY")]),
    (
        S.MATERIALISED,
        "close_materialised",
        {"incident_resolved_at": None, "rca_closed_at": None},
        {"cause_gone": False},
        [(None, "NOT_READY"), (None, "NOT_READY"), ("cause_gone", "MISSING")],
    ),
    (
        S.MONITORING,
        "close",
        {"residual_band": Band.HIGH},
        {"cause_gone": False},
        [("cause_gone", "NOT_READY")],
    ),
    (S.MONITORING, "close", {"open_breaches": 1}, {}, [(None, "NOT_READY")]),
    (S.ACCEPTED, "close", {"mitigations": (OPEN_ACTION,)}, {}, [(None, "NOT_READY")]),
    (S.MONITORING, "close", {}, {"reason": None}, [("reason", "MISSING")]),
    (S.MONITORING, "close", {"acting": OWNER}, {}, [(None, "FOUR_EYES")]),
    (S.ACCEPTED, "close", {"acting": STAND_IN}, {}, [(None, "FOUR_EYES")]),
    (S.CLOSED, "restore", {}, {"reason": None}, [("reason", "MISSING")]),
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
    reasons = refusal(state, move, facts_for(move, **facts), replace(GIVEN, **given))
    assert [(reason.field, reason.code) for reason in reasons] == expected
    for reason in reasons:
        assert reason.message[0].isupper()
        assert reason.message.endswith(".")
        assert reason.field is None or hasattr(GIVEN, reason.field) or state in (S.DRAFT, S.OPEN)


def test_every_guard_of_every_row_is_tried() -> None:
    """Each guard answers in some case of BLOCKED, or it is a permission."""
    tried: set[object] = set()
    for state, move, facts, given, _ in BLOCKED:
        for row in RISK_MACHINE.moves:
            if row.name == move and state in row.sources:
                bad, gave = facts_for(move, **facts), replace(GIVEN, **given)
                tried |= {(row, guard) for guard in row.needs if guard(bad)}
                tried |= {(row, ask) for ask in row.asks if ask(bad, gave)}
    permissions = {
        "May log.",
        "May assess or treat.",
        "May accept.",
        "May accept, assess or treat.",
    }
    missing = [
        (row.name, guard.__doc__)
        for row in RISK_MACHINE.moves
        for guard in (*row.needs, *row.asks)
        if (row, guard) not in tried and guard.__doc__ not in permissions
    ]
    assert missing == []


# What the guards let through, at the edges.
PASSED: list[tuple[S, str, dict[str, Any], dict[str, Any]]] = [
    (S.OPEN, "reject", {}, {"reject_reason": RejectReason.NOT_A_RISK, "instead_id": None}),
    (S.ASSESSED, "treat", {"target_band": Band.HIGH}, {"treatment": Treatment.AVOID}),
    (S.ASSESSED, "treat", {}, {"treatment": Treatment.TRANSFER}),
    (S.ASSESSED, "accept", {"acting": A2}, {"expires_on": TODAY + timedelta(days=90)}),
    (S.ASSESSED, "accept", {"residual_band": Band.HIGH}, {}),
    (
        S.ASSESSED,
        "accept",
        {"residual_band": Band.CRITICAL},
        {"expires_on": TODAY + timedelta(days=30)},
    ),
    (S.ASSESSED, "accept", {"acting": A2, "acceptances_in_a_row": 1}, {}),
    (S.ASSESSED, "accept", {"acceptances_in_a_row": 2}, {}),
    (S.ASSESSED, "accept", {"owner_id": None}, {}),
    (S.ASSESSED, "monitor", {"live_kris": 0}, {"not_measurable": "no signal exists"}),
    (S.TREATING, "monitor", {"residual_band": Band.HIGH, "mitigations": ()}, {}),
    (S.MATERIALISED, "resolve", {"rca_required": False, "rca_closed_at": None}, {}),
    (S.MONITORING, "close", {}, {"cause_gone": False}),
    (S.MONITORING, "close", {"residual_band": Band.CRITICAL}, {"cause_gone": True}),
    (S.MONITORING, "close", {"acting": OWNER, "ever_high": False}, {}),
    (S.OPEN, "materialise", {}, {"happened_at": NOW}),
    (S.ASSESSED, "reassess", {}, {"likelihood": None, "impacts": {}}),
]


@pytest.mark.parametrize(("state", "move", "facts", "given"), PASSED)
def test_guard_lets_through(
    state: S, move: str, facts: dict[str, Any], given: dict[str, Any]
) -> None:
    found = RISK_MACHINE.check(state, move, facts_for(move, **facts), replace(GIVEN, **given))
    assert found is LISTED[state, move]
