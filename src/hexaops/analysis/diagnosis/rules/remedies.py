"""The typed change that would mend what a container's last words or the scheduler name, where there is one."""

from __future__ import annotations

import re
from collections.abc import Callable

from hexaops.analysis.diagnosis.model import Action, FieldChange, Fix, Ref
from hexaops.analysis.diagnosis.objects import containers, items, mapping, spec_path, strings, text
from hexaops.analysis.diagnosis.pods import Sick, is_ready
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
    if not names and sick.workload.name == "coredns":
        names = ["coredns"]
    if not names:
        return _configuration_elsewhere(sick)
    target = Ref("ConfigMap", sick.pod.namespace, names[0])
    return Fix.patched(target, f"Correct the configuration in ConfigMap {names[0]}", (FieldChange("data", None, None),))


def _configuration_elsewhere(sick: Sick) -> Fix | None:
    """No ConfigMap: the arguments, a Secret with files, or what the image brings along."""
    if sick.broken is None:
        return None
    args = sick.broken.spec.get("args")
    if isinstance(args, list):
        return patch(sick, "Correct the arguments", FieldChange("args", " ".join(map(str, args)), None))
    secrets = [text(one, "secret", "secretName") for one in sick.pod.items("spec", "volumes") if mapping(one, "secret")]
    if secrets:
        target = Ref("Secret", sick.pod.namespace, secrets[0])
        return Fix.patched(
            target, f"Correct the configuration in Secret {secrets[0]}", (FieldChange("data", None, None),)
        )
    image = text(sick.broken.spec, "image")
    return patch(sick, "Run an image with a correct configuration", FieldChange("image", image or None, None))


_BY_ADDRESS = re.compile(r"certificate for \d{1,3}(?:\.\d{1,3}){3} because it doesn't contain any IP SANs")
_PREFERRED = "--kubelet-preferred-address-types="


def _by_name(sick: Sick) -> Fix | None:
    """A certificate that has names only is good for who calls by name."""
    if sick.broken is None or not _BY_ADDRESS.search(sick.log):
        return None
    args = [one for one in strings(sick.broken.spec, "args") if one.startswith(_PREFERRED)]
    if not args:
        return None
    change = FieldChange("args", args[0], f"{_PREFERRED}Hostname,InternalDNS,InternalIP")
    return patch(sick, "Call kubelets by their names, which their certificates have", change)


_OWN_TOKEN = re.compile(r"\*v1\w{0,10}\.\w{1,60}: Unauthorized|provide credentials|invalid bearer token")


def _credentials(sick: Sick) -> Fix | None:
    if _OWN_TOKEN.search(sick.log):
        return Fix(Action.RESTART, sick.workload.ref, "Restart it, so that it reads the token that it has now")
    sources = [
        *[
            text(entry, "valueFrom", "secretKeyRef", "name")
            for one in containers(sick.pod.mapping("spec"))
            for entry in items(one, "env")
        ],
        *[
            text(entry, "secretRef", "name")
            for one in containers(sick.pod.mapping("spec"))
            for entry in items(one, "envFrom")
        ],
        *[text(one, "secret", "secretName") for one in sick.pod.items("spec", "volumes")],
    ]
    named = next((one for one in sources if one), "")
    target = Ref("Secret", sick.pod.namespace, named) if named else sick.workload.ref
    return Fix(Action.RENEW, target, "Put in credentials that are accepted")


def _image(sick: Sick) -> Fix | None:
    """The program itself is at fault, which only another image mends; not where others run the same one well."""
    owner = sick.pod.controller()
    if owner and any(is_ready(pod) for pod in sick.snapshot.pods_of(sick.workload) if pod.controller() == owner):
        return None
    image = text(sick.broken.spec, "image") if sick.broken else ""
    return patch(sick, "Run an image without the error", FieldChange("image", image or None, None))


def _command(sick: Sick) -> Fix | None:
    written = [
        " ".join(map(str, part))
        for key in ("command", "args")
        if isinstance(part := (sick.broken.spec.get(key) if sick.broken else None), list)
    ]
    return patch(sick, "Correct the command", FieldChange("command", " ".join(written) or None, None))


def _config_refused(sick: Sick) -> Fix | None:
    said = sick.message
    if "is reserved for" in said:
        return Fix(Action.DELETE, sick.pod.ref, "Delete the pod; it is made anew under another name")
    fields = {
        "ubPath": ("volumeMounts", "Correct the subPath of the mount"),
        "no command": ("command", "Name the command to run"),
        "eccomp": ("securityContext.seccompProfile", "Name a profile that the nodes have, or RuntimeDefault"),
        "pparmor": ("securityContext.appArmorProfile", "Name a profile that the nodes have, or RuntimeDefault"),
        "mount": ("volumeMounts", "Correct the mount"),
    }
    for words, (path, summary) in fields.items():
        if words in said:
            return patch(sick, summary, FieldChange(path, None, None))
    return None


def _one_writer(sick: Sick) -> Fix | None:
    replicas = sick.workload.get("spec", "replicas")
    if isinstance(replicas, int) and replicas > 1:
        change = FieldChange("spec.replicas", replicas, 1)
        return Fix(Action.SCALE, sick.workload.ref, "Run one replica, since one only may hold the lock", (change,))
    if sick.workload.kind != "Deployment":
        return None
    change = FieldChange("spec.strategy.type", sick.workload.text("spec", "strategy", "type") or None, "Recreate")
    return Fix.patched(sick.workload.ref, "End the pod before the next one starts", (change,))


def _runtime(sick: Sick) -> Fix | None:
    name = sick.pod.text("spec", "runtimeClassName")
    if not name:
        return None
    change = FieldChange(f"{spec_path(sick.workload)}.runtimeClassName", name, None)
    return Fix.patched(sick.workload.ref, "Name a runtime class that the nodes have", (change,))


def _mount(sick: Sick) -> Fix | None:
    shares = [text(one, "name") for one in sick.pod.items("spec", "volumes") if mapping(one, "nfs")]
    paths = [text(one, "name") for one in sick.pod.items("spec", "volumes") if mapping(one, "hostPath")]
    if paths and "hostPath type check failed" in sick.message:
        change = FieldChange(f"{spec_path(sick.workload)}.volumes[{paths[0]}].hostPath", None, None)
        return Fix.patched(sick.workload.ref, "Name a path that the nodes have", (change,))
    if not shares or not any(words in sick.message for words in ("refused", "denied", "No such")):
        return None
    change = FieldChange(f"{spec_path(sick.workload)}.volumes[{shares[0]}].nfs", None, None)
    return Fix.patched(sick.workload.ref, "Name an export that the nodes may mount", (change,))


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
    "application-error": _image,
    "bad-configuration": _configuration,
    "certificate-untrusted": _by_name,
    "command-not-found": _command,
    "container-config": _config_refused,
    "credentials-rejected": _credentials,
    "data-incompatible": _image,
    "data-locked": _one_writer,
    "file-permission": _files,
    "heap": _more_memory,
    "host-port": _of_workload("containers[0].ports[0].hostPort", "Do without the host port, or add a node"),
    "missing-setting": _environment,
    "pod-sandbox": _runtime,
    "port-in-use": _port,
    "rbac-forbidden": _rights,
    "runtime-version": _image,
    "readiness-gate": _of_workload("readinessGates", "Remove the gate, or bring its controller back"),
    "scheduling-gate": _gate,
    "segfault": _image,
    "topology-spread": _of_workload("topologySpreadConstraints", "Allow an uneven spread (ScheduleAnyway)"),
    "volume-mount": _mount,
}
"""By rule. A rule that makes its own fix does not need one here."""
