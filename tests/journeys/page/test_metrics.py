"""Metrics: listed with what to believe of them, charted, and what risks they tell of."""

import re

import pytest
from playwright.async_api import expect

from tests.journeys.page.conftest import DESK, PHONE, Axe, Visitor, settled
from tests.journeys.page.measured import DAYS, LOW_DAYS, Measured, measured
from tests.site import Site

LOOKS = [
    pytest.param(DESK, False, id="light"),
    pytest.param(DESK, True, id="dark", marks=pytest.mark.long),
    pytest.param(PHONE, False, id="phone"),
    pytest.param(PHONE, True, id="phone-dark", marks=pytest.mark.long),
]


@pytest.fixture(scope="module")
def told(site: Site) -> Measured:
    """A series of the site that fell, and the risk that it tells of."""
    return measured(site)


async def test_the_list_says_value_interval_sample_and_state(
    visitor: Visitor, told: Measured
) -> None:
    page = await visitor.open("/risks")
    await page.get_by_role("link", name="Metrics").click()
    await page.get_by_label("Metric", exact=True).select_option("PAGE_ACC")
    await expect(page.get_by_role("status").filter(has_text="1 series")).to_be_visible()
    row = page.get_by_role("row").filter(has_text=told.series)
    cells = row.get_by_role("cell")
    await expect(cells.nth(0)).to_contain_text(f"{told.series} · {told.project} · {told.market}")
    await expect(cells.nth(1)).to_have_text("85 %")
    # Wilson's 95 % interval of 255 of 300: 80.52 to 88.60 %
    await expect(cells.nth(2)).to_have_text("80.52–88.6")
    await expect(cells.nth(3)).to_contain_text("300")
    await expect(cells.nth(5)).to_contain_text("Worse since")
    picture = row.get_by_role("img", name=re.compile("PAGE_ACC, in %"))
    await expect(picture.locator(".alarm")).to_have_count(LOW_DAYS)
    await page.get_by_label("State").select_option("SUSPECT")
    await expect(page.get_by_text("No series matches.")).to_be_visible()
    assert page.url.endswith("/metrics?metric=PAGE_ACC&state=SUSPECT")
    await page.go_back()
    await row.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(f"/metrics/{told.series}$"))


async def test_what_stands_out_is_a_click_away(visitor: Visitor, told: Measured) -> None:
    page = await visitor.open("/risks")
    await page.get_by_role("link", name="Metrics").click()
    await expect(page).to_have_url(re.compile(r"/metrics\?metric=ENVR$"))
    link = page.get_by_role("link", name=re.compile("stands? out$"))
    number = int((await link.inner_text()).split()[0])
    await link.click()
    await expect(page).to_have_url(re.compile(r"/metrics\?state=STANDS_OUT$"))
    await expect(page.get_by_role("status").filter(has_text=f"{number} series")).to_be_visible()
    rows = page.get_by_role("table", name="Series").locator("tbody tr")
    await expect(rows).to_have_count(number)
    await expect(rows.filter(has_text=re.compile("since"))).to_have_count(number)
    await expect(rows.filter(has_text=told.series)).to_contain_text("Worse since")


async def test_a_series_has_its_chart_and_all_of_it_as_a_table(
    visitor: Visitor, told: Measured
) -> None:
    page = await visitor.open(f"/metrics/{told.series}")
    chart = page.get_by_role("region", name="Chart").get_by_role("img")
    await expect(chart.locator(".alarm")).to_have_count(LOW_DAYS)
    await expect(chart.locator(".marker > title")).to_have_text("PC-900 <goes> live")
    episodes = page.get_by_role("region", name="Episodes")
    await expect(episodes.get_by_role("listitem")).to_contain_text("Down, for the worse")
    await expect(episodes.get_by_role("listitem")).to_contain_text("PC-900 <goes> live")
    await page.get_by_text("89 days, newest first").click()
    rows = page.get_by_role("region", name="Table of values").locator("tbody tr")
    await expect(rows).to_have_count(89)  # today has no value yet
    newest = ["85", "80.52–88.6", "300"]
    await expect(rows.first.get_by_role("cell")).to_contain_text([*newest, "", "Stands out"])
    await expect(page.get_by_role("region", name="Versions")).to_contain_text("right / labelled")
    await page.get_by_label("How many days").select_option("365")
    await expect(page.get_by_text(f"{DAYS} days, newest first")).to_be_visible()
    assert page.url.endswith("?days=365")


async def test_a_risk_is_logged_from_a_series(visitor: Visitor, told: Measured) -> None:
    page = await visitor.open(f"/metrics/{told.series}")
    await page.get_by_role("link", name="Log a risk about this").click()
    title = f"Gold accuracy on the page keeps low: {told.project} · {told.market}"
    await expect(page.get_by_label("What could happen?")).to_have_value(title)
    form = page.locator("form.log")
    await expect(form.get_by_label("Category")).to_have_value("LABEL_QUALITY")
    chosen = form.get_by_label("Project").locator("option:checked")
    await expect(chosen).to_have_text(told.project)
    await page.get_by_text("More: cause").click()
    said = re.compile(rf"{told.series} .* newest 85 % on .* \(95 % 80.52–88.6, n 300\)\.$")
    await expect(form.get_by_label("Event")).to_have_value(said)
    market = form.get_by_role("group", name="Markets").get_by_label("pt-BR")
    await expect(market).to_be_checked()


async def test_a_risk_shows_its_indicators(visitor: Visitor, told: Measured) -> None:
    page = await visitor.open(f"/risks/{told.risk}")
    kri = page.get_by_role("article", name=told.kri)
    await expect(kri).to_contain_text("Gold accuracy, daily Red")
    await expect(kri).to_contain_text("Amber below 92, red below 88; the newest period")
    await expect(kri).to_contain_text("What to do: Re-calibrate the gold set")
    await expect(kri.get_by_role("img").locator(".threshold")).to_have_count(2)
    await expect(kri.get_by_role("img").locator(".episode")).to_have_count(1)
    await kri.get_by_text("1 breach").click()
    await expect(kri.get_by_role("listitem")).to_contain_text("and it goes on")
    await kri.get_by_role("link", name=re.compile(told.series)).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Gold accuracy on the page")


async def test_a_series_of_the_past_or_of_nobody_says_so(visitor: Visitor) -> None:
    page = await visitor.open("/metrics/SER-999999")
    await expect(page.get_by_text("There is no such series")).to_be_visible()


async def test_the_palette_goes_to_metrics(visitor: Visitor) -> None:
    page = await visitor.open("/risks")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Page, view or risk")).to_be_focused()
    await page.keyboard.type("Stale m")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/metrics\?state=STALE$"))


@pytest.mark.parametrize(("size", "dark"), LOOKS)
async def test_axe_finds_nothing(
    visitor: Visitor, axe: Axe, told: Measured, size: tuple[int, int], *, dark: bool
) -> None:
    found = {}
    own = f"/metrics/{told.series}"
    paths = ("/metrics?metric=PAGE_ACC", own, f"/risks/{told.risk}", "/metrics/SER-999999")
    for path in paths:
        page = await visitor.open(path, size=size, dark=dark)
        if "SER-9" not in path:
            await expect(page.locator(".picture svg").first).to_be_visible()
        await page.eval_on_selector_all(
            "main details", "(all) => all.forEach((d) => d.open = true)"
        )
        await settled(page)
        found[path] = await axe(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        await page.context.close()
    assert found == {path: [] for path in paths}


async def test_it_reflows_at_320_pixels(visitor: Visitor, told: Measured) -> None:
    for path in ("/metrics?metric=PAGE_ACC", f"/metrics/{told.series}", f"/risks/{told.risk}"):
        page = await visitor.open(path, size=(320, 640))
        await expect(page.locator(".picture svg").first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == 320, path
        await page.context.close()
