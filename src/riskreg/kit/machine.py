"""State machines as tables of moves, run by one small engine that knows no domain.

A machine is data: moves from some states to one, each with the guards that must pass. Guards are
pure functions that answer with the reasons why not. From the same table come the checks of the
services, the moves that a page offers, the generated tests and the documentation.

Guards come in two kinds. `needs` look at the facts alone, so they can be answered before anybody
has filled in a form, and say why a button is off. `asks` look at what the caller gave as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

MOVE_NOT_ALLOWED = "MOVE_NOT_ALLOWED"
"""The code of the reason given when a move does not start in the present state."""

S = TypeVar("S", bound=Enum)
F = TypeVar("F")
G = TypeVar("G")


@dataclass(frozen=True)
class Reason:
    """Why a move is refused: a sentence for a person, the input field it is about, and a code."""

    message: str
    field: str | None = None
    code: str = "INVALID"


Reasons = Reason | tuple[Reason, ...] | None
"""What a guard answers: None or nothing when it passes."""


class Refused(Exception):
    """A move that may not be made, with every reason and not only the first."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(" ".join(reason.message for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Availability:
    """A move that starts in the present state, and the sentences that say what blocks it now."""

    name: str
    blocked_by: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether nothing that is known before the caller gives anything blocks the move."""
        return not self.blocked_by


@dataclass(frozen=True)
class Move(Generic[S, F, G]):
    """One row of the table: from any of `sources` to `target` (None: the state stays).

    Rows may share a name: with other sources, when the guards differ by where one comes from, or
    with the same source, when what is given decides the target. Then `when` tells them apart; the
    last of them has no `when` and takes the rest.
    """

    name: str
    sources: frozenset[S]
    target: S | None
    needs: tuple[Callable[[F], Reasons], ...] = ()
    asks: tuple[Callable[[F, G], Reasons], ...] = ()
    when: Callable[[G], bool] | None = None


@dataclass(frozen=True)
class Pair(Generic[S]):
    """A state, a move, and whether the table lists the move as starting there."""

    state: S
    move: str
    listed: bool


class Machine(Generic[S, F, G]):
    """A table of moves over the states of one enum; what is not listed is forbidden."""

    def __init__(self, name: str, moves: Iterable[Move[S, F, G]]) -> None:
        self.name = name
        self.moves = tuple(moves)
        self.states: tuple[S, ...] = tuple(type(next(iter(self.moves[0].sources))))
        self.names = tuple(dict.fromkeys(move.name for move in self.moves))
        self._rows: dict[tuple[S, str], tuple[Move[S, F, G], ...]] = {}
        for move in self.moves:
            for state in move.sources:
                self._rows[state, move.name] = (*self._rows.get((state, move.name), ()), move)
        self._refuse_unclear_rows()

    def _refuse_unclear_rows(self) -> None:
        for (state, name), rows in self._rows.items():
            *first, last = rows
            if last.when is not None or any(row.when is None for row in first):
                message = f"{self.name}: {name} from {state.name} does not say which row applies"
                raise ValueError(message)

    def listed(self, state: S) -> tuple[str, ...]:
        """The names of the moves that start in the state, in the order of the table."""
        return tuple(name for name in self.names if (state, name) in self._rows)

    def availability(self, state: S, facts: F) -> tuple[Availability, ...]:
        """Every move that starts in the state, each with what blocks it.

        Where what is given picks the row, a move is open as soon as one of its rows is.
        """
        found = []
        for name in self.listed(state):
            blocked = [
                _failing(guard(facts) for guard in row.needs) for row in self._rows[state, name]
            ]
            least = min(blocked, key=len)
            found.append(Availability(name, tuple(reason.message for reason in least)))
        return tuple(found)

    def check(self, state: S, move: str, facts: F, given: G) -> S:
        """The state that the move leads to, or `Refused` with all the reasons why not."""
        rows = self._rows.get((state, move))
        if rows is None:
            raise Refused((self._not_from(state, move),))
        row = next(row for row in rows if row.when is None or row.when(given))
        reasons = _failing(
            (*(guard(facts) for guard in row.needs), *(ask(facts, given) for ask in row.asks))
        )
        if reasons:
            raise Refused(reasons)
        return state if row.target is None else row.target

    def _not_from(self, state: S, move: str) -> Reason:
        wanted, *listed = (name.replace("_", " ") for name in (move, *self.listed(state)))
        moves = ", ".join(listed) or "none"
        message = f"A {self.name} that is {state.name} cannot {wanted}. Moves from here: {moves}."
        return Reason(message, None, MOVE_NOT_ALLOWED)

    def targets(self, state: S, move: str) -> frozenset[S]:
        """The states that the move can lead to from the state; empty if it does not start there."""
        rows = self._rows.get((state, move), ())
        return frozenset(state if row.target is None else row.target for row in rows)

    def pairs(self) -> tuple[Pair[S], ...]:
        """Every state with every move of the machine, listed or forbidden."""
        return tuple(
            Pair(state, name, (state, name) in self._rows)
            for state in self.states
            for name in self.names
        )

    def as_markdown(self) -> str:
        """The table for the documentation; guards print the first line of their docstrings."""
        lines = ["| From | Move | To | Needs | Asks |", "|---|---|---|---|---|"]
        for move in self.moves:
            sources = ", ".join(state.name for state in self.states if state in move.sources)
            target = "stays" if move.target is None else move.target.name
            needs, asks = _described(move.needs), _described(move.asks)
            lines.append(f"| {sources} | {move.name} | {target} | {needs} | {asks} |")
        return "\n".join(lines) + "\n"


def _failing(answers: Iterable[Reasons]) -> tuple[Reason, ...]:
    found: list[Reason] = []
    for answer in answers:
        if isinstance(answer, Reason):
            found.append(answer)
        elif answer:
            found.extend(answer)
    return tuple(dict.fromkeys(found))


def _described(guards: Iterable[Callable[..., Reasons]]) -> str:
    return "; ".join(
        (guard.__doc__ or guard.__name__).partition("\n")[0].rstrip(".") for guard in guards
    )
