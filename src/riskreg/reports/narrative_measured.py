"""The two lines in which a brief tells of a metric, composed from its facts by rules."""

from __future__ import annotations

from datetime import date

from riskreg.reports import wording
from riskreg.reports.facts_measured import Estimate, Measured, Told
from riskreg.reports.narrative import Moved
from riskreg.reports.wording import listed, short_date

REASONS = {
    "NO_DATA": "nothing was observed",
    "INSUFFICIENT_SAMPLE": "too few were looked at",
    "MISSING_STRATA": "not all parts were observed",
}


def value(told: Told) -> str:
    """The metric and its value: "ENVR 14.7 bps"."""
    return f"{told.metric} {told.total.text}"


def basis(told: Told, today: date) -> str:
    """On what it rests: "(14.4 to 15.0, n 140,000), 28 days to 15 Nov", or why it is unknown."""
    noun = wording.plural(told.days, "day", "days")
    span = f"{told.days} {noun} to {short_date(told.last, today)}"
    total = told.total
    if total.value is None:
        return f"in {span}: {REASONS.get(total.reason, 'it cannot be said')}"
    return f"{_error(total)}, {span}"


def change(of: Measured) -> Moved:
    """How it stands beside the days before: a sign, a meaning, and words."""
    shift, before = of.shift, of.before
    if shift is None or before is None:
        why = f": {of.not_compared}" if of.not_compared else ""
        return Moved("", "same", f"not compared{why}")
    was = f"was {before.total.amount}"
    if shift.kind == "SAME":
        least = f"less than {shift.least_text} would not show"
        return Moved(wording.LEVEL, "same", f"no detectable change, {was} ({least})")
    sign = wording.UP if shift.value > 0 else wording.DOWN
    word = {"WORSE": "worse", "BETTER": "better"}.get(shift.kind, "moved")
    meaning = "same" if word == "moved" else word
    return Moved(sign, meaning, f"{shift.text} {word} ({shift.interval}), {was}")


def beside(of: Measured) -> str:
    """Its highest market, the metric to be read with it, its definition, and what is left out."""
    parts = []
    if of.highest is not None:
        parts.append(f"highest in {of.highest.part}, {of.highest.text} {_error(of.highest)}")
    if of.pair is not None:
        parts.append(f"{_small(of.pair.name)} {of.pair.total.text} {_error(of.pair.total)}")
    definition = f"definition {listed([f'v{one}' for one in of.now.definitions])}"
    if of.before is not None and of.before.definitions != of.now.definitions:
        over = listed([f"v{one}" for one in of.before.definitions])
        definition += f", the days before carried over from {over}"
    parts.append(definition)
    if of.now.missing:
        parts.append(f"without {wording.shortened(of.now.missing, 3)}")
    return wording.sentence("; ".join(parts))


def _error(of: Estimate) -> str:
    told = [of.interval, f"n {of.n_text}" if of.n_text else ""]
    return f"({', '.join(one for one in told if one)})"


def _small(name: str) -> str:
    """A name inside a sentence; abbreviations stay as they are."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
