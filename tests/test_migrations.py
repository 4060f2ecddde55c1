"""The chain of migrations makes exactly the tables that the models say, on both engines."""

from collections.abc import Callable

from sqlalchemy import Connection, inspect

from riskreg.kit import migrate, revisions, triggers
from riskreg.kit.tables import Base
from riskreg.tables import metadata
from tests.engines import Databases


def dump(connection: Connection) -> set[str]:
    """Everything that the database knows about its tables, as comparable lines."""
    if connection.dialect.name == "sqlite":
        query = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'"
        rows = connection.exec_driver_sql(query).all()
        return {f"{kind} {name}: {_sorted_body(sql)}" for kind, name, sql in rows}
    return _postgres_dump(connection)


def _sorted_body(sql: str | None) -> str:
    """A CREATE statement without what depends on the order in which it was put together."""
    if not sql:
        return ""
    flat = " ".join(sql.replace('"', "").replace("(", " ( ").replace(")", " ) ").split())
    return " ".join(sorted(flat.replace(",", " ").split()))


def _postgres_dump(connection: Connection) -> set[str]:
    queries = (
        """SELECT 'column', table_name, column_name, data_type, is_nullable, column_default,
        character_maximum_length, numeric_precision, numeric_scale, collation_name
        FROM information_schema.columns WHERE table_schema = 'public'""",
        "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        """SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
        """SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal""",
        """SELECT 'function', proname, prosrc FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace""",
    )
    lines = {str(tuple(row)) for q in queries for row in connection.exec_driver_sql(q).all()}
    return {line for line in lines if "alembic_version" not in line}


def create_all(connection: Connection) -> None:
    Base.metadata.create_all(connection)
    triggers.refresh(connection)


def test_migrations_equal_models(databases: Databases, migrated_url: str) -> None:
    made = databases.create_database()
    migrate.on_connection(made, create_all)
    wanted, found = (migrate.on_connection(url, dump) for url in (made, migrated_url))
    databases.drop_database(made)
    assert sorted(found - wanted) == []
    assert sorted(wanted - found) == []


def test_downgrade_to_nothing_and_up_again(migrated_url: str) -> None:
    migrate.downgrade(migrated_url, "base")
    left = migrate.on_connection(migrated_url, lambda c: set(inspect(c).get_table_names()))
    assert {name for name in left if "_fts" not in name} == {"alembic_version"}
    migrate.upgrade(migrated_url)
    again = migrate.on_connection(migrated_url, lambda c: set(inspect(c).get_table_names()))
    assert set(metadata.tables) <= again


def test_upgrading_twice_changes_nothing(
    migrated_url: str, migrated_template: Callable[[str], str]
) -> None:
    before = migrate.on_connection(migrated_url, dump)
    migrate.upgrade(migrated_url)
    assert migrate.on_connection(migrated_url, dump) == before


def test_the_newest_revision_is_known_without_alembic(migrated_url: str) -> None:
    assert migrate.on_connection(migrated_url, revisions.current) == revisions.head() == "0002"


def test_a_database_that_was_never_migrated_has_no_revision(database_url: str) -> None:
    assert migrate.on_connection(database_url, revisions.current) is None
