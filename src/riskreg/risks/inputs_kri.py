"""What a caller may send about KRIs and their breaches."""

from datetime import date

import strawberry

import riskreg.risks.words_kri  # noqa: F401 (describes the enums, before they are used)
from riskreg.kit.inputs import OnExisting, Request
from riskreg.risks import rules_kri


@strawberry.input(
    name="AddKriInput", description="Watch a risk with a series: thresholds, and what to do."
)
class AddKri(Request):
    """What is measured, from where on it is bad, and what is done then."""

    risk_id: strawberry.ID = strawberry.field(description="The risk that it tells of.")
    series_id: strawberry.ID = strawberry.field(description="The series that is watched.")
    name: str = strawberry.field(description="What it is called, in at most 200 characters.")
    playbook: str = strawberry.field(
        description="What to do when it is in breach, in at most 4 000 characters: an indicator"
        " without an action is decoration."
    )
    basis: rules_kri.KriBasis = strawberry.field(
        description="What of the series is compared with the thresholds."
    )
    amber: float = strawberry.field(
        description="The first threshold, in the metric's unit; of RATE_OF_CHANGE in units a day."
    )
    red: float = strawberry.field(description="The second, on the bad side of the first.")
    comparator: rules_kri.Comparator | None = strawberry.field(
        default=None,
        description="On which side it is bad; by the metric's direction if left out.",
    )
    window_days: int | None = strawberry.field(
        default=None, description="How many days a value covers: 28 if left out; 1 on POINT."
    )
    min_sample: int | None = strawberry.field(
        default=None,
        description="The sample below which nothing is said; that of the series if left out.",
    )
    persist_k: int = strawberry.field(
        default=rules_kri.PERSIST_K,
        description="How many of the last `persistN` evaluations enter a level.",
    )
    persist_n: int = strawberry.field(
        default=rules_kri.PERSIST_N, description="Among how many evaluations they are counted."
    )
    clear_after: int = strawberry.field(
        default=rules_kri.CLEAR_AFTER, description="How many calm evaluations in a row close it."
    )
    watched_from: date | None = strawberry.field(
        default=None,
        description="The first day that is judged, also in the past; by default the newest that"
        " was observed.",
    )
    code: str | None = strawberry.field(
        default=None, description="A code of your own, such as KRI-FRAUD-VI; else one is given."
    )


@strawberry.input(
    name="ChangeKriInput",
    description="Change a KRI; what is left out stays. Another rule judges from today on.",
)
class ChangeKri(OnExisting):
    """Days before today stay judged by what held then; to watch another series, add another."""

    name: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="What it is called."
    )
    playbook: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="What to do when it is in breach."
    )
    basis: strawberry.Maybe[rules_kri.KriBasis | None] = strawberry.field(
        default=None, description="What of the series is compared with the thresholds."
    )
    comparator: strawberry.Maybe[rules_kri.Comparator | None] = strawberry.field(
        default=None, description="On which side it is bad."
    )
    amber: strawberry.Maybe[float | None] = strawberry.field(
        default=None, description="The first threshold."
    )
    red: strawberry.Maybe[float | None] = strawberry.field(
        default=None, description="The second, on the bad side of the first."
    )
    window_days: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="How many days a value covers."
    )
    min_sample: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="The sample below which nothing is said."
    )
    persist_k: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="How many of the last `persistN` evaluations enter a level."
    )
    persist_n: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="Among how many evaluations they are counted."
    )
    clear_after: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="How many calm evaluations in a row close it."
    )


@strawberry.input(name="PauseKriInput", description="Stop judging a KRI for a while.")
class PauseKri(OnExisting):
    """What is open stays open."""

    reason: str = strawberry.field(description="Why.")


@strawberry.input(name="ResumeKriInput", description="Judge a paused KRI again, from today on.")
class ResumeKri(OnExisting):
    """The days of the pause are not judged."""


@strawberry.input(name="RetireKriInput", description="Stop watching with a KRI, for ever.")
class RetireKri(OnExisting):
    """An open breach has to be acknowledged first, and closes."""

    reason: str = strawberry.field(description="Why.")


@strawberry.input(
    name="AcknowledgeBreachInput", description="Say that a breach was seen, and what it is."
)
class AcknowledgeBreach(OnExisting):
    """It may be acknowledged again when more is known."""

    note: str = strawberry.field(
        description="What was found and what is done, in at most 2 000 characters."
    )
    false_alarm: bool = strawberry.field(
        default=False, description="Whether it told of nothing real."
    )
