"""The rows of a workbook, read after its size was looked at and without any outside entity."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

from riskreg.risks.rules_cells import unmarked_from_sheet
from riskreg.risks.sheets import MAX_COLUMNS, RawRow, RowError, RowErrors, refuse

MAX_INFLATED = 100_000_000
MAX_PARTS = 1_000
LAST_LINE = 1_048_576
MAX_CELLS = 5_000_000
_NOT_READABLE = "This cannot be read as a workbook (.xlsx)."


def workbook_rows(data: bytes) -> Iterator[RawRow]:
    """The rows of the first sheet under its first row that holds something."""
    _refuse_bomb(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what openpyxl would lose if it wrote the file
            yield from _rows(data)
    except RowErrors:
        raise
    except Exception as error:  # a broken workbook can make openpyxl raise anything
        raise RowErrors((RowError(1, None, _NOT_READABLE),)) from error


def _refuse_bomb(data: bytes) -> None:
    """Look at what the archive says it inflates to; no more than that is ever read of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        refuse(1, _NOT_READABLE)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_INFLATED:
        refuse(1, f"The workbook inflates to more than {MAX_INFLATED // 1_000_000} MB.")


def _rows(data: bytes) -> Iterator[RawRow]:
    book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    try:
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # what it says of its size may be wrong
        headings: tuple[str, ...] = ()
        heading_line = seen = 0
        for line, cells in enumerate(sheet.iter_rows(), 1):
            seen += len(cells)
            if line > LAST_LINE or seen > MAX_CELLS:
                refuse(line, f"The sheet has more than {LAST_LINE} rows, or {MAX_CELLS} cells.")
            if any(cell.value is not None for cell in cells[MAX_COLUMNS:]):
                refuse(line, f"There are more than {MAX_COLUMNS} columns.")
            row = _row(line, cells, headings, heading_line)
            if not any(row.cells) and row.problem is None:
                continue
            if headings:
                yield row
            else:
                headings, heading_line = _headings(row), line
    finally:
        book.close()
    if not headings:
        refuse(1, "The workbook is empty: it has no headings.")


def _headings(row: RawRow) -> tuple[str, ...]:
    texts = [cell for cell in row.cells if isinstance(cell, str)]
    while not texts[-1]:
        texts.pop()
    return tuple(texts)


def _row(line: int, cells: tuple[Any, ...], headings: tuple[str, ...], heading_line: int) -> RawRow:
    texts: list[str] = []
    problem = None
    for place, cell in enumerate(cells):
        text = _text(cell)
        if text is None:
            name = headings[place] if place < len(headings) else None
            problem = RowError(line, name, "A formula or an error; put its value there instead.")
        texts.append(text or "")
    if headings:
        if any(texts[len(headings) :]):
            problem = RowError(line, None, "There is something beyond the last heading.")
        texts = (texts + [""] * len(headings))[: len(headings)]
    return RawRow(line, headings, tuple(texts), heading_line, problem)


# A workbook writes characters that XML lacks as `_x000D_`, and the underscore before what only
# looks so as `_x005F_`.
_ESCAPED = re.compile(r"_x005F_|_x000D_\n?")


def _text(cell: ReadOnlyCell | EmptyCell) -> str | None:
    """What a cell says; None for what is no value."""
    value = cell.value
    if cell.data_type in ("f", "e"):
        return None
    match value:
        case None:
            return ""
        case str():
            plain = _ESCAPED.sub(lambda found: "_" if found[0] == "_x005F_" else "\n", value)
            return unmarked_from_sheet(plain)
        case bool():
            return str(value).upper()
        case int():
            return str(value)
        case float():
            return f"{Decimal(repr(value)).normalize():f}"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)
