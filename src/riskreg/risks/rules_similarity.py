"""How alike two short texts are, to offer similar open risks before one is logged twice.

Two views of the same folded text are mixed. The Jaccard index of the sets of words (P. Jaccard,
1912: common over all) sees the same words in another order; that of the sets of three-letter
pieces forgives endings, typing errors, and languages that write no blanks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SIMILAR_FROM = 0.25
"""From this likeness on a risk is worth showing: in the demo, rewordings reach 0.3, others 0.15."""

WEIGHT_OF_WORDS = 0.5

_WORD = re.compile(r"\w+")
_STOP_WORDS = frozenset(
    re.split(
        r"\W+",
        "a an and are as at be by for from has have in into is it its of on or our that the their "
        "them this to was were will with",
    )
)


@dataclass(frozen=True)
class Fingerprint:
    """What is compared of a text: its words and its three-letter pieces, folded."""

    words: frozenset[str]
    pieces: frozenset[str]


def folded(text: str) -> str:
    """The text without case, accents and width: "Déjà VU" and "deja vu" fold alike."""
    split = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def fingerprint(text: str) -> Fingerprint:
    """What is compared of a text; common small words are left out unless there are no others."""
    found = _WORD.findall(folded(text))
    words = [word for word in found if word not in _STOP_WORDS] or found
    pieces = {piece for word in words for piece in _pieces(f" {word} ")}
    return Fingerprint(frozenset(words), frozenset(pieces))


def _pieces(word: str) -> Iterable[str]:
    return (word[at : at + 3] for at in range(len(word) - 2))


def likeness(one: Fingerprint, other: Fingerprint) -> float:
    """How alike two fingerprints are, 0 (nothing in common) to 1 (the same words)."""
    pieces = _jaccard(one.pieces, other.pieces)
    if min(len(one.words), len(other.words)) == 1:  # one word, or a language without blanks
        return pieces
    return WEIGHT_OF_WORDS * _jaccard(one.words, other.words) + (1 - WEIGHT_OF_WORDS) * pieces


def similarity(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1; the order of the words does not count."""
    return likeness(fingerprint(one), fingerprint(other))


def most_similar(
    text: str, others: Mapping[str, str], limit: int = 3, at_least: float = SIMILAR_FROM
) -> tuple[tuple[str, float], ...]:
    """The keys of the texts most like a text, with their likeness, best first; ties by key."""
    mine = fingerprint(text)
    scored = ((key, likeness(mine, fingerprint(other))) for key, other in others.items())
    good = sorted(((key, score) for key, score in scored if score >= at_least), key=_best_first)
    return tuple(good[:limit])


def _best_first(found: tuple[str, float]) -> tuple[float, str]:
    return -found[1], found[0]


def _jaccard(one: Iterable[str], other: Iterable[str]) -> float:
    here, there = frozenset(one), frozenset(other)
    together = here | there
    return len(here & there) / len(together) if together else 0.0
