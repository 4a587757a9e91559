"""Autoscalers, disruption budgets and quotas."""

from __future__ import annotations

import msgspec

from hexaops.backends.kubernetes.decoding.interning import Interner, quantity
from hexaops.backends.kubernetes.decoding.wire import (
    ConditionWire,
    IntOrString,
    ItemWire,
    ReferenceWire,
    SelectorWire,
    Wire,
    conditions,
    created_at,
    selector,
)
from hexaops.backends.kubernetes.rows import HpaMetricRow, HpaRow, PdbRow, QuotaRow
from hexaops.backends.kubernetes.times import parse_moment


class ValueWire(Wire):
    type: str = ""
    average_utilization: int | None = None
    average_value: IntOrString = None
    value: IntOrString = None

    def shown(self) -> str | None:
        """The one that is set, as text."""
        for found in (self.average_utilization, self.average_value, self.value):
            if found is not None:
                return str(found)
        return None


class NamedMetricWire(Wire):
    name: str = ""


class SourceWire(Wire):
    name: str = ""
    metric: NamedMetricWire | None = None
    target: ValueWire | None = None
    current: ValueWire | None = None


class MetricWire(Wire):
    type: str = ""
    resource: SourceWire | None = None
    container_resource: SourceWire | None = None
    pods: SourceWire | None = None
    object: SourceWire | None = None
    external: SourceWire | None = None

    def source(self) -> SourceWire:
        """The one that is set."""
        return self.resource or self.container_resource or self.pods or self.object or self.external or SourceWire()


class HpaSpecWire(Wire):
    scale_target_ref: ReferenceWire = msgspec.field(default_factory=ReferenceWire)
    min_replicas: int | None = None
    max_replicas: int = 0
    metrics: list[MetricWire] | None = None


class HpaStatusWire(Wire):
    current_replicas: int = 0
    desired_replicas: int = 0
    current_metrics: list[MetricWire] | None = None
    conditions: list[ConditionWire] | None = None
    last_scale_time: str | None = None


class HpaWire(ItemWire):
    spec: HpaSpecWire = msgspec.field(default_factory=HpaSpecWire)
    status: HpaStatusWire = msgspec.field(default_factory=HpaStatusWire)


def hpa_row(item: HpaWire, interner: Interner) -> HpaRow:
    """The compact row."""
    meta, spec, status = item.metadata, item.spec, item.status
    return HpaRow(
        kind="HorizontalPodAutoscaler",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        target_kind=spec.scale_target_ref.kind,
        target_name=spec.scale_target_ref.name,
        min_replicas=1 if spec.min_replicas is None else spec.min_replicas,
        max_replicas=spec.max_replicas,
        current=status.current_replicas,
        desired=status.desired_replicas,
        metrics=_metrics(spec, status),
        conditions=conditions(status.conditions),
        last_scaled_at=parse_moment(status.last_scale_time),
    )


def _metrics(spec: HpaSpecWire, status: HpaStatusWire) -> tuple[HpaMetricRow, ...]:
    seen = {_name(metric): metric.source().current for metric in status.current_metrics or ()}
    rows = []
    for metric in spec.metrics or ():
        target = metric.source().target or ValueWire()
        current = seen.get(_name(metric))
        rows.append(
            HpaMetricRow(_name(metric), target.type, target.shown() or "", current.shown() if current else None)
        )
    return tuple(rows)


def _name(metric: MetricWire) -> str:
    source = metric.source()
    return source.name or (source.metric.name if source.metric else "")


class PdbSpecWire(Wire):
    selector: SelectorWire | None = None
    min_available: IntOrString = None
    max_unavailable: IntOrString = None


class PdbStatusWire(Wire):
    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0


class PdbWire(ItemWire):
    spec: PdbSpecWire = msgspec.field(default_factory=PdbSpecWire)
    status: PdbStatusWire = msgspec.field(default_factory=PdbStatusWire)


def pdb_row(item: PdbWire, interner: Interner) -> PdbRow:
    """The compact row."""
    meta, spec, status = item.metadata, item.spec, item.status
    return PdbRow(
        kind="PodDisruptionBudget",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        selector=selector(spec.selector, interner) if spec.selector else None,
        disruptions_allowed=status.disruptions_allowed,
        current_healthy=status.current_healthy,
        desired_healthy=status.desired_healthy,
        expected_pods=status.expected_pods,
        min_available=spec.min_available,
        max_unavailable=spec.max_unavailable,
    )


class QuotaStatusWire(Wire):
    hard: dict[str, str] | None = None
    used: dict[str, str] | None = None


class QuotaWire(ItemWire):
    status: QuotaStatusWire = msgspec.field(default_factory=QuotaStatusWire)


def quota_row(item: QuotaWire, interner: Interner) -> QuotaRow:
    """The compact row."""
    meta = item.metadata
    return QuotaRow(
        kind="ResourceQuota",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        hard=numbers(item.status.hard),
        used=numbers(item.status.used),
    )


def numbers(amounts: dict[str, str] | None) -> dict[str, float]:
    """Plain numbers by resource name; what is no quantity is left out."""
    return {name: number for name, text in (amounts or {}).items() if (number := quantity(text)) is not None}
