"""Who may do what: roles, acts, and the authority to accept (domain/model.md 4.7 and 4.5).

The table says in which rows of the register a role may act. The service tells `may` what holds
between the person and the row (`Standing`); what is seen at all is the business of the View.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from riskreg.kit.ranked import Ranked


class Role(StrEnum):
    """What a person is in the organisation; one person may have several roles."""

    EXEC = "EXEC"
    PM_LEAD = "PM_LEAD"
    PM = "PM"
    POLICY = "POLICY"
    QA = "QA"
    GUIDELINE = "GUIDELINE"
    WFM = "WFM"
    VENDOR = "VENDOR"
    REQUESTOR = "REQUESTOR"
    ANALYST = "ANALYST"
    AUDITOR = "AUDITOR"
    SERVICE = "SERVICE"
    ADMIN = "ADMIN"


class Authority(Ranked):
    """How far a person's word goes: A1 project manager, A2 PM lead, A3 director, A4 VP."""

    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"


class ApprovalKind(StrEnum):
    """What was approved."""

    ACCEPTANCE = "ACCEPTANCE"
    VERDICT = "VERDICT"
    CLOSURE = "CLOSURE"


class Act(StrEnum):
    """Something that a role may or may not do."""

    READ = "READ"
    LOG_RISK = "LOG_RISK"
    COMMENT = "COMMENT"
    ASSESS_AND_TREAT = "ASSESS_AND_TREAT"
    ACCEPT_RISK = "ACCEPT_RISK"
    WORK_ON_MITIGATION = "WORK_ON_MITIGATION"
    GIVE_VERDICT = "GIVE_VERDICT"
    APPROVE_CHANGE = "APPROVE_CHANGE"
    APPROVE_EMERGENCY_CHANGE = "APPROVE_EMERGENCY_CHANGE"
    MEASURE_GATE = "MEASURE_GATE"
    INGEST_METRICS = "INGEST_METRICS"
    DEFINE_METRICS = "DEFINE_METRICS"
    RUN_EVALUATIONS = "RUN_EVALUATIONS"
    CREATE_REPORT = "CREATE_REPORT"
    MANAGE_PROJECTS = "MANAGE_PROJECTS"
    MANAGE_PEOPLE = "MANAGE_PEOPLE"
    CONFIGURE = "CONFIGURE"


class Standing(StrEnum):
    """What holds between a person and a row, so far as the table of permissions asks.

    OWN: the row, its project or its vendor is theirs; for WORK_ON_MITIGATION and GIVE_VERDICT it is
    the action itself that is theirs. OWN_AREA: the row lies in a policy area that they manage.
    CAPACITY: it is about the capacity of a workforce.
    """

    OWN = "OWN"
    OWN_AREA = "OWN_AREA"
    CAPACITY = "CAPACITY"


class Where(StrEnum):
    """In which rows a role may act; all but EVERYWHERE and NOT_OWN need that standing."""

    EVERYWHERE = "EVERYWHERE"
    OWN = "OWN"
    OWN_AREA = "OWN_AREA"
    CAPACITY = "CAPACITY"
    NOT_OWN = "NOT_OWN"


class ReadScope(StrEnum):
    """Which rows a person's reads reach."""

    ALL = "ALL"
    VENDOR = "VENDOR"
    REQUESTOR = "REQUESTOR"
    SERVICE = "SERVICE"
    NOTHING = "NOTHING"


def _table(rows: Mapping[Act, Mapping[Where, str]]) -> Mapping[Act, Mapping[Role, Where]]:
    return MappingProxyType(
        {
            act: MappingProxyType({Role(r): w for w, names in cells.items() for r in names.split()})
            for act, cells in rows.items()
        }
    )


_OFFICE = "EXEC PM_LEAD PM POLICY QA GUIDELINE WFM"

PERMISSIONS = _table(
    {
        Act.READ: {
            Where.EVERYWHERE: f"{_OFFICE} ANALYST AUDITOR",
            Where.OWN: "VENDOR REQUESTOR SERVICE",
        },
        Act.LOG_RISK: {Where.EVERYWHERE: f"{_OFFICE} REQUESTOR", Where.OWN: "VENDOR"},
        Act.COMMENT: {Where.EVERYWHERE: f"{_OFFICE} ANALYST", Where.OWN: "VENDOR REQUESTOR"},
        Act.ASSESS_AND_TREAT: {
            Where.EVERYWHERE: "PM_LEAD QA",
            Where.OWN: "PM",
            Where.OWN_AREA: "POLICY",
            Where.CAPACITY: "WFM",
        },
        Act.ACCEPT_RISK: {Where.EVERYWHERE: "EXEC PM_LEAD"},
        Act.WORK_ON_MITIGATION: {
            Where.EVERYWHERE: "PM_LEAD QA",
            Where.OWN: "EXEC PM POLICY GUIDELINE WFM VENDOR ANALYST",
        },
        Act.GIVE_VERDICT: {Where.EVERYWHERE: "PM_LEAD QA", Where.NOT_OWN: "PM"},
        Act.APPROVE_CHANGE: {Where.EVERYWHERE: "PM_LEAD POLICY QA WFM"},
        Act.APPROVE_EMERGENCY_CHANGE: {Where.EVERYWHERE: "EXEC"},
        Act.MEASURE_GATE: {
            Where.EVERYWHERE: "PM_LEAD PM POLICY QA GUIDELINE WFM SERVICE",
            Where.OWN: "VENDOR",
        },
        Act.INGEST_METRICS: {Where.EVERYWHERE: "SERVICE ANALYST"},
        Act.DEFINE_METRICS: {Where.EVERYWHERE: "ANALYST"},
        Act.RUN_EVALUATIONS: {Where.EVERYWHERE: "ANALYST"},
        Act.CREATE_REPORT: {Where.EVERYWHERE: f"{_OFFICE} ANALYST"},
        Act.MANAGE_PROJECTS: {Where.EVERYWHERE: "PM_LEAD", Where.OWN: "PM"},
        Act.MANAGE_PEOPLE: {Where.EVERYWHERE: "ADMIN"},
        Act.CONFIGURE: {Where.EVERYWHERE: "ADMIN"},
    }
)
"""Where each role may do each act; a role that is not listed may not.

From the table of model.md 4.7. It is silent on COMMENT, WORK_ON_MITIGATION, CREATE_REPORT and
MANAGE_PROJECTS: whoever owns an action may work on it, and the office writes comments and reports.
"""


def may(roles: Iterable[Role], act: Act, standing: Iterable[Standing] = ()) -> bool:
    """Whether somebody with these roles may do the act in a row to which they so stand."""
    cells = PERMISSIONS[act]
    held = frozenset(standing)
    return any(role in cells and _reaches(cells[role], held) for role in roles)


def may_somewhere(roles: Iterable[Role], act: Act) -> bool:
    """Whether there can be a row in which somebody with these roles may do the act."""
    return any(role in PERMISSIONS[act] for role in roles)


def acts(roles: Iterable[Role], standing: Iterable[Standing] = ()) -> frozenset[Act]:
    """All that somebody with these roles may do in a row to which they so stand."""
    kept, held = tuple(roles), tuple(standing)
    return frozenset(act for act in Act if may(kept, act, held))


def _reaches(where: Where, held: frozenset[Standing]) -> bool:
    if where is Where.EVERYWHERE:
        return True
    if where is Where.NOT_OWN:
        return Standing.OWN not in held
    return Standing(where.value) in held


_READ_SCOPES = MappingProxyType(
    {
        Role.VENDOR: ReadScope.VENDOR,
        Role.REQUESTOR: ReadScope.REQUESTOR,
        Role.SERVICE: ReadScope.SERVICE,
    }
)


def read_scopes(roles: Iterable[Role]) -> frozenset[ReadScope]:
    """What reads reach: ALL alone, or each narrower scope that a role gives, or NOTHING alone."""
    readers = [role for role in roles if role in PERMISSIONS[Act.READ]]
    if any(PERMISSIONS[Act.READ][role] is Where.EVERYWHERE for role in readers):
        return frozenset({ReadScope.ALL})
    return frozenset(_READ_SCOPES[role] for role in readers) or frozenset({ReadScope.NOTHING})


def authority_of(roles: Iterable[Role], granted: Authority | None = None) -> Authority | None:
    """The highest authority that the roles carry; None where they carry none.

    An EXEC carries A3, or A4 if that was granted (model.md 4.5); for other roles a grant is void.
    """
    held = {Role.PM: Authority.A1, Role.PM_LEAD: Authority.A2}
    held[Role.EXEC] = Authority.A4 if granted is Authority.A4 else Authority.A3
    return max((held[role] for role in roles if role in held), default=None)
