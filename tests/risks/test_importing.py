"""Files brought into the register: round trips, upserts, and refusals that write nothing."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from strawberry import Some

from riskreg.kit.journal import Entry
from riskreg.people.models import Person
from riskreg.risks import service
from riskreg.risks.importing import ImportResult
from riskreg.risks.inputs import ChangeRisk, LogRisk, QuantInput
from riskreg.risks.models import Risk
from riskreg.risks.rules import RiskCategory, Sensitivity, Velocity
from riskreg.risks.rules_columns import NIST_IR_8286, RISKREG
from riskreg.risks.writing import Format
from tests.cast import Register, Staged, opened, person_id
from tests.engines import Databases, EngineKind
from tests.factories import a_mitigation, a_risk, an_assessed_risk, done, id_of
from tests.risks.files import code_of, exported, hostile, imported, logged, refused

DAY = date(2026, 11, 16)
"""The day on which the tests play."""


@pytest.fixture
async def elsewhere(
    databases: Databases, engine_kind: EngineKind, staged: Staged
) -> AsyncIterator[Register]:
    """Another register with the same people and projects, a minute later."""
    template, cast = staged(engine_kind)
    url = databases.create_database(template=template)
    async with opened(url, cast) as one:
        one.clock.advance(minutes=1)
        yield one
    databases.drop_database(url)


async def changed(register: Register, risk: Risk, **given: Any) -> Risk:
    change = ChangeRisk(id=id_of(risk), expected_version=risk.version, **given)
    return await done(register.db, service.change, change, register.cast.lead)


async def fill(register: Register) -> None:
    """Risks with everything that an import can set, and texts that a file format could hurt."""
    cast = register.cast
    project, other = id_of(cast.project), id_of(cast.other_project)
    lines, prose = hostile(90, lines=False), hostile(180, lines=True, seed=2)
    await logged(
        register,
        cast.manager,
        *[
            LogRisk(
                title=title,
                cause=prose[2 * place],
                event=prose[2 * place + 1],
                consequence=title,
                category=RiskCategory.LABEL_QUALITY,
                project_ids=[other, project],
                likelihood=1 + place % 5,
                impact=1 + place // 5 % 5,
            )
            for place, title in enumerate(lines)
        ],
    )
    full = await a_risk(
        register.db,
        cast.qa,
        cast.project,
        areas=(cast.other_area, cast.area),
        vendors=(cast.boreal, cast.aster),
        market_ids=[id_of(cast.market)],
        sponsor_id=person_id(cast.vp),
        horizon_days=30,
        proximity_date=DAY + timedelta(days=30),
        velocity=Velocity.SLOW,
        sensitivity=Sensitivity.RESTRICTED,
        code="R-500",
    )
    quant = QuantInput(
        probability=Decimal("0.25"),
        uplift_p10_bps=Decimal("0.125"),
        uplift_p50_bps=Decimal("0.5"),
        uplift_p90_bps=Decimal(2),
        duration_days=30,
    )
    full = await changed(register, full, quant=Some(quant), review_due=Some(DAY))
    await changed(register, full, owner_id=Some(None))
    await a_risk(register.db, cast.lead, likelihood=None, category=None)
    await a_risk(register.db, cast.lead, cast.project, draft=True)


@pytest.mark.parametrize("format", Format)
async def test_export_import_export_is_identical(
    register: Register, elsewhere: Register, format: Format
) -> None:
    await fill(register)
    data = await exported(register, format)
    result = await imported(elsewhere, data, format, actor=elsewhere.cast.lead)
    assert (len(result.created), result.updated, result.unchanged, result.notes) == (93, (), (), ())
    for one in Format:
        assert await exported(elsewhere, one) == await exported(register, one)
    before = await elsewhere.seq()
    again = await imported(elsewhere, data, format)
    assert again == ImportResult(unchanged=result.created)
    assert await elsewhere.seq() == before


async def shown(register: Register, code: str) -> Risk:
    """The risk of a code, as it is now."""
    view = register.view()
    risk = view.of(Risk)
    names = [column.name for column in Risk.__table__.columns]
    query = select(*[getattr(risk, name) for name in names]).where(risk.code == code)
    [row] = await register.db.rows(view, query)
    return row  # type: ignore[return-value]  # has the same attributes


async def entries(register: Register) -> list[tuple[int, str, str | None]]:
    """The newest entry of the journal: number, action and reason."""
    query = select(Entry.seq, Entry.action, Entry.reason).order_by(Entry.seq.desc()).limit(1)
    return [tuple(row) for row in await register.db.rows(register.view(), query)]


async def test_the_own_export_changes_nothing(register: Register) -> None:
    cast = register.cast
    risk = await an_assessed_risk(register.db, cast.manager, cast.project, title="Judged")
    await a_mitigation(register.db, cast.manager, (risk, 1, 1), cost=Decimal("12.50"))
    await a_risk(register.db, cast.manager, cast.project, impact=None, proximity_date=DAY)
    register.clock.advance(days=40)
    before = await register.seq()
    for profile in (RISKREG, NIST_IR_8286):
        for kind in Format:
            data = await exported(register, kind, profile=profile)
            result = await imported(register, data, kind, profile=profile)
            assert result == ImportResult(unchanged=("R-001", "R-002"))
    assert await register.seq() == before


async def test_known_codes_are_changed_and_others_logged_in_one_entry(register: Register) -> None:
    cast = register.cast
    first = await an_assessed_risk(register.db, cast.manager, cast.project, title="First")
    await a_risk(register.db, cast.manager, cast.project, title="Second")
    before = await register.seq()
    result = await imported(
        register,
        "code,title,owner,projects,horizonDays\n"
        f"R-001,First again,{await code_of(register, cast.qa)},PRJ-OTHER PRJ-OWN,30\n"
        f"R-002,Second,{await code_of(register, cast.manager)},PRJ-OWN,\n"
        ",Third,,,\n"
        "R-003,Fourth,,,10\n",
        actor=cast.lead,
    )
    assert result == ImportResult(("R-004", "R-003"), ("R-001",), ("R-002",))
    assert await entries(register) == [(before + 1, "importRisks", None)]
    risk = await shown(register, "R-001")
    assert (risk.title, risk.owner_id, risk.horizon_days) == ("First again", cast.qa.id, 30)
    assert (risk.version, risk.recorded_status) == (first.version + 1, "ASSESSED")
    assert (await shown(register, "R-002")).version == 1
    assert (await shown(register, "R-004")).title == "Third"
    assert (await a_risk(register.db, cast.lead, cast.project)).code == "R-005"


async def test_columns_left_out_stay_and_empty_cells_empty(register: Register) -> None:
    cast = register.cast
    await a_risk(
        register.db,
        cast.manager,
        cast.project,
        vendors=(cast.aster,),
        velocity=Velocity.FAST,
        horizon_days=30,
        sensitivity=Sensitivity.RESTRICTED,
    )
    await imported(register, "code,cause,velocity,horizonDays,sensitivity,vendors\nR-001,,,,,\n")
    risk = await shown(register, "R-001")
    assert (risk.cause, risk.velocity) == (None, None)
    assert (risk.event, risk.horizon_days) == ("A typhoon closes it", 30)
    assert risk.sensitivity is Sensitivity.RESTRICTED
    assert b",ASTER," not in await exported(register)


FULL = "title,event,category,projects,inherentLikelihood,inherentImpact,status"
STATES: list[tuple[str, str]] = [
    ("A,B,VENDOR,PRJ-OWN,3,4,", "OPEN"),
    ("A,B,VENDOR,PRJ-OWN,3,4,TREATING", "OPEN"),
    ("A,B,VENDOR,PRJ-OWN,3,4,DRAFT", "DRAFT"),
    ("A,B,VENDOR,PRJ-OWN,3,,OPEN", "DRAFT"),
    ("A,,,,,,", "DRAFT"),
]


async def test_a_new_risk_is_open_or_a_draft_by_what_is_there(register: Register) -> None:
    for number, (line, status) in enumerate(STATES, 1):
        await imported(register, f"{FULL}\n{line}\n")
        risk = await shown(register, f"R-{number:03d}")
        assert (line, risk.recorded_status) == (line, status)


async def test_the_owner_is_the_manager_unless_the_file_says(register: Register) -> None:
    cast = register.cast
    await imported(register, "title,projects\nOne,PRJ-OTHER\n")
    assert (await shown(register, "R-001")).owner_id == cast.other_manager.id
    await imported(register, "title,projects,owner\nTwo,PRJ-OTHER,\n")
    assert (await shown(register, "R-002")).owner_id is None


async def test_people_are_named_by_code_or_address(register: Register) -> None:
    qa = await code_of(register, register.cast.qa)
    person = register.view().of(Person)
    query = select(person.email).where(person.code == qa)
    [(email,)] = await register.db.rows(register.view(), query)
    lines = f"R-001,A,{email.upper()}\nR-002,B,Quin (of QA) ({qa})\nR-003,C,{qa}\n"
    await imported(register, f"code,title,owner\n{lines}")
    owners = {(await shown(register, f"R-00{n}")).owner_id for n in (1, 2, 3)}
    assert owners == {register.cast.qa.id}
    again = await imported(register, f"code,owner\nR-001,{qa}\nR-002,{email}\n")
    assert again.unchanged == ("R-001", "R-002")


async def test_levels_and_states_of_known_risks_stay_and_that_is_told(register: Register) -> None:
    cast = register.cast
    await an_assessed_risk(register.db, cast.manager, cast.project)
    result = await imported(
        register,
        "code,inherentLikelihood,inherentImpact,status,residualBand,identifiedAt\n"
        "R-001,5,4,CLOSED,,2026-01-01T00:00:00Z\n",
    )
    assert result.unchanged == ("R-001",)
    told = "an import does not change that."
    at = (await shown(register, "R-001")).identified_at.replace(tzinfo=None).isoformat()
    assert [str(note) for note in result.notes] == [
        f'2: column "identifiedAt": The register says "{at}Z"; {told}',
        f'2: column "inherentLikelihood": The register says "3"; {told}',
        f'2: column "status": The register says "ASSESSED"; {told}',
    ]


async def test_a_review_of_a_new_risk_keeps_within_the_rule(register: Register) -> None:
    result = await imported(
        register,
        "code,title,nextReviewDue\nR-001,A,2026-11-17\nR-002,B,2027-01-01\nR-003,C,2026-01-01\n",
    )
    days = [(await shown(register, f"R-00{n}")).review_due_on.isoformat() for n in (1, 2, 3)]
    assert days == ["2026-11-17", "2026-11-23", "2026-11-23"]
    assert [(note.line, note.column) for note in result.notes] == [
        (3, "nextReviewDue"),
        (4, "nextReviewDue"),
    ]


async def test_a_dry_run_tells_and_writes_nothing(register: Register) -> None:
    cast = register.cast
    await a_risk(register.db, cast.manager, cast.project)
    before, file = await register.seq(), await exported(register)
    text = "code,title\nR-001,Other\nR-009,New\n,Newer\n"
    result = await imported(register, text, actor=cast.lead, dry_run=True)
    assert result == ImportResult(("R-009", "R-010"), ("R-001",))
    assert (await register.seq(), await exported(register)) == (before, file)
    assert await imported(register, text, actor=cast.lead) == result
    bad = ['2: column "title": This must not be empty.']
    assert await refused(register, "code,title\nR-001,\n", dry_run=True) == bad


async def test_a_file_without_rows_does_nothing(register: Register) -> None:
    before = await register.seq()
    assert await imported(register, "code,title\n") == ImportResult()
    assert await register.seq() == before


async def test_headings_of_nist_make_drafts_and_change_words(register: Register) -> None:
    cast = register.cast
    await an_assessed_risk(register.db, cast.manager, cast.project, title="Old")
    heads = "ID,Risk Description,Risk Category,Current Assessment - Likelihood,"
    heads += "Current Assessment - Impact,Risk Owner,Status"
    result = await imported(
        register,
        f"{heads}\n"
        'R-001,"New\nCause: x\nEvent: y\nConsequence: z",VENDOR,3,5,,ASSESSED\n'
        f'R-007,"Site lost\nA fire.",VENDOR,2,3,Quin ({await code_of(register, cast.qa)}),Open\n',
        actor=cast.lead,
        profile=NIST_IR_8286,
    )
    assert (result.created, result.updated) == (("R-007",), ("R-001",))
    assert [(note.line, note.column) for note in result.notes] == [
        (2, "Current Assessment – Impact"),
        (6, "Status"),
    ]
    old, new = await shown(register, "R-001"), await shown(register, "R-007")
    assert (old.title, old.cause, old.event, old.consequence) == ("New", "x", "y", "z")
    assert (old.owner_id, old.inherent_impact, old.recorded_status) == (None, 4, "ASSESSED")
    assert (new.title, new.event, new.owner_id) == ("Site lost", "A fire.", cast.qa.id)
    assert (new.inherent_likelihood, new.inherent_impact) == (2, 3)
    assert new.recorded_status == "DRAFT"
