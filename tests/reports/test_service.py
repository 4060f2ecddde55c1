"""Reports are made from one entry, kept with their file, and can be made again byte for byte."""

import asyncio
import hashlib
import io
from dataclasses import replace
from datetime import timedelta

import pikepdf
import pypdfium2
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import ID

from riskreg.kit import audit
from riskreg.kit.db import Act, get
from riskreg.kit.errors import Forbidden, UserError
from riskreg.kit.journal import Entry, Touched
from riskreg.kit.view import Reach, Scope, View
from riskreg.people.auth import SYSTEM
from riskreg.reports import service, stored
from riskreg.reports.inputs import CreateReport
from riskreg.reports.models import Report, ReportFile
from riskreg.reports.rules import ReportKind, ReportRendering, ReportStatus
from tests.cast import Register
from tests.factories import an_assessed_risk, id_of
from tests.reports.printing import a_rendered_report, now, pdf_of, render_all
from tests.reports.story import begin, go_on
from tests.stage import START

HOSTILE = (
    "<script>alert(1)</script></style><!-- {{ 7*7 }} {% raw %}",
    "]]>&amp;<svg onload=x><img src=https://example.org/x.png>",
    "سلامة الأطفال في البث المباشر ١٢٣",
    "child 👨‍👩‍👧 safety e\N{COMBINING ACUTE ACCENT} 儿童安全",
    "W" * 200,
)


def text_of(pdf: bytes) -> str:
    """The words of a PDF's pages."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(pages).split())


async def test_a_report_is_kept_with_its_file_and_its_head(register: Register) -> None:
    await begin(register)
    seq, lead = await register.seq(), register.cast.lead
    made = await service.create(register.db, lead, CreateReport())
    assert (made.code, made.number, made.compare_to_id) == ("RPT-001", 1, None)
    assert (made.kind, made.status) == (ReportKind.WHERE_WE_STAND, ReportStatus.GENERATED)
    assert (made.revision, await register.seq()) == (seq, seq + 1)
    assert (made.file_hash, made.rendered_at) == (None, None)
    waiting = service.KeptFile(ReportRendering.RENDERING, None, None)
    assert await service.file_of(register.db, lead, "RPT-001") == waiting
    assert await render_all(register.db) == 1
    report = await now(register.db, made)
    assert await register.seq() == seq + 2
    assert (report.version, report.rendered_at) == (2, report.updated_at)
    assert report.headline == "One risk is outside tolerance; one decision is asked by 16\xa0Dec"
    file = await service.file_of(register.db, lead, "RPT-001")
    assert file is not None
    assert (file.rendering, file.problem) == (ReportRendering.READY, None)
    pdf = file.content
    assert pdf is not None
    assert hashlib.sha256(pdf).hexdigest() == report.file_hash
    assert report.content_hash in text_of(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        attached = {
            name: spec.get_file().read_bytes() for name, spec in document.attachments.items()
        }
    assert attached["facts.json"].decode() == report.facts
    head = attached["journal-head.txt"].decode().strip()
    assert head == report.audit_head
    verdict = await register.db.run_sync(lambda connection: audit.verify(connection, head))
    assert verdict.problems == ()
    touched = select(Touched.seq, Touched.table_name).where(Touched.seq > seq)
    written = [tuple(row) for row in await register.db.rows(register.view(), touched)]
    assert written == [(seq + 1, "reports"), (seq + 2, "reports")], "the bytes are not history"
    acts = select(Entry.action, Entry.actor_id).where(Entry.seq > seq).order_by(Entry.seq)
    done = [tuple(row) for row in await register.db.rows(register.view(), acts)]
    assert done == [("createReport", lead.id), ("renderReport", SYSTEM.id)]
    assert await render_all(register.db) == 0


async def test_a_report_can_be_made_again_byte_for_byte(register: Register) -> None:
    story, lead = await begin(register), register.cast.lead
    first = await service.create(register.db, lead, CreateReport())
    await go_on(story)
    given = CreateReport(compare_to=id_of(first))
    second = await a_rendered_report(register.db, lead, given)
    assert second.compare_to_id == first.id
    verified = await service.verify(register.db, lead, "RPT-002")
    assert (verified.sound, verified.problems) == (True, ())
    again = await service.preview(register.db, lead, as_of=first.as_of)
    as_kept = replace(again.facts, report_code="RPT-001", revision=first.revision)
    assert as_kept == stored.where_we_stand(first.facts)
    beside = await service.preview(register.db, lead, compare_to="RPT-001")
    assert beside.facts.compared_with == stored.where_we_stand(second.facts).compared_with
    given = CreateReport(compare_to=id_of(second), as_of=first.as_of)
    with pytest.raises(UserError) as caught:
        await service.create(register.db, lead, given)
    assert (caught.value.code, caught.value.field) == ("OUT_OF_RANGE", ("compareTo",))


async def test_report_is_compared_with_the_newest_of_an_earlier_day(register: Register) -> None:
    """Not with one of the same morning, against which nothing would have moved."""
    story, db, lead = await begin(register), register.db, register.cast.lead
    first = await service.create(db, lead, CreateReport())
    same_day = await service.create(db, lead, CreateReport())
    assert (first.compare_to_id, same_day.compare_to_id) == (None, None)
    await go_on(story)
    later = await service.create(db, lead, CreateReport())
    assert later.compare_to_id == same_day.id
    printed = await service.preview(db, lead)
    assert printed.facts.compared_with is not None
    assert printed.facts.compared_with.code == "RPT-002"
    past = await service.preview(db, lead, as_of=first.as_of)
    assert past.facts.compared_with is None


async def test_tampering_is_found(register: Register) -> None:
    await begin(register)
    lead, db = register.cast.lead, register.db
    report = await a_rendered_report(db, lead, CreateReport())

    async def other_facts(session: AsyncSession, view: View) -> None:
        row = await get(session, view, Report, report.id)
        row.facts = row.facts.replace("Scams spread", "All is well")

    async def other_bytes(session: AsyncSession, view: View) -> None:
        await session.execute(update(ReportFile).values(content=b"%PDF-1.7"))

    await db.write(SYSTEM, Act("tamper"), other_facts)
    verified = await service.verify(db, lead, "RPT-001")
    assert verified.problems == ("its facts, or the template that prints them, have changed since",)
    await db.write(SYSTEM, Act("tamper"), other_bytes)
    verified = await service.verify(db, lead, "RPT-001")
    assert verified.problems[0] == "its file is not the one that was made"
    with pytest.raises(RuntimeError, match="RPT-001 is not the one that was made"):
        await service.file_of(db, lead, "RPT-001")


async def test_hostile_titles_are_only_text(register: Register) -> None:
    cast = register.cast
    for title in HOSTILE:
        await an_assessed_risk(
            register.db, cast.lead, cast.project, likelihood=5, impact=5, title=title
        )
    await service.create(register.db, cast.lead, CreateReport())
    await render_all(register.db)
    pdf = await pdf_of(register.db, cast.lead, "RPT-001")
    assert pdf is not None
    shown = text_of(pdf)
    assert HOSTILE[0] in shown
    assert "<script>alert(1)</script></style><!-- {{ 7*7 }} {% raw %}" in shown
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1
        assert "/JavaScript" not in str(document.Root.get("/Names", ""))


async def test_who_does_not_see_all_makes_and_sees_no_report(register: Register) -> None:
    await begin(register)
    cast, db = register.cast, register.db
    await a_rendered_report(db, cast.lead, CreateReport())
    before = await register.seq()
    token = replace(cast.lead, reach=Reach(Scope.PROJECTS, (cast.project.id,)))
    for actor in (cast.vendor, cast.requestor, cast.service, cast.admin, cast.auditor, token):
        with pytest.raises(Forbidden):
            await service.create(db, actor, CreateReport())
        with pytest.raises(Forbidden):
            await service.preview(db, actor)
    assert await register.seq() == before
    for actor in (cast.vendor, cast.requestor, cast.service, cast.admin, token):
        assert await service.file_of(db, actor, "RPT-001") is None
        with pytest.raises(UserError):
            await service.verify(db, actor, "RPT-001")
    assert await pdf_of(db, cast.auditor, "RPT-001") is not None


@pytest.mark.parametrize("code", ["RPT-999", "", "rpt-001", "RPT-001\0", "' OR 1=1 --"])
async def test_an_unknown_code_has_no_file(register: Register, code: str) -> None:
    assert await service.file_of(register.db, register.cast.lead, code) is None


BEFORE_ALL, LATER = START - timedelta(days=3000), START + timedelta(days=1)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        (CreateReport(as_of=LATER), "OUT_OF_RANGE", ("asOf",)),
        (CreateReport(as_of=BEFORE_ALL), "OUT_OF_RANGE", ("asOf",)),
        (CreateReport(compare_to=ID("report_" + "0" * 32)), "NOT_FOUND", ("compareTo",)),
        (CreateReport(compare_to=ID("risk_" + "0" * 32)), "NOT_FOUND", ("compareTo",)),
        (CreateReport(compare_to=ID("nonsense\0")), "NOT_FOUND", ("compareTo",)),
    ],
)
async def test_what_cannot_be_told_is_refused(
    register: Register, given: CreateReport, code: str, field: tuple[str, ...]
) -> None:
    before = await register.seq()
    with pytest.raises(UserError) as caught:
        await service.create(register.db, register.cast.lead, given)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert await register.seq() == before


async def test_a_number_that_was_taken_meanwhile_is_not_given_twice(register: Register) -> None:
    lead, db = register.cast.lead, register.db
    slow = await service.make(db, lead, CreateReport())

    async def late(session: AsyncSession, view: View) -> Report:
        return await service.store(session, view, slow)

    await db.write(lead, Act("createReport"), late)
    before = await register.seq()
    with pytest.raises(service.Overtaken):
        await db.write(lead, Act("createReport"), late)
    assert await register.seq() == before


async def test_reports_made_at_once_get_numbers_of_their_own(register: Register) -> None:
    lead, db = register.cast.lead, register.db
    made = await asyncio.gather(*[service.create(db, lead, CreateReport()) for _ in range(2)])
    assert sorted(report.code for report in made) == ["RPT-001", "RPT-002"]
    assert await render_all(db) == 2
    for report in made:
        pdf = await pdf_of(db, lead, report.code)
        assert pdf is not None
        assert report.code in text_of(pdf)
