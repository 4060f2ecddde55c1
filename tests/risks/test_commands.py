"""`riskreg import` and `riskreg export` as functions: what they print, and what they exit with."""

from pathlib import Path

import pytest

from riskreg.risks.commands import MOST_LINES, export_file, import_file
from riskreg.risks.writing import Format
from tests.cast import Register
from tests.factories import a_risk, an_assessed_risk
from tests.risks.files import exported


def file(folder: Path, text: str, name: str = "risks.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


async def test_an_import_says_what_became_of_the_file(
    register: Register, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await an_assessed_risk(register.db, register.cast.manager, register.cast.project)
    path = file(tmp_path, "code,title,status\nR-001,Other,OPEN\nR-002,New,\nR-003,Too,CLOSED\n")
    before = await register.seq()
    assert await import_file(register.db, register.cast.lead, path, dry_run=True) == 0
    assert await register.seq() == before
    notes = (
        'note: risks.csv:2: column "status": The register says "ASSESSED"; '
        "an import does not change that. (and 1 more in this column)\n"
    )
    assert capfd.readouterr() == (
        "risks.csv: 2 created, 1 updated, 0 unchanged (a dry run: nothing was written).\n" + notes,
        "",
    )
    assert await import_file(register.db, register.cast.lead, path, reason="Moved") == 0
    assert await register.seq() == before + 1
    assert capfd.readouterr().out == "risks.csv: 2 created, 1 updated, 0 unchanged.\n" + notes


REFUSED: list[tuple[str, str, list[str]]] = [
    (
        "risks.csv",
        "title,owner\nOne,P-999\nTwo,P-998\n",
        [
            'risks.csv:2: column "owner": There is no person "P-999".',
            'risks.csv:3: column "owner": There is no person "P-998".',
            "risks.csv: 2 things are wrong; nothing was written.",
        ],
    ),
    (
        "risks.json",
        "{}",
        [
            "risks.json:1: The file must be a list of objects: [{…}, {…}].",
            "risks.json: 1 thing is wrong; nothing was written.",
        ],
    ),
    ("risks.xls", "", ["risks.xls: A file ends in .csv, .xlsx or .json."]),
    ("risks", "", ["risks: A file ends in .csv, .xlsx or .json."]),
]


async def test_a_refused_import_names_file_line_and_column(
    register: Register, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = await register.seq()
    for name, text, lines in REFUSED:
        path = file(tmp_path, text, name)
        assert await import_file(register.db, register.cast.lead, path) == 1
        out, err = capfd.readouterr()
        assert (out, err.splitlines()) == ("", lines)
    assert await import_file(register.db, register.cast.lead, tmp_path / "no.csv") == 1
    assert capfd.readouterr().err == "no.csv: No such file or directory.\n"
    assert await register.seq() == before


async def test_many_errors_are_cut_short(
    register: Register, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, "code,title\n" + "x,A\n" * (MOST_LINES + 5))
    assert await import_file(register.db, register.cast.lead, path) == 1
    *_, last, end = capfd.readouterr().err.splitlines()
    assert last == "… and 5 more"
    assert end == f"risks.csv: {MOST_LINES + 5} things are wrong; nothing was written."


async def test_what_a_file_holds_cannot_play_with_the_terminal(
    register: Register, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, "title,\x1b[31m\nA,b\n")
    assert await import_file(register.db, register.cast.lead, path) == 1
    assert capfd.readouterr().err.startswith(r'risks.csv:1: column "\u001b[31m": The profile')


@pytest.mark.parametrize("format", [one.value for one in Format])
async def test_an_export_goes_to_a_file(register: Register, tmp_path: Path, format: str) -> None:
    await a_risk(register.db, register.cast.manager, register.cast.project)
    target = tmp_path / f"register.{format}"
    actor = register.cast.auditor
    assert await export_file(register.db, actor, format=format, target=target) == 0
    assert target.read_bytes() == await exported(register, Format(format))


async def test_an_export_goes_to_stdout_as_the_register_stood(
    register: Register, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    cast = register.cast
    risk = await a_risk(register.db, cast.manager, cast.project)
    register.clock.advance(days=1)
    await a_risk(register.db, cast.manager, cast.project)
    assert await export_file(register.db, cast.auditor, as_of=risk.updated_at) == 0
    assert capfdbinary.readouterr().out == await exported(register, as_of=risk.updated_at)


async def test_an_export_that_cannot_be_written_says_so(
    register: Register, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert await export_file(register.db, register.cast.auditor, target=tmp_path) == 1
    assert capfd.readouterr().err == f"{tmp_path.name}: Is a directory.\n"
