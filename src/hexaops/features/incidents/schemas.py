"""Bodies of the incidents' requests. Text in them is data: it is shown, and decides nothing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hexaops.bodies import Body, OpenBody
from hexaops.features.access.tenancy import IncidentSeverity

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
ApplicationId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Strategy = Literal["restart", "scale", "restart_and_scale", "roll_back"]
ManagedAction = Literal["auto_remediate", "escalate", "acknowledge", "resolve"]
MOST_APPLICATIONS = 20


class IncidentDetails(Body):
    """What is known of an incident."""

    type: Word = "application_failure"
    severity: IncidentSeverity = "medium"
    affected_applications: Annotated[list[ApplicationId], Field(max_length=MOST_APPLICATIONS)] = Field([])
    symptoms: Annotated[list[Text], Field(max_length=50)] = Field([])


class IncidentCreation(IncidentDetails):
    """`POST /internal/v1/incidents`."""

    affected_applications: Annotated[list[ApplicationId], Field(min_length=1, max_length=MOST_APPLICATIONS)]
    """Of one workspace, which the incident is opened in."""
    title: Text | None = None


class IncidentAction(Body):
    """`POST /internal/v1/incidents/:id`."""

    action: ManagedAction
    incident_details: IncidentDetails | None = None
    """Symptoms are added to the incident; the rest is a hint, because the incident is known already."""
    remediation_strategy: Strategy = "restart_and_scale"
    confirmation_required: bool = True
    """False asks to go on without a person, which only the workspace's policy can allow."""
    escalate_to: Text | None = None
    note: Text | None = None


Label = Annotated[str, Field(max_length=2048)]


class AlertBody(OpenBody):
    """One alert of Alertmanager."""

    status: Literal["firing", "resolved"]
    labels: Annotated[dict[str, Label], Field(max_length=64)] = Field({})
    annotations: Annotated[dict[str, Label], Field(max_length=64)] = Field({})
    fingerprint: Annotated[str, Field(max_length=64)] = ""


class AlertmanagerBody(OpenBody):
    """Alertmanager's webhook, version 4; fields that are not named here are ignored."""

    alerts: Annotated[list[AlertBody], Field(max_length=500)]
