"""What the register of the demo says on its morning, against domain/demo.md 5.5 and 5.8."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from riskreg import settings
from riskreg.kit.clock import end_of, today
from riskreg.kit.graph import term
from riskreg.people.models import Approval, Delegation, Person
from riskreg.risks import blast, overview
from riskreg.risks.models import Risk, RiskAcceptance, RiskAssessment, RiskRelation
from riskreg.risks.models_mitigation import EffectivenessCheck, Mitigation
from riskreg.risks.rules import TO_DO, Band, MitigationKind, RelationKind, RiskStatus, Verdict
from riskreg.risks.rules_hygiene import HygieneRule
from riskreg.risks.rules_tolerance import ToleranceDates, days_above, days_out
from tests.demo.conftest import Demo

LEVELS = {
    "R-001": ("MONITORING", "3×4 H", "1×4 L", None, "WITHIN_APPETITE"),
    "R-002": ("TREATING", "4×4 C", "2×4 M", None, "WITHIN_TOLERANCE"),
    "R-003": ("CLOSED", "3×3 M", "1×2 L", None, "WITHIN_APPETITE"),
    "R-004": ("ASSESSED", "2×5 H", "2×5 H", "2×4 M", "WITHIN_TOLERANCE"),
    "R-005": ("TREATING", "4×3 H", "2×3 M", None, "WITHIN_APPETITE"),
    "R-006": ("TREATING", "4×4 C", "3×3 M", None, "WITHIN_APPETITE"),
    "R-007": ("TREATING", "5×4 C", "5×4 C", "2×3 M", "OUT_OF_TOLERANCE"),
    "R-008": ("TREATING", "4×4 C", "3×4 H", None, "WITHIN_TOLERANCE"),
    "R-009": ("MONITORING", "3×3 M", "2×3 M", None, "WITHIN_APPETITE"),
    "R-010": ("MONITORING", "3×3 M", "1×3 L", None, "WITHIN_APPETITE"),
    "R-011": ("TREATING", "4×4 C", "4×4 C", "2×3 M", "OUT_OF_TOLERANCE"),
    "R-012": ("TREATING", "4×3 H", "3×3 M", None, "WITHIN_APPETITE"),
    "R-013": ("TREATING", "3×4 H", "2×4 M", None, "WITHIN_TOLERANCE"),
    "R-014": ("TREATING", "4×3 H", "4×3 H", None, "WITHIN_TOLERANCE"),
    "R-015": ("MONITORING", "3×3 M", "2×2 L", None, "WITHIN_APPETITE"),
    "R-016": ("TREATING", "4×3 H", "2×3 M", None, "WITHIN_APPETITE"),
    "R-017": ("MONITORING", "3×3 M", "3×3 M", None, "WITHIN_APPETITE"),
    "R-018": ("MONITORING", "2×4 M", "1×4 L", None, "WITHIN_APPETITE"),
    "R-019": ("TREATING", "3×5 C", "2×5 H", None, "OUT_OF_TOLERANCE"),
    "R-020": ("ASSESSED", "3×3 M", "3×3 M", None, "WITHIN_APPETITE"),
    "R-021": ("MONITORING", "4×2 M", "2×2 L", None, "WITHIN_APPETITE"),
    "R-022": ("ACCEPTED", "3×2 M", "2×2 L", None, "WITHIN_APPETITE"),
    "R-023": ("ACCEPTED", "3×2 M", "3×2 M", None, "WITHIN_APPETITE"),
    "R-024": ("ASSESSED", "3×4 H", "3×4 H", None, "WITHIN_TOLERANCE"),
}
"""Each risk: what it reads as, inherent, residual, the target where it is told, appetite."""


def shown(likelihood: int, impact: int, band: Band) -> str:
    return f"{likelihood}×{impact} {band.value[0]}"


async def risks(demo: Demo) -> dict[str, Any]:
    """Every column of every risk, with what it reads as, by code."""
    risk = demo.view.of(Risk)
    names = [column.name for column in Risk.__table__.columns]
    words = ("status", "appetite_status", "residual_likelihood", "residual_impact", "residual_band")
    wanted = [*[getattr(risk, name) for name in names], *[term(risk, word) for word in words]]
    return {row.code: row for row in await demo.rows(select(*wanted).order_by(risk.number))}


def dates(row: Any) -> ToleranceDates:
    return ToleranceDates(row.above_from, row.above_to, row.out_from, row.out_to)


async def actions(demo: Demo) -> Sequence[Any]:
    action = demo.view.of(Mitigation)
    names = [column.name for column in Mitigation.__table__.columns]
    wanted = select(*[getattr(action, name) for name in names])
    return await demo.rows(wanted.order_by(action.number))


async def test_every_risk_stands_where_it_is_said_to(demo_told: Demo) -> None:
    found = {}
    for code, row in (await risks(demo_told)).items():
        told = LEVELS[code][3]
        target = shown(row.target_likelihood, row.target_impact, row.target_band)
        found[code] = (
            row.status.value,
            shown(row.inherent_likelihood, row.inherent_impact, row.inherent_band),
            shown(row.residual_likelihood, row.residual_impact, row.residual_band),
            None if told is None else target,
            row.appetite_status,
        )
    assert found == LEVELS


async def test_three_are_outside_tolerance_and_so_long(demo_told: Demo) -> None:
    now = demo_told.view.now
    found = {code: days_out(dates(row), now) for code, row in (await risks(demo_told)).items()}
    assert {code: days for code, days in found.items() if days is not None} == {
        "R-007": 26,
        "R-011": 4,
        "R-019": 5,
    }


@pytest.mark.parametrize(("code", "days"), [("R-002", 9), ("R-014", 12)])
async def test_days_within_tolerance_are_counted(demo_told: Demo, code: str, days: int) -> None:
    row = (await risks(demo_told))[code]
    assert days_above(dates(row), demo_told.view.now) == days


async def test_the_acceptance_of_r_004_ended_by_itself(demo_told: Demo) -> None:
    row = (await risks(demo_told))["R-004"]
    place = settings.current()
    last = demo_told.day(-6)
    grace = place.working_days.add_working_days(last, 10)
    assert row.recorded_status is RiskStatus.ACCEPTED  # no job has run
    assert row.holds_until == end_of(last, place.zone)
    assert row.out_from == end_of(grace, place.zone)
    if demo_told.world.as_of.weekday() == 0:
        assert grace == demo_told.day(8)


async def test_nine_acceptances_and_how_they_ended(demo_told: Demo) -> None:
    one, risk = demo_told.view.of(RiskAcceptance), demo_told.view.of(Risk)
    rows = await demo_told.rows(
        select(one.code, risk.code.label("risk"), term(one, "ended"), one.expires_on)
        .join(risk, risk.id == one.risk_id)
        .order_by(one.code)
    )
    assert [(row.code, row.risk, row.ended and row.ended.value) for row in rows] == [
        ("A-001", "R-018", "EXPIRED"),
        ("A-002", "R-004", "EXPIRED"),
        ("A-003", "R-016", "REVOKED"),
        ("A-004", "R-004", "EXPIRED"),
        ("A-005", "R-023", None),
        ("A-006", "R-007", "WORSENED"),
        ("A-007", "R-003", "CLOSED"),
        ("A-008", "R-015", "MATERIALISED"),
        ("A-009", "R-022", None),
    ]
    last = {row.code: row.expires_on for row in rows}
    assert last["A-004"] == demo_told.day(-6)
    soon = [code for code in ("A-005", "A-009") if last[code] <= demo_told.day(30)]
    assert soon == ["A-005", "A-009"]


async def test_hygiene_finds_two_three_one_and_four(demo_told: Demo) -> None:
    found = await overview.linted(demo_told.fetch(), demo_told.view)
    codes = {row.id: row.code for row in (await risks(demo_told)).values()}
    by_rule: dict[HygieneRule, list[str]] = {}
    for key, findings in found.items():
        for finding in findings:
            by_rule.setdefault(finding.rule, []).append(codes[key])
    assert by_rule[HygieneRule.NO_OWNER] == ["R-020", "R-023"]
    assert by_rule[HygieneRule.STALE_REVIEW] == ["R-020", "R-021", "R-023"]
    assert by_rule[HygieneRule.NO_TREATMENT] == ["R-020"]
    assert by_rule[HygieneRule.MISSING_KRI] == ["R-010", "R-017", "R-018", "R-021"]
    assert by_rule[HygieneRule.ACCEPTANCE_ENDED] == ["R-004"]
    assert HygieneRule.INCOMPLETE_STATEMENT not in by_rule
    assert HygieneRule.UNCLEAR_WORDS not in by_rule
    assert HygieneRule.RESIDUAL_ABOVE_INHERENT not in by_rule
    assert HygieneRule.TARGET_NOT_BELOW_RESIDUAL not in by_rule


async def test_the_two_owners_have_left_without_a_delegate(demo_told: Demo) -> None:
    person, row = demo_told.view.of(Person), demo_told.view.of(Delegation)
    register = await risks(demo_told)
    owners = {register["R-020"].owner_id, register["R-023"].owner_id}
    gone = await demo_told.rows(select(person.id).where(person.active.is_(False)))
    assert {one.id for one in gone} == owners
    assert await demo_told.rows(select(row.id).where(row.from_id.in_(owners))) == []


async def test_the_31_actions(demo_told: Demo) -> None:
    rows = await actions(demo_told)
    day = demo_told.day(0)
    by_status: dict[str, list[str]] = {}
    for row in rows:
        by_status.setdefault(row.status.value, []).append(row.code)
    assert [row.code for row in rows] == [f"M-{n:03d}" for n in range(1, 32)]
    assert by_status["IMPLEMENTED"] == ["M-016", "M-020", "M-022", "M-026", "M-027"]
    assert by_status["INEFFECTIVE"] == ["M-018"]
    assert by_status["PARTIAL"] == ["M-003"]
    assert by_status["CANCELLED"] == ["M-009"]
    assert by_status["BLOCKED"] == ["M-008"]
    late = [row.code for row in rows if row.status in TO_DO and row.due_on < day]
    assert late == ["M-008", "M-010", "M-019", "M-021"]
    assert [row.code for row in rows if row.slip_count >= 2] == ["M-008", "M-019"]


async def test_five_actions_are_done_and_not_verified(demo_told: Demo) -> None:
    action, now = demo_told.view.of(Mitigation), demo_told.view.now
    rows = await demo_told.rows(
        select(action.code, action.implemented_at)
        .where(
            action.status == "IMPLEMENTED",
            action.verified_at.is_(None),
            action.implemented_at < now,
        )
        .order_by(action.number)
    )
    assert len(rows) == 5
    done = {row.code: row.implemented_at for row in rows}["M-020"]
    assert (now - done).days == 61
    assert (demo_told.day(0) - today(done)).days == 61


@pytest.mark.parametrize(
    ("code", "verdict", "method"),
    [("M-012", Verdict.EFFECTIVE, "AUDIT"), ("M-018", Verdict.INEFFECTIVE, "AUDIT")],
)
async def test_what_the_checks_found(
    demo_told: Demo, code: str, verdict: Verdict, method: str
) -> None:
    action, check = demo_told.view.of(Mitigation), demo_told.view.of(EffectivenessCheck)
    [row] = await demo_told.rows(
        select(check.verdict, check.method, check.by, action.owner_id)
        .join(action, action.id == check.mitigation_id)
        .where(action.code == code)
    )
    assert (row.verdict, row.method) == (verdict, method)
    assert row.by != row.owner_id


async def test_nobody_approved_what_they_had_proposed(demo_told: Demo) -> None:
    one = demo_told.view.of(Approval)
    query = select(one.kind, func.count().label("number")).group_by(one.kind)
    given = {row.kind.value: row.number for row in await demo_told.rows(query)}
    assert given == {"ACCEPTANCE": 9, "VERDICT": 14}
    assert await demo_told.rows(query.where(one.self_approved)) == []


async def test_kris_are_noted(demo_told: Demo) -> None:
    register = await risks(demo_told)
    assert sum(row.kri_count for row in register.values()) == 14
    assert register["R-007"].kri_count == 1
    lost = [code for code, row in register.items() if row.kri_retired_at and not row.kri_count]
    assert lost == ["R-003", "R-010", "R-017", "R-018", "R-021"]


async def test_what_happened_has_been_resolved(demo_told: Demo) -> None:
    row = (await risks(demo_told))["R-015"]
    assert today(row.happened_at) == demo_told.day(-18)
    assert row.incident_resolved_at < row.rca_closed_at < demo_told.view.now
    assert row.rca_required is True


async def test_what_moved_since_the_last_review(demo_told: Demo) -> None:
    then = await demo_told.then(demo_told.world.instant(-7, "09:00"))
    before = await overview.placed(demo_told.fetch(then), then)
    now = await overview.placed(demo_told.fetch(), demo_told.view)
    moved: dict[str, list[str]] = {}
    for key, place in now.items():
        kind = overview.movement(before.get(key), place).value
        moved.setdefault(kind, []).append(place.code)
    gone = [place.code for key, place in before.items() if key not in now]
    assert {kind: sorted(codes) for kind, codes in moved.items() if kind != "UNCHANGED"} == {
        "NEW": ["R-024"],
        "WORSENED": ["R-011", "R-019"],
        "IMPROVED": ["R-005"],
    }
    assert gone == ["R-003"]


@pytest.mark.parametrize(
    ("code", "offset", "bands"),
    [
        ("R-011", -4, [Band.HIGH, Band.HIGH, Band.CRITICAL]),
        ("R-019", -5, [Band.MEDIUM, Band.HIGH]),
        ("R-007", -5, [Band.HIGH, Band.HIGH, *[Band.CRITICAL] * 4]),
    ],
)
async def test_assessments_tell_how_it_came(
    demo_told: Demo, code: str, offset: int, bands: list[Band]
) -> None:
    one, risk = demo_told.view.of(RiskAssessment), demo_told.view.of(Risk)
    rows = await demo_told.rows(
        select(one.residual_band, one.at)
        .join(risk, risk.id == one.risk_id)
        .where(risk.code == code)
        .order_by(one.seq)
    )
    assert [row.residual_band for row in rows] == bands
    assert today(rows[-1].at) == demo_told.day(offset)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("R-011", ("0.6", "0.15", "0.35", "0.9", 28)), ("R-012", ("0.45", "0.08", "0.2", "0.5", 28))],
)
async def test_two_risks_are_quantified(
    demo_told: Demo, code: str, expected: tuple[str, str, str, str, int]
) -> None:
    row = (await risks(demo_told))[code]
    *numbers, days = expected
    found = [row.probability, row.uplift_p10_bps, row.uplift_p50_bps, row.uplift_p90_bps]
    assert found == [Decimal(number) for number in numbers]
    assert row.duration_days == days
    assert sum(one.probability is not None for one in (await risks(demo_told)).values()) == 2


async def test_what_r_011_would_hit(demo_told: Demo) -> None:
    register = await risks(demo_told)
    codes = {row.id: code for code, row in register.items()}
    fetch, view = demo_told.fetch(), demo_told.view
    caused = await blast.caused(fetch, view, register["R-011"].id)
    assert {codes[key]: steps for key, steps in caused.items()} == {"R-011": 0, "R-020": 1}
    [softer] = await blast.contingencies(fetch, view, caused)
    [action] = [row for row in await actions(demo_told) if row.id == softer]
    assert (action.code, action.kind) == ("M-021", MitigationKind.CONTINGENCY)
    assert len(await blast.hit(fetch, view, "projects", caused)) == 3
    assert len(await blast.hit(fetch, view, "vendors", caused)) == 1
    relation = view.of(RiskRelation)
    [(links,)] = await demo_told.rows(
        select(func.count()).select_from(relation).where(relation.kind == RelationKind.CAUSES)
    )
    assert links == 5


async def test_r_007_left_tolerance_the_morning_it_turned_critical(demo_told: Demo) -> None:
    row = (await risks(demo_told))["R-007"]
    start = demo_told.world.instant(-26, "08:30")
    assert start <= row.out_from < start + timedelta(minutes=1)
