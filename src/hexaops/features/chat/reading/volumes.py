"""Questions for disks: how full the volumes of applications are, and when they will be full."""

from __future__ import annotations

import re

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.volumes import Volume, answer_volumes
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.metrics.base import Signal
from hexaops.features.chat.reading.asking import Reader, Reading
from hexaops.features.chat.reading.series import measured
from hexaops.features.metrics.sources import MetricSources

DISKS = re.compile(r"\b(?:disks?|storage|volumes?|pvcs?|file ?systems?)\b", re.IGNORECASE)
_VOLUMES = re.compile(r"\b(?:volumes?|pvcs?|volume claims?)\b", re.IGNORECASE)
WEEK_SECONDS = 7 * 86_400.0
MOST_READ = 200


_FULL = re.compile(r"\b(?:full|fullest|filled|space|used|usage)\b", re.IGNORECASE)
_TAKEN_FOR = frozenset({Intent.USAGE_QUERY, Intent.HIGH_USAGE, Intent.LIST_RESOURCES, Intent.STATUS_QUERY})


def asks_how_full(message: str, asked: Understanding) -> bool:
    """ "Is the volume of database-app full?"."""
    if asked.intent not in _TAKEN_FOR or asked.is_change_request or asked.resource_type == "nodes":
        return False
    return _VOLUMES.search(message) is not None and _FULL.search(message) is not None


class VolumeReader(Struct, frozen=True):
    """Answers from the metric sources what is about disks; hands everything else on."""

    sources: MetricSources
    others: Reader

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The fullest first; raises MetricSourceError."""
        if not DISKS.search(reading.message):
            await self.others.answer(reading, draft)
            return
        selected = [one for one in reading.select(draft) if one.pods]
        seconds = reading.asked.parameters.time_range_seconds or WEEK_SECONDS
        found = [await self._read(reading, one, seconds) for one in selected[:MOST_READ]]
        answer_volumes([one for one in found if one is not None], len(selected), seconds, reading.facts, draft)

    async def _read(self, reading: Reading, one: Application, seconds: float) -> Volume | None:
        series = (await measured(self.sources, reading, one, (Signal.VOLUME_USAGE,), seconds))[Signal.VOLUME_USAGE]
        return None if series.reason else Volume(one, series.values, series.step_seconds)
