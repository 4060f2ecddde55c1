"""How far an impact evaluation is to be trusted (domain/model.md BR 8, house/analytics.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from riskreg.metrics.rules import AnnotationKind, Grade
from riskreg.metrics.rules_definitions import ScopeKeys

LEAST_BEFORE, LEAST_AFTER = 42, 21
"""Days before and after below which trends cannot be told from chance."""
MOST_MEMORY = 0.5
"""The correlation of a day's residual with the next day's above which intervals are too narrow."""


@dataclass(frozen=True)
class Span:
    """The days that an evaluation looks at, from the day on which its subject begins."""

    starts_on: date
    pre_days: int
    washout_days: int
    post_days: int

    @property
    def first(self) -> date:
        """The first day before."""
        return self.starts_on - timedelta(days=self.pre_days)

    @property
    def last(self) -> date:
        """The last day after."""
        return self.starts_on + timedelta(days=self.washout_days + self.post_days - 1)


@dataclass(frozen=True)
class Noted:
    """An annotation, so far as evaluations ask: what of, when, and what it stems from."""

    kind: AnnotationKind
    scope: ScopeKeys
    first: date
    last: date | None
    about: str | None
    text: str

    @property
    def name(self) -> str:
        """What it is called: the code of what it stems from, or its kind, day and text."""
        return self.about or f"{self.kind} {self.first}: {self.text}"


def confounders(
    notes: Sequence[Noted], subject: str, scope: ScopeKeys, span: Span
) -> tuple[Noted, ...]:
    """What else happened in the scope and days of an evaluation, in order of time."""
    found = [
        note
        for note in notes
        if note.about != subject
        and note.scope.overlaps(scope)
        and note.first <= span.last
        and (note.last is None or note.last >= span.first)
    ]
    return tuple(sorted(found, key=lambda note: (note.first, note.name)))


def graded(claimed: Grade, span: Span, lag1: float | None, besides: Sequence[Noted]) -> Grade:
    """The confidence that an evaluation may have: LOW where its data cannot carry more."""
    weak = (
        any(note.kind is AnnotationKind.CHANGE for note in besides)
        or span.pre_days < LEAST_BEFORE
        or span.post_days < LEAST_AFTER
        or (lag1 is not None and lag1 > MOST_MEMORY)
    )
    return Grade.LOW if weak else claimed
