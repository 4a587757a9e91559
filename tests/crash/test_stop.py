"""SIGTERM under load: every request that was accepted is answered, the process ends by itself, the change goes on.

The whole command as an operator runs it, on a cluster that outlives it. Each request has a connection of its own: one
that is refused was not accepted; one that is open and gets no whole answer was dropped.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from simulator.world.index import Workload
from tests.crash.process import DEADLINE_SECONDS
from tests.crash.test_kill import CASES, ENDED, Stage, stage

EXIT_SECONDS = 30.0
CALLERS = 6
ENOUGH = 40
CASE = CASES["scale_application"]
TARGET = Workload("Deployment", "frontend", "web-app")


def kubeconfig(path: Path, url: str) -> Path:
    """Both identities of the stage's API server."""
    content = {
        "apiVersion": "v1", "kind": "Config", "current-context": "reader",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": name, "user": {"token": f"{name}-token"}} for name in ("reader", "writer")],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": name}} for name in ("reader", "writer")],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(content))
    return path


class Served:
    """One process of the service."""

    def __init__(self, process: asyncio.subprocess.Process, credentials: dict[str, Any]) -> None:
        self.process = process
        self._base = f"{credentials['base_url']}/api/v1/workspaces/{credentials['workspace_id']}"
        self._headers = {"Authorization": f"Bearer {credentials['user_token']}"}

    async def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """One request on a connection of its own."""
        async with httpx2.AsyncClient(headers=self._headers, timeout=EXIT_SECONDS) as client:
            return await client.request(method, self._base + path, json=body)


@asynccontextmanager
async def served(stage_: Stage, home: Path) -> AsyncIterator[Served]:
    """`hexaops serve` on the stage's cluster, killed when the block ends unless it has ended."""
    file = kubeconfig(home.parent / "kubeconfig", stage_.url)
    arguments = ["serve", "--home", str(home), "--port", "0", "--kubeconfig", str(file), "--context", "reader",
                 "--writer-context", "writer"]  # fmt: skip
    command = "import sys; from hexaops.cli.app import main; sys.exit(main())"
    env = {**os.environ, "HEXAOPS_VERIFY_STABLE_SECONDS": "0.1", "HEXAOPS_RATE_LIMIT_CHAT": "100000/hour",
           "HEXAOPS_RATE_LIMIT_PUBLIC": "100000/minute"}  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", command, *arguments, env=env, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(DEADLINE_SECONDS):
            line = await process.stdout.readline()
        assert b"serves" in line, line
        yield Served(process, json.loads((home / "credentials.json").read_text()))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def started(service: Served) -> str:
    """The change's id, once it is running."""
    parameters = {**CASE.parameters, "confirmation": True}
    answer = await service.ask("POST", "/aiops/actions", {"action": CASE.action, "parameters": parameters})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["action_id"])


async def ended(service: Served, action_id: str) -> dict[str, Any]:
    """The change, once it has ended."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            action: dict[str, Any] = (await service.ask("GET", f"/aiops/actions/{action_id}")).json()["data"]
            if action["status"] in ENDED:
                return action
            await asyncio.sleep(0.1)


async def call_until_refused(service: Served, counted: Counter[str]) -> None:
    """One caller: request after request until nobody listens any more."""
    requests = [("GET", "/applications", None), ("POST", "/aiops/chat", {"message": "status"}),
                ("POST", "/aiops/sessions", {"name": "x"}), ("GET", "/aiops/actions", None)]  # fmt: skip
    while True:
        for method, path, body in requests:
            try:
                answer = await service.ask(method, path, body)
            except httpx2.ConnectError:
                return
            except httpx2.TransportError as error:
                counted[f"dropped: {type(error).__name__}"] += 1
                return
            counted["answered" if answer.status_code == 200 else f"{answer.status_code}: {answer.text}"] += 1


@pytest.mark.timeout(300)
async def test_nothing_accepted_is_dropped_and_the_change_goes_on(tmp_path: Path) -> None:
    counted: Counter[str] = Counter()
    async with stage() as stage_:
        stage_.world.faults.break_workload(TARGET, "never-ready")
        async with served(stage_, tmp_path / "home") as service:
            action_id = await started(service)
            async with asyncio.TaskGroup() as callers:
                for _ in range(CALLERS):
                    callers.create_task(call_until_refused(service, counted))
                async with asyncio.timeout(DEADLINE_SECONDS):
                    while counted["answered"] < ENOUGH or len(stage_.writes()) < 1:  # noqa: ASYNC110
                        await asyncio.sleep(0.02)  # what is awaited happens in two other processes
                service.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(EXIT_SECONDS):
                assert await service.process.wait() == 0
        assert set(counted) == {"answered"}, counted
        stage_.world.faults.heal_workload(TARGET)
        async with served(stage_, tmp_path / "home") as service:
            action = await ended(service, action_id)
            assert action["status"] == "completed", action
        assert len(stage_.writes()) == 1
        found = stage_.find("Deployment/frontend/web-app")
        assert found is not None
        assert found.field("/spec/replicas") == CASE.parameters["replicas"]
