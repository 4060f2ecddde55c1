"""How many objects an operation may return: the products of its page sizes, added up.

Whether a field is a list is read from the document alone: it has a page size among its arguments,
or a list of ids, or it selects `edges` or `nodes`, as only connections do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    ArgumentNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from riskreg.kit.guard import INTROSPECTION, LIMITS, Limits, Shape, bound

PAGES = frozenset({"edges", "nodes"})
PAGE_ARGUMENTS = frozenset({"first", "last", "limit"})
LIST_ARGUMENTS = frozenset({"ids"})
DIGITS_OF_A_PAGE = 10


def check_nodes(
    shape: Shape,
    operation: OperationDefinitionNode,
    variables: Mapping[str, object],
    limits: Limits = LIMITS,
) -> int:
    """How many objects the operation may return: the products of its page sizes, added up."""
    given: dict[str, object] = {
        one.variable.name.value: one.default_value for one in operation.variable_definitions or ()
    }
    sizes = _Sizes({**given, **variables}, limits.page)
    units: dict[str, tuple[int, bool]] = {}
    for name in shape.order:
        units[name] = _nodes(shape.fragments[name].selection_set, units, sizes)
    nodes, _ = _nodes(operation.selection_set, units, sizes)
    bound("nodes", nodes, limits.nodes)
    return nodes


@dataclass(frozen=True)
class _Sizes:
    """Reads page sizes from literals, variables and their defaults."""

    variables: Mapping[str, object]
    page: int

    def of(self, one: FieldNode, *, paged: bool) -> int | None:
        """How many objects the field may give for each of its parents, None if it is no list."""
        sizes = [self._size(a) for a in one.arguments or () if a.name.value in PAGE_ARGUMENTS]
        known = [size for size in sizes if size is not None and size >= 0]
        lengths = [self._length(a) for a in one.arguments or () if a.name.value in LIST_ARGUMENTS]
        if known:
            return min(known)
        if lengths:
            return max(lengths)
        return self.page if sizes or paged else None

    def _size(self, argument: ArgumentNode) -> int | None:
        value = self._value(argument.value)
        if isinstance(value, IntValueNode):
            short = len(value.value) <= DIGITS_OF_A_PAGE
            return int(value.value) if short else 10**DIGITS_OF_A_PAGE
        if isinstance(value, int | float) and not isinstance(value, bool):
            return int(value)
        return None

    def _length(self, argument: ArgumentNode) -> int:
        value = self._value(argument.value)
        if isinstance(value, ListValueNode):
            return len(value.values)
        return len(value) if isinstance(value, list) else 1

    def _value(self, value: ValueNode) -> object:
        return self.variables.get(value.name.value) if isinstance(value, VariableNode) else value


def _nodes(
    root: SelectionSetNode, units: Mapping[str, tuple[int, bool]], sizes: _Sizes
) -> tuple[int, bool]:
    """Nodes for one parent, and whether the set selects a page's edges or nodes itself."""
    total = 0
    stack = [(root, 1)]
    while stack:
        selection_set, parents = stack.pop()
        for one in selection_set.selections:
            if isinstance(one, FragmentSpreadNode):
                total += parents * units.get(one.name.value, (0, False))[0]
            elif isinstance(one, InlineFragmentNode):
                stack.append((one.selection_set, parents))
            elif isinstance(one, FieldNode) and one.selection_set is not None:
                if one.name.value in INTROSPECTION:
                    continue
                size = sizes.of(one, paged=_pages(one.selection_set, units))
                total += parents * size if size is not None else 0
                stack.append((one.selection_set, parents if size is None else parents * size))
    return total, _pages(root, units)


def _pages(selection_set: SelectionSetNode, units: Mapping[str, tuple[int, bool]]) -> bool:
    stack = [selection_set]
    while stack:
        for one in stack.pop().selections:
            if isinstance(one, FieldNode):
                if one.name.value in PAGES:
                    return True
            elif isinstance(one, InlineFragmentNode):
                stack.append(one.selection_set)
            elif isinstance(one, FragmentSpreadNode) and units.get(one.name.value, (0, False))[1]:
                return True
    return False
