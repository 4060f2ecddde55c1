"""The process that renders: takes its limits first, then imports WeasyPrint, then works.

Reads a job as JSON from standard input; writes one line of JSON and then the PDF.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import traceback
import warnings
from typing import BinaryIO, Protocol, cast

_NO_ROOM = (
    "failed to map segment",
    "Cannot allocate memory",
    "error return without exception set",  # there was no room for the MemoryError itself
)
_YIELDING = 5
"""How far a rendering stands back behind those who wait for an answer."""
_OUT_OF_MEMORY = "the PDF needs more memory than one rendering may use"


class Worker(Protocol):
    """What the module with WeasyPrint offers."""

    def render(self, job: dict[str, object]) -> tuple[str, str, bytes]:
        """A code, a message and the PDF of the job."""


def limit(job: dict[str, object]) -> None:
    """Take the limits of the job; a system that knows fewer of them applies those it knows."""
    os.nice(_YIELDING)
    for kind, value, spare in (
        # At the first second SIGXCPU, which says why; at the next SIGKILL.
        (resource.RLIMIT_CPU, job["cpu_seconds"], 1),
        (resource.RLIMIT_AS, job["memory_bytes"], 0),
        (resource.RLIMIT_FSIZE, job["file_bytes"], 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        most = cast("int", value)
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard - spare)
        resource.setrlimit(kind, (most, most + spare))


def attempt(job: dict[str, object]) -> tuple[str, str, bytes]:
    """The result of the job, every failure as a code and a message."""
    try:
        # There are no system fonts on purpose; WeasyPrint warns about that when imported.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            worker = cast("Worker", importlib.import_module("riskreg.reports.pdf_worker"))
        return worker.render(job)
    except MemoryError:
        return "OUT_OF_MEMORY", _OUT_OF_MEMORY, b""
    except (ImportError, OSError, SystemError) as error:
        said = str(error).partition("\n")[0]
        if any(sign in said for sign in _NO_ROOM):
            return "OUT_OF_MEMORY", _OUT_OF_MEMORY, b""
        if "cannot load library" in said:
            return "PANGO_MISSING", said, b""
        raise


def main() -> None:
    """Answer the one job of standard input."""
    answer: BinaryIO = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up inside the PDF
    job = cast("dict[str, object]", json.loads(sys.stdin.buffer.read()))
    limit(job)
    try:
        code, message, pdf = attempt(job)
    except Exception as error:  # noqa: BLE001 - the parent must hear of everything
        traceback.print_exc()
        code, message, pdf = "CRASHED", f"{type(error).__name__}: {error}", b""
    answer.write(json.dumps({"code": code, "message": message}).encode() + b"\n" + pdf)
    answer.flush()


if __name__ == "__main__":
    main()
