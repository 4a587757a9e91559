"""Cases as YAML files: written before they are run, judged by the words of the answer only.

A file holds a list of cases. A case without `about` is a healthy control. In `objects`, short forms stand for long ones:
`k` and `n` (kind, namespace/name), `pod` with its container states `st`, `ev` (an Event); `@12` is the time 12 minutes ago.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml

from testenv.diagnosis.objects import NOW, Raw, ago, condition, ended, make, owner, running, waiting
from testenv.diagnosis.world import shop

FOLDER = Path(__file__).parent
SETS = ("sixth", "seventh", "eighth", "ninth", "thirteenth", "fourteenth")
AGE = re.compile(r"@\d+(\.\d+)?")
GROUPS = {
    "apps/v1": "Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision",
    "batch/v1": "Job CronJob",
    "networking.k8s.io/v1": "Ingress IngressClass NetworkPolicy",
    "gateway.networking.k8s.io/v1": "Gateway GatewayClass HTTPRoute",
    "policy/v1": "PodDisruptionBudget",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "storage.k8s.io/v1": "StorageClass CSIDriver VolumeAttachment CSINode",
    "rbac.authorization.k8s.io/v1": "Role RoleBinding ClusterRole ClusterRoleBinding",
    "discovery.k8s.io/v1": "EndpointSlice",
    "scheduling.k8s.io/v1": "PriorityClass",
    "coordination.k8s.io/v1": "Lease",
    "admissionregistration.k8s.io/v1": "ValidatingWebhookConfiguration MutatingWebhookConfiguration",
    "apiregistration.k8s.io/v1": "APIService",
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "operators.coreos.com/v1alpha1": "ClusterServiceVersion Subscription InstallPlan CatalogSource",
    "operators.coreos.com/v1": "OperatorGroup",
    "olm.operatorframework.io/v1": "ClusterExtension ClusterCatalog",
    "cert-manager.io/v1": "Certificate CertificateRequest Issuer ClusterIssuer",
    "metrics.k8s.io/v1beta1": "PodMetrics NodeMetrics",
}
API = {kind: api for api, kinds in GROUPS.items() for kind in kinds.split()}


@dataclass(frozen=True)
class Written:
    """One case as its file has it."""

    name: str
    about: tuple[str, ...]
    """`Kind/name` of the objects that may be named; empty for a control."""
    says: tuple[tuple[str, ...], ...]
    """Words of the cause: one of each group must stand in the finding or its cause."""
    fix: tuple[str, ...]
    """Actions that would mend it; empty where only a person or another system can."""
    snapshot: Raw


@cache
def written(name: str) -> tuple[Written, ...]:
    """The cases of the set with this name."""
    found: list[Written] = []
    for path in sorted((FOLDER / name).glob("*.yaml")):
        with path.open(encoding="utf-8") as file:
            found += [_case(raw) for raw in yaml.load(file, Loader=yaml.CSafeLoader)]
    return tuple(found)


def _case(raw: Raw) -> Written:
    says = tuple(tuple(word.strip().lower() for word in group.split(" | ")) for group in raw.get("says", ()))
    objects = shop().objects if raw.get("shop") else []
    replaced = {(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in objects}
    own = [_object(one) for one in raw["objects"]]
    replaced &= {(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in own}
    kept = [
        one
        for one in objects
        if (one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) not in replaced
    ]
    snapshot = {"now": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "objects": [*kept, *own], "logs": raw.get("logs", {})}
    if "metrics" in raw:
        snapshot["metrics"] = raw["metrics"]
    return Written(raw["case"], _words(raw.get("about")), says, _words(raw.get("fix")), snapshot)


def _words(value: str | None) -> tuple[str, ...]:
    return tuple((value or "").split())


def _object(raw: Raw) -> Raw:
    short = _timed(raw)
    if "ev" in short:
        return _event(short)
    if "pod" in short:
        return _pod(short)
    if "k" not in short:
        return dict(short)
    kind = short.pop("k")
    return _named(kind, short.pop("n"), short)


def _named(kind: str, name: str, short: Raw) -> Raw:
    namespace, _, last = name.rpartition("/")
    meta = dict(short.pop("meta", {}))
    if "own" in short:
        owning, _, owned_by = short.pop("own").partition("/")
        meta |= owner(owning, owned_by, API.get(owning, "v1"))
    for key, field in (("labels", "labels"), ("ann", "annotations")):
        if key in short:
            meta[field] = short.pop(key)
    age = float(short.pop("age", 20000))
    api = short.pop("api", API.get(kind, "v1"))
    return make(kind, last, namespace=namespace or None, api=api, age=age, metadata=meta, **short)


def _event(short: Raw) -> Raw:
    kind, _, name = short["ev"].partition("/")
    namespace, _, last = name.rpartition("/")
    involved = {"kind": kind, "name": last, "uid": f"{kind.lower()}-{namespace or None}-{last}"}
    if namespace:
        involved["namespace"] = namespace
    at = float(short.get("at", 1))
    first = float(short.get("first", at))
    return make(
        "Event", f"{last}.{crc32((short['r'] + short['m']).encode()):x}", namespace=namespace or "default", age=first,
        involvedObject=involved, reason=short["r"], message=short["m"], type=short.get("t", "Warning"),
        count=short.get("c", 1), firstTimestamp=ago(first), lastTimestamp=ago(at),
        source={"component": short.get("src", "kubelet")},
    )  # fmt: skip


def _pod(short: Raw) -> Raw:
    name = short.pop("pod")
    states, init = short.pop("st", []), short.pop("init", None)
    spec = dict(short.pop("spec", {}))
    spec.setdefault("containers", [{"name": one["name"], "image": one.get("img", "acme/app:1.0")} for one in states])
    if "on" in short:
        spec["nodeName"] = short.pop("on")
    status: Raw = dict(short.pop("status", {}))
    status.setdefault("phase", short.pop("phase", "Running"))
    if states:
        status["containerStatuses"] = [_state(one) for one in states]
        ready = all(one["ready"] for one in status["containerStatuses"])
        flag = "True" if ready else "False"
        since = float(short.pop("since", 12))
        status.setdefault("conditions", [
            condition("PodScheduled", "True", since=3000),
            condition("Initialized", "False" if init else "True", since=since),
            condition("ContainersReady", flag, "" if ready else "ContainersNotReady", since=since),
            condition("Ready", flag, "" if ready else "ContainersNotReady", since=since),
        ])  # fmt: skip
    if init:
        status["initContainerStatuses"] = [_state(one) for one in init]
        spec.setdefault(
            "initContainers", [{"name": one["name"], "image": one.get("img", "acme/init:1.0")} for one in init]
        )
    return _named("Pod", name, {**short, "spec": spec, "status": status})


def _state(one: Raw) -> Raw:
    """`wait: [reason, message]`, `end: [code, reason, minutes ago]` or running; `last` like `end`, `restarts`."""
    last = _ended(one["last"]) if "last" in one else None
    if "wait" in one:
        reason, message = [*one["wait"], ""][:2]
        state = waiting(one["name"], reason, message, restarts=one.get("restarts", 0), last=last)
    elif "end" in one:
        state = waiting(one["name"], "", "", restarts=one.get("restarts", 0), last=last)
        state["state"] = {"terminated": _ended(one["end"])}
    else:
        state = running(
            one["name"],
            ready=one.get("ready", True),
            restarts=one.get("restarts", 0),
            since=one.get("since", 900),
            last=last,
        )
    return state | {"image": one.get("img", "acme/app:1.0")}


def _ended(values: list[Any]) -> Raw:
    code, reason, at, message = [*values, "Error", 1, ""][: len(values)] + [None, "Error", 1, ""][len(values) :]
    return ended(code, reason, at=float(at), message=message)


def _timed(value: Any) -> Any:
    if isinstance(value, dict):
        return {"on" if key is True else key: _timed(one) for key, one in value.items()}  # YAML reads `on` as true
    if isinstance(value, list):
        return [_timed(one) for one in value]
    if isinstance(value, str) and AGE.fullmatch(value):
        return ago(float(value[1:]))
    return value
