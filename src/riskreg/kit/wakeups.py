"""Wake-ups: hints that a table may hold something new. The table is the truth; a hint may be lost.

Within a process they come right after the commit, on PostgreSQL from other processes too. Whoever
waits looks into the table now and then besides, and first of all when it begins to listen.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.engines import Engines

RECONNECT_SECONDS = 1.0
log = logging.getLogger(__name__)


class Wakeups:
    """Who waits in this process, by channel; a channel is a word that both sides know."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def wake(self, channel: str) -> None:
        """Wake those of this process who wait on a channel."""
        for event in self._waiting[channel]:
            event.set()

    @contextmanager
    def waiting(self, channel: str) -> Iterator[asyncio.Event]:
        """An event that every wake-up sets; whoever waits clears it before it looks."""
        event = asyncio.Event()
        self._waiting[channel].add(event)
        try:
            yield event
        finally:
            self._waiting[channel].discard(event)

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[None]:
        """Meanwhile wake-ups of other processes are heard, where the database can tell of them."""
        if self._engines.sqlite:
            yield
            return
        task = asyncio.create_task(self._listen(channel))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _listen(self, channel: str) -> None:
        while True:
            try:
                await self._hear(channel)
            except Exception as error:  # noqa: BLE001 (without hints, those who wait look by themselves)
                log.info("no wake-ups", extra={"channel": channel, "type": type(error).__name__})
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear(self, channel: str) -> None:
        """Pass on what a connection hears, until it is gone."""

        def told(*_heard: object) -> None:
            self.wake(channel)

        async with self._engines.listening(channel, told) as is_lost:
            with self.waiting(channel) as woken:
                self.wake(channel)  # for what was told while nobody listened
                while not is_lost():
                    await woken.wait()
                    woken.clear()


async def wake(session: AsyncSession, channel: str) -> None:
    """Wake who waits on a channel, here and elsewhere, once this write is committed."""
    wakes: set[str] = session.info["wakes"]
    if channel in wakes:
        return
    wakes.add(channel)
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_notify(channel, "")))
