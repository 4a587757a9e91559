"""Deployments, StatefulSets, DaemonSets and ReplicaSets as one kind of row."""

from __future__ import annotations

import msgspec

from hexaops.backends.kubernetes.decoding.interning import Interner
from hexaops.backends.kubernetes.decoding.podspec import PodSpecWire, claims_of, resources_of
from hexaops.backends.kubernetes.decoding.wire import (
    ConditionWire,
    IntOrString,
    MetaWire,
    SelectorWire,
    Wire,
    conditions,
    created_at,
    owner_of,
    selector,
)
from hexaops.backends.kubernetes.rows import WorkloadRow

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
KEPT_ANNOTATIONS = (
    "deployment.kubernetes.io/",
    "kubernetes.io/change-cause",
    "deprecated.daemonset.template.generation",
    "meta.helm.sh/",
    "argocd.argoproj.io/",
    "kustomize.toolkit.fluxcd.io/",
    "helm.toolkit.fluxcd.io/",
    "fluxcd.io/",
    "autoscaling.keda.sh/",
    "hexaops",
)
"""Beginnings of the annotations that are kept: revision, managers, and our own records."""
_ANNOTATION_LIMIT = 256


class ManagedWire(Wire):
    manager: str = ""


class WorkloadMetaWire(MetaWire):
    annotations: dict[str, str] | None = None
    managed_fields: list[ManagedWire] | None = None


class TemplateMetaWire(Wire):
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class TemplateWire(Wire):
    metadata: TemplateMetaWire | None = None
    spec: PodSpecWire | None = None


class RollingWire(Wire):
    max_unavailable: IntOrString = None
    max_surge: IntOrString = None


class StrategyWire(Wire):
    type: str = ""
    rolling_update: RollingWire | None = None


class NamedMetaWire(Wire):
    name: str = ""


class NamedWire(Wire):
    metadata: NamedMetaWire


class WorkloadSpecWire(Wire):
    replicas: int | None = None
    selector: SelectorWire | None = None
    template: TemplateWire | None = None
    strategy: StrategyWire | None = None
    update_strategy: StrategyWire | None = None
    progress_deadline_seconds: int | None = None
    paused: bool = False
    volume_claim_templates: list[NamedWire] | None = None


class WorkloadStatusWire(Wire):
    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    updated_replicas: int = 0
    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    number_ready: int = 0
    number_available: int = 0
    updated_number_scheduled: int = 0
    update_revision: str = ""
    conditions: list[ConditionWire] | None = None


class WorkloadWire(Wire):
    metadata: WorkloadMetaWire = msgspec.field(default_factory=WorkloadMetaWire)
    spec: WorkloadSpecWire = msgspec.field(default_factory=WorkloadSpecWire)
    status: WorkloadStatusWire = msgspec.field(default_factory=WorkloadStatusWire)


def workload_row(kind: str, item: WorkloadWire, interner: Interner) -> WorkloadRow:
    """The compact row."""
    meta, spec, status = item.metadata, item.spec, item.status
    owner = owner_of(meta)
    template = spec.template or TemplateWire()
    labels = template.metadata or TemplateMetaWire()
    pod = template.spec or PodSpecWire()
    strategy = spec.strategy or spec.update_strategy or StrategyWire()
    rolling = strategy.rolling_update or RollingWire()
    numbers = _daemon_numbers(status) if kind == "DaemonSet" else _numbers(kind, spec, status)
    template_hash = (meta.labels or {}).get("pod-template-hash", "")
    return WorkloadRow(
        kind=kind,
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        generation=meta.generation,
        observed_generation=status.observed_generation,
        **numbers,
        selector=selector(spec.selector, interner),
        template_labels=interner.labels(labels.labels),
        annotations=_kept(meta.annotations),
        restarted_at=(labels.annotations or {}).get(RESTARTED_AT, ""),
        field_managers=tuple(dict.fromkeys(entry.manager for entry in meta.managed_fields or ())),
        owner_kind=owner.kind,
        owner_name=owner.name,
        owner_uid=owner.uid,
        strategy=interner.text(strategy.type),
        max_unavailable=rolling.max_unavailable,
        max_surge=rolling.max_surge,
        progress_deadline_seconds=spec.progress_deadline_seconds,
        paused=spec.paused,
        images=tuple(container.image for container in pod.containers or ()),
        container_names=interner.share(tuple(container.name for container in pod.containers or ())),
        claims=claims_of(pod),
        claim_templates=tuple(entry.metadata.name for entry in spec.volume_claim_templates or ()),
        resources=resources_of(pod),
        template_hash=template_hash or status.update_revision,
        conditions=conditions(status.conditions),
    )


def _numbers(kind: str, spec: WorkloadSpecWire, status: WorkloadStatusWire) -> dict[str, int]:
    # A ReplicaSet has one template only, so all its pods are "updated".
    updated = status.replicas if kind == "ReplicaSet" else status.updated_replicas
    return {
        "desired": 1 if spec.replicas is None else spec.replicas,
        "current": status.replicas,
        "ready": status.ready_replicas,
        "available": status.available_replicas,
        "updated": updated,
    }


def _daemon_numbers(status: WorkloadStatusWire) -> dict[str, int]:
    return {
        "desired": status.desired_number_scheduled,
        "current": status.current_number_scheduled,
        "ready": status.number_ready,
        "available": status.number_available,
        "updated": status.updated_number_scheduled,
    }


def _kept(annotations: dict[str, str] | None) -> dict[str, str]:
    return {
        key: value[:_ANNOTATION_LIMIT] for key, value in (annotations or {}).items() if key.startswith(KEPT_ANNOTATIONS)
    }
