"""Questions for HTTP answers by status: 5xx from the source of metrics, any status from access logs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus

import numpy as np
from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.codes import Counted, Logged, is_of, status_of, tell_codes
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lines import name_of, subject_of
from hexaops.assistant.understanding.codes import asks_for_code
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.logstores.query.tree import Or, Text
from hexaops.backends.metrics.base import MetricSourceError, Signal
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.questions import is_no_question
from hexaops.features.chat.reading.series import measured
from hexaops.features.logs.service import LogQueryService
from hexaops.features.metrics.sources import MetricSources

MOST_ASKED = 50
LINES_READ = 1000


def asks_for_codes(message: str, asked: Understanding) -> bool:
    """ "How many 500s did web-app return?"."""
    return not is_no_question(asked) and bool(asks_for_code(message))


class CodeReader(Struct, frozen=True):
    """Answers from the source of metrics and the log store."""

    sources: MetricSources
    logs: LogQueryService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """How many answers had the status, over the time that was asked for."""
        code, selected, capabilities = asks_for_code(reading.message), reading.select(draft), reading.facts.capabilities
        counted = [Counted(name_of(one, reading.facts), subject_of(one), None, 0.0, "metrics may not be read here")
                   for one in selected]  # fmt: skip
        if "read_metrics" in capabilities and code[0] == "5":
            counted = await asyncio.gather(*(self._counted(one, reading) for one in selected[:MOST_ASKED]))
        tell_codes(code, counted, await self._logged(code, selected, reading), reading.seconds, reading.facts, draft)

    async def _counted(self, one: Application, reading: Reading) -> Counted:
        name, subject = name_of(one, reading.facts), subject_of(one)
        try:
            series = (await measured(self.sources, reading, one, (Signal.ERRORS,), reading.seconds))[Signal.ERRORS]
        except MetricSourceError as error:
            return Counted(name, subject, None, 0.0, error.message)
        if series.is_empty:
            return Counted(name, subject, None, 0.0, series.reason or "not measured")
        total = float(np.sum(series.known)) * series.step_seconds
        return Counted(name, subject, total, len(series.known) * series.step_seconds, "")

    async def _logged(self, code: str, selected: Sequence[Application], reading: Reading) -> Logged:
        may = "read_logs" in reading.facts.capabilities and "read_logs" in reading.caller.permissions
        if not may:
            return Logged({}, tells=False, complete=False, why="logs may not be read here")
        names = tuple(sorted({one.name for one in selected})) if reading.is_named else ()
        try:
            wanted, any_status = await asyncio.gather(
                self._lines(names, _codes(code), reading), self._lines(names, ("200", "201", "204"), reading, most=50)
            )
        except UpstreamUnavailableError as error:
            return Logged({}, tells=False, complete=False, why=error.message)
        found = [component for component, line in wanted[0] if is_of(status_of(line), code)]
        tells = bool(found) or any(status_of(line) for _, line in any_status[0])
        return Logged(Counter(found), tells=tells, complete=wanted[1] <= LINES_READ)

    async def _lines(
        self, names: Sequence[str], codes: Sequence[str], reading: Reading, *, most: int = LINES_READ
    ) -> tuple[list[tuple[str, str]], int]:
        """Lines that have one of these words, and how many there are."""
        found = await self.logs.find(
            reading.caller.get_workspace().id, components=names, levels=(), seconds=reading.seconds, limit=most,
            expression=Or(tuple(Text((code,), message_only=True) for code in codes)),
        )  # fmt: skip
        return [(line.component, line.message) for line in found.rows], found.total


def _codes(code: str) -> tuple[str, ...]:
    """The statuses of a class that are registered."""
    if not code.endswith("xx"):
        return (code,)
    return tuple(str(status.value) for status in HTTPStatus if str(status.value)[0] == code[0])
