"""The server: how uvicorn is set up, and how it stops."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

import uvicorn

from riskreg.app import Service
from riskreg.kit.edge import EdgeRules

GRACE_SECONDS = 1.0
"""How long requests are still taken once `/readyz` says no, for those who look there."""
FINISH_SECONDS = 10
PING_SECONDS = 20.0
"""How often a silent WebSocket is pinged, and how long its answer is waited for."""


def serve(service: Service, host: str, port: int) -> None:
    """Serve until a signal says to stop; 3 is the exit code when it could not even start."""
    config = uvicorn.Config(
        service.app,
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=FINISH_SECONDS,
        h11_max_incomplete_event_size=64 * 1024,
        ws="websockets-sansio",
        ws_max_size=EdgeRules().message_limit,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        # A frame that unfolds to a thousand times its size is nothing that anybody needs.
        ws_per_message_deflate=False,
    )
    server = _Server(config, service)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(3)


class _Server(uvicorn.Server):
    """Drains before it stops: uvicorn would cut streams off, without where to go on."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def main_loop(self) -> None:
        """Run until a signal came and who listened is gone; a second signal hurries it."""
        await super().main_loop()
        draining = asyncio.ensure_future(self._service.drain())
        for _ in range(int(GRACE_SECONDS / 0.1)):
            if self.force_exit:
                break
            await asyncio.sleep(0.1)
        if not self.force_exit:
            await draining
