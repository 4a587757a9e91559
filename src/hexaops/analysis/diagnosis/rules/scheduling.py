"""Pods without a node: what the scheduler says, held against the nodes and the pod's own constraints."""

from __future__ import annotations

import re

from hexaops.analysis.diagnosis.model import FieldChange, Finding, Fix, Severity
from hexaops.analysis.diagnosis.objects import Obj, Raw, containers, items, mapping, quantity, spec_path, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules import volumes
from hexaops.analysis.diagnosis.rules.doing import workloads_doing
from hexaops.analysis.diagnosis.rules.making import from_pod, quote
from hexaops.analysis.diagnosis.rules.unplaced import Unplaced, placing, unplaced
from hexaops.analysis.diagnosis.selectors import describe_labels, matches_expression
from hexaops.kit.quantities import format_bytes, format_cpu

PREEMPTED_SECONDS = 3600.0
_INSUFFICIENT = re.compile(r"(\d{1,6}) Insufficient ([a-zA-Z0-9./-]{1,100})")
_TAINT = re.compile(
    r"had (?:untolerated taint|taints? that the pod didn't tolerate|taint(?= \{))s?(?:\(s\))? ?(?:\{([^}]{0,200})\})?"
)
_SELECTOR = re.compile(r"node affinity/selector|node selector|NodeAffinity")
_OTHERS = tuple(
    re.compile(words)
    for words in (
        r"pod (?:anti-)?affinity rules|pods anti-affinity",
        r"topology spread constraints",
        r"free ports",
        r"Too many pods",
    )
)


def gated(sick: Sick) -> Finding | None:
    """A scheduling gate that nobody has removed."""
    gates = [text(one, "name") for one in sick.pod.items("spec", "schedulingGates")]
    if unplaced(sick) is None or not gates:
        return None
    return from_pod(
        sick,
        "scheduling-gate",
        "pods are Pending: SchedulingGated",
        f"the scheduling gate {', '.join(gates)} has not been removed by its controller",
    )


_SCHEDULER = {"matchLabels": {"component": "kube-scheduler"}}
"""As kubeadm and most others label it."""


def scheduler_missing(sick: Sick) -> Finding | None:
    """No scheduler of that name has looked at the pod."""
    pod = unplaced(sick)
    name = sick.pod.text("spec", "schedulerName") or "default-scheduler"
    if pod is None or pod.sentence or sick.pod.condition("PodScheduled"):
        return None
    if name == "default-scheduler":
        return from_pod(
            sick,
            "scheduler-silent",
            "pods are Pending",
            "the scheduler has not looked at the pod: kube-scheduler does not seem to run",
            symptom_of=tuple(one.ref for one in sick.snapshot.matching("kube-system", _SCHEDULER)),
        )
    fix = Fix.patched(
        sick.workload.ref,
        "Use the default scheduler",
        (FieldChange(f"{spec_path(sick.workload)}.schedulerName", name, "default-scheduler"),),
    )
    return from_pod(
        sick,
        "scheduler-missing",
        "pods are Pending and were never looked at",
        f"schedulerName is {name}, and no scheduler of that name acts on the pod",
        fix=fix,
    )


def mixed(sick: Sick) -> Finding | None:
    """Several reasons together: some nodes are barred, the rest lack room."""
    pod = unplaced(sick)
    if pod is None:
        return None
    lacking = [found[2] for found in _INSUFFICIENT.finditer(pod.reasons)]
    taint = _TAINT.search(pod.reasons)
    if not lacking or taint is None or "control-plane" in (taint[1] or ""):
        return None
    cause = (
        f"the nodes that it may use have too little {' and '.join(lacking)} for its request "
        f"({_request_words(pod, lacking)}), and others have the taint {_taint_text(taint)} that it does not "
        f"tolerate"
    )
    return placing(pod, "mixed-constraints", cause, fix=_smaller(pod, lacking))


def insufficient(sick: Sick) -> Finding | None:
    """No node has what the pod requests."""
    pod = unplaced(sick)
    lacking = list(dict.fromkeys(found[2] for found in _INSUFFICIENT.finditer(pod.reasons))) if pod else []
    if pod is None or not lacking:
        return None
    resource = lacking[0]
    largest = max(
        ((quantity(one.mapping("status", "allocatable").get(resource)) or 0.0) for one in sick.snapshot.of("Node")),
        default=0.0,
    )
    wanted = request_of(pod.spec, resource)
    if sick.snapshot.has("Node") and largest == 0:
        detail = f"no node offers {resource}"
    elif wanted > largest > 0:
        detail = f"more than any node has ({_show(resource, largest)} allocatable)"
    else:
        detail = f"the nodes' {resource} is taken by the requests of other pods"
    detail += _cordoned_too(pod)
    cause = (
        f"insufficient {' and '.join(lacking)}: it requests {_request_words(pod, lacking)}; {detail}{_preempted(sick)}"
    )
    plugins = workloads_doing(sick.snapshot, "device-plugin", resource) if largest == 0 and "/" in resource else ()
    return placing(pod, "insufficient-resources", cause, fix=_smaller(pod, lacking), symptom_of=plugins)


def _cordoned_too(pod: Unplaced) -> str:
    """Which nodes are kept out of use, where the scheduler counts some."""
    if "were unschedulable" not in pod.reasons:
        return ""
    names = [one.name for one in pod.sick.snapshot.of("Node") if one.get("spec", "unschedulable") is True]
    return f", and {', '.join(names) or 'others'} cannot be used: cordoned"


def _preempted(sick: Sick) -> str:
    """Whether pods of the workload were preempted, which is how they came to wait."""
    pods = (f"{one.name}-" for one in sick.snapshot.owned_sets(sick.workload.ref))
    prefixes = (*pods, f"{sick.workload.name}-")
    seen = any(
        event.about.namespace == sick.pod.namespace and event.about.name.startswith(prefixes)
        for event in sick.snapshot.events_because("Preempted", within=PREEMPTED_SECONDS)
    )
    marked = any(
        text(one.condition("DisruptionTarget"), "reason") == "PreemptionByScheduler"
        for one in sick.snapshot.pods_of(sick.workload)
    )
    if not seen and not marked:
        return ""
    name = sick.pod.text("spec", "priorityClassName")
    own = f" ({name})" if name else ""
    return f"; its pods were preempted by pods of a higher priority than theirs{own}"


def _smaller(pod: Unplaced, lacking: list[str]) -> Fix:
    resource = lacking[0]
    base = spec_path(pod.sick.workload)
    return Fix.patched(
        pod.sick.workload.ref,
        f"Request less {resource}, or add a node with enough of it",
        (FieldChange(f"{base}.containers[0].resources.requests.{resource}", _as_written(pod.spec, resource), None),),
    )


def _request_words(pod: Unplaced, lacking: list[str]) -> str:
    return ", ".join(f"{_as_written(pod.spec, one)} {one}" for one in lacking)


def request_of(spec: Raw, resource: str) -> float:
    """What a pod requests: the sum of its containers, at least what an init container needs."""
    ordinary = sum(_requested(one, resource) for one in items(spec, "containers"))
    return max([ordinary, *[_requested(one, resource) for one in items(spec, "initContainers")]])


def _requested(container: Raw, resource: str) -> float:
    resources = mapping(container, "resources")
    return quantity(mapping(resources, "requests").get(resource) or mapping(resources, "limits").get(resource)) or 0.0


def _as_written(spec: Raw, resource: str) -> str:
    """The request as its container writes it, where only one requests it."""
    found = [
        mapping(one, "resources", part).get(resource) for one in containers(spec) for part in ("requests", "limits")
    ]
    written = {str(one) for one in found if one}
    return written.pop() if len(written) == 1 else _show(resource, request_of(spec, resource))


def _show(resource: str, amount: float) -> str:
    if resource == "cpu":
        return format_cpu(amount)
    return format_bytes(amount) if resource in {"memory", "ephemeral-storage"} else f"{amount:g}"


def node_selector(sick: Sick) -> Finding | None:
    """No node has the labels that the pod asks for."""
    pod = unplaced(sick)
    if pod is None or not _SELECTOR.search(pod.reasons) or _nodes_with(pod, _SELECTOR) < _nodes_with(pod, _TAINT):
        return None
    others = (_TAINT, _INSUFFICIENT, *_OTHERS)
    if sick.workload.kind == "DaemonSet" and any(other.search(pod.reasons) for other in others):
        return None  # each of its pods is for one node: the others never match
    wanted = constraints_of(pod.spec)
    nodes = sick.snapshot.of("Node")
    lacking = (
        [words for words, test in wanted if not any(test(node) for node in nodes)]
        if nodes
        else [words for words, _ in wanted]
    )
    asked = " and ".join(lacking or [words for words, _ in wanted]) or "labels"
    cause = f"no node has the label {asked} that the pod's nodeSelector or node affinity demands"
    fix = Fix.patched(
        sick.workload.ref,
        "Correct the node selector, or label a node",
        (FieldChange(f"{spec_path(sick.workload)}.nodeSelector", asked, None),),
    )
    return placing(pod, "node-selector", cause, fix=fix)


class Constraint:
    """One label requirement that a node fulfils or not."""

    def __init__(self, expression: Raw) -> None:
        self.expression = expression

    def __call__(self, node: Obj) -> bool:
        """Whether the node fulfils it."""
        return matches_expression(self.expression, node.labels)


def constraints_of(spec: Raw) -> list[tuple[str, Constraint]]:
    """What the pod demands of its node's labels, each in words and as a test."""
    found = [
        (f"{key}={value}", Constraint({"key": key, "operator": "In", "values": [value]}))
        for key, value in mapping(spec, "nodeSelector").items()
    ]
    required = mapping(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for term in items(required, "nodeSelectorTerms"):
        for one in items(term, "matchExpressions"):
            values = ", ".join(map(str, one.get("values") or []))
            found.append((f"{text(one, 'key')} {text(one, 'operator')} ({values})", Constraint(one)))
    return found


def taint(sick: Sick) -> Finding | None:
    """Every node that would do has a taint that the pod does not tolerate."""
    pod = unplaced(sick)
    found = _TAINT.search(pod.reasons) if pod else None
    if pod is None or (found is None and "were unschedulable" not in pod.reasons):
        return None
    if found is not None and any(_nodes_with(pod, other) > _nodes_with(pod, _TAINT) for other in _OTHERS):
        return None
    if found is None or "node.kubernetes.io/unschedulable" in (found[1] or ""):
        cordoned = tuple(one.ref for one in sick.snapshot.of("Node") if one.get("spec", "unschedulable") is True)
        cause = f"the nodes are cordoned (unschedulable): {', '.join(one.name for one in cordoned)}"
        fix = (
            Fix.patched(cordoned[0], "Uncordon the node", (FieldChange("spec.unschedulable", True, False),))
            if cordoned
            else None
        )
        return placing(pod, "taint", cause, fix=fix, key="cordoned")
    name = _taint_text(found) or _untolerated(sick)
    barred = tuple(one.ref for one in sick.snapshot.of("Node") if _is_barred(one, pod.reasons))
    path = f"{spec_path(sick.workload)}.tolerations"
    fix = Fix.patched(
        sick.workload.ref,
        "Tolerate the taint, or remove it from a node",
        (FieldChange(path, None, name or None),),
    )
    return placing(
        pod,
        "taint",
        f"the pod does not tolerate the taint{f' {name}' if name else 's'} of the nodes that it could run on",
        fix=fix,
        symptom_of=barred,
    )


def _untolerated(sick: Sick) -> str:
    """The taints of the nodes that the pod does not tolerate, where the scheduler does not name them."""
    tolerated = {text(one, "key") for one in sick.pod.items("spec", "tolerations")}
    found = {
        f"{text(one, 'key')}={text(one, 'value')}:{text(one, 'effect')}".replace("=:", ":")
        for node in sick.snapshot.of("Node")
        for one in node.items("spec", "taints")
        if text(one, "effect") != "PreferNoSchedule" and text(one, "key") not in tolerated
    }
    return ", ".join(sorted(found)[:3])


def _nodes_with(pod: Unplaced, reason: re.Pattern[str]) -> int:
    """On how many nodes it is the reason, as the sentence counts them."""
    parts = re.split(r", (?=\d{1,6} )", pod.reasons)
    return sum(int(part.split(" ", 1)[0]) for part in parts if reason.search(part) and part[:1].isdigit())


def _is_barred(node: Obj, reasons: str) -> bool:
    """Whether the node's own trouble put the taint on it that the scheduler names."""
    lost = node.condition("Ready").get("status") != "True"
    return (("not-ready" in reasons or "unreachable" in reasons) and lost) or any(
        taint in reasons and node.condition(kind).get("status") == "True" for taint, kind in _PRESSURE_TAINTS.items()
    )


_PRESSURE_TAINTS = {
    "disk-pressure": "DiskPressure",
    "memory-pressure": "MemoryPressure",
    "pid-pressure": "PIDPressure",
    "network-unavailable": "NetworkUnavailable",
}


def _taint_text(found: re.Match[str]) -> str:
    key, _, value = (found[1] or "").partition(":")
    return f"{key.strip()}={value.strip()}" if value.strip() else key.strip()


def anti_affinity(sick: Sick) -> Finding | None:
    """The pod must not stand beside others."""
    pod = unplaced(sick)
    if pod is None or not re.search(r"pod (anti-)?affinity rules|existing pods anti-affinity", pod.reasons):
        return None
    anti = "anti-affinity" in pod.reasons
    terms = items(
        mapping(pod.spec, "affinity", "podAntiAffinity" if anti else "podAffinity"),
        "requiredDuringSchedulingIgnoredDuringExecution",
    )
    where = ", ".join(
        f"{text(one, 'topologyKey')}, {describe_labels(mapping(one, 'labelSelector', 'matchLabels'))}" for one in terms
    )
    cause = (
        f"its required pod {'anti-affinity' if anti else 'affinity'} ({where or 'of other pods'}) leaves no node: "
        + (f"each of the {pod.total} nodes already has such a pod or is barred" if anti else "no node has such a pod")
    )
    return placing(pod, "anti-affinity", cause)


def topology_spread(sick: Sick) -> Finding | None:
    """The spread that the pod demands cannot be met."""
    pod = unplaced(sick)
    if pod is None or "topology spread constraints" not in pod.reasons:
        return None
    keys = ", ".join(text(one, "topologyKey") for one in items(pod.spec, "topologySpreadConstraints"))
    missing = " (the nodes do not have that label)" if "missing required label" in pod.reasons else ""
    return placing(pod, "topology-spread", f"its topology spread constraint over {keys} cannot be met{missing}")


def host_port(sick: Sick) -> Finding | None:
    """The port is taken on every node."""
    pod = unplaced(sick)
    if pod is None or "free ports" not in pod.reasons:
        return None
    ports = ", ".join(
        str(port["hostPort"]) for one in containers(pod.spec) for port in items(one, "ports") if port.get("hostPort")
    )
    return placing(pod, "host-port", f"host port {ports} is already taken on every node that it could run on")


def too_many_pods(sick: Sick) -> Finding | None:
    """The nodes hold as many pods as they may."""
    pod = unplaced(sick)
    if pod is None or "Too many pods" not in pod.reasons:
        return None
    most = max(
        (int((quantity(one.mapping("status", "allocatable").get("pods")) or 0.0)) for one in sick.snapshot.of("Node")),
        default=0,
    )
    return placing(
        pod,
        "too-many-pods",
        f"too many pods: the nodes hold the {most or 'largest number of'} pods that each of them may run",
    )


def unschedulable(sick: Sick) -> Finding | None:
    """A reason that no other rule knows."""
    pod = unplaced(sick)
    if pod is None:
        return None
    barred = tuple(one.ref for one in sick.snapshot.of("Node") if one.condition("Ready").get("status") != "True")
    cause = (
        f"the scheduler says: {quote(pod.sentence)}"
        if pod.sentence
        else "cannot tell: the scheduler's event was not read"
    )
    return placing(pod, "unschedulable", cause, symptom_of=barred)


def node_name_missing(sick: Sick) -> Finding | None:
    """`nodeName` names a node that does not exist."""
    name = sick.pod.text("spec", "nodeName")
    if not name or sick.pod.text("status", "phase") != "Pending" or not sick.snapshot.lacks("Node", "", name):
        return None
    return from_pod(
        sick,
        "node-missing",
        "pods are Pending",
        f"they are bound to the node {name}, which does not exist",
        severity=Severity.HIGH,
    )


RULES = (
    gated,
    scheduler_missing,
    *volumes.RULES,
    mixed,
    insufficient,
    node_selector,
    taint,
    anti_affinity,
    topology_spread,
    host_port,
    too_many_pods,
    unschedulable,
    node_name_missing,
)
"""In this order: the first that explains the pod is its cause."""
