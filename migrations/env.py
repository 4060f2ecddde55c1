"""Runs the migrations on the connection it is handed, and makes the triggers anew after each."""

import os
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from riskreg.kit import journal, migrate, triggers
from riskreg.kit.tables import Instant
from riskreg.tables import metadata


def refresh(*, ctx: MigrationContext, **_step: object) -> None:
    """After each step: triggers and full-text indexes, and the journal's first row."""
    triggers.refresh(ctx.connection)
    if ctx.dialect.has_table(ctx.connection, "journal_head"):
        journal.install(ctx.connection, datetime(1970, 1, 1, tzinfo=UTC))


def ours(_object: object, name: str | None, _kind: str, reflected: bool, _other: object) -> bool:  # noqa: FBT001 (Alembic's signature)
    """Leave the full-text tables and indexes out of comparisons: `triggers.refresh` makes them."""
    return not (name and reflected and ("_fts" in name or name.endswith("_search_text")))


def rendered(kind: str, item: object, _context: object) -> str | bool:
    """Our own column types as plain ones: a version file imports nothing of riskreg."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime().with_variant(postgresql.TIMESTAMP(timezone=True), 'postgresql')"
    if kind == "type" and isinstance(item, sa.JSON):
        plain = "sa.JSON(none_as_null=True)"
        return f"{plain}.with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')"
    return False


def run(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A table that is made anew is missing for a moment. Else SQLite refuses to give it its name
        # back, because triggers of other tables name it; they are made anew after the step.
        connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        include_object=ours,
        render_item=rendered,
        on_version_apply=refresh,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    migrate.on_connection(os.environ["RISKREG_DATABASE_URL"], run)
