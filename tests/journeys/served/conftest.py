"""A register of its own behind `riskreg serve`, to be written to, fuzzed and attacked."""

import json
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url

from riskreg.demo import load as demo
from riskreg.kit.clock import SystemClock, today
from tests.demo_fixture import Loaded
from tests.engines import Databases, EngineKind, SqliteFiles
from tests.site import BIN, Site, environment, serve

GRAPHQL = "application/graphql-response+json"


@dataclass
class Served:
    """A running register, and those who may do everything between them."""

    site: Site
    client: httpx.Client
    tokens: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, site: Site) -> "Served":
        """The register with its tokens, waiting to be asked."""
        roles = ("PM_LEAD", "ADMIN", "ANALYST", "AUDITOR")
        tokens = {role: site.token(role, f"Fuzz {role}") for role in roles}
        return cls(site, httpx.Client(base_url=site.url, timeout=30), tokens)

    def headers(self, role: str = "PM_LEAD") -> dict[str, str]:
        """Who asks, and in which media type."""
        return {"authorization": f"Bearer {self.tokens[role]}", "accept": GRAPHQL}

    def post(self, query: str, role: str = "PM_LEAD", /, **variables: Any) -> httpx.Response:
        """The answer to a document."""
        # json.dumps escapes half a character, which httpx could not send.
        content = json.dumps({"query": query, "variables": variables})
        headers = {**self.headers(role), "content-type": "application/json"}
        return self.client.post("/graphql", content=content, headers=headers)

    def ask(self, query: str, /, **variables: Any) -> Any:
        """The data of a document that may not fail."""
        answer = self.post(query, **variables)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    def head(self) -> tuple[int, str]:
        """The last entry and its hash, of a register on SQLite: cheaper than the whole proof."""
        path = make_url(self.site.database_url).database
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            [row] = connection.execute("SELECT seq, hash FROM journal_head")
        return (row[0], row[1])

    def journal(self) -> str:
        """How many entries there are and the hash of the last, the whole proof checked."""
        done = subprocess.run(
            [str(BIN), "audit", "verify"],
            env=environment(self.site.database_url),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="session")
def served_on(
    demo_template: Loaded,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[[EngineKind, str], Served]]:
    """From engine and purpose to a running register with the demo, one of each in a run."""
    running: list[Served] = []
    day = today(SystemClock().now() - timedelta(hours=8, minutes=31))

    @cache
    def started(kind: EngineKind, _purpose: str) -> Served:
        databases: Databases
        if kind == "sqlite":
            databases = SqliteFiles(tmp_path_factory.mktemp("served"))
        else:
            databases = request.getfixturevalue("postgres_server")
        url = databases.create_database(template=demo_template(kind, demo.SEED, day))
        running.append(Served.of(serve(url)))
        return running[-1]

    yield started
    for one in running:
        one.client.close()
        one.site.stop()


@pytest.fixture
def served(served_on: Callable[[EngineKind, str], Served]) -> Served:
    """A register on SQLite whose rows stay as they are, but for those that tests add by code."""
    return served_on("sqlite", "kept")
