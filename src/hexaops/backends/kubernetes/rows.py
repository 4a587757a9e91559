"""What the watch cache keeps of each object: compact rows instead of whole objects.

A pod takes about 1 KB here instead of 37 KB as a dict tree; `gc=False` keeps tens of thousands of
rows out of the garbage collector's sight (rows hold no cycles). Rows are immutable and compared by value.
Times are seconds since 1970 (UTC); CPU is in cores, memory and storage in bytes; None means "not set".
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hexaops.backends.kubernetes.selectors import Selector

TEXT_LIMIT = 512
"""Characters kept of a message: text from a cluster is untrusted and may be long."""


class ObjectRow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What every row has. `namespace` is "" for cluster-scoped kinds."""

    kind: str
    uid: str
    namespace: str
    name: str
    resource_version: str
    created_at: float
    labels: Mapping[str, str]


class ConditionRow(msgspec.Struct, frozen=True, gc=False):
    """One entry of `status.conditions`; `status` is "True", "False" or "Unknown"."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    since: float | None = None


class ResourceTotals(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Requests and limits of one pod: cores and bytes. A limit is None when any container has none."""

    cpu_request: float | None = None
    cpu_limit: float | None = None
    memory_request: float | None = None
    memory_limit: float | None = None


class PodRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A pod. `reason` is the most telling one, as kubectl would show it, "" when nothing is to be said."""

    phase: str
    """Pending, Running, Succeeded, Failed or Unknown."""
    reason: str
    """CrashLoopBackOff, OOMKilled, ImagePullBackOff, Unschedulable, ContainerCreating, ContainersNotReady, …"""
    message: str
    ready: bool
    """The Ready condition is True and the pod is not being deleted."""
    ready_since: float | None
    """When the Ready condition last changed."""
    ready_containers: int
    containers: int
    container_names: tuple[str, ...]
    """Containers in the order of the spec, without init containers; the first is the main one."""
    restarts: int
    """Restarts of all containers since the pod was created."""
    last_restart_at: float | None
    """When the latest terminated container that was restarted (or waits for it) had ended."""
    last_exit_code: int | None
    last_terminated_reason: str
    """Error, OOMKilled, Completed, … of the latest termination; "" when there was none."""
    node: str
    ip: str
    owner_kind: str
    owner_name: str
    owner_uid: str
    images: tuple[str, ...]
    claims: tuple[str, ...]
    """Names of the PersistentVolumeClaims that it mounts."""
    deleting: bool
    started_at: float | None
    cpu_request: float | None
    cpu_limit: float | None
    memory_request: float | None
    memory_limit: float | None
    scrape: str = ""
    """Port and path of its own metrics (`8080/metrics`), where its annotations ask for scraping over HTTP; else ""."""


class WorkloadRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A Deployment, StatefulSet, DaemonSet or ReplicaSet."""

    generation: int
    observed_generation: int
    desired: int
    """spec.replicas; for a DaemonSet the nodes that should run it."""
    current: int
    """Pods that exist."""
    ready: int
    available: int
    updated: int
    """Pods of the current template."""
    selector: Selector
    template_labels: Mapping[str, str]
    """Labels of the pods to come: what Services and budgets select."""
    annotations: Mapping[str, str]
    """Only those that say who manages it or what revision it is (see `decoding.workloads.KEPT_ANNOTATIONS`)."""
    restarted_at: str
    """The template's `kubectl.kubernetes.io/restartedAt`, "" when it never was."""
    field_managers: tuple[str, ...]
    """Names in managedFields, without duplicates: who wrote to it."""
    owner_kind: str
    owner_name: str
    owner_uid: str
    strategy: str
    """RollingUpdate, Recreate or OnDelete; "" for a ReplicaSet."""
    max_unavailable: str | int | None
    """As written: a number or a percentage."""
    max_surge: str | int | None
    progress_deadline_seconds: int | None
    paused: bool
    images: tuple[str, ...]
    container_names: tuple[str, ...]
    claims: tuple[str, ...]
    """PersistentVolumeClaims named in the template."""
    claim_templates: tuple[str, ...]
    """Names of a StatefulSet's volumeClaimTemplates."""
    resources: ResourceTotals
    """Of one pod of the template."""
    template_hash: str
    """A ReplicaSet's `pod-template-hash`; a StatefulSet's update revision; else ""."""
    conditions: tuple[ConditionRow, ...]


class PortRow(msgspec.Struct, frozen=True, gc=False):
    """A port of a Service."""

    port: int
    target_port: str | int | None = None
    protocol: str = "TCP"
    name: str = ""
    node_port: int | None = None


class ServiceRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A Service. An empty `selector` selects nothing (its endpoints are managed by hand)."""

    type: str
    cluster_ip: str
    external: tuple[str, ...]
    """Host names and addresses of the load balancer."""
    ports: tuple[PortRow, ...]
    selector: Mapping[str, str]


class EndpointRow(msgspec.Struct, frozen=True, gc=False):
    """One address of a Service."""

    pod_uid: str
    pod_name: str
    ready: bool
    serving: bool
    terminating: bool


class EndpointSliceRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A part of a Service's endpoints."""

    service: str
    endpoints: tuple[EndpointRow, ...]


class IngressRuleRow(msgspec.Struct, frozen=True, gc=False):
    """One path of one host and the Service behind it."""

    host: str
    path: str
    service: str
    port: str | int | None


class IngressRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """An Ingress."""

    class_name: str
    rules: tuple[IngressRuleRow, ...]
    tls_hosts: tuple[str, ...]
    external: tuple[str, ...]


class HpaMetricRow(msgspec.Struct, frozen=True, gc=False):
    """One metric of an autoscaler: what it aims at and what it saw, both as Kubernetes wrote them."""

    name: str
    target_type: str
    """Utilization (percent of requests), AverageValue or Value."""
    target: str
    current: str | None = None


class HpaRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A HorizontalPodAutoscaler."""

    target_kind: str
    target_name: str
    min_replicas: int
    max_replicas: int
    current: int
    desired: int
    metrics: tuple[HpaMetricRow, ...]
    conditions: tuple[ConditionRow, ...]
    last_scaled_at: float | None


class PdbRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A PodDisruptionBudget. `selector` None selects nothing; an empty one every pod of the namespace."""

    selector: Selector | None
    disruptions_allowed: int
    current_healthy: int
    desired_healthy: int
    expected_pods: int
    min_available: str | int | None
    max_unavailable: str | int | None


class PvcRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A PersistentVolumeClaim."""

    phase: str
    storage_class: str
    volume: str
    access_modes: tuple[str, ...]
    requested_bytes: float | None
    capacity_bytes: float | None


class TaintRow(msgspec.Struct, frozen=True, gc=False):
    """A taint of a node."""

    key: str
    value: str
    effect: str


class NodeRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A node. `capacity` and `allocatable` map cpu (cores), memory (bytes), pods, … to plain numbers."""

    ready: bool
    conditions: tuple[ConditionRow, ...]
    capacity: Mapping[str, float]
    allocatable: Mapping[str, float]
    taints: tuple[TaintRow, ...]
    version: str
    roles: tuple[str, ...]
    unschedulable: bool
    internal_ip: str
    system: str = ""
    """Operating system, kernel and architecture, as the kubelet reports them."""
    runtime: str = ""
    """The container runtime with its version."""


class NamespaceRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A namespace; `phase` is Active or Terminating."""

    phase: str


class QuotaRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A ResourceQuota: plain numbers by resource name."""

    hard: Mapping[str, float]
    used: Mapping[str, float]


class JobRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A Job."""

    completions: int | None
    parallelism: int | None
    active: int
    succeeded: int
    failed: int
    suspended: bool
    started_at: float | None
    completed_at: float | None
    owner_kind: str
    owner_name: str
    owner_uid: str
    images: tuple[str, ...]
    conditions: tuple[ConditionRow, ...]


class CronJobRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """A CronJob."""

    schedule: str
    time_zone: str
    suspended: bool
    active: int
    last_scheduled_at: float | None
    last_succeeded_at: float | None
    images: tuple[str, ...]


class EventRow(ObjectRow, frozen=True, gc=False, kw_only=True):
    """An event; `message` is untrusted text, capped."""

    type: str
    """Normal or Warning."""
    reason: str
    message: str
    involved_kind: str
    involved_namespace: str
    involved_name: str
    involved_uid: str
    count: int
    first_seen: float
    last_seen: float
    source: str
    """The component that reported it, such as kubelet."""


Row = (
    PodRow
    | WorkloadRow
    | ServiceRow
    | EndpointSliceRow
    | IngressRow
    | HpaRow
    | PdbRow
    | PvcRow
    | NodeRow
    | NamespaceRow
    | QuotaRow
    | JobRow
    | CronJobRow
    | EventRow
)
