"""The code in the documents, so that tests can run what readers will type.

A fence says what its block is: `graphql`, `python`, `sh`, or `text` for what the block before it
prints. Blocks of one language in one document follow from each other, as in a notebook.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRINTED = "text"
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_END = "\x1e"


@dataclass(frozen=True)
class Block:
    """A fenced block, and what the document says that it prints."""

    language: str
    text: str
    prints: str | None = None


def document(name: str) -> str:
    """A document by its path from the root."""
    return (ROOT / name).read_text()


def section(text: str, heading: str) -> str:
    """What stands under a heading of the second level, up to the next one."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(text: str, *languages: str) -> list[Block]:
    """The blocks of a text in some languages, in order; each with what it prints, if told."""
    fences = _FENCED.findall(text)
    found = [
        Block(language, inner, after[1] if after[0] == PRINTED else None)
        for (language, inner), after in zip(fences, [*fences[1:], ("", "")], strict=True)
    ]
    return [block for block in found if block.language in languages]


def printed_by(
    told: list[Block], environment: Mapping[str, str], folder: Path, *, timeout: float = 120
) -> list[str]:
    """What each block prints when all of one language run in one process; all must succeed."""
    [language] = {block.language for block in told}
    command, end = {
        "python": ([sys.executable, "-"], f"\nprint({_END!r}, flush=True)\n"),
        "sh": (["sh", "-eu"], f"\nprintf '{_END}\\n'\n"),
    }[language]
    done = subprocess.run(
        command,
        input="".join(block.text + end for block in told),
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout.split(f"{_END}\n")[:-1]
