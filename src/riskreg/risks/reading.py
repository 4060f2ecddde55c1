"""The bytes of a file as rows of values: every cell is checked, every error names its place.

Nothing here knows the register. A file is refused as a whole where its shape is wrong; cells are
looked at one by one, so that all that is wrong with them is told at once.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping

from riskreg.kit.errors import UserError
from riskreg.risks.reading_xlsx import workbook_rows
from riskreg.risks.rules_cells import Unreadable, Value, scenario_parts, unmarked_from_csv, value_of
from riskreg.risks.rules_columns import RISKREG, Column, Kind, Profile, plain
from riskreg.risks.sheets import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    RawRow,
    RowError,
    RowErrors,
    Sheet,
    SheetRow,
    printable,
    refuse,
)
from riskreg.risks.writing import Format

_NEEDED = ("code", "title", "scenario")


def read(data: bytes, format: Format, profile: Profile = RISKREG) -> Sheet:
    """The rows of a file; `RowErrors` with line and column of all that cannot be read."""
    if len(data) > MAX_BYTES:
        refuse(1, f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    known: dict[tuple[str, ...], tuple[Column, ...]] = {}
    rows: list[SheetRow] = []
    errors: list[RowError] = []
    for number, raw in enumerate(_RAW[format](data), 1):
        if number > MAX_ROWS:
            refuse(raw.line, f"The file has more than {MAX_ROWS} rows.")
        if raw.headings not in known:
            known[raw.headings] = _columns(raw, profile)
        if raw.problem is not None:
            errors.append(raw.problem)
        else:
            rows.append(_row(raw, known[raw.headings], errors))
    errors += _repeated(rows, profile)
    if errors:
        raise RowErrors(tuple(errors))
    return Sheet(profile, tuple(row for row in rows if row.values))


def _columns(raw: RawRow, profile: Profile) -> tuple[Column, ...]:
    """The columns under the headings, each known, and each once."""
    found: list[Column] = []
    errors: list[RowError] = []
    for number, heading in enumerate(raw.headings, 1):
        column = profile.by_heading.get(plain(heading))
        shown = printable(heading)
        if not heading.strip():
            message = f"Column {number} has no heading."
            errors.append(RowError(raw.heading_line, None, message))
        elif column is None:
            message = _unknown(heading, raw.headings, profile)
            errors.append(RowError(raw.heading_line, shown, message))
        elif column in found:
            errors.append(RowError(raw.heading_line, shown, "This column is there twice."))
        else:
            found.append(column)
    if errors:
        raise RowErrors(tuple(errors))
    if not any(column.field in _NEEDED for column in found):
        names = " or ".join(f'"{one.heading}"' for one in profile.columns if one.field in _NEEDED)
        refuse(raw.heading_line, f"There must be a column {names}.")
    return tuple(found)


def _unknown(heading: str, headings: tuple[str, ...], profile: Profile) -> str:
    if len(headings) == 1 and ";" in heading:
        return "Columns are told apart by commas here, not by semicolons."
    return f"The profile {profile.name} has no such column."


def _row(raw: RawRow, columns: tuple[Column, ...], errors: list[RowError]) -> SheetRow:
    """The values of a line; none where all its cells are empty."""
    values: dict[str, Value] = {}
    if not any(raw.cells):
        return SheetRow(raw.line, values)
    for column, cell in zip(columns, raw.cells, strict=True):
        try:
            value = value_of(column, _text(column, cell))
        except (Unreadable, UserError) as error:
            errors.append(RowError(raw.line, column.heading, str(error)))
            continue
        if column.kind is Kind.SCENARIO:
            values |= scenario_parts(str(value or ""))
        else:
            values[column.field] = value
    return SheetRow(raw.line, values)


def _text(column: Column, cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if column.kind is not Kind.CODES and column.field != "mitigations":
        raise Unreadable("A list can stand only where there are several codes.")
    return " ".join(cell)


def _repeated(rows: list[SheetRow], profile: Profile) -> Iterator[RowError]:
    lines: dict[str, int] = {}
    for row in rows:
        if row.code in lines:
            message = f"{row.code} is on line {lines[row.code]} already."
            yield RowError(row.line, profile.by_field["code"].heading, message)
        elif row.code is not None:
            lines[row.code] = row.line


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"Byte {error.start + 1} of the file is not UTF-8; save the file as UTF-8."
        refuse(data.count(b"\n", 0, error.start) + 1, message)
    if (place := text.find("\0")) >= 0:
        refuse(text.count("\n", 0, place) + 1, "There is a NUL character in the file.")
    return text


def _csv_rows(data: bytes) -> Iterator[RawRow]:
    """The rows of a CSV file as RFC 4180 has it; lines may also end in LF, or be empty."""
    reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
    headings: tuple[str, ...] = ()
    heading_line = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            refuse(line, _BROKEN_CSV.get(str(error), _QUOTE_OR_LONG))
        if cells is None:
            break
        if not cells:
            continue
        if not headings:
            headings, heading_line = tuple(cells), line
            _refuse_wide(line, len(headings))
            continue
        problem = None
        if len(cells) != len(headings):
            message = f"There are {len(cells)} cells in this row, and {len(headings)} headings."
            problem = RowError(line, None, message)
        unmarked = tuple(unmarked_from_csv(cell) for cell in cells)
        yield RawRow(line, headings, unmarked, heading_line, problem)
    if not headings:
        refuse(1, "The file is empty: it has no headings.")


_BROKEN_CSV = {
    "unexpected end of data": "A quote that opens in this row is never closed.",
    "',' expected after '\"'": "A quote inside a cell must be doubled, and the cell be quoted.",
}
_QUOTE_OR_LONG = "A cell is too long; perhaps a quote that opens in this row is never closed."


def _refuse_wide(line: int, count: int) -> None:
    if count > MAX_COLUMNS:
        refuse(line, f"There are more than {MAX_COLUMNS} columns.")


class _Object(tuple[tuple[str, object], ...]):
    """An object of JSON as it stands there, names that are there twice included."""

    __slots__ = ()


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no value of JSON.")


_JSON = json.JSONDecoder(
    object_pairs_hook=_Object, parse_constant=_refuse_constant, parse_float=str, parse_int=str
)
_SPACE = re.compile(r"[ \t\r\n]*")


def _json_rows(data: bytes) -> Iterator[RawRow]:
    """The rows of a JSON file: a list of objects, each with the columns that it has."""
    text = _decoded(data)
    place = _skipped(text, 0)
    line = 1 + text.count("\n", 0, place)
    if text[place : place + 1] != "[":
        refuse(line, "The file must be a list of objects: [{…}, {…}].")
    before, place = place, _skipped(text, place + 1)
    while text[place : place + 1] != "]":
        line += text.count("\n", before, place)
        found, end = _decode(text, place, line)
        yield _json_row(found, line)
        before, place = place, _skipped(text, end)
        if text[place : place + 1] == ",":
            place = _skipped(text, place + 1)
            if text[place : place + 1] != "]":
                continue
            refuse(line, "After the last object there must be no comma.")
        if text[place : place + 1] != "]":
            refuse(line, "After an object there must be a comma or the end of the list.")
    if _skipped(text, place + 1) < len(text):
        refuse(line, "Something follows the end of the list.")


def _skipped(text: str, place: int) -> int:
    return _SPACE.match(text, place).end()  # type: ignore[union-attr]  # matches anywhere


def _decode(text: str, place: int, line: int) -> tuple[object, int]:
    try:
        return _JSON.raw_decode(text, place)
    except json.JSONDecodeError as error:
        refuse(error.lineno, f"This is not JSON: {error.msg}, character {error.colno}.")
    except (ValueError, RecursionError) as error:
        reason = "it nests too deep" if isinstance(error, RecursionError) else str(error)
        refuse(line, f"This object cannot be read: {reason}")


def _json_row(found: object, line: int) -> RawRow:
    if not isinstance(found, _Object):
        refuse(line, "The list must hold objects only.")
    _refuse_wide(line, len(found))
    headings = tuple(name for name, _ in found)
    cells: list[Cell] = []
    problem = None
    for name, value in found:
        cell = _json_cell(value)
        if cell is None:
            message = "This must be a text, a number, null or a list of codes."
            problem = RowError(line, printable(name), message)
        cells.append(cell or "")
    return RawRow(line, headings, tuple(cells), line, problem)


def _json_cell(value: object) -> Cell | None:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    return None


_RAW: Mapping[Format, Callable[[bytes], Iterator[RawRow]]] = {
    Format.CSV: _csv_rows,
    Format.JSON: _json_rows,
    Format.XLSX: workbook_rows,
}
