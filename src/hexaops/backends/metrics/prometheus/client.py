"""Range and instant queries over Prometheus' HTTP API: a time limit, a bounded answer, tenant headers, typed errors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import httpx2
import msgspec
from msgspec import Struct, field

from hexaops import __version__
from hexaops.backends.metrics.base import MetricSourceError

NAME = "prometheus"
SECONDS = 15.0
MOST_BYTES = 8 * 2**20
AT_ONCE = 4
"""Queries at the same time: others share the server too."""


class PrometheusAddress(Struct, frozen=True):
    """Where it is and what it wants to be told. Holds secrets: never log it."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Such as `X-Scope-OrgID` (Mimir), `THANOS-TENANT`, `Authorization`."""
    verify_tls: bool = True


class _Sample(msgspec.Struct, gc=False):
    metric: dict[str, str] = {}
    values: list[tuple[float, str]] = []
    value: tuple[float, str] | None = None


class _Data(msgspec.Struct, gc=False):
    result: list[_Sample] = []


class _Answer(msgspec.Struct, rename={"error_type": "errorType"}, gc=False):
    status: str
    data: _Data = msgspec.field(default_factory=_Data)
    error: str = ""
    error_type: str = ""


Points = Sequence[tuple[float, float]]
"""Seconds since 1970, and value."""


class PrometheusClient:
    """One server; close it."""

    def __init__(self, address: PrometheusAddress, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        headers = {"User-Agent": f"hexaops/{__version__}", "Accept": "application/json", **address.headers}
        self._base = address.url.rstrip("/") + "/api/v1/"
        self._client = httpx2.AsyncClient(
            headers=headers, verify=address.verify_tls, transport=transport, timeout=SECONDS, follow_redirects=False
        )
        self._places = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def range(self, query: str, *, start: float, end: float, step_seconds: float) -> Points:
        """The one series that a query yields, its points in order; none where nothing matches."""
        times = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step_seconds:g}"}
        answer = await self._ask("query_range", {"query": query, **times})
        return [(at, float(value)) for at, value in _only(query, answer.data.result).values]

    async def instant(self, query: str, *, at: float) -> float | None:
        """The one value of a query at a time."""
        answer = await self._ask("query", {"query": query, "time": f"{at:.3f}"})
        found = _only(query, answer.data.result).value
        return float(found[1]) if found else None

    async def vector(self, query: str, *, at: float) -> list[tuple[dict[str, str], float]]:
        """The labels and the value of each series that a query yields at a time."""
        answer = await self._ask("query", {"query": query, "time": f"{at:.3f}"})
        return [(one.metric, float(one.value[1])) for one in answer.data.result if one.value]

    async def _ask(self, path: str, form: Mapping[str, str]) -> _Answer:
        try:
            async with self._places, asyncio.timeout(SECONDS):
                status, body = await self._post(path, form)
        except (TimeoutError, httpx2.TimeoutException):
            raise _error("it did not answer in time") from None
        except httpx2.HTTPError as error:
            raise _error(f"it cannot be reached: {str(error)[:200] or type(error).__name__}") from error
        return _decoded(status, body)

    async def _post(self, path: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        parts, size = [], 0
        async with self._client.stream("POST", self._base + path, data=dict(form)) as response:
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > MOST_BYTES:
                    raise _error(f"its answer is larger than {MOST_BYTES} bytes")
                parts.append(chunk)
        return response.status_code, b"".join(parts)


def _decoded(status: int, body: bytes) -> _Answer:
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except msgspec.MsgspecError:
        raise _error(f"it answers with status {status} and not as Prometheus does") from None
    if answer.status != "success":
        raise _error(f"it refuses the query: {answer.error_type} {answer.error[:200]}")
    return answer


def _only(query: str, found: Sequence[_Sample]) -> _Sample:
    if len(found) > 1:
        raise _error(f"{query[:200]} yields {len(found)} series instead of one")
    return found[0] if found else _Sample()


def _error(reason: str) -> MetricSourceError:
    return MetricSourceError("Prometheus cannot be read", details={"source": NAME, "reason": reason})
