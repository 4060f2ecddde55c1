"""What `require` lets pass, and what it says when it does not."""

import pytest

from riskreg.kit.errors import Forbidden
from riskreg.kit.view import Actor
from riskreg.people.auth import SYSTEM
from riskreg.people.permits import is_permitted, require, roles_of
from riskreg.people.rules import Act, Role, Standing


def acting(*roles: str) -> Actor:
    return Actor("a" * 32, "Ada", frozenset(roles))


def test_one_of_several_acts_is_enough() -> None:
    require(acting("PM_LEAD"), Act.MANAGE_PROJECTS, Act.CONFIGURE)
    require(acting("ADMIN"), Act.MANAGE_PROJECTS, Act.CONFIGURE)


def test_standing_decides_where_a_role_is_narrow() -> None:
    require(acting("PM"), Act.MANAGE_PROJECTS, standing=(Standing.OWN,))
    with pytest.raises(Forbidden) as caught:
        require(acting("PM"), Act.MANAGE_PROJECTS)
    assert caught.value.message == (
        "You may manage projects, vendors and pools, but not here: it is not yours. Your roles: PM."
    )


def test_refusal_names_what_and_who() -> None:
    with pytest.raises(Forbidden) as caught:
        require(acting(), Act.LOG_RISK)
    assert caught.value.message == "You may not log risks. Your roles: none."
    with pytest.raises(Forbidden) as caught:
        require(acting("QA", "AUDITOR"), Act.MANAGE_PEOPLE, Act.CONFIGURE)
    assert caught.value.message == (
        "You may not manage people, roles and tokens or configure the register. "
        "Your roles: AUDITOR, QA."
    )


def test_system_may_everything_and_holds_no_role() -> None:
    assert all(is_permitted(SYSTEM, act) for act in Act)
    assert roles_of(SYSTEM) == frozenset()
    assert roles_of(acting("PM", "WIZARD")) == {Role.PM}
    assert not is_permitted(acting("SYSTEM"), Act.READ)
