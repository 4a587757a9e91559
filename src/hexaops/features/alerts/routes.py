"""Routes of alerts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query

from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.paging import paged
from hexaops.features.actions.routes import CONFIRMING, PLANNING
from hexaops.features.actions.views import ActionView
from hexaops.features.alerts.schemas import Acknowledgement, AlertCreation, Silence
from hexaops.features.alerts.service import AlertService
from hexaops.features.alerts.views import AlertDetailView, AlertsView, AlertView, PrometheusRuleView
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.kit.paging import PageRequest
from hexaops.provide import provided
from hexaops.responses import Data, Listing, refuses
from hexaops.runbooks.alerts import AcknowledgeAlert, AlertNotFoundError, CreateAlert, SilenceAlert

Alerts = Annotated[AlertService, provided(AlertService)]
AlertId = Annotated[str, Path(max_length=64)]
Status = Literal["firing", "acknowledged", "silenced", "resolved"]


async def list_alerts(caller: AnyCaller, service: Alerts) -> Data[AlertsView]:
    """Open alerts, and every rule with what its measurements say now."""
    return Data(await service.overview(caller))


async def list_alert_history(
    caller: AnyCaller,
    service: Alerts,
    page: Annotated[PageRequest, paged(most=100)],
    status: Status | None = None,
    rule_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Listing[AlertView]:
    """Alerts of any status, newest first."""
    return await service.list(caller, page, status=status, rule_id=rule_id)


async def export_alerts(caller: AnyCaller, service: Alerts) -> Data[PrometheusRuleView]:
    """The workspace's rules as a PrometheusRule of the Prometheus operator."""
    return Data(await service.export(caller))


@refuses(AlertNotFoundError)
async def get_alert(caller: AnyCaller, service: Alerts, alert_id: AlertId) -> Data[AlertDetailView]:
    """An alert, or a rule with its latest alert: state, history and earlier alerts."""
    return Data(await service.get(caller, alert_id))


@refuses(*PLANNING, *CONFIRMING)
async def create_alert(caller: AnyCaller, service: Alerts, body: AlertCreation) -> Data[ActionView]:
    """Plan a new rule, or confirm its plan."""
    return Data(await service.act(caller, CreateAlert.name, body))


@refuses(AlertNotFoundError, *PLANNING, *CONFIRMING)
async def acknowledge_alert(
    caller: AnyCaller, service: Alerts, alert_id: AlertId, body: Acknowledgement | None = None
) -> Data[ActionView]:
    """Plan the acknowledgement of an alert, or confirm its plan."""
    return Data(await service.act(caller, AcknowledgeAlert.name, body or Acknowledgement(), alert_id))


@refuses(AlertNotFoundError, *PLANNING, *CONFIRMING)
async def silence_alert(caller: AnyCaller, service: Alerts, alert_id: AlertId, body: Silence) -> Data[ActionView]:
    """Plan a silence of a rule, or confirm its plan."""
    return Data(await service.act(caller, SilenceAlert.name, body, alert_id))


ALERTS = f"{WORKSPACE}/aiops/alerts"
ALERT = f"{ALERTS}/{{alert_id}}"
READS, CREATES, ACKNOWLEDGES = user("read_alerts"), user("create_alerts"), user("acknowledge_alerts")
ROUTES = (
    Entry("GET", ALERTS, list_alerts, READS),
    Entry("POST", ALERTS, create_alert, CREATES, idempotent=True),
    Entry("GET", f"{ALERTS}/history", list_alert_history, READS),
    Entry("GET", f"{ALERTS}/prometheus-rule", export_alerts, READS),
    Entry("GET", ALERT, get_alert, READS),
    Entry("POST", f"{ALERT}/acknowledge", acknowledge_alert, ACKNOWLEDGES, idempotent=True),
    Entry("POST", f"{ALERT}/silence", silence_alert, ACKNOWLEDGES, idempotent=True),
)
