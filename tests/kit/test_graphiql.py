"""GraphiQL comes from our own assets, or says how to build them."""

from __future__ import annotations

from pathlib import Path

import httpx
from starlette.applications import Starlette

from riskreg.kit import graphiql


def client(folder: Path) -> httpx.AsyncClient:
    app = Starlette(routes=graphiql.routes(folder, command="./dev run"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def test_without_assets_it_names_the_command(tmp_path: Path) -> None:
    browser = client(tmp_path / "graphiql")
    response = await browser.get("/graphiql")
    assert response.status_code == 503
    assert "./dev run" in response.text
    assert (await browser.get("/graphiql/assets/index.js")).status_code == 404


async def test_the_page_and_its_assets_are_served(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>GraphiQL</title>")
    (tmp_path / "assets" / "index-1.js").write_text("1")
    browser = client(tmp_path)
    for path in ("/graphiql", "/graphiql/"):
        page = await browser.get(path)
        assert page.status_code == 200
        assert page.text == "<title>GraphiQL</title>"
        assert page.headers["content-security-policy"] == graphiql.CONTENT_SECURITY_POLICY
    asset = await browser.get("/graphiql/assets/index-1.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"].startswith("text/javascript")
    assert (await browser.get("/graphiql/assets/../index.html")).status_code == 404
    assert (await browser.get("/graphiql/assets/%2e%2e/index.html")).status_code == 404


def test_its_policy_lets_nothing_in_from_elsewhere() -> None:
    assert "http" not in graphiql.CONTENT_SECURITY_POLICY
    assert "unsafe-eval" not in graphiql.CONTENT_SECURITY_POLICY
    assert "script-src 'self';" in graphiql.CONTENT_SECURITY_POLICY
