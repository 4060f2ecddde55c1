"""Waiting for something that announces itself to nobody."""

import asyncio
from collections.abc import Callable

SECONDS = 20.0


async def until(so: Callable[[], object], *, every: float = 0.005) -> None:
    """Return once it is so; TimeoutError if it does not come to be."""
    async with asyncio.timeout(SECONDS):
        while not so():  # noqa: ASYNC110
            await asyncio.sleep(every)
