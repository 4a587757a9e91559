"""An API server that hangs (SIGSTOP) while its connections stay open: noticed and said, and no plan is made on it.

The whole command with the embedded simulator, both as processes of their own.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.crash.test_stop import Served

START_SECONDS = 120.0
NOTICED_SECONDS = 10.0
SLACK_SECONDS = 10.0
"""For the machine: what is measured stands in the failure, the bound in docs/safety.md."""
LOOK_SECONDS = 0.25
PLAN = {"action": "restart_application", "parameters": {"application_id": "web-app"}}


@asynccontextmanager
async def embedded(home: Path) -> AsyncIterator[tuple[Served, str, int]]:
    """The service, its address, and the process id of its simulator."""
    command = "import sys; from hexaops.cli.app import main; sys.exit(main())"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", command, "serve", "--home", str(home), "--port", "0",
        env={**os.environ, "HEXAOPS_RATE_LIMIT_PUBLIC": "100000/minute"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    simulator = 0
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            while b"serves" not in (line := await process.stdout.readline()):
                assert line, "the service ended"
        simulator = _child(process.pid)
        credentials = json.loads((home / "credentials.json").read_text())
        yield Served(process, credentials), credentials["base_url"], simulator
    finally:
        if simulator:
            os.kill(simulator, signal.SIGCONT)
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _child(pid: int) -> int:
    """The only process that this one has started."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile
        if int(stat.rpartition(")")[2].split()[1]) == pid and b"simulator" in command:
            parents[int(folder.name)] = pid
    [child] = parents
    return child


async def _seconds_until(ask: Callable[[], Awaitable[httpx2.Response]], reached: Callable[[Any], bool]) -> float:
    began = time.monotonic()
    async with asyncio.timeout(START_SECONDS):
        while not reached((await ask()).json()):  # noqa: ASYNC110 # another process can only be asked again
            await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic() - began


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_a_hung_api_server_is_noticed_and_said_and_no_plan_is_made(tmp_path: Path) -> None:
    async with embedded(tmp_path / "home") as (service, base_url, simulator):

        def applications() -> Awaitable[httpx2.Response]:
            return service.ask("GET", "/applications")

        async def plan() -> httpx2.Response:
            return await service.ask("POST", "/aiops/actions", PLAN)

        async def ready() -> int:
            async with httpx2.AsyncClient(timeout=10.0) as client:
                return (await client.get(f"{base_url}/readyz")).status_code

        await _seconds_until(applications, lambda body: bool(body["data"]["freshness"]["current"]))
        assert ((await plan()).status_code, await ready()) == (200, 200)

        os.kill(simulator, signal.SIGSTOP)
        noticed = await _seconds_until(applications, lambda body: not body["data"]["freshness"]["current"])
        assert noticed <= NOTICED_SECONDS + SLACK_SECONDS, noticed
        print(f"noticed after {noticed:.1f} s")  # noqa: T201 # the figure
        stale = (await applications()).json()["data"]["freshness"]["stale"]
        assert stale
        assert all("the API server" in reason for reason in stale.values()), stale
        chat = await service.ask("POST", "/aiops/chat", {"message": "how is web-app?"})
        assert chat.status_code == 200, chat.text
        assert "The cluster cannot be read right now (" in chat.text.partition("What follows is as of")[0], chat.text
        refused = await plan()
        # Its target is read first, which fails already; what only watches know is refused by rule 7.
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE"), refused.text
        assert await ready() == 503

        os.kill(simulator, signal.SIGCONT)
        await _seconds_until(applications, lambda body: bool(body["data"]["freshness"]["current"]))
        assert ((await plan()).status_code, await ready()) == (200, 200)
