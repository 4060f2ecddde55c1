"""Puts the service together: routes, who asks, what serves the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from enum import Enum
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from riskreg.graph import schema
from riskreg.kit import graphiql, revisions
from riskreg.kit.clock import Clock, SystemClock
from riskreg.kit.context import Context
from riskreg.kit.db import Database
from riskreg.kit.edge import Edge, EdgeRules
from riskreg.kit.errors import CodedError, Unauthenticated
from riskreg.kit.exposition import MEDIA_TYPE, Exposition
from riskreg.kit.http import GraphQLEndpoint
from riskreg.kit.jobs_worker import at_work
from riskreg.kit.negotiation import takes_pages
from riskreg.kit.operations import Operations
from riskreg.kit.places import PACKAGE
from riskreg.kit.sockets import Sockets
from riskreg.kit.view import Actor
from riskreg.kit.walk import Walk, executor_of
from riskreg.people import auth, sessions
from riskreg.reports.downloads import report_file
from riskreg.risks.downloads import risks_file
from riskreg.settings import Settings
from riskreg.wiring import HANDLERS, worker_of

WEB = PACKAGE / "web"
BUILD = "./dev page"
OfSession = Callable[[Database, object, str], Awaitable[Actor | None]]
QUIET = ("/livez", "/readyz", "/metrics", "/assets/")
"""Paths that say nothing in the log while they are well: machines ask for them all the time."""


class HasWorker(Enum):
    """Whether what serves does the jobs too; the value is what the setting calls it."""

    ON = "on"
    OFF = "off"


class Service:
    """One process: its settings, its database, and the ASGI app that serves both."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._exposition = Exposition()
        self.db = Database(
            settings.database_url,
            clock or SystemClock(),
            handlers=HANDLERS,
            meter=self._exposition,
        )
        operations = Operations(
            schema,
            self.context,
            introspection=self._may_introspect,
            executor=executor_of(Walk(settings.executor)),
            meter=self._exposition,
        )
        self._sockets = Sockets(operations)
        self._draining = False
        routes: list[BaseRoute] = [
            Route("/graphql", GraphQLEndpoint(operations)),
            WebSocketRoute("/graphql", self._sockets),
            Route("/schema.graphql", self.sdl),
            Route("/livez", _alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.figures),
            Route("/sign-in", self.sign_in),
            Route("/reports/{code}.pdf", self.report_file),
            Route("/export/risks.{format}", self.risks_file),
            *graphiql.routes(WEB / "graphiql", command=BUILD),
            Mount("/assets", graphiql.assets(WEB / "assets")),
            Route("/{path:path}", _page),
        ]
        inner = Starlette(routes=routes, lifespan=self._lifespan)
        rules = EdgeRules(hosts=tuple(settings.host_list), quiet=QUIET)
        self.app: ASGIApp = Edge(inner, rules)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        works = HasWorker(self.settings.worker) is HasWorker.ON
        async with at_work(worker_of(self.db)) if works else nullcontext():
            yield
        await self.db.aclose()

    async def drain(self) -> None:
        """Say that no more should come here, and let go whoever listens, with where to go on."""
        self._draining = True
        await self.db.feed.close()
        await self._sockets.drain()

    async def actor(self, connection: HTTPConnection) -> Actor:
        """Who asks: the bearer of a token, or the person of a session; else `Unauthenticated`."""
        found = await self._found(connection, auth.actor_of_session)
        connection.state.actor = found.id
        return found

    async def _found(self, connection: HTTPConnection, of_session: OfSession) -> Actor:
        request_id = connection.scope.get("state", {}).get("request_id", "-")
        found: Actor | None = None
        if (header := connection.headers.get("authorization")) is not None:
            scheme, _, token = header.partition(" ")
            if scheme.lower() == "bearer":
                found = await auth.actor_of_token(self.db, token.strip(), request_id)
        else:
            found = await of_session(self.db, session_cookie(connection), request_id)
        if found is None:
            raise Unauthenticated
        return found

    async def context(self, connection: HTTPConnection) -> Context:
        """What resolvers find in `info.context`."""
        actor = await self.actor(connection)
        return Context(
            self.db,
            actor,
            renewal=lambda: self._found(connection, auth.listener_of_session),
            extra={sessions.COOKIE: session_cookie(connection)},
        )

    def _may_introspect(self, _context: object) -> bool:
        return True  # who is not signed in gets no context, and so no answer

    async def sdl(self, request: Request) -> Response:
        """The schema as text, for signed-in callers."""
        try:
            await self.actor(request)
        except CodedError as error:
            return PlainTextResponse(error.message, status_code=401)
        return PlainTextResponse(schema.as_str())

    async def sign_in(self, request: Request) -> Response:
        """Open a session for a one-time link and go to the page."""
        try:
            secret = await sessions.sign_in(self.db, request.query_params.get("token"))
        except Unauthenticated as error:
            return PlainTextResponse(error.message, status_code=401)
        headers = {
            "set-cookie": sessions.cookie_header(secret),
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
        }
        return RedirectResponse("/", status_code=303, headers=headers)

    async def report_file(self, request: Request) -> Response:
        """The PDF of a report, for those who may see it."""
        try:
            actor = await self.actor(request)
        except Unauthenticated as error:
            return PlainTextResponse(error.message, status_code=401)
        return await report_file(request, self.db, actor)

    async def risks_file(self, request: Request) -> Response:
        """The register as a file, as the one who asks sees it."""
        try:
            actor = await self.actor(request)
        except Unauthenticated as error:
            return PlainTextResponse(error.message, status_code=401)
        return await risks_file(request, self.db, actor)

    async def ready(self, _request: Request) -> Response:
        """200 when the database answers and is at the newest migration, else 503 and why."""
        if self._draining:
            return PlainTextResponse("stopping\n", status_code=503)
        try:
            async with asyncio.timeout(5):
                revision = await self.db.run_sync(revisions.current)
        except Exception as error:  # noqa: BLE001 (whatever is wrong with the database is the answer)
            return PlainTextResponse(f"no database: {type(error).__name__}\n", status_code=503)
        if revision != revisions.head():
            return PlainTextResponse("the database needs `riskreg migrate`\n", status_code=503)
        return PlainTextResponse("ready\n")

    async def figures(self, request: Request) -> Response:
        """The figures that Prometheus reads; to a browser that goes there, the page of metrics."""
        if takes_pages(request.headers.get("accept", "")):
            shown = await _page(request)
        else:
            content = await self._exposition.text(self.db)
            shown = Response(content, headers={"content-type": MEDIA_TYPE})
        shown.headers["vary"] = "accept"
        return shown


def session_cookie(request: HTTPConnection) -> str | None:
    """The secret of the session cookie, if the request carries one."""
    jar = SimpleCookie()
    try:
        jar.load(request.headers.get("cookie", ""))
    except CookieError:
        return None
    found = jar.get(sessions.COOKIE)
    return found.value if found is not None else None


async def _alive(_request: Request) -> Response:
    """200 while the process answers at all; no dependency is asked."""
    return PlainTextResponse("alive\n")


async def _page(request: Request) -> Response:
    """The page, whatever its path: it reads the path itself."""
    index = WEB / "index.html"
    own = _own_file(WEB, request.path_params.get("path", ""))
    if own is not None:
        return FileResponse(own)
    if not index.is_file():
        return PlainTextResponse(f"The page is not built. Type:\n\n    {BUILD}\n", status_code=503)
    return FileResponse(index, headers={"cache-control": "no-cache"})


def _own_file(folder: Path, name: str) -> Path | None:
    """A file that lies right in the folder (an icon), by its plain name; nothing else."""
    if not name or "/" in name or name.startswith("."):
        return None
    path = folder / name
    return path if path.is_file() and path.name != "index.html" else None
