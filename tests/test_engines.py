"""The databases that tests are given are what they say: empty, copies, and nobody else's."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests.engines import Databases, EngineKind, PostgresServer, SqliteFiles


async def run(url: str, *statements: str) -> list[object]:
    """The first column of what the last statement gives, after all were carried out."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        await engine.dispose()


async def tables(url: str) -> list[object]:
    """The names of the tables that were made there."""
    if url.startswith("sqlite"):
        return await run(url, "SELECT name FROM sqlite_master ORDER BY name")
    return await run(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")


def name_of(url: str) -> str | None:
    """The database of an address."""
    return make_url(url).database


def names(server: PostgresServer) -> list[str]:
    """The databases that a server has."""
    return server.sql("SELECT datname FROM pg_database").split()


async def test_database_url_is_an_empty_database(database_url: str) -> None:
    assert await tables(database_url) == []


async def test_database_url_names_the_engine(database_url: str, engine_kind: EngineKind) -> None:
    driver = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+asyncpg"}
    assert make_url(database_url).drivername == driver[engine_kind]


async def test_copy_of_a_template_is_independent_of_it(
    databases: Databases, database_url: str
) -> None:
    await run(database_url, "CREATE TABLE risks (title TEXT)", "INSERT INTO risks VALUES ('first')")
    copy, other = (databases.create_database(template=database_url) for _ in range(2))
    await run(copy, "INSERT INTO risks VALUES ('only in the copy')")
    await run(database_url, "INSERT INTO risks VALUES ('only in the template')")
    titles = [
        await run(url, "SELECT title FROM risks ORDER BY title")
        for url in (copy, other, database_url)
    ]
    assert titles == [["first", "only in the copy"], ["first"], ["first", "only in the template"]]


async def test_migrated_url_has_the_tables_and_no_rows(migrated_url: str) -> None:
    assert "risks" in await tables(migrated_url)
    assert await run(migrated_url, "SELECT count(*) FROM risks") == [0]


async def test_copy_has_what_is_still_in_the_write_ahead_log(tmp_path: Path) -> None:
    files = SqliteFiles(tmp_path)
    template = files.create_database()
    writer = create_async_engine(template)
    async with writer.connect() as connection:
        await connection.execute(text("PRAGMA journal_mode=WAL"))
        await connection.execute(text("CREATE TABLE risks (title TEXT)"))
        await connection.commit()
        copy = files.create_database(template=template)
    await writer.dispose()
    assert await tables(copy) == ["risks"]


async def test_dropped_database_is_gone(databases: Databases, tmp_path: Path) -> None:
    url = databases.create_database()
    await run(url, "CREATE TABLE risks (title TEXT)")
    databases.drop_database(url)
    assert list(tmp_path.iterdir()) == []
    if isinstance(databases, PostgresServer):
        assert name_of(url) not in names(databases)


async def test_drop_ends_the_connections_to_the_database(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()
    engine = create_async_engine(url)
    await run(url, "SELECT 1")
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        postgres_server.drop_database(url)
        await connection.invalidate()
    await engine.dispose()
    assert name_of(url) not in names(postgres_server)


def test_server_sorts_and_stores_text_as_sqlite_does(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()
    sorted_ = "SELECT string_agg(x, '' ORDER BY x) FROM (VALUES ('b'), ('B'), ('a'), ('é')) AS t(x)"
    assert postgres_server.sql(sorted_, url) == "Babé\n"
    assert postgres_server.sql("SHOW server_encoding", url) == "UTF8\n"
    postgres_server.drop_database(url)


def test_failing_statement_says_why(postgres_server: PostgresServer) -> None:
    with pytest.raises(RuntimeError, match='psql: ERROR:  relation "nothing" does not exist'):
        postgres_server.sql("SELECT * FROM nothing")


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; a zombie only waits for its parent to ask."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_server_and_its_files_go_with_a_killed_run() -> None:
    script = """
import time
from tests.engines import PostgresServer
server = PostgresServer()
print(server.folder, flush=True)
time.sleep(60)
"""
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=root
    ) as killed:
        assert killed.stdout is not None
        folder = Path(killed.stdout.readline().strip())
        server = psutil.Process(int((folder / "data/postmaster.pid").read_text().split()[0]))
        killed.kill()
    deadline = time.monotonic() + 10
    while (folder.exists() or alive(server)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not folder.exists()
    assert not alive(server)
