"""A change request: who asks where for which action on which subjects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import Workspace
from hexaops.kit.calendar import Calendar
from hexaops.runbooks.model import Draft, Subject, TargetRef

CONFIRMATION_FIELDS = frozenset({"confirmation", "plan_id", "plan_hash"})


class Bounds(Struct, frozen=True):
    """What the workspace adds to the rules."""

    changes_cap: int | None = None
    """Its own cap of changes in the window; None: the service's."""
    kubernetes_user: str | None = None
    """The Kubernetes user that the requester is mapped to; None: our own roles decide."""
    calendar: Calendar = field(default_factory=Calendar)
    """When changes may begin."""

    @classmethod
    def of(cls, workspace: Workspace, user_id: str | None = None) -> Bounds:
        """What the workspace adds; a service account or the service itself is mapped to no Kubernetes user."""
        mapped = workspace.policy.kubernetes_user if user_id is not None else None
        user = mapped and mapped.replace("{user}", user_id or "")
        return cls(workspace.policy.changes_per_window, user, workspace.calendar)


class Requester(Struct, frozen=True):
    """Who asks, and where: a plan is bound to all of it."""

    workspace_id: str
    cluster_id: str
    user_id: str
    session_id: str | None
    bounds: Bounds = field(default_factory=Bounds)


def service_requester(caller: Caller, session_id: str | None = None) -> Requester:
    """A service account in the path's workspace. It is mapped to no Kubernetes user: its scopes decide."""
    workspace = caller.get_workspace()
    bounds = Bounds.of(workspace)
    return Requester(workspace.id, workspace.cluster_id, caller.principal.id, session_id, bounds)


class ChangeRequest(Struct, frozen=True):
    """One request over one or more subjects; it becomes one plan or none."""

    requester: Requester
    action: str
    subjects: Sequence[Subject]
    parameters: Mapping[str, Any]
    """As the caller gave them, `application_id` included, the confirmation fields taken out."""
    own: Sequence[Mapping[str, Any]] = ()
    """Parameters of each subject, where they differ: when a change of several is undone."""
    undoes: Sequence[Draft] = ()
    """The drafts of the change that this one undoes: undoing is never capped."""
    undoes_id: str | None = None

    def parameters_of(self, index: int) -> Mapping[str, Any]:
        """What the runbook gets for one subject."""
        return self.own[index] if self.own else self.parameters


def resource_of(cluster_id: str, target: TargetRef) -> str:
    """The lock name: one operation at a time may hold it."""
    return f"{cluster_id}/{target}"
