"""Reads ahead: what a selection will ask of some objects, fetched one statement a link.

A resolver that has to wait costs a task of the event loop for every object. Reading ahead makes
the answers plain values by the time the executor walks over them. Links that are not declared, or
whose arguments page on, are left to their loaders; so is everything that went wrong here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
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
from riskreg.kit.graph import Names, Node, shown_names
from riskreg.kit.lists import DEFAULT_PAGE, MAX_PAGE, Connection
from riskreg.kit.view import View

A = TypeVar("A")
Info = strawberry.Info[Context, None]
_PAGES_ON = frozenset({"last", "after", "before"})


PAGE: tuple[tuple[str, ...], ...] = (("nodes",), ("edges", "node"))
"""Where the objects of a page are selected, below its field."""


def needed(info: Info, shown: type[Node]) -> Names:
    """The columns of a type that the selection of a page of it needs."""
    reader = _Reader(info.context, _raw(info))
    return reader.names(shown, reader.down(_below(info), PAGE))


async def ahead(info: Info, answer: A) -> A:
    """The same answer (an object, a page of them, or None) with its links read ahead."""
    if isinstance(answer, Connection):
        paths: tuple[tuple[str, ...], ...] = PAGE
        nodes: Sequence[Node] = answer.nodes
    elif isinstance(answer, Node):
        paths, nodes = ((),), (answer,)
    else:
        return answer
    reader = _Reader(info.context, _raw(info))
    await reader.read(list(nodes), reader.down(_below(info), paths))
    return answer


def _raw(info: Info) -> Any:
    return info._raw_info  # noqa: SLF001 (strawberry's own wrapping leaves fragments out)


def _below(info: Info) -> list[SelectionSetNode]:
    return [node.selection_set for node in _raw(info).field_nodes if node.selection_set]


class _Reader:
    def __init__(self, context: Context, raw: Any) -> None:
        self._context = context
        self._fragments = raw.fragments
        self._variables = raw.variable_values

    async def read(self, nodes: list[Node], sets: Sequence[SelectionSetNode]) -> None:
        """Follow every declared link that the selections name, for all the objects."""
        if not nodes:
            return
        links = links_of(type(nodes[0]))  # type: ignore[arg-type]
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
        below = self.down(sets, link.nodes_under)
        names = self.names(link.shown(), below)
        answers = await link.fetch(self._context, view, keys, size, names) if keys else ()
        found = dict(zip(keys, answers, strict=True))
        for node in nodes:
            key = link.key_of(node)
            if key is not None:
                node.__dict__.setdefault(GOT, {})[link.name, size] = found[key]
        await self.read([one for answer in answers for one in link.nodes_of(answer)], below)

    def names(self, shown: type[Node], sets: Sequence[SelectionSetNode]) -> Names:
        """The columns that the selections need of a type; None where some field needs all."""
        asked = frozenset(field.name.value for field in self._fields(sets))
        return names_for(shown, asked)  # type: ignore[arg-type]

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


@lru_cache(maxsize=2000)
def names_for(shown: Any, asked: frozenset[str]) -> Names:
    """The columns behind some fields of a type, in the type's own order."""
    needs = _needs_of(shown)
    wanted: set[str] = set()
    for name in asked:
        columns = needs.get(name, ())
        if columns is None:
            return None
        wanted.update(columns)
    return tuple(name for name in shown_names(shown) if name in wanted)


@cache
def _needs_of(shown: Any) -> dict[str, tuple[str, ...] | None]:
    """The columns that each field of a type reads; None where it does not say."""
    found: dict[str, tuple[str, ...] | None] = {"id": ()}
    for field in shown.__strawberry_definition__.fields:
        resolver = getattr(field, "base_resolver", None)
        name = _graph_name(field)
        if resolver is None:
            found[name] = (field.python_name,)
        elif name not in found:
            link = getattr(resolver.wrapped_func, "link", None)
            found[name] = link.needs() if link else getattr(resolver.wrapped_func, "needs", None)
    return found


def _graph_name(field: Any) -> str:
    head, *rest = field.python_name.split("_")
    return str(field.graphql_name or head + "".join(word.capitalize() for word in rest))


@cache
def links_of(shown: Any) -> dict[str, Link]:
    """The declared links of a type, by the name of their field in the graph."""
    definition = shown.__strawberry_definition__
    found: dict[str, Link] = {}
    for field in definition.fields:
        resolver = getattr(field, "base_resolver", None)
        link = getattr(resolver.wrapped_func, "link", None) if resolver else None
        if link is not None:
            found[_graph_name(field)] = link
    return found
