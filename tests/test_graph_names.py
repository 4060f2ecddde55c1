"""Three declarations of a field, copied by name: every shown name is a column or an expression."""

import pytest

from riskreg.graph import schema
from riskreg.kit.graph import SHOWN, Node, shown_names
from riskreg.kit.tables import Base


@pytest.mark.parametrize(("model", "shown"), SHOWN.items(), ids=lambda one: one.__name__)
def test_shown_fields_are_columns_or_declared_expressions(
    model: type[Base], shown: type[Node]
) -> None:
    known = set(model.__table__.columns.keys()) | set(getattr(model, "expressions", {}))
    names = shown_names(shown)  # type: ignore[arg-type]  # mypy takes dataclasses for unhashable
    assert [name for name in names if name not in known] == []


def test_every_type_field_argument_input_and_enum_value_is_described() -> None:
    missing = [
        name
        for name, kind in schema._schema.type_map.items()
        if not name.startswith("__") and name not in BUILT_IN and not kind.description
    ]
    for name, kind in schema._schema.type_map.items():
        if name.startswith("__"):
            continue
        for member, field in (getattr(kind, "fields", None) or {}).items():
            if not field.description:
                missing.append(f"{name}.{member}")
            missing += [
                f"{name}.{member}({arg})"
                for arg, given in getattr(field, "args", {}).items()
                if not given.description
            ]
        for word, value in (getattr(kind, "values", None) or {}).items():
            if not value.description:
                missing.append(f"{name}.{word}")
    assert missing == []


BUILT_IN = {"Int", "String", "Boolean", "ID", "Float"}
