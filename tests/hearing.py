"""Subscriptions of the graph, heard without a transport."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, parse, subscribe, validate

from riskreg.graph import schema
from riskreg.kit.context import Context

Events = AsyncGenerator[ExecutionResult, None]
SECONDS = 20.0


@asynccontextmanager
async def heard(context: Context, document: str, **variables: Any) -> AsyncIterator[Events]:
    """The events of a subscription, until the block is left; an error at its start is raised."""
    node = parse(document)
    assert validate(schema._schema, node) == []
    outcome = subscribe(
        schema._schema,
        node,
        context_value=context,
        variable_values=variables,
        executor_class=schema.execution_context_class,
    )
    stream: Any = await outcome if isawaitable(outcome) else outcome
    if isinstance(stream, ExecutionResult):
        assert stream.errors is not None
        raise stream.errors[0].original_error or stream.errors[0]
    try:
        yield stream
    finally:
        await stream.aclose()


async def next_of(stream: Events) -> Any:
    """The data of the next event, which may have no errors."""
    async with asyncio.timeout(SECONDS):
        event = await anext(stream)
    assert event.errors is None
    return event.data
