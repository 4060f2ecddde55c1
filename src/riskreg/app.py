"""Puts the service together: routes, who asks, what serves the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from riskreg.graph import schema
from riskreg.kit import graphiql, revisions
from riskreg.kit.clock import Clock, SystemClock
from riskreg.kit.context import Context
from riskreg.kit.db import Database
from riskreg.kit.edge import Edge, EdgeRules
from riskreg.kit.errors import CodedError, Unauthenticated
from riskreg.kit.http import GraphQLEndpoint
from riskreg.kit.places import PACKAGE
from riskreg.kit.view import Actor
from riskreg.kit.walk import Walk, executor_of
from riskreg.people import auth, sessions
from riskreg.reports.service import pdf_of
from riskreg.risks.downloads import risks_file
from riskreg.settings import Settings
from riskreg.wiring import HANDLERS

WEB = PACKAGE / "web"
BUILD = "./dev page"
QUIET = ("/livez", "/readyz", "/assets/")
"""Paths that say nothing in the log while they are well: machines ask for them all the time."""


class Service:
    """One process: its settings, its database, and the ASGI app that serves both."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.db = Database(settings.database_url, clock or SystemClock(), handlers=HANDLERS)
        endpoint = GraphQLEndpoint(
            schema,
            self.context,
            introspection=self._may_introspect,
            executor=executor_of(Walk(settings.executor)),
        )
        routes: list[BaseRoute] = [
            Route("/graphql", endpoint),
            Route("/schema.graphql", self.sdl),
            Route("/livez", _alive),
            Route("/readyz", self.ready),
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
        yield
        await self.db.aclose()

    async def actor(self, request: Request) -> Actor:
        """Who asks: the bearer of a token, or the person of a session; else `Unauthenticated`."""
        request_id = request.scope.get("state", {}).get("request_id", "-")
        found: Actor | None = None
        if (header := request.headers.get("authorization")) is not None:
            scheme, _, token = header.partition(" ")
            if scheme.lower() == "bearer":
                found = await auth.actor_of_token(self.db, token.strip(), request_id)
        else:
            cookie = session_cookie(request)
            found = await auth.actor_of_session(self.db, cookie, request_id)
        if found is None:
            raise Unauthenticated
        request.state.actor = found.id
        return found

    async def context(self, request: Request) -> Context:
        """What resolvers find in `info.context`."""
        actor = await self.actor(request)
        return Context(self.db, actor, extra={sessions.COOKIE: session_cookie(request)})

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
        code = request.path_params["code"]
        content = await pdf_of(self.db, actor, code)
        if content is None:
            return PlainTextResponse("There is no such report.\n", status_code=404)
        headers = {"content-disposition": f'inline; filename="{code}.pdf"'}
        return Response(content, media_type="application/pdf", headers=headers)

    async def risks_file(self, request: Request) -> Response:
        """The register as a file, as the one who asks sees it."""
        try:
            actor = await self.actor(request)
        except Unauthenticated as error:
            return PlainTextResponse(error.message, status_code=401)
        return await risks_file(request, self.db, actor)

    async def ready(self, _request: Request) -> Response:
        """200 when the database answers and is at the newest migration, else 503 and why."""
        try:
            async with asyncio.timeout(5):
                revision = await self.db.run_sync(revisions.current)
        except Exception as error:  # noqa: BLE001 (whatever is wrong with the database is the answer)
            return PlainTextResponse(f"no database: {type(error).__name__}\n", status_code=503)
        if revision != revisions.head():
            return PlainTextResponse("the database needs `riskreg migrate`\n", status_code=503)
        return PlainTextResponse("ready\n")


def session_cookie(request: Request) -> str | None:
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
    own = _own_file(WEB, request.path_params["path"])
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
