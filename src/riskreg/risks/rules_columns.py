"""The columns of the register as a file: two profiles, and what an import may do with each column.

`riskreg` says everything in our words, as the API calls them. `nist-ir-8286` has the headings of
the risk register of NIST IR 8286, and can say less.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from riskreg.risks.rules import RiskCategory, Sensitivity, Velocity


class Kind(Enum):
    """How the text of a cell reads."""

    CODE = "the code of a risk"
    LINE = "a text of one line"
    PROSE = "a text of several lines"
    SCENARIO = "title, cause, event and consequence in one text"
    WORD = "one of some words"
    WHOLE = "a whole number"
    DECIMAL = "a number"
    DAY = "a day"
    INSTANT = "an instant"
    CODES = "codes, a blank apart"
    PERSON = "a code or an e-mail address, or a name with the code in brackets"
    TOLD = "a word, a number or a time of the register; an import does not read it"
    TOLD_TEXT = "the same, in words that somebody typed"


class Use(Enum):
    """What an import does with a column."""

    SETS = "sets it, in new and in known risks"
    STARTS = "sets it in new risks; in known ones it is compared and told"
    TELLS = "compares it and tells where the register says otherwise"


@dataclass(frozen=True)
class Column:
    """A column: its heading, the value it holds, how its cells read, and what an import does."""

    heading: str
    field: str
    kind: Kind
    use: Use = Use.SETS
    words: type[Enum] | None = None
    least: int = 0
    most: int = 0
    """The greatest number, or the most characters of a text."""
    places: int = 0
    """The digits that are kept behind the point."""
    keeps: bool = False
    """An empty cell leaves what there is; in other columns it empties."""


@dataclass(frozen=True)
class Profile:
    """A set of columns, in the order in which they are written."""

    name: str
    columns: tuple[Column, ...]
    drafts: bool = False
    """New risks stay drafts: the columns cannot say all that logging asks."""

    @cached_property
    def by_heading(self) -> Mapping[str, Column]:
        """Each column by its heading as `plain` writes it."""
        return MappingProxyType({plain(one.heading): one for one in self.columns})

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        """Each column by the value it holds."""
        return MappingProxyType({one.field: one for one in self.columns})

    def column_of(self, path: tuple[str | int, ...]) -> Column | None:
        """The column that an error about an input field is about: `ownerId` is in `owner`."""
        names = [part for part in path if isinstance(part, str)]
        field = INPUT_FIELDS.get(names[-1]) if names else None
        if field is None:
            return None
        places = (field, _CURRENT.get(field, ""), "scenario" if field in SCENARIO else "")
        return next((self.by_field[name] for name in places if name in self.by_field), None)


def plain(heading: str) -> str:
    """A heading as it compares: whatever its case, blanks, underscores and kind of dash."""
    return re.sub(r"[‐-―−﹣－]", "-", re.sub(r"[\s_]+", "", heading)).casefold()


SCENARIO = ("title", "cause", "event", "consequence")
"""The values that a scenario holds, in its order."""

LINKS = ("projects", "policy_areas", "markets", "vendors")
"""The values that are codes of linked rows."""

QUANT = ("probability", "uplift_p10_bps", "uplift_p50_bps", "uplift_p90_bps", "duration_days")
"""The values of a quantification: all of them, or none."""

INPUT_FIELDS = {
    "code": "code",
    "title": "title",
    "cause": "cause",
    "event": "event",
    "consequence": "consequence",
    "category": "category",
    "sensitivity": "sensitivity",
    "projectIds": "projects",
    "policyAreaIds": "policy_areas",
    "marketIds": "markets",
    "vendorIds": "vendors",
    "ownerId": "owner",
    "sponsorId": "sponsor",
    "identifiedById": "identified_by",
    "identifiedAt": "identified_at",
    "horizonDays": "horizon_days",
    "proximityDate": "proximity_date",
    "velocity": "velocity",
    "likelihood": "inherent_likelihood",
    "impact": "inherent_impact",
    "reviewDue": "review_due_on",
    "probability": "probability",
    "upliftP10Bps": "uplift_p10_bps",
    "upliftP50Bps": "uplift_p50_bps",
    "upliftP90Bps": "uplift_p90_bps",
    "durationDays": "duration_days",
}
"""The value that an input field of the API sets."""
_CURRENT = {"inherent_likelihood": "current_likelihood", "inherent_impact": "current_impact"}
_TITLE, _STATEMENT, _NAME = 200, 2000, 254
_MOST_DAYS, _MOST_BPS = 3650, 99_999


def _text(heading: str, field: str, use: Use = Use.SETS) -> Column:
    return Column(heading, field, Kind.PROSE, use, most=_STATEMENT)


def _word(heading: str, field: str, words: type[Enum], *, keeps: bool = False) -> Column:
    return Column(heading, field, Kind.WORD, words=words, keeps=keeps)


def _codes(heading: str, field: str) -> Column:
    return Column(heading, field, Kind.CODES, most=_STATEMENT)


def _step(heading: str, field: str) -> Column:
    return Column(heading, field, Kind.WHOLE, Use.STARTS, least=1, most=5)


def _bps(heading: str, field: str) -> Column:
    return Column(heading, field, Kind.DECIMAL, most=_MOST_BPS, places=3)


def _told(heading: str, field: str, kind: Kind = Kind.TOLD) -> Column:
    return Column(heading, field, kind, Use.TELLS)


RISKREG = Profile(
    "riskreg",
    (
        Column("code", "code", Kind.CODE),
        Column("title", "title", Kind.LINE, most=_TITLE),
        _text("cause", "cause"),
        _text("event", "event"),
        _text("consequence", "consequence"),
        _word("category", "category", RiskCategory),
        _word("sensitivity", "sensitivity", Sensitivity, keeps=True),
        _codes("projects", "projects"),
        _codes("policyAreas", "policy_areas"),
        _codes("markets", "markets"),
        _codes("vendors", "vendors"),
        Column("owner", "owner", Kind.PERSON, most=_NAME),
        Column("sponsor", "sponsor", Kind.PERSON, most=_NAME),
        Column("identifiedBy", "identified_by", Kind.PERSON, Use.STARTS, most=_NAME, keeps=True),
        Column("identifiedAt", "identified_at", Kind.INSTANT, Use.STARTS, keeps=True),
        Column("horizonDays", "horizon_days", Kind.WHOLE, least=1, most=_MOST_DAYS, keeps=True),
        Column("proximityDate", "proximity_date", Kind.DAY),
        _word("velocity", "velocity", Velocity),
        _step("inherentLikelihood", "inherent_likelihood"),
        _step("inherentImpact", "inherent_impact"),
        Column("nextReviewDue", "review_due_on", Kind.DAY, keeps=True),
        Column("probability", "probability", Kind.DECIMAL, most=1, places=4),
        _bps("upliftP10Bps", "uplift_p10_bps"),
        _bps("upliftP50Bps", "uplift_p50_bps"),
        _bps("upliftP90Bps", "uplift_p90_bps"),
        Column("durationDays", "duration_days", Kind.WHOLE, least=1, most=_MOST_DAYS),
        _told("status", "status"),
        _told("inherentBand", "inherent_band"),
        _told("impactByDimension", "impacts"),
        _told("residualLikelihood", "residual_likelihood"),
        _told("residualImpact", "residual_impact"),
        _told("residualBand", "residual_band"),
        _told("computedLikelihood", "computed_likelihood"),
        _told("computedImpact", "computed_impact"),
        _told("computedBand", "computed_band"),
        _told("targetLikelihood", "target_likelihood"),
        _told("targetImpact", "target_impact"),
        _told("targetBand", "target_band"),
        _told("confidence", "confidence"),
        _told("assessedAt", "assessed_at"),
        _told("treatment", "treatment"),
        _told("mitigations", "mitigations"),
        _told("appetiteStatus", "appetite_status"),
        _told("outOfToleranceSince", "out_since"),
        _told("notMeasurable", "not_measurable", Kind.TOLD_TEXT),
        _told("happened", "happened", Kind.TOLD_TEXT),
        _told("happenedAt", "happened_at"),
        _told("closeReason", "close_reason", Kind.TOLD_TEXT),
    ),
)
"""Our own words: every value that an import can set, then what only moves and sums can change."""

NIST_IR_8286 = Profile(
    "nist-ir-8286",
    (
        Column("ID", "code", Kind.CODE),
        _told("Priority", "priority"),
        Column("Risk Description", "scenario", Kind.SCENARIO, most=_TITLE + 3 * _STATEMENT + 200),
        _word("Risk Category", "category", RiskCategory),
        _step("Current Assessment – Likelihood", "current_likelihood"),
        _step("Current Assessment – Impact", "current_impact"),
        _told("Current Assessment – Exposure Rating", "current_band"),
        _told("Risk Response Type", "treatment"),
        _told("Risk Response Cost", "response_cost"),
        _told("Risk Response Description", "response", Kind.TOLD_TEXT),
        Column("Risk Owner", "owner", Kind.PERSON, most=2 * _NAME),
        _told("Status", "status"),
    ),
    drafts=True,
)
"""The risk register of NIST IR 8286: the current assessment is our residual, before there is one
the inherent level; the exposure rating is its band, the response what our actions say."""

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {one.name: one for one in (RISKREG, NIST_IR_8286)}
)
"""The profiles by name."""
