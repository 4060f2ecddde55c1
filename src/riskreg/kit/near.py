"""SQLite for the writer: statements run where they are asked, and only what waits has a thread.

aiosqlite sends every call to a thread and waits for its answer. A mutation makes some fifty of
them, of a few microseconds each; the waiting made two thirds of its processor time. So what is
short runs at once, and the thread is kept for what waits for others or for the disk: the lock of
another process, many rows at once, and the commit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

from aiosqlite import Connection

BEGIN = "BEGIN IMMEDIATE"
WAITING = frozenset({"commit", "executemany", "executescript"})


class NearConnection(Connection):
    """A connection that is used by one task at a time, in its own thread or in another."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        name = getattr(fn, "__name__", "")
        waits = name in WAITING or fn == self._conn.close or args[:1] == (BEGIN,)
        if waits or not self._running:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        return fn(*args, **kwargs)


def connect(*args: Any, **kwargs: Any) -> NearConnection:
    """A connection to await, made with what `sqlite3.connect` takes."""
    opened = partial(sqlite3.connect, *args, **kwargs | {"check_same_thread": False})
    connection = NearConnection(opened, iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 (as SQLAlchemy does with those that it makes)
    return connection
