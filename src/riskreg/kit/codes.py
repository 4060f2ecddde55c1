"""Human codes such as R-007: allotted in order, or set by an import."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Integer, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.errors import UserError
from riskreg.kit.ids import code as code_of
from riskreg.kit.tables import Base
from riskreg.kit.view import Scope, View, visible_everywhere

_NUMBER = re.compile(r"[0-9]{3,8}", re.ASCII)


class CodeCounter(Base):
    """The last number that a code prefix gave out."""

    __tablename__ = "code_counters"
    prefix: Mapped[str] = mapped_column(String(10), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


async def next_number(session: AsyncSession, prefix: str) -> int:
    """The next free number of a prefix; given back if the write does not happen."""
    counter = await _counter(session, prefix)
    counter.last += 1
    return counter.last


async def next_code(session: AsyncSession, prefix: str) -> str:
    """The next free code of a prefix."""
    return code_of(prefix, await next_number(session, prefix))


async def allot(
    session: AsyncSession, view: View, row: Any, prefix: str, wanted: str | None = None
) -> None:
    """Give a row its code and number: the next one, or the one that an import sets.

    UserError INVALID for a code of another shape, DUPLICATE for one that is taken.
    """
    if wanted is None:
        row.number = await next_number(session, prefix)
        row.code = code_of(prefix, row.number)
        return
    head, _, digits = wanted.partition("-")
    if head != prefix or not _NUMBER.fullmatch(digits):
        message = f"A code looks like {prefix}-007."
        raise UserError(message, code="INVALID", field=("code",))
    number = int(digits)
    taken: Any = visible_everywhere(view).of(type(row))
    statement = select(taken.id).where(taken.number == number)
    if (await session.execute(statement, view.params)).first() is not None:
        raise UserError(f"{wanted} is taken.", code="DUPLICATE", field=("code",))
    row.code, row.number = code_of(prefix, number), number
    if view.actor.reach.scope is not Scope.ALL and number > (await _counter(session, prefix)).last:
        message = "You may set a code that was given out or reserved before, not a later one."
        raise UserError(message, code="NOT_PERMITTED", field=("code",))
    await reserve_code(session, prefix, number)


async def reserve_code(session: AsyncSession, prefix: str, number: int) -> None:
    """Note that an import has set a code, so that it is not given out again."""
    counter = await _counter(session, prefix)
    counter.last = max(counter.last, number)


async def _counter(session: AsyncSession, prefix: str) -> CodeCounter:
    counter = await session.get(CodeCounter, prefix)
    if counter is None:
        counter = CodeCounter(prefix=prefix, last=0)
        session.add(counter)
    return counter
