"""Link tables, and the rows whose links change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from riskreg.kit.tables import Base, Tracked
from riskreg.kit.view import View


async def relink(
    session: AsyncSession,
    view: View,
    through: type[Base],
    *,
    parent: tuple[str, str],
    child: str,
    wanted: Iterable[str],
) -> bool:
    """Make the links of a parent exactly those wanted, and tell whether any changed.

    `parent` is the link's column and key of the row whose links they are, `child` the other column.
    """
    ours, key = parent
    links: Any = view.of(through)
    statement = select(links).where(getattr(links, ours) == key)
    found = {getattr(one, child): one for one in await session.scalars(statement, view.params)}
    keys = dict.fromkeys(wanted)
    for gone in found.keys() - keys.keys():
        await session.delete(found[gone])
    fresh = [one for one in keys if one not in found]
    session.add_all([through(**{ours: key, child: one}) for one in fresh])
    return bool(fresh) or found.keys() != keys.keys()


def touch(row: Tracked) -> None:
    """Count a change of what belongs to a row as a change of the row: its version goes up."""
    flag_modified(row, "version")
