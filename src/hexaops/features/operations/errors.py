"""How an operation is not found or cannot be stopped."""

from __future__ import annotations

from hexaops.errors import ConflictError, NotFoundError


class WorkspaceOperationNotFoundError(NotFoundError):
    """No such operation where the caller may look."""

    code = "OPERATION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Operation not found")


class OperationEndedError(ConflictError):
    """It has ended already, or is being put back."""

    code = "OPERATION_ENDED"
