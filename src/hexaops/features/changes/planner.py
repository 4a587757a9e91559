"""Examines one change: reads the target anew, applies every rule, asks for the rights, dry-runs the exact call.

The same examination makes a plan, repeats it when the plan is confirmed, and (without the dry run) guards the first
step of the run: a rule that holds when the plan is made must still hold when it is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hexaops.backends.kubernetes.answers import Right
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import (
    KubernetesConflictError,
    KubernetesForbiddenError,
    KubernetesNotFoundError,
)
from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.config import Settings
from hexaops.errors import ValidationFailedError
from hexaops.features.changes import difference, guardrails
from hexaops.features.changes.errors import GuardrailRefusedError, PlanStaleError
from hexaops.features.changes.writes import Write, check_unchanged
from hexaops.features.runs.store import OperationStore, count_started
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.runbooks.model import Draft, LiveWorkload, TargetRef
from hexaops.runbooks.parameters import reason_of
from hexaops.runbooks.runbook import DraftContext, NotApplicableError
from hexaops.storage.tables import OperationRow

ATTEMPTS = 6
"""Readings of a target whose status changes under the dry run."""


@dataclass(frozen=True)
class Bounds:
    """What the workspace adds to the rules."""

    changes_cap: int | None = None
    """Its own cap of changes in the window; None: the service's."""
    kubernetes_user: str | None = None
    """The Kubernetes user that the requester is mapped to; None: our own roles decide."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants done to what."""

    action: str
    kind: str
    namespace: str
    name: str
    parameters: Mapping[str, Any]
    workspace_id: str
    bounds: Bounds
    at: datetime
    """The plan's time: a runbook that marks something marks it with this."""


@dataclass(frozen=True)
class Proposal:
    """A change that passed every rule."""

    draft: Draft
    target: TargetRef
    diff: str
    changed: list[str]
    blast_radius: dict[str, Any]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Planner:
    """Asks the cluster; changes nothing."""

    cluster: Cluster
    store: OperationStore
    automation: AutomationSwitch
    settings: Settings
    clock: Clock

    async def examine(self, wanted: Wanted) -> Proposal:
        """The proposal, or the refusal: ValidationFailed, NotApplicable, GuardrailRefused, or a KubernetesError.

        A status update between the reading and the dry run is a conflict, and read again.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._examine_once(wanted)
            except KubernetesConflictError:
                continue
        return await self._examine_once(wanted)

    async def _examine_once(self, wanted: Wanted) -> Proposal:
        runbook = RUNBOOKS.get(wanted.action)
        if runbook is None:
            known = ", ".join(sorted(RUNBOOKS))
            raise ValidationFailedError("Not an action that can be executed", details={"action": f"one of {known}"})
        reason_of(wanted.parameters)
        await self.automation.check(wanted.workspace_id)
        workload = await self._live(wanted.kind, wanted.namespace, wanted.name)
        recorded = await self.store.recorded_replicas(workload.target.uid, cluster_id=self.cluster.id)
        draft = runbook.draft(workload, wanted.parameters, DraftContext(wanted.at, recorded))
        context = await self._guardrail_context(workload, draft)
        warnings = (*guardrails.check(context), *draft.warnings, *self._pending_pods(workload, draft))
        await self._check_caps(wanted)
        await self._check_rights(workload.target, draft, wanted.bounds.kubernetes_user)
        before, after = await self._dry_run(workload, draft)
        return Proposal(
            draft=draft,
            target=workload.target,
            diff=difference.unified(before, after, f"{wanted.kind}/{wanted.namespace}/{wanted.name}"),
            changed=difference.changed_lines(before, after),
            blast_radius=self._blast_radius(context),
            warnings=warnings,
        )

    async def examine_again(self, operation: OperationRow, draft: Draft, target: TargetRef) -> None:
        """Before the first write of a run: the target unchanged, every rule and right still given."""
        await self.automation.check(operation.workspace_id)
        workload = await self._live(target.kind, target.namespace, target.name)
        check_unchanged(workload, Write("apply", target, draft.call, draft.changes, target.generation))
        # How many ready pods it takes down is judged by those that are ready now, not by those of the plan.
        recorded = await self.store.recorded_replicas(target.uid, cluster_id=self.cluster.id)
        context = DraftContext(self.clock.now(), recorded)
        anew = RUNBOOKS[draft.action].draft(workload, draft.parameters, context)
        guardrails.check(await self._guardrail_context(workload, anew))
        await self._check_rights(target, draft, operation.plan.get("kubernetes_user"))

    async def _live(self, kind: str, namespace: str, name: str) -> LiveWorkload:
        try:
            workload = LiveWorkload(await self.cluster.reader.get(kind, namespace, name), kind)
        except KubernetesNotFoundError as error:
            raise PlanStaleError("the application is gone", field="uid") from error
        if workload.deleting:
            raise NotApplicableError("It is being deleted", possible=None)
        return workload

    async def _guardrail_context(self, workload: LiveWorkload, draft: Draft) -> guardrails.GuardrailContext:
        """Budgets and autoscalers come from the watch cache, whose age the rules bound."""
        target, cache = workload.target, self.cluster.cache
        self._check_fresh()
        hpas = [
            hpa
            for hpa in cache.hpas(target.namespace)
            if hpa.target_kind == target.kind and hpa.target_name == target.name
        ]
        budgets = [
            budget
            for budget in cache.pdbs(target.namespace)
            if budget.selector is not None and budget.selector.matches(workload.template_labels)
        ]
        own = self.settings.service_namespace
        return guardrails.GuardrailContext(workload, draft, hpas, budgets, frozenset({own} if own else ()))

    def _check_fresh(self) -> None:
        """Rules 7 and 8 on old knowledge are no rules: what they need must have been read lately."""
        for kind, status in self.cluster.cache.status("HorizontalPodAutoscaler", "PodDisruptionBudget", "Pod").items():
            age = (self.clock.now() - status.as_of).total_seconds() if status.as_of else None
            if age is None or age > self.settings.evidence_age_seconds:
                reason = f"{kind} objects have not been read " + ("yet" if age is None else f"for {age:.0f} s")
                possible = "try again when the cluster can be read"
                if not status.available:
                    known = KINDS[kind]
                    reason += f" ({status.error})"
                    group = known.group or "core"
                    possible = f"grant the reading identity list and watch on {known.plural} (API group {group})"
                raise GuardrailRefusedError(7, reason, possible=possible)

    async def _check_caps(self, wanted: Wanted) -> None:
        since = self.clock.now() - timedelta(seconds=self.settings.change_window_seconds)
        async with self.store.database.reading() as session:
            started = await count_started(
                session, since=since, workspace_id=wanted.workspace_id, cluster_id=self.cluster.id
            )
        check_caps(self.settings, wanted.bounds.changes_cap, *started)

    async def _check_rights(self, target: TargetRef, draft: Draft, user: str | None) -> None:
        """Rule 2: the right to the exact call, asked of the cluster: the mapped user's, and always the writer's."""
        kind = KINDS[target.kind]
        right = Right(
            verb="patch", group=kind.group, resource=kind.plural, subresource=draft.call.subresource,
            namespace=target.namespace, name=target.name,
        )  # fmt: skip
        resource = f"{kind.plural}/{draft.call.subresource}" if draft.call.subresource else kind.plural
        asked_for = [("writing identity", None)] if user is None else [
            (f"Kubernetes user {user}", user), ("writing identity", None)
        ]  # fmt: skip
        for who, asked in asked_for:
            try:
                decision = await self.cluster.writer.subject_access_review(right, user=asked)
            except KubernetesForbiddenError as error:
                reason = f"The rights cannot be asked for: {error.message}"
                raise GuardrailRefusedError(2, reason, possible=f"grant {error.details.get('missing')}") from error
            if not decision.allowed:
                reason = f"The {who} may not patch {resource}.{kind.group} in {target.namespace}"
                possible = (
                    f"grant the {who} verb patch on {resource} (API group {kind.group}) in namespace {target.namespace}"
                )
                raise GuardrailRefusedError(2, reason, possible=possible)

    async def _dry_run(self, workload: LiveWorkload, draft: Draft) -> tuple[dict[str, Any], dict[str, Any]]:
        """The object (or its scale) now and as the server says it would be."""
        target, version = workload.target, workload.target.resource_version
        if draft.call.scales:
            replicas = int(draft.call.body["spec"]["replicas"])
            scale = await self.cluster.writer.patch_scale(
                target.kind, target.namespace, target.name, replicas, resource_version=version, dry_run=True
            )
            return {"spec": {"replicas": workload.replicas}}, {"spec": {"replicas": scale.desired}}
        body = {**draft.call.body, "metadata": {"uid": target.uid, "resourceVersion": version}}
        planned = await self.cluster.writer.patch(target.kind, target.namespace, target.name, body, dry_run=True)
        return dict(workload.document), planned

    def _blast_radius(self, context: guardrails.GuardrailContext) -> dict[str, Any]:
        target, draft, cache = context.workload.target, context.draft, self.cluster.cache
        row = cache.find(target.kind, target.namespace, target.name)
        known = row is not None and row.uid == target.uid
        return {
            "pods_affected": draft.pods_touched,
            "ready_pods_down_at_most": draft.ready_pods_down,
            "ready_pods": context.workload.ready,
            "replicas": {"from": draft.replicas_before, "to": draft.replicas_after},
            "services": sorted(one.name for one in cache.services_of(row)) if known else [],  # type: ignore[arg-type]
            "ingresses": sorted(one.name for one in cache.ingresses_of(row)) if known else [],  # type: ignore[arg-type]
            "disruption_budgets": [guardrails.budget_view(one) for one in context.budgets],
        }

    def _pending_pods(self, workload: LiveWorkload, draft: Draft) -> tuple[str, ...]:
        """A pod that no node can take is not helped by a change that starts more of its kind."""
        pods = self.cluster.cache.pods_of(workload.target.uid)
        unplaced = [pod for pod in pods if pod.reason == "Unschedulable"]
        if not unplaced or draft.replicas_after == 0:
            return ()
        return (
            f"{len(unplaced)} of its pods cannot be placed on any node: new pods with the same requests will "
            "wait too, the change will not be verified, and will be undone",
        )


def check_caps(settings: Settings, workspace_cap: int | None, in_workspace: int, on_cluster: int) -> None:
    """Rule 10: no more changes than the caps in the window."""
    window = format_duration(settings.change_window_seconds)
    for count, cap, where in (
        (in_workspace, settings.changes_per_workspace if workspace_cap is None else workspace_cap, "workspace"),
        (on_cluster, settings.changes_per_cluster, "cluster"),
    ):
        if count >= cap:
            reason = f"{count} changes were started in this {where} within {window}; the cap is {cap}"
            raise GuardrailRefusedError(10, reason, possible=f"wait until fewer were started within the last {window}")
