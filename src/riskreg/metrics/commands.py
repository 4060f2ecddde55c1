"""What `riskreg ingest` does; the function gives the code to exit with."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Act, Database, Rows
from riskreg.kit.view import Actor, View
from riskreg.metrics.files import Chunk, FileError, csv_chunks, parquet_chunks, size_of
from riskreg.metrics.ingest import Outcome, record
from riskreg.metrics.models import NAME
from riskreg.metrics.naming import SeriesNames
from riskreg.metrics.rules_ingest import Rejected
from riskreg.people.permits import require
from riskreg.people.rules import Act as Permitted

ACTION = "ingestObservations"
MOST_LINES = 20
STDIN = Path("-")


@dataclass
class _Told:
    """What came of the rows so far."""

    accepted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome, chunk: Chunk) -> None:
        """Count the rows of a chunk, and keep the first that were rejected."""
        batch = outcome.batch
        self.accepted += batch.accepted
        self.updated += batch.restated
        self.unchanged += batch.unchanged
        self.rejected += batch.rejected
        for one in outcome.rejected[: MOST_LINES - len(self.first)]:
            self.first.append(f"{chunk.lines[one.index]}: {one.field}: {one.message}")


async def ingest_file(
    db: Database, actor: Actor, path: Path, *, source: str | None = None, dry_run: bool = False
) -> int:
    """Bring the observations of a file in, a stretch at a time; 1 if any row was rejected.

    Good rows are kept, each stretch as an entry of its own; to send the file again is safe. The
    first rejected rows go to stderr, one a line: `gold.csv:12: value: A value is needed.`
    """
    require(actor, Permitted.INGEST_METRICS)
    name = "stdin" if path == STDIN else path.name
    told, problem = _Told(), None
    view = db.view(actor)
    fetch = _fetcher(db, view)
    names = SeriesNames(fetch, view)
    with ExitStack() as open_files:
        try:
            chunks, size = _opened(path, open_files)
            label = "Checking" if dry_run else "Ingesting"
            bar = open_files.enter_context(
                click.progressbar(
                    length=size,
                    label=label,
                    file=sys.stderr,
                    hidden=not size or not sys.stderr.isatty(),
                )
            )
            while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
                work = await _work(chunk, names, source or name[:NAME])
                told.add(await _written(db, actor, work, dry_run=dry_run), chunk)
                bar.update(chunk.position - bar.pos)
        except FileError as error:
            problem = str(error)
        except OSError as error:
            problem = f"{error.strerror}."
    return _said(name, told, problem, dry_run=dry_run)


def _opened(path: Path, open_files: ExitStack) -> tuple[Iterator[Chunk], int]:
    """The rows of a file, and how much of it there is; 0 where nobody knows."""
    if path == STDIN:
        return csv_chunks(sys.stdin.buffer), 0
    kind = path.suffix.lower()
    if kind == ".parquet":
        return parquet_chunks(path), size_of(path)
    if kind != ".csv":
        message = "A file of observations ends in .csv or .parquet."
        raise FileError(message)
    return csv_chunks(open_files.enter_context(path.open("rb"))), size_of(path)


Work = Callable[[AsyncSession, View], Awaitable[Outcome]]


async def _work(chunk: Chunk, names: SeriesNames, source: str) -> Work:
    """What is to be done in an entry: all that can be found out before is."""
    numbers, unknown = await names.numbers(chunk.names, chunk.columns.period_start)
    columns = replace(chunk.columns, series_no=numbers)
    refused: dict[int, Rejected] = {one.index: one for one in (*unknown, *chunk.refused)}

    async def work(session: AsyncSession, view: View) -> Outcome:
        return await record(session, view, columns, source=source, refused=tuple(refused.values()))

    return work


async def _written(db: Database, actor: Actor, work: Work, *, dry_run: bool) -> Outcome:
    act = Act(ACTION)
    return (
        await db.rehearse(actor, act, work)
        if dry_run
        else (await db.write(actor, act, work)).result
    )


def _fetcher(db: Database, view: View) -> Callable[[Executable], Awaitable[Rows]]:
    async def fetch(statement: Executable) -> Rows:
        return await db.rows(view, statement)

    return fetch


def _said(name: str, told: _Told, problem: str | None, *, dry_run: bool) -> int:
    for line in told.first:
        click.echo(f"{name}:{line}", err=True)
    if told.rejected > len(told.first):
        click.echo(f"… and {told.rejected - len(told.first)} more", err=True)
    if problem is not None:
        click.echo(f"{name}: {problem}", err=True)
    counts = (
        f"{told.accepted} accepted, {told.updated} updated, {told.unchanged} unchanged, "
        f"{told.rejected} rejected"
    )
    click.echo(f"{name}: {counts}{' (a dry run: nothing was written)' if dry_run else ''}.")
    return 1 if told.rejected or problem is not None else 0
