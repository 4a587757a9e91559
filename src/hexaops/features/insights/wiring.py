"""Builds capabilities and insights."""

from __future__ import annotations

from dataclasses import dataclass

from hexaops.analysis.insights.model import PriceBook
from hexaops.analysis.sizing import Prices
from hexaops.config import Settings
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.insights.announcing import Announcer
from hexaops.features.insights.capabilities import CapabilityService
from hexaops.features.insights.engine import InsightEngine
from hexaops.features.insights.service import InsightService
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.kit.clock import Clock
from hexaops.provide import Provider
from hexaops.storage.database import Database


@dataclass(frozen=True)
class InsightParts:
    """What the feature takes from the process."""

    settings: Settings
    database: Database
    clock: Clock


def build_insights(provider: Provider, parts: InsightParts) -> None:
    """Build it once; needs the history of metrics."""
    settings, get = parts.settings, provider.get
    applications = get(ApplicationService)
    book = PriceBook(Prices(settings.price_cpu_core_hour, settings.price_memory_gib_hour))
    engine = InsightEngine(applications, get(DiagnosisService), get(MetricSources), book, parts.clock)
    provider.add(CapabilityService(settings, applications, get(AutomationSwitch)))
    provider.add(
        InsightService(engine, Announcer(parts.database, get(WebhookOutbox)), applications, parts.database, parts.clock)
    )
