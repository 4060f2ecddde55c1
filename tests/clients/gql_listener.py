"""Listens with the WebSocket transport of the Python client `gql`.

`RISKREG_URL` is the endpoint, `RISKREG_TOKEN` the bearer token, `RISKREG_EVENTS` how many events to
wait for, 1 by default. The argument is a JSON object `{"query": …, "variables": …}`. Prints the
list of the events' data as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.websockets import WebsocketsTransport


async def main(operation: dict[str, Any], events: int) -> list[Any]:
    """The data of the first events."""
    url = os.environ.get("RISKREG_URL", "http://127.0.0.1:8000/graphql")
    token = os.environ.get("RISKREG_TOKEN", "")
    transport = WebsocketsTransport(
        url=url.replace("http", "ws", 1),
        init_payload={"authorization": f"Bearer {token}"},
        connect_args={"proxy": None},
    )
    request = GraphQLRequest(operation["query"], variable_values=operation.get("variables"))
    told: list[Any] = []
    async with Client(transport=transport) as session:
        async for data in session.subscribe(request):
            told.append(data)
            if len(told) == events:
                break
    return told


if __name__ == "__main__":
    number = int(os.environ.get("RISKREG_EVENTS", "1"))
    sys.stdout.write(json.dumps(asyncio.run(main(json.loads(sys.argv[1]), number))) + "\n")
