"""State machines as the graph and the services see them."""

from collections.abc import Iterable
from enum import Enum
from typing import TypeVar

import strawberry

from riskreg.kit.errors import UserError, UserErrors
from riskreg.kit.machine import Availability, Machine, Reason, Refused

S = TypeVar("S", bound=Enum)
F = TypeVar("F")
G = TypeVar("G")


@strawberry.type(description="A move that starts in the present state, and what blocks it.")
class Transition:
    """So that the page, the API and a person agree why a button is off."""

    name: str = strawberry.field(
        description="The verb of its mutation: `submit` of `submitRisk`, or `beginVerification`."
    )
    allowed: bool = strawberry.field(description="Whether nothing that is known now blocks it.")
    blocked_by: list[str] = strawberry.field(description="What blocks it, a sentence each.")


def shown_moves(moves: Iterable[Availability]) -> list[Transition]:
    """The moves as the graph shows them."""
    return [
        Transition(name=_camel(one.name), allowed=one.allowed, blocked_by=list(one.blocked_by))
        for one in moves
    ]


def moved(machine: Machine[S, F, G], state: S, move: str, *, facts: F, given: G) -> S:
    """The state that the move leads to; UserErrors with every reason why it is refused."""
    try:
        return machine.check(state, move, facts, given)
    except Refused as refused:
        raise user_errors(refused.reasons) from None


def _path(field: str | None) -> tuple[str, ...]:
    """The input field that a reason is about, as callers write it."""
    return () if field is None else (_camel(field),)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def user_errors(reasons: Iterable[Reason]) -> UserErrors:
    """The reasons of a refusal as errors that name the fields of the input."""
    return UserErrors(tuple(UserError(one.message, one.code, _path(one.field)) for one in reasons))
