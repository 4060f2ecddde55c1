"""The real server, as an operator sees it: what `run` prints, and what is logged."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url

from riskreg.demo import load as demo
from tests.demo_fixture import Loaded
from tests.engines import EngineKind, PostgresServer, SqliteFiles
from tests.site import BIN, Site, environment, serve

SECRET = "Ostrich-Waterfall"
DOCUMENT = f"query Found($t: String!){{risks(search: $t){{totalCount}} # {SECRET}\n}}"


def ask(site: Site, body: object, token: str | None = None) -> httpx.Response:
    """The answer to a GraphQL request."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return httpx.post(f"{site.url}/graphql", json=body, headers=headers, timeout=60)


@pytest.fixture
def copied(demo_template: Loaded, tmp_path: Path) -> str:
    """The address of a copy of the demo."""
    return SqliteFiles(tmp_path).create_database(demo_template("sqlite", demo.SEED, demo.AS_OF))


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    """Where a server prints."""
    return tmp_path / "printed"


def requests_to(site: Site) -> list[httpx.Response]:
    """Requests of every kind that must not leave in the log what they carry."""
    token = site.token("ANALYST", SECRET)
    return [
        httpx.get(f"{site.url}/livez"),
        ask(site, {"query": DOCUMENT, "variables": {"t": SECRET}}, token),
        ask(site, {"query": "{me{name}}"}, f"rrk_{SECRET}"),
        httpx.get(f"{site.url}/sign-in", params={"token": SECRET}),
        httpx.get(f"{site.url}/export/risks.csv", headers={"authorization": f"Bearer {token}"}),
        httpx.get(f"{site.url}/livez", headers={"host": "elsewhere.example"}),
    ]


def test_each_request_is_a_line_without_what_was_said(copied: str, printed: Path) -> None:
    with printed.open("wb") as into:
        site = serve(copied, into=into)
        answers = requests_to(site)
        site.stop()
    text = printed.read_text()
    lines: list[dict[str, Any]] = [json.loads(one) for one in text.splitlines()]
    assert SECRET not in text
    assert "rrk_" not in text
    assert [one["requestId"] for one in lines] == [
        one.headers["x-request-id"] for one in answers[1:]
    ], "a healthy /livez says nothing"
    assert [(one["method"], one["path"], one["status"], one.get("code")) for one in lines] == [
        ("POST", "/graphql", 200, None),
        ("POST", "/graphql", 401, "UNAUTHENTICATED"),
        ("GET", "/sign-in", 401, None),
        ("GET", "/export/risks.csv", 200, None),
        ("GET", "/livez", 421, "FORBIDDEN"),
    ]
    query, *_, export, _refused = lines
    assert (query["event"], query["level"], query["operation"]) == ("request", "info", "Found")
    assert len(query["document"]) == 64
    assert re.fullmatch(r"[0-9a-f]{32}", query["actor"])
    assert export["actor"] == query["actor"]
    assert all(0 < one["ms"] < 10_000 for one in lines)


def test_the_log_can_be_text(copied: str, printed: Path) -> None:
    with printed.open("wb") as into:
        site = serve(copied, into=into, log="text")
        ask(site, {"query": "{me{name}}"})
        site.stop()
    [line] = printed.read_text().splitlines()
    assert " INFO request logger=riskreg.requests requestId=" in line
    assert line.endswith(" code=UNAUTHENTICATED")


WARN = """
import contextlib, logging
from riskreg.cli import main

with contextlib.suppress(SystemExit):
    main(["audit", "verify"], standalone_mode=False)
logging.getLogger("riskreg.kit.db").warning("slow entry", extra={"seq": 7})
"""


def test_commands_warn_in_words_with_the_facts(copied: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WARN],
        env=environment(copied),
        capture_output=True,
        text=True,
        check=True,
    )
    assert " entries, head " in done.stdout
    assert done.stderr.endswith(" WARNING slow entry logger=riskreg.kit.db seq=7\n")


def test_an_unknown_form_of_log_ends_the_server_before_it_starts(copied: str) -> None:
    done = subprocess.run(
        [str(BIN), "serve", "--port", "0"],
        env=environment(copied, log="xml"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        1,
        "Error: RISKREG_LOG must be json or text, not 'xml'.\n",
    )


def test_run_names_a_link_graphiql_and_a_brief_that_are_there(copied: str, printed: Path) -> None:
    with printed.open("wb") as into:
        site = serve(copied, command="run", into=into)
        said = printed.read_text()
        found = dict(re.findall(r"^  ([a-zA-Z -]+?)  +(http\S+)$", said, re.MULTILINE))
        assert list(found) == ["sign in", "GraphiQL", "a brief"]
        assert found["a brief"] == f"{site.url}/reports/RPT-012.pdf"
        secret = httpx.get(found["sign in"]).headers["set-cookie"].partition(";")[0]
        brief = httpx.get(found["a brief"], headers={"cookie": secret})
        page = httpx.get(found["GraphiQL"], headers={"cookie": secret})
        site.stop()
    assert (brief.status_code, brief.content[:5]) == (200, b"%PDF-")
    assert page.status_code == 200


def test_behind_a_proxy_that_ends_tls_our_own_pages_may_send(copied: str) -> None:
    site = serve(copied)
    own = site.url.replace("http:", "https:")
    query = {"query": "{me{name}}"}
    forwarded = {"origin": own, "x-forwarded-proto": "https"}
    statuses = [
        httpx.post(f"{site.url}/graphql", json=query, headers=headers).status_code
        for headers in (forwarded, {"origin": own}, {**forwarded, "origin": "https://evil.example"})
    ]
    site.stop()
    assert statuses == [401, 403, 403], "401: let in, and asked who it is"


def test_a_server_that_stops_gives_back_the_brief_that_it_renders(copied: str) -> None:
    """Of more briefs than can be rendered while it drains."""
    site = serve(copied)
    create = " ".join(
        f"r{number}: createReport(input: {{}}) {{report{{code}}}}" for number in range(6)
    )
    made = ask(site, {"query": f"mutation{{{create}}}"}, site.token())
    code = made.json()["data"]["r5"]["report"]["code"]
    started = time.monotonic()
    site.stop()
    assert time.monotonic() - started < 10
    assert jobs(copied, "RUNNING") == []
    assert {job.split()[1] for job in jobs(copied, "READY")} == {"renderReport"}
    again = serve(copied)
    bearer = {"authorization": f"Bearer {again.token()}"}
    while (file := httpx.get(f"{again.url}/reports/{code}.pdf", headers=bearer)).status_code == 202:
        time.sleep(0.1)
    again.stop()
    assert (file.status_code, file.content[:5]) == (200, b"%PDF-")


def jobs(url: str, state: str) -> list[str]:
    """What `riskreg jobs list` prints of a state."""
    listing = [str(BIN), "jobs", "list", "--state", state]
    return subprocess.check_output(listing, env=environment(url), text=True).splitlines()


def test_a_server_finds_its_database_again(
    postgres_server: PostgresServer, migrated_template: Callable[[EngineKind], str]
) -> None:
    url = postgres_server.create_database(template=migrated_template("postgres"))
    site = serve(url)
    ended = postgres_server.sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        f"WHERE datname = '{make_url(url).database}'"
    )
    answers = [httpx.get(f"{site.url}/readyz").text for _ in range(2)]
    site.stop()
    postgres_server.drop_database(url)
    assert int(ended) > 0
    assert answers == ["ready\n", "ready\n"]
