"""What each guard refuses through the service, and the field that its refusal names."""

from datetime import timedelta
from typing import Any

import pytest

from riskreg.kit.ids import global_id
from riskreg.risks import service_moves
from riskreg.risks.inputs import ImpactInput, LevelInput
from riskreg.risks.rules import (
    ImpactDimension,
    MitigationStatus,
    RejectReason,
    RiskCategory,
    RiskStatus,
    Treatment,
    Verdict,
    VerificationMethod,
)
from tests.cast import Register
from tests.factories import a_mitigation, a_risk, an_assessed_risk, id_of
from tests.risks.arranged import (
    a_risk_in,
    an_action_in,
    brought,
    day_of,
    impacts,
    instant_of,
    moved,
    noted,
    refused,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

S = RiskStatus
M = MitigationStatus
Errors = list[tuple[str, tuple[str | int, ...]]]
NOT_READY: Errors = [("NOT_READY", ())]
NOWHERE = global_id("risk", "0" * 32)


async def test_submit_asks_for_all_that_logging_asks(shared: Register) -> None:
    cast = shared.cast
    draft = await a_risk(
        shared.db, cast.lead, likelihood=None, impact=None, category=None, title="Only a title"
    )
    assert await refused(shared, draft, "submit", likelihood=None, impact=None) == [
        ("MISSING", ("category",)),
        ("MISSING", ("projectIds",)),
        ("MISSING", ("likelihood",)),
        ("MISSING", ("impact",)),
    ]
    for given in ({"likelihood": 6}, {"impact": 6}):
        refusal = [("OUT_OF_RANGE", tuple(given))]
        assert await refused(shared, draft, "submit", by=None, **given) == refusal


async def test_reject_asks_what_it_is_instead(shared: Register) -> None:
    risk = await a_risk_in(shared, S.OPEN)
    cases: list[tuple[dict[str, Any], Errors]] = [
        ({"reason": RejectReason.DUPLICATE}, [("MISSING", ("insteadId",))]),
        ({"reason": RejectReason.IS_ISSUE}, [("MISSING", ("insteadId",))]),
        (
            {"reason": RejectReason.DUPLICATE, "instead_id": NOWHERE},
            [("NOT_FOUND", ("insteadId",))],
        ),
        ({"reason": RejectReason.DUPLICATE, "instead_id": "R-1"}, [("NOT_FOUND", ("insteadId",))]),
        (
            {"reason": RejectReason.DUPLICATE, "instead_id": id_of(risk)},
            [("CYCLE", ("insteadId",))],
        ),
        ({"note": "x" * 2001}, [("TOO_LONG", ("note",))]),
    ]
    for given, errors in cases:
        assert (given, await refused(shared, risk, "reject", **given)) == (given, errors)


async def test_assess_asks_for_owner_statement_and_levels(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    bare = await a_risk(db, cast.lead, areas=(cast.area,))
    assert await refused(shared, bare, "assess") == [("MISSING", ("ownerId",))]
    risk = await a_risk_in(shared, S.OPEN)
    twice = [*impacts(3), *impacts(4)]
    people = ImpactInput(dimension=ImpactDimension.PEOPLE, step=0)
    cases: list[tuple[dict[str, Any], Errors]] = [
        ({"impacts": []}, [("MISSING", ("impacts",))]),
        ({"likelihood": 6}, [("OUT_OF_RANGE", ("likelihood",))]),
        ({"impacts": twice}, [("DUPLICATE", ("impacts", 1, "dimension"))]),
        ({"impacts": [*impacts(3), people]}, [("OUT_OF_RANGE", ("impacts", 1, "step"))]),
        (
            {"residual": LevelInput(likelihood=1, impact=1)},
            [("MISSING", ("rationale",))],
        ),
        (
            {"residual": LevelInput(likelihood=3, impact=1), "rationale": "x"},
            [("OUT_OF_RANGE", ("residual",))],
        ),
        (
            {"residual": LevelInput(likelihood=0, impact=1), "rationale": "x"},
            [("OUT_OF_RANGE", ("residual", "likelihood"))],
        ),
        ({"target": LevelInput(likelihood=1, impact=9)}, [("OUT_OF_RANGE", ("target", "impact"))]),
        ({"rationale": "x" * 4001}, [("TOO_LONG", ("rationale",))]),
    ]
    for given, errors in cases:
        assert (given, await refused(shared, risk, "assess", **given)) == (given, errors)


async def test_restored_draft_is_completed_before_it_is_assessed(shared: Register) -> None:
    cast = shared.cast
    draft = await a_risk(shared.db, cast.manager, category=None, likelihood=None, owner=cast.qa)
    restored = await moved(shared, await moved(shared, draft, "reject"), "restore")
    assert restored.recorded_status is S.OPEN
    assert await refused(shared, restored, "assess") == [("MISSING", ("category",))]


async def test_reassess_asks_for_a_rationale_and_an_impact(shared: Register) -> None:
    risk = await a_risk_in(shared, S.ASSESSED)
    assert await refused(shared, risk, "reassess", rationale=" ") == [("MISSING", ("rationale",))]
    assert await refused(shared, risk, "reassess", impacts=[]) == [("MISSING", ("impacts",))]


async def test_treat_asks_for_a_plan_that_leads_within_tolerance(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risk = await a_risk_in(shared, S.ASSESSED)
    assert await refused(shared, risk, "treat") == NOT_READY
    action = await a_mitigation(db, cast.manager, (risk, 1, 1))
    for treatment in (Treatment.ACCEPT, Treatment.EXPLOIT):
        assert await refused(shared, risk, "treat", treatment=treatment) == [
            ("MISSING", ("treatment",))
        ]
    await moved(shared, action, "cancel")
    assert await refused(shared, risk, "treat") == NOT_READY
    grave = await an_assessed_risk(
        db, cast.manager, cast.project, category=RiskCategory.CHILD_SAFETY
    )
    await a_mitigation(db, cast.manager, (grave, 1, 1))  # only PROPOSED: no target yet
    assert await refused(shared, grave, "treat") == NOT_READY


async def test_accept_asks_for_authority_and_another_person(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    owned = await an_assessed_risk(db, cast.qa, cast.project, owner=cast.lead)
    assert await refused(shared, owned, "accept") == [("FOUR_EYES", ())]
    for actor in (cast.qa, cast.manager):
        assert await refused(shared, owned, "accept", by=actor) == [
            ("NOT_PERMITTED", ()),
            ("AUTHORITY", ()),
        ]
    a3 = await an_assessed_risk(db, cast.qa, cast.project, category=RiskCategory.ENVR_INCREASE)
    assert await refused(shared, a3, "accept") == [("AUTHORITY", ())]
    a4 = await an_assessed_risk(db, cast.qa, cast.project, category=RiskCategory.REGULATORY)
    for actor in (cast.lead, cast.director):
        assert await refused(shared, a4, "accept", by=actor) == [("AUTHORITY", ())]
    grave = await an_assessed_risk(db, cast.qa, cast.project, likelihood=5, impact=5)
    assert await refused(shared, grave, "accept", by=cast.director) == [("AUTHORITY", ())]


@pytest.mark.parametrize(
    ("likelihood", "impact", "most"), [(1, 1, 90), (2, 3, 90), (3, 4, 60), (5, 5, 30)]
)
async def test_acceptance_is_bounded_by_the_band(
    shared: Register, likelihood: int, impact: int, most: int
) -> None:
    db, cast = shared.db, shared.cast
    risk = await an_assessed_risk(db, cast.qa, cast.project, likelihood=likelihood, impact=impact)
    day = day_of(shared)
    wrong = [("OUT_OF_RANGE", ("expiresOn",))]
    for days in (most + 1, 0, -1):
        given = {"expires_on": day + timedelta(days=days)}
        assert await refused(shared, risk, "accept", by=cast.vp, **given) == wrong
    assert await refused(shared, risk, "accept", by=cast.vp, justification=" ") == [
        ("REQUIRED", ("justification",))
    ]
    await moved(shared, risk, "accept", by=cast.vp, expires_on=day + timedelta(days=most))


async def test_monitor_asks_for_a_low_residual_and_something_to_watch(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risk = await a_risk_in(shared, S.ASSESSED)
    assert await refused(shared, risk, "monitor", not_measurable=None) == [
        ("MISSING", ("notMeasurable",))
    ]
    high = await an_assessed_risk(db, cast.qa, cast.project)
    assert await refused(shared, high, "monitor") == NOT_READY
    treated = await a_risk_in(shared, S.TREATING)
    assert await refused(shared, treated, "monitor") == NOT_READY


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (S.ACCEPTED, "revoke_acceptance"),
        (S.MONITORING, "resume_treatment"),
        (S.MONITORING, "reopen"),
        (S.MONITORING, "close"),
        (S.CLOSED, "restore"),
    ],
)
async def test_move_asks_for_a_reason(shared: Register, state: S, move: str) -> None:
    risk = await a_risk_in(shared, state)
    assert await refused(shared, risk, move, reason=" \n") == [("REQUIRED", ("reason",))]
    assert await refused(shared, risk, move, reason="x" * 2001) == [("TOO_LONG", ("reason",))]


async def test_treatment_is_resumed_with_an_open_action(shared: Register) -> None:
    risk = await a_risk_in(shared, S.MONITORING)
    assert await refused(shared, risk, "resume_treatment") == NOT_READY


async def test_materialise_asks_what_happened_and_when(shared: Register) -> None:
    risk = await a_risk_in(shared, S.ASSESSED)
    later = instant_of(shared) + timedelta(seconds=1)
    assert await refused(shared, risk, "materialise", happened_at=later) == [
        ("OUT_OF_RANGE", ("happenedAt",))
    ]
    assert await refused(shared, risk, "materialise", what_happened="") == [
        ("REQUIRED", ("whatHappened",))
    ]


async def test_what_happened_is_over_only_when_it_is(shared: Register) -> None:
    risk = await moved(shared, await a_risk_in(shared, S.OPEN), "materialise", rca_required=True)
    both = NOT_READY * 2
    assert await refused(shared, risk, "resolve") == both
    assert await refused(shared, risk, "close_materialised") == both
    await noted(shared, service_moves.incident_resolved, risk)
    assert await refused(shared, risk, "resolve") == NOT_READY
    await noted(shared, service_moves.rca_closed, risk)
    assert await refused(shared, risk, "close_materialised", cause_gone=False) == [
        ("MISSING", ("causeGone",))
    ]
    await moved(shared, risk, "resolve")


async def test_close_asks_for_a_low_residual_or_no_cause(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risk = await an_assessed_risk(db, cast.qa, cast.project)
    risk = await moved(shared, risk, "accept")
    assert await refused(shared, risk, "close") == [("NOT_READY", ("causeGone",))]
    # It was HIGH once, so its owner does not close it.
    assert await refused(shared, risk, "close", by=cast.manager, cause_gone=True) == [
        ("FOUR_EYES", ())
    ]
    action = await a_mitigation(db, cast.qa, (risk, 1, 1))
    assert await refused(shared, risk, "close", cause_gone=True) == NOT_READY
    await moved(shared, action, "cancel")
    await moved(shared, risk, "close", cause_gone=True)


async def test_owner_closes_what_was_never_high(shared: Register) -> None:
    risk = await a_risk_in(shared, S.MONITORING)
    await moved(shared, risk, "close", by=shared.cast.manager)


async def test_approval_of_an_action_asks_for_a_whole_plan(shared: Register) -> None:
    db, cast = shared.db, shared.cast
    risk = await a_risk_in(shared, S.ASSESSED)
    bare = await a_mitigation(db, cast.manager, (risk, 0, 0), check=None)
    assert await refused(shared, bare, "approve") == [
        ("MISSING", ("deltaLikelihood",)),
        ("MISSING", ("check",)),
    ]


async def test_work_on_an_action_asks_for_words_and_links(shared: Register) -> None:
    action = await an_action_in(shared, M.IN_PROGRESS)
    cases: list[tuple[str, dict[str, Any], Errors]] = [
        ("block", {"blocker": " "}, [("REQUIRED", ("blocker",))]),
        ("implement", {"evidence": []}, [("MISSING", ("evidence",))]),
        ("implement", {"evidence": ["http://example.org"]}, [("INVALID", ("evidence", 0))]),
        ("implement", {"evidence": ["https://a b"]}, [("INVALID", ("evidence", 0))]),
        ("implement", {"evidence": ["https://a"] * 21}, [("OUT_OF_RANGE", ("evidence",))]),
        ("implement", {"evidence": ["https://a\0"]}, [("INVALID_TEXT", ("evidence", 0))]),
        ("cancel", {"reason": ""}, [("REQUIRED", ("reason",))]),
        (
            "reschedule",
            {"due_on": day_of(shared) - timedelta(days=1)},
            [("OUT_OF_RANGE", ("dueOn",))],
        ),
        ("reschedule", {"due_on": action.due_on}, [("OUT_OF_RANGE", ("dueOn",))]),
        (
            "reschedule",
            {"due_on": action.due_on.replace(year=9999)},
            [("OUT_OF_RANGE", ("dueOn",))],
        ),
    ]
    for move, given, errors in cases:
        assert (given, await refused(shared, action, move, **given)) == (given, errors)


async def test_verdict_asks_for_another_person_and_evidence(shared: Register) -> None:
    cast = shared.cast
    action = await an_action_in(shared, M.VERIFYING)
    assert await refused(shared, action, "record_verdict", findings="") == [
        ("REQUIRED", ("findings",))
    ]
    risk = await a_risk_in(shared, S.ASSESSED)
    own = await a_mitigation(shared.db, cast.manager, (risk, 1, 1), owner=cast.lead)
    own = await brought(shared, own, M.VERIFYING)
    assert await refused(shared, own, "record_verdict") == [("FOUR_EYES", ())]
    measured = await a_mitigation(
        shared.db, cast.manager, (risk, 1, 1), check=VerificationMethod.DID
    )
    measured = await brought(shared, measured, M.VERIFYING)
    for verdict in (Verdict.EFFECTIVE, Verdict.PARTIAL, Verdict.INEFFECTIVE):
        assert await refused(shared, measured, "record_verdict", verdict=verdict) == [
            ("NOT_READY", ("verdict",))
        ]
    await moved(shared, measured, "record_verdict", verdict=Verdict.INCONCLUSIVE)


async def test_wrong_version_and_unknown_row_are_refused(shared: Register) -> None:
    risk = await a_risk_in(shared, S.ASSESSED)
    action = await an_action_in(shared, M.PROPOSED, (risk, 1, 1))
    for row, move in ((risk, "monitor"), (action, "approve")):
        assert await refused(shared, row, move, expected_version=99) == [
            ("VERSION_CONFLICT", ("expectedVersion",))
        ]
        for other in (NOWHERE, "", "R-001", global_id("mitigation", risk.id), "risk_\0"):
            assert await refused(shared, row, move, id=other) == [("NOT_FOUND", ("id",))]
