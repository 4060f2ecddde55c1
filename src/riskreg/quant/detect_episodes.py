"""Episodes: times in which a series stands out, opened once and silent while open."""

from __future__ import annotations

from dataclasses import dataclass, field

from riskreg.quant.detect_rules import (
    Chart,
    Direction,
    Episode,
    Point,
    Rule,
    Rules,
    Severity,
    State,
)

MEDIUM_FROM = 1.5
HIGH_FROM = 2.0
"""How many times its limit an episode of the severity went to."""


def episodes(chart: Chart) -> tuple[Episode, ...]:
    """The episodes of a chart in their order; only the last may be open.

    One opens at `open_hits` alarms of one direction within `open_window` judged points, or at one
    of twice the limit. It closes after `close_after` calm points in a row, at an alarm in the other
    direction, and where a baseline begins anew. Points that were not judged change nothing.
    """
    watch = _Watch(chart.rules)
    for point in chart.points:
        if point.state is State.LEARNING:
            watch.close()
        elif point.state in {State.QUIET, State.ALARM}:
            watch.see(point)
    return (*watch.told, *([_told(watch.alarms, is_open=True)] if watch.alarms else ()))


@dataclass(frozen=True, slots=True)
class _Alarm:
    day: int
    z: float
    rule: Rule
    direction: Direction
    strength: float


def _alarm(point: Point) -> _Alarm | None:
    if point.alarm is None or point.direction is None or point.z is None:
        return None
    return _Alarm(point.day, point.z, point.alarm, point.direction, point.strength)


@dataclass(slots=True)
class _Watch:
    """The alarms of the open episode, or what the last points were while none is open."""

    rules: Rules
    told: list[Episode] = field(default_factory=list)
    alarms: list[_Alarm] = field(default_factory=list)
    recent: list[_Alarm | None] = field(default_factory=list)
    calm: int = 0

    def see(self, point: Point) -> None:
        alarm = _alarm(point)
        if alarm and self.alarms and alarm.direction is not self.alarms[0].direction:
            self.close()
        if not self.alarms:
            self._await(alarm)
            return
        if alarm:
            self.alarms.append(alarm)
        self.calm = self.calm + 1 if point.strength < self.rules.calm else 0
        if self.calm >= self.rules.close_after:
            self.close()

    def _await(self, alarm: _Alarm | None) -> None:
        self.recent = [*self.recent, alarm][-self.rules.open_window :]
        if alarm is None:
            return
        hits = [one for one in self.recent if one and one.direction is alarm.direction]
        if len(hits) >= self.rules.open_hits or alarm.strength >= HIGH_FROM:
            self.alarms, self.calm = hits, 0

    def close(self) -> None:
        if self.alarms:
            self.told.append(_told(self.alarms, is_open=False))
        self.alarms, self.recent = [], []


def _told(alarms: list[_Alarm], *, is_open: bool) -> Episode:
    up = alarms[0].direction is Direction.UP
    peak = max(alarms, key=lambda alarm: alarm.z if up else -alarm.z)
    most = max(alarm.strength for alarm in alarms)
    return Episode(
        first_day=alarms[0].day,
        last_day=alarms[-1].day,
        open=is_open,
        direction=alarms[0].direction,
        severity=_severity(most),
        peak_z=peak.z,
        peak_day=peak.day,
        rule=alarms[0].rule,
    )


def _severity(strength: float) -> Severity:
    if strength >= HIGH_FROM:
        return Severity.HIGH
    return Severity.MEDIUM if strength >= MEDIUM_FROM else Severity.LOW
