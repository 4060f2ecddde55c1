"""The general level detector on the Numenta Anomaly Benchmark, by its own rules.

    python benchmarks/nab.py FOLDER

FOLDER holds `windows.json` and `data/`, as the benchmark (or a half of it) is laid out. Standard
profile: the first 15 % of a file, at most 750 rows, are not scored; the first alarm in an anomaly's
window earns up to 1, the earlier the more, along a scaled sigmoid; a window without an alarm costs
1; an alarm outside costs up to .11. One threshold for all files, the best one, as the benchmark
sets it for every detector. 0 is a detector that never speaks, 100 a perfect one.

Controls: the detector that never speaks, and a windowed Gaussian (how far a value is from the mean
of the last 6 400, in standard deviations). "By folder" sets the threshold on the other folders and
scores the one left out, so it shows what the threshold owes to having seen the answers.
"""

from __future__ import annotations

import csv
import json
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskreg.quant.detect import ALARM, level_scores

FALSE_ALARM = 0.11
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class File:
    """A labelled series. `worth` is what an alarm at each row earns or costs."""

    name: str
    values: Floats
    seconds: NDArray[np.int64]
    scored: NDArray[np.bool_]
    windows: tuple[slice, ...]
    worth: Floats

    @property
    def folder(self) -> str:
        return self.name.split("/")[0]


@dataclass(frozen=True)
class Result:
    """What a threshold makes of a file: points, windows found, false alarms."""

    points: float
    found: int
    false: int


def sigmoid(place: Floats) -> Floats:
    """From 1 at the start of a window (-1) over 0 at its end to -1 well behind it."""
    return np.where(place >= 3, -1.0, 2 / (1 + np.exp(5 * np.minimum(place, 3))) - 1)


def read(folder: Path) -> list[File]:
    """The files with their windows, in the order of `windows.json`."""
    labels = json.loads((folder / "windows.json").read_text())
    return [labelled(folder, name, windows) for name, windows in labels.items()]


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def labelled(folder: Path, name: str, labels: list[list[str]]) -> File:
    with (folder / "data" / name).open() as file:
        rows = list(csv.DictReader(file))
    seconds = np.array([instant(row["timestamp"]) for row in rows])
    row = np.arange(len(rows))
    worth = np.full(len(rows), -FALSE_ALARM)
    windows = []
    for first, last in labels:
        start, end = (int(np.flatnonzero(seconds == instant(one))[0]) for one in (first, last))
        width = end - start + 1
        after = FALSE_ALARM * sigmoid((row - end) / max(width - 1, 1))
        worth = np.where(row > end, after, worth)
        inside = (row >= start) & (row <= end)
        earned = sigmoid(-(end - row + 1) / width) / sigmoid(np.array(-1.0))
        worth = np.where(inside, earned, worth)
        windows.append(slice(start, end + 1))
    return File(
        name=name,
        values=np.array([float(one["value"]) for one in rows]),
        seconds=seconds,
        scored=row >= min(math.floor(0.15 * len(rows)), 750),
        windows=tuple(windows),
        worth=worth,
    )


def judged(file: File, scores: Floats, threshold: float) -> Result:
    """What the benchmark gives for the alarms from this threshold on."""
    alarms = file.scored & (scores >= threshold)
    outside = alarms.copy()
    points, found = 0.0, 0
    for window in file.windows:
        outside[window] = False
        inside = np.flatnonzero(alarms[window])
        points += float(file.worth[window][inside].max()) if len(inside) else -1.0
        found += bool(len(inside))
    return Result(points + float(file.worth[outside].sum()), found, int(outside.sum()))


def steps(file: File, scores: Floats) -> tuple[Floats, Floats]:
    """The scores at which a file's points change as the threshold falls, and by how much."""
    outside = file.scored.copy()
    at, change = [], []
    for window in file.windows:
        outside[window] = False
        there = np.flatnonzero(file.scored[window]) + window.start
        order = there[np.argsort(-scores[there], kind="stable")]
        best = np.maximum.accumulate(np.concatenate(([-1.0], file.worth[order])))
        at.append(scores[order])
        change.append(np.diff(best))
    return (
        np.concatenate([scores[outside], *at]),
        np.concatenate([file.worth[outside], *change]),
    )


def best_threshold(files: Sequence[File], scores: Sequence[Floats]) -> float:
    """The threshold with the most points over all the files."""
    both = [steps(file, one) for file, one in zip(files, scores, strict=True)]
    at, change = (np.concatenate([one[side] for one in both]) for side in (0, 1))
    order = np.argsort(-at, kind="stable")
    at, total = at[order], np.cumsum(change[order])
    whole = np.append(at[1:] != at[:-1], True)
    at, total = at[whole], total[whole]
    return float(at[total.argmax()]) if total.max() > 0 else 1.1


def normalised(files: Sequence[File], results: Sequence[Result]) -> float:
    """From 0, nothing ever said, to 100, every window found at once and no false alarm."""
    windows = sum(len(file.windows) for file in files)
    return 100 * (sum(result.points for result in results) + windows) / (2 * windows)


def overall(files: Sequence[File], scores: Sequence[Floats]) -> float:
    threshold = best_threshold(files, scores)
    return normalised(files, [judged(*one, threshold) for one in zip(files, scores, strict=True)])


def by_folder(files: Sequence[File], scores: Sequence[Floats]) -> float:
    """The score with the threshold of each folder set on the others."""
    results = []
    pairs = list(zip(files, scores, strict=True))
    for folder in {file.folder: None for file in files}:
        others = [pair for pair in pairs if pair[0].folder != folder]
        threshold = best_threshold([one for one, _ in others], [two for _, two in others])
        results += [judged(*pair, threshold) for pair in pairs if pair[0].folder == folder]
    return normalised(files, results)


def windowed_gaussian(values: Floats, length: int = 6400) -> Floats:
    """How far each value is from the mean of those before it, in their standard deviations."""
    moved = values - values[0]
    sums, squares = (np.concatenate(([0.0], np.cumsum(one))) for one in (moved, moved**2))
    end = np.arange(len(values))
    start = np.maximum(end - length, 0)
    count = np.maximum(end - start, 1)
    mean = (sums[end] - sums[start]) / count
    variance = np.maximum((squares[end] - squares[start]) / count - mean**2, 1e-12)
    z = np.abs(moved - mean) / np.sqrt(variance)
    return z / (1 + z)


def show(files: Sequence[File], scores: Sequence[Floats]) -> None:
    threshold = best_threshold(files, scores)
    print(f"{'file':56} {'rows':>6} {'windows':>7} {'found':>5} {'false':>5} {'points':>6}")
    for file, one in zip(files, scores, strict=True):
        result = judged(file, one, threshold)
        print(
            f"{file.name:56} {len(file.values):6} {len(file.windows):7} {result.found:5}"
            f" {result.false:5} {result.points:6.2f}"
        )
    at_alarm = normalised(files, [judged(*one, ALARM) for one in zip(files, scores, strict=True)])
    print(f"\nbest threshold {threshold:.4f}; at {ALARM}, its default: {at_alarm:.1f}")


def main() -> None:
    files = read(Path(sys.argv[1]))
    started = time.perf_counter()
    ours = [level_scores(file.values, file.seconds) for file in files]
    rate = sum(len(file.values) for file in files) / (time.perf_counter() - started)
    show(files, ours)
    bare = [level_scores(file.values) for file in files]
    gaussian = [windowed_gaussian(file.values) for file in files]
    silent = [np.zeros(len(file.values)) for file in files]
    print(f"\n{'detector':28} {'score':>6} {'by folder':>9}")
    for name, scores in (
        ("level_scores", ours),
        ("level_scores, no timestamps", bare),
        ("windowed Gaussian", gaussian),
        ("says nothing", silent),
    ):
        print(f"{name:28} {overall(files, scores):6.1f} {by_folder(files, scores):9.1f}")
    print(f"\n{rate:,.0f} points a second")


if __name__ == "__main__":
    main()
