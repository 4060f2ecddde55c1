"""What `riskreg import` and `riskreg export` do; each function gives the code to exit with."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from riskreg.kit.context import Context, fetcher
from riskreg.kit.db import Database
from riskreg.kit.view import Actor
from riskreg.risks.exporting import export
from riskreg.risks.importing import ImportResult, bring_in
from riskreg.risks.reading import read
from riskreg.risks.rules_columns import PROFILES, RISKREG
from riskreg.risks.sheets import MAX_BYTES, RowError, RowErrors, printable
from riskreg.risks.writing import Format

MOST_LINES = 200


async def import_file(
    db: Database,
    actor: Actor,
    path: Path,
    *,
    profile: str = RISKREG.name,
    dry_run: bool = False,
    reason: str | None = None,
) -> int:
    """Bring a file into the register as `actor` and say what became of it; 1 if it is refused.

    Errors go to stderr, one a line: `risks.csv:12: column "owner": There is no person "X".`
    """
    name = printable(path.name)
    try:
        kind = Format(path.suffix.lower().removeprefix("."))
    except ValueError:
        return _failed(f"{name}: A file ends in .csv, .xlsx or .json.")
    try:
        data = await asyncio.to_thread(_content, path)
    except OSError as error:
        return _failed(f"{name}: {error.strerror}.")
    try:
        sheet = read(data, kind, PROFILES[profile])
        result = await bring_in(db, actor, sheet, dry_run=dry_run, reason=reason)
    except RowErrors as refused:
        return _refused(name, refused.errors)
    _say(name, result, dry_run=dry_run)
    return 0


def _content(path: Path) -> bytes:
    """The file, and no more of it than shows that it is too large."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _failed(message: str) -> int:
    click.echo(message, err=True)
    return 1


def _refused(name: str, errors: Sequence[RowError]) -> int:
    for error in errors[:MOST_LINES]:
        click.echo(f"{name}:{error}", err=True)
    if len(errors) > MOST_LINES:
        click.echo(f"… and {len(errors) - MOST_LINES} more", err=True)
    things = "1 thing is" if len(errors) == 1 else f"{len(errors)} things are"
    return _failed(f"{name}: {things} wrong; nothing was written.")


def _say(name: str, result: ImportResult, *, dry_run: bool) -> None:
    counts = (
        f"{len(result.created)} created, {len(result.updated)} updated, "
        f"{len(result.unchanged)} unchanged"
    )
    click.echo(f"{name}: {counts}{' (a dry run: nothing was written)' if dry_run else ''}.")
    numbers = Counter(note.column for note in result.notes)
    first: dict[str | None, RowError] = {}
    for note in result.notes:
        first.setdefault(note.column, note)
    for column, number in numbers.items():
        more = f" (and {number - 1} more in this column)" if number > 1 else ""
        click.echo(f"note: {name}:{first[column]}{more}")


async def export_file(
    db: Database,
    actor: Actor,
    *,
    format: str = Format.CSV.value,
    profile: str = RISKREG.name,
    as_of: datetime | None = None,
    target: Path | None = None,
) -> int:
    """Write what `actor` sees of the register to a file, or to stdout where none is named."""
    kind = Format(format)
    if target is None and kind is Format.XLSX and sys.stdout.isatty():
        return _failed("A workbook is not for a terminal: say -o FILE.")
    context = Context(db, actor)
    view = await context.view(as_of)
    data = await export(fetcher(context, view), view, profile=PROFILES[profile], format=kind)
    if target is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return 0
    try:
        await asyncio.to_thread(target.write_bytes, data)
    except OSError as error:
        return _failed(f"{printable(target.name)}: {error.strerror}.")
    return 0
