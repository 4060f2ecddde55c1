"""Entries as they come, told to one subscriber: what they may see of each, as they are by then.

The feed knows entries and nobody's rights. Here each entry is looked at through the view of the
one who subscribed, who is asked for anew before anything is told: a token that was revoked, a
session that has ended or a role that was taken away counts from the next event on, and at the
latest after `RENEW_SECONDS`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from riskreg.kit import entries
from riskreg.kit.context import Context
from riskreg.kit.entries import Models, Place, Sealed, Wrote
from riskreg.kit.view import Actor, View

RENEW_SECONDS = 30.0

Told = tuple[Sealed, tuple[Wrote, ...]]
"""An entry, and the rows of it that the subscriber may see: at least one."""
Wanted = Callable[[Actor], Models]
"""The tables whose rows an actor is told of."""


async def start(context: Context, since: str | None) -> Place | None:
    """Where a subscription starts: behind a cursor's entry, or now; `BadInput` for no cursor."""
    if since is None:
        return None
    place = entries.place_of(since)
    await entries.require_known(context.rows, await context.view(), place)
    return place


async def told(context: Context, since: Place | None, wanted: Wanted) -> AsyncGenerator[Told, None]:
    """The entries after a place, or from now on, that wrote rows which the subscriber may see."""
    clock = asyncio.get_running_loop().time
    renewed = clock()
    async with aclosing(context.db.feed.follow(since, idle=RENEW_SECONDS)) as stream:
        async for entry in stream:
            touched = () if entry is None else entry.touched.keys()
            if not wanted(context.actor).keys() & touched and clock() - renewed < RENEW_SECONDS:
                continue
            await context.renew()
            renewed = clock()
            if entry is None:
                continue
            wrote = await seen(context, await context.view(), entry, wanted(context.actor))
            if wrote:
                yield entry, wrote


async def seen(context: Context, view: View, entry: Sealed, models: Models) -> tuple[Wrote, ...]:
    """What the viewer may see of an entry; asked once for all who see equally far."""
    key = (view.actor.reach, frozenset(models))
    asked = entry.answers.get(key)
    if asked is None:
        asked = asyncio.ensure_future(entries.seen(context.rows, view, (entry,), models))
        entry.answers[key] = asked
    # Whoever asked first may go away while others wait for the same answer.
    return (await asyncio.shield(asked)).get(entry.seq, ())
