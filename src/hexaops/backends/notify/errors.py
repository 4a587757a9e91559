"""What can go wrong when something is sent to a receiver; none of these holds more than its host and a reason."""

from __future__ import annotations

from hexaops.errors import HexaopsError


class SendError(HexaopsError):
    """The request got no response."""

    code = "NOTIFICATION_FAILED"
    status = 502
    permanent = False
    outcome = "unreachable"
    """Word used in the record of the attempt."""


class ForbiddenTargetError(SendError):
    """Webhooks must not be sent to this address."""

    code = "FORBIDDEN_TARGET"
    status = 422
    permanent = True
    outcome = "forbidden_target"


class UnreachableError(SendError):
    """Connection, DNS or TLS failure."""


class TimedOutError(SendError):
    """The receiver timed out."""

    outcome = "timed_out"
