"""Builds capabilities and insights."""

from __future__ import annotations

from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.insights.announcing import Announcer
from hexaops.features.insights.capabilities import CapabilityService
from hexaops.features.insights.engine import InsightEngine
from hexaops.features.insights.price_file import book_of
from hexaops.features.insights.scanning import InsightScanner
from hexaops.features.insights.service import InsightService
from hexaops.features.insights.watching import LOOK_SECONDS, InsightWatch
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.webhooks.announced import AnnouncedEvents
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.background import Periodic
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's services."""
    settings, database, clock, get = process.settings, process.database, process.clock, process.provider.get
    applications = get(ApplicationService)
    engine = InsightEngine(applications, get(DiagnosisService), get(MetricSources), book_of(settings), clock)
    announcer = Announcer(database, get(WebhookOutbox))
    process.provider.add(engine)
    process.provider.add(CapabilityService(settings, applications, get(AutomationSwitch)))
    process.provider.add(InsightService(engine, announcer, applications, database, clock))
    scanner = InsightScanner(engine, announcer, get(WorkspaceDirectory), AnnouncedEvents(database), clock)
    process.provider.add(scanner)
    watch = InsightWatch(engine, clock)
    process.provider.add(watch)
    process.background.add(Periodic("insight-watch", watch.round, LOOK_SECONDS, waits_first=True))
    if settings.insight_scan_seconds:
        scan = Periodic("insight-scans", scanner.round, settings.insight_scan_seconds, waits_first=True)
        process.background.add(scan)
