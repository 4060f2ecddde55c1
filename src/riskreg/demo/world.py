"""What a replay knows, and the deeds that it is made of."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import ClassVar
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry import ID

from riskreg.demo.archive import Archive, Key
from riskreg.demo.chance import FIRST_DAY, Ints
from riskreg.demo.measured import everything
from riskreg.kit.db import get
from riskreg.kit.graph import prefix_of
from riskreg.kit.ids import global_id
from riskreg.kit.tables import Tracked
from riskreg.kit.view import View
from riskreg.metrics.models import MetricSeries

LONGEST_DELAY = 59
"""Seconds that a deed may come after its time, so that not all happens on the full minute."""


@dataclass
class World:
    """The demo's today, the seed, and the keys behind the codes that the story names.

    Of series it knows what is told of them, their numbers by their places there, and their keys.
    """

    as_of: date
    seed: str
    zone: str
    first_day: int = FIRST_DAY
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    series_keys: dict[Key, str] = field(default_factory=dict)

    @cached_property
    def archive(self) -> Archive:
        """All that is measured, from the first day on that this demo knows."""
        return Archive(everything(self.seed, self.as_of), self.first_day)

    @cached_property
    def series_numbers(self) -> Ints:
        """The number of each series, by its place in the archive; 0 until it is created."""
        return np.zeros(len(self.archive.series), dtype=np.int64)

    def day(self, offset: int) -> date:
        """The day so many days from the demo's today."""
        return self.as_of + timedelta(days=offset)

    def day_or_none(self, offset: int | None) -> date | None:
        """The same, where there may be none."""
        return None if offset is None else self.day(offset)

    def instant(self, offset: int, at: str) -> datetime:
        """The instant on that day at HH:MM in the organisation's zone."""
        return datetime.combine(self.day(offset), time.fromisoformat(at), ZoneInfo(self.zone))

    def midnight(self, offset: int) -> datetime:
        """The instant at which that day begins."""
        return self.instant(offset, "00:00")

    def delay(self, number: int) -> timedelta:
        """By how much the deed of that number comes later; the same for the same seed."""
        drawn = random.Random(f"{self.seed}|delay|{number}")  # noqa: S311 (a story, no secret)
        return timedelta(seconds=drawn.randint(0, LONGEST_DELAY))

    def learn(self, row: Tracked, code: str) -> None:
        """Remember which row a code stands for."""
        self.know(type(row), code, row.id)

    def know(self, model: type[Tracked], code: str, key: str) -> None:
        """The same, where the key is at hand."""
        self.keys[prefix_of(model), code] = key  # type: ignore[arg-type]  # a model

    def key(self, model: type[Tracked], code: str) -> str:
        """The key of the row of that code; LookupError before it was made."""
        return self.keys[prefix_of(model), code]  # type: ignore[arg-type]  # a model

    def id(self, model: type[Tracked], code: str) -> ID:
        """The global id of that row, as callers send it."""
        return self.global_id(model, self.key(model, code))

    def global_id(self, model: type[Tracked], key: str) -> ID:
        """The global id of a row by its key."""
        return ID(global_id(prefix_of(model), key))  # type: ignore[arg-type]  # a model

    def series_id(self, key: Key) -> ID:
        """The global id of a series by what it is of."""
        return self.global_id(MetricSeries, self.series_keys[key])

    def id_or_none(self, model: type[Tracked], code: str | None) -> ID | None:
        """The same, where there may be none."""
        return None if code is None else self.id(model, code)

    def ids(self, model: type[Tracked], codes: Iterable[str]) -> list[ID]:
        """The global ids of some rows."""
        return [self.id(model, code) for code in codes]


@dataclass(frozen=True)
class Scene:
    """One deed being done: the write that it is, and the world."""

    session: AsyncSession
    view: View
    world: World

    async def version(self, model: type[Tracked], code: str) -> int:
        """The version that the actor sees of a row, to be sent back with a change."""
        row = await get(self.session, self.view, model, self.world.key(model, code))
        return row.version


@dataclass(frozen=True)
class Deed:
    """Something that one person does in one entry: a mutation with what is sent to it."""

    mutation: ClassVar[str]

    @property
    def reason(self) -> str | None:
        """What the journal keeps as the reason, as the graph would give it."""
        return None

    async def do(self, on: Scene) -> None:
        """Call the service."""
        raise NotImplementedError


@dataclass(frozen=True)
class Step:
    """A deed with its day (from the demo's today), its time there, and who does it."""

    day: int
    at: str
    by: str
    deed: Deed


def in_turn(day: int, at: str, by: str, deeds: Iterable[Deed]) -> tuple[Step, ...]:
    """Deeds of one person done one after the other, a minute each."""
    hours, minutes = (int(part) for part in at.split(":"))
    start = hours * 60 + minutes
    return tuple(
        Step(day, f"{(start + n) // 60:02d}:{(start + n) % 60:02d}", by, deed)
        for n, deed in enumerate(deeds)
    )
