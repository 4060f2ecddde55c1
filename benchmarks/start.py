"""Start to first answer, and memory when idle, beside the bare imports: seconds and MB (PSS).

Both are measured with their bytecode compiled, as `./dev` leaves it; importing alone takes twice as
long where each process compiles anew. Run it as `python benchmarks/start.py`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

RISKREG = Path(sys.executable).parent / "riskreg"
IMPORTS = "import aiosqlite, orjson, sqlalchemy.ext.asyncio, starlette.routing, strawberry, uvicorn"
BARE = f"{IMPORTS}; print('ready', flush=True); input()"


def pss(pid: int) -> float:
    """The proportional set size of a process, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("Pss:")]
    return int(line.split()[1]) / 1024


Ready = Callable[[subprocess.Popen[str]], None]


def measure(command: list[str], ready: Ready) -> tuple[float, float]:
    """Seconds until a process is ready, and its memory then."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    try:
        ready(process)
        took = time.perf_counter() - started
        time.sleep(0.3)
        return took, pss(process.pid)
    finally:
        process.kill()
        process.wait()


def places() -> list[str]:
    """Where the code is: the packages, and riskreg."""
    return [sysconfig.get_path("purelib"), str(Path(__file__).parents[1] / "src")]


def said_ready(process: subprocess.Popen[str]) -> None:
    """Wait for its first line."""
    assert process.stdout is not None
    process.stdout.readline()


def main() -> None:
    """Print the best of three of each."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def answers(_process: subprocess.Popen[str]) -> None:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).read()
            except (URLError, ConnectionError):
                time.sleep(0.01)
            else:
                return

    with tempfile.TemporaryDirectory() as folder:
        os.environ["RISKREG_DATABASE_URL"] = f"sqlite+aiosqlite:///{folder}/start.db"
        subprocess.run([sys.executable, "-m", "compileall", "-q", *places()], check=True)
        subprocess.run([str(RISKREG), "migrate"], check=True)
        serve = [str(RISKREG), "serve", "--port", str(port)]
        rows = (
            ("riskreg serve, first answer", [measure(serve, answers) for _ in range(3)]),
            ("bare imports", [measure([sys.executable, "-c", BARE], said_ready) for _ in range(3)]),
        )
    for name, taken in rows:
        seconds, memory = min(taken)
        print(f"{name:30} {seconds:5.2f} s  {memory:6.1f} MB")


if __name__ == "__main__":
    main()
