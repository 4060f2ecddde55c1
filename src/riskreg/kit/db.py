"""The database: a reader, one writer at a time, and the one function that commits."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Executable, event, select
from sqlalchemy.engine import Row
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session

from riskreg.kit import foreign, journal
from riskreg.kit.clock import Clock
from riskreg.kit.engines import Engines
from riskreg.kit.errors import UserError
from riskreg.kit.feed import Feed
from riskreg.kit.ids import KeySource
from riskreg.kit.meter import Meter
from riskreg.kit.tables import LONG_AGO, Appended, Base, Tracked
from riskreg.kit.view import Actor, Scope, View, visible_everywhere
from riskreg.kit.wakeups import Wakeups

__all__ = [
    "Act",
    "Database",
    "Fetch",
    "Handler",
    "Record",
    "Work",
    "Written",
    "announce",
    "fetcher",
    "get",
    "maintain",
    "new_key",
    "visible_everywhere",
]

R = TypeVar("R")
M = TypeVar("M", bound=Base)
T = TypeVar("T", bound=Tracked)
Work = Callable[[AsyncSession, View], Awaitable[R]]
Handler = Callable[[AsyncSession, View, Any], Awaitable[None]]
log = logging.getLogger(__name__)

SLOW_ENTRY_SECONDS = 0.25
READER_THREADS = 4


@dataclass(frozen=True)
class Act:
    """What a write is called in the journal, and why it is done."""

    name: str
    reason: str | None = None


@dataclass(frozen=True)
class Written(Generic[R]):
    """The entry that a write became, and what its work gave back."""

    seq: int
    at: datetime
    result: R


class _Rehearsed(Exception):
    """Ends a rehearsal, so that nothing of it stays."""

    def __init__(self, result: object) -> None:
        self.result = result


class Database:
    """Reads by single statements, writes by numbered entries; `aclose` ends both."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        handlers: dict[type, Sequence[Handler]] | None = None,
        keys: KeySource | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.engines = Engines(url)
        self.clock = clock
        self.keys = keys or KeySource()
        self.wakeups = Wakeups(self.engines)
        self.meter = meter or Meter()
        self.feed = Feed(self)
        self._handlers = handlers or {}
        self._newest = LONG_AGO
        self._turn = asyncio.Lock()
        self._under_way: tuple[datetime, asyncio.Event] | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._threads = ThreadPoolExecutor(READER_THREADS, "reader")
        self._local = threading.local()

    async def aclose(self) -> None:
        """End the feed, let the writes that run finish, then close every connection."""
        await self.feed.close()
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
        self._threads.shutdown()
        await self.engines.dispose()

    async def rows(self, view: View, statement: Executable, **bound: Any) -> Sequence[Row[Any]]:
        """The rows of one statement through a view; `bound` are values of its own parameters."""
        params = {**view.params, **bound} if bound else view.params
        reader = self.engines.sync_reader
        if reader is not None:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._rows, statement, params)
        async with self.engines.async_reader.connect() as connection:
            return (await connection.execute(statement, params)).all()

    def _rows(self, statement: Executable, params: dict[str, Any]) -> Sequence[Row[Any]]:
        return self._reading().execute(statement, params).all()

    def _reading(self) -> Connection:
        """The reading connection of this thread; each statement reads what is newest."""
        known: Connection | None = getattr(self._local, "connection", None)
        if known is None:
            assert self.engines.sync_reader is not None  # noqa: S101 (chosen by `rows`)
            known = self._local.connection = self.engines.sync_reader.connect()
        return known

    async def run_sync(self, work: Callable[[Any], R]) -> R:
        """The answer of a function over one moment of the database, whatever is written meanwhile.

        For the audit, which compares tables; it reads past every view.
        """
        reader = self.engines.sync_reader
        if reader is not None:

            def read() -> R:
                with reader.connect() as connection:
                    connection.exec_driver_sql("BEGIN")
                    return work(connection)

            return await asyncio.get_running_loop().run_in_executor(self._threads, read)
        async with self.engines.async_reader.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            return await connection.run_sync(work)

    def now(self) -> datetime:
        """The present instant, never before the newest entry: what was written has happened."""
        return max(self.clock.now(), self._newest)

    def view(self, actor: Actor) -> View:
        """The live view of an actor, now."""
        return View(actor, self.now())

    async def write(self, actor: Actor, act: Act, work: Work[R]) -> Written[R]:
        """Run the work as one entry, commit it, and give its number and result.

        A caller who is cancelled does not cancel the write. Errors of the work roll back all of
        it: nothing is written, and no number is used up.
        """
        written: Written[R] = await self._shielded(self._write(actor, act, work))
        return written

    async def rehearse(self, actor: Actor, act: Act, work: Work[R]) -> R:
        """Run the work with every check a write has, and keep nothing of it."""

        async def undone(session: AsyncSession, view: View) -> R:
            result = await work(session, view)
            await self._finish(session, view)
            raise _Rehearsed(result)

        try:
            written: Written[R] = await self._shielded(self._write(actor, act, undone))
        except _Rehearsed as rehearsed:
            return rehearsed.result  # type: ignore[return-value]
        return written.result

    async def _shielded(self, body: Any) -> Any:
        task = asyncio.ensure_future(body)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_swallow)
            raise

    async def _write(self, actor: Actor, act: Act, work: Work[R]) -> Written[R]:
        asked = asyncio.get_running_loop().time()
        async with self._turn:
            try:
                async with AsyncSession(self.engines.writer, expire_on_commit=False) as session:
                    return await self._entered(session, actor, act, work, asked=asked)
            finally:
                if self._under_way is not None:
                    self._under_way[1].set()
                    self._under_way = None

    async def _entered(
        self, session: AsyncSession, actor: Actor, act: Act, work: Work[R], *, asked: float
    ) -> Written[R]:
        connection = await session.connection()
        now = self.clock.now()
        self._under_way = (now, asyncio.Event())
        entry = await connection.run_sync(journal.open_entry, now)
        started = asyncio.get_running_loop().time()  # another process was waited for till here
        view = View(actor, entry.at)
        session.sync_session.info.update(
            {"entry": entry, "actor": actor, "keys": self.keys, "events": []}
            | {name: set() for name in ("stamped", "maintained", "wakes")}
        )
        result = await work(session, view)
        await self._finish(session, view)
        header = journal.Header(
            actor.id, actor.name, act.name, act.reason, actor.on_behalf_of, actor.request_id
        )
        await connection.run_sync(journal.seal, entry, header)
        await session.commit()
        self._newest = entry.at
        for channel in session.info["wakes"]:
            self.wakeups.wake(channel)
        self.feed.hint()
        ended = asyncio.get_running_loop().time()
        took = ended - started
        self.meter.wrote(started - asked, took)
        if took > SLOW_ENTRY_SECONDS:
            log.warning("slow entry", extra={"seq": entry.seq, "act": act.name, "took": took})
        return Written(entry.seq, entry.at, result)

    async def settled(self, instant: datetime) -> None:
        """Return when no write that began by the instant is under way: what it shows, it keeps.

        This knows the writes of this process; one of another may still change an instant for as
        long as it takes.
        """
        under_way = self._under_way
        if under_way is not None and under_way[0] <= instant:
            await under_way[1].wait()

    async def _finish(self, session: AsyncSession, view: View) -> None:
        await session.flush()
        if view.actor.reach.scope is not Scope.ALL:  # before the handlers: they are our own acts
            await foreign.refuse(session, view)
        events: list[Any] = session.info["events"]
        while events:
            happened = events.pop(0)
            for handler in self._handlers.get(type(happened), ()):
                await handler(session, view, happened)
        await session.flush()

    async def note(self, statement: Executable, **bound: Any) -> Sequence[Row[Any]]:
        """What one statement on an operational table returns: no entry, for nobody did anything."""

        async def run(connection: AsyncConnection) -> Sequence[Row[Any]]:
            result = await connection.execute(statement, bound)
            return result.all() if result.returns_rows else ()

        return await self.operate(run)

    async def operate(self, work: Callable[[AsyncConnection], Awaitable[R]]) -> R:
        """What a few statements on operational tables come to, in one transaction, as `note`."""
        done: R = await self._shielded(self._operate(work))
        return done

    async def _operate(self, work: Callable[[AsyncConnection], Awaitable[R]]) -> R:
        # SQLite has one writing connection; PostgreSQL need not wait for an entry to end.
        turn = self._turn if self.engines.sqlite else nullcontext()
        async with turn, self.engines.writer.begin() as connection:
            return await work(connection)


def _swallow(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.warning("a write failed after its caller had gone", exc_info=task.exception())


def announce(session: AsyncSession, happened: object) -> None:
    """Tell the slices above; their handlers run in this transaction, after the work."""
    session.info["events"].append(happened)


def maintain(session: AsyncSession, row: Tracked | Appended) -> None:
    """Say that a row is kept in step with others by us: its writer need not see it."""
    session.info["maintained"].add(row.id)


async def get(
    session: AsyncSession,
    view: View,
    model: type[T],
    key: str | None,
    *,
    expected_version: int | None = None,
    field: str = "id",
) -> T:
    """The row to change, as an entity.

    UserError NOT_FOUND when it is absent or not visible; VERSION_CONFLICT with the current
    version when `expected_version` is another one.
    """
    alias: Any = view.of(model)
    statement = select(alias).where(alias.id == key)
    try:
        row: T = (await session.execute(statement, view.params)).scalars().one()
    except NoResultFound:
        raise UserError("There is no such row.", code="NOT_FOUND", field=(field,)) from None
    if expected_version is not None and row.version != expected_version:
        raise UserError(
            f"This was changed meanwhile: it is at version {row.version}, you sent "
            f"{expected_version}.",
            code="VERSION_CONFLICT",
            field=("expectedVersion",),
            current_version=row.version,
        )
    return row


Rows = Sequence[Row[Any]]
Fetch = Callable[[Executable], Awaitable[Rows]]
"""Runs one statement through the view in hand, in a request or inside a write."""
Record = Any
"""A stored row in whatever form it was read: an entity, a selected row, or a shown object."""


def fetcher(session: AsyncSession, view: View) -> Fetch:
    """Runs statements inside a write, with the view's parameters."""

    async def fetch(statement: Executable) -> Rows:
        return (await session.execute(statement, view.params)).all()

    return fetch


@event.listens_for(Session, "before_flush")
def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    """Give new rows their key and every written row its instant and author."""
    entry, actor = session.info.get("entry"), session.info.get("actor")
    if entry is None or actor is None:
        return
    fresh: set[str] = session.info["stamped"]
    for row in session.new:
        if isinstance(row, (Tracked, Appended)) and row.id is None:
            row.id = session.info["keys"](entry.at)
        if isinstance(row, Tracked):
            row.version = 1
            row.created_at = row.updated_at = entry.at
            row.created_by = row.updated_by = actor.id
            fresh.add(row.id)
        elif isinstance(row, Appended):
            row.seq, row.at, row.by = entry.seq, entry.at, actor.id
    for row in session.dirty:
        if isinstance(row, Tracked) and row.id not in fresh and session.is_modified(row):
            fresh.add(row.id)  # however often an entry flushes, it is one change
            row.version += 1
            row.updated_at, row.updated_by = entry.at, actor.id


def new_key(session: AsyncSession) -> str:
    """A key for a row that others will refer to before it is flushed."""
    return str(session.info["keys"](session.info["entry"].at))
