"""Lists that are worked out whole, of which the first are shown."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import strawberry

from riskreg.kit.errors import BadInput
from riskreg.kit.lists import DEFAULT_PAGE, MAX_PAGE

T = TypeVar("T")
S = TypeVar("S")


@strawberry.type(name="List", description="How many there are, and the first of them.")
class Listed(Generic[T]):
    """A list without pages: who wants what lies behind it asks for more of it."""

    total_count: int = strawberry.field(description="How many there are.")
    nodes: list[T] = strawberry.field(description="The first of them, 20 unless told otherwise.")


def listed(found: Sequence[S], first: int | None, show: Callable[[S], T]) -> Listed[T]:
    """The first of what was found, each as it is shown."""
    return Listed(total_count=len(found), nodes=[show(one) for one in found[: size(first)]])


def size(first: int | None) -> int:
    """How many are asked for; BadInput outside 0 to 100."""
    wanted = DEFAULT_PAGE if first is None else first
    if not 0 <= wanted <= MAX_PAGE:
        message = f"first must be between 0 and {MAX_PAGE}"
        raise BadInput(message)
    return wanted
