"""The file of a report over HTTP: there, not yet, not at all."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riskreg.kit.view import Actor
from riskreg.reports import service
from riskreg.reports.downloads import report_file
from riskreg.reports.inputs import CreateReport
from tests.cast import Register
from tests.reports.printing import render_all
from tests.reports.test_rendering import Children, saying


async def got(register: Register, actor: Actor, code: str) -> httpx.Response:
    """What an actor is answered."""

    async def route(request: Request) -> Response:
        return await report_file(request, register.db, actor)

    app = Starlette(routes=[Route("/reports/{code}.pdf", route)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(f"/reports/{code}.pdf")


async def test_a_file_is_there_when_it_is_rendered(register: Register) -> None:
    lead = register.cast.lead
    await service.create(register.db, lead, CreateReport())
    early = await got(register, lead, "RPT-001")
    assert (early.status_code, early.text) == (
        202,
        "RPT-001 is being rendered. Ask again in a moment.\n",
    )
    assert (early.headers["retry-after"], early.headers["cache-control"]) == ("1", "no-store")
    await render_all(register.db)
    answer = await got(register, lead, "RPT-001")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="RPT-001.pdf"'


async def test_a_file_that_could_not_be_made_says_why(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    Children(monkeypatch, saying("TOO_MANY_PAGES", "2 pages, but 1 allowed"))
    await service.create(register.db, register.cast.lead, CreateReport())
    await render_all(register.db)
    answer = await got(register, register.cast.lead, "RPT-001")
    said = "RPT-001 could not be rendered: 2 pages, but 1 allowed\n"
    assert (answer.status_code, answer.text) == (409, said)
    assert answer.headers["cache-control"] == "no-store"


async def test_who_may_not_see_a_report_is_not_told_of_it(register: Register) -> None:
    await service.create(register.db, register.cast.lead, CreateReport())
    for actor, code in ((register.cast.vendor, "RPT-001"), (register.cast.lead, "RPT-002")):
        answer = await got(register, actor, code)
        assert (answer.status_code, answer.text) == (404, "There is no such report.\n")
