"""Alertmanager's webhook: each alert is matched to an application by its labels; what has no match is counted.

Labels decide only which application an alert is about, within the workspaces that the account may enter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.errors import HexaopsError
from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import IncidentSeverity, Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.incidents.opening import IncidentDesk, Report
from hexaops.features.incidents.schemas import AlertBody, AlertmanagerBody
from hexaops.features.incidents.views import ReceivedView
from hexaops.features.workspaces.directory import WorkspaceDirectory

NAMING_LABELS = ("deployment", "statefulset", "daemonset", "app", "pod")
SEVERITIES: dict[str, IncidentSeverity] = {
    "critical": "critical", "page": "critical", "high": "high", "error": "high", "warning": "medium",
    "medium": "medium", "low": "low", "info": "low", "none": "low",
}  # fmt: skip
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_BETWEEN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class AlertReceiver(Struct, frozen=True):
    """One for the process."""

    directory: WorkspaceDirectory
    applications: ApplicationService
    desk: IncidentDesk

    async def receive(self, caller: Caller, body: AlertmanagerBody) -> ReceivedView:
        """Open, join or resolve the incidents of the alerts."""
        workspaces = [one for one in await self.directory.list_all() if caller.principal.may_enter(one.id)]
        touched: dict[str, None] = {}
        unmatched = 0
        for alert in body.alerts:
            placed = self._place(workspaces, alert)
            if placed is None:
                unmatched += 1
                continue
            report = _report(caller, alert, placed[1])
            found = (
                await self.desk.take(placed[0], report)
                if alert.status == "firing"
                else await self.desk.clear(
                    placed[0],
                    report.alert or "",
                    [placed[1].id],
                    actor=caller.principal.id,
                    said="One of its alerts fires no more",
                )
            )
            touched |= {found: None} if found else {}
        return ReceivedView(incidents=[*touched], unmatched=unmatched)

    def _place(self, workspaces: Sequence[Workspace], alert: AlertBody) -> tuple[Workspace, Application] | None:
        namespace, cluster = alert.labels.get("namespace", ""), alert.labels.get("cluster")
        owners = [one for one in workspaces if one.owns(namespace) and cluster in {None, one.cluster_id}]
        if len(owners) != 1:
            return None  # nobody's, or the same namespace on several clusters
        try:
            known = [one for one in self.applications.list(owners[0]) if one.project == namespace]
        except HexaopsError:
            return None
        for label in NAMING_LABELS:
            name = alert.labels.get(label)
            for one in known:
                if name and (one.name == name or (label == "pod" and any(pod.name == name for pod in one.pods))):
                    return owners[0], one
        return None


def _report(caller: Caller, alert: AlertBody, application: Application) -> Report:
    name = alert.labels.get("alertname", "alert")
    said = [alert.annotations[key] for key in ("summary", "description") if alert.annotations.get(key)]
    return Report(
        source="alertmanager",
        type=_word(name),
        severity=SEVERITIES.get(alert.labels.get("severity", "").lower(), "medium"),
        applications=[application],
        symptoms=said,
        title=f"{name}: {application.name}",
        alert=alert.fingerprint or _word(name),
        event=caller.event("incident.reported"),
    )


def _word(name: str) -> str:
    word = _NOT_A_WORD.sub("_", _BETWEEN.sub("_", name[:200]).lower()).strip("_")[:60].strip("_")
    return word if word[:1].isalpha() else f"alert_{word}".rstrip("_")
