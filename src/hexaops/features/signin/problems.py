"""Why a sign-in at the identity provider fails. The console has a sentence and a next step for each (`lib/text.js`)."""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    """What the address of the sign-in page says."""

    NEXT_INVALID = "NEXT_INVALID"
    """`next` is not a place of the console."""
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    """The client's address has reached the limit of anonymous requests."""
    ATTEMPT_UNKNOWN = "ATTEMPT_UNKNOWN"
    """This browser has started no such sign-in: its cookie is missing, or the state is another one."""
    ATTEMPT_EXPIRED = "ATTEMPT_EXPIRED"
    """It was started too long ago."""
    ISSUER_UNREACHABLE = "ISSUER_UNREACHABLE"
    """The identity provider does not answer, or not as a provider does."""
    ISSUER_UNSUITABLE = "ISSUER_UNSUITABLE"
    """Its discovery document names another issuer, or lacks what is needed."""
    ISSUER_MIXED_UP = "ISSUER_MIXED_UP"
    """The answer says that it comes from another issuer (RFC 9207), or does not say what it should."""
    ACCESS_DENIED = "ACCESS_DENIED"
    """The provider or its user refused."""
    ISSUER_REFUSED = "ISSUER_REFUSED"
    """The provider answered with another error."""
    CODE_REFUSED = "CODE_REFUSED"
    """The code was used already, has expired, or belongs to another sign-in."""
    CLIENT_REFUSED = "CLIENT_REFUSED"
    """The provider does not accept the service's client id, secret or redirect address."""
    TOKEN_REFUSED = "TOKEN_REFUSED"  # noqa: S105 # a code
    """The ID token is not signed by the provider, not for this client, or not of this sign-in."""
    CLOCK_SKEW = "CLOCK_SKEW"
    """The ID token is of the future or of the past: one of the two clocks is wrong."""


class SignInError(Exception):
    """A sign-in that ends; the reason is for the service's log and holds no secret."""

    def __init__(self, problem: Problem, reason: str) -> None:
        super().__init__(reason)
        self.problem = problem
        self.reason = reason
