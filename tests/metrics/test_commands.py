"""`riskreg ingest`: what it keeps, what it says, and with which code it exits."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import select

from riskreg.kit.errors import Forbidden
from riskreg.metrics.commands import ingest_file
from riskreg.metrics.models import MetricSeries, ObservationBatch
from riskreg.people.permits import SYSTEM
from tests.cast import Register
from tests.metrics.arranged import a_metric, a_series
from tests.metrics.test_ingest import everything

HEADING = "metric,label,period_start,numerator,denominator\n"
GOOD = "GOLD_ACC,a,2026-11-09,3,4\nGOLD_ACC,a,2026-11-10,1,3\n"


async def labelled(register: Register) -> MetricSeries:
    return await a_series(register.db, await a_metric(register.db), label="a")


def a_file(folder: Path, text: str, name: str = "gold.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


async def batches(register: Register) -> list[tuple[Any, ...]]:
    view = register.view()
    batch = view.of(ObservationBatch)
    counts = (batch.accepted, batch.restated, batch.unchanged, batch.rejected)
    rows = await register.db.rows(view, select(batch.source, *counts).order_by(batch.seq))
    return [tuple(row) for row in rows]


async def test_a_file_comes_in_and_comes_in_again(
    register: Register, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await labelled(register)
    path = a_file(tmp_path, HEADING + GOOD)
    assert await ingest_file(register.db, SYSTEM, path) == 0
    assert capsys.readouterr() == (
        "gold.csv: 2 accepted, 0 updated, 0 unchanged, 0 rejected.\n",
        "",
    )
    before = await everything(register)
    assert [len(rows) for rows in before] == [2, 2, 1]
    assert await ingest_file(register.db, SYSTEM, path, source="the platform") == 0
    assert capsys.readouterr().out == "gold.csv: 0 accepted, 0 updated, 2 unchanged, 0 rejected.\n"
    assert await everything(register) == before
    assert await batches(register) == [("gold.csv", 2, 0, 0, 0), ("the platform", 0, 0, 2, 0)]


async def test_bad_rows_are_told_by_line_and_the_others_kept(
    register: Register, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await labelled(register)
    bad = "GOLD_ACC,b,2026-11-09,3,4\nGOLD_ACC,a,2026-11-11,x,4\nGOLD_ACC,a,2026-11-12,5,4\n"
    many = "NONE,,2026-11-09,1,2\n" * 30
    path = a_file(tmp_path, HEADING + bad + GOOD + many)
    assert await ingest_file(register.db, SYSTEM, path) == 1
    said = capsys.readouterr()
    assert said.out == "gold.csv: 2 accepted, 0 updated, 0 unchanged, 33 rejected.\n"
    lines = said.err.splitlines()
    assert lines[:4] == [
        "gold.csv:2: series: The metric has no series of this scope.",
        "gold.csv:3: numerator: This is not a number.",
        "gold.csv:4: numerator: A part cannot be larger than the whole.",
        "gold.csv:7: metric: There is no such metric.",
    ]
    assert len(lines) == 21
    assert lines[20] == "… and 13 more"
    assert [len(rows) for rows in await everything(register)] == [2, 2, 1]


async def test_a_dry_run_writes_nothing(
    register: Register, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await labelled(register)
    seq = await register.seq()
    path = a_file(tmp_path, HEADING + GOOD)
    assert await ingest_file(register.db, SYSTEM, path, dry_run=True) == 0
    assert capsys.readouterr().out == (
        "gold.csv: 2 accepted, 0 updated, 0 unchanged, 0 rejected "
        "(a dry run: nothing was written).\n"
    )
    assert (await register.seq(), await everything(register)) == (seq, [[], [], []])


async def test_stdin_and_parquet_say_the_same(
    register: Register,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await labelled(register)
    text = io.BytesIO((HEADING + GOOD).encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=text))
    assert await ingest_file(register.db, SYSTEM, Path("-")) == 0
    assert capsys.readouterr().out == "stdin: 2 accepted, 0 updated, 0 unchanged, 0 rejected.\n"
    columns: dict[str, Sequence[object]] = {
        "metric": ["GOLD_ACC"] * 3,
        "label": ["a"] * 3,
        "period_start": ["2026-11-09", "2026-11-10", "2026-11-11"],
        "numerator": [3, 1, 9],
        "denominator": [4, 3, 9],
    }
    path = tmp_path / "gold.parquet"
    parquet.write_table(pa.table(columns), path)
    assert await ingest_file(register.db, SYSTEM, path) == 0
    assert capsys.readouterr().out == (
        "gold.parquet: 1 accepted, 0 updated, 2 unchanged, 0 rejected.\n"
    )


FILES = {
    "of another kind": ("gold.txt", HEADING, "A file of observations ends in .csv or .parquet."),
    "of other columns": ("gold.csv", "when,what\n", "There is no column 'when'; there are series,"),
    "that is no Parquet": ("gold.parquet", HEADING, "Parquet"),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_that_cannot_be_read_is_told_in_a_line(
    register: Register, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file, text, message = FILES[name]
    seq = await register.seq()
    assert await ingest_file(register.db, SYSTEM, a_file(tmp_path, text, file)) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{file}: {message}")
    assert await register.seq() == seq


async def test_a_file_that_is_not_there_is_told_in_a_line(
    register: Register, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await ingest_file(register.db, SYSTEM, tmp_path / "gold.csv") == 1
    assert capsys.readouterr().err == "gold.csv: No such file or directory.\n"


async def test_who_may_not_ingest_ingests_no_file(register: Register, tmp_path: Path) -> None:
    await labelled(register)
    seq = await register.seq()
    with pytest.raises(Forbidden):
        await ingest_file(register.db, register.cast.manager, a_file(tmp_path, HEADING + GOOD))
    assert await register.seq() == seq
