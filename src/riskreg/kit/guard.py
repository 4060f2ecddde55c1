"""What a GraphQL document would cost, measured before anything is validated or run.

Spreading fragments inside fragments lets 700 bytes ask for 2^40 fields, so nothing here expands a
document to count it: each fragment is measured once, in an order in which the fragments that it
spreads come first, and each selection is looked at once. Only after the count is known to be
small is the document walked as it expands, to bound the pairwise work of validation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
)

from riskreg.kit.errors import TooComplex

INTROSPECTION = frozenset({"__schema", "__type"})
INTROSPECTION_LISTS = frozenset({"fields", "inputFields", "interfaces", "possibleTypes"})


@dataclass(frozen=True)
class Limits:
    """How much one document may ask for. Counts are after expansion, unless they say otherwise."""

    characters: int = 100_000
    tokens: int = 6_000
    operations: int = 20
    fragments: int = 50
    directives: int = 50
    """As written, in the whole document."""
    depth: int = 15
    """Fields inside fields; what lies below `__schema` and `__type` counts by itself."""
    fields: int = 1_000
    selections: int = 3_000
    """Fields, spreads and inline fragments: fragments may be empty."""
    aliases: int = 50
    mutation_fields: int = 10
    digits: int = 400
    """In one number written in the document."""
    input_depth: int = 20
    """Objects and lists inside one argument or one variable."""
    values: int = 30_000
    """Values in all variables; an object weighs as much as `OBJECT_WEIGHT` of them."""
    introspection_depth: int = 20
    introspection_lists: int = 2
    """Lists of fields, interfaces or types inside each other: each multiplies the answer."""
    repeats: int = 20_000
    """Pairs of fields with one name in the answer, which validation compares with each other."""
    nodes: int = 10_000
    page: int = 20
    """The rows of a list that says neither `first` nor `last`."""


LIMITS = Limits()
OBJECT_WEIGHT = 4


@dataclass
class Cost:
    """What a definition asks for, fragments included."""

    fields: int = 0
    selections: int = 0
    aliases: int = 0
    root_fields: int = 0
    depth: int = 0
    lists: int = 0
    introspection_depth: int = 0
    introspection_lists: int = 0


@dataclass(frozen=True)
class Shape:
    """The definitions of a document, its fragments in an order in which they can be measured."""

    operations: tuple[OperationDefinitionNode, ...]
    fragments: Mapping[str, FragmentDefinitionNode]
    order: tuple[str, ...]
    cyclic: bool
    """Whether a fragment spreads itself; validation refuses that, and need look no further."""
    costs: dict[str, Cost] = field(default_factory=dict)
    """What each fragment asks for."""
    total: Cost = field(default_factory=Cost)
    """What the operations, and fragments that none of them uses, ask for together."""


def bound(limit: str, count: int, most: int) -> None:
    """Refuse a request that counts more of something than it may."""
    if count > most:
        raise TooComplex(f"The request has too many {limit}: at most {most} allowed.", limit)


def inspect(document: DocumentNode, limits: Limits = LIMITS) -> Shape:
    """The document's shape, if it is within all limits that do not depend on variables."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    fragments = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
    bound("operations", len(operations), limits.operations)
    bound("fragments", len(fragments), limits.fragments)
    shape = _shape(operations, fragments)
    _check_inputs(operations, fragments, limits)
    for name in shape.order:
        shape.costs[name] = _cost(shape.fragments[name].selection_set, shape.costs)
    roots = _roots(shape)
    roots += [one.selection_set for one in fragments if one is not shape.fragments[one.name.value]]
    costs = [_cost(root, shape.costs) for root in roots]
    for one in costs:
        _add(shape.total, one, (0, 0, False))
    _check_total(shape.total, limits)
    for operation, cost in zip(operations, costs, strict=False):
        if operation.operation is OperationType.MUTATION:
            bound("mutation fields", cost.root_fields, limits.mutation_fields)
    if not shape.cyclic:
        bound("repeated fields", sum(_repeats(root, shape) for root in roots), limits.repeats)
    return shape


def check_variables(variables: Mapping[str, object], limits: Limits = LIMITS) -> None:
    """Refuse variables that nest too deeply or hold too many values."""
    weight = 0
    stack: list[tuple[object, int]] = [(value, 0) for value in variables.values()]
    while stack:
        value, depth = stack.pop()
        weight += 1
        if isinstance(value, dict):
            bound("levels in an input", depth + 1, limits.input_depth)
            weight += OBJECT_WEIGHT - 1
            stack.extend((item, depth + 1) for item in value.values())
        elif isinstance(value, list):
            bound("levels in an input", depth + 1, limits.input_depth)
            bound("values in variables", weight + len(value), limits.values)
            stack.extend((item, depth + 1) for item in value)
    bound("values in variables", weight, limits.values)


def introspects(shape: Shape) -> bool:
    """Whether anything in the document asks for the schema itself."""
    sets = [d.selection_set for d in (*shape.operations, *shape.fragments.values())]
    return any(
        isinstance(one, FieldNode) and one.name.value in INTROSPECTION
        for selection_set in sets
        for one in _selections(selection_set)
    )


def _shape(
    operations: list[OperationDefinitionNode], fragments: list[FragmentDefinitionNode]
) -> Shape:
    by_name = {one.name.value: one for one in fragments}
    spreads = {
        name: [s for s in _spreads(one.selection_set) if s in by_name]
        for name, one in by_name.items()
    }
    order: list[str] = []
    cyclic = False
    done: set[str] = set()
    for start in by_name:
        if start in done:
            continue
        path: list[tuple[str, Iterator[str]]] = [(start, iter(spreads[start]))]
        on_path = {start}
        while path:
            name, rest = path[-1]
            following = next((s for s in rest if s not in done), None)
            if following is None:
                path.pop()
                on_path.discard(name)
                done.add(name)
                order.append(name)
            elif following in on_path:
                cyclic = True
            else:
                path.append((following, iter(spreads[following])))
                on_path.add(following)
    return Shape(tuple(operations), by_name, tuple(order), cyclic)


def _roots(shape: Shape) -> list[SelectionSetNode]:
    """The operations, and fragments that none of them uses: validation looks at those too."""
    roots = [one.selection_set for one in shape.operations]
    reached: set[str] = set()
    _reach((s for root in roots for s in _spreads(root)), shape, reached)
    for name in reversed(shape.order):
        if name not in reached:
            roots.append(shape.fragments[name].selection_set)
            _reach((name,), shape, reached)
    return roots


def _reach(names: Iterable[str], shape: Shape, reached: set[str]) -> None:
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached and name in shape.fragments:
            reached.add(name)
            waiting.extend(_spreads(shape.fragments[name].selection_set))


def _selections(
    selection_set: SelectionSetNode,
) -> Iterator[FieldNode | FragmentSpreadNode | InlineFragmentNode]:
    """Everything selected in the set and in the sets inside it, spreads not followed."""
    stack = [selection_set]
    while stack:
        for one in stack.pop().selections:
            if isinstance(one, FieldNode | FragmentSpreadNode | InlineFragmentNode):
                yield one
            if isinstance(one, FieldNode | InlineFragmentNode) and one.selection_set:
                stack.append(one.selection_set)


def _spreads(selection_set: SelectionSetNode) -> list[str]:
    return [o.name.value for o in _selections(selection_set) if isinstance(o, FragmentSpreadNode)]


def _cost(root: SelectionSetNode, costs: Mapping[str, Cost]) -> Cost:
    cost = Cost()
    stack = [(root, 0, 0, False)]
    while stack:
        selection_set, depth, lists, inside = stack.pop()
        for one in selection_set.selections:
            cost.selections += 1
            if isinstance(one, FragmentSpreadNode):
                if spread := costs.get(one.name.value):
                    _add(cost, spread, (depth, lists, inside))
            elif isinstance(one, InlineFragmentNode):
                stack.append((one.selection_set, depth, lists, inside))
            elif isinstance(one, FieldNode):
                name = one.name.value
                deeper = lists + (name in INTROSPECTION_LISTS)
                cost.fields += 1
                cost.aliases += one.alias is not None and one.alias.value != name
                cost.root_fields += depth == 0 and not inside
                _deepen(cost, (depth + 1, deeper, inside))
                if one.selection_set is None:
                    continue
                if name in INTROSPECTION:
                    stack.append((one.selection_set, 0, 0, True))
                else:
                    stack.append((one.selection_set, depth + 1, deeper, inside))
    return cost


def _add(cost: Cost, spread: Cost, at: tuple[int, int, bool]) -> None:
    depth, lists, inside = at
    cost.fields += spread.fields
    cost.selections += spread.selections
    cost.aliases += spread.aliases
    if depth == 0 and not inside:
        cost.root_fields += spread.root_fields
    _deepen(cost, (depth + spread.depth, lists + spread.lists, inside))
    cost.introspection_depth = max(cost.introspection_depth, spread.introspection_depth)
    cost.introspection_lists = max(cost.introspection_lists, spread.introspection_lists)


def _deepen(cost: Cost, to: tuple[int, int, bool]) -> None:
    depth, lists, inside = to
    if inside:
        cost.introspection_depth = max(cost.introspection_depth, depth)
        cost.introspection_lists = max(cost.introspection_lists, lists)
    else:
        cost.depth = max(cost.depth, depth)
        cost.lists = max(cost.lists, lists)


def _check_total(total: Cost, limits: Limits) -> None:
    bound("fields", total.fields, limits.fields)
    bound("selections", total.selections, limits.selections)
    bound("aliases", total.aliases, limits.aliases)
    bound("levels", total.depth, limits.depth)
    bound("levels of introspection", total.introspection_depth, limits.introspection_depth)
    bound("lists in introspection", total.introspection_lists, limits.introspection_lists)


def _check_inputs(
    operations: list[OperationDefinitionNode],
    fragments: list[FragmentDefinitionNode],
    limits: Limits,
) -> None:
    directives: list[DirectiveNode] = []
    arguments: list[ArgumentNode] = []
    values: list[ValueNode] = []
    for definition in (*operations, *fragments):
        directives.extend(definition.directives or ())
        for variable in definition.variable_definitions or ():
            directives.extend(variable.directives or ())
            if variable.default_value is not None:
                values.append(variable.default_value)
        for one in _selections(definition.selection_set):
            directives.extend(one.directives or ())
            if isinstance(one, FieldNode):
                arguments.extend(one.arguments or ())
    bound("directives", len(directives), limits.directives)
    arguments.extend(a for one in directives for a in one.arguments or ())
    values.extend(one.value for one in arguments)
    for value in values:
        _, depth, digits = _measure_value(value)
        bound("levels in an input", depth, limits.input_depth)
        bound("digits in a number", digits, limits.digits)


def _measure_value(value: ValueNode) -> tuple[int, int, int]:
    """How many nodes a literal has, how deep it goes, and how long its longest number is."""
    count = deepest = digits = 0
    stack = [(value, 0)]
    while stack:
        one, depth = stack.pop()
        count += 1
        if isinstance(one, IntValueNode | FloatValueNode):
            digits = max(digits, len(one.value))
        elif isinstance(one, ObjectValueNode):
            deepest = max(deepest, depth + 1)
            stack.extend((pair.value, depth + 1) for pair in one.fields)
        elif isinstance(one, ListValueNode):
            deepest = max(deepest, depth + 1)
            stack.extend((item, depth + 1) for item in one.values)
    return count, deepest, digits


def _repeats(root: SelectionSetNode, shape: Shape) -> int:
    """The comparisons that validation makes between fields with one name in the answer."""
    weights: dict[int, int] = {}
    total = 0
    waiting: list[list[SelectionSetNode]] = [[root]]
    while waiting:
        names: dict[str, list[FieldNode]] = {}
        for one in _collect(waiting.pop(), shape):
            names.setdefault((one.alias or one.name).value, []).append(one)
        for group in names.values():
            if len(group) > 1:
                total += (len(group) - 1) * sum(_weight(one, weights) for one in group)
            inner = [one.selection_set for one in group if one.selection_set is not None]
            if inner:
                waiting.append(inner)
    return total


def _weight(one: FieldNode, weights: dict[int, int]) -> int:
    if id(one) not in weights:
        arguments = one.arguments or ()
        weights[id(one)] = 1 + sum(_measure_value(a.value)[0] for a in arguments)
    return weights[id(one)]


def _collect(sets: list[SelectionSetNode], shape: Shape) -> Iterator[FieldNode]:
    seen: set[str] = set()
    stack = list(sets)
    while stack:
        for one in stack.pop().selections:
            if isinstance(one, FieldNode):
                yield one
            elif isinstance(one, InlineFragmentNode):
                stack.append(one.selection_set)
            elif isinstance(one, FragmentSpreadNode):
                name = one.name.value
                if name in shape.fragments and name not in seen:
                    seen.add(name)
                    stack.append(shape.fragments[name].selection_set)
