"""What can go wrong when something is sent to a receiver; none of these holds more than its host and a reason."""

from __future__ import annotations

from hexaops.errors import HexaopsError


class SendError(HexaopsError):
    """The request did not get an answer."""

    code = "NOTIFICATION_FAILED"
    status = 502
    permanent = False
    outcome = "unreachable"
    """The word that the record of the attempt uses."""


class ForbiddenTargetError(SendError):
    """The target is not one that tenants may have requests sent to."""

    code = "FORBIDDEN_TARGET"
    status = 422
    permanent = True
    outcome = "forbidden_target"


class UnreachableError(SendError):
    """No connection, no name, no TLS, or the connection broke."""


class TimedOutError(SendError):
    """The receiver took longer than the time limit."""

    outcome = "timed_out"
