"""What is planted in the demo's numbers, as a file to compare an analysis with."""

from __future__ import annotations

import json
from typing import TypeAlias

from riskreg.demo.chance import LAST_DAY
from riskreg.demo.planted import ASIDE, EFFECTS, Effect, Shape
from riskreg.demo.world import World

Told: TypeAlias = str | int | float | dict[str, str] | None


def as_json(world: World) -> str:
    """Every planted effect of the demo of this day and seed, in the order of the events.

    `besides` are those that tell of risks and changes and are none of the thirteen events. Nothing
    in riskreg reads it. Days are dates; an effect that goes on has no end.
    """
    told = {
        "asOf": world.as_of.isoformat(),
        "seed": world.seed,
        "effects": [_told(one, world) for one in EFFECTS],
        "besides": [_told(one, world) for one in ASIDE],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _told(effect: Effect, world: World) -> dict[str, Told]:
    last = effect.last
    return {
        "id": effect.event,
        "metric": effect.metric,
        "scope": effect.scope.codes,
        "start": world.day(effect.first).isoformat(),
        "end": None if last is None or last == LAST_DAY else world.day(last).isoformat(),
        "size": effect.size,
        "unit": effect.unit,
        "shape": effect.shape.value,
        "overDays": None if effect.shape in {Shape.STEP, Shape.FACTOR} else effect.over,
        "cause": effect.cause,
        "conclusion": effect.conclusion,
    }
