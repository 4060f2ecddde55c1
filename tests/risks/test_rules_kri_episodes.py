"""When breaches open, worsen and close: by tables, and whatever comes in whatever order."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskreg.kit.tables import LONG_AGO
from riskreg.metrics.rules import MetricKind
from riskreg.metrics.rules_windows import MetricFacts
from riskreg.risks.rules_kri import BreachLevel, Comparator, KriBasis, KriRule, KriStatus
from riskreg.risks.rules_kri_episodes import (
    Episode,
    Known,
    consecutive,
    episodes,
    judged,
    paired,
    since_when,
)
from riskreg.risks.rules_kri_found import breach_found, evidence, figure, kri_found
from riskreg.risks.rules_kri_reading import Observed, Reading, Spell, readings
from tests.metrics.measured import observed

D = date(2026, 11, 2)
S, A, R = KriStatus, BreachLevel.AMBER, BreachLevel.RED
RULE = KriRule(KriBasis.POINT, 1, Comparator.ABOVE, amber=1.5, red=2.5, min_sample=0)
BOUND = replace(RULE, basis=KriBasis.CI_BOUND)
QUICK = replace(RULE, persist_k=1, persist_n=1, clear_after=1)
STEADY = replace(RULE, persist_k=3, persist_n=5, clear_after=2)
LETTERS = {"N": (S.NORMAL, 1.0), "A": (S.AMBER, 2.0), "R": (S.RED, 3.0)}


def day(number: int) -> date:
    return D + timedelta(days=number)


def read_as(letters: str, rule: KriRule = RULE, first: int = 0) -> list[Reading]:
    """A reading a day: Normal, Amber, Red, or Insufficient."""
    found = []
    for place, letter in enumerate(letters, first):
        status, value = LETTERS.get(letter, (S.INSUFFICIENT_SAMPLE, None))
        found.append(Reading(day(place), status, value, None, None, None, rule))
    return found


Told = list[tuple[BreachLevel, int, int | None, int | None]]


def told(found: tuple[Episode, ...]) -> Told:
    """Level, and the numbers of the days of opening, RED and closing."""
    return [
        (
            one.level,
            (one.opened_on - D).days,
            None if one.red_on is None else (one.red_on - D).days,
            None if one.closed_on is None else (one.closed_on - D).days,
        )
        for one in found
    ]


@pytest.mark.parametrize(
    ("rule", "letters", "expected"),
    [
        # Two of three enter.
        (RULE, "", []),
        (RULE, "NNRNN", []),
        (RULE, "RR", [(R, 1, 1, None)]),
        (RULE, "RNR", [(R, 2, 2, None)]),
        (RULE, "RNNR", []),
        (RULE, "AA", [(A, 1, None, None)]),
        (RULE, "AR", [(A, 1, None, None)]),
        (RULE, "RA", [(A, 1, None, None)]),
        (RULE, "ARR", [(R, 1, 2, None)]),
        (RULE, "RAR", [(R, 1, 2, None)]),
        (RULE, "AARAAR", [(A, 1, None, None)]),
        (RULE, "AARARA", [(R, 1, 4, None)]),
        # A level is never left but by closing, and that takes three calm ones in a row.
        (RULE, "RRAAAA", [(R, 1, 1, None)]),
        (RULE, "RRNN", [(R, 1, 1, None)]),
        (RULE, "RRNNN", [(R, 1, 1, 4)]),
        (RULE, "RRNNANNRNN", [(R, 1, 1, None)]),
        (RULE, "RRNNANNN", [(R, 1, 1, 7)]),
        # What was counted before a closing does not count for the next.
        (RULE, "RRNNNR", [(R, 1, 1, 4)]),
        (RULE, "RRNNNRR", [(R, 1, 1, 4), (R, 6, 6, None)]),
        (RULE, "AANNNRRNNN", [(A, 1, None, 4), (R, 6, 6, 9)]),
        # Thin samples neither advance nor clear.
        (RULE, "III", []),
        (RULE, "RIIR", [(R, 3, 3, None)]),
        (RULE, "RINR", [(R, 3, 3, None)]),
        (RULE, "RRNIIIN", [(R, 1, 1, None)]),
        (RULE, "RRNININ", [(R, 1, 1, 6)]),
        # One RED interval is enough; AMBER still takes two.
        (BOUND, "R", [(R, 0, 0, None)]),
        (BOUND, "A", []),
        (BOUND, "AA", [(A, 1, None, None)]),
        (BOUND, "AAR", [(R, 1, 2, None)]),
        # Other counts.
        (QUICK, "RNR", [(R, 0, 0, 1), (R, 2, 2, None)]),
        (QUICK, "ARN", [(R, 0, 1, 2)]),
        (STEADY, "RRNNR", [(R, 4, 4, None)]),
        (STEADY, "RRNNNR", []),
        (STEADY, "RRRNN", [(R, 2, 2, 4)]),
    ],
)
def test_breaches(rule: KriRule, letters: str, expected: Told) -> None:
    assert told(episodes(read_as(letters, rule))) == expected


def test_what_counted_under_one_rule_does_not_under_the_next() -> None:
    other = replace(RULE, red=2.6)
    assert told(episodes(read_as("R") + read_as("R", other, 1))) == []
    assert told(episodes(read_as("R") + read_as("RR", other, 1))) == [(R, 2, 2, None)]
    still_open = read_as("RRNN") + read_as("NN", other, 4)
    assert told(episodes(still_open)) == [(R, 1, 1, None)]
    assert told(episodes(still_open + read_as("N", other, 6))) == [(R, 1, 1, 6)]


def test_episode_keeps_its_worst_and_its_newest_reading() -> None:
    values = [2.0, 2.2, 9.0, 3.0, 1.0]
    read = [
        replace(one, value=value, status=RULE.judge(value, None, None))
        for one, value in zip(read_as("AARRN"), values, strict=True)
    ]
    [episode] = episodes(read)
    assert (episode.peak.on, episode.newest.on, episode.raised.on) == (day(2), day(4), day(3))
    assert (episode.threshold, episode.consecutive) == (2.5, 0)
    [before] = episodes(read[:2])
    assert (before.peak.value, before.raised.on, before.threshold) == (2.2, day(1), 1.5)
    [first_worse] = episodes([read[2], read[3]])
    assert first_worse.peak.on == day(2)


@pytest.mark.parametrize(
    ("letters", "number"),
    [("", 0), ("N", 0), ("AR", 2), ("NAR", 2), ("ARN", 0), ("RIR", 2), ("RI", 1)],
)
def test_how_many_in_a_row_lie_beyond(letters: str, number: int) -> None:
    assert consecutive(read_as(letters)) == number
    [*_, last] = episodes(read_as("RR" + letters))
    assert last.consecutive == (number + 2 if "N" not in letters else number)


@pytest.mark.parametrize(
    ("letters", "status", "row"),
    [
        ("", S.INSUFFICIENT_SAMPLE, 0),
        ("N", S.NORMAL, 0),
        ("R", S.NORMAL, 1),
        ("AA", S.AMBER, 2),
        ("ARR", S.RED, 3),
        ("RRN", S.RED, 0),
        ("RRI", S.RED, 2),
        ("RRNNN", S.NORMAL, 0),
        ("NI", S.INSUFFICIENT_SAMPLE, 0),
        ("RI", S.INSUFFICIENT_SAMPLE, 1),
    ],
)
def test_what_a_kri_reads(letters: str, status: KriStatus, row: int) -> None:
    read = read_as(letters)
    found = kri_found(read, episodes(read), LONG_AGO)
    assert (found.recorded_status, found.consecutive) == (status, row)
    assert found.evaluated_on == (day(len(letters) - 1) if letters else None)
    assert found.value == (read[-1].value if read else None)


def test_evidence_is_told_in_words() -> None:
    rule = replace(RULE, basis=KriBasis.WINDOW_MEAN, window_days=28, amber=2.4, red=3)
    read = [Reading(day(n), S.AMBER, 2.914, 2.41, 3.5149, 840_000.0, rule) for n in (0, 1)]
    [episode] = episodes(read)
    assert evidence(episode, "KRI-7", "bps") == (
        "KRI-7 AMBER on 2026-11-03: 28-day mean 2.91 bps (2.41–3.51), n 840,000, above 2.4"
    )
    bare = replace(rule, basis=KriBasis.RATE_OF_CHANGE, comparator=Comparator.BELOW)
    [slope] = episodes([Reading(day(n), S.AMBER, -0.0123, None, None, None, bare) for n in (0, 1)])
    assert evidence(slope, "KRI-8", "%") == (
        "KRI-8 AMBER on 2026-11-03: 28-day slope -0.0123 % a day, below 2.4"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0123, "0.0123"), (2.914, "2.91"), (14.66, "14.7"), (95, "95"), (1234.5, "1,234")],
)
def test_figures_have_three_digits_that_count(value: float, text: str) -> None:
    assert figure(value) == text
    assert figure(-value) == (f"-{text}" if value else "0")


RULES = st.sampled_from([RULE, BOUND, QUICK, STEADY])
LETTER = st.sampled_from("NNNARRI")


@given(st.lists(LETTER, max_size=60), RULES)
def test_never_two_at_once(letters: list[str], rule: KriRule) -> None:
    found = episodes(read_as("".join(letters), rule))
    for one, following in pairwise(found):
        assert one.closed_on is not None
        assert one.opened_on <= one.closed_on < following.opened_on
    assert [one.closed_on for one in found[:-1] if one.closed_on is None] == []
    for one in found:
        assert (one.red_on is not None) == (one.level is R)


@given(st.lists(LETTER, max_size=60), RULES, st.integers(0, 60))
def test_what_is_to_come_changes_nothing_that_was(
    letters: list[str], rule: KriRule, cut: int
) -> None:
    read = read_as("".join(letters), rule)
    whole, part = episodes(read), episodes(read[:cut])
    for one, before in zip(whole, part, strict=False):
        assert one.opened_on == before.opened_on
        if before.closed_on is not None:
            assert one == before
    assert len(part) == sum(one.opened_on < day(cut) for one in whole)


POINTS = st.dictionaries(
    st.integers(0, 40), st.tuples(st.sampled_from([1.0, 1.0, 2.0, 3.0]), st.sampled_from([9, 9, 0]))
)


def series(values: dict[int, tuple[float, int]]) -> Observed:
    rows = {day(n): {"value": v, "sample": float(s)} for n, (v, s) in values.items()}
    return Observed(observed(rows), MetricFacts(MetricKind.INDEX, 1))


@settings(max_examples=400)
@given(POINTS, st.lists(POINTS, max_size=3), st.lists(RULES, min_size=1, max_size=3))
def test_batch_equals_stream(
    first: dict[int, tuple[float, int]],
    later: list[dict[int, tuple[float, int]]],
    rules: list[KriRule],
) -> None:
    """Judging from the first day that is new gives what judging everything gives."""
    rules = [replace(rule, basis=KriBasis.POINT, min_sample=5) for rule in rules]
    cuts = [0, 15, 30][: len(rules)]
    spells = [
        Spell(day(cut), day(following), rule)
        for cut, following, rule in zip(cuts, [*cuts[1:], 99], rules, strict=True)
    ]
    values: dict[int, tuple[float, int]] = {}
    stands: list[Episode] = []
    for batch in (first, *later):
        if not batch:
            continue
        values |= batch
        seen = series(values)
        known = [Known(str(n), one.opened_on, one.closed_on) for n, one in enumerate(stands)]
        start, after = since_when(known, day(min(batch)))
        found = episodes(judged(seen, spells, start, after))
        changing = [one for one in known if one.touches(start, None)]
        kept = [stands[int(one.key)] for one in known if one not in changing]
        stands = [*kept, *(one for one, _ in paired(found, changing) if one is not None)]
        assert stands == list(episodes(readings(seen, spells, D)))


def known(*days: tuple[int, int | None]) -> list[Known]:
    return [
        Known(chr(ord("a") + place), day(start), None if end is None else day(end))
        for place, (start, end) in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("found", "stored", "expected"),
    [
        ("", [], []),
        ("RR", [], [(1, None)]),
        ("RR", [(1, None)], [(1, "a")]),
        ("RRNNN", [(1, None)], [(1, "a")]),
        ("RRNNN", [(1, 4)], [(1, "a")]),
        ("NNNNN", [(1, None)], [(None, "a")]),
        ("NRR", [(1, None)], [(2, "a")]),
        ("RR", [(0, 4)], [(1, "a")]),
        ("NNNNNNRR", [(1, 4)], [(None, "a"), (7, None)]),
        ("RRNNNRR", [(1, None)], [(1, "a"), (6, None)]),
        ("RRRRRRR", [(1, 3), (5, None)], [(None, "b"), (1, "a")]),
        ("RRNNNRRNNN", [(1, 4), (6, None)], [(1, "a"), (6, "b")]),
    ],
)
def test_episodes_are_known_again_by_a_day_that_they_share(
    found: str, stored: list[tuple[int, int | None]], expected: list[tuple[int | None, str | None]]
) -> None:
    pairs = paired(episodes(read_as(found)), known(*stored))
    assert [
        (one and (one.opened_on - D).days, other and other.key) for one, other in pairs
    ] == expected


@pytest.mark.parametrize(
    ("stored", "told_on", "start", "after"),
    [
        ([], 9, 9, None),
        ([(1, 4)], 9, 9, 4),
        ([(1, 4)], 4, 1, None),
        ([(1, 4)], 3, 1, None),
        ([(1, 4)], 0, 0, None),
        ([(1, None)], 9, 1, None),
        ([(1, 4), (6, None)], 9, 6, 4),
        ([(1, 4), (6, 8)], 7, 6, 4),
    ],
)
def test_from_when_on_is_judged_anew(
    stored: list[tuple[int, int | None]], told_on: int, start: int, after: int | None
) -> None:
    expected = (day(start), None if after is None else day(after))
    assert since_when(known(*stored), day(told_on)) == expected


def test_breach_holds_what_its_episode_came_to() -> None:
    [episode] = episodes(read_as("ARRN"))
    found = breach_found(episode, "KRI-9", "bps")
    assert (found.level, found.threshold) == (R, 2.5)
    assert (found.opened_on, found.red_on, found.closed_on) == (day(1), day(2), None)
    assert (found.peak_on, found.peak_value) == (day(1), 3.0)
    assert (found.evaluated_on, found.value, found.consecutive) == (day(3), 1.0, 0)
