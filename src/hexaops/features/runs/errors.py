"""Errors of runs."""

from __future__ import annotations

from hexaops.errors import ConflictError, HexaopsError, NotFoundError


class OperationInProgressError(ConflictError):
    """Another operation is running on the target."""

    code = "OPERATION_IN_PROGRESS"

    def __init__(self, resource_id: str, current: str, estimated_completion: str | None) -> None:
        super().__init__(
            "Another operation is currently in progress for this resource",
            details={
                "resource_id": resource_id,
                "current_operation": current,
                "estimated_completion": estimated_completion,
            },
        )


class OperationNotFoundError(NotFoundError):
    """No such action in this workspace."""

    code = "ACTION_NOT_FOUND"


class NotCancellableError(ConflictError):
    """The action has already ended."""

    code = "ACTION_ENDED"


class StepFailedError(HexaopsError):
    """A step failed; the operation is being undone."""

    code = "STEP_FAILED"


class NotVerifiedError(StepFailedError):
    """The change was made, but the application did not become healthy in time."""

    code = "NOT_VERIFIED"


class FencedError(Exception):
    """Another process took over the run; this one must stop writing."""


class CancelledByUserError(Exception):
    """Cancellation was requested."""
