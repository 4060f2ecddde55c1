"""The words of detection: rules in, points, charts and episodes out.

Days are proleptic ordinals (`date.toordinal`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_LEAST = 4
"""Points below which a spread cannot be told."""


class Kind(StrEnum):
    """What varies: a share (binomial), a rare count on a large sample (Poisson), or a level."""

    PROPORTION = "PROPORTION"
    RATE = "RATE"
    LEVEL = "LEVEL"


class DayOfWeek(StrEnum):
    """Whether a day is measured against its day of the week, once three weeks show a pattern."""

    AUTO = "AUTO"
    OFF = "OFF"


class Rule(StrEnum):
    """What an alarm is raised by."""

    POINT = "POINT"
    EWMA = "EWMA"
    CUSUM = "CUSUM"


class State(StrEnum):
    """What a point may do; only QUIET and ALARM points were judged."""

    LEARNING = "LEARNING"
    INSUFFICIENT = "INSUFFICIENT"
    PROVISIONAL = "PROVISIONAL"
    QUIET = "QUIET"
    ALARM = "ALARM"


class Direction(StrEnum):
    """Which way the series went; whether that is bad is the metric's to know."""

    UP = "UP"
    DOWN = "DOWN"


class Severity(StrEnum):
    """How far beyond its limit an episode went: less than 1.5 times, less than twice, or more."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


@dataclass(frozen=True)
class Rules:
    """How a series is judged; `daily` and `weekly` give the defaults of a cadence.

    Lengths are in points, `provisional_days` apart; limits are in standard deviations. Use
    `dataclasses.replace` for what the defaults do not offer.
    """

    step_days: int
    baseline: int
    """Points to learn from before the first judgement."""
    relearn: int
    """Points to learn from after a declared change."""
    memory: int
    """Points over which the baseline follows what it sees: slow drift is no anomaly."""
    ewma_lambda: float
    day_of_week: DayOfWeek = DayOfWeek.OFF
    limit: float = 3.0
    """Of a single point and of the EWMA."""
    cusum_slack: float = 0.5
    cusum_limit: float = 5.0
    alarms: frozenset[Rule] = frozenset({Rule.POINT, Rule.EWMA})
    """The rules that may raise an alarm; all are charted."""
    watch: Direction | None = None
    """Only this direction alarms; None: both. One side alone is as quiet at a limit of 2.8."""
    minimum_sample: float = 0.0
    """A ratio of fewer items is INSUFFICIENT: it neither alarms nor teaches."""
    open_hits: int = 1
    open_window: int = 1
    """An episode opens at `open_hits` alarms of one direction within `open_window` points."""
    close_after: int = 3
    """An episode closes after so many calm points in a row."""
    calm: float = 0.8
    """A point is calm where every alarm rule stands below this share of its limit."""
    declared: tuple[int, ...] = ()
    """Days of declared changes, ascending: from each on the level is learnt anew."""
    excluded: tuple[tuple[int, int], ...] = ()
    """First and last day of times not to learn from, such as incidents and holidays."""
    provisional_days: int = 0
    """So many of the newest days may still change, and never alarm."""

    def __post_init__(self) -> None:
        if min(self.baseline, self.relearn, self.memory) < _LEAST:
            raise ValueError(f"a baseline needs {_LEAST} points or more")
        if not self.alarms:
            raise ValueError("some rule must be able to alarm")
        if list(self.declared) != sorted(set(self.declared)):
            raise ValueError("declared changes must ascend, each once")

    @classmethod
    def daily(
        cls,
        *,
        limit: float = 3.0,
        watch: Direction | None = None,
        minimum_sample: float = 0.0,
        declared: tuple[int, ...] = (),
        excluded: tuple[tuple[int, int], ...] = (),
        provisional_days: int = 0,
    ) -> Rules:
        """Eight weeks of baseline, and two alarms in three days to open an episode."""
        return cls(
            step_days=1,
            baseline=56,
            relearn=28,
            memory=112,
            ewma_lambda=0.2,
            day_of_week=DayOfWeek.AUTO,
            limit=limit,
            watch=watch,
            minimum_sample=minimum_sample,
            open_hits=2,
            open_window=3,
            declared=declared,
            excluded=excluded,
            provisional_days=provisional_days,
        )

    @classmethod
    def weekly(
        cls,
        *,
        limit: float = 3.0,
        watch: Direction | None = None,
        minimum_sample: float = 0.0,
        declared: tuple[int, ...] = (),
        excluded: tuple[tuple[int, int], ...] = (),
        provisional_days: int = 0,
    ) -> Rules:
        """Twelve weeks of baseline, and one alarm to open an episode.

        For months, replace `step_days` by 30.
        """
        return cls(
            step_days=7,
            baseline=12,
            relearn=6,
            memory=26,
            ewma_lambda=0.3,
            limit=limit,
            watch=watch,
            minimum_sample=minimum_sample,
            declared=declared,
            excluded=excluded,
            provisional_days=provisional_days,
        )


@dataclass(frozen=True, slots=True)
class Point:
    """One period on a chart; what is None is not known there.

    `value`, `centre`, `lower` and `upper` are in the unit of the series; the others count standard
    deviations.
    """

    day: int
    value: float | None
    state: State
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    z: float | None = None
    ewma: float | None = None
    ewma_low: float | None = None
    ewma_high: float | None = None
    cusum_up: float | None = None
    cusum_down: float | None = None
    alarm: Rule | None = None
    direction: Direction | None = None
    """Which way `strength` points, also where it is no alarm."""
    strength: float = 0.0
    """The furthest of the alarm rules, as a share of its limit: an alarm is beyond 1."""


@dataclass(frozen=True)
class Segment:
    """What was learnt from the first day of a baseline on, before it began to follow the series.

    `spread` is Laney's sigma of z for ratios (1: nothing but sampling), and the standard deviation
    of a level.
    """

    first_day: int
    centre: float
    spread: float
    points: int
    profile: tuple[float, ...] = ()
    """What each day of the week, Monday first, adds; empty where it does not matter."""


@dataclass(frozen=True)
class Chart:
    """A series as judged, its points in order, with one segment for each learnt baseline."""

    rules: Rules
    points: tuple[Point, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Episode:
    """A time in which a series stood out, `first_day` and `last_day` alarming.

    `peak_z` is the furthest point in its direction, on `peak_day`; `rule` is what opened it.
    """

    first_day: int
    last_day: int
    open: bool
    direction: Direction
    severity: Severity
    peak_z: float
    peak_day: int
    rule: Rule
