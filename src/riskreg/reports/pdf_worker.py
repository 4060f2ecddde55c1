"""Where WeasyPrint works; only the child process imports this module."""

from __future__ import annotations

import base64
import logging
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

from weasyprint import HTML, LOGGER
from weasyprint import Attachment as WeasyAttachment
from weasyprint.document import Document
from weasyprint.text.ffi import harfbuzz_subset
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from riskreg.reports.pdf_finish import CR_AT_END, finish

SCHEME = "font:"
_TRIES = 6  # one in 128 files has such an end; six tries fail once in 10^12
_MIME = {".ttf": "font/ttf", ".otf": "font/otf"}


class FontsOnly(URLFetcher):  # type: ignore[misc]
    """Gives the shipped fonts by name and refuses every other address."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.refused: list[str] = []
        self._files = {f"{SCHEME}{path.name}": path for path in folder.iterdir()}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The font of that name."""
        path = self._files.get(url)
        if path is None or path.suffix not in _MIME:
            self.refused.append(url[:200])
            raise PermissionError(url[:200])
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": _MIME[path.suffix]})


class Heard(logging.Handler):
    """Keeps what WeasyPrint warns about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Remember the message."""
        self.texts.append(record.getMessage())


def _attachments(job: dict[str, object], at: datetime) -> list[WeasyAttachment]:
    return [
        WeasyAttachment(
            string=base64.b64decode(given["content"]),
            name=given["name"],
            description=given["description"],
            created=at,
            modified=at,
            relationship="Data",
        )
        for given in cast("list[dict[str, str]]", job["attachments"])
    ]


def _made(job: dict[str, object], fetcher: FontsOnly) -> tuple[str, str, bytes]:
    html = HTML(string=cast("str", job["html"]), base_url="about:blank", url_fetcher=fetcher)
    document = html.render(pdf_variant="pdf/ua-1")
    most = cast("int | None", job["max_pages"])
    if most is not None and len(document.pages) > most:
        return "TOO_MANY_PAGES", f"{len(document.pages)} pages, but {most} allowed", b""
    pdf = b""
    for padding in range(_TRIES):
        pdf = _written(document, job, padding)
        if CR_AT_END not in pdf:
            break
    return "OK", "", pdf


def _written(document: Document, job: dict[str, object], padding: int) -> bytes:
    at = datetime.fromisoformat(cast("str", job["as_of"])).astimezone(UTC)
    pdf = document.write_pdf(
        pdf_variant="pdf/ua-1",
        pdf_identifier=cast("str", job["identifier"]).encode(),
        attachments=_attachments(job, at),
        finisher=partial(finish, padding=padding),
    )
    return cast("bytes", pdf)


def render(job: dict[str, object]) -> tuple[str, str, bytes]:
    """A code, a message and the PDF of the job."""
    if harfbuzz_subset is None:  # WeasyPrint would go on, and write other bytes
        return "PANGO_MISSING", "no libharfbuzz-subset", b""
    heard = Heard()
    LOGGER.handlers = [heard]
    LOGGER.setLevel(logging.WARNING)
    fetcher = FontsOnly(Path(cast("str", job["fonts"])))
    try:
        code, message, pdf = _made(job, fetcher)
    except FatalURLFetchingError:
        code, message, pdf = "REFUSED_URL", "", b""
    if fetcher.refused:  # WeasyPrint swallows some, and goes on without the picture
        return "REFUSED_URL", f"refused to fetch {fetcher.refused[0]}", b""
    if code == "OK" and heard.texts:
        return "WARNINGS", "; ".join(heard.texts[:5]), b""
    return code, message, pdf
