"""Containers that start and then end, are killed, or do not become ready."""

from __future__ import annotations

import re

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import mapping, quantity, spec_path, text
from hexaops.analysis.diagnosis.pods import FLAPPING_RESTARTS, Sick, has_succeeded
from hexaops.analysis.diagnosis.rules import probes
from hexaops.analysis.diagnosis.rules.making import ended_with, from_pod, patch, quote
from hexaops.analysis.diagnosis.rules.probes import AT_LIMIT, killed_by
from hexaops.analysis.diagnosis.usage import usage_of
from hexaops.kit.quantities import format_bytes

_KILLED_CHILD = re.compile(r"(?i)sent SIGKILL! Perhaps out of memory|out of memory: killed process|\boom-kill")
_SKIPPED = re.compile(r"Keys \[([^\]]{1,500})\] from the EnvFrom (\w+) [^/\s]{1,63}/(\S{1,253}) were skipped")
_NODE_SHORT = re.compile(r"low on resource: ([\w-]{1,40})")


def out_of_memory(sick: Sick) -> Finding | None:
    """A container that the kernel killed for its memory limit."""
    one = sick.broken
    if one is None:
        return None
    limit = one.limit("memory")
    used = usage_of(sick.snapshot, sick.pod.namespace, sick.pod.name, one.name).memory_bytes
    full = one.exit_code == 137 and used and used >= AT_LIMIT * (quantity(limit) or used * 2) and not _probed(sick)
    if not (text(one.ended, "reason") == "OOMKilled" or _killed_within(sick) or full):
        return None
    where = f"its memory limit of {limit}" if limit else "the memory of its node (it has no limit)"
    evidence = (Evidence("metric", sick.pod.ref, f"working set {format_bytes(used)}"),) if used else ()
    fix = patch(
        sick,
        "Raise the memory limit, or make the program use less",
        FieldChange("resources.limits.memory", limit or None, _double(sick)),
    )
    what = "killed at its memory limit" if full and text(one.ended, "reason") != "OOMKilled" else "OOMKilled"
    what = what if one.exit_code == 137 else "a child process was OOMKilled"
    return from_pod(
        sick,
        "oom",
        f"{sick.container} is killed again and again: {what} ({one.restarts} restarts)",
        f"out of memory: {sick.container} needs more than {where}",
        evidence=evidence,
        fix=fix,
    )


def _probed(sick: Sick) -> bool:
    """Whether the kubelet killed it for a probe, which ends with the same exit code."""
    return any(killed_by(sick, kind) for kind in ("liveness", "startup"))


def _killed_within(sick: Sick) -> bool:
    """Whether the kernel killed a process of the container, which then ended itself without the reason OOMKilled."""
    if not sick.crashing or sick.broken is None or sick.broken.exit_code == 0:
        return False
    told = any(_KILLED_CHILD.search(line) for line in sick.log.splitlines()[-20:])
    node = Ref("Node", "", sick.pod.text("spec", "nodeName"))
    names = {sick.broken.name, *[text(sick.broken.spec, "image").rpartition("/")[2].partition(":")[0]]}
    seen = any(
        _of_container(event.message, names, sick.pod.name)
        for event in sick.snapshot.events(node, "OOMKilling", within=1800)
    )
    return (told and sick.broken.exit_code in {1, 137}) or (seen and sick.broken.exit_code == 137)


def _of_container(message: str, names: set[str], pod: str) -> bool:
    found = re.search(r"Killed process \d+ \(([^)]{1,64})\)", message)
    return pod in message or bool(found and found[1] in names)


def _double(sick: Sick) -> str | None:
    limit = quantity(sick.broken.limit("memory")) if sick.broken else None
    return format_bytes(limit * 2) if limit else None


def evicted(sick: Sick) -> Finding | None:
    """The kubelet put the pod out for what it used, or for its node."""
    if sick.pod.text("status", "reason") not in {"Evicted", "Preempting"}:
        return None
    said = sick.pod.text("status", "message")
    low = _NODE_SHORT.search(said)
    name = sick.pod.text("spec", "nodeName")
    node = Ref("Node", "", name)
    cause = f"evicted: the node {name} was low on {low[1]}: {quote(said)}" if low else f"evicted: {quote(said)}"
    return from_pod(
        sick,
        "evicted",
        "pods were evicted",
        cause,
        key=f"evicted {sick.workload.ref if sick.workload.kind != 'Pod' else (name, low[1] if low else '')}",
        evidence=sick.event_evidence("Evicted"),
        symptom_of=(node,) if low else (),
    )


_SIGNALS = {
    139: ("segfault", "it crashed with a segmentation fault (exit code 139, SIGSEGV)"),
    134: ("segfault", "it aborted itself (exit code 134, SIGABRT)"),
    132: ("segfault", "illegal instruction: it ran one that the processor does not know (exit code 132, SIGILL)"),
    135: ("segfault", "bus error (exit code 135, SIGBUS)"),
}


def signalled(sick: Sick) -> Finding | None:
    """Ended by a signal of its own making."""
    known = _SIGNALS.get(sick.broken.exit_code or 0) if sick.broken and sick.crashing else None
    if known is None:
        return None
    last = next((line for line in reversed(sick.log.splitlines()) if line.strip()), "")
    said = f"; its last line: {quote(last)}" if last else ""
    return from_pod(sick, known[0], f"{sick.container} keeps crashing", f"{known[1]}{said}")


def completed(sick: Sick) -> Finding | None:
    """The program ends well, and is started again for ever."""
    one = sick.broken
    if one is None or not sick.crashing or one.exit_code != 0 or one.init or one.restarts < FLAPPING_RESTARTS:
        return None
    args = one.spec.get("command") or one.spec.get("args")
    cause = (
        "its main process ends by itself with exit code 0, and restartPolicy Always starts it again: the "
        "command is not one that keeps running"
    )
    return from_pod(
        sick,
        "completed-container",
        f"{sick.container} keeps restarting",
        cause,
        fix=patch(
            sick,
            "Run a command that keeps running, or make it a Job",
            FieldChange("command", " ".join(map(str, args)) if isinstance(args, list) else None, None),
        ),
    )


def _memory_of_node(sick: Sick) -> Finding | None:
    """Killed, though not for its own limit, while its node ran out of memory."""
    ref = Ref("Node", "", sick.pod.text("spec", "nodeName"))
    events = sick.snapshot.events(ref, "SystemOOM", "EvictionThresholdMet")
    if sick.broken is None or sick.broken.exit_code != 137 or not events:
        return None
    return from_pod(
        sick,
        "node-out-of-memory",
        f"{sick.container} keeps being killed",
        f"node {ref.name} has no memory left, and its kernel kills processes (SystemOOM): {quote(events[0].message)}",
        evidence=(events[0].evidence,),
        symptom_of=(ref,),
    )


def crash(sick: Sick) -> Finding | None:
    """Ends with an exit code and says nothing that is known."""
    one = sick.broken
    if one is None or not sick.crashing:
        return None
    node = _memory_of_node(sick)
    if node is not None:
        return node
    said = sick.log.strip().splitlines()
    hint = (
        f"; its last line: {quote(said[-1])}"
        if said
        else "; cannot tell why: no logs of it were read, the previous run's log would show it"
    )
    cause = f"{sick.container} ends with {ended_with(one.exit_code)}{hint}"
    if sick.pod.text("status", "phase") == "Failed" and sick.workload.kind == "Pod":
        return from_pod(sick, "pod-failed", "the pod has failed", cause)
    return from_pod(sick, "crash", f"{sick.container} keeps crashing ({one.restarts} restarts)", cause)


_REJECTED = {
    "OutOfcpu": "its node had too little cpu left when it got there",
    "OutOfmemory": "its node had too little memory left when it got there",
    "OutOfpods": "its node already ran as many pods as it may",
    "OutOfephemeral-storage": "its node had too little ephemeral storage left when it got there",
    "UnexpectedAdmissionError": "a device or resource that it was promised could not be given",
    "NodeAffinity": "the labels of its node no longer match its node selector or affinity",
    "NodePorts": "a host port that it needs is taken on its node",
    "TopologyAffinityError": "its node could not give the resources from one NUMA node",
    "UnsupportedPodSpec": "its node cannot run such a pod",
    "AppArmor": "its AppArmor profile cannot be used on its node",
    "SysctlForbidden": "it sets a sysctl that its node does not allow",
    "NodeShutdown": "its node was shut down",
    "Terminated": "its node was shut down",
}
"""Reasons of the kubelet's admission (pkg/kubelet/lifecycle) and shutdown."""


def rejected(sick: Sick) -> Finding | None:
    """The kubelet did not accept the pod, or ended it with its node."""
    reason = sick.pod.text("status", "reason")
    why = _REJECTED.get(reason)
    if why is None or sick.pod.text("status", "phase") != "Failed":
        return None
    message = sick.pod.text("status", "message")
    node = sick.pod.text("spec", "nodeName")
    return from_pod(
        sick,
        "pod-rejected",
        f"the pod has failed: {reason}",
        f"{why} ({node}): {quote(message)}" if message else f"{why} ({node})",
        evidence=sick.event_evidence(reason),
        fix=_admissible(sick, reason),
    )


def _admissible(sick: Sick, reason: str) -> Fix:
    """What the kubelet refuses for what it asks for has to ask for less; another pod would be refused as well."""
    field = {"SysctlForbidden": "securityContext.sysctls", "AppArmor": "securityContext.appArmorProfile"}.get(reason)
    if field is None:
        return Fix(Action.DELETE, sick.pod.ref, "Delete it; a controller or a new pod takes its place")
    change = FieldChange(f"{spec_path(sick.workload)}.{field}", "set", None)
    return Fix.patched(sick.workload.ref, "Do without it, or let the nodes' kubelets allow it", (change,))


def not_ready(sick: Sick) -> Finding | None:
    """Anything else: what it waits for cannot be told."""
    reason = sick.pod.text("status", "reason") or (sick.broken.reason if sick.broken else "")
    message = sick.pod.text("status", "message") or next((one.message for one in sick.events if one.warning), "")
    if reason == "DeadlineExceeded":
        return from_pod(
            sick,
            "pod-deadline",
            "the pod was ended",
            "it ran longer than its activeDeadlineSeconds allows",
            fix=Fix.patched(
                sick.workload.ref,
                "Allow more time",
                (FieldChange(f"{spec_path(sick.workload)}.activeDeadlineSeconds", None, None),),
            ),
        )
    gates = [text(one, "conditionType") for one in sick.pod.items("spec", "readinessGates")]
    closed = [one for one in gates if sick.pod.condition(one).get("status") != "True"]
    if closed and all(one.ready for one in sick.all if not one.init):
        return from_pod(
            sick,
            "readiness-gate",
            "pods run and are not ready",
            f"the readiness gate {', '.join(closed)} is not true: its controller has not set it",
        )
    cause = (
        f"{reason}: {quote(message)}"
        if message
        else f"cannot tell: {reason or 'not ready'}, and no event says why; the pod's events and logs would show it"
    )
    return from_pod(sick, "pod-not-ready", "pods are not ready", cause, severity=Severity.HIGH)


def held_job(sick: Sick) -> Finding | None:
    """A Job's pod whose work is done, and that a container of another purpose keeps running."""
    done = [one.name for one in sick.all if not one.init and has_succeeded(one)]
    running = [one.name for one in sick.all if mapping(one.status, "state", "running") and one.ready]
    if text(sick.pod.controller(), "kind") != "Job" or not done or not running:
        return None
    names = ", ".join(running)
    return from_pod(
        sick,
        "job-held",
        "the Job does not complete although its work is done",
        f"the sidecar {names} keeps running after {', '.join(done)} has succeeded, so the pod never ends",
        fix=Fix.patched(
            sick.workload.ref,
            f"Make {names} an init container with restartPolicy Always: Kubernetes then ends it with the others",
            (FieldChange(f"{spec_path(sick.workload)}.initContainers", None, names),),
        ),
    )


def invalid_variable_names(sick: Sick) -> Finding | None:
    """Keys of a ConfigMap or Secret that were left out of the environment, of a container that then fails."""
    found = [one for one in sick.events if one.reason == "InvalidEnvironmentVariableNames"]
    said = _SKIPPED.search(found[0].message) if found else None
    if said is None or not sick.crashing:
        return None
    kind = "Secret" if said[2].lower() == "secret" else "ConfigMap"
    holder = Ref(kind, sick.pod.namespace, said[3])
    last = sick.log.strip().splitlines()[-1:]
    return from_pod(
        sick,
        "invalid-variable-names",
        f"{sick.container} keeps crashing",
        f"the keys {said[1]} of {kind} {said[3]} are no valid names of environment variables, and were skipped"
        + (f"; its last line: {quote(last[0])}" if last else ""),
        evidence=(found[0].evidence,),
        root=holder,
        fix=Fix.patched(
            holder, "Rename the keys", tuple(FieldChange(f"data.{key}", key, None) for key in said[1].split(", "))
        ),
    )


RULES = (evicted, rejected, out_of_memory, held_job, invalid_variable_names)
LATE = (signalled, completed, probes.readiness_probe, crash, not_ready)
"""In this order: the first that explains the pod is its cause."""
