"""Assembles the application; nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from hexaops import __version__
from hexaops.api import install_routes
from hexaops.factory import ProcessContext
from hexaops.middleware import RequestMiddleware, install_error_handlers
from hexaops.web.console import install_console


def create_app(context: ProcessContext, *, on_started: Callable[[], Awaitable[None]] | None = None) -> FastAPI:
    """The ASGI application on a context, which starts and closes with it."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            await context.open()
            await context.start()
            if on_started:
                await on_started()
            yield
        finally:
            await context.close()

    app = FastAPI(
        title="hexaops", version=__version__, lifespan=lifespan, redirect_slashes=False, docs_url=None, redoc_url=None
    )
    app.state.context = context
    app.state.provider = context.provider
    install_console(app, context.provider)
    app.add_middleware(RequestMiddleware, metrics=context.metrics)
    install_error_handlers(app)
    install_routes(app)
    return app
