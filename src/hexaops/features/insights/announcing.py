"""Webhook events of insights: one for each assessment, and one for each application that behaves as never before."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TypedDict

from msgspec import Struct

from hexaops.analysis.insights.model import Insight
from hexaops.features.access.tenancy import Workspace
from hexaops.features.insights.engine import Assessment
from hexaops.features.webhooks.events import ANOMALY_DETECTED, INSIGHT_GENERATED
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.kit.ids import new_id
from hexaops.kit.text import plain
from hexaops.responses import View
from hexaops.storage.database import Database

NAME_LIMIT = 128


class EventWorkspaceView(View, frozen=True, kw_only=True):
    """Where it happened."""

    id: str
    name: str


class EventResultView(View, frozen=True, kw_only=True):
    """How it ended."""

    success: bool
    resources_affected: int


class GeneratedView(View, frozen=True, kw_only=True):
    """What was found, counted."""

    id: str
    status: str
    total: int
    high_priority: int
    categories: list[str]


class InsightEventView(View, frozen=True, kw_only=True):
    """`data` of `aiops.insight.generated`."""

    insight: GeneratedView
    workspace: EventWorkspaceView
    result: EventResultView


class AnomalyView(View, frozen=True, kw_only=True):
    """What is unusual."""

    title: str
    application_id: str
    application: str
    metrics: dict[str, float | str]


class AnomalyEventView(View, frozen=True, kw_only=True):
    """`data` of `aiops.anomaly.detected`."""

    anomaly: AnomalyView
    workspace: EventWorkspaceView
    result: EventResultView


class Announcer(Struct, frozen=True):
    """One for the process."""

    database: Database
    outbox: WebhookOutbox

    async def announce(self, workspace: Workspace, found: Assessment, *, known: Set[str] = frozenset()) -> None:
        """Accept the events of an assessment; anomalies of `known` applications have been announced already."""
        where = EventWorkspaceView(id=workspace.id, name=plain(workspace.name, NAME_LIMIT))
        made = InsightEventView(
            insight=GeneratedView(id=new_id("insight_"), status="generated", **told_counts(found)),
            workspace=where,
            result=EventResultView(success=True, resources_affected=_resources(found.insights)),
        )
        async with self.database.transaction() as session:
            await self.outbox.emit(session, workspace.id, INSIGHT_GENERATED, made, resource_id=made.insight.id)
            for one in found.insights:
                if "novelty" in one.metrics and one.applications:
                    view = _anomaly(one, where)
                    resource_id = view.anomaly.application_id
                    if resource_id in known:
                        continue
                    await self.outbox.emit(session, workspace.id, ANOMALY_DETECTED, view, resource_id=resource_id)


class Counts(TypedDict):
    """What `aiops.insight.generated` counts."""

    total: int
    high_priority: int
    categories: list[str]


def told_counts(found: Assessment) -> Counts:
    """The counts of an assessment, as they are announced."""
    return Counts(
        total=len(found.insights),
        high_priority=sum(one.weight in {"critical", "high"} for one in found.insights),
        categories=sorted({one.category for one in found.insights}),
    )


def _resources(insights: Sequence[Insight]) -> int:
    return len({application.id for one in insights for application in one.applications})


def _anomaly(one: Insight, where: EventWorkspaceView) -> AnomalyEventView:
    application = one.applications[0]
    return AnomalyEventView(
        anomaly=AnomalyView(
            title=plain(one.title, 4 * NAME_LIMIT),
            application_id=application.id,
            application=plain(application.name, NAME_LIMIT),
            metrics=dict(one.metrics),
        ),
        workspace=where,
        result=EventResultView(success=True, resources_affected=1),
    )
