"""How an incident's request is refused."""

from __future__ import annotations

from hexaops.errors import ConflictError, NotFoundError


class IncidentNotFoundError(NotFoundError):
    """No incident has this id where the caller may look."""

    code = "INCIDENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Incident not found")


class IncidentStateError(ConflictError):
    """The incident is in a state that does not allow the action."""

    code = "INCIDENT_STATE"

    def __init__(self, reason: str, status: str) -> None:
        super().__init__(reason, details={"status": status})
