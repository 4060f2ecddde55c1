"""What Prometheus reads of a served register, and the page at the same address."""

from collections.abc import Callable

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.engines import KINDS, EngineKind, PostgresServer
from tests.journeys.served.conftest import Served
from tests.site import Site, serve

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SCRAPER = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5"
LOG = "mutation ($t: String!) { logRisk(input: {title: $t}) { userErrors { code } } }"
Figures = dict[tuple[str, ...], float]


def figures(site: Site, accept: str = SCRAPER) -> Figures:
    """Each figure by its name and the values of its labels."""
    answer = httpx.get(f"{site.url}/metrics", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_done_is_counted(
    served_on: Callable[[EngineKind, str], Served], kind: EngineKind
) -> None:
    served = served_on(kind, "figures")
    before = figures(served.site)
    for number in range(3):
        assert served.ask(LOG, t=f"Counted {number}")["logRisk"]["userErrors"] == []
    served.post("{ nothing }")
    after = figures(served.site)

    def grew(*name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    assert grew("riskreg_entry_seconds_count") == 3
    assert grew("riskreg_entry_wait_seconds_count") == 3
    assert grew("riskreg_operation_seconds_count", "mutation", "ok") == 3
    assert grew("riskreg_operation_seconds_count", "none", "GRAPHQL_VALIDATION_FAILED") == 1
    assert 0 < grew("riskreg_entry_seconds_sum") < 10
    assert after["riskreg_database_up",] == 1
    assert after["riskreg_feed_followers",] == 0
    assert {name[1] for name in after if name[0] == "riskreg_jobs"} == {
        "READY", "RUNNING", "DONE", "DEAD"
    }  # fmt: skip
    assert not any("Counted" in label for name in after for label in name)


def test_a_browser_that_goes_there_gets_the_page(served: Served) -> None:
    url = f"{served.site.url}/metrics"
    page = httpx.get(url, headers={"accept": BROWSER})
    assert page.headers["content-type"].startswith("text/html")
    assert page.text == httpx.get(f"{served.site.url}/").text
    assert page.headers["vary"] == "accept"
    assert figures(served.site, "*/*").keys() >= {("riskreg_database_up",)}


def test_without_its_database_it_says_so(
    postgres_server: PostgresServer, migrated_template: Callable[[EngineKind], str]
) -> None:
    url = postgres_server.create_database(template=migrated_template("postgres"))
    site = serve(url)
    there = figures(site)
    postgres_server.drop_database(url)
    gone = figures(site)
    site.stop()
    assert (there["riskreg_database_up",], gone["riskreg_database_up",]) == (1, 0)
