"""Access errors. Their texts do not reveal what exists."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Literal

from hexaops.errors import HexaopsError, NotFoundError

TokenStatus = Literal["invalid", "expired", "revoked", "missing", "mismatch"]


class UnauthenticatedError(HexaopsError):
    """Missing or invalid user token."""

    code = "UNAUTHENTICATED"
    status = 401

    def __init__(self, reason: Literal["missing", "invalid", "expired"]) -> None:
        challenge = "Bearer" if reason == "missing" else 'Bearer error="invalid_token"'
        super().__init__(
            "A valid user token is required",
            details={"token_status": reason},
            headers={"WWW-Authenticate": challenge},
        )


class InvalidServiceAccountError(HexaopsError):
    """Missing or invalid service account token."""

    code = "INVALID_SERVICE_ACCOUNT"
    status = 401

    def __init__(self, account_id: str | None, status: TokenStatus) -> None:
        super().__init__(
            "Invalid or expired service account token",
            details={"service_account_id": account_id, "token_status": status},
            headers={"WWW-Authenticate": "Bearer"},
        )


class AddressNotAllowedError(HexaopsError):
    """The internal API does not take requests from the caller's address."""

    code = "ADDRESS_NOT_ALLOWED"
    status = 403

    def __init__(self) -> None:
        super().__init__("The internal API does not take requests from this address")


class ClientCertificateError(HexaopsError):
    """The internal API asks for a certificate that names the service account."""

    code = "CLIENT_CERTIFICATE_REQUIRED"
    status = 401

    def __init__(self) -> None:
        super().__init__("A client certificate whose common name is the service account's id is required")


class InsufficientPermissionsError(HexaopsError):
    """The member's role lacks the permission."""

    code = "INSUFFICIENT_AI_PERMISSIONS"
    status = 403

    def __init__(self, required: str, held: Set[str]) -> None:
        details = {"required_permission": required, "user_permissions": sorted(held)}
        super().__init__("User lacks permissions for requested AI action", details=details)


class InsufficientScopesError(HexaopsError):
    """The service account lacks the scope."""

    code = "INSUFFICIENT_INTERNAL_PERMISSIONS"
    status = 403

    def __init__(self, required: str, held: Set[str]) -> None:
        details = {"required_permission": required, "service_account_permissions": sorted(held)}
        super().__init__("Service account lacks required permissions for this operation", details=details)


class BoundAccountError(HexaopsError):
    """Only accounts that are not bound to workspaces may do this."""

    code = "SERVICE_ACCOUNT_BOUND"
    status = 403

    def __init__(self, fields: Iterable[str]) -> None:
        reason = "set by accounts that are not bound to workspaces"
        super().__init__("The service account is bound to workspaces", details=dict.fromkeys(fields, reason))


class WorkspaceNotFoundError(NotFoundError):
    """The workspace does not exist or the caller is not a member."""

    code = "WORKSPACE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Workspace not found")


class InvalidCursorError(HexaopsError):
    """The cursor was modified, has expired or belongs to another list, filter or caller."""

    code = "INVALID_CURSOR"
    status = 400

    def __init__(self, reason: str, *, field: str = "cursor") -> None:
        super().__init__("The cursor cannot be used", details={field: reason})
