"""Logging and changing risks: defaults, drafts, batches, codes, and what bad input is told."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select
from strawberry import ID, Some

from riskreg.kit.ids import global_id
from riskreg.risks import inputs, service
from riskreg.risks.models import Risk, RiskProject, RiskVendor
from riskreg.risks.rules import Band, RiskCategory, RiskStatus, Sensitivity
from tests.cast import Register, person_id
from tests.factories import a_person, a_project, a_risk, id_of, ids_of
from tests.risks.arranged import day_of, moved, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

S = RiskStatus
Given = dict[str, Any]
Errors = list[tuple[str, tuple[str | int, ...]]]
NOBODY = ID(global_id("person", "0" * 32))


def a_form(register: Register, **given: Any) -> inputs.LogRisk:
    """What a person fills in."""
    usual = {
        "title": "One building",
        "event": "A typhoon closes it",
        "category": RiskCategory.VENDOR,
        "project_ids": ids_of(register.cast.project),
        "likelihood": 2,
        "impact": 4,
    }
    return inputs.LogRisk(**{**usual, **given})


async def test_logged_risk_has_its_defaults(shared: Register) -> None:
    cast = shared.cast
    risk = await shared.does(cast.qa, service.log, a_form(shared))
    row = await now(shared, risk)
    assert (row.status, row.owner_id, row.identified_by_id) == (S.OPEN, cast.manager.id, cast.qa.id)
    assert row.review_due_on == date(2026, 11, 23)  # five working days after Monday the 16th
    assert (row.horizon_days, row.sensitivity) == (90, Sensitivity.PUBLIC_INTERNAL)
    assert row.identified_at == row.state_since == row.created_at
    assert (row.inherent_band, row.residual_band, row.target_band) == (Band.MEDIUM,) * 3
    assert row.appetite_status.value == "NOT_ASSESSED"
    assert row.code == f"R-{row.number:03d}"


async def test_named_owner_wins_and_the_first_project_decides_otherwise(
    shared: Register,
) -> None:
    cast = shared.cast
    both = ids_of(cast.other_project, cast.project)
    table: list[tuple[Given, str | None]] = [
        ({"owner_id": person_id(cast.wfm)}, cast.wfm.id),
        ({"project_ids": both}, cast.other_manager.id),
        ({"project_ids": [], "policy_area_ids": ids_of(cast.area)}, None),
    ]
    for given, owner in table:
        risk = await shared.does(cast.qa, service.log, a_form(shared, **given))
        assert (given, risk.owner_id) == (given, owner)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"likelihood": None}, S.DRAFT),
        ({"impact": None}, S.DRAFT),
        ({"draft": True}, S.DRAFT),
        ({"draft": False}, S.OPEN),
    ],
)
async def test_unknown_estimate_makes_a_draft(
    shared: Register, given: Given, status: RiskStatus
) -> None:
    risk = await shared.does(shared.cast.qa, service.log, a_form(shared, **given))
    assert (await now(shared, risk)).status is status


async def test_draft_is_submitted_and_gets_its_review_then(shared: Register) -> None:
    cast = shared.cast
    draft = await a_risk(shared.db, cast.requestor, cast.project, likelihood=None)
    assert draft.inherent_band is None
    shared.clock.advance(days=30)
    risk = await moved(shared, draft, "submit", by=cast.requestor, likelihood=5, impact=None)
    row = await now(shared, risk)
    assert (row.status, row.inherent_likelihood, row.inherent_impact) == (S.OPEN, 5, 4)
    assert row.inherent_band is Band.CRITICAL
    assert row.review_due_on == date(2026, 12, 23)


BAD: list[tuple[Given, Errors]] = [
    ({"title": " \n"}, [("INVALID_TEXT", ("title",))]),
    ({"title": "  "}, [("REQUIRED", ("title",))]),
    ({"title": "x" * 201}, [("TOO_LONG", ("title",))]),
    ({"title": "x" * 100_000}, [("TOO_LONG", ("title",))]),
    ({"title": "a\0b"}, [("INVALID_TEXT", ("title",))]),
    ({"title": "\u202egnp.exe"}, [("INVALID_TEXT", ("title",))]),
    ({"title": "\ud800"}, [("INVALID_TEXT", ("title",))]),
    ({"title": "\u200b"}, [("REQUIRED", ("title",))]),
    ({"cause": "x" * 2001}, [("TOO_LONG", ("cause",))]),
    ({"event": "\x07"}, [("INVALID_TEXT", ("event",))]),
    ({"consequence": "\ud83d"}, [("INVALID_TEXT", ("consequence",))]),
    ({"event": None}, [("MISSING", ("event",))]),
    ({"category": None}, [("MISSING", ("category",))]),
    ({"project_ids": None}, [("MISSING", ("projectIds",))]),
    ({"likelihood": 0}, [("OUT_OF_RANGE", ("likelihood",))]),
    ({"impact": 6}, [("OUT_OF_RANGE", ("impact",))]),
    ({"horizon_days": 0}, [("OUT_OF_RANGE", ("horizonDays",))]),
    ({"horizon_days": 3651}, [("OUT_OF_RANGE", ("horizonDays",))]),
    ({"proximity_date": date(2026, 11, 15)}, [("DATE_IN_PAST", ("proximityDate",))]),
    ({"owner_id": NOBODY}, [("NOT_FOUND", ("ownerId",))]),
    ({"sponsor_id": "risk_" + "0" * 32}, [("NOT_FOUND", ("sponsorId",))]),
    ({"market_ids": ["nonsense"]}, [("NOT_FOUND", ("marketIds", 0))]),
    ({"vendor_ids": ["vendor_\0"]}, [("NOT_FOUND", ("vendorIds", 0))]),
    ({"policy_area_ids": [""]}, [("NOT_FOUND", ("policyAreaIds", 0))]),
    ({"code": "X-001"}, [("INVALID", ("code",))]),
    ({"code": "R-1"}, [("INVALID", ("code",))]),
    ({"code": "R-٠٠٧"}, [("INVALID", ("code",))]),
    ({"code": "R-00000000007"}, [("INVALID", ("code",))]),
]


async def test_bad_input_is_told_by_its_field(shared: Register) -> None:
    for given, errors in BAD:
        found = await shared.refusals(shared.cast.qa, service.log, a_form(shared, **given))
        assert (given, found) == (given, errors)


async def test_batch_is_all_or_nothing(shared: Register) -> None:
    cast = shared.cast
    forms = [a_form(shared, title=f"Row {number}") for number in range(3)]
    logged = await shared.does(cast.qa, service.log_many, inputs.LogRisks(risks=forms))
    assert [one.title for one in logged] == ["Row 0", "Row 1", "Row 2"]
    numbers = [one.number for one in logged]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    taken = a_form(shared, code=logged[0].code)
    bad = [forms[0], a_form(shared, title=""), a_form(shared, impact=9), taken]
    batch = inputs.LogRisks(risks=bad)
    assert await shared.refusals(cast.qa, service.log_many, batch) == [
        ("REQUIRED", ("risks", 1, "title")),
        ("OUT_OF_RANGE", ("risks", 2, "impact")),
        ("DUPLICATE", ("risks", 3, "code")),
    ]
    for size in (0, 501):
        batch = inputs.LogRisks(risks=forms[:1] * size)
        assert await shared.refusals(cast.qa, service.log_many, batch) == [
            ("OUT_OF_RANGE", ("risks",))
        ]


async def test_batch_asks_for_what_its_rows_share_once(shared: Register) -> None:
    cast = shared.cast
    ran: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        ran.append(statement)

    engine = shared.db.engines.writer.sync_engine
    counts = []
    for size in (3, 60):
        forms = [a_form(shared, title=f"Row {number}") for number in range(size)]
        ran.clear()
        event.listen(engine, "before_cursor_execute", note)
        await shared.does(cast.qa, service.log_many, inputs.LogRisks(risks=forms))
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(ran))
    assert counts[0] == counts[1]


async def test_import_sets_codes_and_the_next_goes_on_behind(shared: Register) -> None:
    cast = shared.cast
    far = (await shared.does(cast.qa, service.log, a_form(shared))).number + 100
    risk = await shared.does(cast.qa, service.log, a_form(shared, code=f"R-{far}"))
    assert (risk.code, risk.number) == (f"R-{far}", far)
    after = await shared.does(cast.qa, service.log, a_form(shared))
    assert after.number == far + 1
    within = await shared.does(cast.qa, service.log, a_form(shared, code=f"R-{far - 1}"))
    assert within.number == far - 1
    assert (await shared.does(cast.qa, service.log, a_form(shared))).number == far + 2
    twice = inputs.LogRisks(risks=[a_form(shared, code=f"R-{far + 9}")] * 2)
    assert await shared.refusals(cast.qa, service.log_many, twice) == [
        ("DUPLICATE", ("risks", 1, "code"))
    ]


async def links(register: Register, risk: Risk, model: type[Any], column: str) -> set[str]:
    """The far keys of a risk's links."""
    alias = register.view().of(model)
    query = select(getattr(alias, column).label("far")).where(alias.risk_id == risk.id)
    return {row.far for row in await register.db.rows(register.view(), query)}


async def test_vendor_logs_for_itself(shared: Register) -> None:
    cast = shared.cast
    risk = await shared.does(cast.vendor, service.log, a_form(shared))
    assert await links(shared, risk, RiskVendor, "vendor_id") == {cast.aster.id}
    again = a_form(shared, vendor_ids=ids_of(cast.aster))
    risk = await shared.does(cast.vendor, service.log, again)
    assert await links(shared, risk, RiskVendor, "vendor_id") == {cast.aster.id}
    assert risk.owner_id == cast.manager.id
    foreign: list[tuple[Given, Errors]] = [
        ({"project_ids": ids_of(cast.other_project)}, [("NOT_FOUND", ("projectIds", 0))]),
        (
            {"project_ids": ids_of(cast.project, cast.other_project)},
            [("NOT_FOUND", ("projectIds", 1))],
        ),
        ({"vendor_ids": ids_of(cast.boreal)}, [("NOT_FOUND", ("vendorIds", 0))]),
        ({"owner_id": person_id(cast.rival)}, [("NOT_FOUND", ("ownerId",))]),
        ({"sensitivity": Sensitivity.RESTRICTED}, [("NOT_PERMITTED", ("sensitivity",))]),
        ({"code": "R-99999999"}, [("NOT_PERMITTED", ("code",))]),
    ]
    for given, errors in foreign:
        found = await shared.refusals(cast.vendor, service.log, a_form(shared, **given))
        assert (given, found) == (given, errors)


async def test_requestor_logs_for_own_projects(shared: Register) -> None:
    cast = shared.cast
    risk = await shared.does(cast.requestor, service.log, a_form(shared))
    assert (risk.identified_by_id, risk.owner_id) == (cast.requestor.id, cast.manager.id)
    other = a_form(shared, project_ids=ids_of(cast.other_project))
    assert await shared.refusals(cast.requestor, service.log, other) == [
        ("NOT_FOUND", ("projectIds", 0))
    ]


def a_change(risk: Risk, **given: Any) -> inputs.ChangeRisk:
    """A change of a risk at its version."""
    maybe: dict[str, Any] = {name: Some(value) for name, value in given.items()}
    return inputs.ChangeRisk(id=id_of(risk), expected_version=risk.version, **maybe)


async def test_change_takes_what_is_given_and_keeps_the_rest(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk(shared.db, cast.qa, cast.project, areas=(cast.area,))
    change = a_change(
        risk,
        title="Two buildings",
        consequence=None,
        owner_id=None,
        sponsor_id=person_id(cast.director),
        project_ids=ids_of(cast.other_project),
        vendor_ids=ids_of(cast.aster, cast.boreal),
        horizon_days=30,
        proximity_date=day_of(shared),
        review_due=day_of(shared) + timedelta(days=1),
        quant=inputs.QuantInput(
            probability=Decimal("0.12345"),
            uplift_p10_bps=Decimal("0.1"),
            uplift_p50_bps=Decimal("0.3"),
            uplift_p90_bps=Decimal("0.9"),
            duration_days=28,
        ),
    )
    await shared.does(cast.qa, service.change, change)
    row = await now(shared, risk)
    assert (row.title, row.cause, row.consequence) == (
        "Two buildings",
        "All of it is in one building",
        None,
    )
    assert (row.owner_id, row.sponsor_id, row.version) == (None, cast.director.id, 2)
    assert (row.horizon_days, row.proximity_date) == (30, day_of(shared))
    assert row.review_due_on == day_of(shared) + timedelta(days=1)
    assert (row.probability, row.uplift_p90_bps, row.duration_days) == (
        Decimal("0.1234"),
        Decimal("0.9"),
        28,
    )
    assert await links(shared, risk, RiskProject, "project_id") == {cast.other_project.id}
    both = {cast.aster.id, cast.boreal.id}
    assert await links(shared, risk, RiskVendor, "vendor_id") == both
    found = "query ($s: String) { risks(search: $s) { nodes { title } } }"
    shown = await shared.ask(cast.qa, found, s=f"two build {risk.code}")
    assert shown == {"risks": {"nodes": [{"title": "Two buildings"}]}}


def _quant(**given: Any) -> inputs.QuantInput:
    usual = {
        "probability": Decimal("0.5"),
        "uplift_p10_bps": Decimal(1),
        "uplift_p50_bps": Decimal(2),
        "uplift_p90_bps": Decimal(3),
        "duration_days": 28,
    }
    return inputs.QuantInput(**{**usual, **given})


async def test_bad_change_is_told_by_its_field(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk(shared.db, cast.qa, cast.project)
    day = day_of(shared)
    table: list[tuple[Given, Errors]] = [
        ({"title": ""}, [("REQUIRED", ("title",))]),
        ({"title": None}, [("REQUIRED", ("title",))]),
        ({"category": None}, [("REQUIRED", ("category",))]),
        ({"sensitivity": None}, [("REQUIRED", ("sensitivity",))]),
        ({"event": " "}, [("MISSING", ("event",))]),
        ({"project_ids": []}, [("MISSING", ("projectIds",))]),
        ({"cause": "\0"}, [("INVALID_TEXT", ("cause",))]),
        ({"owner_id": NOBODY}, [("NOT_FOUND", ("ownerId",))]),
        ({"market_ids": [ID("x"), *ids_of(cast.market)]}, [("NOT_FOUND", ("marketIds", 0))]),
        ({"horizon_days": 0}, [("OUT_OF_RANGE", ("horizonDays",))]),
        ({"horizon_days": None}, [("REQUIRED", ("horizonDays",))]),
        ({"proximity_date": day - timedelta(days=1)}, [("DATE_IN_PAST", ("proximityDate",))]),
        ({"review_due": day - timedelta(days=1)}, [("DATE_IN_PAST", ("reviewDue",))]),
        (
            {"review_due": risk.review_due_on + timedelta(days=1)},
            [("OUT_OF_RANGE", ("reviewDue",))],
        ),
        ({"quant": _quant(probability=Decimal(0))}, [("OUT_OF_RANGE", ("quant", "probability"))]),
        (
            {"quant": _quant(probability=Decimal("NaN"))},
            [("OUT_OF_RANGE", ("quant", "probability"))],
        ),
        (
            {"quant": _quant(uplift_p10_bps=Decimal(9))},
            [("OUT_OF_RANGE", ("quant", "upliftP50Bps"))],
        ),
        (
            {"quant": _quant(uplift_p90_bps=Decimal("1e9"))},
            [("OUT_OF_RANGE", ("quant", "upliftP90Bps"))],
        ),
        ({"quant": _quant(duration_days=0)}, [("OUT_OF_RANGE", ("quant", "durationDays"))]),
    ]
    for given, errors in table:
        found = await shared.refusals(cast.qa, service.change, a_change(risk, **given))
        assert (given, found) == (given, errors)
    stale = inputs.ChangeRisk(id=id_of(risk), expected_version=7)
    assert await shared.refusals(cast.qa, service.change, stale) == [
        ("VERSION_CONFLICT", ("expectedVersion",))
    ]
    ended = await moved(shared, risk, "reject")
    assert await shared.refusals(cast.qa, service.change, a_change(ended, title="x")) == [
        ("MOVE_NOT_ALLOWED", ())
    ]


async def test_quantification_is_removed_by_null(shared: Register) -> None:
    cast = shared.cast
    risk = await a_risk(shared.db, cast.qa, cast.project)
    risk = await shared.does(cast.qa, service.change, a_change(risk, quant=_quant()))
    risk = await shared.does(cast.qa, service.change, a_change(risk, quant=None))
    row = await now(shared, risk)
    assert (row.probability, row.uplift_p50_bps, row.duration_days) == (None, None, None)


async def test_narrow_change_leaves_links_that_it_does_not_see(shared: Register) -> None:
    """A vendor names its own project anew; the other one, which it does not know of, stays."""
    cast = shared.cast
    risk = await a_risk(shared.db, cast.vendor, cast.project)
    wide = a_change(
        risk,
        project_ids=ids_of(cast.project, cast.other_project),
        vendor_ids=ids_of(cast.aster, cast.boreal),
    )
    risk = await shared.does(cast.qa, service.change, wide)
    narrow = a_change(risk, project_ids=[], vendor_ids=ids_of(cast.aster))
    risk = await shared.does(cast.vendor, service.change, narrow)
    assert await links(shared, risk, RiskProject, "project_id") == {cast.other_project.id}
    both = {cast.aster.id, cast.boreal.id}
    assert await links(shared, risk, RiskVendor, "vendor_id") == both
    leave = a_change(risk, vendor_ids=[])
    assert await shared.refusals(cast.vendor, service.change, leave) == [("FORBIDDEN", ())]
    hide = a_change(risk, sensitivity=Sensitivity.RESTRICTED)
    assert await shared.refusals(cast.vendor, service.change, hide) == [
        ("NOT_PERMITTED", ("sensitivity",))
    ]


async def test_project_without_a_manager_leaves_the_risk_unowned(shared: Register) -> None:
    project = await a_project(shared.db)
    risk = await a_risk(shared.db, shared.cast.qa, project)
    assert risk.owner_id is None
    mine = await a_person(shared.db, name="Another manager")
    project = await a_project(shared.db, manager=mine)
    assert (await a_risk(shared.db, shared.cast.qa, project)).owner_id == mine.id
