"""History triggers, made from the tables that the database really has.

They are re-created after every migration step (Alembic's batch mode drops triggers silently), so
they are derived by reflection: a table with a `<name>_history` beside it is tracked, one with a
`seq` column is append-only, one with an `entry_seq` recorded, and the journal's own tables are
guarded here by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, inspect

from riskreg.kit.tables import FOREVER_SEQ

HEAD = "journal_head"
TOUCHED = "journal_touched"
JOURNAL = "journal"
KEYS = "idempotency_keys"  # they note the entry of their write, and carry no history
_OPEN = f"(SELECT open_seq FROM {HEAD})"
_OUTSIDE = "a write outside an entry is refused"
_APPEND_ONLY = "this table is append-only"


class PastHasNulls(Exception):
    """A column that is NOT NULL today is NULL in the past: the migration lacks its back-fill."""


class PastLacksColumns(Exception):
    """A tracked table has a column that its history lacks: nothing could be written any more."""


@dataclass(frozen=True)
class _Found:
    tracked: dict[str, tuple[str, ...]]
    appended: tuple[str, ...]
    recorded: tuple[str, ...] = ()

    @property
    def searched(self) -> list[str]:
        """The tables that carry a text to be searched, and a number to find the row again."""
        needed = {"search_text", "number"}
        return [name for name, columns in self.tracked.items() if needed <= set(columns)]


def refresh(connection: Connection) -> None:
    """Re-create every history trigger from the tables as they are now."""
    found = _look(connection)
    sqlite = connection.dialect.name == "sqlite"
    for statement in _drop_sqlite(connection) if sqlite else ():
        connection.exec_driver_sql(statement)
    for statement in (_sqlite if sqlite else _postgres)(found):
        connection.exec_driver_sql(statement)
    for statement in (_sqlite_search if sqlite else _postgres_search)(found):
        connection.exec_driver_sql(statement)
    _refuse_null_past(connection, found)


def _look(connection: Connection) -> _Found:
    inspector = inspect(connection)
    names = set(inspector.get_table_names())
    if HEAD not in names:
        return _Found({}, ())
    columns = {n: tuple(c["name"] for c in inspector.get_columns(n)) for n in sorted(names)}
    # By name: a migration adds a column at the end, and its triggers are to be those of the models.
    tracked = {n: tuple(sorted(columns[n])) for n in columns if f"{n}_history" in names}
    for table, live in tracked.items():
        if lacking := sorted(set(live) - set(columns[f"{table}_history"])):
            msg = f"{table}_history lacks {', '.join(lacking)}"
            raise PastLacksColumns(msg)
    own = {JOURNAL, HEAD, TOUCHED, KEYS}
    appended = tuple(n for n in columns if "seq" in columns[n] and n not in own)
    recorded = tuple(n for n in columns if "entry_seq" in columns[n])
    return _Found(tracked, appended, recorded)


def _drop_sqlite(connection: Connection) -> list[str]:
    rows = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal__%'"
    )
    return [f'DROP TRIGGER "{name}"' for (name,) in rows.all()]


def _sqlite(found: _Found) -> Iterator[str]:
    for table, columns in found.tracked.items():
        yield from _sqlite_tracked(table, columns)
    for table in found.appended:
        touch = _sqlite_touch(table, "NEW.id")
        yield _sqlite_refusal(table, "INSERT", f"NEW.seq IS NOT {_OPEN}", _OUTSIDE)
        yield f"CREATE TRIGGER journal__{table}_i AFTER INSERT ON {table} BEGIN {touch}; END"
        yield _sqlite_refusal(table, "UPDATE", "1", _APPEND_ONLY)
        yield _sqlite_refusal(table, "DELETE", "1", _APPEND_ONLY)
    for table in found.recorded:
        yield _sqlite_refusal(table, "UPDATE", "1", _APPEND_ONLY)
        yield _sqlite_refusal(table, "DELETE", "1", _APPEND_ONLY)
    if found.tracked:
        for table in (JOURNAL, TOUCHED):
            yield _sqlite_refusal(table, "INSERT", f"NEW.seq IS NOT {_OPEN}", _OUTSIDE)
            yield _sqlite_refusal(table, "UPDATE", "1", _APPEND_ONLY)
            yield _sqlite_refusal(table, "DELETE", "1", _APPEND_ONLY)


def _sqlite_refusal(table: str, act: str, when: str, why: str) -> str:
    return (
        f"CREATE TRIGGER journal__{table}_no_{act.lower()} BEFORE {act} ON {table} "
        f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _sqlite_touch(table: str, row_id: str) -> str:
    # INSERT OR IGNORE would take over the conflict policy of the statement that fired the trigger.
    return (
        f"INSERT INTO {TOUCHED} (seq, table_name, row_id) SELECT open_seq, '{table}', {row_id} "
        f"FROM {HEAD} WHERE NOT EXISTS (SELECT 1 FROM {TOUCHED} t WHERE t.seq = open_seq "
        f"AND t.table_name = '{table}' AND t.row_id = {row_id})"
    )


def _sqlite_tracked(table: str, columns: tuple[str, ...]) -> Iterator[str]:
    history = f"{table}_history"
    names = ", ".join(columns)
    values = ", ".join(f"NEW.{c}" for c in columns)
    end = (
        f"DELETE FROM {history} WHERE id = OLD.id AND from_seq = {_OPEN}; "
        f"UPDATE {history} SET to_seq = {_OPEN} WHERE id = OLD.id AND to_seq = {FOREVER_SEQ}"
    )
    begin = (
        f"INSERT INTO {history} (from_seq, to_seq, {names}) "
        f"VALUES ({_OPEN}, {FOREVER_SEQ}, {values})"
    )
    new, old = _sqlite_touch(table, "NEW.id"), _sqlite_touch(table, "OLD.id")
    for act in ("INSERT", "UPDATE", "DELETE"):
        yield _sqlite_refusal(table, act, f"{_OPEN} IS NULL", _OUTSIDE)
    create = f"CREATE TRIGGER journal__{table}"
    yield f"{create}_i AFTER INSERT ON {table} BEGIN {begin}; {new}; END"
    yield f"{create}_u AFTER UPDATE ON {table} BEGIN {end}; {begin}; {old}; {new}; END"
    yield f"{create}_d AFTER DELETE ON {table} BEGIN {end}; {old}; END"
    yield _sqlite_refusal(history, "INSERT", f"NEW.from_seq IS NOT {_OPEN}", _OUTSIDE)
    yield _sqlite_refusal(history, "DELETE", f"OLD.from_seq IS NOT {_OPEN}", _APPEND_ONLY)
    changed = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in ("from_seq", *columns))
    only_ended = f"OLD.to_seq <> {FOREVER_SEQ} OR NEW.to_seq IS NOT {_OPEN} OR {changed}"
    yield _sqlite_refusal(history, "UPDATE", only_ended, _APPEND_ONLY)


def _postgres(found: _Found) -> Iterator[str]:
    if not found.tracked:
        return
    for table, columns in found.tracked.items():
        yield from _postgres_tracked(table, columns)
    for table in (*found.appended, JOURNAL, TOUCHED):
        touch = "" if table in {JOURNAL, TOUCHED} else _postgres_touch(table, "NEW.id")
        body = (
            f"IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION '{_APPEND_ONLY}'; END IF; "
            f"IF NEW.seq IS DISTINCT FROM {_OPEN} THEN RAISE EXCEPTION '{_OUTSIDE}'; END IF; "
            f"{touch} RETURN NEW;"
        )
        yield from _postgres_trigger(table, "keep", "BEFORE INSERT OR UPDATE OR DELETE", body)
    history = [f"{t}_history" for t in found.tracked]
    body = f"RAISE EXCEPTION '{_APPEND_ONLY}';"
    for table in found.recorded:
        yield from _postgres_trigger(table, "keep", "BEFORE UPDATE OR DELETE", body)
    for table in (*found.tracked, *history, *found.appended, *found.recorded, JOURNAL, TOUCHED):
        yield from _postgres_trigger(table, "truncate", "BEFORE TRUNCATE", body, each="STATEMENT")


def _postgres_trigger(
    table: str, what: str, when: str, body: str, *, each: str = "ROW"
) -> Iterator[str]:
    name = f"journal__{table}_{what}"
    declare = "DECLARE s bigint; "
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ {declare}BEGIN {body} END $$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {name} {when} ON {table} FOR EACH {each} "
        f"EXECUTE FUNCTION {name}()"
    )


def _postgres_touch(table: str, row_id: str) -> str:
    return (
        f"INSERT INTO {TOUCHED} (seq, table_name, row_id) VALUES ({_OPEN}, '{table}', {row_id}) "
        "ON CONFLICT DO NOTHING;"
    )


def _postgres_tracked(table: str, columns: tuple[str, ...]) -> Iterator[str]:
    history = f"{table}_history"
    names = ", ".join(columns)
    values = ", ".join(f"NEW.{c}" for c in columns)
    body = (
        f"s := {_OPEN}; IF s IS NULL THEN RAISE EXCEPTION '{_OUTSIDE}'; END IF; "
        f"IF TG_OP <> 'INSERT' THEN "
        f"DELETE FROM {history} WHERE id = OLD.id AND from_seq = s; "
        f"UPDATE {history} SET to_seq = s WHERE id = OLD.id AND to_seq = {FOREVER_SEQ}; "
        f"{_postgres_touch(table, 'OLD.id')} END IF; "
        f"IF TG_OP <> 'DELETE' THEN "
        f"INSERT INTO {history} (from_seq, to_seq, {names}) VALUES (s, {FOREVER_SEQ}, {values}); "
        f"{_postgres_touch(table, 'NEW.id')} END IF; RETURN NULL;"
    )
    yield from _postgres_trigger(table, "keep", "AFTER INSERT OR UPDATE OR DELETE", body)
    changed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in ("from_seq", *columns))
    refuse = (
        f"s := {_OPEN}; "
        f"IF TG_OP = 'INSERT' THEN IF NEW.from_seq IS DISTINCT FROM s THEN "
        f"RAISE EXCEPTION '{_OUTSIDE}'; END IF; RETURN NEW; END IF; "
        f"IF TG_OP = 'DELETE' THEN IF OLD.from_seq IS DISTINCT FROM s THEN "
        f"RAISE EXCEPTION '{_APPEND_ONLY}'; END IF; RETURN OLD; END IF; "
        f"IF OLD.to_seq <> {FOREVER_SEQ} OR NEW.to_seq IS DISTINCT FROM s OR {changed} "
        f"THEN RAISE EXCEPTION '{_APPEND_ONLY}'; END IF; RETURN NEW;"
    )
    yield from _postgres_trigger(history, "keep", "BEFORE INSERT OR UPDATE OR DELETE", refuse)


def _sqlite_search(found: _Found) -> Iterator[str]:
    # The row number is ours: VACUUM may renumber the hidden one of a table with a text key.
    for table in found.searched:
        fts = f"{table}_fts"
        yield (
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {fts} USING fts5(search_text, "
            "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M*'\")"
        )
        insert = f"INSERT INTO {fts} (rowid, search_text) VALUES (NEW.number, NEW.search_text)"
        delete = f"DELETE FROM {fts} WHERE rowid = OLD.number"
        create = f"CREATE TRIGGER journal__{table}_fts"
        yield f"{create}_i AFTER INSERT ON {table} BEGIN {insert}; END"
        changed = f"AFTER UPDATE OF search_text, number ON {table}"
        yield f"{create}_u {changed} BEGIN {delete}; {insert}; END"
        yield f"{create}_d AFTER DELETE ON {table} BEGIN {delete}; END"


def _postgres_search(found: _Found) -> Iterator[str]:
    # Lexemes are made by us: PostgreSQL's own parser would cut some of them differently.
    for table in found.searched:
        yield (
            f"CREATE INDEX IF NOT EXISTS ix_{table}_search_text ON {table} USING gin "
            "(array_to_tsvector(string_to_array(search_text, ' ')))"
        )


def _refuse_null_past(connection: Connection, found: _Found) -> None:
    inspector = inspect(connection)
    for table in found.tracked:
        required = [c["name"] for c in inspector.get_columns(table) if not c["nullable"]]
        empty = " OR ".join(f"{c} IS NULL" for c in required)
        sql = f"SELECT 1 FROM {table}_history WHERE {empty} LIMIT 1"
        if connection.exec_driver_sql(sql).first():
            msg = f"{table}_history has rows that lack a value which {table} now requires"
            raise PastHasNulls(msg)
