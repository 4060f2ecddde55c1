"""A brief in the page while it is rendered, when that failed, and when it was tried again."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from riskreg.kit.clock import SystemClock
from riskreg.kit.db import Database
from riskreg.kit.jobs import JobState
from riskreg.kit.jobs_kept import listed, retry
from tests.demo_fixture import Loaded
from tests.engines import SqliteFiles
from tests.journeys.conftest import day_of_the_machine
from tests.journeys.page.conftest import Visitor
from tests.reports.printing import render_all
from tests.reports.test_rendering import Children, saying
from tests.site import Site, serve


@pytest.fixture
def site(demo_template: Loaded, tmp_path: Path) -> Iterator[Site]:
    """A register whose jobs are done by nobody but the test."""
    template = demo_template("sqlite", *day_of_the_machine())
    running = serve(SqliteFiles(tmp_path).create_database(template), worker="off")
    yield running
    running.stop()


@pytest.fixture
async def db(site: Site) -> AsyncIterator[Database]:
    """The database of that register."""
    database = Database(site.database_url, SystemClock())
    yield database
    await database.aclose()


async def test_a_brief_says_how_far_its_file_is(
    visitor: Visitor, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    Children(monkeypatch, saying("TOO_MANY_PAGES", "2 pages, but 1 allowed"), None)
    page = await visitor.open("/reports")
    file = page.locator("tbody tr").first.get_by_role("cell").last
    await page.get_by_role("button", name="Make brief").click()
    await expect(file).to_have_text("Rendering…", timeout=20_000)
    code = (await page.locator("tbody tr").first.get_by_role("cell").first.inner_text()).strip()
    early = await page.request.get(f"{visitor.site.url}/reports/{code}.pdf")
    assert (early.status, await early.text()) == (
        202,
        f"{code} is being rendered. Ask again in a moment.\n",
    )
    assert await render_all(db) == 1
    await expect(file).to_have_text("Failed", timeout=20_000)
    await expect(page.get_by_text(f"{code} could not be rendered.")).to_be_visible()
    await expect(page.get_by_text("No file: 2 pages, but 1 allowed")).to_be_visible()
    [dead] = await listed(db, JobState.DEAD)
    await retry(db, dead.id)
    assert await render_all(db) == 1
    await page.reload()
    await expect(file.get_by_role("link", name=f"Download {code} as PDF")).to_be_visible()
