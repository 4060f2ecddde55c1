"""Episodes by hand: a letter a point."""

from __future__ import annotations

from dataclasses import replace

import pytest

from riskreg.quant.detect import (
    Chart,
    Direction,
    Episode,
    Point,
    Rule,
    Rules,
    Severity,
    State,
    episodes,
)

RULES = replace(Rules.daily(), open_hits=2, open_window=3, close_after=3, calm=0.8)
ONE = replace(RULES, open_hits=1, open_window=1)


def point(day: int, letter: str) -> Point:
    """A point by its letter.

    u and d alarm up and down, U twice as far; a dot is calm, a comma not quite; L learns, and i
    and p are not judged.
    """
    if letter in "Lip":
        kinds = {"L": State.LEARNING, "i": State.INSUFFICIENT, "p": State.PROVISIONAL}
        return Point(day, 1.0, kinds[letter])
    strength = {"u": 1.2, "d": 1.2, "U": 2.0, ".": 0.1, ",": 0.9}[letter]
    alarm = letter in "udU"
    down = letter == "d"
    return Point(
        day=day,
        value=1.0,
        state=State.ALARM if alarm else State.QUIET,
        z=-3 * strength if down else 3 * strength,
        alarm=Rule.EWMA if alarm else None,
        direction=Direction.DOWN if down else Direction.UP,
        strength=strength,
    )


def told(letters: str, rules: Rules = RULES) -> list[str]:
    """First and last day of each episode with its direction, and + where it is open."""
    points = tuple(point(day, letter) for day, letter in enumerate(letters))
    return [
        f"{one.first_day}-{one.last_day}{one.direction[0].lower()}{'+' if one.open else ''}"
        for one in episodes(Chart(rules, points, ()))
    ]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("", []),
        ("....", []),
        ("..u..", []),  # one alarm is none
        ("..uu", ["2-3u+"]),
        ("..u.u", ["2-4u+"]),  # two within three
        ("..u..u", []),
        ("..ud.", []),  # of one direction
        ("..uu...", ["2-3u"]),  # three calm days close
        ("..uu..", ["2-3u+"]),
        ("..uu..u...", ["2-6u"]),  # silent while open
        ("..uu,,,,", ["2-3u+"]),  # not quite calm keeps it open
        ("..uu..,..", ["2-3u+"]),
        ("..uu...uu", ["2-3u", "7-8u+"]),
        ("..uu...u..", ["2-3u"]),  # what is over opens nothing
        ("..uud", ["2-3u"]),  # the other direction closes, and one alarm is none
        ("..uudd", ["2-3u", "4-5d+"]),
        ("..U", ["2-2u+"]),  # twice the limit needs no second day
        ("..uuLLL", ["2-3u"]),  # a baseline begins anew
        ("..uLu", []),
        ("..uu.i.p.", ["2-3u"]),  # days that were not judged count for nothing
        ("..uiu", ["2-4u+"]),
        ("..uu.ii.ppp", ["2-3u+"]),
    ],
)
def test_episodes_open_once_and_close_when_it_is_calm(letters: str, expected: list[str]) -> None:
    assert told(letters) == expected


def test_one_alarm_may_be_enough() -> None:
    assert told("..u", ONE) == ["2-2u+"]
    assert told("..u...d", ONE) == ["2-2u", "6-6d+"]


def test_an_episode_says_how_far_it_went_and_when() -> None:
    points = tuple(point(day, letter) for day, letter in enumerate("..uUu..."))
    assert episodes(Chart(ONE, points, ())) == (
        Episode(
            first_day=2,
            last_day=4,
            open=False,
            direction=Direction.UP,
            severity=Severity.HIGH,
            peak_z=6.0,
            peak_day=3,
            rule=Rule.EWMA,
        ),
    )


@pytest.mark.parametrize(
    ("strength", "severity"),
    [(1.49, Severity.LOW), (1.5, Severity.MEDIUM), (1.99, Severity.MEDIUM), (2.0, Severity.HIGH)],
)
def test_severity_is_how_many_times_the_limit(strength: float, severity: Severity) -> None:
    alarming = replace(point(0, "d"), strength=strength)
    (episode,) = episodes(Chart(ONE, (alarming,), ()))
    assert episode.severity is severity
    assert episode.direction is Direction.DOWN
    assert episode.peak_z == pytest.approx(-3.6)
