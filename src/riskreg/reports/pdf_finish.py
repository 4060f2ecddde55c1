"""What WeasyPrint 70 leaves open in a PDF/UA-1 file, closed just before it is written.

Running heads and feet become artifacts, headers of tables say what they head, annotations print,
every glyph has a text, the metadata can be read without unpacking, and no stream ends in a
carriage return.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

import pydyf

# A deflated stream that ends in CR is read as one byte too short by readers that take CR LF
# before "endstream" for one end of line; some validators do.
CR_AT_END = b"\r\nendstream"

_PRINT = 4  # the third bit of an annotation's flags
_SCOPES = {"row": "/Row", "col": "/Column"}


class Box(Protocol):
    """A box of WeasyPrint's layout, as far as it is used here."""

    element_tag: str | None
    children: tuple[Box, ...]


class Page(Protocol):
    """A page of WeasyPrint's layout."""

    _page_box: Box


class Document(Protocol):
    """A document of WeasyPrint."""

    pages: list[Page]


def _boxes(box: Box) -> Iterator[Box]:
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(getattr(child, "_box", child))


def _scope_headers(document: Document) -> None:
    """Give each TH its scope, from the `scope` of the cell in the HTML."""
    for page in document.pages:
        for box in _boxes(page._page_box):  # noqa: SLF001 - WeasyPrint offers no other way
            mark = getattr(box, "mark", None)
            if box.element_tag == "th" and isinstance(mark, pydyf.Dictionary):
                element = getattr(box, "element", None)
                said = "col" if element is None else element.get("scope", "col")
                mark["A"]["Scope"] = _SCOPES.get(said, "/Column")


def _number(reference: bytes | str) -> int:
    text = reference.decode() if isinstance(reference, bytes) else reference
    return int(text.split()[0])


def _reachable(pdf: pydyf.PDF, start: int) -> set[int]:
    """Numbers of the structure elements under that one."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        kids = pdf.objects[number].get("K", ()) if hasattr(pdf.objects[number], "get") else ()
        waiting += [_number(kid) for kid in kids if isinstance(kid, bytes | str)]
    return seen


def _as_artifacts(stream: pydyf.Stream, marks: set[int]) -> None:
    """Turn the marked content of those numbers into artifacts."""
    items = stream.stream
    for index, item in enumerate(items):
        if item == b"BDC" and items[index - 1].get("MCID") in marks:
            items[index - 2 : index + 1] = ["/Artifact", b"", b"BMC"]


def _free_running_content(pdf: pydyf.PDF) -> None:
    """Content of margin boxes is no part of the structure, so it must be marked as artifact."""
    root = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
    linked = _reachable(pdf, _number(root["K"][0]))
    nums = pdf.objects[_number(root["ParentTree"])]["Nums"]
    for index, reference in enumerate(pdf.page_references):
        page = pdf.objects[_number(reference)]
        parents = nums[2 * index + 1]
        loose = {mark for mark, parent in enumerate(parents) if _number(parent) not in linked}
        _as_artifacts(pdf.objects[_number(page["Contents"])], loose)
        for mark in loose:
            parents[mark] = "null"
    for number, thing in enumerate(pdf.objects):
        is_element = isinstance(thing, pydyf.Dictionary) and thing.get("Type") == "/StructElem"
        if is_element and number not in linked:
            thing.clear()


def _print_annotations(pdf: pydyf.PDF) -> None:
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Dictionary) and thing.get("Type") == "/Annot":
            thing["F"] = int(thing.get("F", 0)) | _PRINT


def _name_all_glyphs(pdf: pydyf.PDF) -> None:
    """Give a dot or a mark that is drawn apart from its letter a text: a joiner, which is silent.

    Arabic fonts build one letter from several glyphs, and WeasyPrint tells the letter of the first
    only; an empty entry in the table of a font is not valid.
    """
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Stream) and b"begincmap" in thing.stream:
            thing.stream = [
                item[:-2] + b"<200d>" if isinstance(item, bytes) and item.endswith(b"<>") else item
                for item in thing.stream
            ]


def _packed(stream: pydyf.Stream) -> bytes:
    return zlib.compress(b"\n".join(pydyf._to_bytes(item) for item in stream.stream), 9)  # noqa: SLF001


def _settle_streams(pdf: pydyf.PDF) -> None:
    """Leave the metadata plain, and spell in hexadecimal what would end in CR."""
    for thing in pdf.objects:
        if not isinstance(thing, pydyf.Stream):
            continue
        if thing.extra.get("Type") == "/Metadata":
            thing.compress = False
        elif thing.compress and _packed(thing).endswith(b"\r"):
            thing.stream = [_packed(thing).hex().encode() + b">"]
            thing.extra["Filter"] = "[/ASCIIHexDecode /FlateDecode]"
            thing.compress = False


def finish(document: Document, pdf: pydyf.PDF, padding: int = 0) -> None:
    """Close the gaps; `padding` adds unused objects, which changes how the last stream ends."""
    _scope_headers(document)
    _free_running_content(pdf)
    _print_annotations(pdf)
    _name_all_glyphs(pdf)
    _settle_streams(pdf)
    for _ in range(padding):
        pdf.add_object(pydyf.Dictionary({"Type": "/Padding"}))
