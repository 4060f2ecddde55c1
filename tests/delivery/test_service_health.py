"""A person's word stands against the data for two weeks at most, with a reason."""

from datetime import UTC, date, datetime, timedelta

import pytest

from riskreg.delivery import inputs, service_health
from riskreg.delivery.rules import Health
from riskreg.kit.tables import NEVER
from riskreg.projects.models import Project
from tests.cast import Register
from tests.factories import id_of

TODAY = date(2026, 11, 16)


def said(
    project: Project, health: Health = Health.GREEN, reason: str = "The feed broke", days: int = 7
) -> inputs.AssertHealth:
    """That a project does well, for a week."""
    return inputs.AssertHealth(
        project_id=id_of(project),
        health=health,
        reason=reason,
        until_on=TODAY + timedelta(days=days),
    )


async def test_a_manager_says_how_an_own_project_does(register: Register) -> None:
    cast = register.cast
    made = await register.does(cast.manager, service_health.assert_health, said(cast.project))
    assert (made.health, made.reason, made.asserted_by_id) == (
        Health.GREEN,
        "The feed broke",
        cast.manager.id,
    )
    # The end of 23 November in Singapore.
    assert made.until == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert made.ended_at == NEVER


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"days": 15}, ("OUT_OF_RANGE", ("untilOn",))),
        ({"days": -1}, ("DATE_IN_PAST", ("untilOn",))),
        ({"reason": "  "}, ("REQUIRED", ("reason",))),
        ({"health": Health.UNKNOWN}, ("INVALID", ("health",))),
    ],
)
async def test_a_word_needs_a_reason_and_an_end(
    register: Register, given: dict[str, object], error: tuple[str, tuple[str, ...]]
) -> None:
    asserted = said(register.cast.project, **given)  # type: ignore[arg-type]  # by name
    found = await register.refusals(register.cast.lead, service_health.assert_health, asserted)
    assert found == [error]


@pytest.mark.parametrize("days", [0, 14])
async def test_today_and_two_weeks_are_allowed(register: Register, days: int) -> None:
    given = said(register.cast.project, days=days)
    made = await register.does(register.cast.lead, service_health.assert_health, given)
    assert made.until > register.db.now()


@pytest.mark.parametrize("name", ["other_manager", "vendor", "requestor", "qa", "auditor"])
async def test_nobody_else_says_it(register: Register, name: str) -> None:
    found = await register.refusals(
        getattr(register.cast, name), service_health.assert_health, said(register.cast.project)
    )
    assert found in ([("FORBIDDEN", ())], [("NOT_FOUND", ("projectId",))])


async def test_a_newer_word_takes_the_place_of_the_older(register: Register) -> None:
    cast, clock = register.cast, register.clock
    first = await register.does(cast.manager, service_health.assert_health, said(cast.project))
    clock.advance(hours=1)
    await register.does(cast.lead, service_health.assert_health, said(cast.project, Health.AMBER))
    withdraw = inputs.WithdrawHealthAssertion(id=id_of(first), expected_version=2)
    assert await register.refusals(cast.lead, service_health.withdraw, withdraw) == [
        ("MOVE_NOT_ALLOWED", ("id",))
    ]


async def test_a_word_is_withdrawn_once_and_while_it_stands(register: Register) -> None:
    cast, clock = register.cast, register.clock
    made = await register.does(cast.manager, service_health.assert_health, said(cast.project))
    given = inputs.WithdrawHealthAssertion(id=id_of(made), expected_version=1)
    assert await register.refusals(cast.other_manager, service_health.withdraw, given) == [
        ("FORBIDDEN", ())
    ]
    clock.advance(hours=1)
    gone = await register.does(cast.lead, service_health.withdraw, given)
    assert gone.ended_at == clock.now()
    again = inputs.WithdrawHealthAssertion(id=id_of(made), expected_version=2)
    assert await register.refusals(cast.lead, service_health.withdraw, again) == [
        ("MOVE_NOT_ALLOWED", ("id",))
    ]


async def test_a_word_that_has_ended_by_itself_cannot_be_withdrawn(register: Register) -> None:
    cast = register.cast
    made = await register.does(
        cast.manager, service_health.assert_health, said(cast.project, days=0)
    )
    register.clock.advance(days=1)
    given = inputs.WithdrawHealthAssertion(id=id_of(made), expected_version=1)
    assert await register.refusals(cast.lead, service_health.withdraw, given) == [
        ("MOVE_NOT_ALLOWED", ("id",))
    ]
