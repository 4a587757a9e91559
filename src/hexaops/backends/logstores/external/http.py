"""Questions to an engine over HTTP: a time limit, a bounded answer, no redirects, errors as ours."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx2
from msgspec import Struct, field

from hexaops import __version__
from hexaops.backends.logstores.external.engine import engine_error
from hexaops.kit.timeout import Timeout

MOST_BYTES = 64 * 2**20
AT_ONCE = 8
"""Requests at the same time: others use the engine too."""
REASON_SHOWN = 300


class EngineAddress(Struct, frozen=True):
    """Where an engine is and what it wants to be told. Holds secrets: never log it."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    verify_tls: bool = True


class EngineHttp:
    """One engine's server; close it."""

    def __init__(
        self, name: str, address: EngineAddress, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.name = name
        self._base = address.url.rstrip("/")
        headers = {"User-Agent": f"hexaops/{__version__}", **address.headers}
        self._client = httpx2.AsyncClient(
            headers=headers, verify=address.verify_tls, transport=transport, timeout=None, follow_redirects=False
        )
        self._places = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def post(self, path: str, timeout: Timeout, *, form: Mapping[str, str]) -> bytes:
        """The body of a successful answer to a form; raises LogStoreError."""
        return await self._send(timeout, self._client.build_request("POST", self._base + path, data=dict(form)))

    async def get(self, path: str, timeout: Timeout, *, params: Mapping[str, str]) -> bytes:
        """The body of a successful answer; raises LogStoreError."""
        return await self._send(timeout, self._client.build_request("GET", self._base + path, params=dict(params)))

    async def send(
        self, path: str, timeout: Timeout, *, content: bytes, media_type: str, params: Mapping[str, str]
    ) -> bytes:
        """The body of a successful answer to a body; raises LogStoreError."""
        headers = {"Content-Type": media_type}
        request = self._client.build_request(
            "POST", self._base + path, content=content, headers=headers, params=dict(params)
        )
        return await self._send(timeout, request)

    async def _send(self, timeout: Timeout, request: httpx2.Request) -> bytes:
        try:
            async with self._places, asyncio.timeout(timeout.left()):
                response = await self._client.send(request, stream=True)
                try:
                    body = await self._read(response)
                finally:
                    await response.aclose()
        except httpx2.HTTPError as error:
            reason = str(error)[:REASON_SHOWN] or type(error).__name__
            raise engine_error(self.name, f"it cannot be reached: {reason}") from error
        if response.status_code != 200:
            told = body[:REASON_SHOWN].decode(errors="replace")
            raise engine_error(self.name, f"it answers with status {response.status_code}: {told}")
        return body

    async def _read(self, response: httpx2.Response) -> bytes:
        parts, size = [], 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > MOST_BYTES:
                raise engine_error(self.name, f"its answer is larger than {MOST_BYTES} bytes")
            parts.append(chunk)
        return b"".join(parts)
