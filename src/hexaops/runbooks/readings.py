"""Actions that only read: a health check, a connectivity test, a diagnostic bundle, a dashboard. Nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from hexaops.backends.kubernetes.rows import ServiceRow, WorkloadRow
from hexaops.runbooks.model import Draft, Subject, TargetRef
from hexaops.runbooks.parameters import Parameters, refused
from hexaops.runbooks.runbook import Runbook, Step, Words, World, seconds_to_validate
from hexaops.runbooks.workloads import WORKLOADS

NOTHING = "there is nothing to undo"
ID_PREFIX = "app-"
ServiceName = Annotated[str, StringConstraints(pattern=r"^(?:[a-z0-9-]{1,63}/)?[a-z0-9.-]{1,253}$")]


def _seconds(_draft: Draft, _stable: float) -> float:
    return 0.5


def _steps(*names: str) -> tuple[Step, ...]:
    return (
        Step("validate_application", seconds_to_validate, examines=True),
        *(Step(name, _seconds) for name in names),
    )


class ReadingRunbook(Runbook[Any]):
    """What all of these share: no write, no right, no cap, no kill switch."""

    parameters = Parameters
    rights = ()
    risk = "low: it only reads"
    watched = ()
    changes_cluster: ClassVar[bool] = False
    takes_several: ClassVar[bool] = False
    doing: ClassVar[str]
    """"Checking the health of"."""

    async def draft(self, subject: Subject, parameters: Any, world: World) -> Draft:
        """Name the application; what is read is read when it is carried out."""
        row = world.cache.find(subject.kind, subject.namespace, subject.name)
        target = TargetRef(
            kind=subject.kind, namespace=subject.namespace, name=subject.name, uid=str(getattr(row, "uid", ""))
        )  # fmt: skip
        return Draft(
            action=self.name,
            subject=subject,
            target=target,
            description=f"{self.doing} application '{subject.name}'",
            parameters=parameters.model_dump(exclude={"reason"}, exclude_none=True),
            writes=(),
            risk="low",
        )


class RunHealthCheck(ReadingRunbook):
    """Checks an application: replicas, pods, probes, Services, use of memory, and what the diagnosis finds."""

    name = "run_health_check"
    words = Words(
        verb="check the health of",
        done="checked",
        does="checks replicas, pods, probes, Services and findings of an application, each with its result",
        undo=NOTHING,
    )
    doing = "Checking the health of"
    steps = _steps("check_replicas", "check_pods", "check_services", "check_findings")


class ConnectivityParameters(Parameters):
    """Where to: an application or a Service of the workspace, with its project where the name is not enough."""

    to: ServiceName | None = None
    """Unset: the application's own Services."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """A port of the Service; unset: each."""


async def services_to_try(subject: Subject, parameters: ConnectivityParameters, world: World) -> Sequence[ServiceRow]:
    """The Services to try: the application's own, or those that `to` names in the workspace; raises
    ValidationFailedError."""
    if parameters.to is None:
        row = world.cache.find(subject.kind, subject.namespace, subject.name)
        found = world.cache.services_of(row) if isinstance(row, WorkloadRow) else []
        if not found:
            raise refused("to", "is needed: no Service selects the application")
    else:
        found = await _named(parameters.to, subject.namespace, world)
        if not found:
            raise refused("to", "no such Service in this workspace, and no application that one selects")
    return sorted(found, key=lambda row: row.name)


async def _named(to: str, near: str, world: World) -> list[ServiceRow]:
    """A Service by name, else the Services of an application of that name; the own project first."""
    project, _, name = to.rpartition("/")
    namespaces = [row.name for row in world.cache.namespaces() if project in {"", row.name}]
    for namespace in sorted(namespaces, key=lambda one: (one != near, one)):
        if not await world.owns(namespace):
            continue
        if (service := world.cache.find("Service", namespace, name)) is not None:
            return [service] if isinstance(service, ServiceRow) else []
        for kind in WORKLOADS:
            row = world.cache.find(kind, namespace, name)
            if isinstance(row, WorkloadRow) and (found := world.cache.services_of(row)):
                return found
    return []


class TestConnectivity(ReadingRunbook):
    """Tells whether an application's pods can reach a Service, by what Services, endpoints and network policies say."""

    __test__ = False  # no test class, whatever its name begins with
    name = "test_connectivity"
    parameters = ConnectivityParameters
    words = Words(
        verb="test the connectivity of",
        done="tested",
        does="tells by rules whether an application reaches a Service: ports, ready endpoints, network policies, DNS",
        undo=NOTHING,
    )
    doing = "Testing the connectivity of"
    steps = _steps("check_service", "check_endpoints", "check_policies")

    async def draft(self, subject: Subject, parameters: ConnectivityParameters, world: World) -> Draft:
        """Draft it, if there is something to test; what is told of it is read when it is carried out."""
        if not (parameters.to or "").startswith(ID_PREFIX):  # an id means an application, which the cache cannot tell
            await services_to_try(subject, parameters, world)
        return await super().draft(subject, parameters, world)


class DiagnosticsParameters(Parameters):
    """What goes into the bundle."""

    include_logs: bool = True
    """The last lines of containers in trouble."""


class CollectDiagnostics(ReadingRunbook):
    """Collects a bundle for somebody else to look at: state, objects, events, findings, log lines; without secrets."""

    name = "collect_diagnostics"
    parameters = DiagnosticsParameters
    words = Words(
        verb="collect diagnostics of",
        done="examined",
        does="collects state, objects, events, findings and log lines of an application into a bundle kept for 7 days",
        undo="the bundle is removed by itself after 7 days",
    )
    doing = "Collecting diagnostics of"
    steps = _steps("collect_state", "collect_objects", "write_bundle")


class GenerateDashboard(ReadingRunbook):
    """Makes a Grafana dashboard of an application's metrics; it is in the action's result."""

    name = "generate_dashboard"
    words = Words(
        verb="generate a dashboard for",
        done="given a dashboard",
        does="makes a Grafana dashboard of an application's metrics",
        undo=NOTHING,
    )
    doing = "Generating a dashboard for"
    steps = _steps("build_dashboard", "check_dashboard")
