"""How the register is read at a moment: through a view, at an entry and a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Executable, func, select

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.db import Rows
from riskreg.kit.journal import Entry
from riskreg.kit.view import View

Run = Callable[[View, Executable], Awaitable[Rows]]
"""Runs a statement through a view: `Database.rows`, or that of a request, which counts them."""


@dataclass(frozen=True)
class Reading:
    """A view, and what runs statements through it."""

    run: Run
    view: View

    @property
    def day(self) -> date:
        """The day it is then, in the organisation's zone."""
        return day_of(self.view.now)

    async def fetch(self, statement: Executable) -> Rows:
        """The rows of one statement."""
        return await self.run(self.view, statement)

    def at(self, now: datetime, seq: int) -> Reading:
        """The same actor's reading at another entry and time."""
        return Reading(self.run, View(self.view.actor, now, seq))


def day_of(instant: datetime) -> date:
    """The day of an instant, in the organisation's zone."""
    return today(instant, settings.current().zone)


async def moments_before(
    reading: Reading, instants: Sequence[datetime]
) -> list[tuple[datetime, Reading]]:
    """The readings at earlier instants, without those at which nothing was written yet."""
    if not instants:
        return []
    newest = [select(func.max(Entry.seq)).where(Entry.at <= at) for at in instants]
    labelled = [one.scalar_subquery().label(f"seq_{n}") for n, one in enumerate(newest)]
    [seqs] = await reading.fetch(select(*labelled))
    pairs = zip(instants, seqs, strict=True)
    return [(at, reading.at(at, seq)) for at, seq in pairs if seq is not None]
