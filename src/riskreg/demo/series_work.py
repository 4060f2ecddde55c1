"""Volumes, backlogs, times and people of the demo, for each project and vendor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from riskreg.demo import premises
from riskreg.demo.chance import DAYS, Chance, Floats, around, part
from riskreg.demo.planted import Scope, added, multiplied
from riskreg.demo.premises import WORK, Work
from riskreg.demo.series import Series, Tellings, levels, ratios

LAST_OF_STALE = -4
"""The newest value of the one feed that is stale: since then PRJ-SEARCH-REL tells nothing."""
STALE = "PRJ-SEARCH-REL"

VOLUME_SPREAD, HANDLING_SPREAD, SHRINKAGE_SPREAD = 0.03, 0.03, 0.03
USUAL_BACKLOG = 0.12
"""In days of work."""
CATCHING_UP, MOST_CATCHING_UP = 0.35, 0.25
"""What part of a backlog is worked off in a day, and how much of a day's work at most."""
SLA_LOST, SLACK = 0.136, 0.1
"""On-time share lost for each day of backlog beyond the usual and some slack, as shares."""
ABOVE_TARGET, BEST_SLA = 0.01, 0.994
TURNAROUND, HOURS_LATE = 0.78, 20.0
"""P90 as a part of the hours promised; hours more for each day of backlog."""
HOURS, SHRINKAGE, UTILISATION, MOST_UTILISATION = 8.0, 0.28, 0.86, 0.985
RELABELLED, ESCALATED = 0.03, 0.025
SMALL_SPREAD = 0.003
PLANNED_ON = 21
"""Rosters follow handling time over so many days."""
EXPOSURE, EXPOSED = 2.9, 60.0
"""Hours of grave content of an annotator-day, and annotators on a day."""


@dataclass(frozen=True)
class Flow:
    """Items in, out and left at the end of each day; `late` is backlog beyond the usual in days."""

    received: Floats
    done: Floats
    left: Floats
    late: Floats


def series(chance: Chance) -> Iterator[Series]:
    """Every series of every project and vendor."""
    for work in WORK:
        for one in _series(chance, work):
            told = one.tellings
            if work.project == STALE:
                told = told.taken(np.flatnonzero(told.days <= LAST_OF_STALE))
            yield Series(one.metric, one.scope, told, min_sample=one.min_sample)
    yield _exposure(chance)


def _series(chance: Chance, work: Work) -> Iterator[Series]:
    scope = Scope(work.project, vendor=work.vendor)
    flow = flowing(chance, work)
    handling = _handling(chance, work)
    told: dict[str, Tellings] = {
        "VOL_IN": levels(DAYS, flow.received),
        "VOL_OUT": levels(DAYS, flow.done),
        "BACKLOG": levels(DAYS, flow.left),
        "AHT": ratios(DAYS, flow.done * handling, flow.done),
        "SLA": ratios(DAYS, _on_time(chance, work, flow), flow.received),
        "TAT_P90": levels(DAYS, _turnaround(chance, work, flow), flow.done),
        "REWORK": ratios(DAYS, _some(chance, "REWORK", scope, RELABELLED, flow), flow.done),
        "ESC_ITEM": ratios(DAYS, _some(chance, "ESC_ITEM", scope, ESCALATED, flow), flow.done),
        **_people(chance, work, flow.done * handling / 3600),
    }
    yield from (Series(metric, scope, tellings) for metric, tellings in told.items())


def flowing(chance: Chance, work: Work) -> Flow:
    """A backlog is what was left, and came in, and was not done (domain/glossary.md 3.3)."""
    scope = Scope(work.project, vendor=work.vendor)
    rng = chance.of("VOL_IN", scope)
    usual = work.volume * premises.weekly_volume(chance, DAYS)
    usual = usual * premises.inflow(work.vendor, DAYS)
    received = np.rint(around(rng, usual, VOLUME_SPREAD))
    hit = multiplied("VOL_OUT", scope, DAYS) * np.exp(
        chance.of("VOL_OUT", scope).normal(0, VOLUME_SPREAD / 2, len(DAYS))
    )
    grown = np.diff(added("BACKLOG", scope, DAYS), prepend=0.0).clip(0) * work.volume
    done, left = np.zeros(len(DAYS)), np.zeros(len(DAYS))
    calm = before = USUAL_BACKLOG * work.volume
    for at, incoming in enumerate(received):
        more = min(CATCHING_UP * (before - calm), MOST_CATCHING_UP * work.volume)
        planned = incoming - grown[at] if grown[at] else (incoming + more) * hit[at]
        done[at] = np.rint(np.clip(planned, 0, before + incoming))
        before = left[at] = before + incoming - done[at]
    return Flow(received, done, left, np.maximum(left - calm, 0) / work.volume)


def _handling(chance: Chance, work: Work) -> Floats:
    scope = Scope(work.project, vendor=work.vendor)
    level = work.handling * multiplied("AHT", scope, DAYS) + added("AHT", scope, DAYS)
    return around(chance.of("AHT", scope), level, HANDLING_SPREAD)


def _on_time(chance: Chance, work: Work, flow: Flow) -> Floats:
    scope = Scope(work.project, vendor=work.vendor)
    usual = min(work.on_time / 100 + ABOVE_TARGET, BEST_SLA)
    planted = added("SLA", scope, DAYS) / 100
    late = -SLA_LOST * np.maximum(flow.late - SLACK, 0)
    return part(chance.of("SLA", scope), usual + np.minimum(planted, late), flow.received)


def _turnaround(chance: Chance, work: Work, flow: Flow) -> Floats:
    scope = Scope(work.project, vendor=work.vendor)
    usual = TURNAROUND * work.hours + HOURS_LATE * np.maximum(flow.late - SLACK, 0)
    return around(chance.of("TAT_P90", scope), usual, VOLUME_SPREAD)


def _some(chance: Chance, metric: str, scope: Scope, usual: float, flow: Flow) -> Floats:
    share = usual + added(metric, scope, DAYS) / 100
    return part(chance.of(metric, scope), share, flow.done, SMALL_SPREAD)


def _people(chance: Chance, work: Work, hours: Floats) -> dict[str, Tellings]:
    """The roster, what is lost of it, and how far the rest is used, for hours of work done."""
    scope = Scope(work.project, vendor=work.vendor)
    planned = work.volume * premises.weekly_volume(chance, DAYS) * _planned_handling(work) / 3600
    planned *= premises.staff(work.vendor, DAYS) * multiplied("FTE_SCHED", scope, DAYS)
    roster = np.round(planned * (1 + RELABELLED) / (HOURS * (1 - SHRINKAGE) * UTILISATION), 1)
    paid = roster * HOURS
    lost = around(chance.of("SHRINK", scope), np.full(len(DAYS), SHRINKAGE), SHRINKAGE_SPREAD)
    lost = (lost + added("SHRINK", scope, DAYS) / 100) * paid
    used = np.minimum(hours * (1 + RELABELLED), MOST_UTILISATION * (paid - lost))
    return {
        "FTE_SCHED": levels(DAYS, roster),
        "SHRINK": ratios(DAYS, lost, paid),
        "UTIL": ratios(DAYS, used, paid - lost),
    }


def _planned_handling(work: Work) -> Floats:
    scope = Scope(work.project, vendor=work.vendor)
    level = work.handling * multiplied("AHT", scope, DAYS) + added("AHT", scope, DAYS)
    earlier = np.concatenate([np.full(PLANNED_ON, level[0]), level])
    return np.convolve(earlier, np.ones(PLANNED_ON) / PLANNED_ON, mode="valid")[1:]


def _exposure(chance: Chance) -> Series:
    """Hours of grave content that an annotator of PRJ-SSH-ENF sees in a day."""
    scope = Scope("PRJ-SSH-ENF", vendor="INHOUSE")
    level = EXPOSURE + added("WELL_EXP", scope, DAYS)
    hours = around(chance.of("WELL_EXP", scope), level, HANDLING_SPREAD)
    people = np.full(len(DAYS), EXPOSED)
    return Series("WELL_EXP", scope, ratios(DAYS, hours * people, people))
