"""The stored dates of tolerance against the words of the model, asked again at every tick."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from riskreg.people.rules import Authority
from riskreg.risks.rules import FAR, AppetiteStatus, Band
from riskreg.risks.rules_tolerance import (
    NOWHERE,
    Accepted,
    BandTimeline,
    Standing,
    ToleranceRule,
    status_at,
    tolerance_dates,
)

IN, TOLERATED, OUT = (
    AppetiteStatus.WITHIN_APPETITE,
    AppetiteStatus.WITHIN_TOLERANCE,
    AppetiteStatus.OUT_OF_TOLERANCE,
)
START = datetime(2026, 11, 16, 1, tzinfo=UTC)
TICK = timedelta(hours=8)
TICKS_A_DAY = 3
HORIZON = 260
"""Ticks that the oracle looks ahead; longer than anything that the cases below contain."""


def at(tick: int) -> datetime:
    return START + tick * TICK


@dataclass
class Oracle:
    """The words of model.md 4.4, asked tick by tick; it remembers only how long it counted."""

    counted: int = 0
    above_since: int | None = None
    out_since: int | None = None

    def status(self, tick: int, standing: Standing) -> AppetiteStatus:
        rule, now = standing.rule, at(tick)
        first = standing.bands.then is None or now < standing.bands.until
        band = standing.bands.first if first else standing.bands.then
        assert band is not None
        if band <= rule.appetite:
            self.counted, self.above_since, self.out_since = 0, None, None
            return IN
        self.above_since = tick if self.above_since is None else self.above_since
        accepted = any(one.start <= now < one.end for one in standing.accepted)
        has_plan = standing.plan_until is not None and now < standing.plan_until
        ended_by_date = (one for one in standing.accepted if one.grace_until is not None)
        has_grace = (standing.grace_until is not None and now < standing.grace_until) or any(
            one.grace_until is not None and one.end <= now < one.grace_until
            for one in ended_by_date
        )
        days_left = self.counted < rule.days * TICKS_A_DAY
        tolerated = band <= rule.tolerance and days_left and (accepted or has_plan or has_grace)
        self.counted += not accepted
        if tolerated:
            self.out_since = None
            return TOLERATED
        self.out_since = tick if self.out_since is None else self.out_since
        return OUT


@dataclass(frozen=True)
class Write:
    """A write at a tick, and what stands from then on."""

    tick: int
    standing: Standing


@dataclass
class Story:
    """Draws writes one after the other, so that what they say about the past agrees."""

    draw: st.DrawFn
    rule: ToleranceRule
    accepted: list[Accepted] = field(default_factory=list)

    def write(self, tick: int) -> Write:
        self._change_acceptance(tick)
        bands = st.sampled_from(Band)
        soon = st.integers(tick - 4, tick + 60).map(at)
        timeline = self.draw(bands.map(BandTimeline) | st.builds(BandTimeline, bands, soon, bands))
        return Write(
            tick,
            Standing(
                self.rule,
                timeline,
                tuple(self.accepted),
                self.draw(st.none() | soon),
                self.draw(st.none() | soon),
            ),
        )

    def _change_acceptance(self, tick: int) -> None:
        now = at(tick)
        standing = [one for one in self.accepted if one.end > now]
        what = self.draw(st.sampled_from(["leave", "accept", "revoke"]))
        if what == "accept" and not standing:
            end = at(tick + self.draw(st.integers(1, 60)))
            grace = self.draw(st.none() | st.just(end + 10 * TICK))
            self.accepted.append(Accepted(now, end, grace))
        if what == "revoke" and standing:
            self.accepted[-1] = Accepted(self.accepted[-1].start, now)


@st.composite
def stories(draw: st.DrawFn) -> list[Write]:
    appetite = draw(st.sampled_from([Band.LOW, Band.MEDIUM]))
    tolerance = draw(st.sampled_from([band for band in Band if appetite <= band <= Band.HIGH]))
    story = Story(draw, ToleranceRule(appetite, tolerance, draw(st.integers(1, 12)), Authority.A2))
    ticks = draw(st.lists(st.integers(0, 90), min_size=1, max_size=5, unique=True))
    return [story.write(tick) for tick in sorted(ticks)]


def told(oracle: Oracle, write: Write) -> list[AppetiteStatus]:
    """What the definition says of each tick from the write on, if nothing else is written."""
    return [oracle.status(tick, write.standing) for tick in range(write.tick, HORIZON)]


def hull(statuses: list[AppetiteStatus]) -> list[AppetiteStatus]:
    """The same with the pauses between stretches outside tolerance closed."""
    outside = [place for place, status in enumerate(statuses) if status is OUT]
    if not outside:
        return statuses
    first, last = outside[0], outside[-1]
    return [OUT if first <= place <= last else one for place, one in enumerate(statuses)]


@settings(max_examples=400, deadline=None)
@given(stories())
def test_dates_say_what_the_definition_says_at_every_tick(writes: list[Write]) -> None:
    oracle, dates, was_merged = Oracle(), NOWHERE, False
    ends = [write.tick for write in writes[1:]] + [HORIZON]
    for write, end in zip(writes, ends, strict=True):
        dates = tolerance_dates(write.standing, at(write.tick), dates)
        exact = told(replace(oracle), write)
        expected = hull(exact)
        was_merged = was_merged or exact != expected
        found = [status_at(dates, at(tick)) for tick in range(write.tick, HORIZON)]
        assert found == expected
        for tick in range(write.tick, end):
            oracle.status(tick, write.standing)
            if dates.is_above(at(tick)):
                assert oracle.above_since is not None
                assert dates.above_from == at(oracle.above_since)
            if dates.is_out(at(tick)) and not was_merged:
                assert oracle.out_since is not None
                assert dates.out_from == at(oracle.out_since)


@settings(max_examples=200, deadline=None)
@given(stories())
def test_outside_lies_inside_above(writes: list[Write]) -> None:
    dates = NOWHERE
    for write in writes:
        dates = tolerance_dates(write.standing, at(write.tick), dates)
        assert dates.above_from <= dates.above_to
        assert dates.out_from <= dates.out_to
        if dates.out_from < FAR:
            assert dates.above_from <= dates.out_from < dates.out_to <= dates.above_to


@settings(max_examples=200, deadline=None)
@given(stories(), st.integers(0, 40))
def test_writing_the_same_again_changes_nothing_later(writes: list[Write], later: int) -> None:
    write = writes[0]
    first = tolerance_dates(write.standing, at(write.tick))
    again_at = at(write.tick + later)
    again = tolerance_dates(write.standing, again_at, first)
    statuses = [
        (status_at(first, at(tick)), status_at(again, at(tick)))
        for tick in range(write.tick + later, HORIZON)
    ]
    assert all(two is one or one is OUT for one, two in statuses)
