"""Files that do not fit the register: each error with its place, and nothing is written."""

import pytest

from riskreg.kit.errors import Forbidden
from riskreg.people.auth import SYSTEM
from riskreg.risks import service_moves
from riskreg.risks.inputs import RejectRisk
from riskreg.risks.rules import RejectReason
from tests.cast import Register
from tests.factories import a_risk, an_assessed_risk, done, id_of
from tests.risks.files import code_of, exported, imported, refused

PUT_OFF = (
    '2: column "nextReviewDue": The review can be brought forward, not put off beyond 2026-11-23.'
)
NO_QUANT = (
    '2: column "upliftP10Bps": A quantification needs its probability, its three uplifts and its '
    "duration."
)
BAD_LINES: list[tuple[str, str, list[str]]] = [
    ("code,title", "R-003,", ['2: column "title": This must not be empty.']),
    ("code,title", "R-001,", ['2: column "title": This must not be empty.']),
    ("code,category", "R-001,", ['2: column "category": This must not be empty.']),
    (
        "title,projects,owner,markets,vendors,policyAreas,sponsor",
        "A,PRJ-OWN PRJ-X,P-999,xx-XX,NOBODY,HAT,nobody@example.org",
        [
            '2: column "projects": There is no project "PRJ-X".',
            '2: column "policyAreas": There is no policy area "HAT".',
            '2: column "markets": There is no market "xx-XX".',
            '2: column "vendors": There is no vendor "NOBODY".',
            '2: column "owner": There is no person "P-999".',
            '2: column "sponsor": There is no person "nobody@example.org".',
        ],
    ),
    ("code,owner", "R-001,P-999", ['2: column "owner": There is no person "P-999".']),
    (
        "title,identifiedBy,proximityDate",
        "A,P-999,2026-11-15",
        [
            '2: column "identifiedBy": There is no person "P-999".',
            '2: column "proximityDate": 2026-11-15 is in the past.',
        ],
    ),
    (
        "code,proximityDate",
        "R-001,2026-11-15",
        ['2: column "proximityDate": 2026-11-15 is in the past.'],
    ),
    (
        "code,nextReviewDue",
        "R-001,2027-01-01",
        [PUT_OFF],
    ),
    (
        "title,identifiedAt",
        "A,2026-11-17T00:00:00Z",
        ['2: column "identifiedAt": This is in the future.'],
    ),
    (
        "title,inherentLikelihood,inherentImpact",
        "A,3,4",
        [
            '2: column "event": Say what could happen (the event).',
            '2: column "category": Choose a category.',
            '2: column "projects": Name at least one project or policy area.',
        ],
    ),
    (
        "title,probability",
        "A,0.5",
        [NO_QUANT],
    ),
    (
        "code,probability,upliftP10Bps,upliftP50Bps,upliftP90Bps,durationDays",
        "R-001,0.5,3,2,1,10",
        ['2: column "upliftP50Bps": The uplifts rise from P10 over P50 to P90.'],
    ),
    ("code,title", "R-002,Other", ["2: The risk is REJECTED: restore it before you change it."]),
]


async def a_rejected_risk(register: Register) -> None:
    """R-002."""
    risk = await a_risk(register.db, register.cast.manager, register.cast.project, title="Second")
    given = RejectRisk(
        id=id_of(risk), expected_version=risk.version, reason=RejectReason.NOT_A_RISK
    )
    await done(register.db, service_moves.reject, given, register.cast.lead)


async def test_what_does_not_fit_is_refused_with_line_and_column(register: Register) -> None:
    cast = register.cast
    await a_risk(register.db, cast.manager, cast.project, title="First")
    await a_rejected_risk(register)
    for headings, line, expected in BAD_LINES:
        assert (line, await refused(register, f"{headings}\n{line}\n")) == (line, expected)
    same = await imported(register, "code,title\nR-002,Second\n")
    assert same.unchanged == ("R-002",)


async def test_all_lines_are_looked_at_and_none_is_written(register: Register) -> None:
    cast = register.cast
    await a_risk(register.db, cast.manager, cast.project, title="First")
    file = await exported(register)
    lines = (",Fine,", "R-001,Changed,P-999", "R-050,,", ",Fine too,P-998", "R-051,Good,")
    text = "\n".join(("code,title,owner", *lines))
    assert await refused(register, text, actor=cast.lead) == [
        '3: column "owner": There is no person "P-999".',
        '4: column "title": This must not be empty.',
        '5: column "owner": There is no person "P-998".',
    ]
    assert await exported(register) == file
    assert (await a_risk(register.db, cast.manager, cast.project)).code == "R-002"


async def test_a_vendor_imports_its_own_and_learns_of_nothing_else(register: Register) -> None:
    cast = register.cast
    both = (cast.aster, cast.boreal)
    await a_risk(register.db, cast.manager, cast.project, vendors=both, owner=cast.rival)
    await a_risk(register.db, cast.manager, cast.other_project, vendors=(cast.boreal,))
    for actor in (cast.vendor, cast.rival):
        own = await imported(register, await exported(register, actor=actor), actor=actor)
        assert (own.created, own.updated, own.notes) == ((), (), ())
    assert await refused(register, "code,title\nR-002,Mine\n", actor=cast.vendor) == [
        '2: column "code": R-002 is taken.'
    ]
    assert await refused(register, "title,vendors\nA,BOREAL\n", actor=cast.vendor) == [
        '2: column "vendors": There is no vendor "BOREAL".'
    ]
    result = await imported(register, "title\nA\n", actor=cast.vendor)
    data = await exported(register, actor=cast.vendor)
    assert result.created == ("R-003",)
    assert b"R-003,A," in data
    assert data.count(b",ASTER,") == 2


async def test_roles_bound_what_an_import_may_do(register: Register) -> None:
    cast = register.cast
    await a_risk(register.db, cast.manager, cast.project, title="First")
    before = await register.seq()
    with pytest.raises(Forbidden, match="You may not log risks"):
        await imported(register, "title\nNew\n", actor=cast.auditor)
    assert await register.seq() == before
    unread = await imported(register, "code,title\nR-001,First\n", actor=cast.auditor)
    assert unread.unchanged == ("R-001",)
    assert await refused(register, "code,title\nR-001,Other\n", actor=cast.other_manager) == [
        "2: Your role does not let you change this risk."
    ]
    assert await refused(register, "code,title\nR-001,Other\n", actor=cast.vendor) == [
        '2: column "code": R-001 is taken.'
    ]


async def test_only_who_sees_everything_says_who_identified_a_risk(register: Register) -> None:
    cast = register.cast
    lead = await code_of(register, cast.lead)
    text = f"title,identifiedBy\nA,{lead}\n"
    assert (await imported(register, text, actor=cast.manager)).notes == ()
    [note] = (await imported(register, text, actor=cast.requestor)).notes
    requestor = await code_of(register, cast.requestor)
    assert str(note) == (
        f'2: column "identifiedBy": The register says "{requestor}"; '
        "an import does not change that."
    )


async def test_a_level_that_only_an_assessment_changes_is_left_alone(register: Register) -> None:
    cast = register.cast
    await an_assessed_risk(register.db, cast.manager, cast.project, likelihood=5, impact=5)
    data = (await exported(register)).replace(b",5,5,", b",1,1,")
    result = await imported(register, data, actor=SYSTEM)
    assert result.unchanged == ("R-001",)
    assert {note.column for note in result.notes} >= {"inherentLikelihood", "inherentImpact"}
