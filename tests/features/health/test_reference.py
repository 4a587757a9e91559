"""The page of the routes names all of them, loads nothing, and lets nothing in."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
from pydantic import SecretStr

from hexaops.api import ROUTES
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.config import Settings
from hexaops.factory import ProcessContext
from hexaops.features.health.reference import render
from hexaops.main import create_app
from tests.serving import unwatched_cluster


async def test_the_page_names_every_route_and_loads_nothing(sqlite_url: str, tmp_path: Path) -> None:
    context = ProcessContext(
        Settings(home=tmp_path, database_url=SecretStr(sqlite_url)), Clusters([unwatched_cluster()])
    )
    transport = httpx2.ASGITransport(create_app(context))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert set(policy) == {"default-src", "style-src", "frame-ancestors", "base-uri", "form-action"}
    missing = [entry for entry in ROUTES if f"<b>{entry.method}</b><code>{entry.path}</code>" not in answer.text]
    assert missing == []
    assert re.findall(r"<(?:script|link|img|iframe|object)|src=|url\(|https?://", answer.text) == []
    assert re.findall(r'href="([^"]*)"', answer.text) == ["/openapi.json"]
    assert "next_cursor" in answer.text


def test_texts_of_the_document_are_escaped() -> None:
    operation = {"tags": ["<t>"], "description": "<script>alert(1)</script>", "responses": {}}
    document = {"info": {"title": "<x>", "version": "1"}, "paths": {"/<q>": {"get": operation}}}
    page = render(document)
    assert not re.search(r"<(x|t|q|script)>", page)
