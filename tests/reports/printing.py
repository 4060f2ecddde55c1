"""Reports for tests: made, and rendered by running the worker once."""

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database, get
from riskreg.kit.jobs_worker import Pace, Worker
from riskreg.kit.view import Actor, View
from riskreg.people.auth import SYSTEM
from riskreg.reports import service
from riskreg.reports.inputs import CreateReport
from riskreg.reports.models import Report
from riskreg.reports.rendering import RENDER, RENDERING


async def render_all(db: Database) -> int:
    """How many renderings were tried: all that are due."""
    return await Worker(db, {RENDER: RENDERING}, SYSTEM, pace=Pace(jitter=lambda: 1.0)).drain()


async def a_rendered_report(db: Database, actor: Actor, given: CreateReport) -> Report:
    """A report as it is when its file is there."""
    made = await service.create(db, actor, given)
    await render_all(db)
    return await now(db, made)


async def now(db: Database, report: Report) -> Report:
    """A report as it is now."""

    async def look(session: AsyncSession, view: View) -> Report:
        return await get(session, view, Report, report.id)

    return await db.rehearse(SYSTEM, Act("look"), look)


async def pdf_of(db: Database, actor: Actor, code: str) -> bytes | None:
    """The file of a report; None where the actor gets none."""
    file = await service.file_of(db, actor, code)
    return None if file is None else file.content
