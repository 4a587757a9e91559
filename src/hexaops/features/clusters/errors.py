"""Errors of cluster registration."""

from __future__ import annotations

from hexaops.errors import ConflictError, NotFoundError


class ClusterNotFoundError(NotFoundError):
    """No cluster has this id."""

    code = "CLUSTER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Cluster not found")


class ClusterExistsError(ConflictError):
    """A cluster with this id already exists, from any source."""

    code = "CLUSTER_EXISTS"


class ClusterInUseError(ConflictError):
    """The cluster has workspaces, or was not registered over the API."""

    code = "CLUSTER_IN_USE"
