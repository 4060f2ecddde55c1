"""The story as it is written, before anything is loaded."""

from riskreg.demo import cast, organisation, places, portfolio, story
from riskreg.demo.deeds_risk import Log
from riskreg.demo.load import AS_OF, LAST_REVIEW, ordered
from riskreg.demo.world import World

WORLD = World(AS_OF, "seed", "Asia/Singapore")
STEPS = ordered((*organisation.steps(), *story.steps()))


def test_everything_happens_at_work() -> None:
    odd = [
        (step.day, step.at, step.deed)
        for step in STEPS
        if WORLD.day(step.day).weekday() > 4 or not "08:30" <= step.at < "18:30"
    ]
    assert odd == []


def test_nothing_happens_on_the_last_day_or_at_the_moment_of_the_review() -> None:
    assert max(step.day for step in STEPS) == -3
    assert LAST_REVIEW not in {(step.day, step.at) for step in STEPS}


def test_the_story_tells_24_risks_and_31_actions() -> None:
    logged = [step.deed.sheet.code for step in STEPS if isinstance(step.deed, Log)]
    assert sorted(logged) == [f"R-{n:03d}" for n in range(1, 25)]
    assert [one.code for one in story.ACTIONS] == [f"M-{n:03d}" for n in range(1, 32)]


def test_the_views_of_all_markets_make_one() -> None:
    assert len(places.MARKETS) == 12
    assert sum(market.share for market in places.MARKETS) == 1


def test_no_pool_works_more_than_it_can() -> None:
    worked = dict.fromkeys((pool.code for pool in places.POOLS), 0)
    for project in portfolio.PROJECTS:
        for pool, share in project.shares:
            worked[pool] += share
    assert len(portfolio.PROJECTS) == 12
    assert {pool: share for pool, share in worked.items() if share > 1000} == {}


def test_everybody_has_another_name_and_address() -> None:
    everybody = (cast.ADMIN, *cast.OFFICE, *cast.CONTACTS)
    assert len({one.name for one in everybody}) == len(everybody)
    assert len({one.email for one in everybody}) == len(everybody)
    assert {one.vendor for one in cast.CONTACTS} == {vendor.code for vendor in places.VENDORS}
