"""Carries out probe_connectivity: the rules, the pod, its report, and the pod's deletion, however the run ends.

The pod is one write of the operation, and its deletion the undoing of that write: intent, audit and recovery after a
kill are those of any change. What the pod says is text of unknown origin, read by `read_report` alone.
"""

from __future__ import annotations

from msgspec import Struct

from hexaops.analysis.checks import Check
from hexaops.features.changes.work import ChangeWork, drafts_of
from hexaops.features.diagnostics.reading import Connection, DiagnosticReader
from hexaops.features.diagnostics.work import found_of, told_by
from hexaops.features.runs.errors import StepFailedError
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.kit.text import plain
from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.model import Draft
from hexaops.runbooks.probe import AWAIT, REMOVE, RULES
from hexaops.runbooks.probe_pod import CONTAINER, Endpoint, read_report

MESSAGE_LIMIT = 4096
"""What Kubernetes keeps of a termination message."""


class ProbeWork(Struct, frozen=True):
    """The work of probe_connectivity."""

    changes: ChangeWork
    reader: DiagnosticReader

    async def perform(self, run: Run, step: str) -> Found:
        """Do one step."""
        (draft,) = drafts_of(run.operation)
        if step in RULES:
            return await self._by_rules(run, draft, step)
        if step == AWAIT.name:
            return await self._awaited(run, draft)
        if step == REMOVE.name:
            await self._remove(run, draft)
            return {}
        return await self.changes.perform(run, step)

    async def undo(self, run: Run) -> Undone:
        """Delete the pod."""
        (draft,) = drafts_of(run.operation)
        await self._remove(run, draft)
        return Undone(
            rolled_back=True, note="The probe pod was deleted" if draft.writes else "Nothing had been changed"
        )

    def message(self, run: Run) -> str:
        """The sentence of a completed action."""
        return told_by(run)

    async def _by_rules(self, run: Run, draft: Draft, step: str) -> Found:
        place = await self.reader.place(run.operation.workspace_id, run.operation.resource_id)
        port = draft.parameters.get("port")
        checks: list[Check] = []
        for service in draft.prior["services"]:
            checks += await self.reader.connectivity(place, step, Connection(service, port))
        return found_of(run, checks)

    async def _awaited(self, run: Run, draft: Draft) -> Found:
        """The pod's report; a note where there is none."""
        if not draft.writes:
            return found_of(run, [], method="rules", note=draft.warnings[0])
        try:
            await self.changes.perform(run, AWAIT.name)
        except StepFailedError as error:
            return found_of(run, [], method="rules", note=f"The rules alone judge. {error.message}")
        message, ended = _report(await self._pod(run, draft))
        checks = read_report(message, endpoints_tried(draft))
        return found_of(run, checks, method="probe", note=ended)

    async def _remove(self, run: Run, draft: Draft) -> None:
        """Delete the pod; raises StepFailedError while it is still there."""
        undone = await self.changes.undo(run)
        if undone.rolled_back or not draft.writes:
            return
        live = await self._pod(run, draft)
        if live is not None and not live.deleting:
            raise StepFailedError(undone.note)

    async def _pod(self, run: Run, draft: Draft) -> LiveObject | None:
        return await self.changes.writer.read(run.operation.cluster_id, draft.writes[0].target)


def endpoints_tried(draft: Draft) -> list[Endpoint]:
    """What the plan's pod tries."""
    return [Endpoint(**one) for one in draft.prior["endpoints"]]


def _report(live: LiveObject | None) -> tuple[str, str | None]:
    """The termination message, and why the pod ended if not of itself."""
    if live is None:
        return "", "The probe pod was deleted by somebody else"
    status = live.document.get("status") or {}
    states = [one.get("state") or {} for one in status.get("containerStatuses") or () if one.get("name") == CONTAINER]
    message = str(((states[0] if states else {}).get("terminated") or {}).get("message") or "")
    reason = status.get("reason")
    return message[:MESSAGE_LIMIT], plain(f"The probe pod was ended: {reason}", 200) if reason else None
