"""Enums of the rules get a name and a description of every member."""

from enum import Enum

import pytest
import strawberry

from riskreg.kit.words import describe
from tests.cast import Register


class Colour(Enum):
    """What a thing looks like. Not more."""

    RED = "RED"
    BLUE = "BLUE"


def test_members_are_described_and_all_of_them() -> None:
    describe(Colour, "ColourOfThings", {Colour.RED: "Like blood.", "BLUE": "Like the sky."})

    @strawberry.type
    class Query:
        colour: Colour = strawberry.field(description="What it looks like.")

    assert str(strawberry.Schema(Query)).startswith(
        '"""What a thing looks like. Not more."""\nenum ColourOfThings {\n'
        '  """Like blood."""\n  RED\n\n  """Like the sky."""\n  BLUE\n}'
    )


@pytest.mark.parametrize("words", [{"RED": "x"}, {"RED": "x", "BLUE": "y", "GREEN": "z"}, {}])
def test_what_is_left_out_or_too_many_is_a_fault(words: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="these are described or members, not both"):
        describe(Colour, "Colour", words)


def test_enum_is_described_once_and_before_it_is_shown() -> None:
    class Size(Enum):
        """How big."""

        BIG = "BIG"

    describe(Size, "Size", {"BIG": "Not small."})
    with pytest.raises(TypeError, match="Size was shown before it was described"):
        describe(Size, "Size", {"BIG": "Very."})


async def test_a_row_that_is_not_there_is_called_as_people_call_it(register: Register) -> None:
    query = """mutation { logRisk(input: { title: "Typhoon", policyAreaIds: ["none"] }) {
      userErrors { message field } } }"""
    told = (await register.ask(register.cast.lead, query))["logRisk"]["userErrors"]
    assert told == [{"message": "There is no such policy area.", "field": ["policyAreaIds", "0"]}]
