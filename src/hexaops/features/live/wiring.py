"""Builds the feature."""

from __future__ import annotations

from hexaops.features.applications.service import ApplicationService
from hexaops.features.insights.watching import InsightWatch
from hexaops.features.live.feeds import LiveFeeds
from hexaops.features.live.watching import WorkspaceReader
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's service."""
    get = process.provider.get
    feeds = LiveFeeds(WorkspaceReader(get(ApplicationService), get(InsightWatch), process.database), process.clock)
    process.provider.add(feeds)
    process.closing.append(feeds.close)
