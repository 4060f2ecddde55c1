"""Brings a file of risks into the register: known codes are changed, others logged, all or none.

What an import does not do is move a risk: a new one becomes OPEN, or stays a DRAFT where its
likelihood or impact is not known or the file says DRAFT; a known one keeps its state, and its
levels, which only an assessment changes. A file may say otherwise: that is told in `notes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database, fetcher
from riskreg.kit.errors import CodedError, UserError, UserErrors
from riskreg.kit.view import Actor, View
from riskreg.risks import service
from riskreg.risks.importing_rows import Known, Work, create, known_risks, prepared, said, update
from riskreg.risks.rules_cells import Value, written
from riskreg.risks.rules_columns import Column, Use
from riskreg.risks.sheets import RowError, RowErrors, Sheet, SheetRow

ACTION = "importRisks"


@dataclass(frozen=True)
class ImportResult:
    """The codes of the risks of a file by what became of them, in the order of the file.

    `notes` tell where the file differs from the register in what an import does not set.
    """

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    notes: tuple[RowError, ...] = ()


class _NothingToWrite(Exception):
    """Ends an import that changes nothing, so that it leaves no entry behind."""

    def __init__(self, result: ImportResult) -> None:
        self.result = result


async def bring_in(
    db: Database, actor: Actor, sheet: Sheet, *, dry_run: bool = False, reason: str | None = None
) -> ImportResult:
    """What the import of a file does, or with `dry_run` would do; `RowErrors` if it is refused.

    It is one entry of the journal, or none where nothing changes.
    """

    async def work(session: AsyncSession, view: View) -> ImportResult:
        result = await load(session, view, sheet)
        if not (result.created or result.updated):
            raise _NothingToWrite(result)
        return result

    act = Act(ACTION, reason)
    try:
        if dry_run:
            return await db.rehearse(actor, act, work)
        return (await db.write(actor, act, work)).result
    except _NothingToWrite as nothing:
        return nothing.result


async def load(session: AsyncSession, view: View, sheet: Sheet) -> ImportResult:
    """Log and change the risks of a file inside a write; `RowErrors` with all that is wrong.

    FORBIDDEN for whoever may not log risks, if there are new ones.
    """
    work = await prepared(session, view, sheet)
    if any(row.code not in work.known for row in sheet.rows):
        service.require_logger(view)
    for row in _coded_first(sheet.rows):
        try:
            await _bring_in_row(work, row)
        except UserErrors as several:
            work.refuse(row, *several.errors)
        except UserError as error:
            work.refuse(row, error)
        except CodedError as error:
            work.refuse(row, UserError(error.message))
    if work.errors:
        raise RowErrors(tuple(work.errors))
    await session.flush()
    return await _result(work, sheet)


def _coded_first(rows: Iterable[SheetRow]) -> list[SheetRow]:
    """New risks without a code come last, so that none is given a code that the file sets."""
    return sorted(rows, key=lambda row: row.code is None)


async def _bring_in_row(work: Work, row: SheetRow) -> None:
    known = work.known.get(row.code or "")
    if known is None:
        work.created[row.line] = await create(work, row)
    elif await update(work, row, known):
        work.updated.add(known.code)


async def _result(work: Work, sheet: Sheet) -> ImportResult:
    codes = {row.line: row.code or work.created.get(row.line, "") for row in sheet.rows}
    after: Mapping[str, Known] = work.known
    if work.created or work.updated:
        fetch = fetcher(work.session, work.view)
        after = await known_risks(fetch, work.view, sheet.profile, list(codes.values()))
    notes = [
        note
        for row in sheet.rows
        for note in _notes(work, row, work.known.get(codes[row.line]), after[codes[row.line]])
    ]
    known = [row.code for row in sheet.rows if row.code in work.known]
    return ImportResult(
        created=tuple(codes[row.line] for row in sheet.rows if row.line in work.created),
        updated=tuple(code for code in known if code in work.updated),
        unchanged=tuple(code for code in known if code and code not in work.updated),
        notes=tuple(notes),
    )


def _notes(work: Work, row: SheetRow, before: Known | None, after: Known) -> Iterator[RowError]:
    """Where a line says what the register neither said before the import nor says after it."""
    for column in work.profile.columns:
        if not _is_told(column, is_new=before is None) or row.values.get(column.field) is None:
            continue
        versions = [after] if before is None else [before, after]
        if all(_differs(work, column, row, one.values[column.field]) for one in versions):
            now = written(after.values[column.field])
            what = f'"{now}"' if now else "nothing"
            message = f"The register says {what}; an import does not change that."
            yield RowError(row.line, column.heading, message)


def _is_told(column: Column, *, is_new: bool) -> bool:
    """Whether what a file says in the column may be something that the import did not set."""
    return column.use is not Use.SETS or (is_new and column.field == "review_due_on")


def _differs(work: Work, column: Column, row: SheetRow, now: Value) -> bool:
    if column.use is Use.TELLS:
        told = " ".join(written(now).split())
        return bool(row.values[column.field]) and row.values[column.field] != told
    return said(work, row, column.field) != now
