"""One mutation field: one transaction, one entry, one payload."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

import orjson
import strawberry
from sqlalchemy import BigInteger, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.kit.context import Context
from riskreg.kit.db import Act
from riskreg.kit.edges import fetch_one
from riskreg.kit.errors import UserError, UserErrors
from riskreg.kit.tables import Base, Instant, Json, Key, model_of
from riskreg.kit.text import optional, required
from riskreg.kit.view import View, visible_everywhere
from riskreg.kit.words import describe

P = TypeVar("P")
MAX_KEY, MAX_REASON = 200, 2000


class IdempotencyKey(Base):
    """A key that a caller has used, what for, and what came of it; kept at least seven days."""

    __tablename__ = "idempotency_keys"
    actor_id: Mapped[str] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(MAX_KEY), primary_key=True)
    action: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))
    table_name: Mapped[str] = mapped_column(String(60))
    object_ids: Mapped[list[str]] = mapped_column(Json)
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class UserErrorCode(Enum):
    """What kind of thing a person can mend."""

    INVALID = "INVALID"
    REQUIRED = "REQUIRED"
    TOO_LONG = "TOO_LONG"
    INVALID_TEXT = "INVALID_TEXT"
    NOT_FOUND = "NOT_FOUND"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    MOVE_NOT_ALLOWED = "MOVE_NOT_ALLOWED"
    MISSING = "MISSING"
    NOT_READY = "NOT_READY"
    FOUR_EYES = "FOUR_EYES"
    AUTHORITY = "AUTHORITY"
    NOT_PERMITTED = "NOT_PERMITTED"
    DUPLICATE = "DUPLICATE"
    CYCLE = "CYCLE"
    DATE_IN_PAST = "DATE_IN_PAST"
    OUT_OF_RANGE = "OUT_OF_RANGE"


_CODES = {
    "INVALID": "The value cannot be right; the message says why.",
    "REQUIRED": "A value is needed here.",
    "TOO_LONG": "The text is longer than it may be.",
    "INVALID_TEXT": "The text holds a character that no text may hold.",
    "NOT_FOUND": "There is no such row, or none that you may see.",
    "VERSION_CONFLICT": "It was changed meanwhile; look at it again.",
    "IDEMPOTENCY_KEY_REUSED": "The key was used for another request before.",
    "MOVE_NOT_ALLOWED": "The move does not start in the present state.",
    "MISSING": "Something that the move needs is not there yet.",
    "NOT_READY": "Something that the move waits for has not happened yet.",
    "FOUR_EYES": "Somebody else has to do this.",
    "AUTHORITY": "Somebody of higher authority has to do this.",
    "NOT_PERMITTED": "A rule of the register forbids this.",
    "DUPLICATE": "There is one already.",
    "CYCLE": "It would come to lie within, or depend on, itself.",
    "DATE_IN_PAST": "The time has passed.",
    "OUT_OF_RANGE": "The number or date lies outside its bounds.",
}
describe(UserErrorCode, "UserErrorCode", _CODES)


@strawberry.type(name="UserError", description="Something wrong that a person can mend.")
class ShownUserError:
    """A message, the input field it is about, and its kind."""

    message: str = strawberry.field(description="A sentence for the person.")
    field: list[str] = strawberry.field(
        description="The path of the input field, list positions included."
    )
    code: UserErrorCode = strawberry.field(description="What kind of error it is.")
    current_version: int | None = strawberry.field(
        description="With VERSION_CONFLICT: the version that the object has now."
    )


Rows = Sequence[Base]
Work = Callable[[AsyncSession, View, Any], Awaitable[Base]]
"""A service's use case: it checks, changes, announces, and gives the row it was about."""
BulkWork = Callable[[AsyncSession, View, Any], Awaitable[Rows]]
"""The same for many at once; its errors name the position in the input."""


async def perform(
    info: strawberry.Info[Context, None],
    given: Any,
    work: Work,
    payload: type[P],
    *,
    reason: str | None = None,
) -> P:
    """Run a use case as one entry and answer with its payload: one object, and `user_errors`.

    The object is shown by the ordinary read path, or null with `userErrors` when a person must
    mend something (then nothing was written), or null alone after a `dryRun` that found nothing.
    """

    async def alone(session: AsyncSession, view: View, given: Any) -> Rows:
        return (await work(session, view, given),)

    shown, errors = await perform_all(info, given, alone, reason=reason)
    object_field = next(f.name for f in fields(payload) if f.name != "user_errors")  # type: ignore[arg-type]  # a payload is a strawberry type
    told = [show_error(error) for error in errors]
    return payload(**{object_field: shown[0] if shown else None, "user_errors": told})


async def perform_all(
    info: strawberry.Info[Context, None],
    given: Any,
    work: BulkWork,
    *,
    reason: str | None = None,
) -> tuple[Sequence[Any], tuple[UserError, ...]]:
    """Run a use case over many rows as one entry: the shown objects in order, or the errors."""

    async def shown(context: Context, kept: _Kept) -> Sequence[Any]:
        one_by_one = [fetch_one(context, kept.view, kept.model, key) for key in kept.keys]
        return await asyncio.gather(*one_by_one)

    found, errors = await _answered(info, given, work, reason, shown)
    return () if given.dry_run else found, errors


async def perform_own(
    info: strawberry.Info[Context, None],
    given: Any,
    work: BulkWork,
    *,
    reason: str | None = None,
) -> tuple[Sequence[Any], tuple[UserError, ...]]:
    """Run a use case as one entry: the rows that it wrote, or would write, or the errors.

    They are told to whoever wrote them, who may see no other: for rows that never change.
    """

    async def written(context: Context, kept: _Kept) -> Sequence[Any]:
        wide = visible_everywhere(kept.view)
        alias: Any = wide.of(kept.model)
        columns = [getattr(alias, column.name) for column in kept.model.__table__.columns]
        rows = await context.rows(wide, select(*columns).where(alias.id.in_(kept.keys)))
        return sorted(rows, key=lambda row: kept.keys.index(row.id))

    return await _answered(info, given, work, reason, written)


async def _answered(
    info: strawberry.Info[Context, None],
    given: Any,
    work: BulkWork,
    reason: str | None,
    told: Callable[[Context, "_Kept"], Awaitable[Sequence[Any]]],
) -> tuple[Sequence[Any], tuple[UserError, ...]]:
    """What is told of the rows of a use case, or of a dry run the rows themselves; or errors."""
    context = info.context
    try:
        note = optional(reason, limit=MAX_REASON, field="reason", multiline=True)
        act = Act(info.field_name, note)
        if given.dry_run:
            return await context.db.rehearse(context.actor, act, _with(given, work)), ()
        return await told(context, await _kept(context, act, given, work)), ()
    except UserError as error:
        return (), (error,)
    except UserErrors as errors:
        return (), errors.errors


def _with(given: Any, work: BulkWork) -> Callable[[AsyncSession, View], Awaitable[Rows]]:
    async def run(session: AsyncSession, view: View) -> Rows:
        return await work(session, view, given)

    return run


class _Replay(Exception):
    """Ends a write whose key was used before for the same input."""

    def __init__(self, known: IdempotencyKey) -> None:
        self.known = known


@dataclass(frozen=True)
class _Asked:
    """What a caller asks for, under which key."""

    key: str | None
    act: Act
    digest: str

    async def refuse_or_replay(self, session: AsyncSession, view: View) -> None:
        """Stop a write whose key was used: for the same input, or for another."""
        known = await session.get(IdempotencyKey, (view.actor.id, self.key)) if self.key else None
        if known is None:
            return
        if (known.action, known.digest) != (self.act.name, self.digest):
            message = "This idempotency key was used for another request."
            raise UserError(message, code="IDEMPOTENCY_KEY_REUSED", field=("idempotencyKey",))
        raise _Replay(known)

    def remember(self, session: AsyncSession, view: View, rows: Rows) -> None:
        """Keep the key with what came of it, in the transaction of the write."""
        if self.key is None:
            return
        entry = session.info["entry"]
        used = IdempotencyKey(
            actor_id=view.actor.id,
            key=self.key,
            action=self.act.name,
            digest=self.digest,
            table_name=rows[0].__tablename__,
            object_ids=[_id(row) for row in rows],
            seq=entry.seq,
            at=entry.at,
        )
        session.add(used)


def _id(row: Any) -> str:
    return str(row.id)


def clean_key(given: str | None) -> str | None:
    """The idempotency key as it is kept, None where there is none."""
    return None if given is None else required(given, limit=MAX_KEY, field=("idempotencyKey",))


@dataclass(frozen=True)
class _Kept:
    """Which rows a write is about, and the view in which to look at them."""

    view: View
    model: type[Base]
    keys: list[str]


async def _kept(context: Context, act: Act, given: Any, work: BulkWork) -> _Kept:
    key = clean_key(given.idempotency_key)
    asked = _Asked(key, act, "" if key is None else input_digest(given))

    async def once(session: AsyncSession, view: View) -> tuple[type[Base], list[str]]:
        await asked.refuse_or_replay(session, view)
        rows = list(await work(session, view, given))
        await session.flush()
        asked.remember(session, view, rows)
        return type(rows[0]), [_id(row) for row in rows]

    try:
        written = await context.db.write(context.actor, act, once)
    except _Replay as replay:
        known = replay.known
        past = View(context.actor, known.at, known.seq)
        return _Kept(past, model_of(known.table_name), known.object_ids)
    context.after_write()
    return _Kept(await context.view(), *written.result)


def show_error(error: UserError) -> ShownUserError:
    """A user error as the API shows it."""
    return ShownUserError(
        message=error.message,
        field=[str(part) for part in error.field],
        code=UserErrorCode(error.code),
        current_version=error.current_version,
    )


def input_digest(given: Any) -> str:
    """What an input asks for, whatever key it carries: the same input gives the same digest."""
    plain = _plain(given)
    plain.pop("idempotency_key", None)
    plain.pop("dry_run", None)
    try:
        packed = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)
    except TypeError:
        # Text with half a character in it, which the use case is about to refuse.
        packed = json.dumps(plain, sort_keys=True, default=str).encode()
    return hashlib.sha256(packed).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, strawberry.Some):
        return {"some": _plain(value.value)}
    if value is strawberry.UNSET:
        return {"unset": True}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value
