"""Services: what they select, where they send, and load balancers that are not made."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, items, mapping, number, template_labels, text
from hexaops.analysis.diagnosis.pods import is_ready
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.selectors import describe_labels, matches_labels
from hexaops.analysis.diagnosis.snapshot import Index, Snapshot

LOAD_BALANCER_SECONDS = 600.0
SIMILAR = 0.6


def selector_matches_nothing(snapshot: Snapshot) -> Iterator[Finding]:
    """A selector that no workload's pods have."""
    for one in snapshot.each("Service"):
        wanted = one.mapping("spec", "selector")
        if not wanted or snapshot.selected(one.namespace, wanted) or _has_endpoints(snapshot, one.ref):
            continue
        here = snapshot.workloads(one.namespace)
        meant = [item for item in here if matches_labels(wanted, template_labels(item))]
        if meant:
            counted = any(item.number("status", "replicas") for item in meant) and not snapshot.has("Pod")
            if not counted:
                yield _without_pods(one, meant)
            continue
        near = nearest(one.name, describe_labels(wanted), here)
        similar = f"; {near.ref} has {describe_labels(template_labels(near))}" if near else ""
        fix = None
        if near:
            key = next(iter(wanted))
            value = template_labels(near).get(key)
            fix = Fix.patched(
                one.ref,
                f"Select the pods of {near.name}",
                (FieldChange(f"spec.selector.{key}", wanted[key], value if isinstance(value, str) else None),),
            )
        yield Finding(
            "service-selector",
            one.ref,
            "it has no endpoints",
            f"its selector {describe_labels(wanted)} matches no pod of namespace {one.namespace}{similar}",
            Severity.CRITICAL if near else Severity.HIGH,
            (Evidence("spec", one.ref, f"selector: {describe_labels(wanted)}"),),
            fix,
        )


def _has_endpoints(snapshot: Snapshot, service: Ref) -> bool:
    """Whether it has a ready endpoint: whatever the snapshot holds of its pods, it works then."""
    for one in snapshot.indexed(_SLICES, service):
        if any(mapping(end, "conditions").get("ready") is not False for end in one.items("endpoints")):
            return True
    endpoints = snapshot.find("Endpoints", service.namespace, service.name)
    return endpoints is not None and any(items(part, "addresses") for part in endpoints.items("subsets"))


def _service_of(one: Obj) -> tuple[Ref, ...]:
    name = one.labels.get("kubernetes.io/service-name")
    return (Ref("Service", one.namespace, name),) if name else ()


_SLICES = Index("endpoint slices by service", ("EndpointSlice",), _service_of)


def _without_pods(one: Obj, meant: list[Obj]) -> Finding:
    zero = all(item.get("spec", "replicas") == 0 for item in meant)
    names = ", ".join(str(item.ref) for item in meant)
    cause = f"{names} is scaled to 0 replicas" if zero else f"{names} has no pods"
    return Finding(
        "service-no-pods",
        one.ref,
        "it has no endpoints",
        cause,
        Severity.LOW if zero else Severity.HIGH,
        (Evidence("status", one.ref, "no pods are selected"),),
        symptom_of=() if zero else tuple(item.ref for item in meant),
    )


def nearest(name: str, wanted: str, here: list[Obj]) -> Obj | None:
    """The workload whose pods have nearly the labels that are wanted, or that has the name."""
    scored = [
        (
            max(
                SequenceMatcher(None, wanted, describe_labels(template_labels(item))).ratio(),
                1.0 if item.name == name else 0.0,
            ),
            item.name,
            item,
        )
        for item in here
        if item.kind in {"Deployment", "StatefulSet", "DaemonSet"}
    ]
    best = max(scored, default=None, key=lambda one: one[:2])
    return best[2] if best and best[0] >= SIMILAR else None


def wrong_target_port(snapshot: Snapshot) -> Iterator[Finding]:
    """It sends to a port that the pods' containers do not declare."""
    for one in snapshot.each("Service"):
        pods = snapshot.selected(one.namespace, one.mapping("spec", "selector"))
        if not pods or one.get("spec", "clusterIP") == "None":
            continue  # a headless Service is a name only: clients choose the port themselves
        declared = _declared(pods[0])
        if not declared:
            continue  # ports need not be declared: nothing can be told
        strangers = _strangers(snapshot, one, pods)
        if strangers is not None:
            yield strangers
            continue
        for port in one.items("spec", "ports"):
            target = port.get("targetPort", port.get("port"))
            if _is_served(target, text(port, "protocol") or "TCP", declared):
                continue
            numbers = [port_number for _, port_number, _ in declared]
            shown = ", ".join(f"{number} ({name})" if name else str(number) for name, number, _ in declared)
            fix = Fix.patched(
                one.ref,
                "Send to the port that the pods listen on",
                (FieldChange("spec.ports[0].targetPort", target, numbers[0] if len(numbers) == 1 else None),),
            )
            yield Finding(
                "service-port",
                one.ref,
                f"connections to port {port.get('port')} reach nothing",
                f"targetPort {target} is no port of the pods of {snapshot.workload(pods[0]).ref}, which "
                f"declare {shown}",
                Severity.HIGH,
                (Evidence("spec", one.ref, f"targetPort: {target}"),),
                fix,
            )


def _owner(pod: Obj) -> tuple[str, str]:
    """Kind and name of its controller, or its own."""
    owner = pod.controller()
    return (text(owner, "kind"), text(owner, "name")) if owner else ("Pod", pod.name)


def _strangers(snapshot: Snapshot, one: Obj, pods: list[Obj]) -> Finding | None:
    """Pods of another workload that the selector takes too, and that do not listen on the port."""
    by_owner = {_owner(pod): pod for pod in pods}
    by_workload: dict[Ref, Obj] = {snapshot.workload(pod).ref: pod for pod in by_owner.values()}
    ports = [
        (port.get("targetPort", port.get("port")), text(port, "protocol") or "TCP")
        for port in one.items("spec", "ports")
    ]
    serving, others = [], []
    for ref, pod in by_workload.items():
        declared = _declared(pod)
        if all(_is_served(target, protocol, declared) for target, protocol in ports):
            serving.append(ref)
        elif declared:
            others.append(ref)
    if not serving or not others:
        return None
    selector = describe_labels(one.mapping("spec", "selector"))
    meant = snapshot.at(serving[0])
    labels = {**template_labels(meant)} if meant else {}
    key = next((key for key in labels if key not in one.mapping("spec", "selector")), "")
    change = (FieldChange(f"spec.selector.{key}", None, str(labels[key])),) if key else ()
    return Finding(
        "service-mixed",
        one.ref,
        "some of its connections reach the wrong program",
        f"its selector {selector} also takes the pods of {', '.join(map(str, others))}, which do not listen on its "
        f"target port {', '.join(str(target) for target, _ in ports)}",
        Severity.HIGH,
        (Evidence("spec", one.ref, f"selector: {selector}"),),
        Fix.patched(one.ref, f"Select the pods of {serving[0].name} only", change),
    )


def _declared(pod: Obj) -> list[tuple[str, int, str]]:
    return [
        (text(port, "name"), number(port, "containerPort"), text(port, "protocol") or "TCP")
        for container in (*pod.items("spec", "containers"), *pod.items("spec", "initContainers"))
        for port in items(container, "ports")
    ]


def _is_served(target: object, protocol: str, declared: list[tuple[str, int, str]]) -> bool:
    if isinstance(target, str) and not target.isdigit():
        return any(name == target and protocol == one for name, _, one in declared)
    return any(str(number) == str(target) and protocol == one for _, number, one in declared)


def no_ready_endpoints(snapshot: Snapshot) -> Iterator[Finding]:
    """All of its pods are unready: a symptom of what ails them."""
    for one in snapshot.each("Service"):
        pods = snapshot.selected(one.namespace, one.mapping("spec", "selector"))
        if not pods or any(is_ready(pod) for pod in pods) or one.get("spec", "publishNotReadyAddresses") is True:
            continue
        refs = tuple(dict.fromkeys(ref for pod in pods for ref in (snapshot.workload(pod).ref, pod.ref)))
        if all(
            (snapshot.age(pod.created) < LOAD_BALANCER_SECONDS / 5) or pod.text("status", "phase") == "Succeeded"
            for pod in pods
        ):
            continue
        yield Finding(
            "service-no-endpoints",
            one.ref,
            "it has no ready endpoints",
            f"none of its {len(pods)} pods is ready; cannot tell why",
            Severity.CRITICAL,
            (Evidence("status", one.ref, f"0 of {len(pods)} endpoints ready"),),
            symptom_of=refs,
        )


def load_balancer(snapshot: Snapshot) -> Iterator[Finding]:
    """A load balancer that does not come."""
    for one in snapshot.each("Service"):
        if one.text("spec", "type") != "LoadBalancer" or one.items("status", "loadBalancer", "ingress"):
            continue
        events = [event for event in snapshot.events(one.ref) if event.warning]
        if not events and snapshot.age(one.created) < LOAD_BALANCER_SECONDS:
            continue
        cause = (
            f"the cloud does not make the load balancer: {quote(events[0].message)}"
            if events
            else "no load balancer was made and no event says why: probably no controller for load balancers "
            "runs in this cluster"
        )
        yield Finding(
            "load-balancer",
            one.ref,
            "it has no external address (Pending)",
            cause,
            Severity.HIGH,
            (Evidence("status", one.ref, "loadBalancer: none"), *[event.evidence for event in events[:1]]),
        )


RULES = (selector_matches_nothing, wrong_target_port, no_ready_endpoints, load_balancer)
