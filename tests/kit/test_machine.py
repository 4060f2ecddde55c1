"""The engine of state machines, on a door that knows nothing of the trade."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pytest

from riskreg.kit.machine import (
    MOVE_NOT_ALLOWED,
    Availability,
    Machine,
    Move,
    Pair,
    Reason,
    Reasons,
    Refused,
)


class Door(StrEnum):
    OPEN = "OPEN"
    SHUT = "SHUT"
    LOCKED = "LOCKED"
    BROKEN = "BROKEN"


@dataclass(frozen=True)
class Facts:
    has_key: bool = True
    is_oiled: bool = True


@dataclass(frozen=True)
class Given:
    code: str | None = None
    force: int = 0


def has_key(facts: Facts) -> Reasons:
    """There is a key."""
    return None if facts.has_key else Reason("There is no key.", None, "NO_KEY")


def is_oiled(facts: Facts) -> Reasons:
    """It is oiled."""
    return None if facts.is_oiled else Reason("The hinge is dry.", None, "DRY")


def asks_code(facts: Facts, given: Given) -> Reasons:
    """A code of four digits.

    This line is not printed.
    """
    if given.code is None:
        return (
            Reason("Give the code.", "code", "MISSING"),
            Reason("It has four digits.", "code", "MISSING"),
        )
    return ()


def is_strong(given: Given) -> bool:
    return given.force > 5


ROW = Move[Door, Facts, Given]
DOOR = Machine(
    "door",
    (
        ROW("shut", frozenset({Door.OPEN}), Door.SHUT, (is_oiled,)),
        ROW("lock", frozenset({Door.SHUT}), Door.LOCKED, (has_key, is_oiled), (asks_code,)),
        ROW("knock", frozenset({Door.SHUT, Door.LOCKED}), None),
        ROW("kick", frozenset({Door.LOCKED}), Door.BROKEN, when=is_strong),
        ROW("kick", frozenset({Door.LOCKED}), None, (has_key,)),
    ),
)


def refusal(state: Door, move: str, facts: Facts, given: Given) -> tuple[Reason, ...]:
    with pytest.raises(Refused) as caught:
        DOOR.check(state, move, facts, given)
    return caught.value.reasons


def test_move_leads_to_its_target() -> None:
    assert DOOR.check(Door.OPEN, "shut", Facts(), Given()) is Door.SHUT
    assert DOOR.check(Door.SHUT, "lock", Facts(), Given("1234")) is Door.LOCKED


def test_move_without_target_stays() -> None:
    assert DOOR.check(Door.SHUT, "knock", Facts(), Given()) is Door.SHUT
    assert DOOR.check(Door.LOCKED, "knock", Facts(), Given()) is Door.LOCKED


def test_refusal_gives_all_reasons_of_needs_and_asks_in_order() -> None:
    assert refusal(Door.SHUT, "lock", Facts(has_key=False, is_oiled=False), Given()) == (
        Reason("There is no key.", None, "NO_KEY"),
        Reason("The hinge is dry.", None, "DRY"),
        Reason("Give the code.", "code", "MISSING"),
        Reason("It has four digits.", "code", "MISSING"),
    )


def test_refusal_reads_as_its_sentences() -> None:
    with pytest.raises(Refused, match=r"^There is no key\. Give the code\. It has four digits\.$"):
        DOOR.check(Door.SHUT, "lock", Facts(has_key=False), Given())


def test_move_that_does_not_start_here_names_the_state_and_what_does() -> None:
    assert refusal(Door.SHUT, "kick", Facts(), Given()) == (
        Reason(
            "A door that is SHUT cannot kick. Moves from here: lock, knock.", None, MOVE_NOT_ALLOWED
        ),
    )


def test_state_that_nothing_leaves_says_so() -> None:
    (reason,) = refusal(Door.BROKEN, "shut", Facts(), Given())
    assert reason.message == "A door that is BROKEN cannot shut. Moves from here: none."


def test_unknown_move_is_refused_like_a_forbidden_one() -> None:
    (reason,) = refusal(Door.OPEN, "paint", Facts(), Given())
    assert reason.code == MOVE_NOT_ALLOWED


def test_what_is_given_picks_among_rows_of_one_name() -> None:
    assert DOOR.check(Door.LOCKED, "kick", Facts(), Given(force=9)) is Door.BROKEN
    assert DOOR.check(Door.LOCKED, "kick", Facts(), Given(force=1)) is Door.LOCKED
    assert refusal(Door.LOCKED, "kick", Facts(has_key=False), Given(force=1)) == (
        Reason("There is no key.", None, "NO_KEY"),
    )
    assert DOOR.targets(Door.LOCKED, "kick") == {Door.BROKEN, Door.LOCKED}
    assert DOOR.targets(Door.OPEN, "kick") == frozenset()


def test_availability_lists_the_moves_that_start_here_with_what_blocks_them() -> None:
    assert DOOR.availability(Door.SHUT, Facts(has_key=False, is_oiled=False)) == (
        Availability("lock", ("There is no key.", "The hinge is dry.")),
        Availability("knock"),
    )
    assert [one.allowed for one in DOOR.availability(Door.SHUT, Facts(has_key=False))] == [
        False,
        True,
    ]
    assert DOOR.availability(Door.BROKEN, Facts()) == ()


def test_availability_is_open_when_any_row_of_the_name_is() -> None:
    assert DOOR.availability(Door.LOCKED, Facts(has_key=False)) == (
        Availability("knock"),
        Availability("kick"),
    )


def test_availability_does_not_ask_for_what_nobody_has_filled_in_yet() -> None:
    assert DOOR.availability(Door.SHUT, Facts())[0] == Availability("lock")


def test_pairs_are_every_state_with_every_move() -> None:
    pairs = list(DOOR.pairs())
    assert len(pairs) == 4 * 4
    assert [pair for pair in pairs if pair.listed] == [
        Pair(Door.OPEN, "shut", listed=True),
        Pair(Door.SHUT, "lock", listed=True),
        Pair(Door.SHUT, "knock", listed=True),
        Pair(Door.LOCKED, "knock", listed=True),
        Pair(Door.LOCKED, "kick", listed=True),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        (ROW("go", frozenset({Door.OPEN}), None), ROW("go", frozenset({Door.OPEN}), Door.SHUT)),
        (ROW("go", frozenset({Door.OPEN}), None, when=is_strong),),
    ],
    ids=["two rows that both always apply", "no row for the rest"],
)
def test_table_that_leaves_the_row_open_is_refused(
    rows: tuple[Move[Door, Facts, Given], ...],
) -> None:
    with pytest.raises(ValueError, match="door: go from OPEN does not say which row applies"):
        Machine("door", rows)


def test_table_prints_as_markdown() -> None:
    assert DOOR.as_markdown() == (
        "| From | Move | To | Needs | Asks |\n"
        "|---|---|---|---|---|\n"
        "| OPEN | shut | SHUT | It is oiled |  |\n"
        "| SHUT | lock | LOCKED | There is a key; It is oiled | A code of four digits |\n"
        "| SHUT, LOCKED | knock | stays |  |  |\n"
        "| LOCKED | kick | BROKEN |  |  |\n"
        "| LOCKED | kick | stays | There is a key |  |\n"
    )
