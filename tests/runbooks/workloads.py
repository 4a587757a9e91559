"""Live objects as the API server sends them, for pure tests of runbooks and rules."""

from __future__ import annotations

from typing import Any

from hexaops.runbooks.model import LiveWorkload


def workload(
    *,
    kind: str = "Deployment",
    replicas: int = 3,
    ready: int | None = None,
    outdated: int = 0,
    pods: int | None = None,
    strategy: dict[str, Any] | None = None,
    annotations: dict[str, str] | None = None,
    restarted_at: str | None = None,
    spec: dict[str, Any] | None = None,
    owner: dict[str, Any] | None = None,
) -> LiveWorkload:
    """A workload named web in the namespace shop; `outdated` of its `pods` are of an older template."""
    have = replicas if ready is None else ready
    everyone = replicas if pods is None else pods
    template: dict[str, Any] = {"metadata": {"labels": {"app": "web"}}}
    if restarted_at:
        template["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": restarted_at}
    document: dict[str, Any] = {
        "metadata": {
            "name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7", "generation": 2,
            "annotations": annotations or {}, "ownerReferences": [owner] if owner else [],
        },
        "spec": {"replicas": replicas, "template": template, **(spec or {})},
        "status": {"replicas": everyone, "updatedReplicas": everyone - outdated, "readyReplicas": have,
                   "availableReplicas": have, "numberReady": have, "desiredNumberScheduled": replicas},
    }  # fmt: skip
    if strategy:
        document["spec"]["strategy" if kind == "Deployment" else "updateStrategy"] = strategy
    return LiveWorkload(document, kind)
