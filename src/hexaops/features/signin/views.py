"""Answers of the sign-in routes."""

from __future__ import annotations

from hexaops.responses import View


class BrowserSessionView(View, frozen=True, kw_only=True):
    """Who is signed in."""

    user_id: str
    expires_at: str | None
    """When a browser's session ends; null for a caller with a token of its own."""
    reasons: dict[str, str]


class SignInLinkView(View, frozen=True, kw_only=True):
    """What opens the console once, in a browser of whoever asked."""

    path: str
    """To be put behind the address of the service; what follows the `#` never leaves the browser."""
    expires_in_seconds: int
