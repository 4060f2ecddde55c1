"""GraphiQL, served from our own built assets."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Dialogs of the editor add style elements, and its style sheet carries its fonts within."""

FOR_EVER = "public, max-age=31536000, immutable"
"""Assets have the hash of their content in their name."""


class Assets(StaticFiles):
    """Built files that never change under their name."""

    async def check_config(self) -> None:
        """Nothing: where nothing was built yet, there is nothing to find."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept for ever."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = FOR_EVER
        return response


def assets(folder: Path) -> ASGIApp:
    """The built files of a folder, compressed for those who can read that."""
    return GZipMiddleware(Assets(directory=folder, check_dir=False))


def routes(folder: Path, *, command: str) -> list[BaseRoute]:
    """The routes under `/graphiql`; without built assets the page says which command to type."""
    index = folder / "index.html"

    async def page(request: Request) -> Response:
        if not index.is_file():
            text = f"GraphiQL is not built. Type:\n\n    {command}\n"
            return PlainTextResponse(text, status_code=503)
        headers = {"content-security-policy": CONTENT_SECURITY_POLICY}
        return FileResponse(index, headers=headers)

    return [
        Route("/graphiql", page),
        Route("/graphiql/", page),
        Mount("/graphiql/assets", assets(folder / "assets")),
    ]
