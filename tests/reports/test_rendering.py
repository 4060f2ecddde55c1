"""A report is rendered after it is written; what goes wrong is tried again, and told."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database, get
from riskreg.kit.errors import UserError
from riskreg.kit.jobs import JOBS, JobState
from riskreg.kit.jobs_kept import listed, retry
from riskreg.kit.journal import Entry
from riskreg.kit.view import View
from riskreg.people.auth import SYSTEM
from riskreg.reports import rendering, service
from riskreg.reports.inputs import CreateReport
from riskreg.reports.models import Report, ReportFile
from riskreg.reports.render import PANGO_LINE, Limits, render_pdf
from riskreg.reports.rules import ReportRendering
from tests.cast import Register
from tests.reports.printing import now, pdf_of, render_all

KILLED = ("/bin/sh", "-c", "cat > /dev/null; kill -9 $$")
NEVER = ("/bin/sh", "-c", "cat > /dev/null; exec sleep 60")


def saying(code: str, message: str) -> tuple[str, ...]:
    """A child that says this instead of rendering."""
    answer = f'{{"code": "{code}", "message": "{message}"}}'
    return ("/bin/sh", "-c", f"cat > /dev/null; echo '{answer}'")


class Children:
    """The processes that render, one command after the other; the last stays."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *commands: tuple[str, ...] | None) -> None:
        self._left, self.started = list(commands), 0
        self._limits = Limits(wall_seconds=0.3) if NEVER in commands else Limits()
        monkeypatch.setattr(rendering, "render_pdf", self._render)

    async def _render(self, html: str, **given: Any) -> bytes:
        self.started += 1
        command = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        if command is None:
            return await render_pdf(html, **given)
        return await partial(render_pdf, command=command, limits=self._limits)(html, **given)


async def problem_of(register: Register) -> tuple[ReportRendering, str | None]:
    """How far the file of the first report has come, and why no further."""
    file = await service.file_of(register.db, register.cast.lead, "RPT-001")
    assert file is not None
    assert (file.content is None) == (file.rendering is not ReportRendering.READY)
    return file.rendering, file.problem


async def acts(db: Database) -> list[tuple[str, str | None]]:
    """What the entries of the register itself are called, with their reasons."""
    query = select(Entry.action, Entry.reason).where(Entry.actor_id == SYSTEM.id)
    rows = await db.rows(db.view(SYSTEM), query.order_by(Entry.seq.desc()).limit(1))
    return [tuple(row) for row in rows]


async def a_report(register: Register) -> Report:
    return await service.create(register.db, register.cast.lead, CreateReport())


async def test_a_killed_renderer_is_tried_once_more(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = Children(monkeypatch, KILLED, None)
    await a_report(register)
    assert await render_all(register.db) == 1
    assert await problem_of(register) == (ReportRendering.RENDERING, None)
    [job] = await listed(register.db)
    assert (job.state, job.error) == (JobState.READY, "the renderer was stopped by SIGKILL")
    assert await render_all(register.db) == 0
    register.clock.advance(seconds=1.01)
    assert await render_all(register.db) == 1
    assert (children.started, await problem_of(register)) == (2, (ReportRendering.READY, None))


@pytest.mark.parametrize(
    ("child", "problem"),
    [
        (KILLED, "the renderer was stopped by SIGKILL"),
        (NEVER, "the PDF was not ready after 0.3 s"),
    ],
)
async def test_a_renderer_killed_or_late_twice_is_given_up(
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
    child: tuple[str, ...],
    problem: str,
) -> None:
    children = Children(monkeypatch, child)
    made, seq = await a_report(register), await register.seq()
    for _ in range(4):
        await render_all(register.db)
        register.clock.advance(hours=1)
    assert children.started == 2
    assert await problem_of(register) == (ReportRendering.FAILED, problem)
    assert await register.seq() == seq + 1
    assert await acts(register.db) == [("renderReport", problem)]
    report = await now(register.db, made)
    assert (report.version, report.rendering_problem) == (2, problem)
    assert (report.file_hash, report.rendered_at) == (None, None)


async def test_what_was_given_up_is_rendered_when_it_is_tried_again(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    Children(monkeypatch, saying("PANGO_MISSING", "no libpango"), None)
    made = await a_report(register)
    assert await render_all(register.db) == 1, "what will not pass is not tried twice"
    stage, problem = await problem_of(register)
    assert stage is ReportRendering.FAILED
    assert problem == f"PDFs need Pango (no libpango): {PANGO_LINE}"
    [job] = await listed(register.db, JobState.DEAD)
    await retry(register.db, job.id)
    assert await render_all(register.db) == 1
    assert await problem_of(register) == (ReportRendering.READY, None)
    assert (await now(register.db, made)).rendering_problem is None
    assert (await service.verify(register.db, register.cast.lead, "RPT-001")).sound


async def test_a_fault_is_told_without_its_values(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(html: str, **given: Any) -> bytes:
        raise RuntimeError(f"secret {html[:5]}")

    monkeypatch.setattr(rendering, "render_pdf", fails)
    await a_report(register)
    for _ in range(2):
        await render_all(register.db)
        register.clock.advance(hours=1)
    assert await problem_of(register) == (ReportRendering.FAILED, "A fault (RuntimeError).")


async def test_a_report_is_rendered_once_though_its_job_comes_again(register: Register) -> None:
    made = await a_report(register)
    assert await render_all(register.db) == 1
    first, seq = await now(register.db, made), await register.seq()
    await register.db.note(update(JOBS).values(state=JobState.READY))
    assert await render_all(register.db) == 1
    assert await register.seq() == seq
    assert (await now(register.db, made)).rendered_at == first.rendered_at
    files = await register.db.rows(register.view(), select(ReportFile.report_id))
    assert [row.report_id for row in files] == [made.id]


async def test_a_report_of_another_template_is_not_rendered(register: Register) -> None:
    """Its hash is told already, and the file would carry another."""
    made = await a_report(register)

    async def other(session: AsyncSession, view: View) -> None:
        (await get(session, view, Report, made.id)).content_hash = "0" * 64

    await register.db.write(SYSTEM, Act("deploy"), other)
    assert await render_all(register.db) == 1
    problem = "The template was changed after the brief was made; make it anew."
    assert await problem_of(register) == (ReportRendering.FAILED, problem)


async def test_a_rehearsed_or_refused_report_leaves_no_job(register: Register) -> None:
    db, lead = register.db, register.cast.lead
    prepared = await service.make(db, lead, CreateReport())

    async def write(session: AsyncSession, view: View) -> Report:
        return await service.store(session, view, prepared)

    seq = await register.seq()
    await db.rehearse(lead, Act("createReport"), write)
    assert (await listed(db), await register.seq()) == ([], seq)
    await db.write(lead, Act("createReport"), write)
    with pytest.raises(service.Overtaken):
        await db.write(lead, Act("createReport"), write)
    assert len(await listed(db)) == 1


async def test_what_is_not_rendered_cannot_be_verified(register: Register) -> None:
    await a_report(register)
    with pytest.raises(UserError, match="RPT-001 is not rendered yet") as caught:
        await service.verify(register.db, register.cast.lead, "RPT-001")
    assert caught.value.code == "NOT_READY"
    assert await pdf_of(register.db, register.cast.lead, "RPT-001") is None


async def test_a_preview_without_pango_names_the_line_to_type(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    Children(monkeypatch, saying("PANGO_MISSING", "no libpango"))
    with pytest.raises(UserError, match=PANGO_LINE) as caught:
        await service.preview(register.db, register.cast.lead)
    assert caught.value.code == "NOT_READY"
