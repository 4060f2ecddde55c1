"""What the commands say when there is no database to work on: one line, and nothing is made."""

import re
import subprocess

import pytest

from tests.engines import Databases
from tests.site import BIN, environment


def told(url: str, *words: str) -> tuple[int, str, str]:
    """How a command ended, and what it said."""
    done = subprocess.run(
        [str(BIN), *words], env=environment(url), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


TOKEN = ("token", "create", "--role", "PM", "--name", "x")


def test_database_without_tables_is_named(database_url: str) -> None:
    said = "Error: the database needs `riskreg migrate`\n"
    for words in (TOKEN, ("export",)):
        assert told(database_url, *words) == (1, "", said)
    assert told(database_url, "migrate") == (0, "", "")
    code, token, _ = told(database_url, *TOKEN)
    assert (code, bool(re.fullmatch(r"rrk_\w{20,}\n", token))) == (0, True)


def test_database_that_is_not_there_is_named(databases: Databases) -> None:
    url = databases.create_database()
    databases.drop_database(url)
    missing = url.replace("/test_", "/no/such/folder/test_") if "sqlite" in url else url
    for words in (TOKEN, ("migrate",)):
        code, out, err = told(missing, *words)
        assert (code, out) == (1, "")
        assert re.fullmatch(r"Error: no database: [^\n]+\n", err)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "riskreg.db"])
def test_other_engines_are_refused(url: str) -> None:
    said = "a database is sqlite+aiosqlite:///FILE or postgresql+asyncpg://HOST/NAME"
    for words in (TOKEN, ("migrate",)):
        assert told(url, *words) == (1, "", f"Error: no database: {said}\n")
