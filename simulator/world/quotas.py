"""What a namespace uses of its ResourceQuotas, and whether one more pod is within them."""

from __future__ import annotations

from hexaops.kit.quantities import parse_quantity
from simulator.store import Object, Store
from simulator.world.objects import is_finished

_COUNTED = {
    "pods": "pods",
    "services": "services",
    "configmaps": "configmaps",
    "secrets": "secrets",
    "persistentvolumeclaims": "persistentvolumeclaims",
    "resourcequotas": "resourcequotas",
    "replicationcontrollers": "",
}


def measure(store: Store, namespace: str, name: str) -> float:
    """How much the namespace uses of one quota entry (`requests.cpu`, `pods`, `count/deployments.apps`…)."""
    if name.startswith("count/"):
        return float(len(store.list(name.removeprefix("count/"), namespace)))
    if name == "pods":
        return float(sum(not is_finished(pod) for pod in store.list("pods", namespace)))
    if name in _COUNTED:
        return float(len(store.list(_COUNTED[name], namespace))) if _COUNTED[name] else 0.0
    if name == "requests.storage":
        return sum(
            parse_quantity(((claim["spec"].get("resources") or {}).get("requests") or {}).get("storage", 0))
            for claim in store.list("persistentvolumeclaims", namespace)
        )
    return sum(pod_usage(pod, name) for pod in store.list("pods", namespace) if not is_finished(pod))


def pod_usage(pod: Object, name: str) -> float:
    """What one pod counts towards a quota entry."""
    if name in ("pods", "count/pods"):
        return 1.0
    section, _, resource = name.rpartition(".")
    if (section or "requests") not in ("requests", "limits"):
        return 0.0
    return sum(
        parse_quantity(((container.get("resources") or {}).get(section or "requests") or {}).get(resource, 0))
        for container in pod["spec"].get("containers") or ()
    )


def unspecified(pod: Object, hard: dict[str, str]) -> str:
    """Which containers leave out what a quota limits, as the real server words it; empty when none does."""
    told = []
    for name in sorted(hard):
        section, _, resource = name.rpartition(".")
        section = section or "requests"
        if section not in ("requests", "limits") or resource not in ("cpu", "memory"):
            continue
        silent = [
            container["name"]
            for container in pod["spec"].get("containers") or ()
            if resource not in ((container.get("resources") or {}).get(section) or {})
        ]
        if silent:
            told.append(f"{name} for: {','.join(sorted(silent))}")
    return "; ".join(told)


def write_amount(name: str, amount: float) -> str:
    """An amount as a quota's status writes it."""
    resource = name.rpartition(".")[2]
    if resource == "cpu" and amount != int(amount):
        return f"{round(amount * 1000)}m"
    if resource in ("memory", "storage", "ephemeral-storage"):
        for unit, size in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
            if amount and amount % size == 0:
                return f"{int(amount // size)}{unit}"
    return str(int(amount))


def exceeded_quota(store: Store, pod: Object) -> str | None:
    """Why no quota of the pod's namespace allows it, in the real server's words; None when all do."""
    namespace = pod["metadata"]["namespace"]
    for quota in store.list("resourcequotas", namespace):
        missing = unspecified(pod, quota["spec"].get("hard") or {})
        if missing:
            return f"failed quota: {quota['metadata']['name']}: must specify {missing}"
        over: list[tuple[str, str, str, str]] = []
        for name, hard in (quota["spec"].get("hard") or {}).items():
            more = pod_usage(pod, name)
            used = measure(store, namespace, name) if more else 0.0
            if more and used + more > parse_quantity(hard) + 1e-9:
                over.append((name, write_amount(name, more), write_amount(name, used), str(hard)))
        if over:
            told = [",".join(f"{entry[0]}={entry[part]}" for entry in over) for part in (1, 2, 3)]
            return (
                f"exceeded quota: {quota['metadata']['name']}, requested: {told[0]}, "
                f"used: {told[1]}, limited: {told[2]}"
            )
    return None
