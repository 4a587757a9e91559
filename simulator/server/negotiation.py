"""Which form of an answer a client accepts, and answers as bytes: plain, Table, metadata only; gzip when large."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulator.status import StatusError

Object = dict[str, Any]
_COMPRESS_FROM_BYTES = 128 * 1024
"""The real server compresses answers from this size on."""
_ACCEPTED = "application/json, application/yaml, application/vnd.kubernetes.protobuf"


def negotiate(accept: str, *, collection: bool) -> str:
    """`object`, `table` or `metadata`: the first form in the Accept header that can be served. Raises 406."""
    if not accept:
        return "object"
    for choice in accept.split(","):
        media, *rest = (part.strip() for part in choice.split(";"))
        parameters = dict(part.partition("=")[::2] for part in rest)
        if media not in ("application/json", "*/*", "application/*"):
            continue
        wanted = parameters.get("as", "")
        if not wanted:
            return "object"
        if parameters.get("g") != "meta.k8s.io" or parameters.get("v") not in ("v1", "v1beta1"):
            continue
        if wanted == "Table":
            return "table"
        if wanted == ("PartialObjectMetadataList" if collection else "PartialObjectMetadata"):
            return "metadata"
        if wanted == "PartialObjectMetadata":
            return "metadata"
    raise StatusError(
        406,
        "NotAcceptable",
        "406: Not Acceptable\n\nAvailable representations: application/json "
        "(the simulator serves neither protobuf nor YAML)",
        details={},
    )


async def answer(
    request: Request, content: bytes, *, status: int = 200, warnings: Sequence[str] = (), media: str = ""
) -> Response:
    """A JSON answer; compressed when it is large and the client takes gzip."""
    headers = {"Cache-Control": "no-cache, private", "Content-Type": media or "application/json"}
    if len(content) >= _COMPRESS_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        content = await asyncio.to_thread(_gzip, content)
        headers["Content-Encoding"] = "gzip"
        headers["Vary"] = "Accept-Encoding"
    response = Response(content, status_code=status, headers=headers)
    for warning in warnings:
        escaped = warning.replace("\\", "\\\\").replace('"', '\\"')
        response.headers.append("Warning", f'299 - "{escaped}"')
    return response


async def answer_object(request: Request, obj: Object, *, status: int = 200, warnings: Sequence[str] = ()) -> Response:
    """A JSON answer of an object that is not kept."""
    return await answer(request, msgspec.json.encode(obj) + b"\n", status=status, warnings=warnings)


def status_response(error: StatusError) -> Response:
    """The answer of a refusal."""
    response = Response(
        msgspec.json.encode(error.body()) + b"\n",
        status_code=error.code,
        headers={"Cache-Control": "no-cache, private", "Content-Type": "application/json"},
    )
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _gzip(content: bytes) -> bytes:
    compressor = zlib.compressobj(1, zlib.DEFLATED, 31)
    return compressor.compress(content) + compressor.flush()
