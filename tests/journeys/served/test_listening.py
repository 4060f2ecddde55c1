"""Who listens to the served register: real clients, other processes, and what ends it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from riskreg.demo import load as demo
from tests.clients import run
from tests.demo_fixture import Loaded
from tests.engines import KINDS, EngineKind, PostgresServer, SqliteFiles
from tests.journeys.served.conftest import Served
from tests.site import Site, serve

CHANGED = """subscription Changed($since: Cursor, $filter: JournalFilter) {
  registerChanged(since: $since, filter: $filter) {
    cursor seq actor action objects { type code version } } }"""
HEAD = "{ journal(first: 0) { headCursor } }"
LOG = "mutation ($t: String!) { logRisk(input: {title: $t}) { risk { code } userErrors { code } } }"
SECONDS = 20.0


@dataclass
class Listener:
    """An open socket, and who speaks over it."""

    socket: ClientConnection

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.socket.recv(timeout=SECONDS))
        return found

    def subscribe(self, query: str = CHANGED, /, **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        self.say(id="1", type="subscribe", payload=payload)

    def change(self) -> dict[str, Any]:
        """The next change; nothing else may come."""
        message = self.hear()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        found: dict[str, Any] = message["payload"]["data"]["registerChanged"]
        return found


@contextmanager
def listening(site: Site, token: str | None = None, **headers: str) -> Iterator[Listener]:
    """Somebody who was let in."""
    with connect(
        f"{site.url.replace('http', 'ws')}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers=headers,
        proxy=None,
    ) as socket:
        one = Listener(socket)
        one.say(
            type="connection_init",
            payload={} if token is None else {"authorization": f"Bearer {token}"},
        )
        assert one.hear() == {"type": "connection_ack"}
        yield one


def head(served: Served) -> str:
    return str(served.ask(HEAD)["journal"]["headCursor"])


def log_risk(served: Served, title: str) -> str:
    answer = served.ask(LOG, t=title)["logRisk"]
    assert answer["userErrors"] == []
    return str(answer["risk"]["code"])


LISTENERS: dict[str, Callable[..., subprocess.CompletedProcess[str]]] = {
    "graphql-ws": lambda *given, **env: run.node("graphql-ws.mjs", *given, **env),
    "graphql-sse": lambda *given, **env: run.node("graphql-sse.mjs", *given, **env),
    "gql": lambda *given, **env: run.python("gql_listener.py", *given, **env),
}


@pytest.mark.parametrize("client", LISTENERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_client_hears_changes_and_goes_on_where_it_left(
    served_on: Callable[[EngineKind, str], Served], kind: EngineKind, client: str
) -> None:
    run.install()
    served = served_on(kind, "heard")
    at = head(served)
    codes = [log_risk(served, f"Heard by {client}, {number}") for number in range(3)]

    def told(since: str, events: int) -> list[dict[str, Any]]:
        process = LISTENERS[client](
            run.operation(CHANGED, since=since, filter={"types": ["Risk"]}),
            RISKREG_URL=f"{served.site.url}/graphql",
            RISKREG_TOKEN=served.tokens["PM_LEAD"],
            RISKREG_EVENTS=f"{events}",
        )
        assert process.returncode == 0, process.stderr
        return [one["registerChanged"] for one in json.loads(process.stdout)]

    first = told(at, 1)
    rest = told(first[0]["cursor"], 2)
    assert [one["objects"] for one in (*first, *rest)] == [
        [{"type": "Risk", "code": code, "version": 1}] for code in codes
    ]


@pytest.mark.parametrize("client", LISTENERS)
def test_a_client_without_a_token_is_not_let_in(served: Served, client: str) -> None:
    run.install()
    process = LISTENERS[client](
        run.operation(CHANGED), RISKREG_URL=f"{served.site.url}/graphql", RISKREG_TOKEN="rrk_no"
    )
    assert process.returncode != 0


def test_a_change_in_one_process_is_heard_in_another(
    postgres_server: PostgresServer, demo_template: Loaded
) -> None:
    """Two servers on one database, the listener's connection to which is killed meanwhile."""
    template = demo_template("postgres", demo.SEED, demo.AS_OF)
    url = postgres_server.create_database(template=template)
    here, there = Served.of(serve(url)), serve(url)
    name = url.rpartition("/")[2]
    where = f"datname = '{name}' AND query LIKE 'LISTEN%riskreg_journal%'"

    def listeners() -> int:
        return int(postgres_server.sql(f"SELECT count(*) FROM pg_stat_activity WHERE {where}"))

    with listening(there, here.tokens["PM_LEAD"]) as listener:
        listener.subscribe(since=head(here))
        codes, heard = [], []
        for number in range(6):
            if number in {2, 4}:
                deadline = time.monotonic() + SECONDS
                while listeners() != 1 and time.monotonic() < deadline:
                    time.sleep(0.05)
                killed = postgres_server.sql(
                    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {where}"
                )
                assert killed.strip() == "t"
            codes.append(log_risk(here, f"Over there {number}"))
            codes.append(log_risk(here, f"And there {number}"))
            heard += [listener.change() for _ in range(2)]
    assert [one["objects"][0]["code"] for one in heard] == codes
    assert [one["seq"] for one in heard] == list(range(heard[0]["seq"], heard[0]["seq"] + 12))
    here.client.close()
    here.site.stop()
    there.stop()
    postgres_server.drop_database(url)


def test_a_page_listens_with_its_session_until_it_signs_out(served: Served) -> None:
    site = served.site
    signed_in = httpx.get(site.sign_in_link)
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    with pytest.raises(InvalidStatus), listening(site, Cookie=cookie, Origin="http://evil.example"):
        pass
    with pytest.raises(InvalidStatus), listening(site, Cookie=cookie):
        pass
    with listening(site, Cookie=cookie, Origin=site.url) as listener:
        listener.subscribe(since=head(served))
        code = log_risk(served, "Heard by a page")
        assert listener.change()["objects"][0]["code"] == code
        out = httpx.post(
            f"{site.url}/graphql",
            json={"query": "mutation { signOut(input: {}) { __typename } }"},
            headers={"cookie": cookie, "origin": site.url},
        )
        assert "errors" not in out.json()
        log_risk(served, "Not heard by a page")
        message = listener.hear()
        [error] = message["payload"]["errors"]
        assert (message["payload"]["data"], error["extensions"]["code"]) == (
            None,
            "UNAUTHENTICATED",
        )
        assert listener.hear() == {"id": "1", "type": "complete"}
        listener.say(id="2", type="subscribe", payload={"query": "{ me { name } }"})
        assert listener.hear()["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_the_other_answers_of_a_subscription_are_no_streams(served: Served) -> None:
    body = {"query": 'subscription { registerChanged(since: "abc") { seq } }'}
    headers = {"authorization": f"Bearer {served.tokens['PM_LEAD']}"}
    plain = httpx.post(f"{served.site.url}/graphql", json=body, headers=headers)
    assert plain.json()["errors"][0]["extensions"]["code"] == "OPERATION_RESOLUTION_FAILURE"
    headers["accept"] = "text/event-stream"
    streamed = httpx.post(f"{served.site.url}/graphql", json=body, headers=headers)
    assert streamed.status_code == 400
    assert streamed.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


def test_who_listens_is_told_where_to_go_on_when_the_server_stops(
    demo_template: Loaded, tmp_path: Any
) -> None:
    url = SqliteFiles(tmp_path).create_database(demo_template("sqlite", demo.SEED, demo.AS_OF))
    served = Served.of(serve(url))
    site, token = served.site, served.tokens["PM_LEAD"]
    stream = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
    at = head(served)
    variables = {"since": at}
    query = {"query": CHANGED, "variables": variables}
    with (
        listening(site, token) as listener,
        httpx.stream(
            "POST", f"{site.url}/graphql", json=query, headers=stream, timeout=30
        ) as streamed,
    ):
        listener.subscribe(since=at)
        log_risk(served, "The last one")
        last = listener.change()
        lines = streamed.iter_lines()
        while not next(lines).startswith("event: next"):
            pass
        started = time.monotonic()
        site.process.send_signal(signal.SIGTERM)
        message = listener.hear()
        going = {"code": "GOING_AWAY", "since": last["cursor"]}
        assert message["payload"]["errors"][0]["extensions"] == going
        ready = httpx.get(f"{site.url}/readyz")
        assert (ready.status_code, ready.text) == (503, "stopping\n")
        assert listener.hear() == {"id": "1", "type": "complete"}
        with pytest.raises(ConnectionClosed) as caught:
            listener.hear()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1012
        rest = "\n".join(lines)
        assert json.dumps(going, separators=(",", ":")) in rest
        assert rest.rstrip().endswith("event: complete\ndata:")
    site.process.wait(timeout=25)
    assert time.monotonic() - started < 25
    again = serve(url)
    with listening(again, token) as listener:
        listener.subscribe(since=going["since"])
        body = {"query": LOG, "variables": {"t": "The first one"}}
        headers = {"authorization": f"Bearer {token}"}
        logged = httpx.post(f"{again.url}/graphql", json=body, headers=headers).json()
        code = logged["data"]["logRisk"]["risk"]["code"]
        assert listener.change()["objects"][0]["code"] == code
    served.client.close()
    again.stop()
