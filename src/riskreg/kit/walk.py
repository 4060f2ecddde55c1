"""Walks over an answer by a plan that is made once for each selection.

graphql-core finds out anew for every field of every object what it is: its arguments, its
`ResolveInfo`, whether it may be null, a list, a leaf. For a page of 50 risks with their links that
is most of the work. Here a selection is looked at once, and every field that needs none of this
gets a step of its own. Whatever a step does not expect (a value of another type, an error, a link
that was not read ahead) is `MISSED`: the field then goes the way of graphql-core, which says what
is wrong and where. So this changes the time, never the answer (`tests/kit/test_walk.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    Undefined,
)
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path, gather_with_cancel
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

MISSED: Any = object()
"""What a step answers when the field has to go the long way."""

Read = Callable[[Any], Any]
Step = Callable[[Any, Path | None], Any]


class _Field(NamedTuple):
    """One field of a selection, with all that is the same for every object."""

    name: str
    details: list[Any]
    parent: GraphQLObjectType
    type: GraphQLOutputType
    read: Read

    def below(self, path: Path | None) -> Path:
        """Where its value stands."""
        return Path(path, self.name, self.parent.name)


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, with a shorter way through plain fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans: dict[int, tuple[Any, list[tuple[str, Any, Step | None]]]] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """The answers to a selection of one object, or what to wait for."""
        answer: dict[str, Any] = {}
        waiting: list[str] = []
        try:
            for name, details, step in self._plan(parent_type, grouped_field_set):
                value = MISSED if step is None else step(source_value, path)
                if value is MISSED:
                    here = Path(path, name, parent_type.name)
                    value = self.execute_field(
                        parent_type, source_value, details, here, position_context
                    )
                    if value is Undefined:
                        continue
                answer[name] = value
                if self.is_awaitable(value):
                    waiting.append(name)
        except Exception:
            if waiting:
                self.settle_in_background([answer[name] for name in waiting])
            raise
        return self._gathered(answer, waiting) if waiting else answer

    def _plan(self, parent: GraphQLObjectType, fields: Any) -> list[tuple[str, Any, Step | None]]:
        known = self._plans.get(id(fields))
        if known is None:
            steps = [(name, its, self._step(parent, name, its)) for name, its in fields.items()]
            # The fields are kept with their plan, so that no others come to have their identity.
            known = self._plans[id(fields)] = (fields, steps)
        return known[1]

    def _step(self, parent: GraphQLObjectType, name: str, details: list[Any]) -> Step | None:
        node = details[0].node
        definition = parent.fields.get(node.name.value)
        if definition is None or self.middleware_manager or self.abort_signal is not None:
            return None
        reader = getattr(definition.resolve, "reader", None)
        if reader is None:
            return None
        try:
            given = get_argument_values(definition, node, self.variable_values)
        except Exception:  # noqa: BLE001 (the long way says what is wrong with them)
            return None
        read = reader(given)
        if read is None:
            return None
        field = _Field(name, details, parent, definition.type, read)
        kind = definition.type
        nullable = not isinstance(kind, GraphQLNonNull)
        kind = kind if nullable else kind.of_type
        if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
            return _leaf(read, kind.coerce_output_value, nullable=nullable)
        if isinstance(kind, GraphQLObjectType):
            return self._one(field, kind, nullable=nullable)
        return self._many(field, kind.of_type) if isinstance(kind, GraphQLList) else None

    def _one(self, field: _Field, kind: GraphQLObjectType, *, nullable: bool) -> Step:
        """A step for an object."""
        read, is_of = field.read, _is_of(kind)

        def step(source: Any, path: Path | None) -> Any:
            try:
                value = read(source)
            except Exception:  # noqa: BLE001 (met again on the long way)
                return MISSED
            if value is None:
                return None if nullable else MISSED
            if not is_of(value):
                return MISSED
            return self._object(field, kind, field.type, value, field.below(path))

        return step

    def _many(self, field: _Field, item: GraphQLOutputType) -> Step | None:
        """A step for a list of leaves or objects; other lists have none."""
        read = field.read
        kind = item.of_type if isinstance(item, GraphQLNonNull) else item
        if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
            one = _leaf(_itself, kind.coerce_output_value, nullable=kind is item)
            return _leaves(read, one)
        if not isinstance(kind, GraphQLObjectType):
            return None
        is_of = _is_of(kind)

        def step(source: Any, path: Path | None) -> Any:
            try:
                values = read(source)
            except Exception:  # noqa: BLE001 (met again on the long way)
                return MISSED
            if values.__class__ is not list or not all(map(is_of, values)):
                return MISSED
            here = field.below(path)
            try:
                return self._objects(field, kind, item, values, here)
            except Exception as error:  # noqa: BLE001 (raised again unless null may stand here)
                self.handle_field_error(error, field.type, field.details, here)
                return None

        return step

    def _objects(
        self,
        field: _Field,
        kind: GraphQLObjectType,
        item: GraphQLOutputType,
        values: list[Any],
        path: Path,
    ) -> Any:
        answers: list[Any] = []
        waiting: list[int] = []
        try:
            for place, value in enumerate(values):
                here = Path(path, place, None)
                answer = self._object(field, kind, item, value, here)
                if answer.__class__ is not dict and self.is_awaitable(answer):
                    waiting.append(place)
                answers.append(answer)
        except Exception:
            if waiting:
                self.settle_in_background([answers[place] for place in waiting])
            raise
        if not waiting:
            return answers
        return self._later(self._gathered(answers, waiting), field, field.type, path)

    def _object(
        self,
        field: _Field,
        kind: GraphQLObjectType,
        declared: GraphQLOutputType,
        value: Any,
        path: Path,
    ) -> Any:
        """The answer for an object; None where an error left nothing and null may stand."""
        try:
            answer: Any = self.collect_and_execute_subfields(kind, field.details, path, value, None)
        except Exception as error:  # noqa: BLE001 (raised again unless null may stand here)
            self.handle_field_error(error, declared, field.details, path)
            return None
        if answer.__class__ is dict:
            return answer
        return self._later(answer, field, declared, path)

    async def _later(
        self, answer: Awaitable[Any], field: _Field, declared: GraphQLOutputType, path: Path
    ) -> Any:
        try:
            return await answer
        except Exception as error:  # noqa: BLE001 (raised again unless null may stand here)
            self.handle_field_error(error, declared, field.details, path)
            return None

    @staticmethod
    async def _gathered(answers: Any, waiting: list[Any]) -> Any:
        """The same answers, when those that are waited for have come."""
        if len(waiting) == 1:
            answers[waiting[0]] = await answers[waiting[0]]
        else:
            come = await gather_with_cancel(*(answers[place] for place in waiting))
            for place, answer in zip(waiting, come, strict=True):
                answers[place] = answer
        return answers


class Walk(Enum):
    """How answers are put together; the value is what the setting calls it."""

    PLANNED = "planned"
    STOCK = "stock"


def executor_of(walk: Walk) -> type[StrawberryGraphQLCoreExecutionContext]:
    """The executor of a walk: ours, or the library's own to do without the short way."""
    return PlannedExecutor if walk is Walk.PLANNED else StrawberryGraphQLCoreExecutionContext


def _leaf(read: Read, coerce: Callable[[Any], Any], *, nullable: bool) -> Step:
    """A step for a scalar or an enum member."""

    def step(source: Any, _path: Path | None) -> Any:
        try:
            value = read(source)
            if value is None:
                return None if nullable else MISSED
            value = coerce(value)
        except Exception:  # noqa: BLE001 (met again on the long way)
            return MISSED
        return MISSED if value is None or value is Undefined else value

    return step


def _leaves(read: Read, one: Step) -> Step:
    """A step for a list of leaves."""

    def step(source: Any, path: Path | None) -> Any:
        try:
            values = read(source)
        except Exception:  # noqa: BLE001 (met again on the long way)
            return MISSED
        if values.__class__ is not list:
            return MISSED
        answers = [one(value, path) for value in values]
        return MISSED if MISSED in answers else answers

    return step


def _itself(value: Any) -> Any:
    return value


def _is_of(kind: GraphQLObjectType) -> Callable[[Any], bool]:
    """Whether a value is surely of a type; what is not is left to graphql-core."""
    origin = kind.extensions["strawberry-definition"].origin
    generic = getattr(kind.extensions["strawberry-definition"].concrete_of, "origin", origin)
    return lambda value: value.__class__ is origin or value.__class__ is generic
