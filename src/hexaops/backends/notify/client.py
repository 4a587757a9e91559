"""Sends one POST to a URL that a tenant chose (SAFETY.md, "Tenancy and API").

The name is resolved once, every address it has is checked, and the connection goes to one of exactly those addresses,
under the name's Host header and certificate. A name that answers differently a moment later (DNS rebinding) therefore
changes nothing. The transport is used without a client around it: no redirects, cookies, proxies or environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping

import httpx2
from msgspec import Struct

from hexaops import __version__
from hexaops.backends.notify.addresses import AddressPolicy
from hexaops.backends.notify.errors import SendError, TimedOutError, UnreachableError
from hexaops.backends.notify.resolver import Resolver, SystemResolver
from hexaops.backends.notify.targets import is_literal, name_of, port_of, read_target, refused
from hexaops.kit.text import plain

EXCERPT_BYTES = 1024
"""How much of an answer is read; the rest is left unread."""
EXCERPT_SECONDS = 2.0
"""How long the answer's body is waited for once its status is known."""
MOST_ADDRESSES = 4
"""Addresses of one name that are tried."""
USER_AGENT = f"hexaops/{__version__}"


class Reply(Struct, frozen=True):
    """What the receiver answered."""

    status_code: int
    excerpt: str
    retry_after: str | None


class NotifySender:
    """Made once a process; `close` ends its connections."""

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        allow_http: bool = False,
        timeout_seconds: float = 15.0,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._allow_http = allow_http
        self._timeout_seconds = timeout_seconds
        self._resolver = resolver or SystemResolver()
        self._tls = tls
        self._transport: httpx2.AsyncHTTPTransport | None = None

    async def check(self, url: str) -> None:
        """Raise ForbiddenTargetError or UnreachableError when a request would not be sent there now."""
        target = read_target(url, allow_http=self._allow_http)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._addresses(target)
        except TimeoutError:
            raise UnreachableError("the host's name could not be resolved in time") from None

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send the body and return the answer, whatever its status; raises SendError when there is none."""
        target = read_target(url, allow_http=self._allow_http)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                addresses = await self._addresses(target)
                return await self._post_to_first(target, addresses, headers, body)
        except TimeoutError:
            raise TimedOutError(f"no complete answer within {self._timeout_seconds:g} s") from None

    async def close(self) -> None:
        """End the connections."""
        self._resolver.close()
        if self._transport is not None:
            await self._transport.aclose()

    async def _addresses(self, target: httpx2.URL) -> list[str]:
        host = name_of(target)
        if is_literal(host):
            found = [host]
        else:
            try:
                found = await self._resolver.resolve(host, port_of(target))
            except (OSError, UnicodeError):
                raise UnreachableError("the host's name could not be resolved", details={"host": host}) from None
        if not found:
            raise UnreachableError("the host's name has no address", details={"host": host})
        for address in found:
            kind = self._policy.refusal(address)
            if kind is not None:
                raise refused(f"the host has a {kind} address, which webhooks are not sent to", host=host)
        return found[:MOST_ADDRESSES]

    async def _post_to_first(
        self, target: httpx2.URL, addresses: list[str], headers: Mapping[str, str], body: bytes
    ) -> Reply:
        problem: SendError | None = None
        for address in addresses:
            try:
                return await self._post_to(address, target, headers, body)
            except httpx2.ConnectError as error:
                problem = UnreachableError(f"no connection: {type(error.__cause__ or error).__name__}")
            except httpx2.TimeoutException:
                raise TimeoutError from None
            except httpx2.HTTPError as error:
                raise UnreachableError(f"the connection broke: {type(error).__name__}") from error
        assert problem is not None
        raise problem

    async def _post_to(self, address: str, target: httpx2.URL, headers: Mapping[str, str], body: bytes) -> Reply:
        request = httpx2.Request(
            "POST",
            target.copy_with(host=address),
            headers={
                **headers,
                "host": target.netloc.decode("ascii"),
                "user-agent": USER_AGENT,
                "accept-encoding": "identity",
                "connection": "close",
            },
            content=body,
            extensions={"timeout": httpx2.Timeout(self._timeout_seconds).as_dict(), "sni_hostname": name_of(target)},
        )
        response = await self._open_transport().handle_async_request(request)
        try:
            return Reply(response.status_code, await _excerpt(response), response.headers.get("retry-after"))
        finally:
            await response.aclose()

    def _open_transport(self) -> httpx2.AsyncHTTPTransport:
        if self._transport is None:
            # Nothing is kept alive: a connection made for one name must not carry a request for another.
            limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
            tls = self._tls or ssl.create_default_context()
            self._transport = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits)
        return self._transport


async def _excerpt(response: httpx2.Response) -> str:
    read = b""
    # Whatever goes wrong here, the status is known, and it alone decides.
    with contextlib.suppress(httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout(EXCERPT_SECONDS):
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) >= EXCERPT_BYTES:
                    break
    return plain(read.decode("utf-8", "replace"), EXCERPT_BYTES).encode()[:EXCERPT_BYTES].decode("utf-8", "ignore")
