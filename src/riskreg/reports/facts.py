"""What a brief may print: frozen facts, and the hash that names them.

Who collects a brief fills `WhereWeStand`; narrative, charts and template only arrange what stands
here. Numbers that follow from others (changes, counts, what the map does not label) are computed
by the functions below and stored, so that each printed number is found in the attached facts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import TypeAlias

from riskreg.reports.facts_measured import Measured

WORDS = {"LOW": "Low", "MEDIUM": "Medium", "HIGH": "High", "CRITICAL": "Critical"}
LEVELS = {band: level for level, band in enumerate(WORDS, start=1)}

MAX_TOP = 5
MAX_LABELLED = 10


@dataclass(frozen=True)
class Fact:
    """One number with what a reader needs to judge it; value None means unknown, never zero."""

    value: int | None
    unit: str
    text: str
    source: str
    n: int | None = None
    n_text: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure of the scorecard beside the same figure in the previous report."""

    key: str
    label: str
    now: Fact
    before: Fact | None
    change: int | None
    better: str  # LOWER | HIGHER | NEITHER
    codes: tuple[str, ...] = ()
    history: tuple[int, ...] = ()  # oldest first, the last one is now
    history_text: str = ""  # "weekly since 31 Aug"


@dataclass(frozen=True)
class Rating:
    """A level of risk: its cell, and its band as number and word."""

    likelihood: int
    impact: int
    band: str
    level: int
    text: str


@dataclass(frozen=True)
class Movement:
    """How a risk moved since the previous report, and the event that moved it."""

    direction: str  # WORSE | BETTER | NEW | SAME
    before: Rating | None = None
    on: date | None = None
    cause: str = ""  # a key of narrative.CAUSES
    reference: str = ""  # M-012, A-004
    note: str = ""  # in the words of the person who assessed


@dataclass(frozen=True)
class NextAction:
    """The next thing that somebody does about a risk."""

    code: str
    title: str
    due: date | None
    original_due: date | None = None
    days_overdue: int = 0


@dataclass(frozen=True)
class TopRisk:
    """A risk of the top five with everything its row prints."""

    rank: int
    code: str
    title: str
    category: str
    inherent: Rating | None
    residual: Rating
    target: Rating | None
    confidence: str  # LOW | MEDIUM | HIGH | ""
    appetite_status: str  # WITHIN_APPETITE | WITHIN_TOLERANCE | OUT_OF_TOLERANCE
    days_outside: int | None
    outside_since: date | None
    owner: str | None
    next_action: NextAction | None
    movement: Movement
    computed: Rating | None = None  # where the asserted residual hides another computed one
    accept_authority: str = ""  # who may accept it: "A4 executive"


@dataclass(frozen=True)
class MapRisk:
    """A labelled risk of the heat map; the label is its rank."""

    rank: int
    code: str
    title: str
    appetite_status: str
    now: Rating
    before: Rating | None = None
    direction: str = "SAME"  # as in Movement


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix: its band, how many live risks, how many of them without a label."""

    likelihood: int
    impact: int
    band: str
    level: int
    count: int
    unlabelled: int


@dataclass(frozen=True)
class Appetite:
    """The highest band that some categories may keep; the line is drawn above it."""

    band: str
    text: str  # "most categories (to 2 Medium)"
    level: int


@dataclass(frozen=True)
class HeatMap:
    """Where the live risks stand, where the labelled ones stood, and how far appetite reaches."""

    cells: tuple[Cell, ...]
    risks: tuple[MapRisk, ...]
    appetites: tuple[Appetite, ...]  # the most common first
    likelihoods: tuple[str, ...]  # what the levels 1 to 5 mean: "< 5 %"
    impacts: tuple[str, ...]
    horizon: Fact
    unlabelled: int


@dataclass(frozen=True)
class Moved:
    """Codes of the risks that changed in one way since the previous report."""

    kind: str  # WORSE | BETTER | NEW | CLOSED
    codes: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Ask:
    """A decision that this brief asks for."""

    code: str
    question: str
    recommended: str
    decider: str
    due: date | None
    default_if_silent: str


@dataclass(frozen=True)
class Previous:
    """The report that this one is compared with."""

    code: str
    as_of: datetime
    revision: int


@dataclass(frozen=True)
class WhereWeStand:
    """All facts of the brief "Where we stand"; instants are in the organisation's time zone."""

    report_code: str
    organisation: str
    scope: str
    classification: str
    as_of: datetime
    timezone: str
    revision: int
    compared_with: Previous | None
    live: Fact
    figures: tuple[Figure, ...]
    heat_map: HeatMap
    top: tuple[TopRisk, ...]
    moved: tuple[Moved, ...]
    further_outside: tuple[str, ...]  # out of tolerance, but not among the top five
    further: Fact  # live risks that are not in the top five
    asks: tuple[Ask, ...]
    measured: Measured | None = None  # what is measured of all the work: ENVR

    def figure(self, key: str) -> Figure | None:
        """The figure of that key, if the scorecard has it."""
        return next((figure for figure in self.figures if figure.key == key), None)

    def moves(self, kind: str) -> tuple[str, ...]:
        """The codes that moved in that way."""
        return next((moved.codes for moved in self.moved if moved.kind == kind), ())


def count(
    value: int | None,
    unit: str,
    *,
    source: str,
    n: int | None = None,
    n_text: str = "",
) -> Fact:
    """A counted fact; an unknown count prints as "unknown"."""
    text = "unknown" if value is None else str(value)
    return Fact(value=value, unit=unit, text=text, source=source, n=n, n_text=n_text)


def figure(
    key: str,
    label: str,
    now: Fact,
    before: Fact | None,
    *,
    better: str = "LOWER",
    codes: Sequence[str] = (),
    history: Sequence[int] = (),
    history_text: str = "",
) -> Figure:
    """A figure of the scorecard with its change, where both values are known."""
    change = None
    if before is not None and now.value is not None and before.value is not None:
        change = now.value - before.value
    return Figure(
        key, label, now, before, change, better, tuple(codes), tuple(history), history_text
    )


def band_text(band: str) -> str:
    """A band as number and word: "4 Critical"."""
    return f"{LEVELS[band]} {WORDS[band]}"


def rating(likelihood: int, impact: int, band: str) -> Rating:
    """A rating whose number and word follow from its band."""
    return Rating(likelihood, impact, band, LEVELS[band], band_text(band))


def moved(kind: str, codes: Sequence[str]) -> Moved:
    """The risks that moved in one way, counted."""
    return Moved(kind, tuple(codes), len(codes))


def appetite(band: str, categories: str) -> Appetite:
    """An appetite line: "most categories (to 2 Medium)"."""
    return Appetite(band, f"{categories} (to {band_text(band)})", LEVELS[band])


def heat_map(
    bands: dict[tuple[int, int], str],
    counts: dict[tuple[int, int], int],
    risks: Sequence[MapRisk],
    *,
    appetites: Sequence[Appetite],
    likelihoods: Sequence[str],
    impacts: Sequence[str],
    horizon: Fact,
) -> HeatMap:
    """The map of all live risks; `bands` and `counts` are keyed by (likelihood, impact)."""
    labelled: dict[tuple[int, int], int] = {}
    for risk in risks:
        at = (risk.now.likelihood, risk.now.impact)
        labelled[at] = labelled.get(at, 0) + 1
    cells = tuple(
        Cell(
            *at,
            band,
            LEVELS[band],
            counts.get(at, 0),
            max(0, counts.get(at, 0) - labelled.get(at, 0)),
        )
        for at, band in sorted(bands.items())
    )
    return HeatMap(
        cells,
        tuple(risks),
        tuple(appetites),
        tuple(likelihoods),
        tuple(impacts),
        horizon,
        sum(cell.unlabelled for cell in cells),
    )


Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


def plain(value: object) -> Plain:
    """The value as JSON knows it: dataclasses as objects, dates and instants in ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"no place for {type(value).__name__} among the facts of a report")


def canonical(facts: WhereWeStand) -> bytes:
    """The facts as JSON in one form only: sorted keys, no spaces, UTF-8."""
    text = json.dumps(plain(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def content_hash(facts: WhereWeStand, template: bytes) -> str:
    """The SHA-256 of the canonical facts and of the template that prints them."""
    digest = hashlib.sha256(b"riskreg report 1\n")
    for part in (canonical(facts), template):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()
