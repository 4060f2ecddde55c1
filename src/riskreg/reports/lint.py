"""What a brief must not contain; ERROR blocks its publication, WARN is shown to its author."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from riskreg.charts import fontmetrics
from riskreg.reports import wording
from riskreg.reports.facts import MAX_LABELLED, MAX_TOP, TopRisk, WhereWeStand, canonical

ERROR, WARN = "ERROR", "WARN"
MAX_WORDS = 120
STALE_DAYS = 7
"""A measured value that is older is told to the author."""

VAGUE = (
    "as appropriate",
    "being addressed",
    "close eye",
    "human error",
    "in due course",
    "monitored closely",
    "monitoring closely",
    "ongoing",
    "overall good",
    "slightly",
    "some risks",
    "soon",
    "tbc",
    "tbd",
    "various",
)
_VAGUE = re.compile(rf"\b({'|'.join(VAGUE)})\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\bNone\b|\bnan\b|\bundefined\b|\{\{|\}\}|\{%")
# A number with grouping and decimals; the letters around it do not matter (R-007, 95 %, v4.1).
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_SPELT = {word: value for value, word in enumerate(wording.NUMBERS) if value > 1}
_SPELT_WORD = re.compile(rf"\b({'|'.join(_SPELT)})\b", re.IGNORECASE)
_SILENT = {"style", "script", "head"}
_VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr"}


@dataclass(frozen=True)
class Finding:
    """One rule that the brief breaks."""

    rule: str
    severity: str
    message: str


@dataclass(frozen=True)
class Visible:
    """What a reader of the HTML meets: all text, the prose alone, the printed hash."""

    text: str
    prose: str
    hash: str


class _Reader(HTMLParser):
    """Collects text by the marks of the elements around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, frozenset[str]]] = []
        self.parts: dict[str, list[str]] = {"text": [], "prose": [], "hash": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the element and its marks."""
        if tag not in _VOID:
            names = frozenset(name for name, _ in attrs)
            note = any(name == "class" and value == "note" for name, value in attrs)
            self.open.append((tag, names | {"note"} if note else names))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Leave out elements without content."""

    def handle_endtag(self, tag: str) -> None:
        """Forget the element and what was left open inside it."""
        names = [name for name, _ in self.open]
        if tag in names:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Keep the text where it belongs."""
        if not data.strip() or any(tag in _SILENT for tag, _ in self.open):
            return
        marks = frozenset().union(*(names for _, names in self.open)) if self.open else frozenset()
        if "data-hash" in marks:
            self.parts["hash"].append(data)
            return
        self.parts["text"].append(data)
        if "data-prose" in marks and "note" not in marks:
            self.parts["prose"].append(data)


def visible(html: str) -> Visible:
    """The text of the HTML as a reader meets it, the words of its charts included."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    joined = {name: " ".join(" ".join(parts).split()) for name, parts in reader.parts.items()}
    return Visible(**joined)


def _normal(number: str) -> str:
    """A number without grouping and leading zeros: "48,112" is 48112, "007" is 7."""
    whole, _, decimals = number.replace(",", "").partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{decimals}" if decimals else whole


def numbers(text: str) -> set[str]:
    """All numbers of a text, those in words too (but not "one", which is also a pronoun)."""
    found = {_normal(number) for number in _NUMBER.findall(text)}
    return found | {str(_SPELT[word.lower()]) for word in _SPELT_WORD.findall(text)}


def _known(facts: WhereWeStand) -> set[str]:
    """The numbers that the facts hold, with and without their fraction.

    "v4.1" in a title also covers "4" and "1": a date in ISO 8601 is read piece by piece.
    """
    text = canonical(facts).decode()
    pieces = {_normal(number) for number in re.findall(r"\d+", text)}
    return numbers(text) | pieces


def _red(facts: WhereWeStand) -> Iterator[TopRisk]:
    return (risk for risk in facts.top if risk.appetite_status == "OUT_OF_TOLERANCE")


def _outside(facts: WhereWeStand) -> bool:
    found = facts.figure("outside_tolerance")
    counted = found is not None and bool(found.now.value)
    return counted or any(_red(facts)) or bool(facts.further_outside)


def _amounts(facts: WhereWeStand, shown: Visible) -> Iterator[Finding]:
    """Not too much: five risks, ten labels, 120 words."""
    if len(facts.top) > MAX_TOP:
        said = f"{len(facts.top)} top risks; a page has room for {MAX_TOP}"
        yield Finding("TOO_MANY_TOP_RISKS", ERROR, said)
    if len(facts.heat_map.risks) > MAX_LABELLED:
        said = f"{len(facts.heat_map.risks)} labels on the map, at most {MAX_LABELLED}"
        yield Finding("TOO_MANY_LABELS", ERROR, said)
    words = len(shown.prose.split())
    if words > MAX_WORDS:
        yield Finding("TOO_MANY_WORDS", WARN, f"{words} words of prose, at most {MAX_WORDS}")


def _decisions(facts: WhereWeStand, shown: Visible) -> Iterator[Finding]:
    """Something outside tolerance asks for a decision, and each ask says by when."""
    if _outside(facts) and not facts.asks:
        said = "risks are outside tolerance, but no decision is asked"
        yield Finding("NO_DECISION_FOR_RED", ERROR, said)
    for ask in facts.asks:
        if ask.due is None or not ask.decider or not ask.default_if_silent:
            said = f"{ask.code} needs a date, a decider and what happens if nobody answers"
            yield Finding("INCOMPLETE_DECISION", ERROR, said)


def _red_rows(facts: WhereWeStand, shown: Visible) -> Iterator[Finding]:
    """A risk outside tolerance has an owner, a next step and a date."""
    for risk in _red(facts):
        action = risk.next_action
        for missing, rule, what in (
            (risk.owner is None, "RED_WITHOUT_OWNER", "an owner"),
            (action is None, "RED_WITHOUT_NEXT_STEP", "a next step"),
            (action is not None and action.due is None, "RED_WITHOUT_DATE", "a date"),
        ):
            if missing:
                yield Finding(rule, ERROR, f"{risk.code} is outside tolerance without {what}")


def _slips(facts: WhereWeStand, shown: Visible) -> Iterator[Finding]:
    """A moved date shows where it was."""
    for risk in facts.top:
        action = risk.next_action
        if action is None or action.original_due is None or action.original_due == action.due:
            continue
        was = f"was due {' '.join(wording.short_date(action.original_due, facts.as_of).split())}"
        if not re.search(rf"\b{was}\b", shown.text, re.IGNORECASE):
            said = f"{action.code} {was}, and the page does not say so"
            yield Finding("HIDDEN_SLIP", ERROR, said)


def _wording(facts: WhereWeStand, shown: Visible) -> Iterator[Finding]:
    """No vague words, no leftovers of a template."""
    for word in sorted({found.lower() for found in _VAGUE.findall(shown.text)}):
        yield Finding("VAGUE", WARN, f'"{word}" says nothing; name who does what by when')
    told = canonical(facts).decode()  # where somebody wrote "None of the markets", it is a word
    for found in sorted(set(_PLACEHOLDER.findall(shown.text)) - set(_PLACEHOLDER.findall(told))):
        yield Finding("PLACEHOLDER", ERROR, f'"{found}" in the text')


def _traced(facts: WhereWeStand, shown: Visible) -> Iterator[Finding]:
    """Each number of the page is found in the facts."""
    unknown = numbers(shown.text) - _known(facts)
    for number in sorted(unknown, key=float):
        yield Finding("UNTRACED_NUMBER", ERROR, f"{number} is not among the facts")


def _measured(facts: WhereWeStand, shown: Visible) -> Iterator[Finding]:
    """A measured value has its n, its pair, and no change is claimed within the noise."""
    of = facts.measured
    if of is None or of.now.total.value is None:
        return
    metric = of.now.metric
    if of.now.total.n is None:
        yield Finding("VALUE_WITHOUT_N", ERROR, f"{metric} does not say how many it rests on")
    if of.pair is None:
        said = f"{metric} stands without the metric that must be read beside it"
        yield Finding("NO_BALANCE", WARN, said)
    shift = of.shift
    if shift is not None and shift.kind != "SAME" and shift.low <= 0 <= shift.high:
        said = f"{metric} is said to have moved, but no change lies within the interval"
        yield Finding("CHANGE_WITHIN_NOISE", ERROR, said)
    late = (facts.as_of.date() - of.now.last).days
    if late > STALE_DAYS:
        said = f"the newest {metric} is {late} days old"
        yield Finding("STALE_DATA", WARN, said)


def _movement(facts: WhereWeStand, shown: Visible) -> Iterator[Finding]:
    """A map shows movement, and everything outside tolerance is named."""
    if facts.compared_with is None:
        said = "no previous report, so nothing shows movement"
        yield Finding("NO_COMPARISON", WARN, said)
    found = facts.figure("outside_tolerance")
    named = sum(1 for _ in _red(facts)) + len(facts.further_outside)
    if found is not None and found.now.value is not None and found.now.value != named:
        said = f"{found.now.value} risks are outside tolerance, but {named} are named"
        yield Finding("UNNAMED_RED", ERROR, said)


def _letters(facts: WhereWeStand, shown: Visible) -> Iterator[Finding]:
    """Every letter has a glyph in a shipped font."""
    gone = fontmetrics.missing(canonical(facts).decode())
    if gone:
        points = ", ".join(f"U+{ord(letter):04X}" for letter in gone[:10])
        yield Finding("MISSING_GLYPH", ERROR, f"no font has {points}; printed as □")


Rule = Callable[[WhereWeStand, Visible], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    _amounts,
    _decisions,
    _red_rows,
    _slips,
    _wording,
    _traced,
    _movement,
    _measured,
    _letters,
)


def lint(facts: WhereWeStand, html: str) -> tuple[Finding, ...]:
    """All findings of the brief, errors first."""
    shown = visible(html)
    found = [finding for rule in RULES for finding in rule(facts, shown)]
    return tuple(sorted(found, key=lambda finding: finding.severity != ERROR))
