"""At which entry and time a report looks at the register, and how it reads there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, func, select

from riskreg import settings
from riskreg.kit.clock import today
from riskreg.kit.db import Database, Rows
from riskreg.kit.errors import UserError
from riskreg.kit.journal import Entry
from riskreg.kit.view import Actor, View
from riskreg.risks.models import ScoringMatrix

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


@dataclass(frozen=True)
class Moment:
    """A reading at a fixed entry, with the head of the journal there (`seq:hash`)."""

    reading: Reading
    seq: int
    head: str


def day_of(instant: datetime) -> date:
    """The day of an instant, in the organisation's zone."""
    return today(instant, settings.current().zone)


def local(instant: datetime) -> datetime:
    """The instant in the organisation's zone."""
    return instant.astimezone(ZoneInfo(settings.current().zone))


async def moment(db: Database, actor: Actor, as_of: datetime | None) -> Moment:
    """The register at an instant, or as it is now.

    All statements of a report read the one entry, however much is written meanwhile. UserError
    for an instant of which nothing can be told.
    """
    now = db.clock.now()
    if as_of is not None and as_of > now:
        raise _unknown("asOf lies in the future: nothing is known of it.")
    newest = select(Entry.seq, Entry.at, Entry.hash).order_by(Entry.seq.desc()).limit(1)
    if as_of is not None:
        newest = newest.where(Entry.at <= as_of)
    found = await db.rows(db.view(actor), newest)
    if not found:
        raise _unknown("The register did not exist then.")
    [entry] = found
    view = View(actor, as_of or max(now, entry.at), entry.seq)
    matrix = view.of(ScoringMatrix)
    begun = select(matrix.id).where(matrix.valid_from <= view.now).limit(1)
    if not await db.rows(view, begun):
        raise _unknown("No scoring matrix was in force then, so nothing can be rated.")
    return Moment(Reading(db.rows, view), entry.seq, f"{entry.seq}:{entry.hash}")


def _unknown(message: str) -> UserError:
    return UserError(message, code="OUT_OF_RANGE", field=("asOf",))


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
