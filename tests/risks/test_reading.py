"""Files that can be read, and every way in which one cannot, with its line and column."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from riskreg.risks import reading, reading_xlsx
from riskreg.risks.reading import read
from riskreg.risks.rules import RiskCategory
from riskreg.risks.rules_columns import NIST_IR_8286
from riskreg.risks.sheets import RowErrors, Sheet
from riskreg.risks.writing import Format

CSV, JSON, XLSX = Format.CSV, Format.JSON, Format.XLSX


def rows(sheet: Sheet) -> list[tuple[int, dict[str, object]]]:
    return [(row.line, dict(row.values)) for row in sheet.rows]


def refusals(data: bytes, format: Format = CSV) -> list[str]:
    with pytest.raises(RowErrors) as caught:
        read(data, format)
    return [str(error) for error in caught.value.errors]


READABLE: list[tuple[bytes, list[tuple[int, dict[str, object]]]]] = [
    (b"code,title\r\nR-001,One\r\n", [(2, {"code": "R-001", "title": "One"})]),
    (b"\xef\xbb\xbftitle\nOne\n", [(2, {"title": "One"})]),
    (b"title\n", []),
    (b"\n\ntitle\n\nOne\n\n\nTwo", [(5, {"title": "One"}), (8, {"title": "Two"})]),
    (b"title,cause\n,\nOne,\n", [(3, {"title": "One", "cause": None})]),
    (
        b'title,cause\nOne,"a\r\nb"\nTwo,c\n',
        [(2, {"title": "One", "cause": "a\nb"}), (4, {"title": "Two", "cause": "c"})],
    ),
    (b'title\n"say ""no"""\n', [(2, {"title": 'say "no"'})]),
    (
        b"TITLE,next Review_due\nOne,2026-12-01\n",
        [(2, {"title": "One", "review_due_on": date(2026, 12, 1)})],
    ),
    (b"title\n'=1+1\n", [(2, {"title": "=1+1"})]),
]


@pytest.mark.parametrize(("data", "expected"), READABLE)
def test_csv_is_read(data: bytes, expected: list[tuple[int, dict[str, object]]]) -> None:
    assert rows(read(data, CSV)) == expected


BROKEN_CSV: list[tuple[bytes, list[str]]] = [
    (b"", ["1: The file is empty: it has no headings."]),
    (b"\n\n", ["1: The file is empty: it has no headings."]),
    (
        b'title,cause\nOne,a\nTwo,"b\nThree,c\n',
        ["3: A quote that opens in this row is never closed."],
    ),
    (
        b'title\n"a"b\n',
        ["2: A quote inside a cell must be doubled, and the cell be quoted."],
    ),
    (
        b'title\n"' + b"x" * 200_000,
        ["2: A cell is too long; perhaps a quote that opens in this row is never closed."],
    ),
    (
        b"title,cause\nOne\nTwo,b,c\n",
        [
            "2: There are 1 cells in this row, and 2 headings.",
            "3: There are 3 cells in this row, and 2 headings.",
        ],
    ),
    (
        b"title,colour,,title\nOne,red,,\n",
        [
            '1: column "colour": The profile riskreg has no such column.',
            "1: Column 3 has no heading.",
            '1: column "title": This column is there twice.',
        ],
    ),
    (
        b"\ntitle,Next Review Due,nextReviewDue\nOne,,\n",
        ['2: column "nextReviewDue": This column is there twice.'],
    ),
    (
        b"code;title\nR-001;One\n",
        ['1: column "code;title": Columns are told apart by commas here, not by semicolons.'],
    ),
    (b"cause\nx\n", ['1: There must be a column "code" or "title".']),
    (b"title\nOne\nT\xe9l\n", ["3: Byte 12 of the file is not UTF-8; save the file as UTF-8."]),
    (b"\xff\xfet\0i\0", ["1: Byte 1 of the file is not UTF-8; save the file as UTF-8."]),
    (b"title\nOne\nT\0\n", ["3: There is a NUL character in the file."]),
    (
        b"code,title\nR-001,a\nR-0001,b\n",
        ['3: column "code": R-001 is on line 2 already.'],
    ),
    (
        b"title,horizonDays,category\nOne,x,y\n\xc2\x85a,1,VENDOR\nb\x07,1,\n",
        [
            '2: column "horizonDays": "x" is no whole number.',
            f'2: column "category": "y" is none of {", ".join(RiskCategory)}.',
            '4: column "title": Character 2 (U+0007) is a control character.',
        ],
    ),
    (b"a," * 100 + b"a\n", ["1: There are more than 100 columns."]),
]


@pytest.mark.parametrize(("data", "expected"), BROKEN_CSV)
def test_broken_csv_is_refused_with_line_and_column(data: bytes, expected: list[str]) -> None:
    assert refusals(data) == expected


def test_a_file_has_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    many = b"title\n" + b"x\n" * 10_001
    assert refusals(many) == ["10002: The file has more than 10000 rows."]
    assert len(read(many[:-2], CSV).rows) == 10_000
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert refusals(b"title\nabcdefgh") == ["1: The file is larger than 0 MB."]


READABLE_JSON: list[tuple[bytes, list[tuple[int, dict[str, object]]]]] = [
    (b"[]", []),
    (b" [\n]\n", []),
    (
        b'[\n{"title":"One","projects":["P-1"],"horizonDays":30},\n{"code":"R-001","cause":null}]',
        [
            (2, {"title": "One", "projects": ("P-1",), "horizon_days": 30}),
            (3, {"code": "R-001", "cause": None}),
        ],
    ),
    (b'[{"title":\n"One"}\n,\n\n{"title":"\'=1"}]', [(1, {"title": "One"}), (5, {"title": "'=1"})]),
]


@pytest.mark.parametrize(("data", "expected"), READABLE_JSON)
def test_json_is_read(data: bytes, expected: list[tuple[int, dict[str, object]]]) -> None:
    assert rows(read(data, JSON)) == expected


NO_COMMA = "1: After an object there must be a comma or the end of the list."
BROKEN_JSON: list[tuple[bytes, list[str]]] = [
    (b"", ["1: The file must be a list of objects: [{…}, {…}]."]),
    (b"\n{}", ["2: The file must be a list of objects: [{…}, {…}]."]),
    (b"[1]", ["1: The list must hold objects only."]),
    (
        b'[{"title":"a"}\n{"title":"b"}]',
        ["1: After an object there must be a comma or the end of the list."],
    ),
    (b'[{"title":"a"},\n]', ["1: After the last object there must be no comma."]),
    (b'[{"title":"a"}', [NO_COMMA]),
    (b'[{"title":"a"}] x', ["1: Something follows the end of the list."]),
    (b'[\n{"title":"a"},\n{"title":}]', ["3: This is not JSON: Expecting value, character 10."]),
    (b'[\n{"title":NaN}]', ["2: This object cannot be read: NaN is no value of JSON."]),
    (b'[{"title":' + b"[" * 100_000, ["1: This object cannot be read: it nests too deep"]),
    (
        b'[{"title":true,"cause":{"a":1}}]',
        ['1: column "cause": This must be a text, a number, null or a list of codes.'],
    ),
    (
        b'[{"title":["a"]}]',
        ['1: column "title": A list can stand only where there are several codes.'],
    ),
    (b'[{"title":"a","title":"b"}]', ['1: column "title": This column is there twice.']),
    (
        b'[{"title":"a"},\n{"tilte":"b"}]',
        ['2: column "tilte": The profile riskreg has no such column.'],
    ),
    (
        b'[{"title":"\\ud800"}]',
        ['1: column "title": Character 1 (U+D800) is half of a character (a lone surrogate).'],
    ),
]


@pytest.mark.parametrize(("data", "expected"), BROKEN_JSON)
def test_broken_json_is_refused_with_line_and_column(data: bytes, expected: list[str]) -> None:
    assert refusals(data, JSON) == expected


def workbook(*lines: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_workbook_is_read() -> None:
    data = workbook(
        (),
        ("code", "title", "horizonDays", "probability", "proximityDate"),
        ("R-001", "One", 30.0, 0.25, datetime(2026, 12, 1)),  # noqa: DTZ001 (a cell has no zone)
        (),
        (None, "Two", "60", None, "2026-12-02"),
    )
    found = [(line, list(values.values())) for line, values in rows(read(data, XLSX))]
    assert [line for line, _ in found] == [3, 5]
    assert [str(value) for value in found[0][1]] == ["R-001", "One", "30", "0.25", "2026-12-01"]
    assert [str(value) for value in found[1][1]] == [
        "None",
        "Two",
        "60",
        "None",
        "2026-12-02",
    ]


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def _declared(prolog: bytes) -> Callable[[bytes], bytes]:
    """A part that uses an entity which it declares."""

    def change(part: bytes) -> bytes:
        return prolog + part[part.index(b"<worksheet") :].replace(b"One", b"&a;")

    return change


def test_broken_workbooks_are_refused() -> None:
    good = workbook(("title", "cause"), ("One", None))
    bad = ["1: This cannot be read as a workbook (.xlsx)."]
    assert refusals(b"not a zip", XLSX) == bad
    assert refusals(good[:200], XLSX) == bad
    assert refusals(with_part(good, SHEET, lambda part: part[:-20]), XLSX) == bad
    assert refusals(with_part(good, SHEET, _declared(LAUGHS)), XLSX) == bad
    assert refusals(with_part(good, SHEET, _declared(OUTSIDE)), XLSX) == bad
    assert refusals(with_part(good, "xl/workbook.xml", lambda _: b""), XLSX) == bad
    assert refusals(workbook(), XLSX) == ["1: The workbook is empty: it has no headings."]


def test_cells_of_a_workbook_that_are_no_values_are_refused() -> None:
    data = workbook(("title", "cause"), ("=1+1", None), ("One", None, "beyond"), ("#N/A", None))
    formula = "A formula or an error; put its value there instead."
    assert refusals(data, XLSX) == [
        f'2: column "title": {formula}',
        "3: There is something beyond the last heading.",
        f'4: column "title": {formula}',
    ]
    wide = workbook(("title", *[None] * 120, "x"))
    assert refusals(wide, XLSX) == ["1: There are more than 100 columns."]


def test_a_workbook_that_inflates_too_far_is_refused_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SHEET, b"0" * 100_000_001)
    assert len(target.getvalue()) < 200_000
    expected = ["1: The workbook inflates to more than 100 MB."]
    assert refusals(target.getvalue(), XLSX) == expected
    monkeypatch.setattr(reading_xlsx, "MAX_PARTS", 3)
    assert refusals(workbook(("title",)), XLSX) == expected


def test_a_workbook_that_lies_about_its_rows_ends() -> None:
    far = with_part(
        workbook(("title",), ("One",)),
        SHEET,
        lambda part: part.replace(b'r="2"', b'r="99999999999"'),
    )
    assert refusals(far, XLSX) == [
        "1048577: The sheet has more than 1048576 rows, or 5000000 cells."
    ]


def test_the_headings_of_nist_may_have_any_dash() -> None:
    data = "ID,Risk Description,Current Assessment—Likelihood\nR-001,A\n".encode()
    with pytest.raises(RowErrors):
        read(data, CSV, NIST_IR_8286)
    [row] = read(data.replace(b",A\n", b",A,3\n"), CSV, NIST_IR_8286).rows
    assert row.values["current_likelihood"] == 3
    assert row.values["title"] == "A"
