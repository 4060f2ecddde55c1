"""Detection: charts of ratios and levels, episodes on them, scores of the general detector.

`chart_ratio` and `chart_levels` judge a series against its own baseline, point by point;
`episodes` tells when it stood out; a `Detector` does the same for points that arrive one by one.
`level_scores` is for series of levels of which nothing is known. Days are proleptic ordinals.
"""

from riskreg.quant.detect_charts import Detector, chart_levels, chart_ratio
from riskreg.quant.detect_episodes import episodes
from riskreg.quant.detect_level import ALARM, LevelRules, level_scores
from riskreg.quant.detect_rules import (
    Chart,
    DayOfWeek,
    Direction,
    Episode,
    Kind,
    Point,
    Rule,
    Rules,
    Segment,
    Severity,
    State,
)
from riskreg.quant.detect_samples import Levels, Samples, weekly

__all__ = [
    "ALARM",
    "Chart",
    "DayOfWeek",
    "Detector",
    "Direction",
    "Episode",
    "Kind",
    "LevelRules",
    "Levels",
    "Point",
    "Rule",
    "Rules",
    "Samples",
    "Segment",
    "Severity",
    "State",
    "chart_levels",
    "chart_ratio",
    "episodes",
    "level_scores",
    "weekly",
]
