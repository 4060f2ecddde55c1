"""From facts to a file: composed, linted, and rendered by a job in a process of its own.

A brief that is kept is rendered after it is written, and its file is an entry of its own.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database, get
from riskreg.kit.jobs import Claimed, GiveUp, JobFailed, JobKind, Nothing
from riskreg.kit.view import View
from riskreg.people.permits import SYSTEM
from riskreg.reports import compose, stored
from riskreg.reports.facts import WhereWeStand
from riskreg.reports.lint import Finding, lint
from riskreg.reports.models import Report, ReportFile
from riskreg.reports.queries import unrendered
from riskreg.reports.render import Attachment, RenderError, render_pdf

RENDER = "renderReport"
"""The job, and what its entry is called."""
MEDIA_TYPE = "application/pdf"
TRANSIENT = frozenset({"KILLED", "TIMEOUT", "OUT_OF_MEMORY", "CRASHED"})
"""Errors of the renderer that may not come a second time; the others would."""


@dataclass(frozen=True)
class Rendered:
    """The file of a report, ready to be kept."""

    report_id: str
    pdf: bytes


async def composed(facts: WhereWeStand) -> tuple[compose.Composed, tuple[Finding, ...]]:
    """The brief as HTML, and what lint finds in it."""
    return await asyncio.to_thread(_composed, facts)


def _composed(facts: WhereWeStand) -> tuple[compose.Composed, tuple[Finding, ...]]:
    made = compose.where_we_stand(facts)
    return made, lint(facts, made.html)


async def pdf_of(facts: WhereWeStand, made: compose.Composed, audit_head: str) -> bytes:
    """The one page, with its facts and the journal's head attached; `RenderError` if there is none.

    One child process, stopped after 60 seconds or at its limits of memory and processor time.
    """
    return await render_pdf(
        made.html,
        as_of=facts.as_of,
        identifier=made.content_hash,
        attachments=[
            Attachment("facts.json", "The facts of this brief", made.facts),
            Attachment(
                "journal-head.txt",
                "The head of the register's journal: riskreg audit verify --head",
                f"{audit_head}\n".encode(),
            ),
        ],
        max_pages=1,
    )


def digest_of(content: bytes) -> str:
    """SHA-256 of a file, as reports keep it."""
    return hashlib.sha256(content).hexdigest()


async def render_now(db: Database, report_id: str) -> None:
    """Render a kept report at once; its job will find nothing left to do."""
    rendered = await _rendered(db, report_id)
    if isinstance(rendered, Rendered):
        ready = rendered

        async def work(session: AsyncSession, view: View) -> None:
            await _keep(session, view, ready)

        await db.write(SYSTEM, Act(RENDER), work)


async def _prepare(db: Database, job: Claimed) -> Rendered | Nothing:
    """The file of the report that the job names."""
    return await _rendered(db, job.payload["report"])


async def _rendered(db: Database, report_id: str) -> Rendered | Nothing:
    """The file of a report, made from the facts that it keeps."""
    view = db.view(SYSTEM)
    found = await db.rows(view, unrendered(view, report_id))
    if not found:
        return Nothing.TO_DO
    [report] = found
    facts = stored.where_we_stand(report.facts)
    made, _ = await composed(facts)
    if made.content_hash != report.content_hash:
        raise GiveUp("The template was changed after the brief was made; make it anew.")
    try:
        return Rendered(report.id, await pdf_of(facts, made, report.audit_head))
    except RenderError as error:
        raise (JobFailed if error.code in TRANSIENT else GiveUp)(str(error)) from error


async def _keep(session: AsyncSession, view: View, rendered: Rendered) -> None:
    report = await get(session, view, Report, rendered.report_id)
    digest = digest_of(rendered.pdf)
    report.file_hash, report.rendered_at, report.rendering_problem = digest, view.now, None
    session.add(
        ReportFile(report_id=report.id, content=rendered.pdf, media_type=MEDIA_TYPE, sha256=digest)
    )


async def _give_up(session: AsyncSession, view: View, job: Claimed, why: str) -> None:
    report = await get(session, view, Report, job.payload["report"])
    report.rendering_problem = why


RENDERING: JobKind[Rendered] = JobKind(
    prepare=_prepare,
    effect=_keep,
    given_up=_give_up,
    attempts=2,
    first_wait=timedelta(seconds=1),
)
"""Renders a report; what may pass is tried a second time, and then the report says why not."""
