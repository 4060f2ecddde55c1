"""Which migration a database is at, and which is the newest, without loading Alembic.

Alembic and what it brings take half of the time in which a server should have started.
"""

from __future__ import annotations

import re
from functools import cache

from sqlalchemy import Connection, column, inspect, select, table

from riskreg.kit.places import shipped

_REVISION = re.compile(r"^(revision|down_revision) = [\"'](.*?)[\"']$", re.MULTILINE)
_VERSIONS = table("alembic_version", column("version_num"))


@cache
def head() -> str:
    """The newest revision that this code knows: the one that no other follows."""
    known: set[str] = set()
    followed: set[str] = set()
    for path in (shipped("migrations") / "versions").glob("*.py"):
        found = dict(_REVISION.findall(path.read_text()))
        known.add(found["revision"])
        followed.update({found["down_revision"]} if "down_revision" in found else ())
    [newest] = known - followed
    return newest


def current(connection: Connection) -> str | None:
    """The revision that a database is at; None when it was never migrated."""
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    return connection.execute(select(_VERSIONS.c.version_num)).scalar()
