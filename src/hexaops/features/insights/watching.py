"""Keeps the insights of workspaces that somebody follows, so that their stream can tell of new and gone ones.

An assessment costs CPU in proportion to the workspace: none begins within thirty seconds of the last one, nor within
fifty times as long as that one took, so that at most a fiftieth of the process's time goes into each workspace.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from hexaops.analysis.insights.model import CATEGORIES, Insight, Weight
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.insights.engine import InsightEngine, Question
from hexaops.kit.clock import Clock
from hexaops.kit.ids import stable_id
from hexaops.kit.text import plain

LOOK_SECONDS = 5.0
REST_SECONDS = 30.0
REST_TIMES = 50.0
FOLLOWED_SECONDS = 60.0
"""How long after it was last asked for a workspace counts as followed."""
RANGE_SECONDS = 86400.0
NAME_LIMIT = 300
NUMBERS = re.compile(r"[0-9][0-9.,]*")

logger = logging.getLogger(__name__)


class WatchedInsight(Struct, frozen=True):
    """One insight as long as it holds; numbers in its title that move are no change."""

    id: str
    category: str
    title: str
    severity: Weight


@dataclass
class _Watched:
    workspace: Workspace
    asked_at: float
    next_at: float = 0.0
    insights: Mapping[str, WatchedInsight] | None = None


@dataclass
class InsightWatch:
    """One for the process; `round` is repeated by its background task."""

    engine: InsightEngine
    clock: Clock
    _watched: dict[str, _Watched] = field(default_factory=dict)

    def latest(self, workspace: Workspace) -> Mapping[str, WatchedInsight] | None:
        """The insights of the last assessment, by id; None before the first. Whoever asks follows the workspace."""
        now = self.clock.monotonic()
        held = self._watched.get(workspace.id)
        if held is None:
            held = self._watched[workspace.id] = _Watched(workspace, now)
        held.workspace, held.asked_at = workspace, now
        return held.insights

    async def round(self) -> int:
        """Assess the followed workspaces that are due; returns how many."""
        now, assessed = self.clock.monotonic(), 0
        for key in [key for key, one in self._watched.items() if now - one.asked_at >= FOLLOWED_SECONDS]:
            del self._watched[key]
        for one in [*self._watched.values()]:
            if one.next_at <= self.clock.monotonic():
                await self._assess(one)
                assessed += 1
        return assessed

    async def _assess(self, held: _Watched) -> None:
        began = self.clock.monotonic()
        try:
            question = Question(CATEGORIES, RANGE_SECONDS, logs=False)
            found = (await self.engine.assess(held.workspace, question)).insights
        except HexaopsError as error:  # its cluster cannot be read: nothing is known, and nothing changes
            logger.debug("not assessed", extra={"workspace": held.workspace.id, "reason": error.message})
        else:
            known, now = held.insights or {}, [_watched(one) for one in found]
            held.insights = {
                one.id: known[one.id] if one.id in known and known[one.id].severity == one.severity else one
                for one in now
            }
        ended = self.clock.monotonic()
        held.next_at = ended + max(REST_SECONDS, REST_TIMES * (ended - began))


def _watched(one: Insight) -> WatchedInsight:
    title = plain(one.title, NAME_LIMIT)
    about = sorted(application.id for application in one.applications)
    insight_id = stable_id("insight-", one.category, NUMBERS.sub("", title), *about)
    return WatchedInsight(insight_id, one.category, title, one.weight)
