"""What somebody had who acts no more: it goes to the delegate, or stays and counts as unowned."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.db import Handler, visible_everywhere
from riskreg.kit.tables import Base
from riskreg.kit.view import Alias, View
from riskreg.people.events import PersonDeactivated

Running: TypeAlias = Callable[[Alias], ColumnElement[bool]]
"""Which rows are still worked on; the others keep who had them."""


def _all(_row: Alias) -> ColumnElement[bool]:
    return true()


def hands_over(model: type[Base], column: str, running: Running = _all) -> Handler:
    """A handler of `PersonDeactivated`: the column that named them names their delegate (BR 4)."""

    async def hand_over(session: AsyncSession, view: View, happened: PersonDeactivated) -> None:
        if happened.delegate_id is None:
            return
        every = visible_everywhere(view)
        row: Alias = every.of(model)
        theirs = select(row).where(getattr(row, column) == happened.person_id, running(row))
        for one in await session.scalars(theirs, every.params):
            setattr(one, column, happened.delegate_id)

    return hand_over
