"""What happens inside, told to whoever counts it; this one forgets it.

The kit calls these; `kit.exposition` counts, for who serves. A command has nothing to count.
"""

from __future__ import annotations


class Meter:
    """Takes no notice; times are in seconds."""

    def wrote(self, waited: float, took: float) -> None:
        """An entry was committed: how long it waited for its turn, and how long it was open."""

    def answered(self, kind: str, outcome: str, took: float) -> None:
        """An operation (query, mutation, subscription) was answered: `ok`, or an error's code."""

    def following(self, followers: int) -> None:
        """So many follow the feed now."""

    def let_go(self, code: str) -> None:
        """A follower was let go, for being slow or because the server stops."""

    def lagged(self, seconds: float) -> None:
        """An entry was handed out so long after it was opened."""
