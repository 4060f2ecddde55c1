"""Takes the wrapping off fields that need none, once the schema is built.

Strawberry resolves every field through the same few calls that gather arguments, permissions and
extensions. Plain attributes and declared links have none of these; for a page of 50 risks with
their links the calls are a third of the work.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import strawberry
from graphql import GraphQLObjectType


def straighten(schema: strawberry.Schema) -> None:
    """Let plain attributes and declared links of a built schema resolve directly."""
    for kind in schema._schema.type_map.values():  # noqa: SLF001 (strawberry offers no other way)
        definition = kind.extensions.get("strawberry-definition")
        if not isinstance(kind, GraphQLObjectType) or definition is None:
            continue
        own = {schema.config.name_converter.from_field(field): field for field in definition.fields}
        for name, field in kind.fields.items():
            known = own.get(name)
            if known is None or known.extensions or known.permission_classes:
                continue
            resolve = _direct(known)
            if resolve is not None:
                field.resolve = resolve


def _direct(field: Any) -> Callable[..., Any] | None:
    """The resolver without wrapping; its `reader` is what `kit.walk` can do without calling it."""
    resolver = field.base_resolver
    if resolver is None:
        return _reading(attrgetter(field.python_name))
    link = getattr(resolver.wrapped_func, "link", None)
    if link is not None:
        resolve = resolver.wrapped_func
        resolve.reader = link.reader
        return resolve  # type: ignore[no-any-return]
    if resolver.is_async or set(resolver.signature.parameters) != {"self"}:
        return None
    return _reading(resolver.wrapped_func)


def _reading(read: Callable[[Any], Any]) -> Callable[..., Any]:
    def resolve(source: Any, _info: Any) -> Any:
        return read(source)

    resolve.reader = lambda _given: read  # type: ignore[attr-defined]
    return resolve
