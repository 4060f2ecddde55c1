"""The change feed: entries of the journal, handed to everybody who follows it, as they come.

The truth is in the table; a wake-up is only a hint. One task reads what is new, whatever the
number of followers, and puts it into a bounded queue of each. It runs while anybody follows, is
woken by our own commits, on PostgreSQL by NOTIFY too, and looks by itself now and then: for a
process that cannot wake us, and for a hint that was lost. Who follows from a place of the past
reads the table up to the present first, so that nothing is missed and nothing comes twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from riskreg.kit import entries
from riskreg.kit.entries import Place, Sealed
from riskreg.kit.errors import RateLimited, StreamEnded
from riskreg.kit.journal import CHANNEL
from riskreg.kit.view import Actor, View

if TYPE_CHECKING:
    from riskreg.kit.db import Database

POLL_SECONDS = 0.1
"""How often SQLite is looked at: a commit of another process wakes nobody."""
NET_SECONDS = 1.0
"""How often PostgreSQL is looked at though no hint came: behind a pooler none may."""
COALESCE_SECONDS = 0.01
"""However many hints come, the table is read no more often than this."""
RETRY_SECONDS = (0.05, 0.2, 1.0, 5.0)
READY_SECONDS, STOP_SECONDS = 10.0, 2.0
MOST_WAITING = 256
"""Entries that wait for a follower; where more come, it reads them from the table by itself."""
SLOW_SECONDS = 5.0
"""Who takes nothing for so long while that many wait is let go."""
MOST_FOLLOWERS = 1_000
PAGE = 200

log = logging.getLogger(__name__)
_READER = Actor("0" * 32, "feed")


class _Follower:
    """Somebody who follows: what waits for them, and why they were let go, if they were."""

    def __init__(self) -> None:
        self.waiting: deque[Sealed] = deque()
        self.woken = asyncio.Event()
        self.ended: tuple[str, str] | None = None
        self.at_the_present = False
        """Whether they have read what the table has, or are about to wait for what comes."""
        self.is_given = False
        """Whether new entries are put into their queue."""
        self._busy_since = 0.0

    def give(self, entry: Sealed, now: float) -> None:
        """Put an entry behind the others, where there is room for it."""
        if not self.is_given:
            return
        if not self.waiting:
            self._busy_since = now
        self.waiting.append(entry)
        self.woken.set()
        if len(self.waiting) <= MOST_WAITING:
            return
        if now - self._busy_since > SLOW_SECONDS:
            self.end("SLOW_SUBSCRIBER", "You were too slow, and were let go: go on from `since`.")
        self._drop()

    def end(self, code: str, message: str) -> None:
        """Let them go."""
        self.ended = (message, code)
        self._drop()

    def _drop(self) -> None:
        """Keep nothing for them; the table does."""
        self.is_given = False
        self.waiting.clear()
        self.woken.set()

    def check(self, known: Place) -> None:
        """Raise the reason for which they were let go."""
        if self.ended is not None:
            raise StreamEnded(*self.ended, known.cursor)

    async def next(self, seconds: float) -> Sealed | None:
        """The entry that comes next; None if none came for so long, or none is put here now."""
        if not self.waiting and self.is_given:
            self.woken.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self.woken.wait()
            except TimeoutError:
                return None
        if not self.waiting:
            return None
        self._busy_since = asyncio.get_running_loop().time()
        return self.waiting.popleft()


class _Reader:
    """Reads what is new and hands it out, from `run` until `stop`."""

    def __init__(self, db: Database, give: Callable[[Sealed], None]) -> None:
        self._db = db
        self._give = give
        self._hint = asyncio.Event()
        self._stopped = False
        self.ready = asyncio.Event()
        self.at: Place | None = None
        """The last entry that was handed out; None until it is ready."""

    def hint(self, *_: object) -> None:
        """Say that there may be something new; anybody may, as often as they like."""
        self._hint.set()

    def stop(self) -> None:
        """End soon: by itself, for who is cancelled may leave a connection open."""
        self._stopped = True
        self._hint.set()
        self.ready.set()

    async def run(self) -> None:
        """Hand out what is new, whatever happens to the database meanwhile."""
        failures = 0
        while not self._stopped:
            try:
                async with self._db.engines.listening(CHANNEL, self.hint) as is_lost:
                    self.at = self.at or await entries.head(self._db.rows, _view(self._db))
                    self.ready.set()
                    self.hint()  # what came while nobody listened is read first
                    while not is_lost() and not self._stopped:
                        await self._woken()
                        await self._hand_out(self.at)
                        failures = 0
                if not self._stopped:
                    log.warning("the feed lost its connection, and takes another one")
            except Exception:
                log.warning("the feed cannot read, and tries again", exc_info=True)
            if not self._stopped:
                await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
            failures += 1

    async def _woken(self) -> None:
        """Wait for a hint, or until it is time to look without one."""
        try:
            async with asyncio.timeout(POLL_SECONDS if self._db.engines.sqlite else NET_SECONDS):
                await self._hint.wait()
        except TimeoutError:
            pass
        self._hint.clear()

    async def _hand_out(self, at: Place) -> None:
        """Give everybody the entries since the last time."""
        more = not self._stopped
        while more:
            batch = await entries.after(self._db.rows, _view(self._db), at.seq, PAGE)
            now = self._db.clock.now()
            for entry in batch.entries:
                self._give(entry)
                self.at = at = entry.place
                self._db.meter.lagged((now - entry.at).total_seconds())
            more = batch.more and not self._stopped
            await asyncio.sleep(COALESCE_SECONDS)


def _view(db: Database) -> View:
    return View(_READER, db.now())


class Feed:
    """The entries of one database as they are committed, by this process or another."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._followers: set[_Follower] = set()
        self._reader: _Reader | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def is_reading(self) -> bool:
        """Whether the journal is looked at, by itself and at each hint."""
        return self._reader is not None

    def hint(self) -> None:
        """Say that there may be something new; anybody may, as often as they like."""
        if self._reader is not None:
            self._reader.hint()

    async def close(self) -> None:
        """Let everybody go, with the place to go on from, and take nobody any more."""
        self._closed = True
        for follower in self._followers:
            follower.end("GOING_AWAY", "The server stops: go on from `since` with another one.")
        self._stop_reading()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def follow(
        self, since: Place | None, *, idle: float
    ) -> AsyncGenerator[Sealed | None, None]:
        """Each entry after a place, or from now on; None when nothing came for `idle` seconds.

        It ends by `StreamEnded` only: when the follower is too slow, or the server stops.
        """
        if len(self._followers) >= MOST_FOLLOWERS:
            raise RateLimited("This server has no room for more subscriptions.", retry_after=30)
        follower = _Follower()
        if self._closed:
            follower.end("GOING_AWAY", "The server stops: subscribe to another one.")
        self._followers.add(follower)
        self._db.meter.following(len(self._followers))
        try:
            known = since or await entries.head(self._db.rows, _view(self._db))
            while True:
                for upto in (self._whole, self._joined):
                    async with aclosing(self._stored(known, await upto(follower))) as stored:
                        async for entry in stored:
                            follower.check(known)
                            yield entry
                            known = entry.place
                follower.check(known)
                while follower.is_given:
                    found = await follower.next(idle)
                    follower.check(known)
                    if found is not None and found.seq > known.seq:
                        yield found
                        known = found.place
                    elif found is None and follower.is_given:
                        yield None
        finally:
            self._leave(follower)

    async def _whole(self, _follower: _Follower) -> int:
        """What is stored is read as fast as it is taken, before any queue can run over."""
        return entries.NO_END

    async def _joined(self, follower: _Follower) -> int:
        """Have new entries put into a follower's queue; gives the one after which they are."""
        follower.at_the_present = True
        reader = self._reader or self._start_reading()
        async with asyncio.timeout(READY_SECONDS):
            await reader.ready.wait()
        if reader.at is None:
            return 0  # closed meanwhile, which the follower is about to be told
        follower.is_given = follower.ended is None
        return reader.at.seq

    async def _stored(self, known: Place, upto: int) -> AsyncGenerator[Sealed, None]:
        more, at = known.seq < upto, known.seq
        while more:
            batch = await entries.after(self._db.rows, _view(self._db), at, PAGE, upto=upto)
            for entry in batch.entries:
                yield entry
                at = entry.seq
            more = batch.more

    def _give(self, entry: Sealed) -> None:
        now = asyncio.get_running_loop().time()
        for follower in self._followers:
            follower.give(entry, now)

    def _leave(self, follower: _Follower) -> None:
        if follower.ended is not None:
            self._db.meter.let_go(follower.ended[1])
        self._followers.discard(follower)
        self._db.meter.following(len(self._followers))
        if not any(one.at_the_present for one in self._followers):
            self._stop_reading()

    def _start_reading(self) -> _Reader:
        self._reader = _Reader(self._db, self._give)
        task = asyncio.create_task(self._reader.run())
        # The loop itself keeps weak references only: a task that nobody holds is collected.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self._reader

    def _stop_reading(self) -> None:
        if self._reader is not None:
            self._reader.stop()
        self._reader = None
