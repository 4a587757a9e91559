"""Errors of looking up an application. Absent and foreign ones look the same."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.errors import ConflictError, NotFoundError, UpstreamUnavailableError


class ApplicationNotFoundError(NotFoundError):
    """The workspace has no application with this id or name."""

    code = "APPLICATION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Application not found")


class ApplicationNameAmbiguousError(ConflictError):
    """Several applications have this name; use an id."""

    code = "APPLICATION_NAME_AMBIGUOUS"

    def __init__(self, candidates: Sequence[dict[str, str]]) -> None:
        super().__init__("Several applications have this name; use an id", details={"candidates": list(candidates)})


class ClusterUnreadError(UpstreamUnavailableError):
    """The cluster has not been read since this process started."""

    def __init__(self, kinds: Sequence[str], reason: str | None = None) -> None:
        details = {"source": "kubernetes_api", "kinds": list(kinds)}
        if reason is not None:
            details["reason"] = reason
        super().__init__("The cluster has not been read yet", details=details)
