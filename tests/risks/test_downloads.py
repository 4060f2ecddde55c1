"""The register over HTTP: the rows of the page's address, as a file."""

import csv
import io

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riskreg.kit.view import Actor
from riskreg.risks.downloads import risks_file
from riskreg.risks.rules import RiskCategory, RiskStatus
from tests.cast import Register
from tests.factories import a_risk, an_assessed_risk
from tests.risks.arranged import a_risk_in
from tests.risks.files import code_of, exported


async def got(register: Register, actor: Actor, path: str) -> httpx.Response:
    """What an actor is answered."""

    async def route(request: Request) -> Response:
        return await risks_file(request, register.db, actor)

    app = Starlette(routes=[Route("/export/risks.{format}", route)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(f"/export/{path}")


def codes(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    rows = csv.reader(io.StringIO(answer.content.decode(), newline=""))
    return [row[0] for row in rows][1:]


KINDS = [
    ("csv", "text/csv; charset=utf-8; header=present"),
    ("json", "application/json"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
]


@pytest.mark.parametrize(("ending", "media_type"), KINDS)
async def test_the_file_is_a_download(register: Register, ending: str, media_type: str) -> None:
    await a_risk(register.db, register.cast.manager, register.cast.project)
    answer = await got(register, register.cast.auditor, f"risks.{ending}")
    assert answer.headers["content-type"] == media_type
    named = f'attachment; filename="risks-2026-11-16.{ending}"'
    assert answer.headers["content-disposition"] == named
    assert answer.headers["cache-control"] == "no-store"
    if ending == "csv":
        assert answer.content == await exported(register)


async def test_the_address_of_the_page_says_which_rows(register: Register) -> None:
    cast = register.cast
    await an_assessed_risk(register.db, cast.manager, cast.project, title="Typhoon", impact=4)
    await a_risk(register.db, cast.manager, cast.other_project, category=RiskCategory.REGULATORY)
    await a_risk(register.db, cast.lead, impact=None, category=None)
    mira = await code_of(register, cast.manager)
    for query, expected in [
        ("", ["R-001", "R-002", "R-003"]),
        ("?sort=TITLE&after=x&q=", ["R-001", "R-002", "R-003"]),
        ("?status=CURRENT", ["R-001", "R-002", "R-003"]),
        ("?status=ASSESSED", ["R-001"]),
        ("?category=REGULATORY", ["R-002"]),
        ("?band=HIGH&cell=3x4", ["R-001", "R-002"]),
        ("?appetite=NOT_ASSESSED", ["R-002", "R-003"]),
        ("?project=PRJ-OTHER", ["R-002"]),
        (f"?owner={mira}", ["R-001"]),
        ("?owner=NONE", ["R-003"]),
        ("?q=typh", ["R-001", "R-002", "R-003"]),
        ("?q=typh&status=OPEN", ["R-002"]),
        ("?profile=nist-ir-8286&status=DRAFT", ["R-003"]),
    ]:
        answer = await got(register, cast.auditor, f"risks.csv{query}")
        assert (query, codes(answer)) == (query, expected)


async def test_a_cell_has_the_rows_that_the_heat_map_counts(register: Register) -> None:
    cast = register.cast
    await an_assessed_risk(register.db, cast.manager, cast.project, likelihood=2, impact=3)
    await a_risk_in(register, RiskStatus.CLOSED)
    assert codes(await got(register, cast.auditor, "risks.csv?band=MEDIUM")) == ["R-001", "R-002"]
    assert codes(await got(register, cast.auditor, "risks.csv?cell=2x3")) == ["R-001"]
    assert codes(await got(register, cast.auditor, "risks.csv?cell=2x3&status=CLOSED")) == []


async def test_a_vendor_downloads_its_own(register: Register) -> None:
    cast = register.cast
    await a_risk(register.db, cast.manager, cast.project, vendors=(cast.aster,))
    await a_risk(register.db, cast.manager, cast.project, vendors=(cast.boreal,))
    assert codes(await got(register, cast.vendor, "risks.csv")) == ["R-001"]
    assert codes(await got(register, cast.vendor, "risks.csv?project=PRJ-OTHER")) == []


async def test_the_past_can_be_downloaded(register: Register) -> None:
    cast = register.cast
    risk = await a_risk(register.db, cast.manager, cast.project)
    register.clock.advance(days=1)
    await a_risk(register.db, cast.manager, cast.project)
    then = risk.updated_at.replace(tzinfo=None).isoformat()
    assert codes(await got(register, cast.auditor, f"risks.csv?asOf={then}Z")) == ["R-001"]


NO_INSTANT = "DateTime needs a date, a time and an offset, such as 2026-03-14T09:30:00Z"
UNCLEAR = [
    ("risks.pdf", 404, "There is no such file or profile.\n"),
    ("risks.csv?profile=iso", 404, "There is no such file or profile.\n"),
    ("risks.csv?colour=red", 400, "there is no filter 'colour'\n"),
    ("risks.csv?cell=9x9", 400, "a cell looks like 5x4\n"),
    ("risks.csv?band=GRAVE", 400, "'GRAVE' is none of LOW, MEDIUM, HIGH, CRITICAL\n"),
    (
        "risks.csv?asOf=2999-01-01T00:00:00Z",
        400,
        "asOf lies in the future: nothing is known of it\n",
    ),
    (
        "risks.csv?asOf=2026-11-16T00:00:00Z&q=x",
        400,
        "search works on the present only: leave asOf out, or use a filter\n",
    ),
    (
        "risks.csv?asOf=yesterday",
        400,
        'DateTime needs a date, a time and an offset, such as 2026-03-14T09:30:00Z: "yesterday"\n',
    ),
]


async def test_what_is_unclear_is_refused(register: Register) -> None:
    for path, status, text in UNCLEAR:
        answer = await got(register, register.cast.auditor, path)
        assert (path, answer.status_code, answer.text) == (path, status, text)
