"""Reads ahead: what a selection will ask of some objects, fetched one statement a link.

A resolver that has to wait costs a task of the event loop for every object. Reading ahead makes
the answers plain values by the time the executor walks over them. Links that are not declared, or
whose arguments page on, are left to their loaders; so is everything that went wrong here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

import strawberry
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    SelectionSetNode,
    VariableNode,
)

from riskreg.kit.context import Context
from riskreg.kit.edges import GOT, Link
from riskreg.kit.graph import Node
from riskreg.kit.lists import DEFAULT_PAGE, MAX_PAGE, Connection
from riskreg.kit.view import View

A = TypeVar("A")
Info = strawberry.Info[Context, None]
_PAGES_ON = frozenset({"last", "after", "before"})


async def ahead(info: Info, answer: A) -> A:
    """The same answer (an object, a page of them, or None) with its links read ahead."""
    raw = info._raw_info  # noqa: SLF001 (strawberry wraps the selection without its fragments)
    below = [node.selection_set for node in raw.field_nodes if node.selection_set]
    if isinstance(answer, Connection):
        paths: tuple[tuple[str, ...], ...] = (("nodes",), ("edges", "node"))
        nodes: Sequence[Node] = answer.nodes
    elif isinstance(answer, Node):
        paths, nodes = ((),), (answer,)
    else:
        return answer
    reader = _Reader(info.context, raw)
    await reader.read(list(nodes), reader.down(below, paths))
    return answer


class _Reader:
    def __init__(self, context: Context, raw: Any) -> None:
        self._context = context
        self._fragments = raw.fragments
        self._variables = raw.variable_values

    async def read(self, nodes: list[Node], sets: Sequence[SelectionSetNode]) -> None:
        """Follow every declared link that the selections name, for all the objects."""
        if not nodes:
            return
        links = links_of(type(nodes[0]))
        wanted: dict[tuple[str, int], list[SelectionSetNode]] = defaultdict(list)
        for field in self._fields(sets):
            link = links.get(field.name.value)
            size = self._size(field, link) if link is not None else None
            if size is not None and field.selection_set is not None:
                wanted[field.name.value, size].append(field.selection_set)
        for (name, size), below in wanted.items():  # in turn: threads would fight for one lock
            await self._follow(nodes, links[name], size, below)

    async def _follow(
        self, nodes: list[Node], link: Link, size: int, sets: list[SelectionSetNode]
    ) -> None:
        keys = list(dict.fromkeys(key for node in nodes if (key := link.key_of(node))))
        view: View = nodes[0].view
        answers = await link.fetch(self._context, view, keys, size) if keys else ()
        found = dict(zip(keys, answers, strict=True))
        for node in nodes:
            key = link.key_of(node)
            if key is not None:
                node.__dict__.setdefault(GOT, {})[link.name, size] = found[key]
        further = [one for answer in answers for one in link.nodes_of(answer)]
        await self.read(further, self.down(sets, link.nodes_under))

    def down(
        self, sets: Sequence[SelectionSetNode], paths: Iterable[tuple[str, ...]]
    ) -> list[SelectionSetNode]:
        """The selections that lie under the paths."""
        found: list[SelectionSetNode] = []
        for path in paths:
            here = list(sets)
            for name in path:
                here = [
                    field.selection_set
                    for field in self._fields(here)
                    if field.name.value == name and field.selection_set
                ]
            found += here
        return found

    def _fields(self, sets: Iterable[SelectionSetNode]) -> Iterable[FieldNode]:
        """The fields of the selections, those of fragments included, whatever their condition."""
        for one in sets:
            for selection in one.selections:
                if isinstance(selection, FieldNode):
                    yield selection
                elif isinstance(selection, InlineFragmentNode):
                    yield from self._fields((selection.selection_set,))
                elif isinstance(selection, FragmentSpreadNode):
                    fragment = self._fragments.get(selection.name.value)
                    body = getattr(fragment, "definition", fragment)
                    if body is not None:
                        yield from self._fields((body.selection_set,))

    def _size(self, field: FieldNode, link: Link) -> int | None:
        """The page size that the field asks for; None where it pages on or asks for nonsense."""
        if len(link.nodes_under) == 1:
            return 0
        size: Any = DEFAULT_PAGE
        for argument in field.arguments or ():
            name, value = argument.name.value, argument.value
            if name in _PAGES_ON:
                return None
            if isinstance(value, IntValueNode):
                size = int(value.value)
            elif isinstance(value, VariableNode):
                size = self._variable(value.name.value)
            else:
                return None
        return size if isinstance(size, int) and 0 <= size <= MAX_PAGE else None

    def _variable(self, name: str) -> Any:
        values = getattr(self._variables, "coerced", self._variables)
        return values.get(name)


@cache
def links_of(shown: type[Any]) -> dict[str, Link]:
    """The declared links of a type, by the name of their field in the graph."""
    definition = shown.__strawberry_definition__
    found: dict[str, Link] = {}
    for field in definition.fields:
        resolver = getattr(field, "base_resolver", None)
        link = getattr(resolver.wrapped_func, "link", None) if resolver else None
        if link is not None:
            head, *rest = field.python_name.split("_")
            name = field.graphql_name or head + "".join(word.capitalize() for word in rest)
            found[name] = link
    return found
