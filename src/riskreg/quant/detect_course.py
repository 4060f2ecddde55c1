"""How a period becomes a point on a chart, given those before it."""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from dataclasses import dataclass

from riskreg.quant.detect_baseline import Baseline, Sample, learn
from riskreg.quant.detect_rules import Direction, Kind, Point, Rule, Rules, Segment, State
from riskreg.quant.detect_steps import cusum_step, ewma_spread, ewma_step


@dataclass(slots=True)
class Course:
    """Where a chart stands after its last point; not frozen, since it moves on with every one."""

    rules: Rules
    kind: Kind
    changes: int = 0
    before: Baseline | None = None
    baseline: Baseline | None = None
    learning: tuple[Sample, ...] = ()
    segments: tuple[Segment, ...] = ()
    ewma: float = 0.0
    up: float = 0.0
    down: float = 0.0

    def fork(self) -> Course:
        """A course that goes on from here without this one."""
        other = copy(self)
        other.baseline = copy(self.baseline)
        return other

    def advance(self, sample: Sample) -> Point:
        """The point of one more period; the course moves on."""
        day, x, n = sample
        changes = bisect_right(self.rules.declared, day)
        if changes != self.changes:
            self._begin_anew(changes)
        value = x / n if n > 0 else None
        if value is None or (n < self.rules.minimum_sample and self.kind is not Kind.LEVEL):
            return self._insufficient(day, value, n)
        if self._straddles(day):
            return Point(day, value, State.LEARNING)
        if self.baseline is None:
            self._learn(sample)
            return Point(day, value, State.LEARNING)
        return self._judge(self.baseline, day, value, n)

    def _begin_anew(self, changes: int) -> None:
        """Forget the level that held before a change that was declared since the last period."""
        self.changes = changes
        self.before = self.baseline or self.before
        self.baseline, self.learning = None, ()
        self.ewma = self.up = self.down = 0.0

    def _straddles(self, day: int) -> bool:
        """Whether a change was declared inside the period, so that it belongs to neither side."""
        rules = self.rules
        if rules.step_days == 1 or self.changes == len(rules.declared):
            return False
        return rules.declared[self.changes] < day + rules.step_days

    def _is_excluded(self, day: int) -> bool:
        last = day + self.rules.step_days - 1
        return any(day <= until and last >= since for since, until in self.rules.excluded)

    def _learn(self, sample: Sample) -> None:
        if self._is_excluded(sample[0]):
            return
        self.learning = (*self.learning, sample)
        wanted = self.rules.relearn if self.before else self.rules.baseline
        if len(self.learning) < wanted:
            return
        self.baseline = found = learn(self.kind, self.rules, self.learning, self.before)
        segment = Segment(
            first_day=self.learning[0][0],
            centre=found.successes / found.items,
            spread=found.spread,
            points=int(found.points),
            profile=found.profile,
        )
        self.segments, self.learning = (*self.segments, segment), ()

    def _insufficient(self, day: int, value: float | None, n: float) -> Point:
        if self.baseline is None or n <= 0:
            return Point(day, value, State.INSUFFICIENT)
        usual, limit = self.baseline.usual(day), self._reach(self.baseline, 1.0)
        reach = limit * self.baseline.spread * self.baseline.error(n)
        return Point(day, value, State.INSUFFICIENT, usual, *self._within(usual, reach))

    def _reach(self, baseline: Baseline, sigma: float) -> float:
        return baseline.reach(self.rules.limit, sigma, self.rules.baseline)

    def _within(self, usual: float, reach: float) -> tuple[float, float]:
        lower, upper = usual - reach, usual + reach
        if self.kind is Kind.LEVEL:
            return lower, upper
        return max(lower, 0.0), min(upper, 1.0) if self.kind is Kind.PROPORTION else upper

    def _judge(self, baseline: Baseline, day: int, value: float, n: float) -> Point:
        rules, usual = self.rules, baseline.usual(day)
        one = baseline.spread * baseline.error(n)
        z = (value - usual) / one
        self.ewma = ewma_step(self.ewma, z, rules.ewma_lambda)
        self.up, self.down = cusum_step(self.up, self.down, z, rules.cusum_slack)
        limit = self._reach(baseline, 1.0)
        ewma_limit = self._reach(baseline, ewma_spread(rules.ewma_lambda, baseline.likeness))
        rule, reached = self._furthest(z / limit, self.ewma / ewma_limit)
        direction = Direction.UP if reached > 0 else Direction.DOWN
        strength = abs(reached) if rules.watch in {None, direction} else 0.0
        alarm = rule if strength > 1 else None
        if not self._is_excluded(day):
            baseline.follow(n, z, rules.memory)
        lower, upper = self._within(usual, limit * one)
        return Point(
            day=day,
            value=value,
            state=State.ALARM if alarm else State.QUIET,
            centre=usual,
            lower=lower,
            upper=upper,
            z=z,
            ewma=self.ewma,
            ewma_low=-ewma_limit,
            ewma_high=ewma_limit,
            cusum_up=self.up,
            cusum_down=self.down,
            alarm=alarm,
            direction=direction,
            strength=strength,
        )

    def _furthest(self, point: float, ewma: float) -> tuple[Rule, float]:
        """The alarm rule that stands furthest out, and where: at 1 or -1 is its limit."""
        rules = self.rules
        cusum = (self.up if self.up >= self.down else -self.down) / rules.cusum_limit
        reached = ((Rule.POINT, point), (Rule.EWMA, ewma), (Rule.CUSUM, cusum))
        return max((one for one in reached if one[0] in rules.alarms), key=lambda one: abs(one[1]))
