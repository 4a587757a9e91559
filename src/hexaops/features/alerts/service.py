"""Alerts for users: what fires, the rules, their history, and changes of them as confirmed actions."""

from __future__ import annotations

from msgspec import Struct
from pydantic import BaseModel

from hexaops.errors import HexaopsError
from hexaops.features.access.caller import Caller
from hexaops.features.actions.service import ActionService
from hexaops.features.actions.views import ActionView
from hexaops.features.alerts.engine import AlertEngine
from hexaops.features.alerts.exporting import prometheus_rule
from hexaops.features.alerts.schemas import action_request
from hexaops.features.alerts.store import find_alerts, find_rules, history, page_of_alerts
from hexaops.features.alerts.views import (
    AlertDetailView,
    AlertsView,
    AlertView,
    PrometheusRuleView,
    alert_view,
    alerts_view,
    entry_view,
    rule_view,
)
from hexaops.features.applications.service import ApplicationService
from hexaops.kit.clock import Clock
from hexaops.kit.paging import PageRequest
from hexaops.responses import Listing, pagination
from hexaops.runbooks.alerts import AlertNotFoundError
from hexaops.storage.database import Database
from hexaops.storage.tables import AlertRow, AlertRuleRow

OPEN = ("firing", "acknowledged", "silenced")
MOST_OPEN = 200
EARLIER = 20


class AlertService(Struct, frozen=True):
    """One for the process."""

    database: Database
    actions: ActionService
    engine: AlertEngine
    applications: ApplicationService
    clock: Clock

    async def overview(self, caller: Caller) -> AlertsView:
        """The workspace's open alerts and all of its rules."""
        workspace, now = caller.get_workspace(), self.clock.now()
        async with self.database.reading() as session:
            rules = await find_rules(session, workspace.id)
            opened = await find_alerts(session, workspace.id, statuses=OPEN, most=MOST_OPEN)
        shown = [rule_view(row, await self.engine.verdict(workspace, row)) for row in rules]
        return alerts_view([alert_view(row, now) for row in opened], shown)

    async def list(
        self, caller: Caller, page: PageRequest, *, status: str | None, rule_id: str | None
    ) -> Listing[AlertView]:
        """Alerts of any status, newest first."""
        workspace_id, statuses = caller.get_workspace().id, (status,) if status else ()
        async with self.database.reading() as session:
            rows, cursor = await page_of_alerts(session, page, workspace_id, statuses=statuses, rule_id=rule_id)
        now = self.clock.now()
        return Listing(data=[alert_view(row, now) for row in rows], pagination=pagination(cursor))

    async def get(self, caller: Caller, alert_id: str) -> AlertDetailView:
        """An alert or a rule; raises AlertNotFoundError for absent and foreign alike."""
        workspace, now = caller.get_workspace(), self.clock.now()
        async with self.database.reading() as session:
            asked = await session.get(AlertRow, alert_id)
            rule = await session.get(AlertRuleRow, asked.rule_id if asked else alert_id)
            if rule is None or rule.workspace_id != workspace.id:
                raise AlertNotFoundError
            every = await find_alerts(session, workspace.id, rule_id=rule.id, most=EARLIER + 1)
            alert = asked or next(iter(every), None)
            entries = await history(session, alert.id) if alert else ()
        return AlertDetailView(
            rule=rule_view(rule, await self.engine.verdict(workspace, rule)),
            alert=alert_view(alert, now) if alert else None,
            history=[entry_view(one) for one in entries],
            earlier=[alert_view(one, now) for one in every if alert is None or one.id < alert.id][:EARLIER],
            reasons={} if alert else {"alert": "the rule has not fired yet"},
        )

    async def act(self, caller: Caller, action: str, body: BaseModel, alert_id: str | None = None) -> ActionView:
        """Plan a change of a rule or alert, or confirm its plan; raises what planning and confirming raise."""
        more = {} if alert_id is None else {"alert_id": alert_id}
        return await self.actions.execute(caller, action_request(action, body, **more))

    async def export(self, caller: Caller) -> PrometheusRuleView:
        """The rules as a PrometheusRule."""
        workspace = caller.get_workspace()
        async with self.database.reading() as session:
            rules = await find_rules(session, workspace.id)
        try:
            known = {one.id: one for one in self.applications.list(workspace)}
        except HexaopsError:  # the expressions need no cluster: without it, limits are taken for set
            known = {}
        return prometheus_rule(workspace.id, rules, known)
