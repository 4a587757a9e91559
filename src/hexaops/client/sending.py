"""How every client sends a call and reads its answer, repeating it where that is safe."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx2

from hexaops.client.address import REPEATABLE, Address, Pause, arguments, pause_after_failure, read_answer
from hexaops.client.call import Call
from hexaops.client.retry import Retry

T = TypeVar("T")


class Sending:
    """A client's connections and its `send`; closed at the end of its block."""

    def __init__(
        self, address: Address, retry: Retry | None, transport: httpx2.BaseTransport | None,
        sleep: Callable[[float], None],
    ) -> None:  # fmt: skip
        self._address = address
        self._retry = retry or Retry()
        self._sleep = sleep
        self._http = httpx2.Client(transport=transport, **address.options(60.0))

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, call: Call[T]) -> T:
        """A call of `hexaops.client.generated`; repeated where safe. Raises ApiError and NoConnectionError."""
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self._http.request(call.method, self._address.path(call), **arguments(call))
            except REPEATABLE as error:
                self._sleep(pause_after_failure(call, error, self._retry, attempt))
                continue
            answer = read_answer(call, response, self._retry, attempt)
            if not isinstance(answer, Pause):
                return answer
            self._sleep(answer.seconds)


class AsyncSending:
    """The same with `await`."""

    def __init__(
        self, address: Address, retry: Retry | None, transport: httpx2.AsyncBaseTransport | None,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._address = address
        self._retry = retry or Retry()
        self._sleep = sleep
        self._http = httpx2.AsyncClient(transport=transport, **address.options(60.0))

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """A call of `hexaops.client.generated`; repeated where safe. Raises ApiError and NoConnectionError."""
        attempt = 0
        while True:
            attempt += 1
            try:
                response = await self._http.request(call.method, self._address.path(call), **arguments(call))
            except REPEATABLE as error:
                await self._sleep(pause_after_failure(call, error, self._retry, attempt))
                continue
            answer = read_answer(call, response, self._retry, attempt)
            if not isinstance(answer, Pause):
                return answer
            await self._sleep(answer.seconds)
