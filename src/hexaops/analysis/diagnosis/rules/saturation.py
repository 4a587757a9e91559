"""Containers that run and are at the end of what they may use."""

from __future__ import annotations

from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding, Fix, Severity
from hexaops.analysis.diagnosis.objects import Obj, quantity, spec_path
from hexaops.analysis.diagnosis.pods import Container, containers_of, is_ready
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.analysis.diagnosis.usage import Usage, figures_by_pod, usage_in
from hexaops.kit.quantities import format_bytes, format_cpu

MUCH_THROTTLED = 0.5
"""Half of all periods: the program runs at a fraction of its speed."""
NEARLY_FULL = 0.95


def saturated(snapshot: Snapshot) -> Iterator[Finding]:
    """A ready container that is throttled most of the time, or about to be killed for its memory."""
    measured = figures_by_pod(snapshot)
    if not measured:
        return
    for pod in snapshot.each("Pod"):
        figures = measured.get(f"{pod.namespace}/{pod.name}")
        if not figures or not is_ready(pod):
            continue
        for one in containers_of(pod):
            if one.name in figures:
                yield from _judge(snapshot, pod, one, usage_in(figures[one.name]))


def _judge(snapshot: Snapshot, pod: Obj, one: Container, used: Usage) -> Iterator[Finding]:
    cpu, memory = quantity(one.limit("cpu")), quantity(one.limit("memory"))
    throttled = used.throttled_ratio is not None and used.throttled_ratio >= MUCH_THROTTLED
    full = memory and used.memory_bytes is not None and used.memory_bytes >= NEARLY_FULL * memory
    if not throttled and not full:
        return
    above = snapshot.workload(pod)
    path = f"{spec_path(above)}.containers[{one.name}].resources.limits"
    if used.throttled_ratio is not None and throttled:
        seen = f"throttled in {used.throttled_ratio:.0%} of its periods"
        change = FieldChange(f"{path}.cpu", one.limit("cpu") or None, format_cpu(cpu * 2) if cpu else None)
        yield Finding(
            rule="cpu-throttling",
            subject=above.ref,
            finding=f"container {one.name} is slowed down",
            cause=f"its CPU limit {one.limit('cpu')} is too low: it is {seen}",
            severity=Severity.MEDIUM,
            evidence=(Evidence("metric", pod.ref, seen),),
            fix=Fix.patched(above.ref, "Raise the CPU limit", (change,)),
            affected=(above.ref, pod.ref),
        )
    if memory and used.memory_bytes is not None and full:
        seen = f"it uses {format_bytes(used.memory_bytes)} of its memory limit {one.limit('memory')}"
        change = FieldChange(f"{path}.memory", one.limit("memory"), format_bytes(memory * 2))
        yield Finding(
            rule="memory-near-limit",
            subject=above.ref,
            finding=f"container {one.name} is about to be killed (OOMKilled)",
            cause=seen,
            severity=Severity.MEDIUM,
            evidence=(Evidence("metric", pod.ref, seen),),
            fix=Fix.patched(above.ref, "Raise the memory limit, or make the program use less", (change,)),
            affected=(above.ref, pod.ref),
        )


RULES = (saturated,)
