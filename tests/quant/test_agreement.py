"""Coefficients of agreement against the worked examples of those who made them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.quant.agreement import (
    NOTHING,
    Agreement,
    Label,
    Level,
    Ratings,
    Weights,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)

Coefficient = Callable[[Ratings], Agreement]


def by_item(*raters: str) -> list[list[Label | None]]:
    """Ratings from one line a rater, a character an item; a dot is missing."""
    return [
        [None if one == "." else int(one) if one.isdigit() else one for one in item]
        for item in zip(*raters, strict=True)
    ]


def from_counts(counts: Sequence[Sequence[int]]) -> list[list[Label | None]]:
    """Ratings from how often each item (row) got each label (column)."""
    return [[label for label, times in enumerate(row) for _ in range(times)] for row in counts]


def from_table(table: Sequence[Sequence[int]]) -> tuple[list[Label], list[Label]]:
    """Two raters' labels from a table of counts: rows the first, columns the second."""
    pairs = [
        (row, column)
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
    return [first for first, _ in pairs], [second for _, second in pairs]


def as_ratings(first: Sequence[Label], second: Sequence[Label]) -> list[list[Label]]:
    return [list(pair) for pair in zip(first, second, strict=True)]


# K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), sections A, B, C and D to F.
TWO_RATERS_BINARY = by_item("0100000010", "1110010000")
TWO_RATERS_NAMES = by_item("aabbdcccedda", "babbbcccedd" + "d")
FOUR_RATERS = by_item("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

# "Fleiss' kappa" in Wikipedia: ten items, fourteen raters, five labels.
FLEISS = [
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
]

# The table "cont3x3abstractors" of Gwet's R package irrCAC.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]


@pytest.mark.parametrize(
    ("ratings", "level", "alpha", "items"),
    [
        (TWO_RATERS_BINARY, Level.NOMINAL, 0.095, 10),
        (TWO_RATERS_NAMES, Level.NOMINAL, 0.692, 12),
        (FOUR_RATERS, Level.NOMINAL, 0.743, 11),  # the twelfth item has one label
        (FOUR_RATERS, Level.ORDINAL, 0.815, 11),
        (FOUR_RATERS, Level.INTERVAL, 0.849, 11),
    ],
)
def test_alpha_is_what_krippendorff_prints(
    ratings: Ratings, level: Level, alpha: float, items: int
) -> None:
    found = krippendorff_alpha(ratings, level)
    assert found.value == pytest.approx(alpha, abs=0.0005)
    assert found.n == items


def test_alpha_of_ordered_words_is_that_of_their_ranks() -> None:
    words = ["none", "low", "medium", "high", "extreme"]
    spelt = [[None if one is None else words[int(one) - 1] for one in item] for item in FOUR_RATERS]
    found = krippendorff_alpha(spelt, Level.ORDINAL, words)
    assert found.value == pytest.approx(0.815, abs=0.0005)


def test_fleiss_kappa_of_the_known_table() -> None:
    found = fleiss_kappa(from_counts(FLEISS))
    assert found.value == pytest.approx(0.210, abs=0.0005)
    assert found.observed == pytest.approx(0.378, abs=0.0005)
    assert found.expected == pytest.approx(0.213, abs=0.0005)
    assert found.n == 10


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([[20, 5], [10, 15]], 0.4),  # "Cohen's kappa" in Wikipedia, its three examples
        ([[45, 15], [25, 15]], 0.1304),
        ([[25, 35], [5, 35]], 0.2593),
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.6765),  # Fleiss, Levin and Paik, table 18.1
        (ABSTRACTORS, 0.7964094),
    ],
)
def test_cohen_kappa_of_known_tables(table: list[list[int]], kappa: float) -> None:
    found = cohen_kappa(*from_table(table))
    assert found.value == pytest.approx(kappa, abs=0.00005)
    assert found.n == sum(map(sum, table))


@pytest.mark.parametrize(
    ("weights", "kappa"),
    # By hand: rows 13, 27, 60; columns 13, 24, 63; all that differ are neighbours, so Po is
    # .89 + .11 w and Pe is .4597 + .3804 w with w .5 and .75.
    [
        (Weights.LINEAR, (0.945 - 0.6499) / (1 - 0.6499)),
        (Weights.QUADRATIC, (0.9725 - 0.745) / (1 - 0.745)),
    ],
)
def test_weighted_kappa_by_hand(weights: Weights, kappa: float) -> None:
    found = cohen_kappa(*from_table(ABSTRACTORS), weights)
    assert found.value == pytest.approx(kappa, abs=1e-12)


def test_kappa_counts_the_items_that_both_labelled() -> None:
    first, second = from_table([[20, 5], [10, 15]])
    found = cohen_kappa([*first, None, 1], [*second, 0, None])
    assert found == cohen_kappa(first, second)


def test_ac1_of_four_raters_is_what_irrcac_prints() -> None:
    found = gwet_ac1(FOUR_RATERS)
    assert found.value == pytest.approx(0.77544, abs=0.000005)
    assert found.n == 11


def test_percent_agreement_counts_pairs() -> None:
    # By hand: items of 4 labels have 6 pairs, of 3 three, of 2 one; 43 of 55 agree.
    found = percent_agreement(FOUR_RATERS)
    assert found.value == pytest.approx(43 / 55, abs=1e-12)
    assert (found.n, found.expected) == (11, None)


@pytest.mark.parametrize(
    ("violating", "kappa", "ac1"), [(0.2, 0.79, 0.90), (0.02, 0.42, 0.96), (0.005, 0.16, 0.96)]
)
def test_kappa_falls_with_prevalence_and_ac1_does_not(
    violating: float, kappa: float, ac1: float
) -> None:
    # insights.md 6: two reviewers of sensitivity .90 and specificity .98, each on their own.
    caught, alarmed = (0.1, 0.9), (0.98, 0.02)  # by the label that each of them gives
    table = [
        [
            round(40_000 * (violating * caught[i] * caught[j] + clean * alarmed[i] * alarmed[j]))
            for j in (0, 1)
        ]
        for clean in (1 - violating,)
        for i in (0, 1)
    ]
    first, second = from_table(table)
    assert cohen_kappa(first, second).value == pytest.approx(kappa, abs=0.006)
    assert gwet_ac1(as_ratings(first, second)).value == pytest.approx(ac1, abs=0.006)


ALL: list[Coefficient] = [fleiss_kappa, gwet_ac1, krippendorff_alpha, percent_agreement]
CORRECTED: list[Coefficient] = [fleiss_kappa, gwet_ac1, krippendorff_alpha]


@pytest.mark.parametrize("coefficient", ALL)
def test_nothing_to_compare_is_undefined(coefficient: Coefficient) -> None:
    assert coefficient([]) == NOTHING
    assert cohen_kappa([1, None], [None, 1]) == NOTHING


@pytest.mark.parametrize("coefficient", CORRECTED)
def test_one_label_only_is_undefined_and_never_perfect(coefficient: Coefficient) -> None:
    found = coefficient([[0, 0]] * 20)
    assert found.value is None
    assert found.n == 20
    assert cohen_kappa([0] * 20, [0] * 20).value is None


def test_one_label_of_a_known_scale_is_agreement_to_ac1_alone() -> None:
    # q = 0, so Pe = 2q(1 - q) = 0 and Po = 1.
    assert gwet_ac1([[0, 0]] * 20, scale=[0, 1]).value == 1
    assert krippendorff_alpha([[0, 0]] * 20, scale=[0, 1]).value is None


def test_fleiss_kappa_wants_one_number_of_labels() -> None:
    with pytest.raises(ValueError, match=r"not \[2, 3\]"):
        fleiss_kappa([[0, 1], [1, 1, None, 0]])
    with pytest.raises(ValueError, match=r"not \[1\]"):
        fleiss_kappa([[0], [1]])


def test_words_need_their_order() -> None:
    with pytest.raises(ValueError, match="give the scale"):
        krippendorff_alpha(TWO_RATERS_NAMES, Level.ORDINAL)
    with pytest.raises(ValueError, match="give the scale"):
        cohen_kappa(["low", "high"], ["low", "low"], Weights.LINEAR)
    with pytest.raises(ValueError, match="distances need numbers"):
        krippendorff_alpha([["low", "high"]], Level.INTERVAL, ["low", "high"])


def test_a_label_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not on it: \['c'\]"):
        krippendorff_alpha([["a", "c"]], scale=["a", "b"])


RATINGS = st.integers(2, 4).flatmap(
    lambda raters: st.lists(
        st.lists(st.integers(0, 3), min_size=raters, max_size=raters), min_size=2, max_size=15
    )
)


@given(RATINGS, st.permutations(range(4)))
def test_names_and_order_do_not_matter(ratings: list[list[int]], names: list[int]) -> None:
    renamed = [[names[label] for label in reversed(item)] for item in reversed(ratings)]
    for coefficient in ALL:
        found, other = coefficient(ratings), coefficient(renamed)
        assert (found.value is None) == (other.value is None)
        if found.value is not None:
            assert other.value == pytest.approx(found.value, abs=1e-9)
            assert found.value <= 1 + 1e-12


@given(RATINGS)
def test_a_rater_who_never_answers_changes_nothing(ratings: list[list[int]]) -> None:
    wider = [[*item, None] for item in ratings]
    for coefficient in ALL:
        assert coefficient(wider) == coefficient(ratings)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=30))
def test_two_labels_leave_nothing_to_weigh(pairs: list[tuple[int, int]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    plain = cohen_kappa(first, second)
    for weights in Weights:
        found = cohen_kappa(first, second, weights, scale=[0, 1])
        assert (found.value is None) == (plain.value is None)
        if found.value is not None and plain.value is not None:
            assert found.value == pytest.approx(plain.value, abs=1e-9)
