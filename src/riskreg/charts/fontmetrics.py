"""How wide a text is and which letters there are, read from the font files themselves.

Charts place labels and tables cut titles by these widths, so neither guesses and neither needs
a layout engine.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from sys import byteorder

from riskreg.kit.places import shipped

REGULAR = "Inter-Regular.ttf"
SEMIBOLD = "Inter-SemiBold.ttf"
SERIF = "RiskregSerif-SemiBold.ttf"

# Asked in this order for a character that the face of the text does not have.
FALLBACKS = (
    "NotoSansJP-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansKR-Regular.otf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansThai-Regular.ttf",
)
MISSING = "□"
ELLIPSIS = "…"

# Joiners and direction marks print nothing and are in no font that we ship.
_INVISIBLE = frozenset(range(0x200B, 0x2010)) | frozenset(range(0x202A, 0x202F)) | {0x2060, 0xFEFF}


@dataclass(frozen=True)
class Face:
    """One font file: the advance of each character in units of one em."""

    file: str
    advances: dict[int, float]

    def __contains__(self, character: str) -> bool:
        return ord(character) in self.advances


def _uint16(data: bytes, start: int, count: int) -> array[int]:
    numbers = array("H", data[start : start + 2 * count])
    if byteorder == "little":
        numbers.byteswap()
    return numbers


def _tables(data: bytes) -> dict[str, tuple[int, int]]:
    (count,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(count))
    return {tag.decode("ascii"): (start, length) for tag, _, start, length in records}


def _format_4(data: bytes, start: int) -> Iterable[tuple[int, int]]:
    """Pairs of character and glyph of a cmap subtable in format 4."""
    (double,) = struct.unpack_from(">H", data, start + 6)
    count = double // 2
    ends = _uint16(data, start + 14, count)
    starts = _uint16(data, start + 16 + double, count)
    deltas = _uint16(data, start + 16 + 2 * double, count)
    offsets_at = start + 16 + 3 * double
    offsets = _uint16(data, offsets_at, count)
    for i in range(count):
        for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
            glyph = code
            if offsets[i]:
                at = offsets_at + 2 * i + offsets[i] + 2 * (code - starts[i])
                (glyph,) = struct.unpack_from(">H", data, at)
                if not glyph:
                    continue
            yield code, (glyph + deltas[i]) & 0xFFFF


def _characters(data: bytes, cmap: int) -> dict[int, int]:
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for i in range(count):
        _, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * i)
        (kind,) = struct.unpack_from(">H", data, cmap + offset)
        if kind == 4:
            return dict(_format_4(data, cmap + offset))
    raise ValueError("the font has no cmap of format 4")


@cache
def face(file: str) -> Face:
    """The widths of one of the shipped font files."""
    data = (shipped("reports") / "fonts" / file).read_bytes()
    tables = _tables(data)
    (em,) = struct.unpack_from(">H", data, tables["head"][0] + 18)
    (long_count,) = struct.unpack_from(">H", data, tables["hhea"][0] + 34)
    widths = _uint16(data, tables["hmtx"][0], 2 * long_count)[::2]
    last = long_count - 1
    characters = _characters(data, tables["cmap"][0])
    return Face(file, {code: widths[min(glyph, last)] / em for code, glyph in characters.items()})


@cache
def _advance(character: str, file: str) -> float:
    if ord(character) in _INVISIBLE:
        return 0.0
    for name in (file, *FALLBACKS):
        found = face(name).advances.get(ord(character))
        if found is not None:
            return found
    return 1.0


def width(text: str, size: float, file: str = REGULAR) -> float:
    """How wide `text` prints, in the unit of `size` (without kerning, so at most a little less)."""
    return size * sum(_advance(character, file) for character in text)


def missing(text: str) -> tuple[str, ...]:
    """The characters of `text` that no shipped font has, each once, in order."""
    faces = (REGULAR, *FALLBACKS)
    gone = (
        character
        for character in text
        if not character.isspace()
        and ord(character) not in _INVISIBLE
        and not any(character in face(name) for name in faces)
    )
    return tuple(dict.fromkeys(gone))


def printable(text: str) -> str:
    """The text with □ for each character that no shipped font has."""
    for character in missing(text):
        text = text.replace(character, MISSING)
    return text


def needed(text: str) -> tuple[str, ...]:
    """The fallback files that this text needs besides Inter and the serif."""
    latin = face(REGULAR)
    rest = {character for character in text if character not in latin and not character.isspace()}
    files = []
    for name in FALLBACKS:
        taken = {character for character in rest if character in face(name)}
        rest -= taken
        if taken:
            files.append(name)
    return tuple(files)


def _break(text: str, room: float, size: float, file: str) -> tuple[str, str]:
    """What fits on one line, and the rest; a word wider than the line is cut inside."""
    if width(text, size, file) <= room:
        return text, ""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size, file) > room:
            break
        line = longer
    if line:
        return line, text[len(line) :].lstrip()
    end = 1
    while end < len(text) and width(text[: end + 1], size, file) <= room:
        end += 1
    return text[:end], text[end:]


def lines(text: str, room: float, *, size: float, file: str = REGULAR) -> int:
    """How many lines of width `room` the text takes."""
    count, rest = 0, " ".join(text.split(" "))
    while rest:
        _, rest = _break(rest, room, size, file)
        count += 1
    return count


def cut(
    text: str,
    room: float,
    *,
    size: float,
    file: str = REGULAR,
    lines: int = 1,
    last: float | None = None,
) -> str:
    """The text if it fits `lines` lines of width `room`, else cut at a word and ended by "…".

    `last` is the room on the last line, where something follows on it.
    """
    final = room if last is None else last
    text = " ".join(text.split())
    taken: list[str] = []
    rest = text
    for _ in range(lines - 1):
        line, rest = _break(rest, room, size, file)
        taken.append(line)
        if not rest:
            return text
    if width(rest, size, file) <= final:
        return text
    line, _ = _break(rest, final - width(ELLIPSIS, size, file), size, file)
    return " ".join([*taken, line.rstrip(" ,;:(–-")]) + ELLIPSIS
