"""A streamed answer that notices at once when its client goes, even while there is nothing to send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Stream(Response):
    """Chunks from an iterator; `on_gone` is called when the client goes."""

    def __init__(
        self, chunks: AsyncIterator[bytes], *, on_gone: Callable[[], None], media_type: str = "application/json"
    ) -> None:
        super().__init__(media_type=media_type, headers={"Cache-Control": "no-cache, private"})
        del self.headers["content-length"]
        self._chunks = chunks
        self._on_gone = on_gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the ASGI shape
        """Send the chunks until they end or the client goes."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        sending = asyncio.ensure_future(self._send_chunks(send))
        leaving = asyncio.ensure_future(_until_gone(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            self._on_gone()
            for task in (sending, leaving):
                task.cancel()
                with suppress(asyncio.CancelledError, OSError):
                    await task
            if isinstance(self._chunks, AsyncGenerator):
                await self._chunks.aclose()

    async def _send_chunks(self, send: Send) -> None:
        with suppress(OSError):
            async for chunk in self._chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


class Broken(Response):
    """An answer that ends before it is complete, so that the connection breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the ASGI shape
        """Promise a body and give none."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
        await send({"type": "http.response.body", "body": b"", "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
