"""When a breach opens, worsens and closes: a fold over readings (model.md 4.5, KRI).

The same readings give the same episodes however often and in whatever pieces they came. Readings
without enough of a sample neither open nor close anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from riskreg.risks.rules_kri import BreachLevel, KriRule, KriStatus
from riskreg.risks.rules_kri_reading import Observed, Reading, Spell, before, readings


@dataclass(frozen=True)
class Episode:
    """A breach, from the evaluation that opened it to the one that closed it.

    `raised` is the reading that brought it to its level and `threshold` what that passed; `peak`
    the worst reading since the first that counted towards it. `consecutive` readings in a row up
    to the newest lie beyond a threshold.
    """

    level: BreachLevel
    opened_on: date
    red_on: date | None
    raised: Reading
    peak: Reading
    newest: Reading
    consecutive: int
    closed_on: date | None = None

    @property
    def threshold(self) -> float:
        """The threshold of its level."""
        return self.raised.rule.threshold(self.level)


@dataclass
class _Watch:
    """What the fold remembers: the readings that count, the calm ones in a row, what is open."""

    recent: list[Reading]
    calm: int = 0
    open: Episode | None = None
    rule: KriRule | None = None


def episodes(read: Iterable[Reading]) -> tuple[Episode, ...]:
    """Every breach that the readings, in the order of their days, tell of; at most one is open.

    What was counted under one rule does not count under the next, but what is open stays open.
    """
    return tuple(_episodes(read))


def _episodes(read: Iterable[Reading]) -> Iterator[Episode]:
    watch = _Watch([])
    for one in read:
        if one.rule != watch.rule:
            watch.recent, watch.calm, watch.rule = [], 0, one.rule
        if one.status is KriStatus.INSUFFICIENT_SAMPLE:
            continue
        watch.recent = [*watch.recent, one][-one.rule.persist_n :]
        watch.calm = watch.calm + 1 if one.status is KriStatus.NORMAL else 0
        level = _entered(watch.recent, one.rule)
        watch.open = _continued(watch, one, level) if watch.open else _opened(watch, one, level)
        if watch.open and watch.calm >= one.rule.clear_after:
            yield replace(watch.open, closed_on=one.on)
            watch.open, watch.recent, watch.calm = None, [], 0
    if watch.open:
        yield watch.open


def _entered(recent: Sequence[Reading], rule: KriRule) -> BreachLevel | None:
    """The level that enough of the last readings are at."""
    red = sum(one.status is KriStatus.RED for one in recent)
    if red >= rule.red_needs:
        return BreachLevel.RED
    beyond = sum(one.status is not KriStatus.NORMAL for one in recent)
    return BreachLevel.AMBER if beyond >= rule.persist_k else None


def _opened(watch: _Watch, one: Reading, level: BreachLevel | None) -> Episode | None:
    if level is None or one.status is KriStatus.NORMAL:
        return None
    peak = one
    for other in watch.recent:
        peak = _worse(peak, other)
    red_on = one.on if level is BreachLevel.RED else None
    return Episode(level, one.on, red_on, one, peak, one, consecutive(watch.recent))


def _continued(watch: _Watch, one: Reading, level: BreachLevel | None) -> Episode | None:
    known = watch.open
    if known is None:
        return None
    row = 0 if one.status is KriStatus.NORMAL else known.consecutive + 1
    known = replace(known, peak=_worse(known.peak, one), newest=one, consecutive=row)
    if level is BreachLevel.RED and known.level is BreachLevel.AMBER:
        known = replace(known, level=level, red_on=one.on, raised=one)
    return known


def _worse(one: Reading, other: Reading) -> Reading:
    """The worse of two readings; the earlier if they are equal."""
    if one.value is None or other.value is None:
        return one
    return other if other.rule.is_worse(other.value, one.value) else one


def consecutive(read: Sequence[Reading]) -> int:
    """How many readings in a row, up to the newest, lie beyond a threshold; thin ones aside."""
    sure = [one for one in read if one.status is not KriStatus.INSUFFICIENT_SAMPLE]
    return sum(1 for _ in takewhile(lambda one: one.status is not KriStatus.NORMAL, reversed(sure)))


@dataclass(frozen=True)
class Known:
    """A breach that was noted before and still stands, by the days of its opening and closing."""

    key: str
    opened_on: date
    closed_on: date | None

    def touches(self, first: date, last: date | None) -> bool:
        """Whether some day of it lies between two days, both included; None is no end."""
        begun = last is None or self.opened_on <= last
        return begun and (self.closed_on is None or self.closed_on >= first)


def since_when(known: Sequence[Known], told: date) -> tuple[date, date | None]:
    """From which day on to judge again when a day and later ones were told anew, and after which.

    A breach that may change is judged from its opening on; what closed before that stands.
    """
    changing = [one.opened_on for one in known if one.touches(told, None)]
    start = min([told, *changing])
    ended = [one.closed_on for one in known if one.closed_on and one.closed_on < start]
    return start, max(ended, default=None)


def judged(
    observed: Observed, spells: Sequence[Spell], start: date, after: date | None
) -> tuple[Reading, ...]:
    """The readings from a day on, led by those before it that can still count."""
    return before(observed, spells, start, after) + readings(observed, spells, start)


Pair = tuple[Episode | None, Known | None]


def paired(found: Sequence[Episode], known: Sequence[Known]) -> tuple[Pair, ...]:
    """Each episode with the breach that was noted of it, in order; None where there is none.

    They belong together when they share a day. An episode without a breach is new, a breach
    without an episode would not have opened.
    """
    left = sorted(known, key=lambda one: one.opened_on)
    pairs: list[Pair] = []
    for episode in found:
        days = (episode.opened_on, episode.closed_on)
        same = next((one for one in left if one.touches(*days)), None)
        if same is not None:
            left.remove(same)
        pairs.append((episode, same))
    return (*[(None, one) for one in left], *pairs)
