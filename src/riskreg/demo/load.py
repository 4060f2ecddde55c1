"""Loads the demo: every deed of the story in the order of time, with the clock moved to each."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import riskreg.tables  # noqa: F401 (completes the metadata)
from riskreg import settings
from riskreg.demo import organisation, stories_metrics, story
from riskreg.demo.deeds_setup import Leave
from riskreg.demo.ground_truth import as_json
from riskreg.demo.world import Scene, Step, World
from riskreg.kit.clock import SettableClock
from riskreg.kit.codes import reserve_code
from riskreg.kit.db import Act, Database
from riskreg.kit.errors import UserError
from riskreg.kit.ids import KeySource
from riskreg.kit.journal import JournalHead
from riskreg.kit.view import Actor, View
from riskreg.people.auth import SYSTEM, actor_of_person
from riskreg.people.models import Person
from riskreg.reports import service as reports
from riskreg.reports.inputs import CreateReport
from riskreg.reports.rendering import render_now
from riskreg.risks import config
from riskreg.wiring import HANDLERS

SEED = "riskreg-demo-1"
AS_OF = date(2026, 11, 16)
"""The demo's today unless another is asked for."""

LAST_REVIEW = (-7, "09:00")
"""When the last weekly review was held, and its brief made."""

MONTHLY_REVIEWS = tuple((day, "09:00") for day in range(-378, -27, 35))
"""When the eleven briefs before it were made; the last of them is RPT-011."""

RISKS = 24
SMALL_DAYS = 180
Progress = Callable[[int, int], None]
"""Told how many of how many steps are done."""


class Size(StrEnum):
    """How much of the past there is: 180 days of metrics, or all 425. The register is the same."""

    SMALL = "small"
    FULL = "full"


def into(url: str, size: str, as_of: date | None = None, progress: Progress | None = None) -> None:
    """Load the demo into a migrated database that nobody has written to yet."""

    async def run() -> None:
        clock = SettableClock(config.SINCE)
        db = opened(url, clock)
        try:
            await load(db, clock, Size(size), as_of or AS_OF, progress=progress)
        finally:
            await db.aclose()

    asyncio.run(run())


def ground_truth(as_of: date | None = None) -> str:
    """What is planted in the demo of a day, as JSON: to compare an analysis with."""
    return as_json(World(as_of or AS_OF, SEED, settings.current().zone))


def opened(url: str, clock: SettableClock, seed: str = SEED) -> Database:
    """A database for one loading: its keys come from the seed, so that each gives the same."""
    drawn = random.Random(seed)  # noqa: S311 (keys are no secrets)
    return Database(url, clock, handlers=HANDLERS, keys=KeySource(drawn.getrandbits))


async def load(
    db: Database,
    clock: SettableClock,
    size: Size,
    as_of: date = AS_OF,
    seed: str = SEED,
    *,
    progress: Progress | None = None,
) -> None:
    """Replay the demo up to the morning of `as_of`; UserError if the register is not empty.

    Of its briefs the last is rendered; jobs for the others wait for a worker.
    """
    first_day = -SMALL_DAYS if size is Size.SMALL else organisation.FIRST_DAY
    world = World(as_of, seed, settings.current().zone, first_day)
    replay = _Replay(db, clock, world)
    await _refuse_used(db, world.instant(organisation.FIRST_DAY, "09:00"))
    await replay.reserve("R", RISKS, "the risks keep the codes that they have elsewhere")
    told: list[Step | Review] = ordered(
        (
            *organisation.steps(),
            *stories_metrics.steps(world.archive),
            *story.steps(),
            *(Review(day, at) for day, at in (*MONTHLY_REVIEWS, LAST_REVIEW)),
        )
    )
    for done, one in enumerate(told, 1):
        await replay.do(one)
        if progress is not None:
            progress(done, len(told))
    clock.set(world.instant(0, "09:00"))


class Timed(Protocol):
    """What happens on a day at a time."""

    @property
    def day(self) -> int:
        """Counted from the demo's today."""

    @property
    def at(self) -> str:
        """HH:MM in the organisation's zone."""


T = TypeVar("T", bound=Timed)


@dataclass(frozen=True)
class Review:
    """A review, for which the lead has a brief made."""

    day: int
    at: str


def ordered(steps: Iterable[T]) -> list[T]:
    """The steps in the order of time; those of the same minute stay as they are listed."""
    return sorted(steps, key=lambda step: (step.day, step.at))


async def _refuse_used(db: Database, start: datetime) -> None:
    """The past cannot be written behind what is there already."""
    view = db.view(SYSTEM)
    [(newest,)] = await db.rows(view, select(JournalHead.at))
    people = await db.rows(view, select(view.of(Person).id).limit(1))
    if newest >= start or people:
        raise UserError("The demo needs an empty register; this one has been written to.")


class _Replay:
    """Does steps, each by its own person at its own time."""

    def __init__(self, db: Database, clock: SettableClock, world: World) -> None:
        self.db, self.clock, self.world = db, clock, world
        self._actors: dict[str, Actor] = {}
        self._done = 0
        self._last = world.instant(organisation.FIRST_DAY - 1, "00:00")

    async def do(self, told: Step | Review) -> None:
        """Do what comes next."""
        if isinstance(told, Step):
            await self._do(told)
        else:
            await self._brief(told)

    async def _brief(self, review: Review) -> None:
        """Make the brief of a review, and render that of the last."""
        lead = await self._actor(organisation.LEAD)
        self._move_to(self.world.instant(review.day, review.at))
        made = await reports.create(self.db, lead, CreateReport())
        if (review.day, review.at) == LAST_REVIEW:
            await render_now(self.db, made.id)

    async def reserve(self, prefix: str, number: int, why: str) -> None:
        """Keep codes for what has one already."""

        async def work(session: AsyncSession, view: View) -> None:
            await reserve_code(session, prefix, number)

        await self.db.write(SYSTEM, Act("reserveCodes", why), work)

    async def _do(self, step: Step) -> None:
        actor = await self._actor(step.by)
        planned = self.world.instant(step.day, step.at) + self.world.delay(self._done)
        self._move_to(planned)
        self._done += 1

        async def work(session: AsyncSession, view: View) -> None:
            await step.deed.do(Scene(session, view, self.world))

        try:
            await self.db.write(actor, Act(step.deed.mutation, step.deed.reason), work)
        except Exception as error:
            error.add_note(f"on day {step.day} at {step.at}, {step.by}: {step.deed}")
            raise
        if isinstance(step.deed, Leave):
            del self._actors[step.deed.person]

    def _move_to(self, instant: datetime) -> None:
        self._last = max(instant, self._last + timedelta(seconds=1))
        self.clock.set(self._last)

    async def _actor(self, name: str) -> Actor:
        known = SYSTEM if name == organisation.NOBODY else self._actors.get(name)
        if known is None:
            known = await actor_of_person(self.db, self.world.key(Person, name))
            if known is None:
                message = f"{name} has left and does nothing any more"
                raise LookupError(message)
            self._actors[name] = known
        return known
