"""What the walk knows of the running service: clients, and live ids in place of the documents' invented ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import httpx2

from tests.contract.serving import Served

T = TypeVar("T")

CONFLICT = 409
SETTLED = {"completed", "failed", "cancelled", "rolled_back"}
SETTLE_SECONDS = 90.0
"""Deadline of one change on the simulator on a busy machine; it takes a few seconds."""
STATUS_QUESTION = "Show me the current status of all applications in this workspace"


@dataclass
class Live:
    """Clients and ids; each is made when a request first names it."""

    served: Served
    user: httpx2.Client
    account: httpx2.Client

    @property
    def workspace_id(self) -> str:
        """The embedded workspace."""
        return self.served.workspace_id

    @property
    def aiops(self) -> str:
        """Base of the public API's routes of the workspace."""
        return f"/api/v1/workspaces/{self.workspace_id}/aiops"

    def client(self, api: str) -> httpx2.Client:
        """The client of one of the two APIs."""
        return self.user if api == "public" else self.account

    @cached_property
    def applications(self) -> dict[str, str]:
        """Name → id, from the service's own list, once there are as many as the world has."""
        return poll(self._listed, lambda names: len(names) >= 12)

    def _listed(self) -> dict[str, str]:
        data = data_of(self.user.get(f"/api/v1/workspaces/{self.workspace_id}/applications"))
        items = data["applications"] if isinstance(data, dict) else data
        return {item["name"]: item["id"] for item in items}

    @cached_property
    def session_id(self) -> str:
        """A session with two questions answered, so that its history has pages."""
        session_id = self.new_session()
        for _ in range(2):
            self.ask(STATUS_QUESTION, session_id=session_id)
        return session_id

    def new_session(self) -> str:
        """A session with a focus, as the documents' has."""
        body = {"name": "Troubleshooting Session", "context": {"focus_area": "performance"}}
        return str(data_of(self.user.post(f"{self.aiops}/sessions", json=body))["session_id"])

    @cached_property
    def message_id(self) -> str:
        """An answer of the session."""
        return str(self.ask(STATUS_QUESTION, session_id=self.session_id)["message_id"])

    def new_incident(self) -> str:
        """An open incident of an application that is healthy: what is tried on it changes nothing."""
        body = {"type": "application_failure", "severity": "high",
                "affected_applications": [self.applications["web-app"]]}  # fmt: skip
        return str(data_of(self.account.post("/internal/v1/incidents", json=body))["incident_id"])

    def ask(self, message: str, **more: Any) -> Any:
        """The data of one answer of the workspace's chat."""
        return data_of(self.user.post(f"{self.aiops}/chat", json={"message": message, **more}))

    @cached_property
    def global_session_id(self) -> str:
        """A session of the chat without a workspace."""
        return str(data_of(self.user.post("/api/v1/ai/chat", json={"message": "Hello"}))["session_id"])

    def plan_of_scaling(self, deployment: str, body: dict[str, Any]) -> dict[str, Any]:
        """What confirms this scaling, which must be of a risk that is answered with its plan."""
        url = f"/internal/v1/workspaces/{self.workspace_id}/deployments/{deployment}/scale"
        planned = data_of(self.account.post(url, json=body))
        assert planned["status"] == "awaiting_confirmation"
        return {key: planned["plan"][key] for key in ("plan_id", "plan_hash")}

    def wait_for_logs(self, text: str) -> None:
        """Return once matching lines were collected from the pods; asked by the route that may be asked often."""
        body = {"query": {"text": text}, "options": {"limit": 1}}
        url = f"{self.aiops}/logs/query"
        poll(lambda: data_of(self.user.post(url, json=body)), lambda data: data["total_hits"] > 0)

    def wait_until_measured(self) -> None:
        """Return once the usage of every application is known: pods that another test restarted have none at first."""
        url = f"/api/v1/workspaces/{self.workspace_id}/applications"
        poll(
            lambda: data_of(self.user.get(url))["applications"],
            lambda found: all(one["cpu_usage"] is not None for one in found),
        )

    def wait_for_requests(self, name: str) -> None:
        """Return once an application's requests were sampled: a rate takes two rounds."""
        url = f"/internal/v1/applications/{self.applications[name]}/performance"
        poll(
            lambda: data_of(self.account.get(url))["performance_summary"],
            lambda summary: summary["response_time_p95"] is not None,
        )

    @cached_property
    def action_id(self) -> str:
        """A restart that has ended."""
        action_id = self.restart("worker-app")["action_id"]
        self.settled_action(action_id)
        return str(action_id)

    def restart(self, name: str) -> Any:
        """The data of a restart's answer, once the change that another test left running on it has ended."""
        parameters = {"application_id": self.applications[name], "reason": "contract", "confirmation": True}
        body = {"action": "restart_application", "parameters": parameters}
        url = f"{self.aiops}/actions"
        return data_of(poll(lambda: self.user.post(url, json=body), lambda answer: answer.status_code != CONFLICT))

    def settled_action(self, action_id: str) -> Any:
        """The data of the action's status once it has ended."""
        path = f"{self.aiops}/actions/{action_id}"
        return poll(lambda: data_of(self.user.get(path)), lambda data: data["status"] in SETTLED)


def data_of(answer: httpx2.Response) -> Any:
    """What stands under `data` in a good answer."""
    assert answer.status_code in {200, 201, 202}, answer.text
    return answer.json()["data"]


def poll(read: Callable[[], T], done: Callable[[T], bool], *, seconds: float = SETTLE_SECONDS) -> T:
    """Read until it is done; the last answer is the failure's message."""
    deadline = time.monotonic() + seconds
    while True:
        value = read()
        if done(value):
            return value
        assert time.monotonic() < deadline, value
        time.sleep(0.1)
