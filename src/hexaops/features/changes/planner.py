"""Examines a request: reads the targets, applies the rules, checks rights and dry-runs the exact calls.

The same examination makes a plan, repeats it when the plan is confirmed, and (without the dry run) guards the first
step of the run: a rule that holds when the plan is made must still hold when it is carried out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from msgspec import Struct

from hexaops.backends.kubernetes.answers import Right
from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import (
    EvictionRefusedError,
    KubernetesConflictError,
    KubernetesForbiddenError,
    KubernetesNotFoundError,
)
from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.backends.kubernetes.rows import WorkloadRow
from hexaops.config import Settings
from hexaops.errors import HexaopsError, ValidationFailedError
from hexaops.features.changes import difference, guardrails
from hexaops.features.changes.caps import check_caps, check_repeats
from hexaops.features.changes.errors import GuardrailRefusedError, PlanStaleError
from hexaops.features.changes.owndata import OwnData
from hexaops.features.changes.plan import BlastRadius, BudgetView
from hexaops.features.changes.request import ChangeRequest
from hexaops.features.changes.schedule import check_schedule
from hexaops.features.changes.vertical import vertical_autoscalers
from hexaops.features.changes.writes import budget_refusal, check_unchanged, read_object, send_call
from hexaops.features.runs.store import OperationStore, repeats_since, started_since
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout
from hexaops.runbooks.catalog import ASKED_FOR, RUNBOOKS, UNCOUNTED
from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.model import ArchivedObject, Draft, OwnRecord, Write
from hexaops.runbooks.parameters import parse
from hexaops.runbooks.runbook import RIGHT_OF_VERB, Runbook
from hexaops.runbooks.scale import StopApplication
from hexaops.runbooks.workloads import WORKLOADS
from hexaops.storage.tables import OperationRow

T = TypeVar("T")
ATTEMPTS = 6
"""Readings of a target whose status changes under the dry run."""
_EVIDENCE = ("HorizontalPodAutoscaler", "PodDisruptionBudget", "Pod")
_RENEWAL_SECONDS = 4.0
"""How long a plan waits for watched data that has just become too old: a pause and a first watch after a failure."""


@dataclass
class Sight:
    """Objects read during one examination, each once."""

    cluster: Cluster
    store: OperationStore
    at: datetime
    workspace_id: str
    own: OwnData
    directory: WorkspaceDirectory
    seen: dict[tuple[str, str, str], LiveObject | None] = field(default_factory=dict)
    listed: dict[tuple[str, str], Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def cache(self) -> WatchCache:
        """Everything that is watched."""
        return self.cluster.cache

    async def find(self, kind: str, namespace: str, name: str) -> LiveObject | None:
        """The object as the API server has it now, or None."""
        key = (kind, namespace, name)
        if key not in self.seen:
            self.seen[key] = await read_object(self.cluster.reader, *key)
        return self.seen[key]

    async def record(self, kind: str, record_id: str) -> OwnRecord | None:
        """A row of our own, if it is the workspace's."""
        return await self.own.record(self.workspace_id, kind, record_id)

    async def probe_image(self) -> str | None:
        """The workspace's image of probe pods."""
        workspace = await self.directory.find(self.workspace_id)
        return workspace.policy.probe_image if workspace is not None else None

    async def owns(self, namespace: str) -> bool:
        """Whether the namespace is the workspace's."""
        workspace = await self.directory.find(self.workspace_id)
        return workspace is not None and workspace.owns(namespace)

    async def may(self, verb: str, kind: str, namespace: str) -> bool:
        """Whether the writing identity has the right; a review that is refused counts as no."""
        found = KINDS[kind]
        right = Right(verb=verb, group=found.group, resource=found.plural, namespace=namespace)
        try:
            return (await self.cluster.writer.subject_access_review(right, user=None)).allowed
        except KubernetesForbiddenError:
            return False

    async def archived(self, backup_id: str) -> Sequence[ArchivedObject]:
        """What a backup holds, if it is the workspace's."""
        return await self.own.archived(self.workspace_id, backup_id)

    async def list(self, kind: str, namespace: str, *, metadata_only: bool = False) -> Sequence[Mapping[str, Any]]:
        """All objects of a kind in a namespace, read once."""
        key = (kind, namespace)
        if key not in self.listed:
            reader = self.cluster.reader
            read = reader.list_metadata(kind, namespace) if metadata_only else reader.list(kind, namespace)
            self.listed[key] = await read
        return self.listed[key]

    async def recorded_replicas(self, uid: str) -> int | None:
        """Replicas before the last completed stop of this object."""
        for prior in await self.store.latest_priors(StopApplication.name, cluster_id=self.cluster.id):
            for part in prior.get("parts", ()):
                if part.get("uid") == uid:
                    return int(part["replicas"])
        return None


class Examined(Struct, frozen=True):
    """A request that passed every rule."""

    drafts: tuple[Draft, ...]
    changed: tuple[tuple[str, ...], ...]
    """By write: the lines that its dry run changed."""
    diff: str
    blast_radius: BlastRadius
    warnings: tuple[str, ...]


class _Part(Struct, frozen=True):
    """A draft with the rules' verdict."""

    draft: Draft
    differences: tuple[difference.Difference, ...]
    blast_radius: BlastRadius
    warnings: tuple[str, ...]


class Planner(Struct, frozen=True):
    """Reads the cluster; changes nothing."""

    clusters: Clusters
    store: OperationStore
    automation: AutomationSwitch
    settings: Settings
    clock: Clock
    directory: WorkspaceDirectory
    own: OwnData

    async def examine(self, request: ChangeRequest, at: datetime) -> Examined:
        """What would be done; raises ValidationFailed, NotApplicable, GuardrailRefused or a KubernetesError.

        A request for several subjects is refused as a whole when one of them is.
        """
        book = runbook_of(request.action)
        if book.changes_cluster:
            await self.automation.check(request.requester.workspace_id)
        if book.changes_cluster and not request.undoes:
            check_schedule(request.requester.bounds.calendar, self.clock.now())
            await self._check_caps(request)
        cluster = self.clusters.get(request.requester.cluster_id)
        parts = [
            await self._part(book, request, index, self._sight(cluster, request.requester.workspace_id, at))
            for index in range(len(request.subjects))
        ]
        differences = [one for part in parts for one in part.differences]
        return Examined(
            drafts=tuple(part.draft for part in parts),
            changed=tuple(tuple(one.lines) for one in differences),
            diff="\n".join(one.text for one in differences if one.text)[: difference.DIFF_LIMIT],
            blast_radius=_added_up([part.blast_radius for part in parts]),
            warnings=tuple(dict.fromkeys(warning for part in parts for warning in part.warnings)),
        )

    def _sight(self, cluster: Cluster, workspace_id: str, at: datetime) -> Sight:
        return Sight(cluster, self.store, at, workspace_id, self.own, self.directory)

    async def _part(self, book: Runbook[Any], request: ChangeRequest, index: int, sight: Sight) -> _Part:
        subject = request.subjects[index]
        try:
            return await self._settled_part(book, request, index, sight)
        except HexaopsError as error:
            if len(request.subjects) > 1:
                others = [one.name for one in request.subjects if one != subject]
                error.details.update(subject=subject.name, others=others)
                error.message = f"{subject.name}: {error.message}"
            raise

    async def _settled_part(self, book: Runbook[Any], request: ChangeRequest, index: int, sight: Sight) -> _Part:
        """Retry when a status update between read and dry run causes a conflict."""
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._part_once(book, request, index, sight)
            except KubernetesConflictError:
                sight.seen.clear()
                sight.listed.clear()
        return await self._part_once(book, request, index, sight)

    async def _part_once(self, book: Runbook[Any], request: ChangeRequest, index: int, sight: Sight) -> _Part:
        parameters = parse(book.parameters, request.parameters_of(index))
        draft = await book.draft(request.subjects[index], parameters, sight)
        context = await self._guardrail_context(draft, sight)
        warnings = (
            *guardrails.check(context),
            *draft.warnings,
            *_unplaced_pods(draft, sight.cache),
            *_changed_since(request.undoes[index] if request.undoes else None, context.objects),
        )
        user = request.requester.bounds.kubernetes_user
        async with asyncio.TaskGroup() as both:
            rights = both.create_task(_outcome(self._check_rights(draft, sight.cluster, user)))
            planned = both.create_task(_outcome(self._dry_run(draft, sight)))
        rights.result().get()
        return _Part(draft, planned.result().get(), _blast_radius(context, sight.cache), warnings)

    async def examine_again(self, operation: OperationRow, drafts: Sequence[Draft], user: str | None) -> None:
        """Before a run's first write: check that targets are unchanged and all rules and rights still hold."""
        await self.automation.check(operation.workspace_id)
        if operation.rollback_of is None:
            await self._check_schedule_again(operation.workspace_id)
        cluster = self.clusters.get(operation.cluster_id)
        sight = self._sight(cluster, operation.workspace_id, self.clock.now())
        for draft in drafts:
            for write in draft.writes:
                target = write.target
                check_unchanged(await sight.find(target.kind, target.namespace, target.name), write)
            # How many ready pods it takes down is judged by those that are ready now, not by those of the plan.
            book = runbook_of(draft.action)
            anew = await book.draft(draft.subject, parse(book.parameters, draft.parameters), sight)
            guardrails.check(await self._guardrail_context(anew, sight))
            await self._check_rights(draft, sight.cluster, user)

    async def _check_schedule_again(self, workspace_id: str) -> None:
        """A run may have waited since its confirmation; a workspace that is gone refuses at the next rule."""
        workspace = await self.directory.find(workspace_id)
        if workspace is not None:
            check_schedule(workspace.calendar, self.clock.now())

    async def _guardrail_context(self, draft: Draft, sight: Sight) -> guardrails.GuardrailContext:
        """Budgets and autoscalers come from the watch cache, whose age the rules bound."""
        if draft.writes:
            await self._check_fresh(sight.cache)
        row = _row(draft, sight.cache)
        objects = [await sight.find(one.kind, one.namespace, one.name) for one in dict.fromkeys(draft.held) if one.uid]
        own = self.settings.service_namespace
        return guardrails.GuardrailContext(
            draft=draft,
            objects=[one for one in objects if one is not None],
            hpas=sight.cache.hpas_of(row) if row else (),
            budgets=sight.cache.pdbs_of(row) if row else (),
            verticals=await vertical_autoscalers(draft, sight.cluster.reader),
            protected=frozenset({own} if own else ()),
        )

    async def _check_fresh(self, cache: WatchCache) -> None:
        """Rules 7 and 8 need recent data, and expiry a clock that goes."""
        if clock_problem := cache.clock_check.problem():
            raise GuardrailRefusedError(7, clock_problem, possible="mend the clock of the service's machine")
        await self._wait_renewed(cache)
        for kind, status in cache.status(*_EVIDENCE).items():
            age = status.age_seconds
            if age is None or age > self.settings.evidence_age_seconds:
                reason = f"{kind} objects have not been read " + ("yet" if age is None else f"for {age:.0f} s")
                possible = "try again when the cluster can be read"
                if not status.available:
                    known = KINDS[kind]
                    reason += f" ({status.error})"
                    group = known.group or "core"
                    possible = f"grant the reading identity list and watch on {known.plural} (API group {group})"
                raise GuardrailRefusedError(7, reason, possible=possible)

    async def _wait_renewed(self, cache: WatchCache) -> None:
        """Data that has just become too old is about to be renewed: a watch that was cut off is begun again."""
        limit = self.settings.evidence_age_seconds
        read = cache.status(*_EVIDENCE).items()
        ages = {kind: one.age_seconds for kind, one in read if one.available and one.age_seconds is not None}
        left = limit + _RENEWAL_SECONDS - max(ages.values(), default=0.0)
        if 0 < left < _RENEWAL_SECONDS:
            await cache.wait_recent(limit, Timeout(left, self.clock), *ages)

    async def _check_caps(self, request: ChangeRequest) -> None:
        now, requester = self.clock.now(), request.requester
        since = now - timedelta(seconds=self.settings.change_window_seconds)
        async with self.store.database.reading() as session:
            started = await started_since(
                session, since, workspace_id=requester.workspace_id, cluster_id=requester.cluster_id,
                uncounted=UNCOUNTED,
            )  # fmt: skip
            repeats = await repeats_since(
                session, now - timedelta(seconds=self.settings.repeat_window_seconds),
                workspace_id=requester.workspace_id, kind=request.action,
            )  # fmt: skip
        check_caps(self.settings, requester.bounds.changes_cap, *started)
        for subject in request.subjects:
            on_it = [at for at, subjects in repeats if subject.id in subjects]
            check_repeats(self.settings, requester.bounds.changes_cap, subject.name, on_it)

    async def _check_rights(self, draft: Draft, cluster: Cluster, user: str | None) -> None:
        """Rule 2: check the rights to the exact calls, of the writer and of the mapped user."""
        asked_for: list[tuple[str, str | None]] = [("writing identity", None)]
        if user is not None:
            asked_for.insert(0, (f"Kubernetes user {user}", user))
        for right in dict.fromkeys(_right_of(write) for write in draft.writes):
            for who, asked in asked_for:
                await _check_right(cluster, right, who, asked)

    async def _dry_run(self, draft: Draft, sight: Sight) -> tuple[difference.Difference, ...]:
        """What each write would change, according to the API server."""
        differences = [difference.of_record(one) for one in draft.records]
        for write in draft.writes:
            target = write.target
            live = await sight.find(target.kind, target.namespace, target.name) if target.uid else None
            try:
                planned = await send_call(sight.cluster.writer, write, live, dry_run=True, unseal=self.own.unseal)
            except EvictionRefusedError as error:
                raise budget_refusal(error) from error
            except KubernetesConflictError as error:
                if write.call.verb == "create":
                    raise PlanStaleError("it exists meanwhile", field="uid") from error
                raise
            except KubernetesNotFoundError as error:
                raise PlanStaleError("the object is gone", field="uid") from error
            differences.append(difference.of(write, live, planned))
        return tuple(differences)


def runbook_of(action: str) -> Runbook[Any]:
    """The runbook of an action; raises ValidationFailedError that names those there are."""
    found = RUNBOOKS.get(action)
    if found is None:
        raise unknown_action()
    return found


def unknown_action() -> ValidationFailedError:
    """The refusal of an action that nobody can ask for."""
    return ValidationFailedError("Unknown action", details={"action": f"one of {', '.join(sorted(ASKED_FOR))}"})


class _Outcome(Struct, Generic[T], frozen=True):
    """A result or the error of one of two things asked at once: the first in order is raised, not the first in time."""

    result: T | None = None
    error: HexaopsError | None = None

    def get(self) -> T:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]


def _right_of(write: Write) -> Right:
    kind, target = KINDS[write.target.kind], write.target
    verb, subresource = RIGHT_OF_VERB[write.call.verb]
    named = "" if write.call.verb == "create" else target.name
    return Right(
        verb=verb, group=kind.group, resource=kind.plural, subresource=subresource, namespace=target.namespace,
        name=named,
    )  # fmt: skip


async def _check_right(cluster: Cluster, right: Right, who: str, user: str | None) -> None:
    resource = f"{right.resource}/{right.subresource}" if right.subresource else right.resource
    try:
        decision = await cluster.writer.subject_access_review(right, user=user)
    except KubernetesForbiddenError as error:
        reason = f"The rights cannot be asked for: {error.message}"
        raise GuardrailRefusedError(2, reason, possible=f"grant {error.details.get('missing')}") from error
    if not decision.allowed:
        qualified = f"{resource}.{right.group}" if right.group else resource
        reason = f"The {who} may not {right.verb} {qualified} in {right.namespace}"
        group = right.group or "core"
        possible = f"grant the {who} verb {right.verb} on {resource} (API group {group}) in namespace {right.namespace}"
        raise GuardrailRefusedError(2, reason, possible=possible)


def _row(draft: Draft, cache: WatchCache) -> WorkloadRow | None:
    target = draft.target
    row = cache.find(target.kind, target.namespace, target.name) if target.kind in WORKLOADS else None
    return row if isinstance(row, WorkloadRow) and row.uid == target.uid else None


def _blast_radius(context: guardrails.GuardrailContext, cache: WatchCache) -> BlastRadius:
    draft, row = context.draft, _row(context.draft, cache)
    return BlastRadius(
        pods_affected=draft.pods_touched,
        ready_pods_down_at_most=draft.ready_pods_down,
        ready_pods=row.ready if row else 0,
        replicas={"from": draft.replicas.before, "to": draft.replicas.after} if draft.replicas else None,
        services=tuple(sorted(one.name for one in cache.services_of(row))) if row else (),
        ingresses=tuple(sorted(one.name for one in cache.ingresses_of(row))) if row else (),
        disruption_budgets=tuple(
            BudgetView(one.name, one.disruptions_allowed, one.current_healthy, one.desired_healthy)
            for one in context.budgets
        ),
    )


def _added_up(parts: Sequence[BlastRadius]) -> BlastRadius:
    replicas = [part.replicas for part in parts if part.replicas is not None]
    return BlastRadius(
        pods_affected=sum(part.pods_affected for part in parts),
        ready_pods_down_at_most=sum(part.ready_pods_down_at_most for part in parts),
        ready_pods=sum(part.ready_pods for part in parts),
        replicas={key: sum(one[key] for one in replicas) for key in ("from", "to")} if replicas else None,
        services=tuple(dict.fromkeys(name for part in parts for name in part.services)),
        ingresses=tuple(dict.fromkeys(name for part in parts for name in part.ingresses)),
        disruption_budgets=tuple(dict.fromkeys(one for part in parts for one in part.disruption_budgets)),
    )


def _unplaced_pods(draft: Draft, cache: WatchCache) -> tuple[str, ...]:
    """Warn if existing pods cannot be scheduled: new ones would wait too."""
    unplaced = [pod for pod in cache.pods_of(draft.target.uid) if pod.reason == "Unschedulable"]
    fewer = draft.replicas is not None and draft.replicas.after < draft.replicas.before
    if not unplaced or fewer or draft.pods_touched == 0:
        return ()
    return (
        f"{len(unplaced)} of its pods cannot be placed on any node: new pods with the same requests will "
        "wait too, the change will not be verified, and will be undone",
    )


def _changed_since(undone: Draft | None, objects: Sequence[LiveObject]) -> tuple[str, ...]:
    """Warn about fields that were changed again since the change being undone."""
    if undone is None:
        return ()
    live = {(one.kind, one.target.namespace, one.target.name): one for one in objects}
    changed = [
        f"{change.path} of {write.target} is {found.field(change.path)} now, not {change.after}"
        for write in undone.writes
        if (found := live.get((write.target.kind, write.target.namespace, write.target.name))) is not None
        for change in write.changes
        if found.field(change.path) != change.after
    ]
    if not changed:
        return ()
    return (f"It was changed again since: {'; '.join(changed[:3])}; undoing replaces that too",)


async def _outcome(asked: Awaitable[T]) -> _Outcome[T]:
    try:
        return _Outcome(await asked)
    except HexaopsError as error:
        return _Outcome(error=error)
