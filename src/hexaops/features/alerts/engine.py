"""Judges every rule again and again on its cluster's source of metrics, and lets its alert follow.

Nothing is remembered between two rounds but the latest verdicts, which are only shown: what decides is in the rows and
in the measurements. Without rules a round is one short read of an empty table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from msgspec import Struct, field
from sqlalchemy import select

from hexaops.analysis.alerting import Points, Verdict, divisor_of, judge
from hexaops.backends.metrics.base import MetricSource, Subject, Window
from hexaops.errors import HexaopsError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.alerts.states import AlertStates
from hexaops.features.alerts.store import RESOLVED, find_rules, rule_of
from hexaops.features.applications.service import ApplicationService
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.tables import AlertRow, AlertRuleRow

READS_AT_ONCE = 4


class AlertEngine(Struct, frozen=True):
    """One task a process, while the durable engine is launched."""

    database: Database
    directory: WorkspaceDirectory
    applications: ApplicationService
    source_of: Callable[[str], MetricSource]
    states: AlertStates
    clock: Clock
    interval_seconds: float
    latest: dict[str, tuple[float, Verdict]] = field(default_factory=dict)
    """Rule → when it was judged, and the verdict."""

    async def evaluate(self) -> None:
        """One round over all rules."""
        async with self.database.reading() as session:
            rules = await find_rules(session)
            opened = dict[str, str]()
            if rules:
                found = await session.execute(
                    select(AlertRow.rule_id, AlertRow.status).where(AlertRow.status != RESOLVED)
                )
                opened = {row.rule_id: row.status for row in found}
        for gone in self.latest.keys() - {rule.id for rule in rules}:
            del self.latest[gone]
        if not rules:
            return
        workspaces = {one.id: one for one in await self.directory.list_all()}
        places = asyncio.Semaphore(READS_AT_ONCE)

        async def one(rule: AlertRuleRow) -> None:
            workspace = workspaces.get(rule.workspace_id)
            if workspace is None or workspace.status != "active":
                return
            async with places:
                await self._one(workspace, rule, opened)

        await asyncio.gather(*(one(rule) for rule in rules))

    async def verdict(self, workspace: Workspace, rule: AlertRuleRow) -> Verdict:
        """What the rule's measurements say: a verdict of the last two rounds, else a new one."""
        now = self.clock.now().timestamp()
        judged = self.latest.get(rule.id)
        if judged is None or now - judged[0] > 2 * self.interval_seconds:
            judged = self.latest[rule.id] = (now, await self._judge(workspace, rule))
        return judged[1]

    async def _one(self, workspace: Workspace, rule: AlertRuleRow, opened: Mapping[str, str]) -> None:
        verdict = await self._judge(workspace, rule)
        self.latest[rule.id] = (self.clock.now().timestamp(), verdict)
        if not self._moves(rule, verdict, opened.get(rule.id)):
            return
        async with self.database.transaction() as session:
            current = await session.get(AlertRuleRow, rule.id, with_for_update=True)
            if current is not None:  # it may have been deleted since the round began
                await self.states.follow(session, current, verdict)

    def _moves(self, rule: AlertRuleRow, verdict: Verdict, status: str | None) -> bool:
        """Whether a transaction is worth it."""
        if status is None:
            return verdict.state == "firing"
        silent = rule.silenced_until is not None and rule.silenced_until > self.clock.now()
        return verdict.state == "ok" or (status == "silenced") != silent

    async def _judge(self, workspace: Workspace, row: AlertRuleRow) -> Verdict:
        rule = rule_of(row)
        now = self.clock.now().timestamp()
        try:
            application = self.applications.get(workspace, row.application_id)
            divisor, missing = divisor_of(rule, application)
            if divisor is None:
                return Verdict(state="unknown", value=None, reason=missing)
            subject = Subject(workspace.cluster_id, application.kind, application.project, application.name)
            window = Window.until(now, rule.window_seconds)
            source = self.source_of(workspace.cluster_id)
            series = await source.read(rule.measure.signal, subject, window, rule.step_seconds)
        except HexaopsError as error:
            return Verdict(state="unknown", value=None, reason=error.message)
        verdict = judge(rule, Points(series.values / divisor, series.start, series.step_seconds), now)
        if verdict.state == "unknown" and series.reason:
            return Verdict(state="unknown", value=None, reason=series.reason)
        return verdict
