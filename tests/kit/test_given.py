"""What callers gave: absent, null and value told apart, numbers and zones in their bounds."""

from decimal import Decimal

import pytest
from strawberry import Some

from riskreg.kit.errors import UserError
from riskreg.kit.given import (
    changed,
    changed_note,
    changed_or_none,
    changed_text,
    measure,
    zone,
)


def test_absent_keeps_null_empties_and_a_value_replaces() -> None:
    assert changed(None, 1, "a") == 1
    assert changed(Some(2), 1, "a") == 2
    assert changed_or_none(None, 1) == 1
    emptied: Some[int | None] = Some(None)
    assert changed_or_none(emptied, 1) is None
    assert changed_text(None, "old", limit=9, field="a") == "old"
    assert changed_text(Some(" new "), "old", limit=9, field="a") == "new"
    assert changed_note(Some(None), "old", limit=9, field="a") is None
    assert changed_note(Some("  "), "old", limit=9, field="a") is None
    assert changed_note(None, "old", limit=9, field="a") == "old"


def test_what_must_be_there_cannot_be_emptied() -> None:
    givens: list[Some[str | None]] = [Some(None), Some(" ")]
    for given in givens:
        with pytest.raises(UserError) as caught:
            changed_text(given, "old", limit=9, field="a")
        assert (caught.value.code, caught.value.field) == ("REQUIRED", ("a",))
    nothing: Some[int | None] = Some(None)
    with pytest.raises(UserError) as caught:
        changed(nothing, 1, "a")
    assert caught.value.code == "REQUIRED"


@pytest.mark.parametrize(
    ("value", "kept"), [("0", "0.00"), ("0.125", "0.12"), ("0.135", "0.14"), ("1", "1.00")]
)
def test_number_is_rounded_to_what_is_kept(value: str, kept: str) -> None:
    assert str(measure(Decimal(value), "0", "1", places=2, field="a")) == kept


@pytest.mark.parametrize("value", ["-0.01", "1.01", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_number_outside_its_bounds_is_refused(value: str) -> None:
    with pytest.raises(UserError) as caught:
        measure(Decimal(value), "0", "1", places=2, field="a")
    assert (caught.value.code, caught.value.message) == (
        "OUT_OF_RANGE",
        "This must be between 0 and 1.",
    )


@pytest.mark.parametrize("name", ["", "Mars", "../../etc/passwd", "/etc/passwd", "Asia", "a\0"])
def test_zone_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(UserError):
        zone(name, "timezone")
    assert zone("Asia/Manila", "timezone") == "Asia/Manila"
