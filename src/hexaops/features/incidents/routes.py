"""Routes of incidents, in both APIs."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.paging import paged
from hexaops.features.applications.errors import ApplicationNotFoundError
from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.features.incidents.alertmanager import AlertReceiver
from hexaops.features.incidents.errors import IncidentNotFoundError, IncidentStateError
from hexaops.features.incidents.schemas import AlertmanagerBody, IncidentAction, IncidentCreation
from hexaops.features.incidents.service import IncidentService
from hexaops.features.incidents.views import IncidentDetailView, IncidentView, ManagedIncidentView, ReceivedView
from hexaops.features.routing import INTERNAL, WORKSPACE, Entry, service, user
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, Listing, refuses

Page = Annotated[PageRequest, paged(most=100)]
Incidents = Annotated[IncidentService, provided(IncidentService)]
IncidentId = Annotated[str, Path(max_length=64)]
Status = Literal["open", "acknowledged", "escalated", "remediating", "resolved"]


async def list_incidents(
    caller: AnyCaller,
    service: Incidents,
    page: Page,
    status: Status | None = None,
) -> Listing[IncidentView]:
    """Incidents, newest first."""
    return await service.list(caller, status=status, page=page)


@refuses(ApplicationNotFoundError)
async def open_incident(caller: AnyCaller, service: Incidents, body: IncidentCreation) -> Data[IncidentDetailView]:
    """Open an incident; one that is open for the same, or was resolved within the hour, takes the report."""
    return Data(await service.open(caller, body))


@refuses(IncidentNotFoundError)
async def get_incident(caller: AnyCaller, service: Incidents, incident_id: IncidentId) -> Data[IncidentDetailView]:
    """One incident with its diagnosis, remediation and timeline."""
    return Data(await service.get(caller, incident_id))


@refuses(IncidentNotFoundError, IncidentStateError, GuardrailRefusedError)
async def manage_incident(
    caller: AnyCaller, service: Incidents, incident_id: IncidentId, body: IncidentAction
) -> Data[ManagedIncidentView]:
    """Acknowledge, escalate or resolve an incident, or remediate it within the workspace's policy."""
    return Data(await service.manage(caller, incident_id, body))


async def list_own_incidents(
    caller: AnyCaller,
    service: Incidents,
    page: Page,
    status: Status | None = None,
) -> Listing[IncidentView]:
    """The workspace's incidents, newest first."""
    return await service.list(caller, status=status, page=page)


@refuses(IncidentNotFoundError)
async def get_own_incident(caller: AnyCaller, service: Incidents, incident_id: IncidentId) -> Data[IncidentDetailView]:
    """One of the workspace's incidents with its diagnosis, remediation and timeline."""
    return Data(await service.get(caller, incident_id))


async def receive_alerts(
    caller: AnyCaller, receiver: Annotated[AlertReceiver, provided(AlertReceiver)], body: AlertmanagerBody
) -> Data[ReceivedView]:
    """Take a notification of Alertmanager: its webhook, version 4."""
    return Data(await receiver.receive(caller, body))


INCIDENT_WRITES = service("incident:write")
ROUTES = (
    Entry("GET", f"{INTERNAL}/incidents", list_incidents, service("incident:read")),
    Entry("POST", f"{INTERNAL}/incidents", open_incident, INCIDENT_WRITES, 201, idempotent=True),
    Entry("POST", f"{INTERNAL}/incidents/alertmanager", receive_alerts, INCIDENT_WRITES, idempotent=True),
    Entry("GET", f"{INTERNAL}/incidents/{{incident_id}}", get_incident, service("incident:read")),
    Entry("POST", f"{INTERNAL}/incidents/{{incident_id}}", manage_incident, INCIDENT_WRITES, idempotent=True),
    Entry("GET", f"{WORKSPACE}/aiops/incidents", list_own_incidents, user("read_alerts")),
    Entry("GET", f"{WORKSPACE}/aiops/incidents/{{incident_id}}", get_own_incident, user("read_alerts")),
)
