"""What every test may ask for: an engine, and a database on it."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from riskreg.kit import migrate
from tests.demo_fixture import demo_template, demo_url
from tests.engines import KINDS, Databases, EngineKind, PostgresServer, SqliteFiles

__all__ = ["demo_template", "demo_url"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The PostgreSQL of this run, started by the first test that asks."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(params=KINDS)
def engine_kind(request: pytest.FixtureRequest) -> EngineKind:
    """Each of the two engines, one after the other."""
    kind: EngineKind = request.param
    return kind


@pytest.fixture
def databases(engine_kind: EngineKind, tmp_path: Path, request: pytest.FixtureRequest) -> Databases:
    """Makes and drops databases on the engine of this test."""
    if engine_kind == "sqlite":
        return SqliteFiles(tmp_path)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The address of an empty database, dropped after the test."""
    url = databases.create_database()
    yield url
    databases.drop_database(url)


@pytest.fixture(scope="session")
def migrated_template(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[EngineKind], str]:
    """The address of this run's migrated database of an engine, which nobody writes to."""

    @cache
    def template(kind: EngineKind) -> str:
        if kind == "sqlite":
            url = SqliteFiles(tmp_path_factory.mktemp("migrated")).create_database()
        else:
            url = request.getfixturevalue("postgres_server").create_database()
        migrate.upgrade(url)
        return url

    return template


@pytest.fixture
def migrated_url(
    engine_kind: EngineKind,
    databases: Databases,
    migrated_template: Callable[[EngineKind], str],
) -> Iterator[str]:
    """The address of a database with every table and no row, dropped after the test."""
    url = databases.create_database(template=migrated_template(engine_kind))
    yield url
    databases.drop_database(url)
