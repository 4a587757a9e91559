"""Applications as the API shows them. Text from the cluster is sanitized and capped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from msgspec.structs import asdict

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.model import Application, PodProblem, ProblemKind, Status
from hexaops.analysis.applications.usage import Resource, Share
from hexaops.backends.kubernetes.rows import EventRow, PodRow
from hexaops.features.applications.service import Related
from hexaops.kit.durations import format_time
from hexaops.kit.quantities import format_bytes, format_cpu
from hexaops.kit.text import plain
from hexaops.responses import Pagination, View

NAME_LIMIT = 253
TEXT_LIMIT = 300
EVENTS_SHOWN = 20
NOT_MEASURED = "no pod has been measured yet"


class ApplicationView(View, frozen=True, kw_only=True):
    """One entry of the list."""

    id: str
    name: str
    kind: str
    project: str
    status: Status
    status_reason: str
    replicas: str
    """Ready of desired, such as `2/3`."""
    ready_replicas: int
    desired_replicas: int
    image: str
    images: list[str]
    restarts: int
    cpu_usage: float | None
    """Percent of the limits, else of the requests; None with its reason under `reasons`."""
    memory_usage: float | None
    cpu_cores: float | None
    """In use now, by all of its pods."""
    memory_bytes: int | None
    created_at: str | None


class UsageView(View, frozen=True, kw_only=True):
    """What an application uses of one resource."""

    percent: float | None
    of: Literal["limits", "requests", "allocatable"] | None
    used: str | None
    measured_at: str | None
    reason: str | None


class ApplicationUsageView(View, frozen=True, kw_only=True):
    """What an application uses."""

    cpu: UsageView
    memory: UsageView


class PodView(View, frozen=True, kw_only=True):
    """One pod of an application."""

    name: str
    phase: str
    reason: str
    ready: bool
    restarts: int
    node: str
    created_at: str | None


class ProblemView(View, frozen=True, kw_only=True):
    """One pod's problem."""

    pod: str
    kind: ProblemKind
    reason: str
    detail: str


class EventView(View, frozen=True, kw_only=True):
    """One Kubernetes event."""

    reason: str
    message: str
    object: str
    count: int
    last_seen: str | None


class WorkspaceEventView(EventView, frozen=True, kw_only=True):
    """One event of the workspace's namespaces."""

    type: str
    """Normal or Warning."""
    project: str
    source: str
    """The component that reported it, such as kubelet."""


class FreshnessView(View, frozen=True, kw_only=True):
    """How current the rest of the answer is."""

    as_of: str | None
    current: bool
    stale: dict[str, str]
    missing: dict[str, str]


class EventListView(View, frozen=True, kw_only=True):
    """The newest events of the last 24 hours."""

    events: list[WorkspaceEventView]
    total: int
    """Total matches, shown or not."""
    freshness: FreshnessView


class ApplicationPageView(View, frozen=True, kw_only=True):
    """One page of the workspace's applications."""

    applications: list[ApplicationView]
    pagination: ApplicationPagination
    freshness: FreshnessView
    reasons: dict[str, str]
    """Why a value is null, by its path."""


class ApplicationPagination(Pagination, frozen=True, kw_only=True):
    """The next page, and the total."""

    total: int


class ApplicationDetailView(ApplicationView, frozen=True, kw_only=True):
    """One application with its pods, problems, related objects and latest warnings."""

    usage: ApplicationUsageView
    pods: list[PodView]
    problems: list[ProblemView]
    services: tuple[str, ...]
    ingresses: tuple[str, ...]
    autoscalers: tuple[str, ...]
    disruption_budgets: tuple[str, ...]
    volume_claims: tuple[str, ...]
    events: list[EventView]
    freshness: FreshnessView
    reasons: dict[str, str]


def application_view(application: Application, usage: Mapping[Resource, Share]) -> ApplicationView:
    """One entry of the list."""
    images = [plain(image, NAME_LIMIT) for image in application.workload.images]
    return ApplicationView(
        id=application.id,
        name=plain(application.name, NAME_LIMIT),
        kind=application.kind,
        project=plain(application.project, NAME_LIMIT),
        status=application.status,
        status_reason=application.trouble,
        replicas=application.replicas,
        ready_replicas=application.ready,
        desired_replicas=application.desired,
        image=images[0] if images else "",
        images=images,
        restarts=application.restarts,
        cpu_usage=usage["cpu"].percent,
        memory_usage=usage["memory"].percent,
        cpu_cores=None if usage["cpu"].used is None else round(usage["cpu"].used, 3),
        memory_bytes=None if usage["memory"].used is None else round(usage["memory"].used),
        created_at=_moment(application.workload.created_at),
    )


def application_detail_view(
    application: Application,
    usage: Mapping[Resource, Share],
    related: Related,
    *,
    events: Sequence[EventRow],
    freshness: Freshness,
) -> ApplicationDetailView:
    """One application with everything that belongs to it."""
    return ApplicationDetailView(
        **asdict(application_view(application, usage)),
        usage=ApplicationUsageView(cpu=_usage_view("cpu", usage["cpu"]), memory=_usage_view("memory", usage["memory"])),
        pods=[_pod_view(pod) for pod in application.pods],
        problems=[problem_view(problem) for problem in application.problems],
        services=related.services,
        ingresses=related.ingresses,
        autoscalers=related.autoscalers,
        disruption_budgets=related.disruption_budgets,
        volume_claims=related.volume_claims,
        events=[event_view(event) for event in events[:EVENTS_SHOWN]],
        freshness=freshness_view(freshness),
        reasons=usage_reasons(usage),
    )


def problem_view(problem: PodProblem) -> ProblemView:
    """One pod's problem."""
    return ProblemView(
        pod=plain(problem.pod.name, NAME_LIMIT),
        kind=problem.kind,
        reason=plain(problem.reason, TEXT_LIMIT),
        detail=plain(problem.detail, TEXT_LIMIT),
    )


def event_view(event: EventRow) -> EventView:
    """One event."""
    return EventView(
        reason=plain(event.reason, TEXT_LIMIT),
        message=plain(event.message, TEXT_LIMIT),
        object=plain(f"{event.involved_kind}/{event.involved_name}", NAME_LIMIT),
        count=event.count,
        last_seen=_moment(event.last_seen),
    )


def workspace_event_view(event: EventRow) -> WorkspaceEventView:
    """One event of the workspace's list."""
    return WorkspaceEventView(
        **asdict(event_view(event)),
        type=plain(event.type, NAME_LIMIT),
        project=plain(event.namespace, NAME_LIMIT),
        source=plain(event.source, NAME_LIMIT),
    )


def freshness_view(freshness: Freshness) -> FreshnessView:
    """How current the rest of the answer is."""
    return FreshnessView(
        as_of=format_time(freshness.as_of) if freshness.as_of else None,
        current=freshness.current,
        stale={kind: plain(why, TEXT_LIMIT) for kind, why in freshness.stale.items()},
        missing={kind: plain(why, TEXT_LIMIT) for kind, why in freshness.missing.items()},
    )


def usage_reasons(usage: Mapping[Resource, Share], below: str = "") -> dict[str, str]:
    """Why a usage is null, under its path in the answer."""
    reasons = {f"{below}{resource}_usage": share.reason for resource, share in usage.items() if share.reason}
    amounts: tuple[tuple[Resource, str], ...] = (("cpu", "cpu_cores"), ("memory", "memory_bytes"))
    for resource, name in amounts:
        if usage[resource].used is None:
            reasons[f"{below}{name}"] = usage[resource].reason or NOT_MEASURED
    return reasons


def _pod_view(pod: PodRow) -> PodView:
    return PodView(
        name=plain(pod.name, NAME_LIMIT),
        phase=pod.phase,
        reason=plain(pod.reason, TEXT_LIMIT),
        ready=pod.ready,
        restarts=pod.restarts,
        node=plain(pod.node, NAME_LIMIT),
        created_at=_moment(pod.created_at),
    )


def _usage_view(resource: Resource, share: Share) -> UsageView:
    used = None
    if share.used is not None:
        used = format_cpu(share.used) if resource == "cpu" else format_bytes(share.used)
    return UsageView(
        percent=share.percent, of=share.basis, used=used, measured_at=_moment(share.measured_at), reason=share.reason
    )


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else format_time(datetime.fromtimestamp(seconds, UTC))
