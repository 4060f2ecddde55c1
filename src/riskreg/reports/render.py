"""HTML to PDF, in a process of its own that can be stopped, cannot fetch and cannot grow.

WeasyPrint needs Pango from the system. Only the process that renders imports it, so that
everything else works without, and its absence is an error with the line to type.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from riskreg.reports import assets

PANGO_LINE = "apt-get install -y --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0"

_MEBIBYTE = 1 << 20
_COMMAND = (sys.executable, "-P", "-m", "riskreg.reports.pdf_child")
_REASONS = {
    "SIGXCPU": " (its limit of processor time)",
    "SIGSEGV": " (perhaps its limit of memory)",
    "SIGABRT": " (perhaps its limit of memory)",
    "SIGTRAP": " (perhaps its limit of memory)",  # how GLib ends where it gets none
}
_CONFIG = '<?xml version="1.0"?><fontconfig><cachedir>{0}</cachedir></fontconfig>'


class RenderError(Exception):
    """Why there is no PDF: a `code` for programs and a text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Limits:
    """What one rendering may use."""

    wall_seconds: float = 60
    cpu_seconds: int = 60
    memory_bytes: int = 1024 * _MEBIBYTE
    file_bytes: int = 64 * _MEBIBYTE


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF."""

    name: str
    description: str
    content: bytes


@dataclass(frozen=True)
class Job:
    """Everything that decides the bytes of a PDF; `as_of` is its date of creation."""

    html: str
    as_of: datetime
    identifier: str
    attachments: tuple[Attachment, ...] = ()
    max_pages: int | None = None

    def encoded(self, limits: Limits) -> bytes:
        """The job as the child reads it."""
        return json.dumps(
            {
                "html": self.html,
                "as_of": self.as_of.isoformat(),
                "identifier": self.identifier,
                "max_pages": self.max_pages,
                "fonts": str(assets.fonts()),
                "cpu_seconds": limits.cpu_seconds,
                "memory_bytes": limits.memory_bytes,
                "file_bytes": limits.file_bytes,
                "attachments": [
                    {
                        "name": attachment.name,
                        "description": attachment.description,
                        "content": base64.b64encode(attachment.content).decode("ascii"),
                    }
                    for attachment in self.attachments
                ],
            }
        ).encode()


def _environment(folder: str) -> dict[str, str]:
    """Nothing of ours but where to find the code; no fonts of the system, no secrets."""
    config = Path(folder, "fonts.conf")
    config.write_text(_CONFIG.format(folder), encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "FONTCONFIG_FILE": str(config),
        "HOME": folder,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TMPDIR": folder,
        "XDG_CACHE_HOME": folder,
    }


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End the child and all it may have started."""
    if process.returncode is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        await process.wait()


async def _run(job: bytes, folder: str, limits: Limits, command: Sequence[str]) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limits.wall_seconds):
            out, err = await process.communicate(job)
    except TimeoutError:
        seconds = f"{limits.wall_seconds:g}"
        raise RenderError("TIMEOUT", f"the PDF was not ready after {seconds} s") from None
    finally:
        await _stop(process)
    if process.returncode:
        raise _ended(process.returncode, err.decode(errors="replace"))
    return out


def _ended(code: int, said: str) -> RenderError:
    if code < 0:
        name = signal.Signals(-code).name
        return RenderError("KILLED", f"the renderer was stopped by {name}{_REASONS.get(name, '')}")
    last = said.strip().splitlines()[-1:] or ["no message"]
    return RenderError("CRASHED", f"the renderer ended with code {code}: {last[0]}")


def _answer(out: bytes) -> bytes:
    """The PDF of the child's answer, or the error that it tells."""
    head, _, pdf = out.partition(b"\n")
    try:
        said = json.loads(head)
    except ValueError:
        raise RenderError("CRASHED", "the renderer gave no answer") from None
    if said["code"] == "PANGO_MISSING":
        raise RenderError("PANGO_MISSING", f"PDFs need Pango ({said['message']}): {PANGO_LINE}")
    if said["code"] != "OK":
        raise RenderError(said["code"], said["message"])
    return pdf


async def render_pdf(
    html: str,
    *,
    as_of: datetime,
    identifier: str,
    attachments: Sequence[Attachment] = (),
    max_pages: int | None = None,
    limits: Limits | None = None,
    command: Sequence[str] = _COMMAND,
) -> bytes:
    """The HTML as PDF/UA-1; the same arguments and libraries give the same bytes everywhere.

    Raises `RenderError`: PANGO_MISSING, TIMEOUT, KILLED, OUT_OF_MEMORY, REFUSED_URL, WARNINGS,
    TOO_MANY_PAGES or CRASHED. A warning of the renderer is an error, because each one is a
    rule, a font or a picture that the reader would miss.
    """
    limits = limits or Limits()
    job = Job(html, as_of, identifier, tuple(attachments), max_pages)
    with TemporaryDirectory(prefix="riskreg-pdf-", ignore_cleanup_errors=True) as folder:
        return _answer(await _run(job.encoded(limits), folder, limits, command))
