"""What the tests of the joints may ask for: a database of their own, and a clock to set."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from riskreg.kit.clock import SettableClock
from riskreg.kit.db import Database
from riskreg.tables import metadata
from tests.cast import cast_url, register, staged

__all__ = ["cast_url", "register", "staged"]

START = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
assert "risks" in metadata.tables  # the whole metadata, as the running register has it


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands still at a Monday morning in Singapore."""
    return SettableClock(START)


@pytest.fixture
async def db(migrated_url: str, clock: SettableClock) -> AsyncIterator[Database]:
    """A database with every table and no row, on each engine."""
    database = Database(migrated_url, clock)
    yield database
    await database.aclose()
