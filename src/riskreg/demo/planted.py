"""What is planted in the demo's numbers: each effect with its days, size, cause and conclusion.

The series are made with this table, and the ground truth that tests compare with is printed from
it; no analysis reads it (domain/demo.md 5.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np

from riskreg.demo.chance import Floats, Ints


@dataclass(frozen=True)
class Scope:
    """What a series or an effect is about, by codes; what is None is all of them."""

    project: str | None = None
    area: str | None = None
    market: str | None = None
    vendor: str | None = None
    surface: str | None = None
    label: str | None = None
    cohort: str | None = None

    @property
    def codes(self) -> dict[str, str]:
        """What is not all of them, by the name of its dimension."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: code for name, code in named.items() if code is not None}

    def __str__(self) -> str:
        return "/".join(self.codes.values())

    def covers(self, other: Scope) -> bool:
        """Whether the other is about a part of this, or about the same."""
        return all(getattr(other, name) == code for name, code in self.codes.items())

    def meets(self, other: Scope) -> bool:
        """Whether the two have a part in common."""
        mine, theirs = self.codes, other.codes
        return all(theirs.get(name, code) == code for name, code in mine.items())


class Shape(StrEnum):
    """How an effect runs over the days; `over` is its length in days."""

    STEP = "STEP"
    RAMP = "RAMP"
    SLOPE = "SLOPE"
    HALVING = "HALVING"
    RECOVERING = "RECOVERING"
    FACTOR = "FACTOR"


@dataclass(frozen=True)
class Effect:
    """An effect on a metric: its size in `unit`, its days from the demo's today, both included.

    A STEP has its size at once, a RAMP after `over` days, a SLOPE grows by it each day; HALVING is
    half as large after `over` days, RECOVERING nothing; a FACTOR multiplies. Without a last day it
    goes on. What a metric with several versions reads is in that of its first day.
    """

    event: str
    metric: str
    scope: Scope
    first: int
    last: int | None
    size: float
    unit: str
    cause: str
    conclusion: str
    shape: Shape = Shape.STEP
    over: int = 0

    def course(self, days: Ints) -> Floats:
        """The effect on each day; of a FACTOR what is multiplied by."""
        since = (days - self.first).astype(np.float64)
        holds = since >= 0
        if self.last is not None:
            holds &= days <= self.last
        grown = {
            Shape.STEP: np.ones_like(since),
            Shape.FACTOR: np.ones_like(since),
            Shape.RAMP: np.clip((since + 1) / max(self.over, 1), 0, 1),
            Shape.SLOPE: since + 1,
            Shape.HALVING: 0.5 ** (np.maximum(since, 0) / max(self.over, 1)),
            Shape.RECOVERING: np.clip(1 - since / max(self.over, 1), 0, 1),
        }[self.shape]
        if self.shape is Shape.FACTOR:
            return np.where(holds, self.size, 1.0)
        return np.where(holds, self.size * grown, 0.0)


_NOT_QUALITY = "An incident, not quality; no alert on quality, no KRI of ENVR."
_SPLIT = "+1.3 is not performance: split by the bridge into +0.90 by definition and +0.50 real."
_NEW_COHORT = "Breach; root cause NEW_COHORT; M-012 verified EFFECTIVE."
_WATERMELON = "Gold accuracy green, ENVR red: the gold set is stale; KRI-FRAUD-VI."
_ROLLED_BACK = "A waived gate was followed by a rollback; TRANSLATION and CALIBRATION_DRIFT."
_MIX = "Mix, not rate: no root-cause analysis of quality; a capacity risk of LIVE."
_TOO_FAST = "Too fast: a quality risk, R-016."
_HOLIDAY = "A holiday, annotated; no anomaly."
_RESTATED = "The breach is retracted by the restatement."
_GAP = "STALE, then UNKNOWN health; the restatement lists RPT-011 as affected."

_CIVIC = ("pt-BR", "es-MX")
_NESTING = "<30 d"

EFFECTS: tuple[Effect, ...] = (
    Effect("EV-1", "GOLD_ACC", Scope("PRJ-HATE-ENF", None, "ar-SA", "DUNE", None, "HATE", _NESTING),
           -320, -303, -4.5, "pp", "A new cohort is sent to live queues", _NEW_COHORT),
    Effect("EV-1", "GOLD_ACC",
           Scope("PRJ-HATE-ENF", None, "ar-SA", "DUNE", None, "HARASS", _NESTING),
           -320, -303, -1.1, "pp", "A new cohort is sent to live queues",
           "86 % of the fall comes from hate, 14 % from harassment."),
    Effect("EV-1", "ENVR", Scope(area="HATE", market="ar-SA"), -317, -303, 1.4, "bps",
           "A new cohort is sent to live queues", _NEW_COHORT),
    Effect("EV-2", "VOL_OUT", Scope(), -270, -269, 0.45, "times", "The labelling tool is down",
           _NOT_QUALITY, Shape.FACTOR),
    Effect("EV-2", "SLA", Scope(), -270, -269, -15.0, "pp", "The labelling tool is down",
           _NOT_QUALITY),
    Effect("EV-3", "ENVR", Scope(area="MS"), -210, None, 0.9, "bps",
           "PC-014 counts more as negative", _SPLIT),
    Effect("EV-3", "ENVR", Scope(area="MS"), -210, None, 0.5, "bps",
           "What PC-014 newly forbids is not caught yet", _SPLIT, Shape.HALVING, 21),
    Effect("EV-3", "ENVR", Scope(area="MS"), -120, None, -0.4, "bps",
           "M-015 retrains the model", "A real improvement, 90 days after the change."),
    Effect("EV-3", "AHT", Scope("PRJ-MS-ENF"), -210, None, 1.18, "times",
           "PC-014 asks for judgement", "Work takes longer by definition.", Shape.FACTOR),
    Effect("EV-3", "GOLD_ACC", Scope("PRJ-MS-ENF"), -210, None, -3.0, "pp",
           "PC-014 is new to annotators", "A dip that recovers in 14 days.",
           Shape.RECOVERING, 14),
    Effect("EV-3", "OVERTURN", Scope(area="MS"), -210, None, 0.7, "pp",
           "PC-014 removes videos of adults who look young", "R-009 is watched."),
    Effect("EV-3", "OVERTURN", Scope(area="MS"), -210, -121, 1.2, "pp",
           "PC-014 removes videos of adults who look young", "Gone with the retrained model."),
    Effect("EV-4", "ENVR", Scope(), -208, None, 1.05, "times",
           "Version 3 samples by stratum", "No real change: comparing needs a bridge.",
           Shape.FACTOR),
    Effect("EV-5", "GOLD_ACC", Scope("PRJ-MIS-CIV", vendor="CORDILLERA"), -128, -118, -6.0, "pp",
           "PC-019 goes live without calibration", _ROLLED_BACK),
    Effect("EV-5", "ALPHA_K", Scope("PRJ-MIS-CIV", vendor="CORDILLERA"), -128, -118, -0.15, "index",
           "PC-019 goes live without calibration", _ROLLED_BACK),
    Effect("EV-5", "OVERTURN", Scope(area="MISINFO"), -128, -118, 6.0, "pp",
           "PC-019 goes live without calibration", _ROLLED_BACK),
    Effect("EV-5", "OVERTURN", Scope("PRJ-APPEAL", vendor="CORDILLERA"), -128, -118, 6.0, "pp",
           "PC-019 goes live without calibration", _ROLLED_BACK),
    *[Effect("EV-5", "ENVR", Scope(area="MISINFO", market=market), -128, -118, 0.8, "bps",
             "PC-019 goes live without calibration", _ROLLED_BACK) for market in _CIVIC],
    *[Effect("EV-6", "ENVR", Scope(area="MISINFO", market=market), -92, None, -0.35, "bps",
             "PC-020 goes live with every gate green", "It works, held against ten other markets.",
             Shape.RAMP, 10) for market in _CIVIC],
    Effect("EV-7", "ENVR", Scope(area="FRAUD", market="vi-VN"), -75, None, 0.012, "bps a day",
           "Scams in a coded language", _WATERMELON, Shape.SLOPE),
    Effect("EV-7", "GOLD_ACC", Scope("PRJ-FRAUD-ENF", market="vi-VN"), -75, None, 0.0, "pp",
           "The gold set holds no coded item", _WATERMELON),
    Effect("EV-7", "QA_ACC", Scope("PRJ-FRAUD-ENF", market="vi-VN"), -75, None, -2.0, "pp",
           "Scams in a coded language", _WATERMELON),
    Effect("EV-7", "GUIDE_Q", Scope("PRJ-FRAUD-ENF", area="FRAUD", market="vi-VN"), -75, None, 2.0,
           "times", "Scams in a coded language", "Questions lead accuracy.", Shape.FACTOR),
    Effect("EV-8", "LIVE share of views", Scope(market="id-ID"), -45, None, 7.0, "pp",
           "LIVE grows from 6 to 13 % of views", _MIX, Shape.RAMP, 14),
    Effect("EV-9", "ENVR sample", Scope(market="th-TH"), -14, -14, 3000, "views",
           "A sampling job ends early", "INSUFFICIENT_SAMPLE, no alert."),
    Effect("EV-10", "ENVR feed", Scope(market="tr-TR"), -33, -31, 3, "days",
           "The feed stops; told at D-27", _GAP),
    Effect("EV-10", "ENVR value", Scope(market="tr-TR"), -30, -30, -3.1, "bps",
           "17.2 is told first, 14.1 at D-27", _GAP),
    Effect("EV-11", "SHRINK", Scope(vendor="DUNE", project="PRJ-HATE-ENF"), -62, -58, 13.0, "pp",
           "A regional holiday", _HOLIDAY),
    Effect("EV-11", "BACKLOG", Scope(vendor="DUNE", project="PRJ-HATE-ENF"), -62, -58, 2.1,
           "days of inflow", "A regional holiday", _HOLIDAY, Shape.RAMP, 5),
    Effect("EV-11", "FTE_SCHED", Scope(vendor="DUNE", project="PRJ-HATE-ENF"), -62, -58, 0.71,
           "times", "A regional holiday", _HOLIDAY, Shape.FACTOR),
    Effect("EV-12", "OVERTURN", Scope("PRJ-APPEAL", vendor="BOREALIS"), -20, -16, 3.0, "times",
           "Prelabels are ingested twice; restated at D-13", _RESTATED, Shape.FACTOR),
    Effect("EV-13", "AHT", Scope("PRJ-ADULT-TRAIN", vendor="EVERGREEN"), -160, -61, -3.0, "s",
           "Pay by the label", _TOO_FAST, Shape.RAMP, 60),
    Effect("EV-13", "REWORK", Scope("PRJ-ADULT-TRAIN", vendor="EVERGREEN"), -160, -61, 4.0, "pp",
           "Pay by the label", _TOO_FAST, Shape.RAMP, 60),
    Effect("EV-13", "REWORK", Scope("PRJ-ADULT-TRAIN", vendor="EVERGREEN"), -60, None, 4.0, "pp",
           "M-020 sets a floor of 12 s", "It works, and nobody has verified it.",
           Shape.HALVING, 20),
)  # fmt: skip
"""The thirteen events, in the order of domain/demo.md 5.3."""

ASIDE: tuple[Effect, ...] = (
    Effect("PC-015", "GOLD_ACC", Scope("PRJ-HATE-ENF", label="HARASS"), -185, None, -2.1, "pp",
           "PC-015 is new to annotators", "Embedded late: on day 24 of a planned 14.",
           Shape.RECOVERING, 24),
    Effect("PC-016", "OVERTURN", Scope(area="SSH"), -160, None, -1.8, "pp",
           "PC-016 allows recovery content", "Fewer wrong removals."),
    Effect("R-002", "WELL_EXP", Scope("PRJ-SSH-ENF"), -17, None, 0.9, "h",
           "A backlog week", "KRI-SSH-HOURS is AMBER."),
    Effect("R-005", "GUIDE_Q", Scope("PRJ-MS-ENF", area="MS", market="ja-JP"), -15, -7, 2.5,
           "times", "ja-JP works by v4.0", "Gone when v4.1 is out.", Shape.FACTOR),
    Effect("R-008", "SLA", Scope("PRJ-LIVE-RT", vendor="EVERGREEN"), -45, None, -1.9, "pp",
           "LIVE outgrows its reviewers", "KRI-LIVE-SLA is AMBER.", Shape.RAMP, 14),
    Effect("R-023", "SLA", Scope("PRJ-SEARCH-REL"), -66, None, -3.0, "pp",
           "Forty annotators are lent to safety", "Accepted until the end of the quarter."),
)  # fmt: skip
"""What the stories of changes and risks tell besides (5.4, 5.5)."""


@dataclass(frozen=True)
class Crossing:
    """When the lower bound of a 28-day mean of ENVR first passes two thresholds, in bps.

    AMBER is entered by the second of three values beyond, RED by the first; days are periods.
    """

    scope: Scope
    watched_from: int
    window: int
    amber: float
    amber_on: int
    red: float
    red_on: int


WATERMELON = Crossing(Scope(area="FRAUD", market="vi-VN"), -61, 28, 1.8, -27, 2.0, -6)
"""What KRI-FRAUD-VI reads in the story: AMBER on the morning of D-26, RED on that of D-5."""

ODD_VALUE = (Scope(area="FRAUD", market="th-TH"), 2)
"""What EV-9 draws: so many negative views, which is 6.67 bps of the short sample."""


@dataclass(frozen=True)
class Outage:
    """A value told wrongly, with what it was corrected to, as negative of sampled views."""

    market: str
    day: int
    told_first: tuple[int, int]
    corrected: tuple[int, int]
    corrected_at: tuple[int, str]


OUTAGE = Outage("tr-TR", -30, (50, 29_070), (42, 29_787), (-27, "09:50"))
"""17.2 and 14.1 bps of all areas; the three missing days came with the correction (EV-10)."""


def effects(metric: str, scope: Scope) -> Iterator[Effect]:
    """What is planted in the series of a metric in a scope."""
    return (one for one in (*EFFECTS, *ASIDE) if one.metric == metric and one.scope.covers(scope))


def added(metric: str, scope: Scope, days: Ints) -> Floats:
    """What is added to a metric in a scope on each day, in the unit of its effects."""
    total = np.zeros(len(days))
    for one in effects(metric, scope):
        if one.shape is not Shape.FACTOR:
            total += one.course(days)
    return total


def multiplied(metric: str, scope: Scope, days: Ints) -> Floats:
    """What a metric in a scope is multiplied by on each day."""
    total = np.ones(len(days))
    for one in effects(metric, scope):
        if one.shape is Shape.FACTOR:
            total *= one.course(days)
    return total


def planted(event: str, metric: str) -> Effect:
    """The first effect of an event on a metric."""
    return next(one for one in EFFECTS if (one.event, one.metric) == (event, metric))
