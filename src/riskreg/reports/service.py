"""Making, keeping, showing again and proving reports.

Collecting facts and rendering come before the entry, which only writes what is ready.
"""

from __future__ import annotations

import asyncio
import hashlib
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
from riskreg.kit.db import Database, new_key
from riskreg.kit.errors import Forbidden, UserError
from riskreg.kit.ids import code as code_of
from riskreg.kit.view import Actor, Scope, View
from riskreg.people.permits import require
from riskreg.people.rules import Act
from riskreg.reports import compose, stored
from riskreg.reports.collect import Asked, where_we_stand
from riskreg.reports.facts import Previous, WhereWeStand, canonical
from riskreg.reports.inputs import CreateReport
from riskreg.reports.lint import Finding, lint
from riskreg.reports.models import Report, ReportFile
from riskreg.reports.moments import Moment, local, moment
from riskreg.reports.narrative import headline
from riskreg.reports.queries import (
    CODE_PREFIX,
    Earlier,
    earlier,
    earlier_of,
    file_of,
    head_at,
    last_number,
    newest_before,
    proof_of,
)
from riskreg.reports.render import Attachment, RenderError, render_pdf
from riskreg.reports.rules import ReportKind, ReportStatus

R = TypeVar("R")
MEDIA_TYPE = "application/pdf"
PREVIEW = "Preview"
"""What stands in place of a code while a brief is not kept."""

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
    printed: Printed


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
    """A report ready to be written: its facts read at one entry, its page linted and rendered.

    UserError for an instant or an earlier report that cannot be told of, or without Pango.
    """
    _require(actor)
    at = await moment(db, actor, given.as_of)
    beside = await _beside(db, actor, given.compare_to, at)
    last = await db.rows(at.reading.view, last_number())
    number = 1 + (last[0].last if last else 0)
    facts = await where_we_stand(_asked(code_of(CODE_PREFIX, number), at, beside))
    printed = await _printed(facts, at.head)
    return Prepared(number, at.head, beside.id if beside else None, printed)


async def store(session: AsyncSession, view: View, prepared: Prepared) -> Report:
    """The report, written with its file; `Overtaken` if its number is no longer free."""
    _require(view.actor)
    printed, facts = prepared.printed, prepared.printed.facts
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
        findings=[_plain(finding) for finding in printed.findings],
        content_hash=printed.content_hash,
        audit_head=prepared.audit_head,
        file_hash=_sha256(printed.pdf),
    )
    await allot(session, view, report, CODE_PREFIX)
    if report.number != prepared.number:
        raise Overtaken
    session.add(report)
    await session.flush()
    session.add(
        ReportFile(
            report_id=report.id,
            content=printed.pdf,
            media_type=MEDIA_TYPE,
            sha256=report.file_hash,
        )
    )
    return report


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
    """A report made and written as one entry, for commands and the demo."""

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


async def pdf_of(db: Database, actor: Actor, code: str) -> bytes | None:
    """The file of a report by its code; None where there is none that the actor may see."""
    view = db.view(actor)
    for row in await db.rows(view, file_of(view, code)):
        if _sha256(row.content) != row.file_hash:
            raise RuntimeError(f"the file of {row.code} is not the one that was made")
        return bytes(row.content)
    return None


async def verify(db: Database, actor: Actor, code: str) -> Verified:
    """Whether a report is what was made then: its file, its facts and the journal behind them."""
    view = db.view(actor)
    found = await db.rows(view, proof_of(view, code))
    if not found:
        raise UserError(f"There is no report {code}.", code="NOT_FOUND", field=("code",))
    [row] = found
    problems = []
    if _sha256(row.content) != row.file_hash:
        problems.append("its file is not the one that was made")
    heads = await db.rows(view, head_at(row.revision))
    if [f"{row.revision}:{head.hash}" for head in heads] != [row.audit_head]:
        problems.append(f"the journal is another one at entry {row.revision}")
    facts = stored.where_we_stand(row.facts)
    composed, _ = await asyncio.to_thread(_composed, facts)
    if composed.content_hash != row.content_hash:
        problems.append("its facts, or the template that prints them, have changed since")
    elif _sha256(await _pdf(facts, composed, row.audit_head)) != row.file_hash:
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
    composed, findings = await asyncio.to_thread(_composed, facts)
    pdf = await _pdf(facts, composed, audit_head)
    return Printed(facts, composed.content_hash, findings, pdf)


async def _pdf(facts: WhereWeStand, composed: compose.Composed, audit_head: str) -> bytes:
    """The one page, with its facts and the journal's head attached."""
    try:
        return await render_pdf(
            composed.html,
            as_of=facts.as_of,
            identifier=composed.content_hash,
            attachments=[
                Attachment("facts.json", "The facts of this brief", composed.facts),
                Attachment(
                    "journal-head.txt",
                    "The head of the register's journal: riskreg audit verify --head",
                    f"{audit_head}\n".encode(),
                ),
            ],
            max_pages=1,
        )
    except RenderError as error:
        if error.code != "PANGO_MISSING":
            raise
        raise UserError(f"{error}", code="NOT_READY") from None


def _composed(facts: WhereWeStand) -> tuple[compose.Composed, tuple[Finding, ...]]:
    composed = compose.where_we_stand(facts)
    return composed, lint(facts, composed.html)


def _plain(finding: Finding) -> dict[str, str]:
    return {"rule": finding.rule, "severity": finding.severity, "message": finding.message}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
