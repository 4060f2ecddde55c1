"""At which entry and time a report looks at the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from riskreg import settings
from riskreg.kit.db import Database
from riskreg.kit.errors import UserError
from riskreg.kit.journal import Entry
from riskreg.kit.view import Actor, View
from riskreg.risks.models import ScoringMatrix
from riskreg.risks.moments import Reading


@dataclass(frozen=True)
class Moment:
    """A reading at a fixed entry, with the head of the journal there (`seq:hash`)."""

    reading: Reading
    seq: int
    head: str


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
