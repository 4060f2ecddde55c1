"""The general detector: what is odd scores, what is usual does not, and nothing looks ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from riskreg.quant.detect import ALARM, LevelRules, level_scores

Floats = NDArray[np.float64]
SECONDS = 300 * np.arange(4000)  # five minutes a row, two weeks
A_DAY = 288


def noise(seed: int = 0, rows: int = 4000) -> Floats:
    return np.random.default_rng(seed).normal(100, 5, rows)


def daily(seed: int = 0) -> Floats:
    """A plateau of eight hours a day, with a little noise."""
    hour = (SECONDS // 3600) % 24
    return np.where((hour >= 9) & (hour < 17), 80.0, 20.0) + noise(seed) / 50


def alarms(values: Floats, seconds: NDArray[np.int64] | None = None) -> list[int]:
    return [int(row) for row in np.flatnonzero(level_scores(values, seconds) >= ALARM)]


def test_a_spike_in_noise_is_the_oddest_point() -> None:
    values = noise()
    values[2500] += 60
    scores = level_scores(values)
    assert int(scores.argmax()) == 2500
    assert scores[2500] >= ALARM


def test_a_new_level_is_told_where_it_begins() -> None:
    values = noise()
    values[2500:] += 40
    first = next(row for row in alarms(values) if row >= 2000)
    assert 2500 <= first < 2510


def test_a_burst_of_jumps_is_odd_though_no_value_is() -> None:
    values = 100 + 10 * np.sin(np.arange(4000) / 40) + noise() / 50
    values[2500:2520] = np.where(np.arange(20) % 2, 92.0, 108.0)
    assert [row for row in alarms(values) if row < 2500] == []
    assert [row for row in alarms(values) if 2500 <= row < 2530] != []


def test_a_day_without_its_plateau_is_seen_by_its_hours() -> None:
    values = daily()
    day = slice(10 * A_DAY, 11 * A_DAY)
    values[day] = np.minimum(values[day], 23)
    found = [row for row in alarms(values, SECONDS) if day.start <= row < day.stop]
    assert found != []
    assert day.start + 9 * 12 <= found[0] <= day.start + 13 * 12  # by one o'clock
    assert [row for row in alarms(values, SECONDS) if 750 <= row < day.start] == []


def test_noise_alarms_less_than_once_in_a_thousand_rows() -> None:
    counts = [sum(row >= 750 for row in alarms(noise(seed), SECONDS)) for seed in range(10)]
    assert sum(counts) <= 10 * 3250 / 1000


@pytest.mark.parametrize("values", [np.full(500, 7.0), np.zeros(500), np.arange(2.0), np.zeros(0)])
def test_what_never_moves_is_never_odd(values: Floats) -> None:
    assert level_scores(values).tolist() == [0.0] * len(values)


def test_a_perfect_square_wave_is_odd_once_at_most() -> None:
    wave = np.where(np.arange(4000) % A_DAY < 100, 80.0, 20.0)
    assert alarms(wave, SECONDS) in ([], [100])  # where it first falls


def test_a_steady_rise_is_never_odd() -> None:
    assert alarms(np.arange(4000.0), SECONDS) == []


def test_an_alarm_must_beat_what_is_left_of_the_last() -> None:
    values = noise()
    values[2500] += 90
    values[[2540, 3500]] += 50
    found = alarms(values)
    assert 2500 in found
    assert [row for row in found if 2501 <= row < 2640] == []
    assert 3500 in found


@pytest.mark.parametrize("rows", [1, 5, 16, 17, 30, 300, 1500, 2600])
def test_nothing_looks_ahead(rows: int) -> None:
    values = daily(3)
    values[2500:2600] = 50
    whole = level_scores(values, SECONDS)
    assert level_scores(values[:rows], SECONDS[:rows]).tolist() == whole[:rows].tolist()


def test_scores_do_not_depend_on_unit_or_place() -> None:
    values = noise()
    values[2500] += 60
    moved = level_scores(1000 * values - 5e6)
    assert moved == pytest.approx(level_scores(values), abs=0.02)
    assert ((moved >= 0) & (moved < 1)).all()


def test_rows_may_be_missing() -> None:
    values = daily()
    kept = np.ones(4000, dtype=bool)
    kept[500:600] = False
    day = slice(10 * A_DAY, 11 * A_DAY)
    values[day] = np.minimum(values[day], 23)
    seconds = SECONDS[kept]
    found = seconds[alarms(values[kept], seconds)]
    assert ((found >= SECONDS[day.start]) & (found < SECONDS[day.stop - 1])).any()


def test_what_is_no_series_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        level_scores(np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="timestamp"):
        level_scores(np.ones(3), np.arange(2))


def test_what_came_before_is_recognised() -> None:
    # The same wild stretch twice, the second time within reach and out of it.
    wild = np.random.default_rng(9).normal(100, 5, 100) + np.where(np.arange(100) % 7 < 3, 12, -12)
    values = noise() / 10 + 90
    values[2000:2100] = values[2600:2700] = wild
    rules = LevelRules(half_life=20, history=10_000)
    again = level_scores(values, rules=rules)[2664:2700].max()
    forgetful = level_scores(values, rules=replace(rules, reach=300))[2664:2700].max()
    assert again < forgetful
