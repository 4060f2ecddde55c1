"""How far people who label the same items agree, beyond what chance gives.

A result where chance leaves nothing to correct (every label the same) is UNDEFINED: its value is
None, never 1 (glossary 3.2). Ratings come as one sequence an item, with a label or None for each
rater. Kappa and alpha fall with prevalence at equal skill, AC1 does not (insights 6), so show the
share of the labels beside them.

`scale` lists the labels in their order, also those that nobody gave; without it the labels are
those given, and an order is known only of numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Label: TypeAlias = str | int | float
Ratings: TypeAlias = Sequence[Sequence[Label | None]]
Matrix: TypeAlias = NDArray[np.float64]


class Weights(StrEnum):
    """How much a disagreement of two labels counts, by the steps between them."""

    EQUAL = "EQUAL"
    LINEAR = "LINEAR"
    QUADRATIC = "QUADRATIC"


class Level(StrEnum):
    """What labels are: names, ranks, or numbers whose distances mean something."""

    NOMINAL = "NOMINAL"
    ORDINAL = "ORDINAL"
    INTERVAL = "INTERVAL"


@dataclass(frozen=True)
class Agreement:
    """A coefficient of agreement, at most 1, over `n` items; `value` None is UNDEFINED.

    `observed` and `expected` are the shares of agreement seen and given by chance; of
    Krippendorff's alpha they are its disagreements Do and De. None where nothing was to compare.
    """

    value: float | None
    n: int
    observed: float | None
    expected: float | None


NOTHING = Agreement(None, 0, None, None)


def percent_agreement(ratings: Ratings) -> Agreement:
    """The share of pairs of labels on the same item that agree; items with two labels count."""
    counts = _pairable(_counts(ratings, _scale(ratings)))
    if not len(counts):
        return NOTHING
    labels = counts.sum(axis=1)
    agreeing = float((counts * (counts - 1)).sum())
    share = agreeing / float((labels * (labels - 1)).sum())
    return Agreement(share, len(counts), share, None)


def cohen_kappa(
    first: Sequence[Label | None],
    second: Sequence[Label | None],
    weights: Weights = Weights.EQUAL,
    scale: Sequence[Label] | None = None,
) -> Agreement:
    """Kappa of two raters over the items both labelled.

    J. Cohen, Educ. Psychol. Meas. 20 (1960); weighted, Psychol. Bull. 70 (1968), with the weights
    1 - (steps / most steps) to the power of 1 or 2.
    """
    pairs = zip(first, second, strict=True)
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    labels = _ordered(both, scale) if weights is not Weights.EQUAL else _scale(both, scale)
    if not both:
        return NOTHING
    place = {label: at for at, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)))
    for one, other in both:
        table[place[one], place[other]] += 1
    table /= len(both)
    agreeing = _weights(len(labels), weights)
    observed = float((table * agreeing).sum())
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0))
    return _corrected(len(both), observed, float((by_chance * agreeing).sum()))


def fleiss_kappa(ratings: Ratings) -> Agreement:
    """Kappa of the same number of labels on each item (J. L. Fleiss, Psychol. Bull. 76, 1971).

    ValueError where items carry different numbers of labels, or fewer than two.
    """
    counts = _counts(ratings, _scale(ratings))
    if not len(counts):
        return NOTHING
    raters = {int(labels) for labels in counts.sum(axis=1)}
    if len(raters) > 1 or min(raters) < 2:
        raise ValueError(f"Fleiss' kappa needs one number of labels an item, not {sorted(raters)}")
    m = raters.pop()
    observed = float(((counts**2).sum(axis=1) - m).mean()) / (m * (m - 1))
    shares = counts.sum(axis=0) / counts.sum()
    return _corrected(len(counts), observed, float((shares**2).sum()))


def krippendorff_alpha(
    ratings: Ratings, level: Level = Level.NOMINAL, scale: Sequence[Label] | None = None
) -> Agreement:
    """Alpha, 1 - Do/De, over the items with two labels or more; missing labels are no matter.

    K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): an item's pairs count
    1/(m - 1) in the coincidence matrix. `observed` and `expected` are Do and De.
    """
    labels = _scale(ratings, scale) if level is Level.NOMINAL else _ordered(ratings, scale)
    counts = _pairable(_counts(ratings, labels))
    if not len(counts):
        return NOTHING
    each = 1 / (counts.sum(axis=1) - 1)
    coincidences = (counts.T * each) @ counts - np.diag(each @ counts)
    totals = coincidences.sum(axis=1)
    n = float(totals.sum())
    apart = _distances(labels, totals, level)
    observed = float((coincidences * apart).sum()) / n
    expected = float(totals @ apart @ totals) / (n * (n - 1))
    value = 1 - observed / expected if expected > 0 else None
    return Agreement(value, len(counts), observed, expected)


def gwet_ac1(ratings: Ratings, scale: Sequence[Label] | None = None) -> Agreement:
    """AC1 of any number of raters and labels (K. L. Gwet, Br. J. Math. Stat. Psychol. 61, 2008).

    For two raters and two labels it is (Po - Pe)/(1 - Pe) with Pe = 2q(1 - q), q the mean share of
    one label. Agreement is taken over the `n` items with two labels or more, chance over all. With
    fewer than two labels on the scale it is UNDEFINED.
    """
    counts = _counts(ratings, _scale(ratings, scale))
    counts = counts[counts.sum(axis=1) > 0]
    pairable = _pairable(counts)
    if not len(pairable):
        return NOTHING
    m = pairable.sum(axis=1)
    observed = float(((pairable * (pairable - 1)).sum(axis=1) / (m * (m - 1))).mean())
    kinds = counts.shape[1]
    if kinds < 2:
        return Agreement(None, len(pairable), observed, None)
    shares = (counts / counts.sum(axis=1, keepdims=True)).mean(axis=0)
    return _corrected(len(pairable), observed, float((shares * (1 - shares)).sum()) / (kinds - 1))


def _corrected(n: int, observed: float, expected: float) -> Agreement:
    """(Po - Pe)/(1 - Pe); UNDEFINED where chance alone agrees always."""
    left = 1 - expected
    # Shares that sum to 1 only to the last digit must not pass for something left to correct.
    value = (observed - expected) / left if left > 1e-12 else None
    return Agreement(value, n, observed, expected)


def _scale(ratings: Ratings, scale: Sequence[Label] | None = None) -> tuple[Label, ...]:
    """The labels to count, each once; ValueError for one that a given scale does not have."""
    given = {label for item in ratings for label in item if label is not None}
    if scale is None:
        return tuple(sorted(given, key=lambda label: (isinstance(label, str), label)))
    unknown = given - set(scale)
    if unknown or len(set(scale)) < len(scale):
        raise ValueError(
            f"the scale must hold each label once; not on it: {sorted(map(str, unknown))}"
        )
    return tuple(scale)


def _ordered(ratings: Ratings, scale: Sequence[Label] | None) -> tuple[Label, ...]:
    labels = _scale(ratings, scale)
    if scale is None and any(isinstance(label, str) for label in labels):
        raise ValueError("words have no order of their own: give the scale")
    return labels


def _counts(ratings: Ratings, labels: tuple[Label, ...]) -> Matrix:
    """How often each item (row) got each label (column)."""
    place = {label: at for at, label in enumerate(labels)}
    counts: Matrix = np.zeros((len(ratings), len(labels)))
    for row, item in enumerate(ratings):
        for label in item:
            if label is not None:
                counts[row, place[label]] += 1
    return counts


def _pairable(counts: Matrix) -> Matrix:
    return np.compress(counts.sum(axis=1) >= 2, counts, axis=0)


def _weights(labels: int, weights: Weights) -> Matrix:
    """How much each pair of labels agrees: 1 on the diagonal."""
    if weights is Weights.EQUAL or labels < 2:
        return np.eye(labels)
    steps = np.abs(np.subtract.outer(np.arange(labels), np.arange(labels))) / (labels - 1)
    return np.asarray(1 - steps ** (1 if weights is Weights.LINEAR else 2), dtype=np.float64)


def _distances(labels: tuple[Label, ...], totals: Matrix, level: Level) -> Matrix:
    """Krippendorff's squared differences of each pair of labels; ranks count by their frequency."""
    if level is Level.NOMINAL:
        return 1 - np.eye(len(labels))
    if level is Level.ORDINAL:
        # Between the middles of two ranks lie half of both and all of the ranks between.
        middle = np.cumsum(totals) - totals / 2
        return np.asarray(np.subtract.outer(middle, middle) ** 2, dtype=np.float64)
    if any(isinstance(label, str) for label in labels):
        raise ValueError("distances need numbers, not words")
    values = np.array(labels, dtype=np.float64)
    return np.asarray(np.subtract.outer(values, values) ** 2, dtype=np.float64)
