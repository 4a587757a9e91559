"""`hexaops serve` as a process, and its owner's client."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from testenv.harness.control_plane import Object

START_SECONDS = 60.0
DEADLINE_SECONDS = 120.0
LOOK_SECONDS = 0.1
PROGRAM = Path(sys.executable).parent / "hexaops"
SETTINGS = {
    "HEXAOPS_VERIFY_STABLE_SECONDS": "1",
    "HEXAOPS_CHANGES_PER_WORKSPACE": "1000",
    "HEXAOPS_CHANGES_PER_CLUSTER": "1000",
    "HEXAOPS_RATE_LIMIT_CHAT": "100000/hour",
    "HEXAOPS_RATE_LIMIT_PUBLIC": "100000/minute",
    "HEXAOPS_RATE_LIMIT_WORKSPACE": "100000/minute",
    "HEXAOPS_RATE_LIMIT_APPLICATION": "100000/minute",
    "HEXAOPS_TAKEOVER_SECONDS": "1.5",
    "HEXAOPS_WEBHOOK_ALLOWED_NETWORKS": '["127.0.0.0/8"]',
    "HEXAOPS_WEBHOOK_ALLOW_HTTP": "true",
}
ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class Identities:
    """The kubeconfigs that the service is given."""

    reader: Path
    writer: Path


@dataclass
class Service:
    """A started process and a client with its owner's token."""

    process: subprocess.Popen[str]
    client: httpx2.Client
    credentials: Object

    def call(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """A request to the workspace's part of the public API."""
        return self.client.request(method, f"/api/v1/workspaces/{self.credentials['workspace_id']}{path}", json=body)

    def internal(self, path: str) -> Object:
        """What the internal API says to the first service account."""
        answer = self.internally("GET", path)
        assert answer.status_code == 200, answer.text
        found: Object = answer.json()["data"]
        return found

    def internally(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """A request to the internal API by the first service account."""
        account = self.credentials["service_account"]
        headers = {"Authorization": f"Bearer {account['token']}", "X-Service-Account": account["id"]}
        return self.client.request(method, f"/internal/v1{path}", json=body, headers=headers)

    def say(self, message: str, **more: Any) -> Object:
        """The answer to a chat message."""
        answer = self.call("POST", "/aiops/chat", {"message": message, **more})
        assert answer.status_code == 200, answer.text
        found: Object = answer.json()["data"]
        return found

    def plan_by_chat(self, message: str) -> Object:
        """The plan that a message asks for."""
        answer = self.say(message)
        plans = attachments(answer, "action_plan")
        assert len(plans) == 1, answer
        return plans[0]

    def confirm(self, plan: Object) -> httpx2.Response:
        """Confirm a plan exactly as it says that it is confirmed."""
        how = plan["confirm"]
        return self.client.request(how["method"], how["path"], json=how["body"])

    def ask(self, action: str, application: str, **parameters: Any) -> httpx2.Response:
        """`POST …/actions` with these parameters."""
        body = {"action": action, "parameters": {"application_id": application, **parameters}}
        return self.call("POST", "/aiops/actions", body)

    def run(self, message: str) -> Object:
        """Ask for a change in the chat, confirm its plan, and wait for the end."""
        answer = self.confirm(self.plan_by_chat(message))
        assert answer.status_code == 200, answer.text
        return self.ended(answer.json()["data"]["action_id"])

    def action(self, action_id: str) -> Object:
        """An action as it is now."""
        answer = self.call("GET", f"/aiops/actions/{action_id}")
        assert answer.status_code == 200, answer.text
        found: Object = answer.json()["data"]
        return found

    def ended(self, action_id: str) -> Object:
        """The action once it has ended."""
        found: Object = until(lambda: (seen := self.action(action_id))["status"] in ENDED and seen)
        return found

    def applications(self) -> list[Object]:
        """The list of applications."""
        found: list[Object] = self.call("GET", "/applications?limit=200").json()["data"]["applications"]
        return found

    def is_current(self) -> bool:
        """Whether everything that applications are told from is read and up to date."""
        return bool(self.call("GET", "/applications").json()["data"]["freshness"]["current"])

    def parts(self) -> Object:
        """What `/readyz` says of the cluster."""
        found: Object = self.client.get("/readyz").json()["parts"]["cluster default"]
        return found

    def died(self) -> int:
        """The exit code, once it has ended."""
        return self.process.wait(DEADLINE_SECONDS)


def attachments(answer: Object, kind: str) -> list[Object]:
    """Data of an answer's attachments of one type."""
    return [one["data"] for one in answer["attachments"] if one["type"] == kind]


def until(reached: Callable[[], Any], seconds: float = DEADLINE_SECONDS) -> Any:
    """What `reached` returns, once it is something."""
    deadline = time.monotonic() + seconds
    while not (found := reached()):
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(LOOK_SECONDS)
    return found


@contextmanager
def serving(
    home: Path, identities: Identities, settings: Mapping[str, str] | None = None, *, within: Sequence[str] = ()
) -> Iterator[Service]:
    """`hexaops serve --kubeconfig …` on a free port, terminated when the block ends unless it has died by then.

    `within` is a command that runs it, where the in-cluster account is found instead of the reader's kubeconfig.
    """
    command = [*within, str(PROGRAM), "serve", "--home", str(home), "--port", "0", "--log-format", "json",
               "--writer-kubeconfig", str(identities.writer)]  # fmt: skip
    if not within:
        command += ["--kubeconfig", str(identities.reader)]
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEXAOPS_")}
    with (home / "service.log").open("a") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env={**kept, **SETTINGS, **(settings or {})}
        )
    try:
        _await_start(process, home)
        credentials = json.loads((home / "credentials.json").read_text())
        headers = {"Authorization": f"Bearer {credentials['user_token']}"}
        with httpx2.Client(base_url=credentials["base_url"], headers=headers, timeout=60.0) as client:
            yield Service(process, client, credentials)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _await_start(process: subprocess.Popen[str], home: Path) -> None:
    assert process.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if not waiting.select(1.0):
                continue
            line = process.stdout.readline()
            if line.startswith("hexaops serves"):
                return
            assert line, f"the service ended: {(home / 'service.log').read_text()[-2000:]}"
    message = "the service did not start in time"
    raise AssertionError(message)
