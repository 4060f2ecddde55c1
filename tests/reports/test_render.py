"""The PDF: valid, the same every time, and made by a process that cannot do anything else."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import page
import pdfua
import pikepdf
import pypdfium2
import pytest

from riskreg.reports import compose
from riskreg.reports import facts as f
from riskreg.reports.lint import visible
from riskreg.reports.pdf_finish import CR_AT_END
from riskreg.reports.render import Attachment, Limits, RenderError, render_pdf
from tests.reports import sample


@dataclass(frozen=True)
class Brief:
    """A rendered brief beside what it was made of."""

    facts: f.WhereWeStand
    composed: compose.Composed
    pdf: bytes


async def a_brief(facts: f.WhereWeStand) -> Brief:
    """The PDF of those facts on exactly one page."""
    composed = compose.where_we_stand(facts)
    pdf = await render_pdf(
        composed.html,
        as_of=facts.as_of,
        identifier=composed.content_hash,
        attachments=[Attachment("facts.json", "The facts of this brief", composed.facts)],
        max_pages=1,
    )
    return Brief(facts, composed, pdf)


def scripts() -> f.WhereWeStand:
    """The sample with titles in the scripts of the markets."""
    facts = sample.where_we_stand()
    titles = (
        "سلامة الأطفال في البث المباشر",
        "リスク登録簿の翻訳が遅れている",
        "儿童安全风险在直播中扩散",
        "ความเสี่ยงในการถ่ายทอดสด",
        "위험 등록부 Rủi ro ở Việt Nam, İstanbul’da çığ",
    )
    top = tuple(
        replace(risk, title=title, owner=title)
        for risk, title in zip(facts.top, titles, strict=True)
    )
    return replace(facts, top=top)


def crowded() -> f.WhereWeStand:
    """A bad day with the longest sentences at the head, a history in each figure, twelve asks."""
    facts = sample.bad_day()
    figures = tuple(
        replace(old, history=tuple(range(13, 25)), history_text="weekly since 31 Aug 2026")
        for old in facts.figures
    )
    unknown = replace(figures[2], now=f.count(None, "risks", source="register"), change=None)
    moved = (
        f.moved("WORSE", tuple(f"R-{number}" for number in range(101, 125))),
        f.moved("BETTER", ("R-201", "R-202", "R-203")),
        f.moved("NEW", ("R-301", "R-302", "R-303")),
        f.moved("CLOSED", ("R-401", "R-402", "R-403")),
    )
    asks = tuple(replace(facts.asks[0], code=f"D-{number}") for number in range(101, 125))
    return replace(facts, figures=(*figures[:2], unknown, *figures[3:]), moved=moved, asks=asks)


MAKERS = (sample.where_we_stand, sample.bad_day, sample.quiet_day, crowded, scripts)


@pytest.mark.parametrize("make", MAKERS)
async def test_a_brief_is_one_valid_page_and_the_same_twice(
    make: Callable[[], f.WhereWeStand], tmp_path: Path
) -> None:
    brief = await a_brief(make())
    path = tmp_path / "brief.pdf"
    path.write_bytes(brief.pdf)
    report = page.validate_pdf_bytes(brief.pdf, profile=page.ValidationProfile.PDF_UA_1)
    assert [str(failure) for failure in report.failures] == []
    assert report.is_compliant
    assert pdfua.Validator().validate(str(path)).findings == ()
    assert CR_AT_END not in brief.pdf
    with pikepdf.open(io.BytesIO(brief.pdf)) as pdf:
        assert len(pdf.pages) == 1
        ours = {"Inter", "Inter-Semi-Bold", "Riskreg-Serif-Semi-Bold"}
        assert _fonts(pdf) >= ours
        assert all(name.startswith("Riskreg-Fallback-") for name in _fonts(pdf) - ours)
    again = await a_brief(make())
    assert hashlib.sha256(again.pdf).hexdigest() == hashlib.sha256(brief.pdf).hexdigest()


def _fonts(pdf: pikepdf.Pdf) -> set[str]:
    """The fonts of the file, each of which must be embedded."""
    names = set()
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
            assert "/FontFile2" in thing or "/FontFile3" in thing
            names.add(str(thing.FontName).partition("+")[2])
    return names


@pytest.fixture(scope="module")
def brief() -> Brief:
    """The brief of the demo organisation."""
    return asyncio.run(a_brief(sample.where_we_stand()))


def test_the_file_says_what_it_is(brief: Brief) -> None:
    with pikepdf.open(io.BytesIO(brief.pdf)) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert str(pdf.docinfo.Title) == brief.composed.title
        assert str(pdf.docinfo.CreationDate) == str(pdf.docinfo.ModDate)
        assert str(pdf.docinfo.CreationDate).startswith("D:20261116")
        with pdf.open_outline() as outline:
            titles = [" ".join(item.title.split()) for item in outline.root]
        assert titles == [
            (
                "Three risks are outside tolerance, two more than on 9 Nov; three decisions are"
                " asked, the first by 18 Nov"
            )
        ]
        assert bytes(pdf.trailer.ID[0]) == brief.composed.content_hash.encode()


def test_the_facts_are_inside(brief: Brief) -> None:
    with pikepdf.open(io.BytesIO(brief.pdf)) as pdf:
        (name,) = pdf.attachments
        content = pdf.attachments[name].get_file().read_bytes()
    assert name == "facts.json"
    assert content == brief.composed.facts
    assert json.loads(content)["report_code"] == "RPT-012"


def test_charts_have_words_and_headers_a_scope(brief: Brief) -> None:
    with pikepdf.open(io.BytesIO(brief.pdf)) as pdf:
        elements = [
            thing
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/StructElem"
        ]
    figures = [element for element in elements if element.S == "/Figure"]
    headers = [element for element in elements if element.S == "/TH"]
    assert len(figures) == 8
    assert all(str(figure.Alt) for figure in figures)
    assert len(headers) == 3 + 8 + 5
    assert {str(header.A.Scope) for header in headers} == {"/Column"}


def test_everything_printed_lies_on_the_page_and_nothing_is_lost(brief: Brief) -> None:
    document = pypdfium2.PdfDocument(brief.pdf)
    text = document[0].get_textpage()
    printed = text.get_text_range()
    width, height = document[0].get_size()
    for index in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(index)
        assert 0 <= left <= right <= width
        assert 0 <= bottom <= top <= height
    expected = set(visible(brief.composed.html).text.split())
    missing = {word for word in expected if word not in printed and word.isalnum()}
    assert missing <= set(" ".join(_alternatives(brief)).split())
    assert "1 / 1" in printed
    text.close()
    document.close()


def _alternatives(brief: Brief) -> list[str]:
    with pikepdf.open(io.BytesIO(brief.pdf)) as pdf:
        return [
            str(thing.Alt).replace(",", "").replace(";", "")
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and "/Alt" in thing
        ]


async def refused(html: str, **changes: object) -> RenderError:
    """The error of a rendering that must fail."""
    with pytest.raises(RenderError) as caught:
        await render_pdf(html, as_of=sample.AS_OF, identifier="x", **changes)  # type: ignore[arg-type]
    return caught.value


HEAD = (
    '<!doctype html><html lang="en"><title>T</title><style>'
    + compose.font_faces("", compose.FONT_SCHEME)
    + "html{font-family:Inter}</style>"
)


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="x" src="http://127.0.0.1:9/a.png">',
        '<img alt="x" src="file:///etc/passwd">',
        '<link rel="stylesheet" href="https://localhost/x.css">',
        '<style>@import url("file:///etc/hostname");</style>',
        '<style>@font-face{font-family:a;src:url("font:../fonts/Inter-Regular.ttf")}</style>',
        '<style>body{background:url("ftp://127.0.0.1/a.png")}</style>',
        '<link rel="attachment" href="file:///etc/passwd">',
        (
            '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>x</title>'
            '<image href="file:///etc/passwd" width="9" height="9"/></svg>'
        ),
        '<object data="file:///etc/passwd">x</object>',
        '<p style="background:url(data:image/png;base64,AAAA)">x</p>',
    ],
)
async def test_the_renderer_fetches_nothing(body: str) -> None:
    error = await refused(f"{HEAD}<body>{body}<p>x</p></body></html>")
    assert error.code == "REFUSED_URL"
    assert str(error).startswith("refused to fetch ")


async def test_too_many_pages_are_an_error() -> None:
    pages = '<p style="break-after:page">x</p>' * 3
    error = await refused(f"{HEAD}<body>{pages}</body></html>", max_pages=1)
    assert error.code == "TOO_MANY_PAGES"
    assert str(error).endswith("pages, but 1 allowed")


async def test_a_warning_is_an_error() -> None:
    error = await refused(f"{HEAD}<style>p{{colour:red}}</style><body><p>x</p></body></html>")
    assert error.code == "WARNINGS"
    assert "colour" in str(error)


def python(code: str) -> tuple[str, ...]:
    """A process that stands in for the renderer."""
    return (sys.executable, "-c", code)


@pytest.mark.parametrize(
    ("code", "expected", "message"),
    [
        ("import os; os.kill(os.getpid(), 9)", "KILLED", "the renderer was stopped by SIGKILL"),
        ("import sys; sys.exit('no room')", "CRASHED", "the renderer ended with code 1: no room"),
        ("print('hello')", "CRASHED", "the renderer gave no answer"),
    ],
)
async def test_a_dead_renderer_is_a_clear_error(code: str, expected: str, message: str) -> None:
    error = await refused(HEAD, command=python(code))
    assert (error.code, str(error)) == (expected, message)


async def test_a_slow_renderer_is_stopped() -> None:
    limits = Limits(wall_seconds=0.3)
    error = await refused(HEAD, command=python("import time; time.sleep(60)"), limits=limits)
    assert (error.code, str(error)) == ("TIMEOUT", "the PDF was not ready after 0.3 s")


async def test_a_renderer_that_uses_up_its_processor_time_is_stopped() -> None:
    body = "<p>word</p>" * 40_000
    error = await refused(f"{HEAD}<body>{body}</body></html>", limits=Limits(cpu_seconds=2))
    assert (error.code, str(error)) == (
        "KILLED",
        "the renderer was stopped by SIGXCPU (its limit of processor time)",
    )


async def test_a_renderer_that_wants_more_memory_is_stopped() -> None:
    body = "<p>x</p>" * 6_000
    limits = Limits(memory_bytes=192 << 20)
    error = await refused(f"{HEAD}<body>{body}</body></html>", limits=limits)
    # Python notices in most places, the libraries in C do not.
    assert error.code in {"OUT_OF_MEMORY", "KILLED"}
    assert "memory" in str(error)


def failing(error: str) -> tuple[str, ...]:
    """A renderer that fails as it loads WeasyPrint."""
    return python(
        "import sys, types, riskreg.reports.pdf_child as child\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'weasyprint':\n"
        f"            raise {error}\n"
        "sys.meta_path.insert(0, Gone())\n"
        "child.main()\n"
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("MemoryError()", "OUT_OF_MEMORY"),
        ("ImportError('libpango.so: failed to map segment from shared object')", "OUT_OF_MEMORY"),
        ("OSError(12, 'Cannot allocate memory')", "OUT_OF_MEMORY"),
        ("SystemError('error return without exception set')", "OUT_OF_MEMORY"),
        ("SystemError('bad argument to internal function')", "CRASHED"),
        ("OSError(2, 'No such file or directory')", "CRASHED"),
    ],
)
async def test_a_renderer_says_that_it_had_no_room(error: str, expected: str) -> None:
    assert (await refused(HEAD, command=failing(error))).code == expected


async def test_without_pango_the_error_prints_the_line_to_type() -> None:
    missing = "OSError(\"cannot load library 'libpango-1.0-0': not found\")"
    error = await refused(HEAD, command=failing(missing))
    assert error.code == "PANGO_MISSING"
    assert str(error) == (
        "PDFs need Pango (cannot load library 'libpango-1.0-0': not found): apt-get install -y"
        " --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0"
    )


async def test_the_renderer_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RISKREG_SECRET", "hush")
    code = (
        "import os, json;"
        "print(json.dumps({'code': 'SEEN', 'message': ' '.join(sorted(os.environ))}))"
    )
    error = await refused(HEAD, command=python(code))
    assert str(error).split() == sorted(
        ["FONTCONFIG_FILE", "HOME", "LANG", "PATH", "PYTHONHASHSEED", "PYTHONPATH", "TMPDIR",
         "XDG_CACHE_HOME"]
    )  # fmt: skip
