"""A running register: the real command on a real port, over a copy of the demo database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.error import URLError

BIN = Path(sys.executable).parent / "riskreg"
START_SECONDS = 30.0


@dataclass
class Site:
    """A served register; `stop` ends it, and `new_link` signs in anew."""

    url: str
    database_url: str
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def sign_in_link(self) -> str:
        """A link that signs a lead in once."""
        return f"{self.url}/sign-in?token={self._command('sign-in-link')}"

    def token(self, role: str = "PM_LEAD", name: str = "Journey") -> str:
        """A bearer token of a role."""
        return self._command("token", "create", "--role", role, "--name", name)

    def _command(self, *words: str) -> str:
        done = subprocess.run(
            [str(BIN), *words],
            env=environment(self.database_url),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def stop(self) -> None:
        """End the server, as an operator would."""
        self.process.terminate()
        self.process.wait(timeout=20)


def environment(database_url: str, **settings: str) -> dict[str, str]:
    """The environment of a command on a database, with settings by their names."""
    given = {f"RISKREG_{name.upper()}": value for name, value in settings.items()}
    return {**os.environ, "RISKREG_DATABASE_URL": database_url, **given}


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(
    database_url: str, *, command: str = "serve", into: IO[bytes] | None = None, **settings: str
) -> Site:
    """Start `riskreg serve` (or `run`) on a database and wait until it is ready.

    What it prints goes `into` a file where one is given.
    """
    port = free_port()
    process = subprocess.Popen(
        [str(BIN), command, "--port", str(port)],
        env=environment(database_url, **settings),
        stdout=into,
        stderr=into,
    )
    site = Site(f"http://127.0.0.1:{port}", database_url, process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{site.url}/readyz", timeout=2) as answer:  # noqa: S310 (our own loopback)
                if answer.status == 200:
                    return site
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    process.kill()
    message = "the server did not become ready"
    raise RuntimeError(message)
