"""The words in which changes are written down: target, call, change, draft.

A draft is what a runbook makes of a live object and the caller's parameters: the exact call, what it changes, what
undoing needs. Nothing here talks to a cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from hexaops.backends.kubernetes.errors import KubernetesUnavailableError

Risk = Literal["low", "medium", "high"]
RISK_ORDER: dict[str, int] = {"none": 0, "low": 1, "medium": 2, "high": 3}
WorkloadKind = Literal["Deployment", "StatefulSet", "DaemonSet"]


class TargetRef(msgspec.Struct, frozen=True, kw_only=True):
    """The object that is changed, as it was when the plan was made."""

    kind: str
    namespace: str
    name: str
    uid: str
    resource_version: str
    generation: int


class PlannedCall(msgspec.Struct, frozen=True, kw_only=True):
    """One write: a merge patch of the object or of its scale. The resourceVersion is added when it is sent."""

    subresource: Literal["", "scale"] = ""
    body: dict[str, Any]

    @property
    def scales(self) -> bool:
        """Whether it sets the number of replicas, and nothing else."""
        return self.subresource == "scale"


class Change(msgspec.Struct, frozen=True):
    """One field that becomes different."""

    path: str
    before: Any
    after: Any

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {"path": self.path, "from": self.before, "to": self.after}


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a runbook proposes for one target."""

    action: str
    description: str
    parameters: dict[str, Any]
    """The action's own parameters, normalised: what the hash covers."""
    call: PlannedCall
    undo: PlannedCall
    """The call that restores what was there before."""
    changes: tuple[Change, ...]
    """The fields that the plan names: a target in which one differs makes the plan stale."""
    risk: Risk
    ready_pods_down: int
    """Most ready pods that the change can take away at the same moment."""
    pods_touched: int
    """Pods that it makes, removes or replaces; those that may go down are among them."""
    replicas_before: int
    replicas_after: int
    steps: tuple[str, ...]
    warnings: tuple[str, ...] = ()


class LiveWorkload:
    """Typed reading of a live Deployment, StatefulSet or DaemonSet as the API server sent it."""

    def __init__(self, document: Mapping[str, Any], kind: str) -> None:
        self.document = document
        self.kind = kind
        self._metadata: Mapping[str, Any] = document.get("metadata") or {}
        if not self._metadata.keys() >= {"name", "uid", "resourceVersion"}:
            message = f"get {kind}: the answer is not what a Kubernetes API server sends"
            raise KubernetesUnavailableError(message)
        self._spec: Mapping[str, Any] = document.get("spec") or {}
        self._status: Mapping[str, Any] = document.get("status") or {}

    @property
    def target(self) -> TargetRef:
        """Who it is and in what state."""
        return TargetRef(
            kind=self.kind,
            namespace=self._metadata.get("namespace", ""),
            name=self._metadata["name"],
            uid=self._metadata["uid"],
            resource_version=self._metadata["resourceVersion"],
            generation=self._metadata.get("generation", 0),
        )

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of the object."""
        return self._metadata.get("labels") or {}

    @property
    def annotations(self) -> Mapping[str, str]:
        """Annotations of the object."""
        return self._metadata.get("annotations") or {}

    @property
    def controller(self) -> str | None:
        """`Kind/name` of the controller that owns it, such as an operator's object."""
        for owner in self._metadata.get("ownerReferences") or ():
            if owner.get("controller"):
                return f"{owner.get('kind')}/{owner.get('name')}"
        return None

    @property
    def deleting(self) -> bool:
        """Whether it is on its way out."""
        return "deletionTimestamp" in self._metadata

    @property
    def paused(self) -> bool:
        """Whether its rollouts are paused."""
        return bool(self._spec.get("paused"))

    @property
    def replicas(self) -> int:
        """Pods wanted; for a DaemonSet the nodes that should run one."""
        if self.kind == "DaemonSet":
            return int(self._status.get("desiredNumberScheduled") or 0)
        replicas = self._spec.get("replicas")
        return 1 if replicas is None else int(replicas)

    @property
    def ready(self) -> int:
        """Pods ready."""
        return int(self._status.get("numberReady" if self.kind == "DaemonSet" else "readyReplicas") or 0)

    @property
    def available(self) -> int:
        """Pods available."""
        return int(self._status.get("numberAvailable" if self.kind == "DaemonSet" else "availableReplicas") or 0)

    @property
    def pods(self) -> int:
        """Pods that a Deployment or a StatefulSet counts as its own, ready or not."""
        return int(self._status.get("replicas") or 0)

    @property
    def outdated(self) -> int:
        """Those `pods` that are of an older template: there are some while a rollout is under way or stuck."""
        return max(0, self.pods - int(self._status.get("updatedReplicas") or 0))

    @property
    def observed_generation(self) -> int:
        """The newest specification that its controller has seen."""
        return int(self._status.get("observedGeneration") or 0)

    @property
    def partition(self) -> int:
        """A StatefulSet's lowest ordinal that a rollout touches."""
        return int(self.strategy[1].get("partition") or 0) if self.kind == "StatefulSet" else 0

    @property
    def template_labels(self) -> Mapping[str, str]:
        """Labels of its pods."""
        return ((self._spec.get("template") or {}).get("metadata") or {}).get("labels") or {}

    @property
    def restarted_at(self) -> str | None:
        """The template's restart mark."""
        annotations = ((self._spec.get("template") or {}).get("metadata") or {}).get("annotations") or {}
        found = annotations.get("kubectl.kubernetes.io/restartedAt")
        return None if found is None else str(found)

    @property
    def progress_deadline_seconds(self) -> float | None:
        """The Deployment's own time limit of a rollout."""
        found = self._spec.get("progressDeadlineSeconds")
        return None if found is None or self.kind != "Deployment" else float(found)

    @property
    def strategy(self) -> tuple[str, Mapping[str, Any]]:
        """Type of its rollouts and their parameters."""
        found = self._spec.get("strategy" if self.kind == "Deployment" else "updateStrategy") or {}
        return found.get("type") or "RollingUpdate", found.get("rollingUpdate") or {}

    def field(self, path: str) -> Any:
        """The value at a JSON-pointer-like path as in `Change.path`; None when it is not set."""
        value: Any = self.document
        for part in path.strip("/").split("/"):
            if not isinstance(value, Mapping):
                return None
            value = value.get(part.replace("~1", "/").replace("~0", "~"))
        return value
