"""Executes changes: sends a step's writes in order, waits until it is done for every subject, undoes in reverse.

Every method may be started again from its first line, by this process or the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.config import Settings
from hexaops.features.changes.errors import PlanStaleError
from hexaops.features.changes.planner import Planner
from hexaops.features.changes.writes import (
    NOT_APPLIED,
    GuardedWriter,
    NumberedWrite,
    check_unchanged,
    is_applied,
    undoing,
    written_of,
)
from hexaops.features.runs.errors import NotVerifiedError, StepFailedError
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.runbooks.model import Draft, Write, Written
from hexaops.runbooks.runbook import Runbook, Step, View
from hexaops.storage.tables import OperationRow, WriteIntentRow

LOOK_SECONDS = 1.0
"""How often a waiting step checks for cancellation or takeover."""
SETTLE_SECONDS = 0.1
"""Before health is watched anew after it broke."""
NO_DEADLINE_SECONDS = 2**31 - 1
"""What Kubernetes takes for "no deadline"."""
ALWAYS_NEEDED = ("HorizontalPodAutoscaler", "PodDisruptionBudget")
"""Kinds that must have been read once, besides those that the runbook watches."""


@dataclass
class Part:
    """One draft of a running change; `first` is the number of its first write in the plan."""

    draft: Draft
    first: int
    written: dict[int, Written]
    found: dict[str, Mapping[str, Any]]
    started_at: datetime | None = None
    """When its first write was begun."""
    stuck_since: tuple[str, datetime] | None = None


class Change(Struct, frozen=True):
    """A run with its runbook, cluster and parts."""

    run: Run
    book: Runbook[Any]
    cache: WatchCache
    parts: Sequence[Part]

    def view(self, part: Part) -> View:
        """What the runbook may look at."""
        return View(part.draft, self.cache, part.written, part.found)


class ChangeWork(Struct, frozen=True):
    """The work of every runbook of the catalogue."""

    clusters: Clusters
    planner: Planner
    writer: GuardedWriter
    settings: Settings
    clock: Clock

    async def perform(self, run: Run, step: str) -> Found:
        """Send the step's writes, wait until it is reached for every part, note what was found."""
        change = await self._change(run)
        doing = next(one for one in change.book.steps if one.name == step)
        await self._until_read(change)
        if doing.examines and not any(part.started_at for part in change.parts):
            user = run.operation.plan.get("kubernetes_user")
            await self.planner.examine_again(run.operation, [part.draft for part in change.parts], user)
        for part in change.parts:
            for number in doing.writes(part.draft):
                write = NumberedWrite(part.first + number, "apply", part.draft.writes[number])
                record = await self.writer.write(run.operation, write)
                _note_written(part, number, record)
        found = [await self._until_done(change, part, doing) for part in change.parts]
        return _joined([part.draft for part in change.parts], found)

    async def undo(self, run: Run) -> Undone:
        """Undo every write, and wait until the previous state is restored."""
        change = await self._change(run)
        reports = [await self._undo_part(change, part) for part in reversed(change.parts)]
        notes = dict.fromkeys(report.note for report in reports)
        return Undone(all(report.rolled_back for report in reports), "; ".join(notes))

    def message(self, run: Run) -> str:
        """The sentence of a completed change."""
        drafts = drafts_of(run.operation)
        book = RUNBOOKS[drafts[0].action]
        if len(drafts) == 1:
            return f"{book.words.noun} {book.done(drafts[0])} successfully"
        return f"{len(drafts)} {book.words.noun.lower()}s {book.done(drafts[0])} successfully"

    async def _change(self, run: Run) -> Change:
        drafts = drafts_of(run.operation)
        records = await self.writer.intents(run.operation.id, "apply")
        parts, first = [], 0
        for index, draft in enumerate(drafts):
            own = {step: _found_of(found, index, len(drafts)) for step, found in run.found.items()}
            part = Part(draft, first, {}, own)
            for number in range(len(draft.writes)):
                if (record := records.get(first + number)) is not None:
                    _note_written(part, number, record)
            parts.append(part)
            first += len(draft.writes)
        cache = self.clusters.get(run.operation.cluster_id).cache
        return Change(run, RUNBOOKS[drafts[0].action], cache, parts)

    # ------------------------------------------------------------------ waiting

    async def _until_done(self, change: Change, part: Part, step: Step) -> Found:
        while True:
            reached = await self._until_reached(change, part, step)
            broken = step.steady and await self._broken(change, part, step, reached)
            # A watch may be silent without being broken: the last word is the API server's own.
            if not broken and await self._is_confirmed(change, part, step):
                return step.found(change.view(part), reached)
            await self._check_hope(change, part)
            await self.clock.sleep(SETTLE_SECONDS)

    async def _until_reached(self, change: Change, part: Part, step: Step) -> Any:
        """Wait until reached; give up when the controller does, when the time is over, or when asked to.

        Reached is asked first: what became healthy while no process was there to see it is not undone.
        """
        await self._until_read(change)
        while True:
            await change.run.check()
            try:
                return await change.cache.wait_for(
                    lambda _cache: step.reached(change.view(part)),
                    kinds=change.book.watched,
                    timeout=Timeout(LOOK_SECONDS, self.clock),
                )
            except TimeoutError:
                await self._check_hope(change, part)

    async def _broken(self, change: Change, part: Part, step: Step, steady: Any) -> bool:
        """Whether what was reached changed within the time for which it must hold."""
        rest = Timeout(self.settings.verify_stable_seconds, self.clock)
        while not rest.expired:
            await change.run.check()
            try:
                await change.cache.wait_for(
                    lambda _cache: step.reached(change.view(part)) != steady,
                    kinds=change.book.watched, timeout=Timeout(min(rest.left(), LOOK_SECONDS), self.clock),
                )  # fmt: skip
            except TimeoutError:
                continue
            return True
        return bool(step.reached(change.view(part)) != steady)

    async def _is_confirmed(self, change: Change, part: Part, step: Step) -> bool:
        if step.confirmed is None:
            return True
        live = await self.writer.read(change.run.operation.cluster_id, part.draft.target)
        return live is not None and step.confirmed(change.view(part), live)

    async def _until_read(self, change: Change) -> None:
        """Wait for the first read: a process that has just started knows nothing about the cluster."""
        await change.run.check()
        kinds = (*dict.fromkeys((*change.book.watched, *ALWAYS_NEEDED)),)
        while not await change.cache.wait_synced(Timeout(LOOK_SECONDS, self.clock), *kinds):
            await change.run.check()

    async def _check_hope(self, change: Change, part: Part) -> None:
        """Raise StepFailedError or NotVerifiedError if the planned state can no longer be reached."""
        view, book = change.view(part), change.book
        await self._check_there(change, part)
        if failure := book.failed(view):
            message = f"The change failed: {failure}"
            raise StepFailedError(message)
        state = book.state(view)
        await change.run.note(state)
        self._check_stuck(part, book.stuck(view))
        limit = self._limit(book.deadline_seconds(view))
        if (
            part.started_at
            and _elapsed(part.started_at, self.clock.now()) > limit + self.settings.verify_stable_seconds
        ):
            message = f"Not healthy within {limit:g} s: {state or 'the planned state was not reached'}"
            raise NotVerifiedError(message)

    async def _check_there(self, change: Change, part: Part) -> None:
        target = part.draft.target
        if not target.uid or change.cache.find(target.kind, target.namespace, target.name) is not None:
            return
        live = await self.writer.read(change.run.operation.cluster_id, target)
        if any(write.call.verb == "delete" and write.target == target for write in part.draft.writes):
            return
        if live is None or live.target.uid != target.uid:
            message = (
                f"{change.book.words.noun} {part.draft.subject.name} was deleted, or recreated under the same name"
            )
            raise StepFailedError(message)

    def _check_stuck(self, part: Part, reason: str | None) -> None:
        """Raise StepFailedError if the same problem has blocked the change for the configured time."""
        if reason is None:
            part.stuck_since = None
            return
        now = self.clock.now()
        if part.stuck_since is None:
            part.stuck_since = (reason, now)
        elif _elapsed(part.stuck_since[1], now) >= self.settings.change_stuck_seconds:
            message = f"The change cannot succeed: {reason}"
            raise StepFailedError(message)

    def _limit(self, deadline_seconds: float | None) -> float:
        if not deadline_seconds or deadline_seconds >= NO_DEADLINE_SECONDS:
            return self.settings.change_timeout_seconds
        return deadline_seconds

    # ------------------------------------------------------------------ undoing

    async def _undo_part(self, change: Change, part: Part) -> Undone:
        run, undone, notes = change.run, dict[int, Written](), list[str]()
        records = await self.writer.intents(run.operation.id, "apply")
        for number in part.draft.undo_order:
            record = records.get(part.first + number)
            if record is None or record.outcome == NOT_APPLIED:
                continue
            report = await self._undo_write(run, part, number, record)
            if isinstance(report, Written):
                undone[number] = report
            elif report:
                notes.append(report)
        if not undone:
            return Undone(not notes, "; ".join(notes) or "Nothing had been changed")
        restored = await self._until_restored(change, part, undone)
        if notes:
            return Undone(rolled_back=False, note="; ".join([*notes, restored.note]))
        return restored

    async def _undo_write(self, run: Run, part: Part, number: int, record: WriteIntentRow) -> Written | str:
        """What putting one write back made of its object; a sentence where it is not put back; "" if never made."""
        operation, write = run.operation, part.draft.writes[number]
        live = await self.writer.read(operation.cluster_id, write.target)
        if record.finished_at is None and not is_applied(live, write) and _untouched(live, write):
            await self.writer.record_outcome(operation, record, NOT_APPLIED, live)
            return ""
        if write.undo is None:
            done = "evicted" if write.call.verb == "evict" else "deleted"
            return f"{write.target.kind} {write.target.name} was {done}, which is not put back"
        # Of a creation whose reply was lost, only the object itself tells the uid.
        written = _response(record) if record.finished_at else written_of(live)
        numbered = undoing(part.first + number, write, written)
        undone = await self.writer.find_intent(operation, numbered.seq, "undo")
        if undone is None and (why := _left_alone(numbered.write, live, part)):
            return why
        return _response(await self.writer.write(operation, numbered))

    async def _until_restored(self, change: Change, part: Part, undone: Mapping[int, Written]) -> Undone:
        book, view = change.book, change.view(part)
        limit = self._limit(book.deadline_seconds(view))
        try:
            note = await change.cache.wait_for(
                lambda _cache: book.restored(view, undone),
                kinds=book.watched, timeout=Timeout(limit, self.clock),
            )  # fmt: skip
        except TimeoutError:
            before = int(part.found.get("validate_application", {}).get("ready") or 0)
            return Undone(
                rolled_back=False,
                note=f"It was put back, but within {limit:g} s not all was as before: {book.state(view)}; "
                f"{before} were before",
            )
        return Undone(rolled_back=True, note=note)


def drafts_of(operation: OperationRow) -> list[Draft]:
    """The drafts that an operation carries out."""
    return msgspec.convert(operation.plan["drafts"], list[Draft])


def _note_written(part: Part, number: int, record: WriteIntentRow) -> None:
    if part.started_at is None or record.created_at < part.started_at:
        part.started_at = record.created_at
    if record.finished_at is not None and record.outcome != NOT_APPLIED:
        part.written[number] = _response(record)


def _response(record: WriteIntentRow) -> Written:
    return msgspec.convert(record.response, Written)


def _untouched(live: Any, write: Write) -> bool:
    """Whether the object is as planned, so that a call with unknown outcome was never applied."""
    try:
        check_unchanged(live, write)
    except PlanStaleError:
        return False
    return True


def _left_alone(undo: Write, live: Any, part: Part) -> str:
    """Why an object is not put back; "" when it is as the change left it."""
    it = "The application" if undo.target == part.draft.target else f"{undo.target.kind} {undo.target.name}"
    if undo.call.verb == "create":
        return "" if live is None else f"{it} exists again; it was left alone"
    if live is None:
        return f"{it} was deleted meanwhile: there is nothing to put back"
    if live.target.uid != undo.target.uid:
        return f"{it} was deleted or created anew; it was left alone"
    if any(live.field(change.path) != change.before for change in undo.changes):
        return "Somebody else has changed it since; their change was left as it is"
    return ""


def _joined(drafts: Sequence[Draft], found: Sequence[Found]) -> Found:
    """The findings of one part, or of several keyed by name."""
    if len(found) == 1:
        return found[0]
    details = {draft.subject.name: one["details"] for draft, one in zip(drafts, found, strict=True) if "details" in one}
    joined: dict[str, Any] = {"parts": list(found)}
    if details:
        affected = sum(int(one.get("resources_affected", 0)) for one in details.values())
        joined["details"] = {"applications": details, "resources_affected": affected}
    return joined


def _found_of(found: Found, index: int, count: int) -> Found:
    return found if count == 1 else (found.get("parts") or [{}] * count)[index]


def _elapsed(since: datetime, now: datetime) -> float:
    return (now - since).total_seconds()
