"""Sends operations with the Python client `gql`, after it has read the schema.

`RISKREG_URL` is the endpoint, `RISKREG_TOKEN` the bearer token, if any. The first argument is the
transport, `httpx` or `aiohttp`; each further one is a JSON object `{"query": …, "variables": …}`.
Prints the list of each operation's data as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.async_transport import AsyncTransport
from gql.transport.httpx import HTTPXAsyncTransport

TRANSPORTS = {"httpx": HTTPXAsyncTransport, "aiohttp": AIOHTTPTransport}


def transport(name: str) -> AsyncTransport:
    url = os.environ.get("RISKREG_URL", "http://127.0.0.1:8000/graphql")
    token = os.environ.get("RISKREG_TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    made: AsyncTransport = TRANSPORTS[name](url=url, headers=headers)
    return made


async def main(name: str, operations: list[dict[str, Any]]) -> list[Any]:
    """The data of each operation, checked against the schema before it is sent."""
    client = Client(transport=transport(name), fetch_schema_from_transport=True)
    async with client as session:
        return [
            await session.execute(
                GraphQLRequest(one["query"], variable_values=one.get("variables"))
            )
            for one in operations
        ]


if __name__ == "__main__":
    given = [json.loads(argument) for argument in sys.argv[2:]]
    sys.stdout.write(json.dumps(asyncio.run(main(sys.argv[1], given))) + "\n")
