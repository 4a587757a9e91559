"""Reads the documents that an identity provider publishes, bounded in time and size, over TLS only."""

from __future__ import annotations

from typing import Any

import httpx2
import msgspec

LARGEST_ANSWER_BYTES = 1_000_000
FETCH_SECONDS = 5.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def discovery_url(issuer: str) -> str:
    """Where an issuer publishes what it offers (OpenID Connect Discovery, section 4)."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


async def fetch_document(client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    """The JSON object at this address; raises httpx2.HTTPError, ValueError or msgspec.DecodeError."""
    refuse_plain_http(url)
    async with client.stream("GET", url, timeout=FETCH_SECONDS, follow_redirects=False) as answer:
        if answer.status_code != 200:
            message = f"status {answer.status_code}"
            raise ValueError(message)
        return msgspec.json.decode(await read_bounded(answer), type=dict[str, Any])


async def read_bounded(answer: httpx2.Response) -> bytes:
    """The body of a streamed answer; raises ValueError when it is too large."""
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > LARGEST_ANSWER_BYTES:
            message = "the document is too large"
            raise ValueError(message)
    return bytes(body)


def refuse_plain_http(url: str) -> None:
    """Raise ValueError unless the address is one of TLS, or of loopback."""
    parsed = httpx2.URL(url)
    if parsed.scheme != "https" and not (parsed.scheme == "http" and parsed.host in LOOPBACK):
        message = "the identity provider is reached over https only (http on loopback)"
        raise ValueError(message)
