"""What the projects of the demo promise, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from riskreg.delivery.rules import Health, TargetComparator
from riskreg.demo.deeds_targets import Promise, SayHealth
from riskreg.demo.organisation import FIRST_DAY, LEAD
from riskreg.demo.premises import WORK
from riskreg.demo.world import Step, in_turn

_LEAST, _MOST = TargetComparator.AT_LEAST, TargetComparator.AT_MOST
MONTH, WEEK = 28, 7
IN_DANGER = {"SLA": 0.5, "GOLD_ACC": 0.1}
"""Points above a target from which it is in danger."""
BACKLOG, BACKLOG_IN_DANGER = 1.0, 0.6
"""Days of work that may wait."""


def _promises() -> Iterator[Promise]:
    promised = {work.project: (work.on_time, work.gold) for work in WORK}
    for project, levels in promised.items():
        for metric, value in zip(("SLA", "GOLD_ACC"), levels, strict=True):
            amber = value + IN_DANGER[metric]
            yield Promise(project, metric, _LEAST, value, amber, MONTH)
        yield Promise(project, "BACKLOG_DAYS", _MOST, BACKLOG, BACKLOG_IN_DANGER, WEEK)


STEPS = tuple(
    chain(
        in_turn(FIRST_DAY + 1, "11:30", LEAD, _promises()),
        [
            Step(
                -4,
                "17:10",
                "linh",
                SayHealth(
                    "PRJ-LIVE-RT",
                    Health.AMBER,
                    "Six of nine hires have signed, and reviewers of the feed cover the nights"
                    " until they start.",
                    6,
                ),
            )
        ],
    )
)
