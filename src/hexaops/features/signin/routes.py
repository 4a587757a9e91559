"""Routes of a browser's session. Opening one is authenticated like any call: by a token, or by a one-time code."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request, Response

from hexaops.errors import HexaopsError
from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.user_tokens import LOCAL_PREFIX
from hexaops.features.routing import Entry, user
from hexaops.features.signin.links import LIFETIME_SECONDS, LINK_PREFIX, SignInLinks
from hexaops.features.signin.middleware import SESSION_PATH
from hexaops.features.signin.sessions import COOKIE, BrowserSessions, TokenTooLargeError, session_cookie
from hexaops.features.signin.views import BrowserSessionView, SignInLinkView
from hexaops.kit.durations import format_time
from hexaops.provide import provided
from hexaops.responses import JSON, Data, encode, refuses

Sessions = Annotated[BrowserSessions, provided(BrowserSessions)]
Links = Annotated[SignInLinks, provided(SignInLinks)]

OWN_TOKEN = "the caller sent a token, not a browser's cookie"  # noqa: S105 # a sentence


class SignInLinkUnavailableError(HexaopsError):
    """Only users of the local issuer can make sign-in links; others sign in at their identity provider."""

    code = "SIGN_IN_LINK_UNAVAILABLE"
    status = 409


@refuses(TokenTooLargeError)
async def open_session(caller: AnyCaller, sessions: Sessions, request: Request) -> Data[BrowserSessionView] | Response:
    """Exchange the request's token, or `Authorization: Code …` of a sign-in link, for a browser's session."""
    session = sessions.start(request.headers["authorization"].partition(" ")[2].strip())
    view = Data(BrowserSessionView(user_id=caller.principal.id, expires_at=format_time(session.expires_at), reasons={}))
    response = Response(encode(view), media_type=JSON)
    response.headers["Set-Cookie"] = session.set_cookie(secure=_is_https(request))
    return response


async def get_session(caller: AnyCaller, sessions: Sessions, request: Request) -> Data[BrowserSessionView]:
    """Who is signed in, and until when."""
    opened = sessions.open(request.cookies.get(COOKIE, ""))
    ends = format_time(sessions.end_of(opened)) if opened else None
    return Data(
        BrowserSessionView(
            user_id=caller.principal.id, expires_at=ends, reasons={} if ends else {"expires_at": OWN_TOKEN}
        )
    )


async def close_session(caller: AnyCaller, request: Request) -> Response | None:  # noqa: ARG001 # only a caller may
    """Sign the browser out."""
    return Response(status_code=204, headers={"Set-Cookie": session_cookie("", "Max-Age=0", secure=_is_https(request))})


@refuses(SignInLinkUnavailableError)
async def create_link(caller: AnyCaller, links: Links) -> Data[SignInLinkView]:
    """Make a link that opens the console as the caller, once, within ten minutes."""
    if not caller.principal.id.startswith(LOCAL_PREFIX):
        message = "Only users of the local issuer can create sign-in links; sign in with your identity provider"
        raise SignInLinkUnavailableError(message)
    code = links.create(caller.principal.id.removeprefix(LOCAL_PREFIX))
    return Data(SignInLinkView(path=LINK_PREFIX + code, expires_in_seconds=int(LIFETIME_SECONDS)))


def _is_https(request: Request) -> bool:
    """By the page's own origin, which a browser names on every POST: a proxy may end TLS before the service."""
    return request.headers.get("origin", request.url.scheme).startswith("https")


ROUTES = (
    Entry("POST", SESSION_PATH, open_session, user(), idempotent=True),
    Entry("GET", SESSION_PATH, get_session, user()),
    Entry("DELETE", SESSION_PATH, close_session, user(), 204),
    Entry("POST", f"{SESSION_PATH}/links", create_link, user(), 201, idempotent=True),
)
