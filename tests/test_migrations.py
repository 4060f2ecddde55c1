"""The chain of migrations makes exactly the tables that the models say, on both engines."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, insert, inspect, update

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


RELEASED_REPORT = {
    "id": "1" * 32,
    "code": "RPT-001",
    "number": 1,
    "kind": "WHERE_WE_STAND",
    "status": "GENERATED",
    "scope": "all",
    "as_of": datetime(2026, 11, 16, 1, tzinfo=UTC),
    "revision": 0,
    "headline": "All is well",
    "facts": "{}",
    "findings": "[]",
    "content_hash": "c" * 64,
    "audit_head": "0:x",
    "file_hash": "f" * 64,
    "version": 1,
    **dict.fromkeys(("created_at", "updated_at"), datetime(2026, 11, 16, 1, tzinfo=UTC)),
    **dict.fromkeys(("created_by", "updated_by"), "0" * 32),
}


def write_released(connection: Connection) -> None:
    """A report and its file, as the released schema kept them."""
    tables = MetaData()
    tables.reflect(connection, only=["journal_head", "reports", "report_files"])
    head, reports, files = (
        tables.tables[name] for name in ("journal_head", "reports", "report_files")
    )
    connection.execute(update(head).values(seq=1, open_seq=1))
    given = RELEASED_REPORT
    if connection.dialect.name == "postgresql":
        given = given | {"findings": []}
    connection.execute(insert(reports).values(given))
    connection.execute(update(head).values(open_seq=None))
    file = {"content": b"%PDF-", "media_type": "application/pdf", "sha256": "f" * 64}
    connection.execute(insert(files).values(report_id="1" * 32, **file))


def read_back(connection: Connection) -> list[tuple[object, ...]]:
    columns = "file_hash, rendered_at, rendering_problem"
    query = f"""SELECT 'now', {columns} FROM reports UNION ALL
        SELECT 'then', {columns} FROM reports_history UNION ALL
        SELECT 'file', sha256, NULL, NULL FROM report_files ORDER BY 1"""
    return [tuple(row) for row in connection.exec_driver_sql(query).all()]


def test_reports_of_the_released_schema_keep_their_files(databases: Databases) -> None:
    url = databases.create_database()
    migrate.upgrade(url, "0001")
    migrate.on_connection(url, write_released)
    migrate.upgrade(url)
    kept = migrate.on_connection(url, read_back)
    databases.drop_database(url)
    assert kept == [(word, "f" * 64, None, None) for word in ("file", "now", "then")]


def test_the_newest_revision_is_known_without_alembic(migrated_url: str) -> None:
    assert migrate.on_connection(migrated_url, revisions.current) == revisions.head() == "0002"


def test_a_database_that_was_never_migrated_has_no_revision(database_url: str) -> None:
    assert migrate.on_connection(database_url, revisions.current) is None
