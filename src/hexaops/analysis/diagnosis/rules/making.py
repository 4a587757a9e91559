"""How the rules for pods make a finding of what they saw."""

from __future__ import annotations

import re
from typing import TypedDict, Unpack

from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import items, spec_path, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.kit.text import plain

QUOTE = 300


def quote(words: str) -> str:
    """Text of the cluster or of a log, made fit to be shown."""
    return plain(words, QUOTE)


_SIGNALS = {
    132: "illegal instruction (SIGILL)",
    134: "aborted (SIGABRT)",
    135: "bus error (SIGBUS)",
    136: "arithmetic error (SIGFPE)",
    137: "killed (SIGKILL)",
    139: "segmentation fault (SIGSEGV)",
    143: "asked to end (SIGTERM)",
}


def ended_with(code: int | None) -> str:
    """An exit code in words, with the signal that it stands for."""
    signal = _SIGNALS.get(code or 0)
    return f"exit code {code}, {signal}" if signal else f"exit code {code}"


class Details(TypedDict, total=False):
    """What a finding about a pod may have besides its words."""

    key: str
    severity: Severity
    evidence: tuple[Evidence, ...]
    fix: Fix | None
    root: Ref | None
    symptom_of: tuple[Ref, ...]


def from_pod(sick: Sick, rule: str, finding: str, cause: str, **details: Unpack[Details]) -> Finding:
    """A finding about the pod's workload, with the pod among what is affected."""
    return Finding(
        rule=rule,
        subject=sick.workload.ref,
        finding=finding,
        cause=cause,
        severity=details.get("severity", Severity.HIGH),
        evidence=(sick.status_evidence(), *details.get("evidence", ())),
        fix=details.get("fix"),
        key=details.get("key") or f"{rule} {sick.group}",
        root=details.get("root"),
        symptom_of=details.get("symptom_of", ()),
        affected=sick.refs,
    )


def log_evidence(sick: Sick, line: str) -> Evidence:
    """A line of the broken container's log."""
    return Evidence("log", sick.pod.ref, quote(line))


_DISK = re.compile(r"(?i)read-only file system|input/output error|no space left on device|disk quota exceeded")


def node_of(sick: Sick, said: str) -> tuple[Ref, ...]:
    """The pod's node, where an error of its kubelet or runtime is one of the node's own disk."""
    name = sick.pod.text("spec", "nodeName")
    return (Ref("Node", "", name),) if name and _DISK.search(said) else ()


def container_path(sick: Sick) -> str:
    """Where the broken container stands in its workload."""
    assert sick.broken is not None
    part = "initContainers" if sick.broken.init else "containers"
    names = [text(one, "name") for one in items(sick.pod.mapping("spec"), part)]
    at = names.index(sick.broken.name) if sick.broken.name in names else 0
    return f"{spec_path(sick.workload)}.{part}[{at}]"


def patch(sick: Sick, summary: str, *changes: FieldChange) -> Fix:
    """A fix of the workload; paths are relative to the broken container."""
    base = container_path(sick)
    return Fix.patched(sick.workload.ref, summary, tuple(one._replace(path=f"{base}.{one.path}") for one in changes))


def seen(sick: Sick) -> str:
    """What a container that fails for something in its log does."""
    return f"{sick.container} keeps crashing" if sick.crashing else f"{sick.container} is not ready"
