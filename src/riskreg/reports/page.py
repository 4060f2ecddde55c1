"""The brief "Where we stand" as its template prints it: strings and charts, nothing to decide.

The widths here are those of `reports/where_we_stand/style.css`, in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from riskreg.charts import svg as charts
from riskreg.charts.fontmetrics import SEMIBOLD, SERIF, cut, lines, printable, width
from riskreg.reports import narrative, narrative_measured, wording
from riskreg.reports.charts_heatmap import heat_map, legend
from riskreg.reports.facts import (
    WORDS,
    Ask,
    Figure,
    MapRisk,
    NextAction,
    Rating,
    TopRisk,
    WhereWeStand,
    canonical,
)

MAX_ASKS = 3

KEY_FROM = 6  # the labels before it stand in the table of top risks

_TITLE_ROOM = 370.0  # of a top risk, its code included: over all columns but the last
_MOVED_ROOM = 146.0
_NEXT_ROOM = 116.0
_KEY_ROOM = 115.5
_KEY_WIDTH = 206.0
_TILE_ROOM = 78.0
_ASK_ROOM = 170.0
_DEFAULT_ROOM = 205.0
_NOTE_ROOM = 500.0
_HEADER_ROOM = 250.0
_MORE_ROOM = 260.0

# The page is one page: where the words at its head take more lines, the caption of the lines goes
# first and then rows of decisions, whose codes stay in the heading.
_WIDTH = 515.0
_FREE = 9.0
_HEADLINE, _BOTTOM_LINE, _CAPTION, _ASK_ROW = 24.0, 13.4, 3.5, 15.5


@dataclass(frozen=True)
class Change:
    """A change as sign, meaning and words, so that colour is never alone."""

    sign: str
    meaning: str  # worse | better | same | new
    text: str


@dataclass(frozen=True)
class Tile:
    """One figure of the scorecard."""

    label: str
    value: str
    known: bool
    of: str
    chart: Markup
    change: Change
    codes: str


@dataclass(frozen=True)
class Pill:
    """A rating as number and word, with its cell."""

    text: str
    band: str
    cell: str


@dataclass(frozen=True)
class KeyRow:
    """One labelled risk of the map."""

    rank: str
    code: str
    title: str
    outside: bool
    new: bool
    now: str
    change: Change


@dataclass(frozen=True)
class TopRow:
    """One of the top risks."""

    rank: str
    code: str
    title: str
    outside: bool
    new: bool
    moved: Change
    inherent: Pill | None
    residual: Pill
    target: Pill | None
    confidence: str
    time: str
    since: str
    owner: str
    action: str
    due: str


@dataclass(frozen=True)
class AskRow:
    """One decision asked."""

    code: str
    text: str
    decider: str
    due: str
    default: str


@dataclass(frozen=True)
class MeasuredLines:
    """What is measured, in two lines."""

    value: str
    basis: str
    change: Change
    beside: str


@dataclass(frozen=True)
class Page:
    """Everything that the template prints."""

    title: str
    organisation: str
    scope: str
    classification: str
    report_code: str
    as_of: str
    compared: str
    revision: str
    headline: str
    bottom_line: tuple[str, ...]
    tiles: tuple[Tile, ...]
    measured: MeasuredLines | None
    history: str
    map_heading: str
    map_note: str
    map: Markup
    legend: Markup
    key: tuple[KeyRow, ...]
    top_heading: str
    top: tuple[TopRow, ...]
    further: str
    asks_heading: str
    asks: tuple[AskRow, ...]
    more_asks: str


def _change(found: Figure) -> Change:
    if found.change is None:
        return Change("", "same", "not compared")
    before = found.before.text if found.before else ""
    if not found.change:
        return Change(wording.LEVEL, "same", "unchanged")
    up = found.change > 0
    sign = wording.UP if up else wording.DOWN
    meaning = "better" if up == (found.better == "HIGHER") else "worse"
    if found.better == "NEITHER":
        return Change(sign, "same", f"{abs(found.change)}, was {before}")
    return Change(sign, meaning, f"{abs(found.change)} {meaning}, was {before}")


def _chart(found: Figure) -> Markup:
    now = found.now.value
    if now is None:
        return Markup("")
    if len(found.history) >= 4:
        alt = f"{found.label}, {found.history_text}: {', '.join(map(str, found.history))}"
        svg = charts.sparkline(found.history, alt, better=found.better)
    elif found.now.n:
        before = found.before.value if found.before else None
        alt = f"{found.label}: {found.now.text} {found.now.n_text}"
        svg = charts.share_bar(now, found.now.n, alt, before=before)
    else:
        return Markup("")
    return Markup(svg)  # noqa: S704 - made by our own charts, which escape every text


def _tile(found: Figure) -> Tile:
    room = _TILE_ROOM - width(found.now.text, 19, SERIF) - 3
    return Tile(
        label=found.label,
        value=found.now.text,
        known=found.now.value is not None,
        of=cut(found.now.n_text, room, size=7.5) if room > _TILE_ROOM / 3 else "",
        chart=_chart(found),
        change=_change(found),
        codes=cut(", ".join(found.codes), _TILE_ROOM, size=7.5),
    )


def _pill(rating: Rating | None) -> Pill | None:
    if rating is None:
        return None
    return Pill(rating.text, rating.band.lower(), narrative.cell(rating))


def _residual(risk: TopRisk) -> Pill:
    """The residual rating; where another band is computed, that is said in place of the cell."""
    rating, computed = risk.residual, risk.computed
    if computed is None or computed.level == rating.level:
        return Pill(rating.text, rating.band.lower(), narrative.cell(rating))
    return Pill(rating.text, rating.band.lower(), f"computed {computed.level}")


def _key_row(risk: MapRisk) -> KeyRow:
    before = risk.before
    change = Change(wording.LEVEL, "same", "unmoved")
    if risk.direction == "NEW":
        change = Change(wording.FRESH, "new", "new")
    elif before is not None and risk.direction in {"WORSE", "BETTER"}:
        origin = before.text if before.level != risk.now.level else narrative.cell(before)
        worse = risk.direction == "WORSE"
        sign = wording.UP if worse else wording.DOWN
        change = Change(sign, "worse" if worse else "better", f"from {origin}")
    return KeyRow(
        rank=str(risk.rank),
        code=risk.code,
        title=cut(f"{risk.code} {risk.title}", _KEY_ROOM, size=8, lines=2)[len(risk.code) :],
        outside=risk.appetite_status == "OUT_OF_TOLERANCE",
        new=risk.direction == "NEW",
        now=risk.now.text,
        change=change,
    )


def _due(action: NextAction | None, facts: WhereWeStand) -> str:
    if action is None:
        return ""
    return wording.short_date(action.due, facts.as_of) if action.due else "no date"


def _step(risk: TopRisk, facts: WhereWeStand) -> str:
    """The next step in two lines; a moved date and a delay are never cut away."""
    action = risk.next_action
    if action is None:
        return "no next step"
    slip = ""
    if action.original_due is not None and action.original_due != action.due:
        slip += f" Was due {wording.short_date(action.original_due, facts.as_of)}."
    if action.days_overdue:
        slip += f" {action.days_overdue} {wording.plural(action.days_overdue, 'day', 'days')} late."
    step = f"{action.code} {action.title}"
    if not slip:
        return cut(step, _NEXT_ROOM, size=7.5, lines=2)
    room = _NEXT_ROOM - width(slip, 7.5)
    if room < _NEXT_ROOM / 3:  # what is late gets the second line for itself
        return cut(step, _NEXT_ROOM, size=7.5) + slip
    return cut(f"{step}.", _NEXT_ROOM, size=7.5, lines=2, last=room) + slip


def _time(risk: TopRisk, facts: WhereWeStand) -> tuple[str, str]:
    if risk.days_outside is None:
        return "inside", ""
    days = wording.plural(risk.days_outside, "day", "days")
    since = risk.outside_since
    text = f"since {wording.short_date(since, facts.as_of)}" if since else ""
    return f"{risk.days_outside} {days}", text


def _top_row(risk: TopRisk, facts: WhereWeStand) -> TopRow:
    moved = narrative.what_moved(risk, facts)
    due = _due(risk.next_action, facts)
    title = cut(f"{risk.code} {risk.title}", _TITLE_ROOM, size=8, file=SEMIBOLD)
    words = cut(f"{moved.sign} {moved.text}", _MOVED_ROOM, size=7.5, lines=2)[2:]
    time, since = _time(risk, facts)
    return TopRow(
        rank=str(risk.rank),
        code=risk.code,
        title=title[len(risk.code) :],
        outside=risk.appetite_status == "OUT_OF_TOLERANCE",
        new=risk.movement.direction == "NEW",
        moved=Change(moved.sign, moved.meaning, words),
        inherent=_pill(risk.inherent),
        residual=_residual(risk),
        target=_pill(risk.target),
        confidence=WORDS.get(risk.confidence, "not said"),
        time=time,
        since=since,
        owner=cut(risk.owner or "no owner", _NEXT_ROOM - width(due, 8) - 6, size=8, file=SEMIBOLD),
        action=_step(risk, facts),
        due=due,
    )


def _ask_row(ask: Ask, facts: WhereWeStand) -> AskRow:
    return AskRow(
        code=ask.code,
        text=cut(ask.recommended or ask.question, _ASK_ROOM, size=8, file=SEMIBOLD),
        decider=ask.decider,
        due=wording.week_date(ask.due, facts.as_of) if ask.due else "no date",
        default=cut(ask.default_if_silent, _DEFAULT_ROOM, size=7.5),
    )


def _further(facts: WhereWeStand) -> str:
    room = _NOTE_ROOM - width(narrative.top_heading(facts), 9.6, SEMIBOLD)
    if facts.further_outside:
        return cut(f"Also outside: {', '.join(facts.further_outside)}", room, size=8)
    if not facts.further.value:
        return ""
    text = f"{facts.further.text} further live risks are inside tolerance"
    return text if width(text, 8) <= room else ""


def _measured(facts: WhereWeStand) -> MeasuredLines | None:
    of = facts.measured
    if of is None:
        return None
    value = narrative_measured.value(of.now)
    basis = f"{narrative_measured.basis(of.now, facts.as_of)};"
    moved = narrative_measured.change(of)
    room = _WIDTH - width(value, 8, SEMIBOLD) - width(f"  {basis} {moved.sign} ", 8)
    return MeasuredLines(
        value=value,
        basis=basis,
        change=Change(moved.sign, moved.meaning, cut(moved.text, room, size=8, file=SEMIBOLD)),
        beside=cut(narrative_measured.beside(of), _WIDTH, size=7.5),
    )


def _spare(facts: WhereWeStand) -> float:
    """How many points stay free at the foot when all else is as full as it can be."""
    over = lines(narrative.headline(facts), _WIDTH, size=20.5, file=SERIF) - 2
    more = lines(" ".join(narrative.bottom_line(facts)), _WIDTH, size=9.4, file=SEMIBOLD) - 4
    return _FREE - over * _HEADLINE - more * _BOTTOM_LINE


def _history(facts: WhereWeStand) -> str:
    told = dict.fromkeys(found.history_text for found in facts.figures if found.history_text)
    return f"Lines: {'; '.join(told)}, from zero" if told else ""


def _compared(facts: WhereWeStand) -> str:
    previous = facts.compared_with
    if previous is None:
        return "First brief, not compared"
    return f"compared with {previous.code} of {wording.week_date(previous.as_of, facts.as_of)}"


def page(facts: WhereWeStand) -> Page:
    """The page of these facts."""
    asks = sorted(facts.asks, key=lambda ask: (ask.due or date.max, ask.code))
    history, spare, shown = _history(facts), _spare(facts), MAX_ASKS
    if spare < 0 and history:
        history, spare = "", spare + _CAPTION
    while spare < 0 and shown > 1:
        shown, spare = shown - 1, spare + _ASK_ROW
    more = ", ".join(ask.code for ask in asks[shown:])
    return Page(
        title="Where we stand",
        organisation=facts.organisation,
        scope=cut(facts.scope, _HEADER_ROOM, size=8),
        classification=facts.classification,
        report_code=facts.report_code,
        as_of=wording.instant(facts.as_of, facts.timezone),
        compared=_compared(facts),
        revision=wording.grouped(facts.revision),
        headline=narrative.headline(facts),
        bottom_line=narrative.bottom_line(facts),
        tiles=tuple(_tile(found) for found in facts.figures),
        measured=_measured(facts),
        history=history,
        map_heading=narrative.map_heading(facts),
        map_note=narrative.map_note(facts),
        map=Markup(heat_map(facts.heat_map)),  # noqa: S704 - escaped by our own charts
        legend=Markup(legend(facts.heat_map, _KEY_WIDTH)),  # noqa: S704 - the same
        key=tuple(_key_row(risk) for risk in facts.heat_map.risks if risk.rank >= KEY_FROM),
        top_heading=narrative.top_heading(facts),
        top=tuple(_top_row(risk, facts) for risk in facts.top),
        further=_further(facts),
        asks_heading=narrative.asks_heading(facts),
        asks=tuple(_ask_row(ask, facts) for ask in asks[:shown]),
        more_asks=cut(f"Also asked: {more}", _MORE_ROOM, size=8) if more else "",
    )


def glyphs(facts: WhereWeStand) -> str:
    """All characters that these facts may print, for the choice of fonts."""
    return printable(canonical(facts).decode())
