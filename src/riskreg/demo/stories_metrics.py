"""How the demo measures: its metrics, versions and series, what is noted, and what comes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from riskreg.demo.archive import Archive, Key
from riskreg.demo.deeds_metrics import (
    ENVR,
    Bring,
    CountViews,
    CreateSeries,
    EndSeries,
    JudgeTwice,
    NewVersion,
    Note,
    RunTwice,
)
from riskreg.demo.organisation import FIRST_DAY
from riskreg.demo.planted import Scope
from riskreg.demo.premises import HOLIDAYS
from riskreg.demo.world import Step, in_turn
from riskreg.metrics.rules import AnnotationKind
from riskreg.metrics.service_series import MAX_BULK

ANALYST = "anil"
_INCIDENT, _HOLIDAY, _CHANGE = (
    AnnotationKind.INCIDENT,
    AnnotationKind.HOLIDAY,
    AnnotationKind.CHANGE,
)
_DEFINITION, _DATA_ISSUE = AnnotationKind.DEFINITION, AnnotationKind.DATA_ISSUE
_OF_OLD = "sum over strata h (market x surface) of W_h * negative_h / sampled_h, W_h the view share"

VERSIONS = (
    Step(-210, "08:40", ANALYST, NewVersion(
        f"{_OF_OLD}; negative also what PC-014 forbids about minors", -210,
        "PC-014 widens the policy set: borderline minors and dance.")),
    Step(-209, "08:40", ANALYST, EndSeries(1, "Version 2 took over with PC-014.")),
    Step(-208, "08:40", ANALYST, NewVersion(
        f"{_OF_OLD}; each surface sampled in proportion to its views", -180,
        "Sampling by stratum; 28 days of dual run before it takes over.")),
    Step(-196, "11:00", ANALYST, JudgeTwice(
        "MS", (1, 2), (-210, -197), 2_000_000, 450, 10, 190,
        "Two million views of the first fortnight, judged by the policy of before and of after"
        " PC-014: +0.90 bps by definition.")),
    Step(-179, "08:40", ANALYST, EndSeries(2, "Version 3 took over after the dual run.")),
    Step(-179, "11:00", ANALYST, RunTwice(
        (2, 3), (-208, -181), "28 days of both, on samples of their own.")),
)  # fmt: skip


def _at_work(day: int) -> int:
    """The day, or the Monday after a weekend."""
    return day + (7 - day % 7 if day % 7 > 4 else 0)


def _marker(code: str, day: int, area: str, text: str, *markets: str) -> Iterator[Step]:
    notes = [
        Note(_CHANGE, day, None, f"{code}: {text}", Scope(area=area, market=market), about=code)
        for market in markets or (None,)
    ]
    yield from in_turn(_at_work(day), "09:20", ANALYST, notes)


CHANGES = (
    *_marker("PC-009", -395, "GRAPHIC", "news of violence may stay."),
    *_marker("PC-011", -364, "ADULT", "swimwear is clarified."),
    *_marker("PC-012", -330, "FRAUD", "job offers that ask for money are scams."),
    *_marker("PC-014", -210, "MS", "minor safety takes in borderline dance videos."),
    *_marker("PC-015", -185, "HARASS", "targeted dog-piling is harassment."),
    *_marker("PC-016", -160, "SSH", "content of recovery may stay."),
    *_marker("PC-018", -154, "MISINFO", "the rules of the pandemic end."),
    *_marker("PC-019", -128, "MISINFO", "civic misinformation before the election.",
             "pt-BR", "es-MX"),
    *_marker("M-015", -120, "MS", "the model is retrained on labels after PC-014."),
    *_marker("PC-020", -92, "MISINFO", "civic misinformation, relaunched.", "pt-BR", "es-MX"),
)  # fmt: skip
"""Changes of policy that took effect, and the model that was retrained."""

ISSUES = (
    Step(-269, "17:00", ANALYST, Note(
        _INCIDENT, -270, -269, "The labelling tool is down; output is less than half.")),
    Step(-210, "09:00", ANALYST, Note(
        _DEFINITION, -210, None, "Version 2: the policy set of PC-014.", metric=ENVR,
        about="PC-014")),
    Step(-180, "09:00", ANALYST, Note(
        _DEFINITION, -180, None, "Version 3: sampled by stratum.", metric=ENVR)),
    Step(-117, "09:20", ANALYST, Note(
        _CHANGE, -117, None, "PC-019 is rolled back.", Scope(area="MISINFO", market="pt-BR"),
        about="PC-019")),
    Step(-62, "09:20", ANALYST, Note(
        _HOLIDAY, -62, -58, "A regional holiday.", Scope("PRJ-HATE-ENF", vendor="DUNE"))),
    Step(-32, "09:20", ANALYST, Note(
        _DATA_ISSUE, -33, -30, "The feed of tr-TR stopped for three days, and told D-30 wrongly.",
        Scope(market="tr-TR"), metric=ENVR)),
    Step(-18, "10:20", ANALYST, Note(
        _DATA_ISSUE, -20, -16, "Appeals of Borealis were ingested with their prelabels.",
        Scope("PRJ-APPEAL", vendor="BOREALIS"), metric="OVERTURN", about="R-015")),
    Step(-13, "09:20", ANALYST, Note(
        _DATA_ISSUE, -14, -14, "The sampling job of th-TH ended after 3 000 of 30 000 views.",
        Scope(market="th-TH"), metric=ENVR)),
)  # fmt: skip

AWAY = tuple(
    step
    for holiday in HOLIDAYS
    for step in in_turn(
        _at_work(holiday.first),
        "09:30",
        ANALYST,
        [
            Note(_HOLIDAY, holiday.first, holiday.last, f"{holiday.name}.", Scope(vendor=vendor))
            for vendor in holiday.vendors
        ],
    )
)

STEPS = (*VERSIONS, *CHANGES, *ISSUES, *AWAY)


def steps(archive: Archive) -> Iterator[Step]:
    """What is written down about measuring, when series begin, and when their values come in."""
    yield Step(FIRST_DAY + 1, "10:40", ANALYST, CountViews())
    of_version: dict[int, list[Key]] = {1: [], 2: [], 3: []}
    for key in archive.at:
        of_version[key[1]].append(key)
    begun = {1: (FIRST_DAY + 1, "10:45"), 2: (-210, "08:45"), 3: (-208, "08:45")}
    for version, (day, at) in begun.items():
        yield from in_turn(day, at, ANALYST, _created(of_version[version]))
    yield from STEPS
    for day, at, rows in archive.feeds():
        yield Step(day, at, ANALYST, Bring(rows))


def _created(keys: Sequence[Key]) -> Iterable[CreateSeries]:
    for start in range(0, len(keys), MAX_BULK):
        yield CreateSeries(tuple(keys[start : start + MAX_BULK]))
