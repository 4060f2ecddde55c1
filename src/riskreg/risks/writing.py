"""Rows of values as the bytes of a file, the same bytes for the same rows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import islice
from xml.sax.saxutils import escape

import orjson

from riskreg.risks.rules_cells import (
    Value,
    instant_text,
    marked_for_csv,
    marked_for_sheet,
    written,
)
from riskreg.risks.rules_columns import Kind, Profile

Row = Sequence[Value]
ROWS_A_CHUNK = 1000


class Format(Enum):
    """A kind of file; the value is how its name ends."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
}


def chunks(profile: Profile, format: Format, rows: Iterable[Row]) -> Iterator[bytes]:
    """The file, piece by piece."""
    return _WRITERS[format](profile, rows)


def _csv(profile: Profile, rows: Iterable[Row]) -> Iterator[bytes]:
    """UTF-8 and RFC 4180: commas, CR LF, quotes where they are needed, a header."""
    makers = [
        (place, make)
        for place, one in enumerate(profile.columns)
        if (make := _CSV_CELLS.get(one.kind)) is not None
    ]
    yield _csv_text([[one.heading for one in profile.columns]])
    rest = iter(rows)
    while some := list(islice(rest, ROWS_A_CHUNK)):
        yield _csv_text([_csv_cells(row, makers) for row in some])


def _csv_text(rows: Iterable[Sequence[object]]) -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue().encode()


Maker = Callable[[Value], object]


def _csv_cells(row: Row, makers: Sequence[tuple[int, Maker]]) -> list[object]:
    cells: list[object] = [*row]
    for place, make in makers:
        value = row[place]
        if value is not None:
            cells[place] = make(value)
    return cells


def _marked(value: Value) -> str:
    return marked_for_csv(value if isinstance(value, str) else written(value))


def _plain(value: Value) -> object:
    return value if isinstance(value, (str, int)) else written(value)


_TYPED = (Kind.LINE, Kind.PROSE, Kind.SCENARIO, Kind.PERSON, Kind.TOLD_TEXT)
_CSV_CELLS: dict[Kind, Maker] = {
    **dict.fromkeys(_TYPED, _marked),
    **dict.fromkeys((Kind.CODES, Kind.DECIMAL, Kind.INSTANT, Kind.TOLD), _plain),
}
"""What the cells of some kinds are made of: texts that people type, and what is no plain text."""


def _json(profile: Profile, rows: Iterable[Row]) -> Iterator[bytes]:
    """A list of objects, one a line; codes are lists, numbers with a point are texts."""
    headings = [one.heading for one in profile.columns]
    rest = iter(rows)
    before = b"[\n"
    while some := list(islice(rest, ROWS_A_CHUNK)):
        objects = [
            orjson.dumps(dict(zip(headings, row, strict=True)), default=_as_text, option=_OPTIONS)
            for row in some
        ]
        yield before + b",\n".join(objects)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME


def _as_text(value: object) -> str:
    match value:
        case Decimal() | datetime() | date():
            return written(value)
    raise TypeError(type(value).__name__)


def _xlsx(profile: Profile, rows: Iterable[Row]) -> Iterator[bytes]:
    """A workbook of one sheet: texts are text cells, numbers and days are what they are."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _FIXED.items():
            archive.writestr(_member(name), text)
        with archive.open(_member("xl/worksheets/sheet1.xml"), "w") as sheet:
            sheet.write(_SHEET_HEAD.encode())
            headings = [one.heading for one in profile.columns]
            sheet.write(_sheet_row(1, headings, style=_BOLD).encode())
            for number, row in enumerate(rows, 2):
                sheet.write(_sheet_row(number, row).encode())
            sheet.write(b"</sheetData></worksheet>")
    yield target.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    """A file of the archive, made on the first day that archives know."""
    made = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def _sheet_row(number: int, row: Iterable[Value], *, style: str = "") -> str:
    cells = "".join(
        _cell(f"{_letters(place)}{number}", value, style)
        for place, value in enumerate(row)
        if value is not None
    )
    return f'<row r="{number}">{cells}</row>'


_BOLD, _DAY = ' s="1"', ' s="2"'
_FIRST_DAY = date(1899, 12, 30)
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def _cell(place: str, value: Value, style: str) -> str:
    match value:
        case int() | Decimal():
            return f'<c r="{place}"{style}><v>{written(value)}</v></c>'
        case datetime():
            text = instant_text(value)
        case date():
            return f'<c r="{place}"{_DAY}><v>{(value - _FIRST_DAY).days}</v></c>'
        case _:
            text = marked_for_sheet(written(value))
    # A workbook reads `_x0041_` as the letter A, so the first of such characters is escaped itself.
    text = escape(_LOOKS_ESCAPED.sub("_x005F_", text))
    inner = f'<is><t xml:space="preserve">{text}</t></is>'
    return f'<c r="{place}"{style} t="inlineStr">{inner}</c>'


def _letters(place: int) -> str:
    """The letters of a column, counted from 0: A to Z, then AA."""
    high, low = divmod(place, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# These name vocabularies; nothing is ever fetched from there.
_SCHEMAS = "http://schemas.openxmlformats.org"
_MAIN = f"{_SCHEMAS}/spreadsheetml/2006/main"
_RELATED = f"{_SCHEMAS}/officeDocument/2006/relationships"
_PACKAGE = f"{_SCHEMAS}/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIXED = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>'
        '<sheet name="Risks" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATED}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Style 1 is bold, for the headings; style 2 is a day, year first.
    "xl/styles.xml": (
        f'{_XML}<styleSheet xmlns="{_MAIN}">'
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        "</cellStyleXfs>"
        '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        "</cellXfs>"
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    ),
}
_SHEET_HEAD = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
    "</sheetViews><sheetData>"
)
_WRITERS: dict[Format, Callable[[Profile, Iterable[Row]], Iterator[bytes]]] = {
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.JSON: _json,
}
