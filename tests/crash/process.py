"""The service as a process that can be killed: forked from one that has imported everything already."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import uvicorn

from hexaops.backends.kubernetes.cluster import Cluster, ClusterName
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.cli.serving import StoppableServer
from hexaops.config import Settings
from hexaops.factory import ProcessContext
from hexaops.features.changes.writes import GuardedWriter
from hexaops.features.workspaces.embedded import EmbeddedAccess
from hexaops.kit.clock import SystemClock
from tests.crash.late_intent import LateIntentWriter
from tests.forked import fork
from tests.living import client_of
from tests.serving import shared_app, shared_routes

START_SECONDS = 60.0
DEADLINE_SECONDS = 120.0
LOOK_SECONDS = 0.05
T = TypeVar("T")
shared_routes()  # before the fork: they take most of a start
WRITERS: Mapping[str, type[GuardedWriter]] = {"guarded": GuardedWriter, "late-intent": LateIntentWriter}


@dataclass(frozen=True)
class Start:
    """How a process is started."""

    settings: Mapping[str, Any]
    api_url: str
    writer: str = "guarded"


def serve(start: Start, told: Connection) -> None:
    """The child's body: serves on a free port until it is killed or terminated; tells where, and with what token."""
    settings = Settings.model_validate(dict(start.settings))
    clock = SystemClock()
    cluster = Cluster(
        named=ClusterName("c1", "c1"), reader=client_of(start.api_url, "reader-token"),
        writer=client_of(start.api_url, "writer-token"), clock=clock,
    )  # fmt: skip
    context = ProcessContext(settings, Clusters([cluster]), clock=clock, writer_class=WRITERS[start.writer])
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    config = uvicorn.Config(shared_app(context), log_config=None, access_log=False, lifespan="off")
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(context, config, listener, told))


async def _serve(context: ProcessContext, config: uvicorn.Config, listener: socket.socket, told: Connection) -> None:
    try:
        await context.open()
        await context.start()
        made = await context.provider.get(EmbeddedAccess).ensure("c1")
        port = listener.getsockname()[1]
        account = {"Authorization": f"Bearer {made.account_token}", "X-Service-Account": made.account_id}
        told.send({"url": f"http://127.0.0.1:{port}", "token": made.user_token, "workspace_id": made.workspace_id,
                   "account": account})  # fmt: skip
        await StoppableServer(config, end_streams=context.end_streams).serve(sockets=[listener])
    finally:
        await context.close()


@dataclass
class Running:
    """A started process, a client with its owner's token, and the headers of its service account."""

    process: BaseProcess
    client: httpx2.AsyncClient
    workspace_id: str
    account: dict[str, str]

    async def died(self) -> int | None:
        """Its exit code, once it has ended."""
        await asyncio.to_thread(self.process.join, START_SECONDS)
        return self.process.exitcode


async def until(ask: Callable[[], Awaitable[T]], reached: Callable[[T], object]) -> T:
    """What `ask` answers once `reached` says so: another process can only be asked again."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            if reached(found := await ask()):
                return found
            await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def running(start: Start) -> AsyncIterator[Running]:
    """A process that serves, terminated when the block ends unless it has died by then."""
    process, here = fork(serve, start)
    try:
        told = await asyncio.to_thread(_receive, here)
        headers = {"Authorization": f"Bearer {told['token']}"}
        url = f"{told['url']}/api/v1/workspaces/{told['workspace_id']}"
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30.0) as client:
            yield Running(process, client, told["workspace_id"], told["account"])
    finally:
        process.terminate()
        await asyncio.to_thread(process.join, START_SECONDS)
        process.kill()
        here.close()


def _receive(pipe: Connection) -> dict[str, Any]:
    if not pipe.poll(START_SECONDS):
        message = "the service did not start in time"
        raise TimeoutError(message)
    told: dict[str, Any] = pipe.recv()
    return told


def settings_of(home: Path, database_url: str, failpoint: str | None = None, **more: Any) -> dict[str, Any]:
    """Settings of a process on this home and database, with one armed failpoint."""
    return {
        "home": home, "database_url": database_url, "failpoint": failpoint, "verify_stable_seconds": 0.1,
        "detection": False, "log_collection": False,
        "change_timeout_seconds": 20, "changes_per_workspace": 100, "changes_per_cluster": 100,
        "takeover_seconds": 1.5, **more,
    }  # fmt: skip
