"""What each step does and when it is done. Every one may be started again from its first line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import KubernetesNotFoundError
from hexaops.config import Settings
from hexaops.features.changes.errors import NotVerifiedError, StepFailedError
from hexaops.features.changes.planner import Planner
from hexaops.features.changes.writes import GuardedWriter, Write
from hexaops.features.runs.events import NOT_APPLIED
from hexaops.features.runs.store import OperationStore
from hexaops.kit.clock import Clock
from hexaops.kit.text import plain
from hexaops.kit.timeout import Timeout
from hexaops.runbooks import rollout
from hexaops.runbooks.disruption import max_unavailable
from hexaops.runbooks.model import Change as FieldChange
from hexaops.runbooks.model import Draft, LiveWorkload, TargetRef
from hexaops.storage.tables import OperationRow, WriteIntentRow

T = TypeVar("T")
LOOK_SECONDS = 1.0
"""How often a waiting step asks whether it shall be cancelled or was taken over."""
REASON_LIMIT = 200
NEEDED = (*rollout.KINDS, "HorizontalPodAutoscaler", "PodDisruptionBudget")
"""What must have been read once before anything is judged."""
NO_DEADLINE_SECONDS = 2**31 - 1
"""What Kubernetes takes for "no deadline": a target held for ever is nobody's wish."""
SETTLE_SECONDS = 0.1
"""Before health is watched anew after it broke."""


@dataclass
class Change:
    """One operation under way."""

    operation: OperationRow
    draft: Draft
    target: TargetRef
    results: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Step name → what it found, of the steps done so far."""

    @property
    def pods_before(self) -> dict[str, str]:
        """uid → name of the pods that were there before the write."""
        return dict(self._found.get("pods") or {})

    @property
    def before(self) -> rollout.Before:
        """What the first step found; nothing when it did not come to its end."""
        return rollout.Before(len(self.pods_before), int(self._found.get("ready") or 0), self._found.get("updated"))

    @property
    def _found(self) -> Mapping[str, Any]:
        return self.results.get("validate_application", {})


@dataclass(frozen=True)
class Steps:
    """The steps of all runbooks by name."""

    cluster: Cluster
    planner: Planner
    writer: GuardedWriter
    store: OperationStore
    settings: Settings
    clock: Clock

    async def perform(self, name: str, change: Change) -> dict[str, Any]:
        """Do one step; returns what it found. Raises HexaopsError, TimeoutError or CancelledByUserError."""
        does: dict[str, Callable[[Change], Any]] = {
            "validate_application": self._validate,
            "drain_connections": self._drain,
            "restart_pods": self._replace_pods,
            "scale_workload": self._scale,
            "verify_health": self._verify,
        }
        result: dict[str, Any] = await does[name](change)
        return result

    async def undo(self, change: Change) -> tuple[bool, str]:
        """Restore what was before; returns whether that is verified, and a sentence."""
        applied = await self.store.find_intent(change.operation.id, "apply")
        if applied is None or applied.outcome == NOT_APPLIED:
            return True, "Nothing had been changed"
        write = self._write(change, "undo")
        try:
            live = await self._live(change.target)
        except KubernetesNotFoundError:
            return False, "The application was deleted meanwhile: there is nothing to put back"
        untouched = live.target.uid == change.target.uid and live.target.generation == change.target.generation
        if applied.finished_at is None and untouched:
            await self.writer.record_outcome(change.operation, applied, NOT_APPLIED, live)
            return True, "Nothing had been changed"
        if live.target.uid != change.target.uid:
            return False, "The application was deleted or created anew; it was left alone"
        undone = await self.store.find_intent(change.operation.id, "undo")
        if undone is None and not _shows(live, change.draft.changes):
            return False, "Somebody else has changed it since; their change was left as it is"
        record = await self.writer.write(change.operation, write)
        return await self._until_restored(change, int(record.response["generation"]), live)

    async def _until_restored(self, change: Change, generation: int, live: LiveWorkload) -> tuple[bool, str]:
        replicas = change.draft.replicas_before if change.draft.call.scales else None
        allowed, limit = max_unavailable(live), self._limit(live.progress_deadline_seconds)
        try:
            await self.cluster.cache.wait_for(
                lambda cache: rollout.restored(
                    cache, change.target, generation, change.before, replicas=replicas, max_unavailable=allowed
                ),
                kinds=rollout.KINDS, timeout=Timeout(limit, self.clock),
            )  # fmt: skip
        except TimeoutError:
            state, ready = self._state(change), change.before.ready
            return False, f"It was put back, but within {limit:g} s not all was as before: {state}; {ready} were before"
        return True, self._restored_note(change)

    async def _validate(self, change: Change) -> dict[str, Any]:
        await self._until_read(change)
        pods = rollout.live_pods(self.cluster.cache, change.target)
        if await self.store.find_intent(change.operation.id, "apply") is None:
            await self.planner.examine_again(change.operation, change.draft, change.target)
        row = rollout.find(self.cluster.cache, change.target)
        ready, updated = sum(pod.ready for pod in pods), row.updated if row else None
        return {"pods": {pod.uid: pod.name for pod in pods}, "ready": ready, "updated": updated}

    async def _drain(self, change: Change) -> dict[str, Any]:
        record = await self.writer.write(change.operation, self._write(change, "apply"))
        old = change.pods_before
        await self._reach(change, record, lambda cache: rollout.first_drained(cache, change.target, old.keys()))
        return {"generation": record.response["generation"], "outcome": record.outcome}

    async def _replace_pods(self, change: Change) -> dict[str, Any]:
        record = await self.store.get_intent(change.operation.id, "apply")
        generation, old = int(record.response["generation"]), change.pods_before
        progress = await self._reach(
            change, record, lambda cache: rollout.replaced(cache, change.target, generation, old.keys())
        )
        details = {
            "pods_restarted": len(progress.pods),
            "new_pod_names": list(progress.pods),
            "resources_affected": len(progress.pods),
        }
        return {"details": details}

    async def _scale(self, change: Change) -> dict[str, Any]:
        record = await self.writer.write(change.operation, self._write(change, "apply"))
        generation, wanted = int(record.response["generation"]), change.draft.replicas_after
        await self._reach(
            change, record, lambda cache: rollout.healthy(cache, change.target, generation, replicas=wanted)
        )
        details = {
            "previous_replicas": change.draft.replicas_before,
            "new_replicas": wanted,
            "resources_affected": abs(wanted - change.draft.replicas_before),
        }
        return {"generation": generation, "outcome": record.outcome, "details": details}

    async def _verify(self, change: Change) -> dict[str, Any]:
        """Healthy without a break, and without a container restart, for the settings' time."""
        record = await self.store.get_intent(change.operation.id, "apply")
        generation = int(record.response["generation"])
        wanted = change.draft.replicas_after if change.draft.call.scales else None

        def healthy(cache: WatchCache) -> rollout.Progress | None:
            return rollout.healthy(cache, change.target, generation, replicas=wanted)

        while True:
            steady = await self._reach(change, record, healthy)
            broken = await self._broken_within(change, healthy, steady, self.settings.verify_stable_seconds)
            # A watch may be silent without being broken: the last word is the API server's own.
            live = None if broken else await self._live(change.target)
            if live and rollout.shown_live(live, change.target, generation, replicas=wanted):
                return {"pods": list(steady.pods), "stable_seconds": self.settings.verify_stable_seconds}
            await self._check_hope(change, record)
            await self.clock.sleep(SETTLE_SECONDS)

    async def _broken_within(
        self, change: Change, healthy: Callable[[WatchCache], rollout.Progress | None], steady: rollout.Progress,
        seconds: float,
    ) -> bool:  # fmt: skip
        rest = Timeout(seconds, self.clock)
        while not rest.expired:
            await self.store.check(change.operation)
            try:
                await self.cluster.cache.wait_for(
                    lambda cache: healthy(cache) != steady,
                    kinds=rollout.KINDS, timeout=Timeout(min(rest.left(), LOOK_SECONDS), self.clock),
                )  # fmt: skip
            except TimeoutError:
                continue
            return True
        return healthy(self.cluster.cache) != steady

    async def _reach(self, change: Change, record: WriteIntentRow, reached: Callable[[WatchCache], T | None]) -> T:
        """Wait until reached; give up when the controller does, when the time is over, or when asked to.

        Reached is asked first: what became healthy while no process was there to see it is not undone.
        """
        await self._until_read(change)
        while True:
            await self.store.check(change.operation)
            try:
                return await self.cluster.cache.wait_for(
                    reached, kinds=rollout.KINDS, timeout=Timeout(LOOK_SECONDS, self.clock)
                )
            except TimeoutError:
                await self._check_hope(change, record)

    async def _until_read(self, change: Change) -> None:
        """A process that has just started knows nothing of the cluster yet, which is no sign of anything."""
        await self.store.check(change.operation)
        while not await self.cluster.cache.wait_synced(Timeout(LOOK_SECONDS, self.clock), *NEEDED):
            await self.store.check(change.operation)

    async def _check_hope(self, change: Change, record: WriteIntentRow) -> None:
        """Raise StepFailedError or NotVerifiedError when the planned state will not be reached any more."""
        cache, generation = self.cluster.cache, int(record.response["generation"])
        row = rollout.find(cache, change.target)
        if row is None and (await self._live(change.target)).target.uid != change.target.uid:
            message = "The application was deleted, or created anew under its name"
            raise StepFailedError(message)
        if change.draft.call.scales:
            # A rollout that had failed before says so still: that does not keep an application from being scaled.
            failure = rollout.overtaken(cache, change.target, generation, replicas=change.draft.replicas_after)
        else:
            failure = rollout.failure(cache, change.target, generation)
        if failure:
            message = f"The change failed: {failure}"
            raise StepFailedError(message)
        limit = self._limit(row.progress_deadline_seconds if row and row.kind == "Deployment" else None)
        if _elapsed(record.created_at, self.clock.now()) > limit + self.settings.verify_stable_seconds:
            message = f"Not healthy within {limit:g} s: {self._state(change)}"
            raise NotVerifiedError(message)

    def _restored_note(self, change: Change) -> str:
        row = rollout.find(self.cluster.cache, change.target)
        surplus = row.current - max(row.desired, change.before.pods) if row else 0
        if surplus <= 0:
            return "What was there before is restored"
        pods = "1 pod" if surplus == 1 else f"{surplus} pods"
        return (
            f"What was there before is restored; {pods} of the undone revision will be removed by Kubernetes"
            " once the application's own pods are available, which they were not before either"
        )

    def _state(self, change: Change) -> str:
        pods = rollout.live_pods(self.cluster.cache, change.target)
        row = rollout.find(self.cluster.cache, change.target)
        reasons = sorted({pod.reason for pod in pods if not pod.ready and pod.reason})
        reasons += [
            f"pods cannot be created: {plain(condition.message, REASON_LIMIT)}"
            for condition in (row.conditions if row else ())
            if condition.type == "ReplicaFailure" and condition.status == "True"
        ]
        ready, wanted = sum(pod.ready for pod in pods), row.desired if row else len(pods)
        return f"{ready} of {wanted} pods ready" + (f" ({'; '.join(reasons)})" if reasons else "")

    def _limit(self, deadline_seconds: float | None) -> float:
        if not deadline_seconds or deadline_seconds >= NO_DEADLINE_SECONDS:
            return self.settings.change_timeout_seconds
        return deadline_seconds

    def _write(self, change: Change, purpose: str) -> Write:
        draft = change.draft
        if purpose == "apply":
            return Write(purpose, change.target, draft.call, draft.changes, change.target.generation)
        back = tuple(FieldChange(one.path, one.after, one.before) for one in draft.changes)
        return Write(purpose, change.target, draft.undo, back, None)

    async def _live(self, target: TargetRef) -> LiveWorkload:
        return await self.writer.read(target)


def _shows(live: LiveWorkload, changes: tuple[FieldChange, ...]) -> bool:
    return all(live.field(change.path) == change.after for change in changes)


def _elapsed(since: datetime, now: datetime) -> float:
    return (now - since).total_seconds()
