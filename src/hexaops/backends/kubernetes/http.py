"""The one place that sends requests to an API server: time limits, retries of reads, errors, streams."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

import httpx2
import msgspec
from msgspec import Struct, field

from hexaops.backends.kubernetes.connection import ClusterConnection
from hexaops.backends.kubernetes.errors import (
    KubernetesUnavailableError,
    Target,
    decode_status,
    error_from_status,
)
from hexaops.kit.backoff import Backoff
from hexaops.kit.clock import Clock, SystemClock
from hexaops.kit.timeout import Timeout

T = TypeVar("T")

Limit = Timeout | float
"""A Timeout that is passed down, or seconds."""

DEFAULT_TIMEOUT_SECONDS = 10.0
READ_TRIES = 4
_CONNECT_SECONDS = 5.0
_BACKOFF = Backoff(first_seconds=0.2, longest_seconds=DEFAULT_TIMEOUT_SECONDS, jitter_ratio=0.5)


class Call(Struct, frozen=True):
    """One request. `reads` says that it changes nothing, so that it may be sent again."""

    method: str
    path: str
    target: Target
    limit: Limit = DEFAULT_TIMEOUT_SECONDS
    query: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = "application/json"
    accept: str = "application/json"
    reads: bool | None = None

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again after a failure."""
        return self.method == "GET" if self.reads is None else self.reads


class KubernetesHttp:
    """Sends calls with one connection's identity."""

    def __init__(
        self,
        connection: ClusterConnection,
        *,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._client = connection.open()
        self._base = str(self._client.base_url).rstrip("/")
        self.clock = clock or SystemClock()
        self._rng = rng or random.Random()  # noqa: S311  # jitter, not a secret

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def body(self, call: Call) -> bytes:
        """The answer's body; raises a KubernetesError."""
        timeout = call.limit if isinstance(call.limit, Timeout) else Timeout(call.limit, self.clock)
        tries = READ_TRIES if call.repeatable else 1
        for number in range(1, tries + 1):
            try:
                return await self._once(call, timeout.left())
            except KubernetesUnavailableError as error:
                delay = self._delay(number, error.retry_after_seconds)
                if number == tries or delay >= timeout.left():
                    raise
            await self.clock.sleep(delay)
        raise AssertionError("the last try returns or raises")

    async def read(self, call: Call, decode: Callable[[bytes], T]) -> T:
        """The decoded answer; what cannot be decoded raises KubernetesUnavailableError."""
        body = await self.body(call)
        try:
            return decode(body)
        except (msgspec.MsgspecError, ValueError) as error:
            message = f"{call.target}: the response is not valid for a Kubernetes API server"
            raise KubernetesUnavailableError(message, target=call.target) from error

    async def json(self, call: Call) -> dict[str, Any]:
        """The answer as a dict."""
        return await self.read(call, _decode_object)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[AsyncIterator[bytes]]:
        """Chunks as they come; `call.limit` bounds the silence between two of them. Not retried."""
        silence = call.limit.left() if isinstance(call.limit, Timeout) else call.limit
        limits = httpx2.Timeout(_CONNECT_SECONDS, read=silence)
        headers = {"Accept": call.accept, "Accept-Encoding": "identity"}
        with translated(call.target):
            request = self._client.build_request(call.method, self._url(call), headers=headers, timeout=limits)
            response = await self._client.send(request, stream=True)
        try:
            await self._raise_for_status(call.target, response)
            yield _chunks(response, call.target)
        finally:
            await response.aclose()

    async def bounded(self, call: Call, most_bytes: int) -> bytes:
        """The body of something that is not the API server's own, tried once; a longer one is refused."""
        timeout = call.limit if isinstance(call.limit, Timeout) else Timeout(call.limit, self.clock)
        parts, size = [], 0
        with translated(call.target):
            async with asyncio.timeout(timeout.left()), self.stream(call) as chunks:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > most_bytes:
                        message = f"{call.target}: the answer is larger than {most_bytes} bytes"
                        raise KubernetesUnavailableError(message, target=call.target)
                    parts.append(chunk)
        return b"".join(parts)

    async def _once(self, call: Call, seconds: float) -> bytes:
        headers = {"Accept": call.accept}
        if call.content is not None:
            headers["Content-Type"] = call.content_type
        with translated(call.target):
            async with asyncio.timeout(seconds):
                response = await self._client.request(
                    call.method,
                    self._url(call),
                    content=call.content,
                    headers=headers,
                    timeout=httpx2.Timeout(seconds or 0.001, connect=min(_CONNECT_SECONDS, seconds or 0.001)),
                )
        await self._raise_for_status(call.target, response)
        return response.content

    def _url(self, call: Call) -> str:
        """The whole address: the client would parse it three times to put a path and parameters together."""
        query = urlencode({key: value for key, value in call.query.items() if value})
        return f"{self._base}{call.path}?{query}" if query else f"{self._base}{call.path}"

    async def _raise_for_status(self, target: Target, response: httpx2.Response) -> None:
        if response.status_code < 400:
            return
        with translated(target):
            body = await response.aread()
        after = _retry_after(response.headers.get("Retry-After", ""))
        raise error_from_status(response.status_code, decode_status(body), target, retry_after_seconds=after)

    def _delay(self, number: int, asked_seconds: float | None) -> float:
        """What the server asked for plus up to a quarter, else 0.2 s doubled each time, ± half."""
        if asked_seconds is not None:
            return asked_seconds * self._rng.uniform(1.0, 1.25)
        return _BACKOFF.seconds(number, self._rng)


@contextmanager
def translated(target: Target) -> Iterator[None]:
    """Turn failures of the network into KubernetesUnavailableError."""
    try:
        yield
    except (TimeoutError, httpx2.TimeoutException) as error:
        message = f"{target}: the API server did not answer in time"
        raise KubernetesUnavailableError(message, target=target) from error
    except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
        said = str(error)[:200] or type(error).__name__
        message = f"{target}: the API server cannot be reached: {said}"
        raise KubernetesUnavailableError(message, target=target) from error


async def _chunks(response: httpx2.Response, target: Target) -> AsyncIterator[bytes]:
    with translated(target):
        # Below `aiter_raw`, whose bookkeeping costs a tenth of an event; the bytes are the same.
        async for chunk in cast("httpx2.AsyncByteStream", response.stream):
            yield chunk


def _retry_after(text: str) -> float | None:
    # The API server writes seconds; the HTTP-date form comes from proxies and is rare: our own delay is used then.
    return float(text) if text.isdecimal() else None


def _decode_object(body: bytes) -> dict[str, Any]:
    return msgspec.json.decode(body, type=dict[str, Any])
