"""Reads observations from CSV and Parquet files: a stretch at a time, in constant memory.

What cannot be read in a row is told of that row; what is wrong with the file as a whole, or ends
its reading, is a `FileError`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from riskreg.metrics.naming import FIELDS, Named
from riskreg.metrics.rules import QualityFlag, Surface
from riskreg.metrics.rules_ingest import QUALITIES, Columns, Ints, RejectCode, Rejected, columns_of

CHUNK = 10_000
"""Rows that are written at once: a tenth of a second, for which other writers wait."""
NUMBERS = ("value", "numerator", "denominator", "standard_error", "sample_size")
COLUMNS = (*FIELDS, "period_start", *NUMBERS, "quality")
"""What a file may have, in any order; names are as in `ObservationInput`."""
Texts = Sequence[str]
Numbers = NDArray[np.float64]


class FileError(Exception):
    """Why a file cannot be read, or no further."""


@dataclass(frozen=True)
class Chunk:
    """Rows of a file: what names their series, the rest by column, and what could not be read.

    `lines` say where each row stands: the last line of it in a CSV file, else its number.
    `position` is how much of the file was read, in bytes of CSV or rows of Parquet.
    """

    lines: Sequence[int]
    names: Sequence[Named]
    columns: Columns
    refused: tuple[Rejected, ...]
    position: int = 0


def csv_chunks(file: BinaryIO, rows: int = CHUNK) -> Iterator[Chunk]:
    """The rows of a CSV file in UTF-8 whose first line is its heading."""
    text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.reader(text, strict=True)
    try:
        heading = [cell.strip() for cell in next(reader, [])]
        _check_heading(heading)
        while lines := [(reader.line_num, row) for row in islice(reader, rows)]:
            if kept := [(line, row) for line, row in lines if row]:
                chunk = _csv_chunk(heading, kept)
                yield replace(chunk, position=file.tell() if file.seekable() else 0)
    except csv.Error as error:
        message = f"line {reader.line_num}: {error}"
        raise FileError(message) from error
    finally:
        text.detach()  # the file is not ours to close


def parquet_chunks(path: Path, rows: int = CHUNK) -> Iterator[Chunk]:
    """The rows of a Parquet file."""
    try:
        from pyarrow import ArrowException, parquet  # noqa: PLC0415 (an extra)
    except ImportError:
        message = "Parquet needs pyarrow: install riskreg[parquet]."
        raise FileError(message) from None
    first = 1
    try:
        with parquet.ParquetFile(path) as file:
            heading = file.schema_arrow.names
            _check_heading(heading)
            for batch in file.iter_batches(batch_size=rows):
                table = {name: batch.column(name) for name in heading}
                lines = range(first, first + batch.num_rows)
                first += batch.num_rows
                yield replace(_parquet_chunk(table, lines), position=first - 1)
    except ArrowException as error:
        message = " ".join(str(error).split())
        raise FileError(message) from error


def size_of(path: Path) -> int:
    """How much there is to read, in the unit of `Chunk.position`."""
    if path.suffix.lower() != ".parquet":
        return path.stat().st_size
    try:
        from pyarrow import ArrowException, parquet  # noqa: PLC0415 (an extra)
    except ImportError:
        return 0
    try:
        return int(parquet.read_metadata(path).num_rows)
    except ArrowException:
        return 0


def _check_heading(heading: Sequence[str]) -> None:
    """Refuse columns that nobody knows, that come twice, or that are missing."""
    known = ", ".join(COLUMNS)
    for name in heading:
        if name not in COLUMNS:
            message = f"There is no column {name!r}; there are {known}."
            raise FileError(message)
        if heading.count(name) > 1:
            message = f"The column {name!r} comes twice."
            raise FileError(message)
    if "period_start" not in heading or not {"series", "metric"} & set(heading):
        message = f"A file has period_start, and series or metric; there are {known}."
        raise FileError(message)


def _csv_chunk(heading: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> Chunk:
    width = len(heading)
    short = [at for at, (_, row) in enumerate(rows) if len(row) != width]
    cells = [row for _, row in rows]
    for at in short:
        cells[at] = [""] * width
    made = _Making(len(rows))
    for at in short:
        message = f"This row has {len(rows[at][1])} cells, the heading {width}."
        made.refuse(at, RejectCode.NO_VALUE, "row", message)
    texts = dict(zip(heading, zip(*cells, strict=True), strict=True)) if cells else {}
    return made.chunk([line for line, _ in rows], texts, {})


def _parquet_chunk(table: Mapping[str, Any], lines: Sequence[int]) -> Chunk:
    import pyarrow as pa  # noqa: PLC0415 (an extra; it is there)

    numbers: dict[str, Numbers] = {}
    texts: dict[str, Texts] = {}
    for name, column in table.items():
        if name in NUMBERS and not pa.types.is_string(column.type):
            plain = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
            numbers[name] = np.asarray(plain, dtype=np.float64)
        else:
            kind = pa.date32() if pa.types.is_timestamp(column.type) else column.type
            plain = column.cast(kind).cast(pa.string()).to_pylist()
            texts[name] = ["" if one is None else one for one in plain]
    return _Making(len(lines)).chunk(lines, texts, numbers)


class _Making:
    """The columns of a chunk, and which of its rows could not be read."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._refused: dict[int, Rejected] = {}

    def refuse(self, at: int, code: RejectCode, field: str, message: str) -> None:
        """Note what is wrong with a row, unless something is."""
        self._refused.setdefault(at, Rejected(at, code, field, message))

    def chunk(
        self, lines: Sequence[int], texts: Mapping[str, Texts], numbers: Mapping[str, Numbers]
    ) -> Chunk:
        """The rows of which columns are texts or, where they are read already, numbers."""
        read = {name: self._numbers(name, texts[name]) for name in NUMBERS if name in texts}
        told = {**read, **numbers}
        columns = columns_of(
            series_no=np.zeros(self._size, dtype=np.int64),
            period_start=self._days(texts.get("period_start", ())),
            value=told.get("value"),
            numerator=told.get("numerator"),
            denominator=told.get("denominator"),
            standard_error=told.get("standard_error"),
            sample_size=told.get("sample_size"),
            quality=self._qualities(texts.get("quality")),
        )
        names = self._names({name: texts[name] for name in FIELDS if name in texts})
        refused = sorted(self._refused.values(), key=lambda one: one.index)
        return Chunk(lines, names, columns, tuple(refused))

    def _days(self, texts: Texts) -> Ints:
        known = {text: _ordinal(text.strip()) for text in set(texts)}
        days = np.array([known[text] for text in texts], dtype=np.int64)
        for at in np.flatnonzero(days == 0).tolist():
            message = "A day is written as 2026-11-09."
            self.refuse(at, RejectCode.BAD_PERIOD, "period_start", message)
        return days

    def _numbers(self, field: str, texts: Texts) -> Numbers:
        try:
            if any("_" in text for text in texts):  # Python would read over them
                raise ValueError  # noqa: TRY301 (as for any other text that is no number)
            return np.array([float(text) if text else np.nan for text in texts])
        except ValueError:
            return np.array([self._number(at, field, text) for at, text in enumerate(texts)])

    def _number(self, at: int, field: str, text: str) -> float:
        try:
            if "_" not in text:
                return float(text) if text.strip() else np.nan
        except ValueError:
            pass
        self.refuse(at, RejectCode.NOT_A_NUMBER, field, "This is not a number.")
        return np.nan

    def _qualities(self, texts: Texts | None) -> list[QualityFlag] | None:
        if texts is None:
            return None
        known = {flag.name: flag for flag in QUALITIES} | {"": QualityFlag.OK}
        for at, text in enumerate(texts):
            if text.strip() not in known:
                message = f"This is one of {', '.join(flag.name for flag in QUALITIES)}."
                self.refuse(at, RejectCode.OUT_OF_RANGE, "quality", message)
        return [known.get(text.strip(), QualityFlag.OK) for text in texts]

    def _names(self, texts: Mapping[str, Texts]) -> list[Named]:
        if not texts:
            return [Named()] * self._size
        rows = list(zip(*texts.values(), strict=True))
        known: dict[tuple[str, ...], Named | Rejected] = {
            row: _named(dict(zip(texts, row, strict=True))) for row in set(rows)
        }
        names = []
        for at, row in enumerate(rows):
            name = known[row]
            if isinstance(name, Rejected):
                self.refuse(at, name.code, name.field, name.message)
            names.append(name if isinstance(name, Named) else Named())
        return names


def _ordinal(text: str) -> int:
    """The proleptic ordinal of a day, 0 for what is none."""
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return 0


def _named(texts: dict[str, str]) -> Named | Rejected:
    """What names a series, or why it cannot."""
    said = {field: text.strip() for field, text in texts.items() if text.strip()}
    version, surface = said.pop("version", None), said.pop("surface", None)
    if surface is not None and surface not in Surface.__members__:
        message = f"This is one of {', '.join(Surface.__members__)}."
        return Rejected(0, RejectCode.UNKNOWN_SERIES, "surface", message)
    if version is not None and not (version.isascii() and version.isdigit() and len(version) < 9):
        message = "A version is a number."
        return Rejected(0, RejectCode.UNKNOWN_SERIES, "version", message)
    name = Named(**said)  # type: ignore[arg-type]  # the others are texts
    return replace(
        name,
        version=None if version is None else int(version),
        surface=None if surface is None else Surface[surface],
    )
