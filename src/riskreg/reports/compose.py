"""Facts to HTML: one self-contained document, the same for the preview and for the PDF."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from riskreg.charts import fontmetrics
from riskreg.reports import assets
from riskreg.reports.facts import WhereWeStand, canonical, content_hash
from riskreg.reports.page import glyphs, page

if TYPE_CHECKING:
    import jinja2

FONT_SCHEME = "font:"  # the address of the fonts inside the PDF's renderer

_FACES = (
    ("Inter", 400, fontmetrics.REGULAR),
    ("Inter", 600, fontmetrics.SEMIBOLD),
    ("Riskreg Serif", 600, fontmetrics.SERIF),
)
_FALLBACK_FAMILIES = {
    file: f"Riskreg Fallback {number}" for number, file in enumerate(fontmetrics.FALLBACKS, start=1)
}


@dataclass(frozen=True)
class Composed:
    """A brief ready to be shown or rendered."""

    html: str
    facts: bytes  # canonical JSON, attached to the PDF
    content_hash: str
    title: str


def _printable(value: object) -> object:
    """What a template prints, without letters that no font has; charts come as they are."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return fontmetrics.printable(value)
    return value


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 (a tenth of a second that only a brief has to wait for)

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.root()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _folder(kind: str) -> Path:
    return assets.root() / kind


@cache
def template_bytes(kind: str) -> bytes:
    """The template and its style as they enter the hash of the report."""
    names = ("template.html", "style.css")
    return b"\0".join((_folder(kind) / name).read_bytes() for name in names)


def font_faces(text: str, fonts_at: str) -> str:
    """The @font-face rules for this text; fallbacks only where it needs them."""
    faces = [*_FACES, *((_FALLBACK_FAMILIES[f], 400, f) for f in fontmetrics.needed(text))]
    return "\n".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("{fonts_at}{file}")}}'
        for family, weight, file in faces
    )


def where_we_stand(facts: WhereWeStand, *, fonts_at: str = FONT_SCHEME) -> Composed:
    """The brief "Where we stand" as HTML; the preview gives the path of the fonts on its server."""
    digest = content_hash(facts, template_bytes("where_we_stand"))
    shown = page(facts)
    title = f"{shown.title}: {facts.organisation}, {shown.as_of}"
    style = (_folder("where_we_stand") / "style.css").read_text(encoding="utf-8")
    html = _environment().get_template("where_we_stand/template.html").render(
        page=shown,
        title=title,
        fingerprint=f"sha256 {digest}",
        created=facts.as_of.isoformat(),
        style=Markup(font_faces(glyphs(facts), fonts_at) + "\n" + style),  # noqa: S704 - our files
    )  # fmt: skip
    return Composed(html=html, facts=canonical(facts), content_hash=digest, title=title)
