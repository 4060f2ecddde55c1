"""The enums of KRIs as words of the graph."""

from __future__ import annotations

from riskreg.kit.words import describe
from riskreg.risks.rules_kri import BreachLevel, Comparator, KriBasis, KriStatus

describe(
    KriBasis,
    "KriBasis",
    {
        "POINT": "The newest period alone.",
        "WINDOW_MEAN": "The window as a whole: ratios as a sum over a sum.",
        "CI_BOUND": "The same, and a level only if all of the 95 % interval lies beyond it.",
        "EWMA": "A mean in which the newest weighs most: .2 a day, .3 a week.",
        "RATE_OF_CHANGE": "The slope over the window, in units a day.",
    },
)
describe(
    Comparator,
    "KriComparator",
    {"ABOVE": "High values are bad.", "BELOW": "Low values are bad."},
)
describe(
    KriStatus,
    "KriStatus",
    {
        "NORMAL": "No breach.",
        "AMBER": "In breach of the first threshold.",
        "RED": "In breach of the second.",
        "INSUFFICIENT_SAMPLE": "Too little was observed to say anything.",
        "STALE": "Nothing new for longer than two periods, and the lag.",
        "PAUSED": "Somebody stopped judging it for a while.",
        "RETIRED": "It watches no more.",
    },
)
describe(
    BreachLevel,
    "BreachLevel",
    {"AMBER": "The first threshold was passed.", "RED": "The second was, at least once."},
)
