"""Making, keeping, showing again and proving reports.

Collecting facts comes before the entry, which only writes what is ready; rendering comes after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg import settings
from riskreg.kit.clock import start_of, today
from riskreg.kit.codes import allot
from riskreg.kit.db import Act as Writing
from riskreg.kit.db import Database, fetcher, new_key
from riskreg.kit.errors import Forbidden, UserError
from riskreg.kit.ids import code as code_of
from riskreg.kit.jobs import enqueue
from riskreg.kit.view import Actor, Scope, View
from riskreg.people.permits import require
from riskreg.people.rules import Act
from riskreg.reports import queries, stored
from riskreg.reports.collect import Asked, where_we_stand
from riskreg.reports.compose import Composed
from riskreg.reports.facts import Previous, WhereWeStand, canonical
from riskreg.reports.facts_measured import cited
from riskreg.reports.inputs import CreateReport
from riskreg.reports.lint import Finding
from riskreg.reports.models import Report, ReportCitation
from riskreg.reports.moments import Moment, local, moment
from riskreg.reports.narrative import headline
from riskreg.reports.queries import (
    CODE_PREFIX,
    Earlier,
    earlier,
    earlier_of,
    head_at,
    last_number,
    newest_before,
    proof_of,
    series_numbers,
)
from riskreg.reports.render import RenderError
from riskreg.reports.rendering import RENDER, composed, digest_of, pdf_of
from riskreg.reports.rules import ReportKind, ReportRendering, ReportStatus, rendering_of

R = TypeVar("R")
PREVIEW = "Preview"
"""What stands in place of a code while a brief is not kept."""

CITED_AT_ONCE = 500
TRIES = 5
"""How often a report is made again because another process took its number meanwhile."""


@dataclass(frozen=True)
class Printed:
    """A brief as it was printed: its facts, what lint finds in it, and the PDF."""

    facts: WhereWeStand
    content_hash: str
    findings: tuple[Finding, ...]
    pdf: bytes


@dataclass(frozen=True)
class Prepared:
    """A report that is ready to be written, under the number that it will have."""

    number: int
    audit_head: str
    compare_to_id: str | None
    facts: WhereWeStand
    content_hash: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class KeptFile:
    """The file of a report, or how far it has come and why no further."""

    rendering: ReportRendering
    content: bytes | None
    problem: str | None


@dataclass(frozen=True)
class Verified:
    """What making a report again has shown: each thing wrong, and nothing if it is sound."""

    code: str
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether the report is what was made then."""
        return not self.problems


class Overtaken(Exception):
    """Another process has written a report under the number that this one was printed with."""


async def make(db: Database, actor: Actor, given: CreateReport) -> Prepared:
    """A report ready to be written: its facts read at one entry, its page composed and linted.

    UserError for an instant or an earlier report that cannot be told of.
    """
    _require(actor)
    at = await moment(db, actor, given.as_of)
    beside = await _beside(db, actor, given.compare_to, at)
    last = await db.rows(at.reading.view, last_number())
    number = 1 + (last[0].last if last else 0)
    facts = await where_we_stand(_asked(code_of(CODE_PREFIX, number), at, beside))
    made, findings = await composed(facts)
    earlier_id = beside.id if beside else None
    return Prepared(number, at.head, earlier_id, facts, made.content_hash, findings)


async def store(session: AsyncSession, view: View, prepared: Prepared) -> Report:
    """The report, and a job that renders it; `Overtaken` if its number is no longer free."""
    _require(view.actor)
    facts = prepared.facts
    report = Report(
        id=new_key(session),
        kind=ReportKind.WHERE_WE_STAND,
        status=ReportStatus.GENERATED,
        scope=facts.scope,
        as_of=facts.as_of,
        revision=facts.revision,
        compare_to_id=prepared.compare_to_id,
        headline=headline(facts),
        facts=canonical(facts).decode(),
        findings=[_plain(finding) for finding in prepared.findings],
        content_hash=prepared.content_hash,
        audit_head=prepared.audit_head,
    )
    await allot(session, view, report, CODE_PREFIX)
    if report.number != prepared.number:
        raise Overtaken
    session.add(report)
    await session.flush()  # what cites it comes after it
    await _cite(session, view, report, facts)
    await enqueue(session, RENDER, {"report": report.id}, key=report.id)
    return report


async def _cite(session: AsyncSession, view: View, report: Report, facts: WhereWeStand) -> None:
    """Keep on which values of which series the facts rest."""
    every, fetch = cited(facts.measured), fetcher(session, view)
    for start in range(0, len(every), CITED_AT_ONCE):
        part = every[start : start + CITED_AT_ONCE]
        numbers = series_numbers(view).params(keys=[one.series for one in part])
        known = {row.code: row.number for row in await fetch(numbers)}
        session.add_all(
            ReportCitation(
                report_id=report.id,
                series_no=known[one.series],
                first_on=one.first,
                last_on=one.last,
                as_of=facts.as_of,
            )
            for one in part
        )


_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def turn() -> asyncio.Lock:
    """What to hold while a report is made: a process makes one at a time."""
    return _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Lock())


async def kept(
    db: Database, actor: Actor, given: CreateReport, write: Callable[[Prepared], Awaitable[R]]
) -> R:
    """What `write` gives for the report, made again while other processes take its number."""
    for _ in range(TRIES):
        try:
            return await write(await make(db, actor, given))
        except Overtaken:
            continue
    message = "Others are making reports at this moment; try again."
    raise UserError(message, code="NOT_READY")


async def create(db: Database, actor: Actor, given: CreateReport) -> Report:
    """A report made and written as one entry, for commands and the demo; a job will render it."""

    async def write(prepared: Prepared) -> Report:
        async def work(session: AsyncSession, view: View) -> Report:
            return await store(session, view, prepared)

        return (await db.write(actor, Writing("createReport"), work)).result

    async with turn():
        return await kept(db, actor, given, write)


async def preview(
    db: Database, actor: Actor, *, as_of: datetime | None = None, compare_to: str | None = None
) -> Printed:
    """The brief of an instant beside an earlier report (its id or code), printed and not kept."""
    _require(actor)
    at = await moment(db, actor, as_of)
    beside = await _beside(db, actor, compare_to, at)
    return await _printed(await where_we_stand(_asked(PREVIEW, at, beside)), at.head)


async def file_of(db: Database, actor: Actor, code: str) -> KeptFile | None:
    """The file of a report by its code; None where there is none that the actor may see."""
    view = db.view(actor)
    for row in await db.rows(view, queries.file_of(view, code)):
        if row.file_hash is not None and digest_of(row.content) != row.file_hash:
            raise RuntimeError(f"the file of {row.code} is not the one that was made")
        stage = rendering_of(row.file_hash, row.rendering_problem)
        return KeptFile(stage, row.content, row.rendering_problem)
    return None


async def verify(db: Database, actor: Actor, code: str) -> Verified:
    """Whether a report is what was made then: its file, its facts and the journal behind them."""
    view = db.view(actor)
    found = await db.rows(view, proof_of(view, code))
    if not found:
        raise UserError(f"There is no report {code}.", code="NOT_FOUND", field=("code",))
    [row] = found
    if row.file_hash is None:
        raise UserError(f"{row.code} is not rendered yet.", code="NOT_READY", field=("code",))
    problems = []
    if digest_of(row.content) != row.file_hash:
        problems.append("its file is not the one that was made")
    heads = await db.rows(view, head_at(row.revision))
    if [f"{row.revision}:{head.hash}" for head in heads] != [row.audit_head]:
        problems.append(f"the journal is another one at entry {row.revision}")
    facts = stored.where_we_stand(row.facts)
    made, _ = await composed(facts)
    if made.content_hash != row.content_hash:
        problems.append("its facts, or the template that prints them, have changed since")
    elif digest_of(await _rendered(facts, made, row.audit_head)) != row.file_hash:
        problems.append("printed again it gives other bytes: the renderer or its fonts changed")
    return Verified(row.code, tuple(problems))


def _require(actor: Actor) -> None:
    """Reports tell of the whole register, so only those who see it all may make them."""
    require(actor, Act.CREATE_REPORT)
    if actor.reach.scope is not Scope.ALL:
        raise Forbidden("Reports are made by those who see the whole register.")


async def _beside(db: Database, actor: Actor, given: str | None, at: Moment) -> Earlier | None:
    """The report to compare with: the one that is given, or the newest of an earlier day.

    UserError unless the one that is given tells of an earlier time.
    """
    field, view = ("compareTo",), db.view(actor)
    if given is None:
        zone = settings.current().zone
        midnight = start_of(today(at.reading.view.now, zone), zone)
        newest = earlier_of(await db.rows(view, newest_before(view, midnight, at.seq)))
        return newest[0] if newest else None
    found = earlier_of(await db.rows(view, earlier(view, given)))
    if not found:
        raise UserError("There is no such report.", code="NOT_FOUND", field=field)
    [beside] = found
    if beside.as_of >= at.reading.view.now or beside.revision > at.seq:
        message = f"{beside.code} tells of no earlier time than this report."
        raise UserError(message, code="OUT_OF_RANGE", field=field)
    return beside


def _asked(code: str, at: Moment, beside: Earlier | None) -> Asked:
    if beside is None:
        return Asked(code, at)
    previous = Previous(beside.code, local(beside.as_of), beside.revision)
    return Asked(code, at, previous, at.reading.at(beside.as_of, beside.revision))


async def _printed(facts: WhereWeStand, audit_head: str) -> Printed:
    made, findings = await composed(facts)
    return Printed(facts, made.content_hash, findings, await _rendered(facts, made, audit_head))


async def _rendered(facts: WhereWeStand, made: Composed, audit_head: str) -> bytes:
    """The PDF; a UserError with the line to type where the system has no Pango."""
    try:
        return await pdf_of(facts, made, audit_head)
    except RenderError as error:
        if error.code != "PANGO_MISSING":
            raise
        raise UserError(f"{error}", code="NOT_READY") from None


def _plain(finding: Finding) -> dict[str, str]:
    return {"rule": finding.rule, "severity": finding.severity, "message": finding.message}
