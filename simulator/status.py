"""Refusals in the form of a Kubernetes API server: a `Status` object with code, reason, message and details.

The messages are those of the real server, since users and clients match on them.
"""

# The classes are named by the reasons that the API gives.
# ruff: noqa: N818
from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cause:
    """One field that is wrong."""

    field: str
    message: str
    reason: str = "FieldValueInvalid"


class StatusError(Exception):
    """A request is refused; `body()` is the answer."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The `Status` object that a client receives."""
        status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            status["reason"] = self.reason
        details = None if self.details is None else dict(self.details)
        if self.retry_after is not None:
            details = {**(details or {}), "retryAfterSeconds": self.retry_after}
        if details is not None:
            status["details"] = details
        status["code"] = self.code
        return status


def resource_details(resource: str, name: str) -> dict[str, Any]:
    """`details` of a refusal about one object; `resource` is `plural.group`, or the plural alone for core."""
    plural, _, group = resource.partition(".")
    details: dict[str, Any] = {"name": name} if name else {}
    if group:
        details["group"] = group
    details["kind"] = plural
    return details


class NotFound(StatusError):
    """No such object."""

    def __init__(self, resource: str, name: str) -> None:
        super().__init__(404, "NotFound", f'{resource} "{name}" not found', details=resource_details(resource, name))


class AlreadyExists(StatusError):
    """An object of that name is there."""

    def __init__(self, resource: str, name: str) -> None:
        super().__init__(
            409,
            "AlreadyExists",
            f'{resource} "{name}" already exists',
            details=resource_details(resource, name),
        )


class Conflict(StatusError):
    """A precondition of a write does not hold."""

    def __init__(self, resource: str, name: str, why: str) -> None:
        super().__init__(
            409,
            "Conflict",
            f'Operation cannot be fulfilled on {resource} "{name}": {why}',
            details=resource_details(resource, name),
        )


MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"
"""Why a write with an old resourceVersion conflicts, in the real server's words."""


class Invalid(StatusError):
    """An object breaks rules; each cause names a field."""

    def __init__(self, kind: str, group: str, name: str, causes: list[Cause]) -> None:
        qualified = f"{kind}.{group}" if group else kind
        errors = [f"{cause.field}: {cause.message}" for cause in causes]
        told = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
        details: dict[str, Any] = {"name": name} if name else {}
        if group:
            details["group"] = group
        if kind:
            details["kind"] = kind
        details["causes"] = [
            {"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in causes
        ]
        super().__init__(422, "Invalid", f'{qualified} "{name}" is invalid: {told}', details=details)


class BadRequest(StatusError):
    """The request cannot be understood."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "BadRequest", message)


class Expired(StatusError):
    """A resourceVersion is older than the history that is kept."""

    def __init__(self, message: str) -> None:
        super().__init__(410, "Expired", message)


class Forbidden(StatusError):
    """The user may not do that."""

    def __init__(self, resource: str, name: str, why: str) -> None:
        named = f'{resource} "{name}"' if name else resource
        super().__init__(403, "Forbidden", f"{named} is forbidden: {why}", details=resource_details(resource, name))
