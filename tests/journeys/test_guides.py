"""What the guides tell readers to type, typed: against the demo, over the real server."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url

from tests.demo_fixture import Loaded
from tests.engines import PostgresServer, SqliteFiles
from tests.guides import blocks, document, printed_by, section
from tests.journeys.conftest import day_of_the_machine
from tests.site import Site, serve

PARTNERS = document("docs/partners.md")
OPERATORS = document("docs/operators.md")
README = document("README.md")
POSTGRES = section(OPERATORS, "PostgreSQL")
PROGRAMS = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


SOUND = re.compile(r"(\d+) entries, head \1:[0-9a-f]{64}\n")


@pytest.fixture
def own_site(demo_template: Loaded, tmp_path: Path) -> Iterator[Site]:
    """A served demo that the test may change."""
    template = demo_template("sqlite", *day_of_the_machine())
    running = serve(SqliteFiles(tmp_path).create_database(template))
    yield running
    running.stop()


def user_errors(answer: Any) -> list[Any]:
    """What has to be mended, wherever it stands in an answer."""
    if isinstance(answer, list):
        return [error for one in answer for error in user_errors(one)]
    if not isinstance(answer, dict):
        return []
    below = [error for one in answer.values() for error in user_errors(one)]
    return [*answer.get("userErrors", []), *below]


def run_queries(text: str, site: Site, token: str) -> int:
    """Ask what the GraphQL blocks of a guide ask, nothing may fail; how many there were."""
    told = blocks(text, "graphql")
    for block in told:
        answer = httpx.post(
            f"{site.url}/graphql",
            json={"query": block.text},
            headers={"authorization": f"Bearer {token}"},
            timeout=60,
        ).json()
        assert "errors" not in answer, block.text
        assert user_errors(answer["data"]) == [], block.text
    return len(told)


def test_the_guide_for_partners_runs(own_site: Site, tmp_path: Path) -> None:
    token = own_site.token("QA", "QA dashboards")
    environment = {"RISKREG_URL": own_site.url, "RISKREG_TOKEN": token}
    told = blocks(PARTNERS, "python")
    printed = printed_by(told, environment, tmp_path)
    for block, text in zip(told, printed, strict=True):
        assert text == (block.prints or ""), block.text
    assert sum(block.prints is not None for block in told) == 12
    assert run_queries(PARTNERS, own_site, token) == 4


def test_the_guide_for_operators_runs_on_sqlite(tmp_path: Path) -> None:
    told = blocks(OPERATORS.replace(POSTGRES, ""), "sh")
    started, tokens, backed_up, restored, jobs, upgraded, noted = printed_by(
        told, {"PATH": PROGRAMS}, tmp_path
    )
    assert (tokens, jobs) == ("", "")
    for printed in (started, backed_up, restored, upgraded, noted):
        assert SOUND.fullmatch(printed), printed
    assert backed_up == restored == upgraded == noted != started
    assert re.fullmatch(r"rrk_\w{36}\n", (tmp_path / "qa.token").read_text())
    assert (tmp_path / "admin.token").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "old" / "riskreg.db").exists()


def test_the_guide_for_operators_runs_on_postgresql(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    place = make_url(postgres_server.create_database())
    environment = {
        "PATH": f"{postgres_server.programs}{os.pathsep}{PROGRAMS}",
        "PGHOST": str(place.host),
        "PGPORT": str(place.port),
        "PGUSER": str(place.username),
    }
    started, restored = printed_by(blocks(POSTGRES, "sh"), environment, tmp_path)
    for name in ("riskreg", "restored"):
        postgres_server.drop_database(place.set(database=name).render_as_string(False))
    assert SOUND.fullmatch(started)
    assert restored == started


def test_health_is_told_as_it_is(own_site: Site) -> None:
    told = re.findall(r"^\| `(/\w+)` \| `(\w+)`", OPERATORS, re.MULTILINE)
    assert [path for path, _ in told] == ["/livez", "/readyz"]
    for path, answer in told:
        assert httpx.get(f"{own_site.url}{path}").text == f"{answer}\n"


def test_the_readme_brings_a_register_up(tmp_path: Path) -> None:
    [told] = blocks(README, "sh")
    *before, last = told.text.splitlines(keepends=True)
    assert last == "riskreg serve --port 8000\n"
    block = replace(told, text="".join(before))
    [token] = printed_by([block], {"PATH": PROGRAMS}, tmp_path)
    site = serve(f"sqlite+aiosqlite:///{tmp_path}/riskreg.db")
    asked = run_queries(README, site, token.strip())
    site.stop()
    assert asked == 1
