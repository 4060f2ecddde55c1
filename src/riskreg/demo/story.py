"""Everything that happens in the register of the demo, from the first risk to the last."""

from __future__ import annotations

from collections.abc import Iterator

from riskreg.demo import (
    actions_early,
    actions_late,
    stories_changes,
    stories_delivery,
    stories_envr,
    stories_people,
    stories_quality,
    talk,
)
from riskreg.demo.world import Step

ACTIONS = (*actions_early.ACTIONS, *actions_late.ACTIONS)


def steps() -> Iterator[Step]:
    """The steps of all risks and actions; those of one minute in the order meant."""
    yield from stories_quality.STEPS
    yield from stories_people.STEPS
    yield from stories_envr.STEPS
    yield from stories_changes.STEPS
    yield from stories_delivery.STEPS
    for action in ACTIONS:
        yield from action.steps()
    yield from actions_late.CHANGES
    yield from talk.STEPS
