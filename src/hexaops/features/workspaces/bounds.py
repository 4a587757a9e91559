"""What accounts bound to workspaces may not change in them, even with admin scope.

The plan `dedicated` shows all nodes of the cluster, a policy lifts caps and the check of Kubernetes rights, and the
status is how the platform suspends a workspace. Giving a namespace up shows its applications to the default workspace,
and the account could not take it back. A namespace that is not the workspace's own belongs to another one or to the
default workspace, or does not exist: all of them are refused with the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from hexaops.errors import NotFoundError
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import BoundAccountError
from hexaops.features.workspaces.schemas import WorkspaceChange
from hexaops.storage.tables import WorkspaceRow


class NamespaceNotFoundError(NotFoundError):
    """The workspace has no such namespace."""

    code = "NAMESPACE_NOT_FOUND"


def check_bound(caller: Caller, row: WorkspaceRow, body: WorkspaceChange, held: Set[str]) -> None:
    """Raise NamespaceNotFoundError or BoundAccountError when a bound account asks for more than it has."""
    if not caller.principal.is_bound:
        return
    if foreign := sorted(set(body.namespaces or ()) - held):
        raise NamespaceNotFoundError("The workspace has no such namespace", details={"namespaces": foreign})
    if fields := [*_platform_fields(row, body, held)]:
        raise BoundAccountError(fields)


def _platform_fields(row: WorkspaceRow, body: WorkspaceChange, held: Set[str]) -> Iterator[str]:
    if "plan" in body.model_fields_set and body.plan != row.plan:
        yield "plan"
    if "status" in body.model_fields_set and body.status != row.status:
        yield "status"
    if body.policy is not None and {**row.policy, **body.policy.model_dump(exclude_unset=True)} != row.policy:
        yield "policy"
    if body.namespaces is not None and held - set(body.namespaces):
        yield "namespaces"
