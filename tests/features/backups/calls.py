"""What tests of backups call, and an application that uses a Secret."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from hexaops.backends.objects.folder import FolderStore
from hexaops.features.backups.archive import Archives
from hexaops.kit.ids import stable_id
from hexaops.storage.tables import OperationRow
from simulator.world.index import Workload
from tests.living import DEADLINE_SECONDS, ENDED, LivingWorld
from tests.serving import Headers

CHANNEL = "slack:#ops"
CANARY = "CanaryPassword4721x"
ENCODED = base64.b64encode(CANARY.encode()).decode()
FULL = {
    "backup_type": "automated", "reason": "pre_deployment_backup", "retention_policy": "long",
    "include_volumes": True, "notification_channels": [CHANNEL],
}  # fmt: skip


def app_id(name: str, project: str, kind: str = "Deployment") -> str:
    return stable_id("app-", "c1", project, kind, name)


WEB_WORKLOAD = Workload("Deployment", "frontend", "web-app")
WEB, DATABASE = app_id("web-app", "frontend"), app_id("database-app", "data")


@dataclass
class Backups:
    """Calls of the internal API about backups."""

    living: LivingWorld
    folder: Path

    async def call(
        self, method: str, path: str, body: Any = None, headers: Headers | None = None, **query: str
    ) -> httpx2.Response:
        url = f"/internal/v1{path}"
        headers = headers or self.living.access.administrator
        return await self.living.access.client.request(method, url, json=body, headers=headers, params=query)

    async def start(self, application_id: str, **body: Any) -> dict[str, Any]:
        answer = await self.call("POST", f"/applications/{application_id}/backup", body)
        assert answer.status_code == 200, answer.text
        started: dict[str, Any] = answer.json()["data"]
        return started

    async def get(self, backup_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.call("GET", f"/backups/{backup_id}")).json()["data"]
        return found

    async def ended(self, backup_id: str) -> dict[str, Any]:
        """Asked of the database: a request is audited, and would wake itself by that commit."""
        await self.living.commits.until(
            lambda: self._operation(backup_id), lambda one: one.status in ENDED, seconds=DEADLINE_SECONDS
        )
        return await self.get(backup_id)

    async def _operation(self, backup_id: str) -> OperationRow:
        async with self.living.access.context.database.reading() as session:
            return await session.get_one(OperationRow, backup_id)

    async def run(self, application_id: str, **body: Any) -> dict[str, Any]:
        return await self.ended((await self.start(application_id, **body))["backup_id"])

    async def restore(self, backup_id: str, **body: Any) -> dict[str, Any]:
        """What restoring answers; without a plan's id, its plan."""
        answer = await self.call("POST", f"/backups/{backup_id}/restore", body)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def confirm(self, backup_id: str, plan: dict[str, Any], **body: Any) -> dict[str, Any]:
        """Carry a plan out."""
        confirmed = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
        return await self.restore(backup_id, **body, **confirmed)

    async def operation(self, operation_id: str) -> dict[str, Any]:
        """The operation once it has ended."""
        await self.living.commits.until(
            lambda: self._operation(operation_id), lambda one: one.status in ENDED, seconds=DEADLINE_SECONDS
        )
        found: dict[str, Any] = (await self.call("GET", f"/operations/{operation_id}")).json()["data"]
        return found

    def archives(self) -> Archives:
        return Archives(FolderStore(self.folder), self.living.access.context.key)

    def objects(self, backup: dict[str, Any]) -> dict[str, dict[str, Any]]:
        read = self.archives().read(backup["backup_id"], backup["sha256"])
        return {f"{one['kind']}/{one['metadata']['name']}": one for one in read}


def mount_a_secret(world: LivingWorld) -> None:
    """web-app reads one Secret, one that is missing, and a ConfigMap."""
    store = world.cluster.store
    place = {"namespace": "frontend"}
    noted = {"kubectl.kubernetes.io/last-applied-configuration": CANARY}
    secret = {"metadata": {**place, "name": "web-login", "annotations": noted}, "data": {"password": ENCODED}}
    store.create("secrets", secret)
    store.create("configmaps", {"metadata": {**place, "name": "web-settings"}, "data": {"theme": "dark"}})
    template = json.loads(json.dumps(world.workload("web-app")["spec"]["template"]))
    template["spec"]["containers"][0]["envFrom"] = [
        {"secretRef": {"name": "web-login"}}, {"configMapRef": {"name": "web-settings"}},
        {"secretRef": {"name": "web-absent", "optional": True}},
    ]  # fmt: skip
    world.change("web-app", template=template)
