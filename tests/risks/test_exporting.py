"""The register as a file: what stands in it, who sees what, and how little it takes."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import openpyxl
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskreg.kit.context import Context, fetcher
from riskreg.kit.errors import UserError
from riskreg.kit.text import clean
from riskreg.kit.view import Actor
from riskreg.people.auth import SYSTEM
from riskreg.risks.exporting import export
from riskreg.risks.inputs import LogRisk
from riskreg.risks.reading import read
from riskreg.risks.rules import RiskCategory, Velocity
from riskreg.risks.rules_cells import Value
from riskreg.risks.rules_columns import NIST_IR_8286, RISKREG, Kind
from riskreg.risks.writing import Format, chunks
from tests.cast import Register
from tests.factories import a_mitigation, a_risk, an_assessed_risk, id_of
from tests.risks.files import code_of, exported, hostile, logged

CSV, JSON, XLSX = Format.CSV, Format.JSON, Format.XLSX


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


async def test_an_empty_register_is_its_headings(register: Register) -> None:
    headings = ",".join(one.heading for one in RISKREG.columns)
    assert await exported(register) == f"{headings}\r\n".encode()
    assert await exported(register, JSON) == b"[]\n"


async def test_csv_says_all_of_a_risk(register: Register) -> None:
    cast = register.cast
    await an_assessed_risk(
        register.db,
        cast.manager,
        cast.project,
        owner=cast.qa,
        vendors=(cast.aster,),
        areas=(cast.other_area, cast.area),
        title="=A site, lost",
        velocity=Velocity.FAST,
        proximity_date=date(2026, 12, 24),
    )
    [row] = table(await exported(register))
    assert {name: text for name, text in row.items() if text} == {
        "code": "R-001",
        "title": "'=A site, lost",
        "cause": "All of it is in one building",
        "event": "A typhoon closes it",
        "consequence": "two weeks without labels",
        "category": "VENDOR",
        "sensitivity": "PUBLIC_INTERNAL",
        "projects": "PRJ-OWN",
        "policyAreas": "HATE SPAM",
        "vendors": "ASTER",
        "owner": await code_of(register, cast.qa),
        "identifiedBy": await code_of(register, cast.manager),
        "identifiedAt": row["identifiedAt"],
        "horizonDays": "90",
        "proximityDate": "2026-12-24",
        "velocity": "FAST",
        "inherentLikelihood": "3",
        "inherentImpact": "4",
        "nextReviewDue": "2026-11-30",
        "status": "ASSESSED",
        "inherentBand": "HIGH",
        "impactByDimension": "SLA:4",
        "residualLikelihood": "3",
        "residualImpact": "4",
        "residualBand": "HIGH",
        "computedLikelihood": "3",
        "computedImpact": "4",
        "computedBand": "HIGH",
        "targetLikelihood": "3",
        "targetImpact": "4",
        "targetBand": "HIGH",
        "confidence": "MEDIUM",
        "assessedAt": row["assessedAt"],
        "appetiteStatus": "WITHIN_TOLERANCE",
    }
    assert row["identifiedAt"].startswith("2026-11-16T01:00:00")


async def test_the_headings_of_nist_say_who_does_what(register: Register) -> None:
    cast = register.cast
    first = await an_assessed_risk(
        register.db, cast.manager, cast.project, title="Lesser", impact=2
    )
    await an_assessed_risk(register.db, cast.manager, cast.project, title="Greater", likelihood=5)
    await a_risk(register.db, cast.manager, cast.project, title="Unknown", impact=None)
    cost = Decimal("1200.50")
    actions = [
        await a_mitigation(register.db, cast.manager, effect, due_in=days, cost=cost)
        for effect, days in (((first, 1, 0), 10), ((first, 0, 1), 20))
    ]
    one, two, three = table(await exported(register, profile=NIST_IR_8286))
    assert one == {
        "ID": "R-001",
        "Priority": "2",
        "Risk Description": "Lesser\nCause: All of it is in one building\n"
        "Event: A typhoon closes it\nConsequence: two weeks without labels",
        "Risk Category": "VENDOR",
        "Current Assessment – Likelihood": "3",
        "Current Assessment – Impact": "2",
        "Current Assessment – Exposure Rating": "MEDIUM",
        "Risk Response Type": "",
        "Risk Response Cost": "2401",
        "Risk Response Description": (
            f"M-001 {actions[0].title} (PROPOSED, due 2026-11-26)\n"
            f"M-002 {actions[1].title} (PROPOSED, due 2026-12-06)"
        ),
        "Risk Owner": f"Mira ({await code_of(register, cast.manager)})",
        "Status": "ASSESSED",
    }
    assert (two["Priority"], three["Priority"]) == ("1", "")
    assert three["Current Assessment – Likelihood"] == "3"


async def test_json_is_an_object_a_line(register: Register) -> None:
    cast = register.cast
    await a_risk(register.db, cast.manager, cast.project, title="=One")
    await a_risk(register.db, cast.manager, cast.project, title="Two", impact=None)
    data = await exported(register, JSON)
    first, *lines, last, end = data.split(b"\n")
    assert (first, last, end, len(lines)) == (b"[", b"]", b"", 2)
    one, two = orjson.loads(data)
    assert list(one) == [column.heading for column in RISKREG.columns]
    assert (one["title"], one["projects"], one["inherentImpact"]) == ("=One", ["PRJ-OWN"], 4)
    assert (two["vendors"], two["inherentImpact"], two["sponsor"]) == ([], None, None)


async def test_a_workbook_holds_no_formula(register: Register) -> None:
    texts = hostile(100, lines=False)
    cast = register.cast
    await logged(
        register,
        cast.lead,
        *[LogRisk(title=text, code=f"R-{n}") for n, text in enumerate(texts, 100)],
    )
    await a_risk(
        register.db, cast.manager, cast.project, title="Last", proximity_date=date(2027, 1, 2)
    )
    book = openpyxl.load_workbook(io.BytesIO(await exported(register, XLSX)))
    sheet = book.worksheets[0]
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == [one.heading for one in RISKREG.columns]
    assert {cell.data_type for row in rows for cell in row} == {"s", "n", "d"}
    assert len(rows) == 102
    last = {cell.value: rows[-1][place] for place, cell in enumerate(rows[0])}
    assert last["inherentImpact"].value == 4
    assert last["proximityDate"].number_format == "yyyy\\-mm\\-dd"
    assert str(last["proximityDate"].value) == "2027-01-02 00:00:00"


@pytest.mark.parametrize("format", Format)
async def test_the_same_register_is_the_same_bytes(register: Register, format: Format) -> None:
    for _ in range(3):
        await a_risk(register.db, register.cast.manager, register.cast.project)
    assert await exported(register, format) == await exported(register, format)


async def test_a_workbook_is_not_dated(register: Register) -> None:
    with zipfile.ZipFile(io.BytesIO(await exported(register, XLSX))) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


async def seen(register: Register, actor: Actor) -> list[tuple[str, str, str]]:
    rows = table(await exported(register, actor=actor))
    return [(row["code"], row["vendors"], row["owner"]) for row in rows]


async def test_everybody_gets_own_rows_only(register: Register) -> None:
    cast = register.cast
    rival, qa = await code_of(register, cast.rival), await code_of(register, cast.qa)
    both = (cast.aster, cast.boreal)
    await a_risk(register.db, cast.manager, cast.project, owner=cast.rival, vendors=both)
    await a_risk(register.db, cast.manager, cast.other_project, owner=cast.qa, vendors=both[1:])
    await a_risk(register.db, cast.manager, cast.project, owner=cast.qa)
    rows = [("R-001", "ASTER BOREAL", rival), ("R-002", "BOREAL", qa), ("R-003", "", qa)]
    assert await seen(register, cast.auditor) == rows
    assert await seen(register, cast.vendor) == [("R-001", "ASTER", "")]
    assert await seen(register, cast.rival) == [("R-001", "BOREAL", rival), rows[1]]
    assert await seen(register, cast.requestor) == [("R-001", "", ""), rows[2]]
    assert await seen(register, cast.service) == [("R-001", "ASTER", ""), rows[2]]
    assert await seen(register, cast.admin) == []


async def test_the_past_is_exported_as_it_stood(register: Register) -> None:
    cast = register.cast
    risk = await a_risk(register.db, cast.manager, cast.project, title="Before")
    before = await exported(register)
    then = risk.updated_at
    register.clock.advance(days=1)
    await an_assessed_risk(register.db, cast.manager, cast.project, title="After")
    assert await exported(register, as_of=then) == before
    assert len(table(await exported(register))) == 2


async def test_rows_can_be_chosen(register: Register) -> None:
    cast = register.cast
    for category in (RiskCategory.VENDOR, RiskCategory.WELLBEING):
        await a_risk(register.db, cast.manager, cast.project, category=category)
    data = await exported(register, matching=lambda risk: risk.category == RiskCategory.WELLBEING)
    assert [row["code"] for row in table(data)] == ["R-002"]


async def test_the_number_of_statements_does_not_grow(register: Register) -> None:
    async def statements() -> list[int]:
        found = []
        for profile in (RISKREG, NIST_IR_8286):
            context = Context(register.db, SYSTEM)
            view = await context.view()
            await export(fetcher(context, view), view, profile=profile)
            found.append(context.statements)
        return found

    assert await statements() == [2, 3]
    project = id_of(register.cast.project)
    many = [LogRisk(title=f"Risk {n}", project_ids=[project]) for n in range(100)]
    await logged(register, register.cast.lead, *many)
    assert await statements() == [2, 3]


CHARACTERS = st.one_of(
    st.sampled_from("=+-@＝＋'\"; ,\n\u200b\ufeff\u00a0_x0041"), st.characters(codec="utf-8")
)


def texts(*, lines: bool) -> st.SearchStrategy[str | None]:
    """Texts as the register stores them; None for those that it refuses."""

    def cleaned(text: str) -> str | None:
        try:
            return clean(text, limit=200, field="x", multiline=lines) or None
        except UserError:
            return None

    return st.text(CHARACTERS, max_size=30).map(cleaned)


ROW = st.fixed_dictionaries(
    {
        "title": texts(lines=False).map(lambda text: text or "x"),
        "cause": texts(lines=True),
        "event": texts(lines=True),
        "proximity_date": st.none() | st.dates(date(1901, 1, 1)),
        "probability": st.none() | st.decimals(0, 1, places=4),
        "horizon_days": st.integers(1, 3650),
    }
)


@given(st.lists(ROW, min_size=1, max_size=4), st.sampled_from(Format))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_as_it_was_written(rows: list[dict[str, Value]], format: Format) -> None:
    lines: list[Sequence[Value]] = [
        [row.get(one.field, () if one.kind is Kind.CODES else None) for one in RISKREG.columns]
        for row in rows
    ]
    data = b"".join(chunks(RISKREG, format, lines))
    found = [{name: row.values[name] for name in rows[0]} for row in read(data, format).rows]
    assert found == rows
