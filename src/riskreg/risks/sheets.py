"""A file of risks once it is read, and what can be wrong with it, by line and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from riskreg.risks.rules_cells import Value
from riskreg.risks.rules_columns import Profile

MAX_BYTES = 20_000_000
MAX_ROWS = 10_000
MAX_COLUMNS = 100
_LONGEST = 300


@dataclass(frozen=True)
class RowError:
    """What is wrong in a line, in the column of this heading, or in the line as a whole."""

    line: int
    column: str | None
    message: str

    def __str__(self) -> str:
        where = f'column "{self.column}": ' if self.column else ""
        return printable(f"{self.line}: {where}{self.message}")


class RowErrors(Exception):
    """All that is wrong with a file, in its order."""

    def __init__(self, errors: tuple[RowError, ...]) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: error.line))
        super().__init__("; ".join(str(error) for error in self.errors[:3]))


def refuse(line: int, message: str, column: str | None = None) -> NoReturn:
    """End the reading of a file that cannot be read any further."""
    raise RowErrors((RowError(line, column, message),))


def printable(text: str) -> str:
    """A text that may hold anything as one line for a terminal."""
    short = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in short)


Cell = str | tuple[str, ...]
"""A cell as it stands in the file; JSON has lists too."""


@dataclass(frozen=True)
class RawRow:
    """The cells of a line under their headings; a line that cannot be read says why."""

    line: int
    headings: tuple[str, ...]
    cells: tuple[Cell, ...]
    heading_line: int = 1
    problem: RowError | None = None


@dataclass(frozen=True)
class SheetRow:
    """A line as values, by what they are called in `rules_columns`; only what the file has."""

    line: int
    values: Mapping[str, Value]

    @property
    def code(self) -> str | None:
        """The code of the risk that the line is about; None for a new one."""
        code = self.values.get("code")
        return code if isinstance(code, str) else None


@dataclass(frozen=True)
class Sheet:
    """A file whose cells can all be read; whether they fit the register is another matter."""

    profile: Profile
    rows: tuple[SheetRow, ...]
