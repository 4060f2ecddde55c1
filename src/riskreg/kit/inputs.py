"""What every mutation takes: safe retries, rehearsals, and the version that the caller saw."""

from typing import Annotated, TypeVar

import strawberry

T = TypeVar("T")
Input = Annotated[T, strawberry.argument(description="What to do, and to what.")]
"""The one argument of a mutation: `input: Input[LogRisk]`."""


@strawberry.input(description="What every mutation takes.")
class Request:
    """A retry with the same key acts once; a dry run writes nothing."""

    idempotency_key: str | None = strawberry.field(
        default=None, description="A key of your own, so that a retry does not act twice."
    )
    dry_run: bool | None = strawberry.field(
        default=None, description="Check everything, write nothing."
    )


@strawberry.input(description="What every mutation of something that exists takes.")
class OnExisting(Request):
    """Which row, at which version."""

    id: strawberry.ID = strawberry.field(description="The id of what is changed.")
    expected_version: int = strawberry.field(
        description="The version you saw; another one is refused and nothing is written."
    )
