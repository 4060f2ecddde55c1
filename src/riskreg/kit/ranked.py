"""Words that have an order: LOW before HIGH, A1 before A4."""

from __future__ import annotations

from enum import StrEnum


class Ranked(StrEnum):
    """A word enum whose members compare by the order in which they are written, lowest first."""

    rank: int
    """The place of the member, from 0."""

    def __init__(self, word: str) -> None:
        self.rank = len(type(self).__members__)

    def __lt__(self, other: str) -> bool:
        return self.rank < type(self)(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= type(self)(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > type(self)(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= type(self)(other).rank
