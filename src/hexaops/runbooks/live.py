"""Typed reading of live objects as the API server sent them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hexaops.backends.kubernetes.errors import KubernetesUnavailableError
from hexaops.runbooks.model import TargetRef

_KEYED = re.compile(r"(?P<name>[^\[]+)\[(?P<key>[^=\]]+)=(?P<value>[^\]]*)\]")
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


class LiveObject:
    """Any object: identity, owner, and fields by path."""

    def __init__(self, document: Mapping[str, Any], kind: str) -> None:
        self.document = document
        self.kind = kind
        self._metadata: Mapping[str, Any] = document.get("metadata") or {}
        if not self._metadata.keys() >= {"name", "uid", "resourceVersion"}:
            message = f"get {kind}: the response is not valid for a Kubernetes API server"
            raise KubernetesUnavailableError(message)
        self._spec: Mapping[str, Any] = document.get("spec") or {}
        self._status: Mapping[str, Any] = document.get("status") or {}

    @property
    def target(self) -> TargetRef:
        """Its identity and version."""
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
        """Whether it is being deleted."""
        return "deletionTimestamp" in self._metadata

    def field(self, path: str) -> Any:
        """The value at a path as in `FieldChange.path`; None when it is not set.

        A JSON pointer, in which `containers[name=web]` selects an item of a list by one of its fields.
        """
        value: Any = self.document
        for part in path.strip("/").split("/"):
            keyed = _KEYED.fullmatch(part)
            name = keyed["name"] if keyed else part
            if not isinstance(value, Mapping):
                return None
            value = value.get(name.replace("~1", "/").replace("~0", "~"))
            if keyed:
                items = value if isinstance(value, list) else []
                value = next((one for one in items if one.get(keyed["key"]) == keyed["value"]), None)
        return value


class LiveWorkload(LiveObject):
    """A Deployment, StatefulSet or DaemonSet."""

    @property
    def paused(self) -> bool:
        """Whether its rollouts are paused."""
        return bool(self._spec.get("paused"))

    @property
    def replicas(self) -> int:
        """Desired pods; for a DaemonSet, the nodes that should run one."""
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
        """Pods of a Deployment or StatefulSet, ready or not."""
        return int(self._status.get("replicas") or 0)

    @property
    def outdated(self) -> int:
        """Pods from an older template, during or after a stuck rollout."""
        return max(0, self.pods - int(self._status.get("updatedReplicas") or 0))

    @property
    def observed_generation(self) -> int:
        """The newest generation its controller has observed."""
        return int(self._status.get("observedGeneration") or 0)

    @property
    def partition(self) -> int:
        """Lowest ordinal that a StatefulSet rollout updates."""
        return int(self.strategy[1].get("partition") or 0) if self.kind == "StatefulSet" else 0

    @property
    def template(self) -> Mapping[str, Any]:
        """The pod template."""
        return self._spec.get("template") or {}

    @property
    def template_labels(self) -> Mapping[str, str]:
        """Labels of its pods."""
        return (self.template.get("metadata") or {}).get("labels") or {}

    @property
    def containers(self) -> list[Mapping[str, Any]]:
        """Containers of the template, without init containers; the first is the main one."""
        return list((self.template.get("spec") or {}).get("containers") or ())

    @property
    def restarted_at(self) -> str | None:
        """The template's restart annotation."""
        found = ((self.template.get("metadata") or {}).get("annotations") or {}).get(RESTARTED_AT)
        return None if found is None else str(found)

    @property
    def strategy(self) -> tuple[str, Mapping[str, Any]]:
        """Rollout strategy."""
        found = self._spec.get("strategy" if self.kind == "Deployment" else "updateStrategy") or {}
        return found.get("type") or "RollingUpdate", found.get("rollingUpdate") or {}

    @property
    def progress_deadline_seconds(self) -> float | None:
        """The Deployment's progress deadline."""
        found = self._spec.get("progressDeadlineSeconds")
        return None if found is None or self.kind != "Deployment" else float(found)
