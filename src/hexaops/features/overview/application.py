"""Everything about one application, for automation that has to judge it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.freshness import APPLICATION_SOURCES
from hexaops.analysis.applications.model import Application, Status
from hexaops.analysis.applications.usage import shares_of_application, shares_of_pods
from hexaops.backends.kubernetes.rows import EventRow, PodRow, ResourceTotals, ServiceRow
from hexaops.backends.metrics.samples import Samples
from hexaops.features.access.caller import Caller
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.applications.service import ApplicationService
from hexaops.features.applications.views import NAME_LIMIT, TEXT_LIMIT, freshness_view, problem_view
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.overview.application_views import (
    ApplicationDetailsView,
    ApplicationHealthView,
    ApplicationIdentityView,
    ApplicationMetricsView,
    ApplicationPodView,
    ChecksView,
    DeploymentView,
    Overall,
    QuantitiesView,
    ReplicasView,
    ResourcesView,
    Running,
    ServicePortView,
    ServiceView,
)
from hexaops.features.overview.moments import moment
from hexaops.features.overview.requests import Requests, measured_requests
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration
from hexaops.kit.quantities import exact_bytes, exact_cpu
from hexaops.kit.text import plain

MEBI = 2.0**20
LIVENESS_SECONDS = 300.0
"""For how long a failed liveness check counts as failing."""
NOT_SET = "the pod template does not set it for every container"
OVERALL: dict[Status, Overall] = {
    Status.HEALTHY: "healthy",
    Status.PROGRESSING: "progressing",
    Status.DEGRADED: "degraded",
    Status.PENDING: "unhealthy",
    Status.FAILING: "unhealthy",
    Status.STOPPED: "stopped",
}


def running_word(status: Status) -> Running:
    """The word that the overview counts an application under."""
    if status is Status.STOPPED:
        return "stopped"
    return "failed" if status in {Status.FAILING, Status.PENDING} else "running"


class ApplicationDetails(Struct, frozen=True):
    """Reads one application wherever it is."""

    locator: ApplicationLocator
    applications: ApplicationService
    sources: MetricSources
    clock: Clock

    async def get(self, caller: Caller, application_id: str) -> ApplicationDetailsView:
        """The details; raises ApplicationNotFoundError for absent and foreign alike."""
        placed = await self.locator.locate(caller, application_id, "application:read")
        workspace, application = placed.workspace, placed.application
        samples = await self.applications.usage(workspace)
        freshness = self.applications.freshness(workspace, *APPLICATION_SOURCES, "Service", "Event")
        services = self.applications.services(workspace, application)
        now = self.clock.now().timestamp()
        requests = await measured_requests(self.sources, workspace.cluster_id, application, now)
        answer = _Answer(application, now, {})
        no_events = freshness.missing.get("Event") or ("events are unread" if "Event" in freshness.unread else None)
        return ApplicationDetailsView(
            application=answer.identity(workspace.id),
            deployment=answer.deployment(),
            pods=[answer.pod(number, pod, samples) for number, pod in enumerate(application.pods)],
            services=[answer.service(number, row) for number, row in enumerate(services)],
            health=answer.health(self.applications.events(workspace, application), no_events),
            metrics=answer.metrics(samples, requests),
            freshness=freshness_view(freshness),
            reasons=answer.reasons,
        )


class _Answer(Struct, frozen=True):
    """The parts of one answer, and why any value in them is null."""

    application: Application
    now: float
    reasons: dict[str, str]

    def identity(self, workspace_id: str) -> ApplicationIdentityView:
        one = self.application
        return ApplicationIdentityView(
            id=one.id,
            name=plain(one.name, NAME_LIMIT),
            workspace_id=workspace_id,
            project=plain(one.project, NAME_LIMIT),
            kind=one.kind,
            status=running_word(one.status),
            created_at=moment(one.workload.created_at),
        )

    def deployment(self) -> DeploymentView:
        row = self.application.workload
        return DeploymentView(
            replicas=ReplicasView(desired=row.desired, ready=row.ready, available=row.available, updated=row.updated),
            strategy=plain(row.strategy, NAME_LIMIT),
            image=plain(row.images[0], NAME_LIMIT) if row.images else "",
            images=[plain(image, NAME_LIMIT) for image in row.images],
            resources=self._resources(row.resources),
        )

    def _resources(self, totals: ResourceTotals) -> ResourcesView:
        amounts = {
            "requests": (totals.cpu_request, totals.memory_request),
            "limits": (totals.cpu_limit, totals.memory_limit),
        }
        for word, pair in amounts.items():
            for name, value in zip(("cpu", "memory"), pair, strict=True):
                if value is None:
                    self.reasons[f"deployment.resources.{word}.{name}"] = NOT_SET
        shown = {
            word: QuantitiesView(
                cpu=None if cpu is None else exact_cpu(cpu), memory=None if memory is None else exact_bytes(memory)
            )
            for word, (cpu, memory) in amounts.items()
        }
        return ResourcesView(**shown)

    def pod(self, number: int, pod: PodRow, samples: Samples) -> ApplicationPodView:
        shares, at = shares_of_pods([pod], samples.by_object), f"pods[{number}]"
        unknown = samples.reason or "it has not been measured yet"
        if shares["cpu"].percent is None:
            self.reasons[f"{at}.cpu_usage"] = unknown if shares["cpu"].used is None else shares["cpu"].reason or unknown
        if shares["memory"].used is None:
            self.reasons[f"{at}.memory_usage"] = unknown
        if not pod.node:
            self.reasons[f"{at}.node"] = "no node has been found for it"
        used = shares["memory"].used
        return ApplicationPodView(
            name=plain(pod.name, NAME_LIMIT),
            status=pod.phase.lower() or "unknown",
            reason=plain(pod.reason, TEXT_LIMIT),
            ready=pod.ready,
            node=plain(pod.node, NAME_LIMIT) or None,
            cpu_usage=shares["cpu"].percent,
            memory_usage=None if used is None else round(used / MEBI, 1),
            restarts=pod.restarts,
            age=format_duration(self.now - pod.created_at),
        )

    def service(self, number: int, row: ServiceRow) -> ServiceView:
        at = f"services[{number}]"
        if not row.cluster_ip:
            self.reasons[f"{at}.cluster_ip"] = f"a Service of type {row.type} has none"
        ports = []
        for index, port in enumerate(row.ports):
            target = port.port if port.target_port is None else port.target_port
            if isinstance(target, str):
                self.reasons[f"{at}.ports[{index}].target_port"] = "it names a port of the container"
            ports.append(
                ServicePortView(
                    port=port.port,
                    target_port=target if isinstance(target, int) else None,
                    target_port_name=plain(target, NAME_LIMIT) if isinstance(target, str) else None,
                    protocol=plain(port.protocol, NAME_LIMIT),
                )
            )
        return ServiceView(
            name=plain(row.name, NAME_LIMIT), type=row.type, cluster_ip=plain(row.cluster_ip, NAME_LIMIT) or None,
            ports=ports,
        )  # fmt: skip

    def health(self, events: Sequence[EventRow], no_events: str | None) -> ApplicationHealthView:
        one = self.application
        ready, running = sum(pod.ready for pod in one.pods), [pod for pod in one.pods if pod.phase == "Running"]
        failing = {event.involved_uid for event in events if self._failed_liveness(event)}
        dead = sum(pod.uid in failing for pod in running)
        if no_events:
            self.reasons.update({f"health.liveness_checks.{key}": no_events for key in ("passing", "failing")})
        return ApplicationHealthView(
            overall_status=OVERALL[one.status],
            status_reason=one.trouble,
            readiness_checks=ChecksView(passing=ready, failing=len(one.pods) - ready),
            liveness_checks=ChecksView(
                passing=None if no_events else len(running) - dead, failing=None if no_events else dead
            ),
            problems=[problem_view(problem) for problem in one.problems],
        )

    def _failed_liveness(self, event: EventRow) -> bool:
        recent = event.last_seen >= self.now - LIVENESS_SECONDS
        return recent and event.reason == "Unhealthy" and event.message.startswith("Liveness probe failed")

    def metrics(self, samples: Samples, requests: Requests) -> ApplicationMetricsView:
        shares = shares_of_application(self.application, samples)
        self.reasons.update({f"metrics.{name}_usage_percentage": s.reason for name, s in shares.items() if s.reason})
        self.reasons.update({f"metrics.{name}": why for name, why in requests.reasons.items()})
        return ApplicationMetricsView(
            cpu_usage_percentage=shares["cpu"].percent,
            memory_usage_percentage=shares["memory"].percent,
            **requests.figures,
        )
