"""Streams of events over HTTP: what the "distinct connections" of GraphQL over SSE have.

Each answer is an event `next`; `complete` ends the stream. Comments keep it alive through proxies,
and find out who has gone.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from starlette.types import Receive, Send

from riskreg.kit import negotiation
from riskreg.kit.operations import Events, encoded

ALIVE_SECONDS = 12.0
SEND_SECONDS = 10.0
"""Who takes nothing for so long is cut off."""
HEADERS = (
    (b"content-type", f"{negotiation.EVENTS}; charset=utf-8".encode()),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept"),
    (b"x-accel-buffering", b"no"),
)
COMMENT, COMPLETE = b":\n\n", b"event: complete\ndata:\n\n"


async def send_events(replies: Events, receive: Receive, send: Send, request_id: str) -> str | None:
    """Send every answer as it comes, until the last or until nobody listens.

    Gives the code of the error with which it ended, None if there was none.
    """
    stream = _Stream(send, request_id)
    writing = asyncio.ensure_future(stream.write(replies))
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (writing, leaving):
            task.cancel()
        await asyncio.gather(writing, leaving, return_exceptions=True)
    if not writing.cancelled() and (error := writing.exception()) is not None:
        raise error
    return stream.code


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Stream:
    """An answer of status 200 that is written piece by piece."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.code: str | None = None

    async def write(self, replies: Events) -> None:
        """Write everything that comes."""
        try:
            async with aclosing(replies) as events:
                start = {"type": "http.response.start", "status": 200, "headers": HEADERS}
                await self._send(start)
                await self._pass(COMMENT)
                while (payload := await self._next(events)) is not None:
                    await self._pass(b"event: next\ndata: " + payload + b"\n\n")
                    await asyncio.sleep(0)  # others too, where events come without end
                await self._pass(COMPLETE)
                await self._send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            self.code = "SLOW_SUBSCRIBER"
            raise ConnectionAbortedError(self._request_id) from None

    async def _next(self, events: Events) -> bytes | None:
        """The next answer as JSON; None after the last. Comments are sent meanwhile."""
        coming = asyncio.ensure_future(anext(events, None))
        try:
            while not (await asyncio.wait({coming}, timeout=ALIVE_SECONDS))[0]:
                await self._pass(COMMENT)
        finally:
            if not coming.done():
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
        reply = coming.result()
        if reply is None:
            return None
        self.code = reply.code
        return encoded(reply.payload, self._request_id)[0]

    async def _pass(self, content: bytes) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await self._send({"type": "http.response.body", "body": content, "more_body": True})
