"""Assesses workspaces in the background, so that subscribers hear what is new before anybody asks.

Only workspaces with a webhook that wants to know are looked at, and only a change is announced. What was announced is
read from the events themselves: a restart repeats nothing.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hexaops.analysis.insights.model import CATEGORIES, Insight
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.insights.announcing import Announcer, Counts, told_counts
from hexaops.features.insights.engine import InsightEngine, Question
from hexaops.features.webhooks.announced import AnnouncedEvents
from hexaops.features.webhooks.events import ANOMALY_DETECTED, INSIGHT_GENERATED
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock

SEEN_SECONDS = 86400.0
"""How much history an assessment looks at, and how long an announced anomaly is not announced again."""
Seen = frozenset[tuple[str, str, tuple[str, ...]]]

logger = logging.getLogger(__name__)


@dataclass
class InsightScanner:
    """One for the process; `round` is repeated by its background task."""

    engine: InsightEngine
    announcer: Announcer
    directory: WorkspaceDirectory
    events: AnnouncedEvents
    clock: Clock
    _seen: dict[str, Seen] = field(default_factory=dict)
    """By workspace: category, weight and applications of each insight of the last scan."""

    async def round(self) -> int:
        """Scan every workspace that wants to hear of it; returns how many."""
        wanting = await self.events.find_wanting({INSIGHT_GENERATED, ANOMALY_DETECTED})
        scanned = 0
        for workspace in await self.directory.list_all() if wanting else ():
            if workspace.id not in wanting or workspace.status != "active":
                continue
            try:
                await self.scan(workspace)
                scanned += 1
            except HexaopsError as error:  # its cluster cannot be read: nothing is known, and nothing is announced
                logger.debug("not scanned", extra={"workspace": workspace.id, "reason": error.message})
        return scanned

    async def scan(self, workspace: Workspace) -> bool:
        """Assess one workspace; whether there was something new to announce."""
        found = await self.engine.assess(workspace, Question(CATEGORIES, SEEN_SECONDS, logs=False))
        seen: Seen = frozenset(map(_key, found.insights))
        before = self._seen.get(workspace.id)
        self._seen[workspace.id] = seen
        last, anomalies = await self._announced(workspace.id, self.clock.now())
        changed = seen != before if before is not None else last != told_counts(found)
        unusual = {one.applications[0].id for one in found.insights if "novelty" in one.metrics and one.applications}
        if not changed and not unusual - anomalies:
            return False
        await self.announcer.announce(workspace, found, known=anomalies)
        return True

    async def _announced(self, workspace_id: str, now: datetime) -> tuple[Counts | None, set[str]]:
        """The counts that were announced last, and the applications with a recent anomaly."""
        last = await self.events.find_last(workspace_id, INSIGHT_GENERATED)
        since = now - timedelta(seconds=SEEN_SECONDS)
        return _counts_of(last), await self.events.find_resources(workspace_id, ANOMALY_DETECTED, since)


def _counts_of(body: str | None) -> Counts | None:
    if body is None:
        return None
    told = json.loads(body)["data"]["insight"]
    return Counts(total=told["total"], high_priority=told["high_priority"], categories=told["categories"])


def _key(one: Insight) -> tuple[str, str, tuple[str, ...]]:
    return one.category, one.weight, tuple(sorted(application.id for application in one.applications))
