"""The table of permissions, cell by cell as model.md 4.7 prints it, and authority."""

from __future__ import annotations

import pytest

from riskreg.people.rules import (
    PERMISSIONS,
    Act,
    Authority,
    ReadScope,
    Role,
    Standing,
    acts,
    authority_of,
    may,
    may_somewhere,
    read_scopes,
)

COLUMNS = [
    "EXEC",
    "PM_LEAD",
    "PM",
    "POLICY",
    "QA",
    "GUIDELINE",
    "WFM",
    "VENDOR",
    "REQUESTOR",
    "AUDITOR",
    "SERVICE",
]

# y everywhere, o own, a own area, c capacity, n not own, - never; ANALYST and ADMIN follow.
TABLE = {
    Act.LOG_RISK: "y y y y y y y o y - - | - -",
    Act.ASSESS_AND_TREAT: "- y o a y - c - - - - | - -",
    Act.ACCEPT_RISK: "y y - - - - - - - - - | - -",
    Act.APPROVE_EMERGENCY_CHANGE: "y - - - - - - - - - - | - -",
    Act.APPROVE_CHANGE: "- y - y y - y - - - - | - -",
    Act.MEASURE_GATE: "- y y y y y y o - - y | - -",
    Act.GIVE_VERDICT: "- y n - y - - - - - - | - -",
    Act.INGEST_METRICS: "- - - - - - - - - - y | y -",
    Act.READ: "y y y y y y y o o y o | y -",
    Act.DEFINE_METRICS: "- - - - - - - - - - - | y -",
    Act.RUN_EVALUATIONS: "- - - - - - - - - - - | y -",
    Act.MANAGE_PEOPLE: "- - - - - - - - - - - | - y",
    Act.CONFIGURE: "- - - - - - - - - - - | - y",
}
STANDINGS: list[frozenset[Standing]] = [
    frozenset(),
    frozenset({Standing.OWN}),
    frozenset({Standing.OWN_AREA}),
    frozenset({Standing.CAPACITY}),
]
OPENS = {
    "y": STANDINGS,
    "o": [STANDINGS[1]],
    "a": [STANDINGS[2]],
    "c": [STANDINGS[3]],
    "n": [STANDINGS[0], STANDINGS[2], STANDINGS[3]],
    "-": [],
}
CELLS = [
    (act, Role(name), cell)
    for act, row in TABLE.items()
    for name, cell in zip(
        [*COLUMNS, "ANALYST", "ADMIN"], row.replace("| ", "").split(), strict=True
    )
]


@pytest.mark.parametrize(("act", "role", "cell"), CELLS)
def test_role_may_act_exactly_where_the_table_says(act: Act, role: Role, cell: str) -> None:
    allowed = [standing for standing in STANDINGS if may([role], act, standing)]
    assert allowed == OPENS[cell]
    assert may_somewhere([role], act) is (cell != "-")


def test_table_has_a_row_for_every_act() -> None:
    assert set(PERMISSIONS) == set(Act)


def test_admin_manages_people_and_configuration_and_nothing_else() -> None:
    assert acts([Role.ADMIN], Standing) == {Act.MANAGE_PEOPLE, Act.CONFIGURE}


def test_auditor_only_reads() -> None:
    assert acts([Role.AUDITOR], Standing) == {Act.READ}


def test_roles_add_up() -> None:
    assert not may([Role.ADMIN], Act.LOG_RISK)
    assert may([Role.ADMIN, Role.PM], Act.LOG_RISK)
    assert may([Role.ADMIN, Role.PM], Act.CONFIGURE)
    assert not may([], Act.READ)


def test_owner_of_an_action_may_work_on_it_whatever_the_office() -> None:
    assert may([Role.GUIDELINE], Act.WORK_ON_MITIGATION, [Standing.OWN])
    assert not may([Role.GUIDELINE], Act.WORK_ON_MITIGATION)
    assert not may([Role.AUDITOR], Act.WORK_ON_MITIGATION, [Standing.OWN])


@pytest.mark.parametrize(
    ("roles", "scopes"),
    [
        ([Role.PM], {ReadScope.ALL}),
        ([Role.ANALYST], {ReadScope.ALL}),
        ([Role.AUDITOR], {ReadScope.ALL}),
        ([Role.VENDOR], {ReadScope.VENDOR}),
        ([Role.REQUESTOR], {ReadScope.REQUESTOR}),
        ([Role.SERVICE], {ReadScope.SERVICE}),
        ([Role.VENDOR, Role.REQUESTOR], {ReadScope.VENDOR, ReadScope.REQUESTOR}),
        ([Role.VENDOR, Role.QA], {ReadScope.ALL}),
        ([Role.ADMIN], {ReadScope.NOTHING}),
        ([Role.ADMIN, Role.VENDOR], {ReadScope.VENDOR}),
        ([], {ReadScope.NOTHING}),
    ],
)
def test_reads_reach(roles: list[Role], scopes: set[ReadScope]) -> None:
    assert read_scopes(roles) == scopes


@pytest.mark.parametrize(
    ("roles", "granted", "authority"),
    [
        ([Role.PM], None, Authority.A1),
        ([Role.PM_LEAD], None, Authority.A2),
        ([Role.EXEC], None, Authority.A3),
        ([Role.EXEC], Authority.A3, Authority.A3),
        ([Role.EXEC], Authority.A4, Authority.A4),
        ([Role.PM, Role.PM_LEAD], None, Authority.A2),
        ([Role.PM_LEAD], Authority.A4, Authority.A2),
        ([Role.QA], Authority.A4, None),
        ([], None, None),
    ],
)
def test_authority_follows_from_roles(
    roles: list[Role], granted: Authority | None, authority: Authority | None
) -> None:
    assert authority_of(roles, granted) is authority
