"""Every check of the register lint: what it finds, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from riskreg.kit.clock import calendar
from riskreg.risks.rules import Band, Confidence, MitigationStatus, RiskStatus, Treatment
from riskreg.risks.rules_hygiene import (
    CHECKS,
    ActionSnapshot,
    Finding,
    HygieneRule,
    RiskSnapshot,
    Severity,
    lint,
    unclear_words,
)
from riskreg.risks.rules_scoring import Level

R, S, M = HygieneRule, RiskStatus, MitigationStatus
TODAY = date(2026, 11, 16)
CLEAN = RiskSnapshot(
    status=S.TREATING,
    logged_on=date(2026, 9, 1),
    title="Coded-language scams keep spreading in vi-VN",
    cause="The gold set predates the coded language",
    event="Scams pass review unseen",
    consequence="ENVR rises by 1 bps in vi-VN",
    treatment=Treatment.MITIGATE,
    assessed_on=date(2026, 10, 20),
    reviewed_on=date(2026, 10, 20),
    review_due_on=TODAY,
    proximity_on=TODAY,
    inherent=Level(5, 4),
    residual=Level(3, 3),
    residual_band=Band.MEDIUM,
    target=Level(2, 3),
    confidence=Confidence.LOW,
    mitigations=(ActionSnapshot("M-001", M.IN_PROGRESS, due_on=TODAY, slip_count=1),),
)


def found(**changed: Any) -> list[tuple[HygieneRule, str]]:
    snapshot = replace(CLEAN, **changed)
    return [(one.rule, one.message) for one in lint(snapshot, TODAY, calendar())]


def actions(*made: ActionSnapshot) -> dict[str, Any]:
    return {"mitigations": made}


def test_clean_risk_has_no_findings() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changed", "rule", "message"),
    [
        ({"has_active_owner": False}, R.NO_OWNER, "It has no owner."),
        (
            {"has_active_owner": False, "owner_is_inactive": True},
            R.NO_OWNER,
            "Its owner has left and has no delegate.",
        ),
        (
            {
                "status": S.ASSESSED,
                "treatment": None,
                "assessed_on": date(2026, 10, 30),
                "mitigations": (),
            },
            R.NO_TREATMENT,
            "It was assessed 11 working days ago and has no treatment.",
        ),
        (
            {"reviewed_on": date(2026, 10, 16)},
            R.STALE_REVIEW,
            "Its last review was 31 days ago.",
        ),
        (
            {"review_due_on": date(2026, 11, 15)},
            R.OVERDUE_REVIEW,
            "Its review was due on 2026-11-15.",
        ),
        (
            {"status": S.ACCEPTED},
            R.ACCEPTED_WITHOUT_ACCEPTANCE,
            "It is ACCEPTED, but nobody's acceptance stands behind that.",
        ),
        (
            {"status": S.ASSESSED, "acceptance_ended_on": date(2026, 11, 10)},
            R.ACCEPTANCE_ENDED,
            "Its acceptance ended 6 days ago; treat it, or have it accepted again.",
        ),
        (
            {"inherent": Level(3, 2), "residual": Level(2, 3), "target": Level(1, 1)},
            R.RESIDUAL_ABOVE_INHERENT,
            "Its residual 2×3 is above its inherent level 3×2.",
        ),
        (
            {"target": Level(3, 3)},
            R.TARGET_NOT_BELOW_RESIDUAL,
            "Its target 3×3 is not below its residual 3×3, so the work planned changes nothing.",
        ),
        (
            {"target": Level(1, 4)},
            R.TARGET_NOT_BELOW_RESIDUAL,
            "Its target 1×4 is not below its residual 3×3, so the work planned changes nothing.",
        ),
        (
            {"gap_bands": 1},
            R.RESIDUAL_GAP,
            "The residual that was judged lies 1 band from what its actions prove.",
        ),
        (
            {"gap_bands": 2},
            R.RESIDUAL_GAP,
            "The residual that was judged lies 2 bands from what its actions prove.",
        ),
        (
            {"residual_band": Band.HIGH},
            R.WEAK_KNOWLEDGE,
            "It is HIGH on LOW confidence; find out more.",
        ),
        (
            actions(ActionSnapshot("M-004", M.BLOCKED, due_on=date(2026, 11, 10))),
            R.OVERDUE_ACTION,
            "M-004 was due on 2026-11-10, 4 working days ago.",
        ),
        (
            actions(ActionSnapshot("M-004", M.BLOCKED, due_on=date(2026, 11, 13))),
            R.OVERDUE_ACTION,
            "M-004 was due on 2026-11-13, 1 working day ago.",
        ),
        (
            actions(ActionSnapshot("M-020", M.IMPLEMENTED, implemented_on=date(2026, 9, 16))),
            R.UNVERIFIED_ACTION,
            "M-020 was implemented 61 days ago and counts half until verified.",
        ),
        (
            actions(ActionSnapshot("M-009", M.APPROVED, slip_count=2)),
            R.SLIPPED_ACTION,
            "M-009 was put off 2 times.",
        ),
        (
            actions(ActionSnapshot("M-009", M.APPROVED, has_active_owner=False)),
            R.ACTION_WITHOUT_OWNER,
            "M-009 has no active owner.",
        ),
        (
            {
                "status": S.CLOSED,
                "mitigations": (
                    ActionSnapshot("M-001", M.APPROVED),
                    ActionSnapshot("M-002", M.EFFECTIVE),
                    ActionSnapshot("M-003", M.VERIFYING),
                ),
            },
            R.CLOSED_WITH_OPEN_ACTIONS,
            "It is CLOSED, but M-001 and M-003 are still open.",
        ),
        (
            {"open_duplicates": ("R-014", "R-015")},
            R.DUPLICATE_OPEN,
            "It is linked as a duplicate, but R-014 and R-015 are also open.",
        ),
        (
            {"open_duplicates": ("R-014",)},
            R.DUPLICATE_OPEN,
            "It is linked as a duplicate, but R-014 is also open.",
        ),
        (
            {"status": S.MONITORING, "retired_kris": 1, "is_not_measurable": True},
            R.MISSING_KRI,
            "It is only watched, and its last KRI was retired.",
        ),
        (
            {"status": S.MONITORING},
            R.MISSING_KRI,
            "It is only watched, without a KRI and without a reason why not.",
        ),
        ({"cause": " "}, R.INCOMPLETE_STATEMENT, "Its cause is not written."),
        (
            {"cause": None, "consequence": None},
            R.INCOMPLETE_STATEMENT,
            "Its cause and consequence are not written.",
        ),
        (
            {"consequence": "Various teams blame Human Error"},
            R.UNCLEAR_WORDS,
            "Say what is meant by “various”, “human error”.",
        ),
        (
            {"status": S.DRAFT, "logged_on": date(2026, 10, 30), "mitigations": ()},
            R.OLD_DRAFT,
            "It has been a draft for 11 working days; submit or reject it.",
        ),
        (
            {"proximity_on": date(2026, 11, 15)},
            R.PROXIMITY_PAST,
            "It could happen from 2026-11-15 on, which has passed; say whether it did.",
        ),
    ],
)
def test_check_finds(changed: dict[str, Any], rule: HygieneRule, message: str) -> None:
    assert found(**changed) == [(rule, message)]


@pytest.mark.parametrize(
    "changed",
    [
        {
            "status": S.ASSESSED,
            "treatment": None,
            "assessed_on": date(2026, 11, 2),
            "mitigations": (),
        },
        {"reviewed_on": date(2026, 10, 17)},
        {"status": S.ACCEPTED, "has_valid_acceptance": True},
        {"status": S.ASSESSED, "acceptance_ended_on": TODAY, "has_valid_acceptance": True},
        {"status": S.ASSESSED, "target": Level(3, 3), "mitigations": ()},
        {"status": S.MONITORING, "live_kris": 1, "retired_kris": 1},
        {"status": S.MONITORING, "is_not_measurable": True},
        {"status": S.DRAFT, "logged_on": date(2026, 11, 2), "cause": None, "mitigations": ()},
        {"status": S.DRAFT, "logged_on": TODAY, "has_active_owner": False},
        {"status": S.CLOSED, "has_active_owner": False, "reviewed_on": None, "mitigations": ()},
        {"status": S.REJECTED, "title": "tbd", "cause": None, "mitigations": ()},
        {"residual_band": Band.HIGH, "confidence": Confidence.MEDIUM},
        {"residual": Level(5, 4), "residual_band": Band.MEDIUM},
        actions(ActionSnapshot("M-1", M.IMPLEMENTED, due_on=date(2026, 1, 1))),
        actions(ActionSnapshot("M-1", M.IMPLEMENTED, implemented_on=date(2026, 10, 19))),
        actions(ActionSnapshot("M-1", M.EFFECTIVE, implemented_on=date(2026, 1, 1), slip_count=5)),
        actions(ActionSnapshot("M-1", M.CANCELLED, due_on=date(2026, 1, 1), slip_count=5)),
        actions(ActionSnapshot("M-1", M.PROPOSED, has_active_owner=False)),
    ],
)
def test_checks_leave_alone(changed: dict[str, Any]) -> None:
    assert found(**changed) == []


def test_findings_come_worst_first() -> None:
    findings = lint(
        replace(CLEAN, has_active_owner=False, title="TBD", cause=None), TODAY, calendar()
    )
    assert [(one.rule, one.severity) for one in findings] == [
        (R.NO_OWNER, Severity.ERROR),
        (R.INCOMPLETE_STATEMENT, Severity.WARNING),
        (R.UNCLEAR_WORDS, Severity.NOTE),
    ]
    assert findings[2] == Finding(R.UNCLEAR_WORDS, Severity.NOTE, "Say what is meant by “tbd”.")
    severities = [severity for _, severity, _ in CHECKS]
    assert severities == sorted(severities, key=list(Severity).index)


def test_every_rule_has_one_check() -> None:
    assert sorted(rule for rule, _, _ in CHECKS) == sorted(R)


def test_one_finding_for_each_action() -> None:
    late = date(2026, 11, 2)
    mitigations = tuple(ActionSnapshot(f"M-00{n}", M.APPROVED, due_on=late) for n in (1, 2))
    assert [rule for rule, _ in found(mitigations=mitigations)] == [R.OVERDUE_ACTION] * 2


def test_working_days_follow_the_calendar() -> None:
    risk = replace(
        CLEAN, mitigations=(ActionSnapshot("M-1", M.APPROVED, due_on=date(2026, 11, 6)),)
    )
    (plain,) = lint(risk, TODAY, calendar())
    (singapore,) = lint(risk, TODAY, calendar("SG"))
    assert plain.message.endswith("6 working days ago.")
    assert singapore.message.endswith("5 working days ago.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We are monitoring closely.", ("monitoring closely",)),
        ("Various things, VARIOUS reasons, etc.", ("various", "etc")),
        ("Ongoing human error", ("ongoing", "human error")),
        ("The fetch of variously named sets went on", ()),
        ("", ()),
    ],
)
def test_unclear_words(text: str, words: tuple[str, ...]) -> None:
    assert unclear_words(text) == words
