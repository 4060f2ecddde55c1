"""Turns the ids that callers send into keys of rows that they may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from riskreg.kit.errors import UserError, UserErrors
from riskreg.kit.graph import prefix_of
from riskreg.kit.ids import parse_global_id
from riskreg.kit.tables import Base
from riskreg.kit.view import KEYS, View

Path = tuple[str | int, ...]


def key_in(model: type[Base], given: str) -> str | None:
    """The key inside a global id of this model; None for anything else."""
    parsed = parse_global_id(given)
    return parsed[1] if parsed is not None and parsed[0] == prefix_of(model) else None


async def keys_of(
    session: AsyncSession, view: View, model: type[Base], given: Sequence[str], field: str
) -> list[str]:
    """The keys of rows given by global id, each once, in the order given.

    UserErrors NOT_FOUND name each position that is no id of this model, or whose row is absent or
    not visible.
    """
    if not given:
        return []
    keys = [key_in(model, one) for one in given]
    wanted = [key for key in keys if key is not None]
    # What this write was seen to name stays seen: the rows of a batch name the same few.
    known: set[str] = session.info.setdefault((model, view.actor), set())
    if not known.issuperset(wanted):
        statement = view.statement(("keys", model), lambda view: _keys(view, model))
        known.update((await session.execute(statement, {**view.params, "keys": wanted})).scalars())
    missing = [place for place, key in enumerate(keys) if key not in known]
    if missing:
        message = f"There is no such {_words(model)}."
        raise UserErrors(
            tuple(UserError(message, code="NOT_FOUND", field=(field, at)) for at in missing)
        )
    return list(dict.fromkeys(wanted))


def _keys(view: View, model: type[Base]) -> Select[Any]:
    alias: Any = view.of(model)
    return select(alias.id).where(alias.id.in_(KEYS))


async def key_of(
    session: AsyncSession, view: View, model: type[Base], given: str | None, field: str
) -> str | None:
    """The key of a row given by global id, or None where nothing was given."""
    if given is None:
        return None
    try:
        [key] = await keys_of(session, view, model, [given], field)
    except UserErrors:
        message = f"There is no such {_words(model)}."
        raise UserError(message, code="NOT_FOUND", field=(field,)) from None
    return key


def _words(model: type[Base]) -> str:
    """What a person calls a row: `WorkforcePool` is a workforce pool."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()
