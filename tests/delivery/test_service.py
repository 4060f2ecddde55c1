"""Targets are set, changed and ended by whoever manages the project, and never overlap."""

from datetime import date, timedelta
from typing import Any

import pytest
from strawberry import Some

from riskreg.delivery import inputs, service
from riskreg.delivery.models import Target
from riskreg.delivery.rules import TargetBasis, TargetComparator
from riskreg.kit.view import Actor
from riskreg.metrics.rules import Direction, MetricKind
from riskreg.projects import inputs as projects
from riskreg.projects import service as projects_service
from tests.cast import Register
from tests.delivery.arranged import a_level, a_target, an_sla, target_given
from tests.factories import id_of
from tests.metrics.arranged import a_metric

TODAY = date(2026, 11, 16)


def changed(target: Target, **given: Any) -> inputs.ChangeTarget:
    """Some terms of a target, changed at the version it has."""
    new: dict[str, Any] = {name: Some(value) for name, value in given.items()}
    return inputs.ChangeTarget(id=id_of(target), expected_version=target.version, **new)


def ended(target: Target, last: date | None = None) -> inputs.EndTarget:
    """The end of a target."""
    return inputs.EndTarget(
        id=id_of(target), expected_version=target.version, last_day=last, reason="renegotiated"
    )


async def test_a_manager_sets_a_target_of_an_own_project(register: Register) -> None:
    cast, db = register.cast, register.db
    given = target_given(cast.project, await an_sla(db), contractual=True, min_sample=500)
    made = await register.does(cast.manager, service.set_target, given)
    assert made.code == "TGT-001"
    assert (made.value, made.amber, made.window_days, made.min_sample) == (95, 96, 28, 500)
    assert (made.valid_from, made.valid_to) == (TODAY, None)
    assert made.contractual
    assert made.basis is TargetBasis.POINT
    assert made.vendor_id is None


async def test_quality_is_held_to_its_bound_unless_told_otherwise(register: Register) -> None:
    cast, db = register.cast, register.db
    gold = await a_metric(db, "GOLD_ACC")
    made = await a_target(db, cast.project, gold)
    other = await a_target(db, cast.other_project, gold, basis=TargetBasis.POINT, code="GOLD-2")
    assert (made.basis, other.basis) == (TargetBasis.BOUND, TargetBasis.POINT)
    assert other.code == "GOLD-2"


@pytest.mark.parametrize("name", ["other_manager", "vendor", "requestor", "analyst", "qa", "admin"])
async def test_nobody_else_sets_one(register: Register, name: str) -> None:
    cast = register.cast
    actor: Actor = getattr(cast, name)
    given = target_given(cast.project, await an_sla(register.db))
    found = await register.refusals(actor, service.set_target, given)
    assert found in ([("FORBIDDEN", ())], [("NOT_FOUND", ("projectId",))])


REFUSED: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"amber": 94.0}, [("INVALID", "amber")]),
    ({"comparator": TargetComparator.AT_MOST, "amber": 94.0}, [("INVALID", "comparator")]),
    ({"value": 120.0, "amber": 121.0}, [("INVALID", "value"), ("INVALID", "amber")]),
    ({"window_days": 0}, [("INVALID", "windowDays")]),
    ({"valid_from": TODAY, "valid_to": TODAY - timedelta(days=1)}, [("INVALID", "validTo")]),
]


@pytest.mark.parametrize(("terms", "errors"), REFUSED)
async def test_what_does_not_fit_is_refused(
    register: Register, terms: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    given = target_given(register.cast.project, await an_sla(register.db), **terms)
    found = await register.refusals(register.cast.lead, service.set_target, given)
    assert found == [(code, (field,)) for code, field in errors]


async def test_a_vendor_promises_only_where_it_works(register: Register) -> None:
    cast = register.cast
    sla = await an_sla(register.db)
    made = await a_target(register.db, cast.project, sla, vendor=cast.aster, by=cast.lead)
    assert made.vendor_id == cast.aster.id
    elsewhere = target_given(cast.project, sla, vendor=cast.boreal)
    found = await register.refusals(cast.lead, service.set_target, elsewhere)
    assert found == [("NOT_PERMITTED", ("vendorId",))]


async def test_two_targets_of_the_same_do_not_share_a_day(register: Register) -> None:
    cast, db = register.cast, register.db
    sla = await an_sla(db)
    first = await a_target(db, cast.project, sla, valid_to=TODAY + timedelta(days=9))
    same = target_given(cast.project, sla, valid_from=TODAY + timedelta(days=9))
    found = await register.refusals(cast.lead, service.set_target, same)
    assert found == [("DUPLICATE", ("validFrom",))]
    after = await a_target(db, cast.project, sla, valid_from=TODAY + timedelta(days=10))
    longer = changed(first, valid_to=None)
    found = await register.refusals(cast.lead, service.change_target, longer)
    assert found == [("DUPLICATE", ("validFrom",))]
    assert (await a_target(db, cast.project, sla, vendor=cast.aster)).code == "TGT-003"
    assert (await a_target(db, cast.other_project, sla)).code == "TGT-004"
    assert after.code == "TGT-002"


async def test_both_ends_of_a_band_may_be_promised(register: Register) -> None:
    cast, db = register.cast, register.db
    band = {"band_low": 80.0, "band_high": 90.0, "kind": MetricKind.MEAN, "unit": "s"}
    pace = await a_level(db, "AHT", Direction.TARGET_BAND, **band)
    low = await a_target(db, cast.project, pace, value=30.0, amber=32.0)
    most = TargetComparator.AT_MOST
    high = await a_target(db, cast.project, pace, comparator=most, value=50.0, amber=48.0)
    assert (low.code, high.code) == ("TGT-001", "TGT-002")


async def test_a_change_keeps_what_is_left_out(register: Register) -> None:
    cast, db = register.cast, register.db
    target = await a_target(db, cast.project, await an_sla(db), min_sample=100)
    given = changed(target, value=93.0, amber=94.0, contractual=True)
    made = await register.does(cast.manager, service.change_target, given)
    assert (made.value, made.amber, made.window_days, made.min_sample) == (93, 94, 28, 100)
    assert made.contractual
    assert made.version == 2


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"value": 97.0}, ("INVALID", "amber")),
        ({"value": None}, ("REQUIRED", "value")),
        ({"valid_from": None}, ("REQUIRED", "validFrom")),
        ({"valid_to": TODAY - timedelta(days=1)}, ("INVALID", "validTo")),
        ({"min_sample": -1}, ("INVALID", "minSample")),
    ],
)
async def test_a_change_that_does_not_fit_is_refused(
    register: Register, terms: dict[str, Any], error: tuple[str, str]
) -> None:
    target = await a_target(register.db, register.cast.project, await an_sla(register.db))
    found = await register.refusals(
        register.cast.lead, service.change_target, changed(target, **terms)
    )
    assert found == [(error[0], (error[1],))]


async def test_a_target_ends_on_a_day_and_only_once(register: Register) -> None:
    cast, db = register.cast, register.db
    target = await a_target(db, cast.project, await an_sla(db))
    before = ended(target, TODAY - timedelta(days=1))
    assert await register.refusals(cast.manager, service.end_target, before) == [
        ("OUT_OF_RANGE", ("lastDay",))
    ]
    made = await register.does(cast.manager, service.end_target, ended(target))
    assert made.valid_to == TODAY
    assert await register.refusals(cast.manager, service.end_target, ended(made)) == [
        ("MOVE_NOT_ALLOWED", ("lastDay",))
    ]
    assert await register.refusals(cast.other_manager, service.end_target, ended(made)) == [
        ("FORBIDDEN", ())
    ]


async def test_another_version_is_a_conflict(register: Register) -> None:
    target = await a_target(register.db, register.cast.project, await an_sla(register.db))
    stale = inputs.EndTarget(id=id_of(target), expected_version=7, reason="renegotiated")
    assert await register.refusals(register.cast.lead, service.end_target, stale) == [
        ("VERSION_CONFLICT", ("expectedVersion",))
    ]


async def test_a_closed_project_promises_nothing(register: Register) -> None:
    cast = register.cast
    sla = await an_sla(register.db)
    close = projects.MoveProject(
        id=id_of(cast.project), expected_version=cast.project.version, reason="done"
    )
    await register.does(cast.lead, projects_service.close, close)
    found = await register.refusals(cast.lead, service.set_target, target_given(cast.project, sla))
    assert found == [("NOT_PERMITTED", ("projectId",))]
