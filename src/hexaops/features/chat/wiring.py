"""Builds what answers messages and keeps conversations."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from hexaops.assistant.model.budget import TokenBudget
from hexaops.assistant.model.providers import ModelNotInstalledError, open_model
from hexaops.assistant.model.voice import Limits, ModelVoice
from hexaops.assistant.tools.alert_changes import ALERT_CHANGES
from hexaops.assistant.tools.alerts import ALERTS
from hexaops.assistant.tools.articles import ARTICLES
from hexaops.assistant.tools.backups import BACKUPS
from hexaops.assistant.tools.bounds import BOUNDS
from hexaops.assistant.tools.codes import CODES
from hexaops.assistant.tools.connectivity import CONNECTIVITY
from hexaops.assistant.tools.dashboards import DASHBOARDS
from hexaops.assistant.tools.dependencies import DEPENDENCIES
from hexaops.assistant.tools.diagnostics import DIAGNOSTICS
from hexaops.assistant.tools.fields import FIELDS
from hexaops.assistant.tools.forecast import FORECAST
from hexaops.assistant.tools.high_usage import HIGH_USAGE
from hexaops.assistant.tools.history import HISTORY
from hexaops.assistant.tools.impact import IMPACT
from hexaops.assistant.tools.insights import INSIGHTS
from hexaops.assistant.tools.inventory import INVENTORY
from hexaops.assistant.tools.lacking import LACKING
from hexaops.assistant.tools.logs import LOGS
from hexaops.assistant.tools.named import NAMED
from hexaops.assistant.tools.nodes import NODES
from hexaops.assistant.tools.objects import OBJECTS
from hexaops.assistant.tools.performance import PERFORMANCE
from hexaops.assistant.tools.resources import RESOURCES
from hexaops.assistant.tools.rights import RIGHTS
from hexaops.assistant.tools.rollouts import ROLLOUTS
from hexaops.assistant.tools.room import ROOM
from hexaops.assistant.tools.safety import SAFETY
from hexaops.assistant.tools.summary import SUMMARY
from hexaops.assistant.tools.tool import Tool
from hexaops.assistant.tools.usage_history import USAGE_HISTORY
from hexaops.features.actions.service import ActionService
from hexaops.features.alerts.service import AlertService
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.queries import PlanQueries
from hexaops.features.chat.gathering import Gatherer
from hexaops.features.chat.guide import GuideService
from hexaops.features.chat.nameable import Inventories
from hexaops.features.chat.planning import ChangePlanner
from hexaops.features.chat.quick_actions import QuickActions
from hexaops.features.chat.reading.alerts import AlertChangeReader, AlertReader
from hexaops.features.chat.reading.articles import ArticleReader
from hexaops.features.chat.reading.asking import Reader
from hexaops.features.chat.reading.backups import BackupReader
from hexaops.features.chat.reading.bounds import BoundReader
from hexaops.features.chat.reading.codes import CodeReader
from hexaops.features.chat.reading.connectivity import ConnectivityReader
from hexaops.features.chat.reading.dashboards import DashboardReader
from hexaops.features.chat.reading.dependencies import DependencyReader
from hexaops.features.chat.reading.diagnostics import DiagnosticsReader
from hexaops.features.chat.reading.fields import FieldReader
from hexaops.features.chat.reading.guarding import GuardedReader
from hexaops.features.chat.reading.history import HistoryReader
from hexaops.features.chat.reading.impact import ImpactReader
from hexaops.features.chat.reading.insights import InsightReader
from hexaops.features.chat.reading.inventory import InventoryReader
from hexaops.features.chat.reading.lacking import LackingReader
from hexaops.features.chat.reading.logs import LogReader
from hexaops.features.chat.reading.named import NamedReader
from hexaops.features.chat.reading.nodes import NodeReader
from hexaops.features.chat.reading.objects import ObjectReader
from hexaops.features.chat.reading.performance import PerformanceReader
from hexaops.features.chat.reading.resources import ResourceReader, UsageReader
from hexaops.features.chat.reading.rights import RightReader
from hexaops.features.chat.reading.rollouts import RolloutReader
from hexaops.features.chat.reading.room import RoomReader
from hexaops.features.chat.reading.safety import SafetyReader
from hexaops.features.chat.reading.summary import SummaryReader
from hexaops.features.chat.reading.usage_history import UsageHistoryReader
from hexaops.features.chat.reading.volumes import VolumeReader
from hexaops.features.chat.retelling import Retelling
from hexaops.features.chat.service import ChatService
from hexaops.features.chat.sessions import SessionService
from hexaops.features.chat.streaming import ChatStream
from hexaops.features.dashboards.service import DashboardService
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.diagnostics.reading import DiagnosticReader
from hexaops.features.health.sources import SourceProbes
from hexaops.features.insights.engine import InsightEngine
from hexaops.features.logs.service import LogQueryService
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.process import Process

logger = logging.getLogger(__name__)


def readers(process: Process) -> Mapping[str, Reader]:
    """The code of each tool that answers, behind its guard."""
    get = process.provider.get
    applications, sources, diagnostics = get(ApplicationService), get(MetricSources), get(DiagnosticReader)
    alerts = AlertReader(get(AlertService))
    insights = GuardedReader(INSIGHTS, InsightReader(get(InsightEngine)))
    bound: tuple[tuple[Tool, Reader], ...] = (
        (ALERTS, alerts),
        (ALERT_CHANGES, AlertChangeReader(alerts)),
        (ARTICLES, ArticleReader()),
        (BACKUPS, BackupReader(process.database, applications)),
        (BOUNDS, BoundReader(applications, sources, get(InsightEngine))),
        (CODES, CodeReader(sources, get(LogQueryService))),
        (CONNECTIVITY, ConnectivityReader(diagnostics)),
        (DASHBOARDS, DashboardReader(get(DashboardService))),
        (DEPENDENCIES, DependencyReader(get(DiagnosisService))),
        (DIAGNOSTICS, DiagnosticsReader(diagnostics)),
        (FIELDS, FieldReader(get(DiagnosisService), applications)),
        (FORECAST, VolumeReader(sources, insights)),
        (HIGH_USAGE, UsageReader(insights)),
        (HISTORY, HistoryReader(applications, process.database)),
        (IMPACT, ImpactReader(applications, get(DiagnosisService))),
        (INVENTORY, InventoryReader(applications, get(DiagnosisService))),
        (LACKING, LackingReader(applications, get(DiagnosisService))),
        (LOGS, LogReader(get(LogQueryService), applications)),
        (NAMED, NamedReader(applications, get(DiagnosisService), process.clusters)),
        (NODES, NodeReader()),
        (OBJECTS, ObjectReader(applications, get(DiagnosisService))),
        (PERFORMANCE, PerformanceReader(sources, insights)),
        (RESOURCES, ResourceReader(applications)),
        (RIGHTS, RightReader(get(WorkspaceService))),
        (ROLLOUTS, RolloutReader(applications)),
        (ROOM, RoomReader(applications)),
        (SAFETY, SafetyReader(applications, get(DiagnosisService), get(InsightEngine))),
        (SUMMARY, SummaryReader(get(InsightEngine))),
        (USAGE_HISTORY, UsageHistoryReader(sources)),
    )
    return {INSIGHTS.name: insights, **{tool.name: GuardedReader(tool, reader) for tool, reader in bound}}


def wire(process: Process) -> None:
    """Offer the feature's services."""
    database, clock, get = process.database, process.clock, process.provider.get
    applications = get(ApplicationService)
    sessions = SessionService(database, applications, get(WebhookOutbox), clock)
    gatherer = Gatherer(database, applications, get(DiagnosisService), get(AutomationSwitch), clock)
    inventories, planner = Inventories(applications), ChangePlanner(get(ActionService))
    plans, retelling = PlanQueries(database, clock), _retelling(process, applications)
    if retelling is not None:
        get(SourceProbes).add("model", retelling.probe)
    chat = ChatService(database, sessions, gatherer, inventories, planner, plans, readers(process), clock, retelling)
    quick_actions = QuickActions(get(WorkspaceService), get(WorkspaceDirectory))
    guide = GuideService(database, quick_actions, clock)
    for service in (sessions, chat, ChatStream(chat), quick_actions, guide):
        process.provider.add(service)


def _retelling(process: Process, applications: ApplicationService) -> Retelling | None:
    """Model mode, where a language model is configured."""
    settings = process.settings
    if settings.model_provider is None or settings.model_name is None:
        return None
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    process.redactor.add(key)
    try:
        model = open_model(settings.model_provider, settings.model_name, url=settings.model_url, api_key=key)
    except ModelNotInstalledError as error:
        logger.warning("no language model: the embedded engine answers", extra={"reason": error.message})
        return Retelling(None, applications, error.message)
    limits = Limits(settings.model_timeout_seconds, settings.model_questions, settings.model_tokens_per_answer)
    budget = TokenBudget(settings.model_tokens_per_day, process.clock)
    return Retelling(ModelVoice(model, limits, budget), applications)
