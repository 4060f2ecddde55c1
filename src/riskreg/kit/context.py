"""What a request carries: who asks, the database, and the loaders of this request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, select
from sqlalchemy.engine import Row
from strawberry.dataloader import DataLoader

from riskreg.kit.db import Database, Fetch, Rows
from riskreg.kit.errors import BadInput
from riskreg.kit.journal import Entry
from riskreg.kit.view import Actor, View

Batch = Callable[[View, list[Any]], Awaitable[Sequence[Any]]]


@dataclass
class Context:
    """One request: its actor, its database, its loaders, and how many statements it ran."""

    db: Database
    actor: Actor
    statements: int = 0
    renewal: Callable[[], Awaitable[Actor]] | None = None
    """Finds out who asks by now; raises `Unauthenticated` when they may no more."""
    extra: dict[str, Any] = field(default_factory=dict)
    _live: View | None = None
    _past: dict[datetime, View] = field(default_factory=dict)
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)

    async def view(self, as_of: datetime | None = None) -> View:
        """The actor's view: live, or of the register as it stood at an instant (not the future)."""
        if as_of is None:
            self._live = self._live or self.db.view(self.actor)
            return self._live
        if as_of not in self._past:
            if as_of > self.db.now():
                message = "asOf lies in the future: nothing is known of it"
                raise BadInput(message)
            await self.db.settled(as_of)
            live = self.db.view(self.actor)
            # Not max(seq): that walks over every entry before the instant.
            newest = select(Entry.seq).where(Entry.at <= as_of).order_by(Entry.at.desc()).limit(1)
            found = await self.rows(live, newest)
            self._past[as_of] = View(self.actor, as_of, found[0].seq if found else 0)
        return self._past[as_of]

    def after_write(self) -> None:
        """Forget what was read: a mutation has changed it."""
        self._live = None
        self._loaders.clear()

    async def renew(self) -> None:
        """Ask as whoever it is by now, and of what is there by now."""
        if self.renewal is not None:
            self.actor = await self.renewal()
        self._past.clear()
        self.after_write()

    async def rows(self, view: View, statement: Executable, **bound: Any) -> Sequence[Row[Any]]:
        """The rows of one statement; every read of a request passes here and is counted."""
        self.statements += 1
        return await self.db.rows(view, statement, **bound)

    async def load(self, view: View, name: Hashable, batch: Batch, key: Hashable) -> Any:
        """One key's answer, fetched together with the others that ask in the same moment."""
        at = (name, view.key)
        if at not in self._loaders:

            async def load(keys: list[Any]) -> Sequence[Any]:
                return await batch(view, keys)

            self._loaders[at] = DataLoader(load_fn=load)
        return await self._loaders[at].load(key)

    async def load_for(self, shown: Any, name: Hashable, batch: Batch) -> Any:
        """An answer about a shown object, worked out together with those of its siblings.

        `batch` gets the shown objects themselves.
        """

        async def of_objects(view: View, keys: list[Any]) -> Sequence[Any]:
            return await batch(view, [key.shown for key in keys])

        return await self.load(shown.view, name, of_objects, _ByKey(shown))


class _ByKey:
    """A shown object as the key of a loader: two of one row are the same."""

    def __init__(self, shown: Any) -> None:
        self.shown = shown

    def __hash__(self) -> int:
        return hash(self.shown.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByKey) and other.shown.key == self.shown.key


def fetcher(context: Context, view: View) -> Fetch:
    """Runs statements of a request through one view."""

    async def fetch(statement: Executable) -> Rows:
        return await context.rows(view, statement)

    return fetch
