"""Serves the console's page and its files, under a policy that runs and loads nothing else."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from hexaops.features.signin.middleware import BrowserSessionMiddleware
from hexaops.features.signin.pages import SignInPages
from hexaops.features.signin.sessions import BrowserSessions
from hexaops.provide import Provider
from hexaops.web.docs import DocsPages
from hexaops.web.files import ConsoleFiles, StaticFile

PAGE_PATH = "/"
FILE_PATH = "/console/{version}/{name:path}"
DOCS_PATH = "/docs/{name:path}"
DOCS_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
}
"""Pages of text: no script runs in them at all."""
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # The page makes no HTML from text at all, and a browser that knows these two lines holds it to that.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FILE_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


def install_console(app: FastAPI, provider: Provider) -> None:
    """Give the app the page, its files, and the sessions of the browsers that open it."""
    pages = provider.find(SignInPages)
    files = ConsoleFiles(sign_in=pages.address if pages else "")

    async def page(request: Request) -> Response:
        return _answer(request, files.index, PAGE_HEADERS)

    async def file(request: Request) -> Response:
        found = files.find(request.path_params["version"], request.path_params["name"])
        return _answer(request, found, FILE_HEADERS) if found else Response(status_code=404)

    docs = DocsPages()

    async def read(request: Request) -> Response:
        name, query = request.path_params["name"], request.query_params.get("q")
        if not name and query is not None:
            return _answer(request, await asyncio.to_thread(docs.search, query), DOCS_HEADERS)
        found = docs.find(name)
        return _answer(request, found, DOCS_HEADERS) if found else Response(status_code=404)

    app.add_middleware(BrowserSessionMiddleware, sessions=provider.get(BrowserSessions))
    app.router.add_route(PAGE_PATH, page, include_in_schema=False)
    app.router.add_route(FILE_PATH, file, include_in_schema=False)
    app.router.add_route(DOCS_PATH, read, include_in_schema=False)  # `/docs` alone is the reference of the routes
    for path, visit in pages.routes if pages else ():
        app.router.add_route(path, visit, include_in_schema=False)


def _answer(request: Request, file: StaticFile, headers: dict[str, str]) -> Response:
    packed = "gzip" in request.headers.get("accept-encoding", "")
    more = {"Content-Encoding": "gzip"} if packed else {}
    body = file.compressed if packed else file.plain
    return Response(body, media_type=file.media_type, headers={**headers, **more, "Vary": "Accept-Encoding"})
