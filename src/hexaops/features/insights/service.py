"""Insights for both APIs: asks the engine, tells what it found in the API's shape, and announces it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET, Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.insights.model import Insight
from hexaops.features.access.caller import Caller
from hexaops.features.applications.service import ApplicationService
from hexaops.features.insights.announcing import Announcer
from hexaops.features.insights.engine import InsightEngine, Question
from hexaops.features.insights.insight_views import (
    NAME_LIMIT,
    TEXT_LIMIT,
    ChangeView,
    FeedbackView,
    InsightsView,
    InternalInsightsView,
    action_plan_view,
    internal_insight,
    public_insight,
    reasons_of,
    scores_view,
    summary_view,
    trends_view,
)
from hexaops.features.insights.schemas import Feedback, InsightsRequest, InternalInsightsRequest
from hexaops.features.overview.activity import recent_activity
from hexaops.features.overview.moments import moment
from hexaops.features.runs.queries import latest_actions
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_time, parse_duration
from hexaops.kit.text import plain
from hexaops.storage.database import Database


class InsightService(Struct, frozen=True):
    """One for the process."""

    engine: InsightEngine
    announcer: Announcer
    applications: ApplicationService
    database: Database
    clock: Clock

    async def public(self, caller: Caller, request: InsightsRequest) -> InsightsView:
        """Raises ApplicationNotFoundError and its kind, and UpstreamUnavailableError."""
        workspace = caller.get_workspace()
        application = self.applications.get(workspace, request.application_id) if request.application_id else None
        found = await self.engine.assess(
            workspace,
            Question(
                tuple(dict.fromkeys(request.focus_areas)),
                parse_duration(request.time_range),
                application,
                logs="read_logs" in caller.permissions,
            ),
        )
        await self.announcer.announce(workspace, found)
        reasons = reasons_of(found.insights, recommends=request.include_recommendations)
        return InsightsView(
            workspace_id=workspace.id,
            generated_at=format_time(self.clock.now()),
            time_range=request.time_range,
            insights=[public_insight(one, recommends=request.include_recommendations) for one in found.insights],
            summary=summary_view(found, reasons),
            missing={kind: plain(why, TEXT_LIMIT) for kind, why in found.diagnosis.missing.items()},
            reasons=reasons,
        )

    async def internal(self, caller: Caller, request: InternalInsightsRequest) -> InternalInsightsView:
        """Raises UpstreamUnavailableError."""
        workspace, seconds = caller.get_workspace(), parse_duration(request.time_range)
        logs = "logs:read" in caller.permissions
        found = await self.engine.assess(workspace, Question(request.categories, seconds, logs=logs))
        await self.announcer.announce(workspace, found)
        reasons = reasons_of(found.insights, recommends=request.include_recommendations)
        scored, inputs = scores_view(found, reasons)
        recommends = request.include_recommendations
        insights = _by_feedback(found.insights, request.context.user_feedback)
        feedback = [
            _feedback_view(one, found.applications, insights, reasons, number)
            for number, one in enumerate(request.context.user_feedback)
        ]
        return InternalInsightsView(
            workspace_id=workspace.id,
            analysis_timestamp=format_time(self.clock.now()),
            time_range=request.time_range,
            overall_assessment=scored,
            insights=[internal_insight(one, recommends=recommends) for one in insights],
            trends=trends_view(found, reasons),
            action_plan=action_plan_view(insights, recommends=recommends),
            recent_changes=await self._changes(caller, seconds) if request.context.recent_changes else UNSET,
            feedback=feedback or UNSET,
            evidence=inputs,
            missing={kind: plain(why, TEXT_LIMIT) for kind, why in found.diagnosis.missing.items()},
            reasons=reasons,
        )

    async def _changes(self, caller: Caller, seconds: float) -> list[ChangeView]:
        workspace, service = caller.get_workspace(), self.applications
        now: datetime = self.clock.now()
        async with self.database.viewing() as connection:
            operations = await latest_actions(connection, workspace.id)
        found = recent_activity(
            service.list(workspace),
            replica_sets=service.rows(workspace, "ReplicaSet"),
            events=service.rows(workspace, "Event"),
            operations=operations,
            now=now.timestamp(),
        )
        return [
            ChangeView(
                timestamp=moment(one.at),
                type=one.type,
                resource=plain(one.resource, NAME_LIMIT),
                action=one.action,
                details=plain(one.details, TEXT_LIMIT),
            )
            for one in found
            if one.at >= now.timestamp() - seconds
        ]


def _by_feedback(insights: Sequence[Insight], feedback: Sequence[Feedback]) -> list[Insight]:
    """Those about a component that somebody complained of come first among those of their weight."""
    named = {one.component for one in feedback}
    order = {id(one): at for at, one in enumerate(insights)}
    weights = list(dict.fromkeys(one.weight for one in insights))
    return sorted(
        insights,
        key=lambda one: (
            weights.index(one.weight),
            not any(application.name in named for application in one.applications),
            order[id(one)],
        ),
    )


def _feedback_view(
    one: Feedback,
    applications: Sequence[Application],
    insights: Sequence[Insight],
    reasons: dict[str, str],
    number: int,
) -> FeedbackView:
    about = next((application for application in applications if application.name == one.component), None)
    if about is None:
        reasons[f"feedback[{number}].application_id"] = "no application of the workspace has this name"
    return FeedbackView(
        issue=plain(one.issue, TEXT_LIMIT),
        component=plain(one.component, NAME_LIMIT),
        application_id=about.id if about else None,
        insights=[at for at, insight in enumerate(insights) if about in insight.applications],
    )
