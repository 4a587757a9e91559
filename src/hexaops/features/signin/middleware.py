"""Turns a browser's credentials into the bearer token that the gate verifies, so that the gate knows tokens only.

A cookie counts only with a header that no page of another origin can send: a forged form or image carries the cookie
and is anonymous all the same. A one-time code counts for opening a session and for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from hexaops.features.signin.sessions import COOKIE, BrowserSessions

PREFIX = "/api/v1/"
SESSION_PATH = "/api/v1/session"
OWN_PAGE = b"x-hexaops-console"
"""Sent by the console with every call; another origin would need a permission (CORS) that is never given."""
CODE_SCHEME = "code "

Headers = list[tuple[bytes, bytes]]


class BrowserSessionMiddleware:
    """ASGI middleware between the edge and the routes."""

    def __init__(self, app: ASGIApp, sessions: BrowserSessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            token = self._token(scope)
            if token is not None:
                kept = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
                scope = {**scope, "headers": [*kept, (b"authorization", b"Bearer " + token.encode())]}
        await self._app(scope, receive, send)

    def _token(self, scope: Scope) -> str | None:
        headers: Headers = scope["headers"]
        given = [value.decode("latin-1") for name, value in headers if name == b"authorization"]
        if given:
            code = given[0] if len(given) == 1 and given[0].lower().startswith(CODE_SCHEME) else None
            opens = code is not None and scope["path"] == SESSION_PATH and scope["method"] == "POST"
            return self._sessions.redeem(code[len(CODE_SCHEME) :].strip()) if code is not None and opens else None
        if not _of_own_page(headers):
            return None
        opened = next((found for value in _cookies(headers) if (found := self._sessions.open(value))), None)
        return opened.token if opened else None


def _of_own_page(headers: Headers) -> bool:
    sites = [value for name, value in headers if name == b"sec-fetch-site"]
    return any(name == OWN_PAGE for name, _ in headers) and all(site == b"same-origin" for site in sites)


def _cookies(headers: Headers) -> Iterable[str]:
    """Values of the session's cookie: a browser may send several of one name."""
    for name, value in headers:
        if name == b"cookie":
            for part in value.decode("latin-1").split(";"):
                key, _, text = part.strip().partition("=")
                if key == COOKIE:
                    yield text
