"""What has become of the risks since an earlier moment: opened, closed, moved, out of tolerance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from sqlalchemy import ColumnElement, Select, and_, or_, select

from riskreg.kit.db import Record
from riskreg.kit.graph import term
from riskreg.kit.view import Alias
from riskreg.risks.gathering import Gathered, gather
from riskreg.risks.models import Risk
from riskreg.risks.moments import Reading
from riskreg.risks.movements import Moved, appeared, moved
from riskreg.risks.overview import NOT_RUNNING, Movement, Placed, movement
from riskreg.risks.rules import ENDED, AppetiteStatus

CHUNK, MOST_KEYS = 500, 5_000
_DEADLINES = ("asserted_until", "holds_until", "above_from", "above_to", "out_from", "out_to")
"""The instants at which a risk reads differently though nobody writes it."""
_OUT = AppetiteStatus.OUT_OF_TOLERANCE


@dataclass(frozen=True)
class RiskSince:
    """A risk of which something has become: where it stood, where it stands, and what did it."""

    id: str
    was: Placed | None
    now: Placed | None
    told: Moved


@dataclass(frozen=True)
class RisksSince:
    """All risks of which something has become, by what; in the order of their numbers."""

    opened: tuple[RiskSince, ...]
    closed: tuple[RiskSince, ...]
    worsened: tuple[RiskSince, ...]
    improved: tuple[RiskSince, ...]
    out_of_tolerance: tuple[RiskSince, ...]
    back_in_tolerance: tuple[RiskSince, ...]


@dataclass(frozen=True)
class _Pair:
    """A risk at both moments; `was` is None where it was not there."""

    was: Record | None
    now: Record

    @property
    def places(self) -> tuple[Placed | None, Placed | None]:
        return (None if self.was is None else _place(self.was)), _place(self.now)

    @property
    def ran(self) -> bool:
        return self.was is not None and self.was.status not in NOT_RUNNING

    @property
    def runs(self) -> bool:
        return self.now.status not in NOT_RUNNING

    @property
    def was_out(self) -> bool:
        return self.was is not None and self.was.appetite_status == _OUT

    @property
    def is_out(self) -> bool:
        return bool(self.now.appetite_status == _OUT)

    @property
    def differs(self) -> bool:
        moved = self.movement is not Movement.UNCHANGED
        return moved or self.ran != self.runs or self.was_out != self.is_out

    @property
    def movement(self) -> Movement:
        """How it moved, so far as it ran at both moments and was placed."""
        was, now = self.places
        if not self.ran or not self.runs or was is None or now is None:
            return Movement.UNCHANGED
        return movement(was, now)


async def risks_since(now: Reading, then: Reading) -> RisksSince:
    """What has become of the risks between two moments; reads those that can differ alone."""
    rows = await now.fetch(_state(now).where(_may_differ(now, then)))
    changed = sorted(rows, key=lambda row: row.number)
    before = await _states(then, [row.id for row in changed])
    pairs = [one for one in (_Pair(before.get(row.id), row) for row in changed) if one.differs]
    told = _Telling(now, then, await _gathered(now, then, [one.now.id for one in pairs]))
    return RisksSince(
        opened=tuple(told.opened(one) for one in pairs if one.runs and not one.ran),
        closed=tuple(told.closed(one) for one in pairs if one.ran and one.now.status in ENDED),
        worsened=tuple(told.moved(one) for one in pairs if one.movement is Movement.WORSENED),
        improved=tuple(told.moved(one) for one in pairs if one.movement is Movement.IMPROVED),
        out_of_tolerance=tuple(told.out(one) for one in pairs if one.is_out and not one.was_out),
        back_in_tolerance=tuple(told.back(one) for one in pairs if one.was_out and not one.is_out),
    )


@dataclass(frozen=True)
class _Telling:
    """What is told of a pair, by what came of it."""

    present: Reading
    then: Reading
    gathered: Gathered

    def opened(self, one: _Pair) -> RiskSince:
        found = appeared(one.now.id, self.gathered)
        return _since(one, found if found.at is not None else Moved(one.now.created_at))

    def closed(self, one: _Pair) -> RiskSince:
        return _since(one, Moved(one.now.state_since, rationale=one.now.close_reason))

    def moved(self, one: _Pair) -> RiskSince:
        return _since(one, moved(one.now.id, self.present, self.then, self.gathered))

    def out(self, one: _Pair) -> RiskSince:
        worse = one.movement is Movement.WORSENED
        by = moved(one.now.id, self.present, self.then, self.gathered) if worse else Moved()
        return _since(one, replace(by, at=one.now.out_since))

    def back(self, one: _Pair) -> RiskSince:
        if one.now.status in ENDED:
            return self.closed(one)
        return self.moved(one) if one.movement is Movement.IMPROVED else _since(one, Moved())


async def _gathered(now: Reading, then: Reading, ids: Sequence[str]) -> Gathered:
    """What is told of risks, in as many goes as statements can hold keys."""
    found = await gather(now, then, ids[:MOST_KEYS])
    for start in range(MOST_KEYS, len(ids), MOST_KEYS):
        more = await gather(now, then, ids[start : start + MOST_KEYS])
        parts = {f.name: getattr(found, f.name) | getattr(more, f.name) for f in fields(found)}
        found = Gathered(**parts)
    return found


def _since(one: _Pair, told: Moved) -> RiskSince:
    was, now = one.places
    return RiskSince(one.now.id, was, now, told)


def _may_differ(now: Reading, then: Reading) -> ColumnElement[bool]:
    """Written since, or with a deadline between the two moments."""
    risk: Alias = now.view.of(Risk)
    since, until = then.view.now, now.view.now
    passed = [
        and_(getattr(risk, name) > since, getattr(risk, name) <= until) for name in _DEADLINES
    ]
    return or_(risk.updated_at > since, *passed)


async def _states(at: Reading, ids: Sequence[str]) -> Mapping[str, Record]:
    """The risks of these keys as they stood at a moment; those that were not there are missing."""
    risk: Alias = at.view.of(Risk)
    found: dict[str, Record] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        for row in await at.fetch(_state(at).where(risk.id.in_(chunk))):
            found[row.id] = row
    return found


def _state(at: Reading) -> Select[*tuple[object, ...]]:
    risk: Alias = at.view.of(Risk)
    own = ("id", "code", "number", "created_at", "state_since", "close_reason")
    derived = ("status", "appetite_status", "out_since")
    placed = ("residual_likelihood", "residual_impact", "residual_band", "residual_rank")
    terms = [term(risk, name) for name in (*derived, *placed)]
    return select(*[getattr(risk, name) for name in own], *terms)


def _place(row: Record) -> Placed | None:
    if row.residual_band is None:
        return None
    return Placed(
        row.id,
        row.code,
        row.residual_likelihood,
        row.residual_impact,
        row.residual_band,
        row.residual_rank,
    )
