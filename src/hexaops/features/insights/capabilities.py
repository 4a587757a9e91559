"""What a caller is offered in a workspace now: reads the situation, and lets `offers` judge it."""

from __future__ import annotations

from msgspec import Struct

from hexaops.config import Settings
from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import SYSTEM_NAMESPACES
from hexaops.features.applications.service import ApplicationService
from hexaops.features.insights.offers import OFFERS, Situation, actions_of, limitations_of, offers_of
from hexaops.features.insights.views import CapabilitiesView, CategoryView
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.kit.text import plain
from hexaops.runbooks.catalog import CATALOG

TEXT_LIMIT = 300


class CapabilityService(Struct, frozen=True):
    """One for the process."""

    settings: Settings
    applications: ApplicationService
    automation: AutomationSwitch

    async def get(self, caller: Caller) -> CapabilitiesView:
        """The capabilities of this caller in this workspace, and the reasons of those that are missing."""
        situation = await self._situation(caller)
        offers = offers_of(situation)
        own = self.settings.service_namespace
        protected = SYSTEM_NAMESPACES | ({own} if own else set())
        return CapabilitiesView(
            workspace_id=caller.get_workspace().id,
            available_capabilities=[
                CategoryView(category=category, capabilities=names)
                for category in OFFERS
                if (names := [one.capability for one in offers if one.category == category and one.reason is None])
            ],
            user_permissions=sorted(caller.permissions),
            limitations=[plain(one, TEXT_LIMIT) for one in limitations_of(situation, protected)],
            available_actions=[*actions_of(situation)],
            unavailable={one.capability: plain(one.reason, TEXT_LIMIT) for one in offers if one.reason is not None},
        )

    async def _situation(self, caller: Caller) -> Situation:
        workspace = caller.get_workspace()
        freshness = self.applications.freshness(workspace)
        stop = await self.automation.find_stop(workspace.id)
        problem = None
        if freshness.unread or freshness.stale:
            problem = freshness.problem or next(iter(freshness.stale.values()), "the cluster has not been read yet")
        measured = None if problem else (await self.applications.usage(workspace)).reason
        changes = None
        if workspace.status != "active":
            changes = "the workspace is suspended"
        elif stop is not None:
            changes = f"automation is off: {stop.reason or 'no reason was given'}"
        return Situation(
            permissions=caller.permissions,
            catalog=CATALOG,
            cluster_problem=problem,
            metrics_problem=measured,
            history_problem=None if self.settings.metrics_sampling else "sampling is off (HEXAOPS_METRICS_SAMPLING)",
            logs_problem=None if self.settings.log_collection else "log collection is off (HEXAOPS_LOG_COLLECTION)",
            changes_problem=changes,
            unattended=workspace.policy.unattended_actions,
        )
