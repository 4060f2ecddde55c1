"""Files of observations: each column is read as it is documented, each bad cell is told."""

import io
import math
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from riskreg.metrics.files import Chunk, FileError, csv_chunks, parquet_chunks
from riskreg.metrics.naming import Named
from riskreg.metrics.rules import Surface

DAY = date(2026, 11, 9).toordinal()


def read(text: str | bytes, rows: int = 100) -> list[Chunk]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(csv_chunks(io.BytesIO(data), rows))


def refused(chunk: Chunk) -> list[tuple[int, str, str]]:
    return [(chunk.lines[one.index], one.code.name, one.field) for one in chunk.refused]


def test_every_column_is_read() -> None:
    heading = (
        "metric,version,project,policy_area,market,vendor,surface,label,cohort,period_start,"
        "value,numerator,denominator,standard_error,sample_size,quality"
    )
    row = "ENVR,2,PRJ-A,HATE,pt-BR,ASTER,LIVE,gore,new,2026-11-09,1.5,3,2,.25,2e0,PARTIAL"
    [chunk] = read(f"{heading}\n{row}\n")
    assert chunk.refused == ()
    assert chunk.names == [
        Named(None, "ENVR", 2, "PRJ-A", "HATE", "pt-BR", "ASTER", Surface.LIVE, "gore", "new")
    ]
    told = chunk.columns
    columns = (
        told.period_start,
        told.value,
        told.numerator,
        told.denominator,
        told.standard_error,
        told.sample_size,
        told.quality,
    )
    assert [one.tolist() for one in columns] == [[DAY], [1.5], [3], [2], [0.25], [2], [1]]


def test_a_cell_that_is_empty_says_nothing() -> None:
    [chunk] = read(
        "series,period_start,value,numerator,quality,surface,version\nS,2026-11-09,,,,,\n"
    )
    assert chunk.refused == ()
    assert chunk.names == [Named("S")]
    assert math.isnan(chunk.columns.value[0])
    assert chunk.columns.quality.tolist() == [0]


BAD = {
    "a day that is none": ("S,2026-11-31,1,OK", "BAD_PERIOD", "period_start"),
    "no day": ("S,,1,OK", "BAD_PERIOD", "period_start"),
    "a word for a number": ("S,2026-11-09,many,OK", "NOT_A_NUMBER", "value"),
    "a number as Python writes it": ("S,2026-11-09,1_000,OK", "NOT_A_NUMBER", "value"),
    "an unknown quality": ("S,2026-11-09,1,GOOD", "OUT_OF_RANGE", "quality"),
    "too few cells": ("S,2026-11-09,1", "NO_VALUE", "row"),
    "too many cells": ("S,2026-11-09,1,OK,more", "NO_VALUE", "row"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_cell_is_told_with_its_line(name: str) -> None:
    row, code, field = BAD[name]
    good = "S,2026-11-09,1,OK"
    [chunk] = read(f"series,period_start,value,quality\n{good}\n{row}\n{good}\n")
    assert refused(chunk) == [(3, code, field)]
    assert chunk.columns.value[[0, 2]].tolist() == [1, 1]


@pytest.mark.parametrize(("column", "text"), [("surface", "MOON"), ("version", "two")])
def test_a_bad_name_is_told(column: str, text: str) -> None:
    [chunk] = read(f"metric,{column},period_start\nM,{text},2026-11-09\n")
    assert refused(chunk) == [(2, "UNKNOWN_SERIES", column)]


def test_lines_are_those_of_the_file() -> None:
    text = (
        '\ufeffseries,period_start,value,label\r\nS,2026-11-09,x,\r\n\r\nS,2026-11-09,x,"a\nb"\r\n'
    )
    [chunk] = read(text)
    assert refused(chunk) == [(2, "NOT_A_NUMBER", "value"), (5, "NOT_A_NUMBER", "value")]


def test_a_file_is_read_in_stretches() -> None:
    rows = "".join(f"S,2026-11-{day:02},{day}\n" for day in range(1, 8))
    chunks = read("series,period_start,value\n" + rows, rows=3)
    assert [chunk.columns.value.tolist() for chunk in chunks] == [[1, 2, 3], [4, 5, 6], [7]]
    assert chunks[2].lines == [8]


UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "A file has period_start, and series or metric"),
    "no series": ("period_start,value\n", "A file has period_start, and series or metric"),
    "no period": ("series,value\n", "A file has period_start, and series or metric"),
    "an unknown column": ("series,period_start,valeu\n", "There is no column 'valeu'"),
    "a column twice": ("series,period_start,series\n", "The column 'series' comes twice."),
    "an open quote": ('series,period_start\n"S,2026-11-09\n', "line 2: "),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_wrong_with_a_whole_file_ends_its_reading(name: str) -> None:
    text, message = UNREADABLE[name]
    with pytest.raises(FileError) as told:
        read(text)
    assert str(told.value).startswith(message)


def test_blank_lines_are_no_rows() -> None:
    assert read("series,period_start\n\n\n") == []


def test_a_text_that_is_not_utf_8_names_nothing() -> None:
    [chunk] = read(b"series,period_start\nS\xff,2026-11-09\n")
    assert chunk.names == [Named("S\udcff")]


def written(folder: Path, **columns: Sequence[object]) -> Path:
    path = folder / "told.parquet"
    parquet.write_table(pa.table(dict(columns)), path)
    return path


def test_parquet_says_the_same_as_csv(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        metric=["ENVR", "ENVR"],
        version=[2, None],
        market=["pt-BR", None],
        period_start=[date(2026, 11, 9), date(2026, 11, 10)],
        value=[1.5, None],
        numerator=[3, None],
        quality=["PARTIAL", None],
    )
    [told] = parquet_chunks(path)
    [same] = read(
        "metric,version,market,period_start,value,numerator,quality\n"
        "ENVR,2,pt-BR,2026-11-09,1.5,3,PARTIAL\nENVR,,,2026-11-10,,,\n"
    )
    assert told.names == same.names
    assert list(told.lines) == [1, 2]
    for name in ("period_start", "value", "numerator", "quality"):
        one, other = (getattr(chunk.columns, name).tolist() for chunk in (told, same))
        assert one == pytest.approx(other, nan_ok=True)


@pytest.mark.parametrize("day", ["2026-11-09", datetime(2026, 11, 9)])  # noqa: DTZ001 (as files have them)
def test_parquet_may_write_days_otherwise(tmp_path: Path, day: object) -> None:
    path = written(tmp_path, series=["S", "S"], period_start=[day, None], value=[1.0, 2.0])
    [chunk] = parquet_chunks(path)
    assert chunk.columns.period_start.tolist() == [DAY, 0]
    assert refused(chunk) == [(2, "BAD_PERIOD", "period_start")]


def test_what_is_no_parquet_is_told(tmp_path: Path) -> None:
    path = tmp_path / "told.parquet"
    path.write_text("series,period_start\n")
    with pytest.raises(FileError, match=r"(?i)parquet"):
        list(parquet_chunks(path))
