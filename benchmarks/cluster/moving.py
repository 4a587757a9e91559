"""A client that changes one application again and again, and asks again whenever it gets no answer."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx2

from benchmarks.cluster.server import Server
from testenv.harness.service import ENDED

PAUSE_SECONDS = 0.2
PATIENCE_SECONDS = 300.0


@dataclass
class Change:
    """One accepted change."""

    application: str
    action: str
    action_id: str
    status: str = "accepted"
    error: str = ""
    rolled_back: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in ENDED

    @property
    def least_writes(self) -> int:
        """Writes that must be in the audit log."""
        return 1 if self.status == "completed" else 2 if self.rolled_back else 0

    @property
    def most_writes(self) -> int:
        """Writes that may be: one, and one more that puts it back."""
        return 1 if self.status == "completed" else 2


class Mover:
    """One application's client."""

    def __init__(
        self, credentials: dict[str, Any], server: Server, namespace: str, application: str, rng: random.Random
    ) -> None:
        headers = {"Authorization": f"Bearer {credentials['user_token']}"}
        url = f"{credentials['base_url']}/api/v1/workspaces/{credentials['workspace_id']}/aiops"
        self._client = httpx2.Client(base_url=url, headers=headers, timeout=30.0)
        self._path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{application}"
        self._server, self._application, self._rng = server, application, rng
        self.under_way = False
        self.ended = 0

    def run(self, stopping: threading.Event) -> list[Change]:
        """Change after change until it is told to stop; the last one is waited for."""
        changes = []
        while not stopping.is_set():
            if (change := self._begin()) is not None:
                changes.append(change)
                self.under_way = True
                self._follow(change)
                self.under_way = False
                self.ended += 1
            time.sleep(self._rng.uniform(0.0, PAUSE_SECONDS))
        self._client.close()
        return changes

    def _begin(self) -> Change | None:
        """Plan and confirm; None when the service refused, because the application was still on its way."""
        action, parameters = self._choose()
        parameters["application_id"] = self._application
        answer = self._ask("POST", "/actions", {"action": action, "parameters": parameters})
        if answer.status_code != 200:
            return None
        plan = answer.json()["data"]["plan"]
        confirmed = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
        answer = self._ask("POST", "/actions", {"action": action, "parameters": {**parameters, **confirmed}})
        if answer.status_code != 200:
            return None
        return Change(self._application, action, answer.json()["data"]["action_id"])

    def _choose(self) -> tuple[str, dict[str, Any]]:
        replicas = self._server.get(self._path)["spec"]["replicas"]
        if replicas == 0:
            return "start_application", {}
        kind = self._rng.choices(("restart", "scale", "stop"), (5, 5, 1))[0]
        wanted = self._rng.choice([number for number in (1, 2, 3, 4) if number != replicas])
        return f"{kind}_application", {"replicas": wanted} if kind == "scale" else {}

    def _follow(self, change: Change) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not change.ended and time.monotonic() < deadline:
            answer = self._ask("GET", f"/actions/{change.action_id}")
            if answer.status_code != 200:
                change.status, change.error = "lost", answer.text
                return
            data = answer.json()["data"]
            change.status = data["status"]
            change.error = (data.get("error") or {}).get("message", "")
            change.rolled_back = bool((data.get("result") or {}).get("rolled_back"))
            time.sleep(PAUSE_SECONDS)

    def _ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """The first answer; a service that is away or not ready yet is asked again, with the same words."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self._client.request(method, path, json=body)
            except httpx2.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if answer.status_code < 500:
                    return answer
            time.sleep(PAUSE_SECONDS)
