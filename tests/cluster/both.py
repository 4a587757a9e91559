"""Two API servers to ask the same: the real one, and the simulator in a thread of this process."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from hexaops.kit.ids import new_id
from simulator.server.access import MASTERS, READER_RULES, User
from simulator.server.app import create_app, serve
from simulator.world.opening import open_world
from testenv.harness.control_plane import ControlPlane, Object

MERGE, JSON_PATCH = "application/merge-patch+json", "application/json-patch+json"
STRATEGIC, APPLY = "application/strategic-merge-patch+json", "application/apply-patch+yaml"
SECONDS = 60.0


@dataclass
class Server:
    """An API server, its administrator's client, and a namespace of the test's own."""

    name: str
    client: httpx2.Client
    compact: Callable[[], None]
    namespace: str = ""
    counted: int = field(default=0)

    @property
    def simulated(self) -> bool:
        """Whether it is the simulator."""
        return self.name == "simulator"

    def path(self, plural: str, group: str = "") -> str:
        """A collection in the namespace."""
        return f"{f'/apis/{group}' if group else '/api/v1'}/namespaces/{self.namespace}/{plural}"

    def ask(self, method: str, path: str, body: Any = None, *, media: str = "application/json", code: int = 200) -> Any:
        """What it answers; the status has to be this one."""
        content = None if body is None else json.dumps(body)
        answer = self.client.request(method, path, content=content, headers={"Content-Type": media})
        assert answer.status_code == code, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json else answer.text

    def make(self, plural: str, body: Object, group: str = "", code: int = 201) -> Object:
        """Create something in the namespace."""
        made: Object = self.ask("POST", self.path(plural, group), body, code=code)
        return made

    def watch(self, path: str, version: str, *, seconds: int = 5, query: str = "") -> list[Object]:
        """Every event of a watch that the server ends after some seconds."""
        url = f"{path}?watch=true&resourceVersion={version}&timeoutSeconds={seconds}{query}"
        with self.client.stream("GET", url, timeout=SECONDS) as answer:
            if answer.status_code != 200:
                answer.read()
                return [{"type": "ERROR", "object": answer.json()}]
            return [json.loads(line) for line in answer.iter_lines() if line]

    def until(self, reached: Callable[[], Any]) -> Any:
        """What `reached` returns, once it is something."""
        deadline = time.monotonic() + SECONDS
        while not (found := reached()):
            assert time.monotonic() < deadline, f"{self.name}: not reached in time"
            time.sleep(0.1)
        return found

    @contextmanager
    def own_namespace(self) -> Iterator[None]:
        """A namespace that lives as long as the block."""
        self.namespace = f"same-{new_id('')[-8:]}"
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": self.namespace}}, code=201)
        accounts = self.path("serviceaccounts")
        if not self.simulated:
            self.until(lambda: self.ask("GET", accounts)["items"])
        yield
        self.ask("DELETE", f"/api/v1/namespaces/{self.namespace}")


@contextmanager
def real(plane: ControlPlane) -> Iterator[Server]:
    """The real one; compaction is asked of its etcd, and the API server's own memory goes with a restart."""
    configuration = json.loads(plane.kubeconfig.read_text())
    cluster = configuration["clusters"][0]["cluster"]
    token = configuration["users"][0]["user"]["token"]
    context = ssl.create_default_context(cafile=cluster["certificate-authority"])
    arguments = json.loads((plane.folder / "commands.json").read_text())["etcd"]
    etcd = arguments[arguments.index("--listen-client-urls") + 1]

    def post(path: str, body: Object) -> Object:
        request = urllib.request.Request(f"{etcd}{path}", data=json.dumps(body).encode(), method="POST")  # noqa: S310 # loopback
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 # loopback
            found: Object = json.loads(answer.read())
        return found

    def compact() -> None:
        revision = post("/v3/kv/range", {"key": "AA=="})["header"]["revision"]
        post("/v3/kv/compaction", {"revision": revision, "physical": True})
        plane.kill("kube-apiserver")  # it would answer from what it still remembers
        plane.restart("kube-apiserver")

    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=cluster["server"], headers=headers, verify=context, timeout=30) as client:
        yield Server("real", client, compact)


@contextmanager
def simulated() -> Iterator[Server]:
    """The simulator, five times as fast as time, in a thread."""
    started = threading.Event()
    told: dict[str, Any] = {}

    async def live() -> None:
        world = open_world("empty", speed=5.0)
        users = {"admin": User("admin", (MASTERS,)), "reader": User("reader")}
        app = create_app(world.store, users=users, rules={"reader": READER_RULES}, logs=world.logs, usage=world.usage)
        world.start()
        stop = asyncio.Event()
        async with serve(app) as url:
            running = asyncio.create_task(world.run())
            told.update(url=url, loop=asyncio.get_running_loop(), stop=stop, compact=world.store.compact)
            started.set()
            await stop.wait()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        app.close()
        world.stop()

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    assert started.wait(SECONDS)
    loop: asyncio.AbstractEventLoop = told["loop"]
    try:
        with httpx2.Client(base_url=told["url"], headers={"Authorization": "Bearer admin"}, timeout=30) as client:
            yield Server("simulator", client, lambda: _in_loop(loop, told["compact"]))
    finally:
        loop.call_soon_threadsafe(told["stop"].set)
        thread.join(SECONDS)


def _in_loop(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    async def acting() -> None:
        act()

    asyncio.run_coroutine_threadsafe(acting(), loop).result(SECONDS)
