"""Every rule, in order. Adding a rule is a function and its name in its file's tuple."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set

from hexaops.analysis.diagnosis.model import Finding
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules import (
    autoscaling,
    cluster,
    controllers,
    custom,
    gateways,
    images,
    ingresses,
    jobs,
    logs,
    nodes,
    operators,
    policies,
    probes,
    references,
    rollouts,
    running,
    saturation,
    scheduling,
    security,
    services,
    starting,
    storage,
    vulnerabilities,
)
from hexaops.analysis.diagnosis.snapshot import Snapshot

PodRule = Callable[[Sick], Finding | None]
Rule = Callable[[Snapshot], Iterator[Finding]]

POD_RULES: tuple[PodRule, ...] = (
    *starting.BEFORE_REFERENCES,
    *scheduling.RULES,
    *references.RULES,
    *images.RULES,
    *starting.RULES,
    *running.RULES,
    *logs.RULES,
    *probes.RULES,
    *logs.LATE,
    *running.LATE,
)
"""Rules for one sick pod, what is certain before what is probable: the first that explains it is its cause."""

RULES: tuple[Rule, ...] = (
    *nodes.RULES,
    *storage.RULES,
    *controllers.RULES,
    *jobs.RULES,
    *autoscaling.RULES,
    *services.RULES,
    *ingresses.RULES,
    *gateways.RULES,
    *policies.RULES,
    *security.RULES,
    *vulnerabilities.RULES,
    *operators.RULES,
    *saturation.RULES,
    *rollouts.RULES,
    *custom.RULES,
    *cluster.RULES,
)
"""Rules for everything else."""

NEEDS: Mapping[str, Set[str]] = {
    "daemonset-nowhere": {"Node"},
    "headless-service-missing": {"Service"},
    "hpa-target-missing": {"Deployment", "StatefulSet", "ReplicaSet"},
    "ingress-backend": {"Service"},
    "ingress-class-missing": {"IngressClass"},
    "network-policy-nothing": {"Pod"},
    "no-default-storage-class": {"StorageClass"},
    "pdb-selects-nothing": {"Pod"},
    "provisioner-silent": {"Event"},
    "rbac-role-missing": {"Role", "ClusterRole"},
    "scheduler-missing": {"Event"},
    "service-selector": {"Pod"},
    "storage-class-missing": {"StorageClass"},
    "tls-secret": {"Secret"},
}
"""Rules that conclude from what is absent: they say nothing where a kind of these was not read."""
