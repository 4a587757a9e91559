"""A small, strict identity provider: it checks all that a provider may check, and lies only where a test says so.

OpenID Connect Core 1.0 (code flow), RFC 6749, RFC 7636 (S256 only), RFC 9207 and RP-Initiated Logout.
"""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hexaops.kit.clock import Clock, SystemClock
from tests.features.access.key_server import public_jwk

CLIENT_ID = "hexaops console/1"
"""With characters that must be encoded wherever it is written."""
KEY = ec.generate_private_key(ec.SECP256R1())
CODE_SECONDS = 60
Claims = dict[str, Any]


@dataclass(frozen=True)
class Grant:
    """What a code stands for."""

    subject: str
    nonce: str
    challenge: str
    redirect: str
    expires: float


@dataclass
class StrictIssuer:
    """One provider with one client; a test may change any field between two requests."""

    name: str = ""
    redirect: str = ""
    secret: str | None = None
    clock: Clock = field(default_factory=SystemClock)
    subject: str | None = "alice"
    """Who is signed in there already; None: a form asks for a name."""
    methods: tuple[str, ...] = ("client_secret_basic", "client_secret_post")
    discovery: Claims = field(default_factory=dict)
    """Changes to the discovery document; a value of None leaves the field out."""
    claims: Claims = field(default_factory=dict)
    """Changes to the ID token's claims; likewise."""
    sign: Callable[[Claims], str] | None = None
    answer: dict[str, str] = field(default_factory=dict)
    """Changes to what is sent back through the browser; an empty value leaves the parameter out."""
    status: int = 200
    """Of every endpoint that the service asks."""
    requests: list[str] = field(default_factory=list)
    signed_out: list[dict[str, str]] = field(default_factory=list)
    _grants: dict[str, Grant] = field(default_factory=dict)

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discover),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/end", self._end),
            ]
        )

    async def _discover(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        document = {
            "issuer": self.name,
            "authorization_endpoint": f"{self.name}/authorize",
            "token_endpoint": f"{self.name}/token",
            "jwks_uri": f"{self.name}/keys",
            "end_session_endpoint": f"{self.name}/end?tenant=1",
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": list(self.methods),
            "authorization_response_iss_parameter_supported": True,
            **self.discovery,
        }
        kept = {name: value for name, value in document.items() if value is not None}
        return JSONResponse(kept, self.status)

    async def _keys(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        return JSONResponse({"keys": [public_jwk(KEY, kid="k1", alg="ES256", use="sig")]}, self.status)

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != self.redirect:
            return Response("unknown client or redirect address", 400)
        faults = [
            asked.get("response_type") != "code",
            "openid" not in asked.get("scope", "").split(),
            asked.get("code_challenge_method") != "S256",
            len(asked.get("code_challenge", "")) != 43,
            len(asked.get("state", "")) < 32,
            len(asked.get("nonce", "")) < 32,
            len(asked) != len(request.query_params.multi_items()),
        ]
        if any(faults):
            return Response(f"an invalid request: {faults}", 400)
        subject = self.subject or asked.get("user")
        if subject is None:
            return _form(asked)
        code = secrets.token_urlsafe(32)
        expires = self.clock.now().timestamp() + CODE_SECONDS
        self._grants[code] = Grant(subject, asked["nonce"], asked["code_challenge"], self.redirect, expires)
        sent = {"code": code, "state": asked["state"], "iss": self.name, **self.answer}
        return RedirectResponse(
            f"{self.redirect}?{urlencode({name: value for name, value in sent.items() if value})}", 303
        )

    async def _token(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        pairs = parse_qsl((await request.body()).decode(), strict_parsing=True)
        form = dict(pairs)
        if self.status != 200:
            return JSONResponse({"error": "temporarily_unavailable"}, self.status)
        if len(form) != len(pairs) or not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        grant = self._grants.pop(form.get("code", ""), None)  # once, whatever comes of it
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        good = (
            grant is not None
            and form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == grant.redirect
            and base64.urlsafe_b64encode(digest).decode().rstrip("=") == grant.challenge
            and self.clock.now().timestamp() < grant.expires
        )
        if not good or grant is None:
            return JSONResponse({"error": "invalid_grant", "error_description": "<b>no</b>"}, 400)
        return JSONResponse({"token_type": "Bearer", "access_token": "opaque", "id_token": self._id_token(grant)})

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if self.secret is None:
            return not given and form.get("client_id") == CLIENT_ID and "client_secret" not in form
        if scheme == "Basic":
            name, _, secret = base64.b64decode(given).decode().partition(":")
            allowed = "client_secret_basic" in self.methods and "client_secret" not in form
            return allowed and (unquote_plus(name), unquote_plus(secret)) == (CLIENT_ID, self.secret)
        allowed = "client_secret_post" in self.methods
        return allowed and (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, self.secret)

    def _id_token(self, grant: Grant) -> str:
        now = int(self.clock.now().timestamp())
        claims = {"iss": self.name, "aud": CLIENT_ID, "sub": grant.subject, "nonce": grant.nonce, "iat": now,
                  "exp": now + 300, "name": grant.subject.title(), **self.claims}  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not None}
        return self.sign(kept) if self.sign else jwt.encode(kept, KEY, "ES256", headers={"kid": "k1"})

    async def _end(self, request: Request) -> Response:
        asked = dict(request.query_params)
        home = self.redirect.removesuffix("sign-in/callback")
        if asked.get("client_id") != CLIENT_ID or asked.get("post_logout_redirect_uri") != home:
            return Response("unknown client or redirect address", 400)
        self.signed_out.append(asked)
        self.subject = None
        return RedirectResponse(home, 303)


def _form(asked: dict[str, str]) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in asked.items()
    )
    return HTMLResponse(
        f'<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><h1>Who are you?</h1>'
        f'<form>{hidden}<label>User <input name="user"></label><button>Continue</button></form></html>'
    )


@contextmanager
def issuing() -> Iterator[StrictIssuer]:
    """A provider that listens on loopback, in a thread."""
    issuer = StrictIssuer()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        issuer.name = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(issuer.app(), log_config=None, lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield issuer
        finally:
            server.should_exit = server.force_exit = True
            thread.join()
