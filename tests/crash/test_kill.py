"""At every named point of every kind of change: killed, started again, completed, written exactly once.

Writes are counted where they arrive: in the API server's audit log, by the service's writing identity.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from simulator.server.access import READER_RULES, WRITER_RULES, User
from simulator.server.app import ApiServer
from simulator.server.app import create_app as create_api_server
from simulator.server.app import serve as serve_api
from simulator.world.index import Workload
from simulator.world.opening import open_world
from simulator.world.world import World
from tests.conftest import ENGINES
from tests.crash.process import Running, Start, running, settings_of

SPEED = 50.0
DEADLINE_SECONDS = 120.0
ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class Kind:
    """One kind of change, its target, and what must be true in the end."""

    action: str
    application: str
    namespace: str
    steps: tuple[str, ...]
    replicas: int
    parameters: tuple[tuple[str, Any], ...] = ()
    workload: str = "Deployment"

    @property
    def resource(self) -> str:
        """Where the target lies in the cluster's store."""
        return f"{self.workload.lower()}s.apps"


ROLLOUT = ("validate_application", "drain_connections", "restart_pods", "verify_health")
SCALING = ("validate_application", "scale_workload", "verify_health")
KINDS = (
    Kind("restart_application", "database-app", "data", ROLLOUT, 3),
    Kind("scale_application", "web-app", "frontend", SCALING, 5, (("replicas", 5),)),
    Kind("stop_application", "notification-service", "backend", SCALING, 0),
    Kind("start_application", "admin-portal", "frontend", SCALING, 1),
)
POINTS = ("operation.accepted", "apply.intent_recorded", "apply.sent", "apply.outcome_recorded", "operation.ending",
          "operation.ended")  # fmt: skip
UNDONE = Kind("scale_application", "search-engine", "data", SCALING, 2, (("replicas", 3),), "StatefulSet")
"""A StatefulSet has no progress deadline of its own: the setting's short one holds."""
UNDO_POINTS = ("undo.started", "undo.intent_recorded", "undo.sent", "undo.outcome_recorded")


def points_of(kind: Kind) -> list[str]:
    """Every named point that a change of this kind passes."""
    return [*POINTS, *(f"{step}.{moment}" for step in kind.steps for moment in ("started", "completed"))]


@dataclass
class Stage:
    """A cluster that outlives the service."""

    world: World
    api: ApiServer
    url: str

    def writes(self, application: str) -> list[dict[str, Any]]:
        """What the service's writer did to the application."""
        return [
            entry
            for entry in self.api.audit.writes(user="test:writer", verb="patch")
            if entry["objectRef"].get("name") == application
        ]

    def spec(self, kind: Kind) -> dict[str, Any]:
        """The application's spec in the cluster."""
        found: dict[str, Any] = self.world.store.get(kind.resource, kind.namespace, kind.application)["spec"]
        return found


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """The documents' world, fast, with one application stopped."""
    world = open_world("default", speed=SPEED, seed=3)
    users = {"reader-token": User("test:reader"), "writer-token": User("test:writer")}
    rules = {"test:reader": READER_RULES, "test:writer": WRITER_RULES}
    api = create_api_server(world.store, users=users, rules=rules, logs=world.logs, usage=world.usage)
    world.start()
    found = world.store.get("deployments.apps", "frontend", "admin-portal")
    metadata = {key: value for key, value in found["metadata"].items() if key != "resourceVersion"}
    world.store.update("deployments.apps", {**found, "metadata": metadata, "spec": {**found["spec"], "replicas": 0}})
    world.settle()
    living = asyncio.create_task(world.run())
    async with serve_api(api) as url:
        yield Stage(world, api, url)
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
    world.stop()
    api.close()


async def confirmation(service: Running, kind: Kind) -> dict[str, Any]:
    """The request that confirms a fresh plan."""
    parameters = {"application_id": kind.application, **dict(kind.parameters)}
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            answer = await service.client.post("/aiops/actions", json={"action": kind.action, "parameters": parameters})
            if answer.status_code != 503:
                break
            await asyncio.sleep(0.05)
    assert answer.status_code == 200, answer.text
    plan = answer.json()["data"]["plan"]
    confirmed = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    return {"action": kind.action, "parameters": {**parameters, **confirmed}}


async def ended(service: Running) -> dict[str, Any]:
    """The one action, once it has ended."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            (action,) = (await service.client.get("/aiops/actions")).json()["data"]
            if action["status"] in ENDED:
                found: dict[str, Any] = action
                return found
            await asyncio.sleep(0.05)


async def killed_at(
    point: str, kind: Kind, home: Path, database_url: str, stage_: Stage, **more: Any
) -> dict[str, Any]:
    """Confirm the change in a process that dies at the point, start another, and wait for the change's end."""
    writer = more.pop("writer", "guarded")
    break_it = more.pop("break_it", False)
    settings = settings_of(home, database_url, point, **more)
    async with running(Start(settings, stage_.url, writer)) as service:
        body = await confirmation(service, kind)
        if break_it:
            workload = Workload(kind.workload, kind.namespace, kind.application)
            stage_.world.faults.break_workload(workload, "never-ready")
        with contextlib.suppress(httpx2.TransportError):  # it may die before it answers
            await service.client.post("/aiops/actions", json=body)
        assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
    async with running(Start({**settings, "failpoint": None}, stage_.url, writer)) as service:
        again = await service.client.post("/aiops/actions", json=body)
        assert again.status_code == 200, again.text
        return await ended(service)


def cases(*kinds: tuple[Kind, Sequence[str]]) -> list[Any]:
    """Every point of every kind, on alternate databases; on the other one in the long form.

    A case is a test of its own, so that workers share them out.
    """
    found = []
    every = ((kind, point) for kind, points in kinds for point in points)
    for number, (kind, point) in enumerate(every):
        for place, engine in enumerate(ENGINES):
            marks = () if number % len(ENGINES) == place else pytest.mark.long
            found.append(pytest.param(kind, point, engine, id=f"{kind.action}-{point}-{engine}", marks=marks))
    return found


CASE = ("kind", "point", "database_url")


@pytest.mark.parametrize(CASE, cases(*((kind, points_of(kind)) for kind in KINDS)), indirect=["database_url"])
async def test_killed_and_completed_with_one_write(kind: Kind, point: str, database_url: str, tmp_path: Path) -> None:
    async with stage() as stage_:
        action = await killed_at(point, kind, tmp_path, database_url, stage_)
        assert action["status"] == "completed", action
        assert [step["status"] for step in action["steps"]] == ["completed"] * len(kind.steps)
        assert len(stage_.writes(kind.application)) == 1
        assert stage_.spec(kind)["replicas"] == kind.replicas


@pytest.mark.parametrize(CASE, cases((UNDONE, UNDO_POINTS)), indirect=["database_url"])
async def test_killed_while_undoing(kind: Kind, point: str, database_url: str, tmp_path: Path) -> None:
    async with stage() as stage_:
        action = await killed_at(point, kind, tmp_path, database_url, stage_, break_it=True, change_timeout_seconds=1.5)
        assert action["status"] == "failed", action
        assert stage_.spec(kind)["replicas"] == kind.replicas
        assert len(stage_.writes(kind.application)) == 2, "one write, one undoing"


async def test_the_suite_finds_an_intent_that_is_recorded_too_late(sqlite_url: str, tmp_path: Path) -> None:
    kind = KINDS[1]
    async with stage() as stage_:
        action = await killed_at("apply.sent", kind, tmp_path, sqlite_url, stage_, writer="late-intent")
        written_once = action["status"] == "completed" and len(stage_.writes(kind.application)) == 1
        assert not written_once, "a naive retry must be found out"
