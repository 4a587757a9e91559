"""The typed change that would mend what a container's last words or the scheduler name, where there is one."""

from __future__ import annotations

from collections.abc import Callable

from hexaops.analysis.diagnosis.model import Action, FieldChange, Fix, Ref
from hexaops.analysis.diagnosis.objects import containers, items, mapping, spec_path, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.making import patch


def _more_memory(sick: Sick) -> Fix | None:
    limit = sick.broken.limit("memory") if sick.broken else ""
    change = FieldChange("resources.limits.memory", limit or None, None)
    return patch(sick, "Give the program more memory, and its heap a share of it", change)


def _environment(sick: Sick) -> Fix | None:
    return patch(sick, "Set the missing variable", FieldChange("env", None, None))


def _configuration(sick: Sick) -> Fix | None:
    names = [text(one, "configMap", "name") for one in sick.pod.items("spec", "volumes") if mapping(one, "configMap")]
    names += [text(one, "configMapRef", "name") for one in items(sick.broken.spec, "envFrom")] if sick.broken else []
    names = [one for one in names if one]
    if not names:
        args = sick.broken.spec.get("args") if sick.broken else None
        change = FieldChange("args", " ".join(map(str, args)), None) if isinstance(args, list) else None
        return patch(sick, "Correct the arguments", change) if change else None
    target = Ref("ConfigMap", sick.pod.namespace, names[0])
    return Fix.patched(target, f"Correct the configuration in ConfigMap {names[0]}", (FieldChange("data", None, None),))


def _credentials(sick: Sick) -> Fix | None:
    sources = [
        text(entry, "valueFrom", "secretKeyRef", "name")
        for one in containers(sick.pod.mapping("spec"))
        for entry in items(one, "env")
        if mapping(entry, "valueFrom", "secretKeyRef")
    ]
    if not sources:
        return None
    return Fix(Action.RENEW, Ref("Secret", sick.pod.namespace, sources[0]), "Put in credentials that are accepted")


def _rights(sick: Sick) -> Fix | None:
    account = sick.pod.text("spec", "serviceAccountName") or "default"
    binding = Ref("RoleBinding", sick.pod.namespace, f"{account}-{sick.workload.name}")
    return Fix(Action.CREATE, binding, f"Grant ServiceAccount {account} what it asks for, and no more")


def _files(sick: Sick) -> Fix | None:
    context = mapping(sick.broken.spec, "securityContext") if sick.broken else {}
    if context.get("readOnlyRootFilesystem") is True:
        return patch(sick, "Mount an emptyDir where it writes", FieldChange("volumeMounts", None, None))
    path = f"{spec_path(sick.workload)}.securityContext.fsGroup"
    return Fix.patched(sick.workload.ref, "Let the pod's group own its volumes", (FieldChange(path, None, None),))


def _port(sick: Sick) -> Fix | None:
    return patch(sick, "Let one process of the pod use the port", FieldChange("ports", None, None))


def _gate(sick: Sick) -> Fix | None:
    change = FieldChange("spec.schedulingGates", "set", None)
    return Fix.patched(sick.pod.ref, "Remove the gate, or bring its controller back", (change,))


def _of_workload(field: str, summary: str) -> Callable[[Sick], Fix | None]:
    def make(sick: Sick) -> Fix:
        change = FieldChange(f"{spec_path(sick.workload)}.{field}", "set", None)
        return Fix.patched(sick.workload.ref, summary, (change,))

    return make


REMEDIES: dict[str, Callable[[Sick], Fix | None]] = {
    "anti-affinity": _of_workload("affinity.podAntiAffinity", "Prefer spread instead of demanding it, or add a node"),
    "bad-configuration": _configuration,
    "credentials-rejected": _credentials,
    "file-permission": _files,
    "heap": _more_memory,
    "host-port": _of_workload("containers[0].ports[0].hostPort", "Do without the host port, or add a node"),
    "missing-setting": _environment,
    "port-in-use": _port,
    "rbac-forbidden": _rights,
    "scheduling-gate": _gate,
    "topology-spread": _of_workload("topologySpreadConstraints", "Allow an uneven spread (ScheduleAnyway)"),
}
"""By rule. A rule that makes its own fix does not need one here."""
