"""Texts that people type: what is refused, and the forms in which they are searched."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from riskreg.kit.errors import UserError

_BREAKS = "\t\n\u2028\u2029"
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_SURROGATE = "\ud800-\udfff"
_BIDI = "\u202a-\u202e\u2066-\u2069"
_NO_CHARACTER = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_REASONS = {
    _BREAKS: "a line break or tab in a text of one line",
    _CONTROL: "a control character",
    _SURROGATE: "half of a character (a lone surrogate)",
    _BIDI: "a mark that turns the direction of writing",
    _NO_CHARACTER: "not a character of Unicode",
}
_ASCII_WORD = re.compile("[A-Za-z0-9]+")
_HOSTILE = re.compile(f"[{_CONTROL}{_SURROGATE}{_BIDI}{_NO_CHARACTER}]")
_HOSTILE_OR_BREAK = re.compile(f"[{_BREAKS}{_CONTROL}{_SURROGATE}{_BIDI}{_NO_CHARACTER}]")

INVISIBLE = frozenset("\u00ad\u180e\u200b\u2060\ufeff")
"""Characters that take no room; a text of nothing else is empty."""

KANA_VOICED = "\u3099\u309a"
"""Marks that make another syllable of a Kana (ka, ga), so they are no mere accents."""

CJK = (
    (0x1100, 0x11FF),  # Hangul letters, of which a decomposed syllable consists
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3130, 0x318F),  # Hangul letters that stand alone
    (0x31F0, 0x31FF),  # small Katakana
    (0x3400, 0x4DBF),  # ideographs, extension A
    (0x4E00, 0x9FFF),  # ideographs
    (0xAC00, 0xD7AF),  # Hangul syllables
    (0xF900, 0xFAFF),  # ideographs for compatibility
    (0x20000, 0x323AF),  # ideographs, extensions B to H
)
"""Scripts written without blanks between words."""


def clean(
    value: str, *, limit: int, field: tuple[str | int, ...] | str, multiline: bool = False
) -> str:
    """The text in NFC without blanks around it, if it holds nothing hostile and fits `limit`.

    Raises a `UserError` for `field` otherwise: INVALID_TEXT or TOO_LONG. Line breaks and tabs
    are for texts of several lines; CR LF counts as one break.
    """
    path = (field,) if isinstance(field, str) else field
    if len(value) > limit * 4:
        raise _too_long(limit, path)
    if multiline:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    if found := (_HOSTILE if multiline else _HOSTILE_OR_BREAK).search(value):
        reason = next(why for those, why in _REASONS.items() if re.match(f"[{those}]", found[0]))
        message = f"Character {found.start() + 1} (U+{ord(found[0]):04X}) is {reason}."
        raise UserError(message, code="INVALID_TEXT", field=path)
    value = unicodedata.normalize("NFC", value).strip()
    if len(value) > limit:
        raise _too_long(limit, path)
    return "" if all(character in INVISIBLE for character in value) else value


def required(
    value: str, *, limit: int, field: tuple[str | int, ...] | str, multiline: bool = False
) -> str:
    """The clean text, which must not be empty (else a `UserError` REQUIRED)."""
    value = clean(value, limit=limit, field=field, multiline=multiline)
    if not value:
        path = (field,) if isinstance(field, str) else field
        raise UserError("This must not be empty.", code="REQUIRED", field=path)
    return value


def optional(
    value: str | None, *, limit: int, field: tuple[str | int, ...] | str, multiline: bool = False
) -> str | None:
    """The clean text, or None where it is absent or empty."""
    if value is None:
        return None
    return clean(value, limit=limit, field=field, multiline=multiline) or None


def _too_long(limit: int, field: tuple[str | int, ...]) -> UserError:
    return UserError(f"This is longer than {limit} characters.", code="TOO_LONG", field=field)


def fold(text: str) -> str:
    """The text as it compares when case, accents and width do not matter: `Élan` is `elan`."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    letters = unicodedata.normalize("NFKD", decomposed)
    plain = "".join(c for c in letters if not unicodedata.combining(c) or c in KANA_VOICED)
    return unicodedata.normalize("NFKC", plain)


def search_text(text: str) -> str:
    """The words of a text as they are indexed: folded, one blank apart, CJK in pairs."""
    return " ".join(_tokens(text))


def query_terms(text: str) -> tuple[str, ...]:
    """The words of a search in the same form, each once, in the order typed.

    A single CJK character is kept as it is: an index holds it only inside pairs, so match
    terms by their beginning.
    """
    return tuple(dict.fromkeys(_tokens(text, single=True)))


def _tokens(text: str, *, single: bool = False) -> list[str]:
    tokens: list[str] = []
    for run in _runs(fold(text)):
        if not _is_cjk(run[0]) or len(run) == 1:
            tokens.append(run)
        else:
            tokens.extend(first + second for first, second in pairwise(run))
            if not single:
                tokens.append(run[-1])
    return tokens


def _runs(text: str) -> list[str]:
    """Letters and digits that belong together, CJK apart from the rest."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    runs: list[str] = []
    previous: bool | None = None
    for character in text:
        if not _belongs(character):
            previous = None
            continue
        cjk = _is_cjk(character)
        if cjk == previous:
            runs[-1] += character
        else:
            runs.append(character)
        previous = cjk
    return runs


def _belongs(character: str) -> bool:
    """Whether a character is part of a word; the vowel signs of Indic scripts are marks."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _is_cjk(character: str) -> bool:
    code = ord(character)
    return code >= CJK[0][0] and any(first <= code <= last for first, last in CJK)
