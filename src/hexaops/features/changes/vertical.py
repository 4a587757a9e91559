"""Rule 8 for VerticalPodAutoscalers: what sizes an application's containers, read only where a change sizes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.errors import KubernetesForbiddenError, KubernetesNotFoundError
from hexaops.backends.kubernetes.kinds import Kind
from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.runbooks.model import Draft

VERTICAL = Kind("VerticalPodAutoscaler", "autoscaling.k8s.io", "v1", "verticalpodautoscalers")


async def vertical_autoscalers(draft: Draft, reader: KubernetesClient) -> tuple[str, ...]:
    """Names of those that set the sizes that the draft sets; raises GuardrailRefusedError if it cannot be told."""
    if not any("/resources/" in change.path for change in draft.changes):
        return ()
    if not await reader.has_group(VERTICAL.group):
        return ()
    try:
        found = await reader.list(VERTICAL, draft.target.namespace)
    except KubernetesNotFoundError:  # the group is served, but not this kind
        return ()
    except KubernetesForbiddenError as error:
        possible = f"grant the reading identity list on {VERTICAL.plural} (API group {VERTICAL.group})"
        reason = "Whether a VerticalPodAutoscaler sets its sizes cannot be read"
        raise GuardrailRefusedError(8, reason, possible=possible) from error
    return tuple(one["metadata"]["name"] for one in found if _sets(one, draft))


def _sets(autoscaler: Mapping[str, Any], draft: Draft) -> bool:
    spec = autoscaler.get("spec") or {}
    target, mode = spec.get("targetRef") or {}, (spec.get("updatePolicy") or {}).get("updateMode") or "Auto"
    return mode != "Off" and (target.get("kind"), target.get("name")) == (draft.target.kind, draft.target.name)
