"""Two tenants on one cluster, with canaries in everything that is theirs, and what each may be asked about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from hexaops.features.access.permissions import SCOPES
from hexaops.features.changes.plan import BlastRadius, Plan, PlannedStep
from hexaops.features.webhooks.events import ACTION_COMPLETED
from hexaops.kit.ids import new_id, stable_id
from hexaops.runbooks.model import Draft, Subject, TargetRef
from hexaops.storage.tables import AlertRow, AlertRuleRow, OperationRow, OperationStepRow, PlanRow
from tests.analysis.applications.rows import crashing, event, fill, namespace, node, pod, service, workload
from tests.features.applications.world import MetricsApi, canned_cluster
from tests.serving import CLUSTER_ID, START, AccessWorld, Headers, access_world

LIMITS = {
    f"rate_limit_{name}": "1000000/minute"
    for name in ("chat", "public", "health", "workspace", "application", "logs", "anonymous")
}
SETTINGS = {**LIMITS, "webhook_allowed_networks": ["127.0.0.0/8"], "webhook_allow_http": True}
SHARED_NAME = "web-app"
"""Both tenants have an application of this name: each must get its own."""


@dataclass
class Tenant:
    """One workspace: who is in it, and the ids of what it holds by the name of the path parameter."""

    tag: str
    workspace_id: str
    admin: Headers
    account: Headers
    ids: dict[str, list[str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    """What its callers wrote themselves: their audit log and their sessions repeat it."""

    @property
    def canary(self) -> str:
        """In every text of the tenant's, and in nobody else's."""
        return f"canary{self.tag}"

    def known(self) -> list[str]:
        """Every id of the tenant's."""
        return [self.workspace_id, *(one for kind in self.ids.values() for one in kind)]


@dataclass
class Tenants:
    """The served app and both."""

    access: AccessWorld
    first: Tenant
    second: Tenant

    def other(self, tenant: Tenant) -> Tenant:
        """The one whose data must not be seen."""
        return self.second if tenant is self.first else self.first


@asynccontextmanager
async def two_tenants(database_url: str, home: Path) -> AsyncIterator[Tenants]:
    """The app with both tenants' objects in its cluster and its store."""
    cluster = canned_cluster(MetricsApi())
    async with access_world(database_url, home, SETTINGS, cluster=cluster) as access:
        access.context.end_streams()  # a stream would not end while a test waits for its answer
        fill(cluster.cache, [node("worker-node-1"), node("worker-node-2")])
        made = [await _tenant(access, tag) for tag in ("alpha", "beta")]
        yield Tenants(access, *made)


async def _tenant(access: AccessWorld, tag: str) -> Tenant:
    project, canary = f"canary{tag}-project", f"canary{tag}"
    workspace_id = await access.workspace(f"{canary} workspace", project)
    admin = await access.member(f"ada-of-{tag}", "admin", workspace_id)
    account = await access.account(*SCOPES, workspace_ids=[workspace_id])
    tenant = Tenant(tag, workspace_id, admin, account)
    _fill_cluster(access, project, canary)
    tenant.ids |= {"user_id": [f"local:ada-of-{tag}"], "account_id": [account["X-Service-Account"]]}
    names = (SHARED_NAME, f"{canary}-hidden")
    tenant.ids["application_id"] = [stable_id("app-", CLUSTER_ID, project, "Deployment", name) for name in names]
    await _store_changes(access, tenant)
    await _converse(access, tenant)
    await _subscribe(access, tenant)
    await _watch(access, tenant)
    switch = {"enabled": True, "workspace_id": workspace_id, "reason": f"{canary} reason"}
    await _made(access, "PUT", "/internal/v1/automation", switch, access.administrator)
    return tenant


def _fill_cluster(access: AccessWorld, project: str, canary: str) -> None:
    cache = access.context.clusters.default.cache
    rows: list[Any] = [namespace(project)]
    for name in (SHARED_NAME, f"{canary}-hidden"):
        owner = workload(project, name, desired=2, ready=1, images=(f"{canary}/image:1",), labels={"team": canary})
        failing = crashing(owner, 1, message=f"{canary} crashed", labels={"team": canary})
        rows += [owner, service(owner), pod(owner, 0), failing, event(failing, "BackOff", f"{canary} event", count=3)]
    fill(cache, rows)


def _plan(tenant: Tenant) -> dict[str, Any]:
    """The stored form of a restart's plan, whole: a caller may confirm it."""
    drafts = msgspec.convert(_drafts(tenant), tuple[Draft, ...])
    steps = (PlannedStep("verify_health", 10.0),)
    plan = Plan(
        cluster_id=CLUSTER_ID, drafts=drafts, changed=(), diff=tenant.canary, blast_radius=BlastRadius(),
        warnings=(tenant.canary,), steps=steps, estimate_basis=tenant.canary,
    )  # fmt: skip
    document: dict[str, Any] = msgspec.to_builtins(plan)
    return document


def _drafts(tenant: Tenant) -> list[dict[str, Any]]:
    """The stored form of a restart."""
    where: dict[str, Any] = {"kind": "Deployment", "namespace": "x", "name": tenant.canary}
    draft = Draft(
        action="restart_application", subject=Subject(id=tenant.ids["application_id"][0], **where),
        target=TargetRef(uid="u", **where), description=f"{tenant.canary} restarting", parameters={}, writes=(),
        risk="low",
    )  # fmt: skip
    return [msgspec.to_builtins(draft)]


async def _store_changes(access: AccessWorld, tenant: Tenant) -> None:
    """A plan and an operation, as a change leaves them."""
    plan_id, operation_id = new_id("plan_"), new_id("action_")
    common: dict[str, Any] = {"workspace_id": tenant.workspace_id, "parameters": {"note": tenant.canary}}
    (who,) = tenant.ids["user_id"]
    plan = PlanRow(
        id=plan_id, hash="0" * 64, user_id=who, session_id=None, action="restart_application",
        document=_plan(tenant), created_at=START, expires_at=START.replace(year=2099),
        operation_id=None, **common,
    )  # fmt: skip
    operation = OperationRow(
        id=operation_id, surface="action", kind="restart_application", cluster_id=CLUSTER_ID,
        resource=f"x/{tenant.canary}", resource_id=tenant.ids["application_id"][0], status="completed",
        plan={"drafts": _drafts(tenant)},
        plan_id=plan_id, description=f"{tenant.canary} restarting", requested_by=who, session_id=None,
        message_id=None, request_id=None, prior={"parts": [{"replicas": 2, "uid": "u"}]},
        result={"success": False, "message": tenant.canary, "details": {"note": tenant.canary}},
        error_code=None, error_message=None, rollback_of=None, started_at=START, updated_at=START,
        completed_at=START, **common,
    )  # fmt: skip
    step = OperationStepRow(
        operation_id=operation_id, seq=0, name="verify_health", status="failed", estimated_seconds=None,
        started_at=START, finished_at=START, result={}, error_message=f"{tenant.canary} step",
    )  # fmt: skip
    scan = OperationRow(
        id=new_id("op-"), surface="operation", kind="security_scan", cluster_id=CLUSTER_ID,
        resource=f"x/Workspace/{tenant.workspace_id}", resource_id=tenant.workspace_id, status="completed",
        plan={"context": {"triggered_by": tenant.canary}}, plan_id=None, description=f"{tenant.canary} scanning",
        requested_by=who, session_id=None, message_id=None, request_id=None, prior={},
        result={"success": True, "message": tenant.canary, "details": {"note": tenant.canary}}, error_code=None,
        error_message=None, rollback_of=None, started_at=START, updated_at=START, completed_at=START, **common,
    )  # fmt: skip
    async with access.context.database.transaction() as session:
        session.add_all([plan, operation, scan])
        await session.flush()
        session.add(step)
    tenant.ids |= {"plan_id": [plan_id], "action_id": [operation_id], "operation_id": [scan.id]}


async def _converse(access: AccessWorld, tenant: Tenant) -> None:
    path = f"/api/v1/workspaces/{tenant.workspace_id}/aiops"
    session = {"name": f"{tenant.canary} session", "description": tenant.canary}
    opened = await _made(access, "POST", f"{path}/sessions", session, tenant.admin)
    said = {"message": f"status of {tenant.canary}-hidden", "session_id": opened["session_id"]}
    await _made(access, "POST", f"{path}/chat", said, tenant.admin)
    history = await _made(access, "GET", f"{path}/sessions/{opened['session_id']}/history", None, tenant.admin)
    tenant.ids["session_id"] = [opened["session_id"]]
    tenant.ids["message_id"] = [message["id"] for message in history["messages"]]


async def _subscribe(access: AccessWorld, tenant: Tenant) -> None:
    path = f"/api/v1/workspaces/{tenant.workspace_id}/aiops/webhooks"
    hook = {
        "url": f"http://127.0.0.1:65009/{tenant.canary}", "events": [ACTION_COMPLETED], "description": tenant.canary,
    }  # fmt: skip
    made = await _made(access, "POST", path, hook, tenant.admin)
    tested = await _made(access, "POST", f"{path}/{made['id']}/test", None, tenant.admin)
    channel = {"name": tenant.canary, "kind": "webhook", "target": f"http://127.0.0.1:65009/{tenant.canary}"}
    channels = f"/api/v1/workspaces/{tenant.workspace_id}/aiops/notification-channels"
    added = await _made(access, "POST", channels, channel, tenant.admin)
    tenant.ids |= {"webhook_id": [made["id"]], "delivery_id": [tested["id"]], "channel_id": [added["id"]]}


async def _watch(access: AccessWorld, tenant: Tenant) -> None:
    """A rule with its alert, as the alert engine leaves them."""
    rule = AlertRuleRow(
        id=new_id("rule-"), workspace_id=tenant.workspace_id, cluster_id=CLUSTER_ID, name=f"{tenant.canary} is hot",
        application_id=tenant.ids["application_id"][0], kind="Deployment", namespace=f"canary{tenant.tag}-project",
        application=SHARED_NAME, metric="cpu_percent", comparison="above", threshold=80.0, for_seconds=300.0,
        severity="high", silenced_until=None, created_by=tenant.ids["user_id"][0], created_at=START,
    )  # fmt: skip
    alert = AlertRow(
        id=new_id("alert-"), rule_id=rule.id, workspace_id=tenant.workspace_id, status="firing", severity="high",
        title=f"{tenant.canary} is hot", value=90.0, started_at=START, acknowledged_by=None, acknowledged_at=None,
        resolved_at=None, updated_at=START,
    )  # fmt: skip
    async with access.context.database.transaction() as session:
        session.add(rule)
        await session.flush()
        session.add(alert)
    tenant.ids["alert_id"] = [rule.id, alert.id]


async def _made(access: AccessWorld, method: str, path: str, body: Any, headers: Headers) -> dict[str, Any]:
    answer = await access.client.request(method, path, json=body, headers=headers)
    assert answer.status_code < 300, (path, answer.text)
    data: dict[str, Any] = answer.json()["data"]
    return data
