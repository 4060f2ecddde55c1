"""The file of a report as a download: `GET /reports/RPT-012.pdf`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from riskreg.kit.db import Database
from riskreg.kit.view import Actor
from riskreg.reports.rendering import MEDIA_TYPE
from riskreg.reports.rules import ReportRendering
from riskreg.reports.service import file_of

RETRY_SECONDS = 1
NOT_KEPT = {"cache-control": "no-store"}


async def report_file(request: Request, db: Database, actor: Actor) -> Response:
    """The PDF; 202 while it is being rendered, 409 and why if it could not be, 404 without one.

    The route is `/reports/{code}.pdf`.
    """
    code = request.path_params["code"]
    file = await file_of(db, actor, code)
    if file is None:
        return PlainTextResponse("There is no such report.\n", status_code=404)
    if file.content is not None:
        headers = {"content-disposition": f'inline; filename="{code}.pdf"'}
        return Response(file.content, media_type=MEDIA_TYPE, headers=headers)
    if file.rendering is ReportRendering.RENDERING:
        said = f"{code} is being rendered. Ask again in a moment.\n"
        headers = NOT_KEPT | {"retry-after": f"{RETRY_SECONDS}"}
        return PlainTextResponse(said, status_code=202, headers=headers)
    said = f"{code} could not be rendered: {file.problem}\n"
    return PlainTextResponse(said, status_code=409, headers=NOT_KEPT)
