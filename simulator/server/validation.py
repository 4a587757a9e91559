"""What the real server refuses in the objects that users and the service send, field by field, in its words.

Not all of its rules: those that someone is likely to break, and those that protect a running workload.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from simulator.resources import Resource
from simulator.status import Cause, Invalid
from simulator.world.selectors import matches

Object = dict[str, Any]
Causes = list[Cause]

_SUBDOMAIN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SERVICE_LABEL = "[a-z]([-a-z0-9]*[a-z0-9])?"
_LABEL_VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_QUANTITY = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?")
_NOT_NEGATIVE = "must be greater than or equal to 0"
_POD_UPDATES = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def required(field: str, why: str = "") -> Cause:
    """A field is missing."""
    return Cause(field, f"Required value: {why}" if why else "Required value", "FieldValueRequired")


def invalid(field: str, value: Any, why: str) -> Cause:
    """A field's value is wrong."""
    return Cause(field, f"Invalid value: {msgspec.json.encode(value, order='sorted').decode()}: {why}")


def unsupported(field: str, value: str, supported: tuple[str, ...]) -> Cause:
    """A field's value is none of those that are known."""
    named = ", ".join(f'"{item}"' for item in supported)
    return Cause(field, f'Unsupported value: "{value}": supported values: {named}', "FieldValueNotSupported")


def forbidden_field(field: str, why: str) -> Cause:
    """A field may not be set so."""
    return Cause(field, f"Forbidden: {why}", "FieldValueForbidden")


def validate_create(resource: Resource, obj: Object) -> None:
    """Refuse a new object that breaks rules. Raises Invalid."""
    causes = _metadata(resource, obj) + _rules(resource)(obj)
    _refuse(resource, obj, causes)


def validate_update(resource: Resource, obj: Object, old: Object) -> None:
    """Refuse a changed object that breaks rules, or changes what may not change. Raises Invalid."""
    if obj == old:
        return
    causes: Causes = []
    if obj.get("spec") != old.get("spec") or resource.key in ("configmaps", "secrets"):
        causes += _rules(resource)(obj) if resource.key != "pods" else []
        causes += _immutable(resource, obj, old)
    if obj["metadata"].get("labels") != old["metadata"].get("labels"):
        causes += _labels(obj["metadata"].get("labels") or {}, "metadata.labels")
    _refuse(resource, obj, causes)


def _refuse(resource: Resource, obj: Object, causes: Causes) -> None:
    if causes:
        raise Invalid(resource.kind, resource.group, obj["metadata"].get("name", ""), causes)


def _metadata(resource: Resource, obj: Object) -> Causes:
    metadata = obj["metadata"]
    name = metadata.get("name", "")
    if not name:
        return [required("metadata.name", "name or generateName is required")]
    causes: Causes = []
    if resource.key == "namespaces":
        pattern, kind, example, limit = _LABEL, "label", "'my-name',  or '123-abc'", 63
    elif resource.key == "services":
        pattern, kind, example, limit = _SERVICE_LABEL, "label", "", 63
    else:
        pattern, kind, example, limit = _SUBDOMAIN, "subdomain", "'example.com'", 253
    if not re.fullmatch(pattern, name):
        causes.append(invalid("metadata.name", name, _name_rule(pattern, kind, example)))
    elif len(name) > limit:
        causes.append(invalid("metadata.name", name, f"must be no more than {limit} bytes"))
    return causes + _labels(metadata.get("labels") or {}, "metadata.labels")


def _name_rule(pattern: str, kind: str, example: str) -> str:
    if pattern == _SERVICE_LABEL:
        return (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
            f"character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
            f"validation is '{pattern}')"
        )
    characters = "'-'" if kind == "label" else "'-' or '.'"
    comma = " or" if kind == "label" else ","
    return (
        f"a lowercase RFC 1123 {kind} must consist of lower case alphanumeric characters{comma} {characters}, and must "
        f"start and end with an alphanumeric character (e.g. {example}, regex used for validation is '{pattern}')"
    )


def _labels(labels: Object, field: str) -> Causes:
    return [
        invalid(
            field,
            value,
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
            "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
            f"for validation is '{_LABEL_VALUE}')",
        )
        for value in labels.values()
        if not re.fullmatch(_LABEL_VALUE, value)
    ]


def _rules(resource: Resource) -> Callable[[Object], Causes]:
    return _RULES.get(resource.key, lambda _: [])


def _workload(obj: Object) -> Causes:
    spec = obj.get("spec") or {}
    template = spec.get("template") or {}
    causes = _replicas(spec)
    selector = spec.get("selector")
    if selector is None:
        causes.append(required("spec.selector"))
    elif not (selector.get("matchLabels") or selector.get("matchExpressions")):
        causes.append(invalid("spec.selector", selector, "empty selector is invalid for deployment"))
    labels = (template.get("metadata") or {}).get("labels")
    if not selector or not matches(selector, labels or {}):
        why = "`selector` does not match template `labels`"
        causes.append(invalid("spec.template.metadata.labels", labels, why))
    return causes + _containers(template.get("spec") or {}, "spec.template.spec")


def _replicas(spec: Object) -> Causes:
    replicas = spec.get("replicas", 0)
    return [invalid("spec.replicas", replicas, _NOT_NEGATIVE)] if replicas < 0 else []


def _containers(spec: Object, field: str) -> Causes:
    containers = spec.get("containers")
    if not containers:
        return [required(f"{field}.containers")]
    causes: Causes = []
    seen: set[str] = set()
    for index, container in enumerate(containers):
        place = f"{field}.containers[{index}]"
        name = container.get("name")
        if not name:
            causes.append(required(f"{place}.name"))
        elif not re.fullmatch(_LABEL, name):
            rule = _name_rule(_LABEL, "label", "'my-name',  or '123-abc'")
            causes.append(invalid(f"{place}.name", name, rule))
        elif name in seen:
            causes.append(Cause(f"{place}.name", f'Duplicate value: "{name}"', "FieldValueDuplicate"))
        seen.add(name or "")
        if not container.get("image"):
            causes.append(required(f"{place}.image"))
        causes += _quantities(container.get("resources") or {}, f"{place}.resources")
    return causes


def _quantities(resources: Object, field: str) -> Causes:
    return [
        invalid(
            f"{field}.{part}.{name}",
            value,
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        )
        for part in ("limits", "requests")
        for name, value in (resources.get(part) or {}).items()
        if not _QUANTITY.fullmatch(str(value))
    ]


def _pod(obj: Object) -> Causes:
    return _containers(obj.get("spec") or {}, "spec")


def _autoscaler(obj: Object) -> Causes:
    spec = obj.get("spec") or {}
    causes: Causes = []
    target = spec.get("scaleTargetRef") or {}
    causes += [required(f"spec.scaleTargetRef.{field}") for field in ("kind", "name") if not target.get(field)]
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas", 0)
    if least < 1:
        causes.append(invalid("spec.minReplicas", least, "must be greater than or equal to 1"))
    if most < 1:
        causes.append(invalid("spec.maxReplicas", most, "must be greater than 0"))
    elif most < least:
        causes.append(invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"))
    if "/" not in (version := target.get("apiVersion", "")):
        causes.append(invalid("spec.scaleTargetRef.apiVersion", version, "apiVersion must specify API group"))
    return causes


def _budget(obj: Object) -> Causes:
    spec = obj.get("spec") or {}
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        shown = {
            "MinAvailable": spec["minAvailable"],
            "Selector": spec.get("selector"),
            "MaxUnavailable": spec["maxUnavailable"],
            "UnhealthyPodEvictionPolicy": spec.get("unhealthyPodEvictionPolicy"),
        }
        value = msgspec.json.encode(shown).decode()
        return [Cause("spec", f"Invalid value: {value}: minAvailable and maxUnavailable cannot be both set")]
    return []


def _service(obj: Object) -> Causes:
    spec = obj.get("spec") or {}
    if spec.get("type") == "ExternalName":
        return [] if spec.get("externalName") else [required("spec.externalName")]
    if not spec.get("ports") and spec.get("clusterIP") != "None":
        return [required("spec.ports")]
    return [
        invalid(f"spec.ports[{index}].port", port.get("port"), "must be between 1 and 65535, inclusive")
        for index, port in enumerate(spec.get("ports") or ())
        if not 1 <= port.get("port", 0) <= 65535
    ]


def _network_policy(obj: Object) -> Causes:
    spec = obj.get("spec") or {}
    causes = [
        unsupported(f"spec.policyTypes[{index}]", kind, ("Ingress", "Egress"))
        for index, kind in enumerate(spec.get("policyTypes") or ())
        if kind not in ("Ingress", "Egress")
    ]
    for section, side in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(spec.get(section) or ()):
            place = f"spec.{section}[{index}]"
            for number, port in enumerate(rule.get("ports") or ()):
                causes += _policy_port(port, f"{place}.ports[{number}]")
            for number, peer in enumerate(rule.get(side) or ()):
                causes += _policy_peer(peer, f"{place}.{side}[{number}]")
    return causes


def _policy_port(port: Object, field: str) -> Causes:
    number = port.get("port")
    causes: Causes = []
    if port.get("protocol", "TCP") not in ("TCP", "UDP", "SCTP"):
        causes.append(unsupported(f"{field}.protocol", port["protocol"], ("TCP", "UDP", "SCTP")))
    if isinstance(number, int) and not 1 <= number <= 65535:
        causes.append(invalid(f"{field}.port", number, "must be between 1 and 65535, inclusive"))
    return causes


def _policy_peer(peer: Object, field: str) -> Causes:
    if not any(peer.get(one) is not None for one in ("ipBlock", "namespaceSelector", "podSelector")):
        return [required(field, "must specify a peer")]
    if peer.get("ipBlock") is not None and len([one for one in peer.values() if one is not None]) > 1:
        return [forbidden_field(field, "may not specify both ipBlock and another peer")]
    return []


def _job(obj: Object) -> Causes:
    spec = obj.get("spec") or {}
    pod = (spec.get("template") or {}).get("spec") or {}
    causes = _containers(pod, "spec.template.spec")
    policy = pod.get("restartPolicy")
    if not policy:
        causes.append(required("spec.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"'))
    elif policy not in ("OnFailure", "Never"):
        causes.append(unsupported("spec.template.spec.restartPolicy", policy, ("Never", "OnFailure")))
    return causes


def _cron_job(obj: Object) -> Causes:
    spec = obj.get("spec") or {}
    if not spec.get("schedule"):
        return [required("spec.schedule")]
    job = (spec.get("jobTemplate") or {}).get("spec") or {}
    return _containers((job.get("template") or {}).get("spec") or {}, "spec.jobTemplate.spec.template.spec")


_RULES: dict[str, Callable[[Object], Causes]] = {
    "deployments.apps": _workload,
    "replicasets.apps": _workload,
    "statefulsets.apps": _workload,
    "daemonsets.apps": _workload,
    "pods": _pod,
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "poddisruptionbudgets.policy": _budget,
    "services": _service,
    "networkpolicies.networking.k8s.io": _network_policy,
    "jobs.batch": _job,
    "cronjobs.batch": _cron_job,
}
_STATEFUL_MUTABLE = frozenset(
    (
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    )
)


def _immutable(resource: Resource, obj: Object, old: Object) -> Causes:
    spec, was = obj.get("spec") or {}, old.get("spec") or {}
    match resource.key:
        case "deployments.apps" | "replicasets.apps" | "daemonsets.apps" | "jobs.batch":
            if spec.get("selector") != was.get("selector"):
                return [invalid("spec.selector", spec.get("selector"), "field is immutable")]
        case "statefulsets.apps":
            changed = {key for key in {*spec, *was} if spec.get(key) != was.get(key)}
            if changed - _STATEFUL_MUTABLE:
                return [
                    forbidden_field(
                        "spec",
                        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                        "'minReadySeconds' are forbidden",
                    )
                ]
        case "pods":
            if _fixed_part(spec) != _fixed_part(was):
                return [forbidden_field("spec", _POD_UPDATES)]
        case "services":
            if was.get("clusterIP") and spec.get("clusterIP") != was["clusterIP"]:
                return [invalid("spec.clusterIPs[0]", spec.get("clusterIP"), "may not change once set")]
        case "configmaps" | "secrets":
            if old.get("immutable") and obj.get("data") != old.get("data"):
                return [forbidden_field("data", "field is immutable when `immutable` is set")]
    return []


def _fixed_part(spec: Object) -> Object:
    fixed = {key: value for key, value in spec.items() if key not in ("activeDeadlineSeconds", "tolerations")}
    for containers in ("containers", "initContainers"):
        if containers in fixed:
            fixed[containers] = [
                {key: value for key, value in container.items() if key != "image"} for container in fixed[containers]
            ]
    return fixed
