"""Containers that cannot be made or started: mounts, network, commands, hooks; and pods that cannot go."""

from __future__ import annotations

import re

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import items, mapping, strings, text
from hexaops.analysis.diagnosis.pods import DELETION_SECONDS, Sick
from hexaops.analysis.diagnosis.rules.doing import NETWORK_PLUGINS, network_plugins_of
from hexaops.analysis.diagnosis.rules.making import from_pod, node_of, patch, quote

_VOLUME = re.compile(r'for volume "([^"]{1,253})"')
_NO_ACCOUNT = re.compile(r'failed to fetch token: serviceaccounts? "([^"]{1,253})" not found')
_EXEC = re.compile(r'exec: "([^"]{1,300})"')
_SHELL = re.compile(r"not found|ermission denied|(?:\bexec |env: |bad interpreter).{0,200}[Nn]o such file or directory")
"""What a shell says of a command that it cannot run."""
_COMMAND = re.compile(
    r"(?i)executable file not found|no such file or directory|permission denied|not a directory|is a directory"
)
_NO_ADDRESS = re.compile(
    r"(?i)no IPs available|no IP addresses available|failed to assign an IP|InsufficientFreeAddresses|range is full"
)
_HANDLER = re.compile(
    r'no runtime for "([^"]{1,63})" is configured|[Rr]untime ?[Hh]andler "?([\w.-]{1,63})"? (?:not|is not)'
)
_NETWORK = re.compile(r"(?i)\bcni\b|network|plugin type|setup pod|calico|cilium|flannel")
_STORAGE_PLUGINS = re.compile(r"csi|storage|longhorn|ceph|rook|openebs|nfs|efs|ebs")
_MOUNT_EVENTS = ("FailedAttachVolume", "FailedMount", "FailedMapVolume")
_LOST = frozenset({"NodeNotReady", "NodeLost"})


def on_lost_node(sick: Sick) -> Finding | None:
    """The pod's node is not ready: whatever is wrong with the pod comes from there."""
    node = sick.snapshot.find("Node", "", sick.pod.text("spec", "nodeName"))
    lost = node is not None and node.condition("Ready").get("status") != "True"
    if not lost and text(sick.pod.condition("Ready"), "reason") not in _LOST:
        return None
    if node is not None and sick.workload.ref in network_plugins_of(sick.snapshot, node):
        return None
    name = sick.pod.text("spec", "nodeName")
    return from_pod(
        sick,
        "pod-on-lost-node",
        "pods are not ready",
        f"their node {name} is not ready",
        key=f"lost {name}",
        root=Ref("Node", "", name),
        symptom_of=(Ref("Node", "", name),),
    )


def stuck_terminating(sick: Sick) -> Finding | None:
    """A pod that does not go."""
    if sick.pod.deleted is None:
        return None
    names = strings(sick.pod.raw, "metadata", "finalizers")
    minutes = int(sick.snapshot.age(sick.pod.deleted) / 60)
    if names:
        cause = f"its finalizer {', '.join(names)} has not been removed by the controller that set it"
        fix = Fix.patched(
            sick.pod.ref,
            "Let the finalizer's controller finish, or remove the finalizer",
            (FieldChange("metadata.finalizers", ", ".join(names), None),),
        )
    else:
        cause, fix = (
            "cannot tell: no finalizer holds it, so its kubelet has not confirmed the end; the kubelet's "
            "log would show why",
            None,
        )
    found = from_pod(
        sick,
        "terminating-stuck",
        f"the pod has been Terminating for {minutes} minutes (over {DELETION_SECONDS:.0f} s more than its "
        f"grace period)",
        cause,
        fix=fix,
        severity=Severity.MEDIUM,
    )
    return Finding(
        found.rule,
        sick.pod.ref,
        found.finding,
        found.cause,
        found.severity,
        found.evidence,
        found.fix,
        f"terminating {sick.pod.ref}",
        affected=found.affected,
    )


def volume(sick: Sick) -> Finding | None:
    """A volume that cannot be attached or mounted."""
    if (
        sick.crashing
        or not sick.pod.text("spec", "nodeName")
        or (sick.broken and sick.broken.reason not in {"ContainerCreating", "PodInitializing", ""})
    ):
        return None
    found = [one for one in sick.events if one.reason in _MOUNT_EVENTS]
    if not found:
        return None
    event = next((one for one in found if not one.message.startswith("Unable to attach or mount volumes")), found[0])
    name = _VOLUME.search(event.message)
    evidence = (event.evidence,)
    if account := _NO_ACCOUNT.search(event.message):
        missing = Ref("ServiceAccount", sick.pod.namespace, account[1])
        return from_pod(
            sick,
            "missing-service-account",
            "pods are stuck in ContainerCreating",
            f"ServiceAccount {account[1]} does not exist in namespace {sick.pod.namespace}: it has no token to mount",
            key=f"missing {missing}",
            root=missing,
            evidence=evidence,
            fix=Fix(Action.CREATE, missing, f"Create the ServiceAccount {account[1]}"),
        )
    claims = tuple(
        Ref("PersistentVolumeClaim", sick.pod.namespace, text(one, "persistentVolumeClaim", "claimName"))
        for one in sick.pod.items("spec", "volumes")
        if mapping(one, "persistentVolumeClaim")
    )
    if "Multi-Attach" in event.message:
        return _attached_elsewhere(sick, name, evidence)
    what = "attached" if event.reason == "FailedAttachVolume" else "mounted"
    words = event.message.replace("CSI drivers", "CSI drivers").splitlines()
    detail = quote(" ".join(words)[-QUOTED:])
    driver = " (its CSI driver does not run on the node)" if "list of registered CSI drivers" in event.message else ""
    source = _source_of(sick, name[1] if name else "")
    plugins = _daemons(sick, _STORAGE_PLUGINS) if driver else ()
    return from_pod(
        sick,
        f"volume-{'attach' if what == 'attached' else 'mount'}",
        "pods are stuck in ContainerCreating",
        f"volume {name[1] if name else ''}{source} cannot be {what}{driver}: {detail}",
        evidence=evidence,
        symptom_of=(*plugins, *claims, *node_of(sick, event.message)),
    )


QUOTED = 280


def _attached_elsewhere(sick: Sick, name: re.Match[str] | None, evidence: tuple[Evidence, ...]) -> Finding:
    """A volume for one node that another node still has."""
    held = [
        one.text("spec", "nodeName")
        for one in sick.snapshot.of("VolumeAttachment")
        if name
        and one.text("spec", "source", "persistentVolumeName") == name[1]
        and one.text("spec", "nodeName") != sick.pod.text("spec", "nodeName")
    ]
    cause = (
        f"Multi-Attach: volume {name[1] if name else ''} is still attached to another "
        f"node{' (' + ', '.join(held) + ')' if held else ''}, and it is ReadWriteOnce{_detach_error(sick, name)}"
    )
    return from_pod(
        sick,
        "volume-attach",
        "pods are stuck in ContainerCreating",
        cause,
        evidence=evidence,
        symptom_of=_lost_holders(sick, held),
    )


def _lost_holders(sick: Sick, attached: list[str]) -> tuple[Ref, ...]:
    """Nodes that are not ready and still have the volume: where it is attached, or a pod before this one ran."""
    before = [pod.text("spec", "nodeName") for pod in sick.snapshot.pods_of(sick.workload)]
    refs = (Ref("Node", "", name) for name in dict.fromkeys([*attached, *before]) if name)
    nodes = [one for ref in refs if (one := sick.snapshot.at(ref)) is not None]
    return tuple(one.ref for one in nodes if one.condition("Ready").get("status") != "True")


def _detach_error(sick: Sick, name: re.Match[str] | None) -> str:
    """Why the attachment that is to go does not."""
    for one in sick.snapshot.of("VolumeAttachment"):
        said = one.text("status", "detachError", "message")
        if said and name and one.text("spec", "source", "persistentVolumeName") == name[1]:
            return f"; detaching it fails: {quote(said)}"
    return ""


def _source_of(sick: Sick, name: str) -> str:
    for one in items(sick.pod.mapping("spec"), "volumes"):
        if text(one, "name") == name and mapping(one, "nfs"):
            return f" (NFS {text(one, 'nfs', 'server')}:{text(one, 'nfs', 'path')})"
    return ""


def sandbox(sick: Sick) -> Finding | None:
    """The pod's network cannot be set up."""
    found = [one for one in sick.events if one.reason == "FailedCreatePodSandBox"]
    if not found or sick.crashing:
        return None
    said = found[0].message
    key = f"sandbox {quote(said)[-80:]}"
    if _NO_ADDRESS.search(said):
        why = "no IP address is left in the pool"
    elif handler := _HANDLER.search(said):
        why = f"its node has no container runtime named {handler[1] or handler[2]} (runtimeClassName)"
    elif _NETWORK.search(said):
        why = "the network plugin (CNI) fails"
    else:
        why = "the container runtime cannot make the pod's sandbox"
    plugin = re.search(r'plugin type="([^"]{1,60})"', said)
    cause = f"{why}{' (' + plugin[1] + ')' if plugin else ''}: {quote(said[-QUOTED:])}"
    return from_pod(
        sick,
        "pod-sandbox",
        "pods are stuck in ContainerCreating: FailedCreatePodSandBox",
        cause,
        key=key,
        evidence=(found[0].evidence,),
        symptom_of=_daemons(sick, NETWORK_PLUGINS),
    )


def _daemons(sick: Sick, names: re.Pattern[str]) -> tuple[Ref, ...]:
    """DaemonSets whose pods do this work on the nodes: if one of them is sick, this is its symptom."""
    return tuple(one.ref for one in sick.snapshot.of("DaemonSet") if names.search(one.name))


def command(sick: Sick) -> Finding | None:
    """The command of the container is not there, or may not be executed."""
    if sick.broken is None:
        return None
    said = "\n".join(
        [
            text(sick.broken.waiting, "message"),
            text(sick.broken.ended, "message"),
            *[one.message for one in sick.events if one.reason == "Failed"],
        ]
    )
    if not ("exec:" in said or sick.broken.exit_code in {126, 127}):
        return None
    found = _EXEC.search(said)
    shell = next(
        (line for line in reversed(sick.log.splitlines()[-10:]) if _SHELL.search(line)),
        "",
    )
    if found is None and not shell:
        return None
    detail = _COMMAND.search(said if found else shell)
    if found and detail is None:
        return None
    words = detail[0].lower() if detail else "not found"
    words = f"{words} (not found in the image)" if "no such file" in words or "executable file" in words else words
    name = found[1] if found else quote(shell)
    args = sick.broken.spec.get("command")
    fix = patch(
        sick,
        "Correct the command",
        FieldChange("command", " ".join(map(str, args)) if isinstance(args, list) else None, None),
    )
    evidence = (Evidence("status", sick.pod.ref, quote(said.strip().splitlines()[0] if said.strip() else shell)),)
    return from_pod(
        sick,
        "command-not-found",
        f"{sick.container} cannot start",
        f"its command {name}: {words}",
        evidence=evidence,
        fix=fix,
    )


def start_refused(sick: Sick) -> Finding | None:
    """The runtime refuses to start the container for another reason."""
    if sick.broken is None or not (
        sick.broken.reason in {"RunContainerError", "StartError"}
        or text(sick.broken.ended, "reason") in {"StartError", "ContainerCannotRun"}
    ):
        return None
    said = text(sick.broken.waiting, "message") + text(sick.broken.ended, "message") or sick.message
    cause = (
        f"the container runtime refuses: {quote(said[-QUOTED:])}"
        if said
        else "cannot tell: the runtime's message was not read"
    )
    return from_pod(sick, "container-start", f"{sick.container} cannot start", cause)


def post_start_hook(sick: Sick) -> Finding | None:
    """The postStart hook fails, so the kubelet kills the container."""
    found = [one for one in sick.events if one.reason == "FailedPostStartHook"]
    if not found or sick.broken is None:
        return None
    return from_pod(
        sick,
        "post-start-hook",
        f"{sick.container} keeps being killed",
        f"its postStart hook fails: {quote(found[0].message)}",
        evidence=(found[0].evidence,),
        fix=patch(sick, "Mend or remove the postStart hook", FieldChange("lifecycle.postStart", None, None)),
    )


BEFORE_REFERENCES = (on_lost_node, stuck_terminating)
RULES = (volume, sandbox, post_start_hook, command, start_refused)
"""In this order: the first that explains the pod is its cause."""
