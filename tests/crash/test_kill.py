"""At every named point of every kind of change: killed, started again, completed, written exactly once.

Writes are counted where they arrive: in the API server's audit log, by the service's writing identity.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest

from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.runbooks.catalog import ASKED_FOR, RUNBOOKS
from hexaops.runbooks.live import LiveObject
from simulator.server.access import READER_RULES, WRITER_RULES, User
from simulator.server.app import ApiServer
from simulator.server.app import create_app as create_api_server
from simulator.server.app import serve as serve_api
from simulator.world.index import Workload
from simulator.world.world import World
from tests.conftest import ENGINES
from tests.crash.process import Running, Start, running, settings_of, until
from tests.worlds import default_world

SPEED = 50.0
ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class Case:
    """One request for a change of a kind."""

    action: str
    parameters: Mapping[str, Any]
    workload: Workload | None = None
    """The application, for what breaks it meanwhile."""

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of its steps."""
        return tuple(step.name for step in RUNBOOKS[self.action].steps)


def case_of(action: str, application: str, **parameters: Any) -> Case:
    """A change of an application."""
    return Case(action, {"application_id": application, **parameters})


CASES: Mapping[str, Case] = {
    case.action: case
    for case in (
        case_of("restart_application", "database-app"),
        case_of("restart_failing_pods", "database-app"),
        case_of("scale_application", "web-app", replicas=5),
        case_of("stop_application", "notification-service"),
        case_of("start_application", "admin-portal"),
        case_of("update_configuration", "worker-app", config_map="worker-settings", data={"BATCH_SIZE": "80"}),
        case_of("rollback_revision", "api-service"),
        case_of("set_autoscaling", "web-app", min_replicas=2, max_replicas=6, target_cpu_percent=80),
        Case("update_quota", {"project": "backend", "hard": {"pods": "60"}}),
    )
}
"""One of every kind that can be asked for and changes a cluster; a test below holds that none is missing.

The others: test_kill_own.py, and what operations alone plan in test_operations.py.
"""
POINTS = ("operation.accepted", "operation.ending", "operation.ended")
MOMENTS = ("intent_recorded", "sent", "outcome_recorded")
UNDONE = Case(
    "scale_application",
    {"application_id": "search-engine", "replicas": 3},
    Workload("StatefulSet", "data", "search-engine"),
)
"""A StatefulSet has no progress deadline of its own: the setting's short one holds."""
UNDONE_PAIR = Case(
    "update_configuration",
    {"application_id": "worker-app", "config_map": "worker-settings", "data": {"BATCH_SIZE": "80"}},
    Workload("Deployment", "backend", "worker-app"),
)
"""Two writes, of which both are put back."""


def write_points(purpose: str, writes: int) -> list[str]:
    """The points around each write of a plan; those of the first have no number."""
    numbers = ["", *(f"{number}." for number in range(1, writes))]
    return [f"{purpose}.{number}{moment}" for number in numbers for moment in MOMENTS]


def points_of(case: Case, writes: int) -> list[str]:
    """Every named point that a change of this kind passes."""
    steps = [f"{step}.{moment}" for step in case.steps for moment in ("started", "completed")]
    return [*POINTS, *write_points("apply", writes), *steps]


@dataclass
class Stage:
    """A cluster that outlives the service."""

    world: World
    api: ApiServer
    url: str

    def writes(self) -> list[str]:
        """`VERB resource/namespace/name` of what the service's writer did, in order (a creation has no name)."""
        entries = self.api.audit.writes(user="test:writer")
        sent = [(one["verb"], one["objectRef"]) for one in entries if "accessreviews" not in one["requestURI"]]
        return [f"{verb} {ref['resource']}/{ref['namespace']}/{ref.get('name', '')}" for verb, ref in sent]

    def find(self, shown: str) -> LiveObject | None:
        """The object `Kind/namespace/name` as it is in the cluster."""
        kind, namespace, name = shown.split("/")
        known = KINDS[kind]
        found = self.world.store.find(f"{known.plural}.{known.group}".rstrip("."), namespace, name)
        return LiveObject(found, kind) if found else None

    def shows(self, plan: Mapping[str, Any], key: str) -> bool:
        """Whether every field of the plan is as it was (`from`), or as it should be (`to`)."""
        return all(
            (live.field(change["path"]) if (live := self.find(change["object"])) else None) == change[key]
            for change in plan["changes"]
        )


@asynccontextmanager
async def stage(installed: Sequence[str] = ()) -> AsyncIterator[Stage]:
    """The documents' world, fast, with one application stopped."""
    world = default_world(speed=SPEED, seed=3)
    users = {"reader-token": User("test:reader"), "writer-token": User("test:writer")}
    rules = {"test:reader": READER_RULES, "test:writer": WRITER_RULES}
    api = create_api_server(
        world.store, users=users, rules=rules, logs=world.logs, usage=world.usage, installed=installed
    )
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


async def planned(service: Running, case: Case) -> dict[str, Any]:
    """A fresh plan."""
    body = {"action": case.action, "parameters": dict(case.parameters)}
    answer = await until(
        lambda: service.client.post("/aiops/actions", json=body), lambda answer: answer.status_code != 503
    )
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.json()["data"]["plan"]
    return plan


def confirmation(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The request that confirms a plan."""
    confirmed = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    return {"action": plan["action"], "parameters": {**plan["parameters"], **confirmed}}


async def ended(service: Running) -> dict[str, Any]:
    """The one action, once it has ended."""

    async def the_one() -> dict[str, Any]:
        (action,) = (await service.client.get("/aiops/actions")).json()["data"]
        return dict(action)

    return await until(the_one, lambda action: action["status"] in ENDED)


@dataclass(frozen=True)
class Outcome:
    """What became of a change whose process was killed."""

    action: dict[str, Any]
    plan: dict[str, Any]


async def killed_at(
    point: str, case: Case, home: Path, database_url: str, stage_: Stage, **more: Any
) -> Outcome:  # fmt: skip
    """Confirm the change in a process that dies at the point, start another, and wait for the change's end."""
    writer = more.pop("writer", "guarded")
    settings = settings_of(home, database_url, point, **more)
    async with running(Start(settings, stage_.url, writer)) as service:
        plan = await planned(service, case)
        body = confirmation(plan)
        if case.workload is not None:
            stage_.world.faults.break_workload(case.workload, "never-ready")
        with contextlib.suppress(httpx2.TransportError):  # it may die before it answers
            await service.client.post("/aiops/actions", json=body)
        assert await service.died() == -signal.SIGKILL, f"{point} was never reached"
    async with running(Start({**settings, "failpoint": None}, stage_.url, writer)) as service:
        again = await service.client.post("/aiops/actions", json=body)
        assert again.status_code == 200, again.text
        return Outcome(await ended(service), plan)


WRITES = {"update_configuration": 2}
"""Writes of a case's plan, where they are not one."""
Named = TypeVar("Named")
Kind = tuple[Case, Sequence[str]]
"""A case of a kind, and the points that it passes."""


STEP_MOMENTS = ("started", "completed")


def place_of(point: str) -> str:
    """The step whose start or end a point is; any other point itself."""
    step, _, moment = point.rpartition(".")
    return step if moment in STEP_MOMENTS else point


def short_form(kinds: Iterable[tuple[Named, Sequence[str]]], always: str) -> list[tuple[Named, str]]:
    """Each kind at `always`, where its effect is there and not noted; other points at the first kind that has them.

    A step's end and the next one's start are the same to the cluster: each step is met once, at either in turn.
    """
    met: dict[str, str] = {}
    chosen = []
    for case, points in kinds:
        new = dict.fromkeys(place for point in points if (place := place_of(point)) not in met)
        met |= {place: STEP_MOMENTS[(len(met) + number) % 2] for number, place in enumerate(new)}
        chosen += [
            (case, point) for point in points
            if point == always or ((place := place_of(point)) in new and point in {place, f"{place}.{met[place]}"})
        ]  # fmt: skip
    return chosen


def cases(*kinds: Kind, always: str) -> list[Any]:
    """Every point of every kind on both databases, as tests of their own, so that workers share them out.

    `make test` runs the short form, on alternate databases; `make test-long` the rest.
    """
    short = short_form(kinds, always)
    engines = {(case.action, point): ENGINES[number % len(ENGINES)] for number, (case, point) in enumerate(short)}
    return [
        pytest.param(
            case, point, engine, id=f"{case.action}-{point}-{engine}",
            marks=() if engines.get((case.action, point)) == engine else pytest.mark.long,
        )
        for case, points in kinds for point in points for engine in ENGINES
    ]  # fmt: skip


PARAMETERS = ("case", "point", "database_url")
KILLED: Sequence[Kind] = [(case, points_of(case, WRITES.get(case.action, 1))) for case in CASES.values()]
KILLED_UNDOING: Sequence[Kind] = [
    (case, ["undo.started", *write_points("undo", WRITES.get(case.action, 1))]) for case in (UNDONE_PAIR, UNDONE)
]


def test_no_kind_is_missing() -> None:
    assert CASES.keys() == {
        name for name, book in ASKED_FOR.items()
        if book.changes_cluster and book.target != "backup" and name != "probe_connectivity"
    }, "restoring and probing have suites of their own"  # fmt: skip


@pytest.mark.parametrize("killed", [KILLED, KILLED_UNDOING], ids=["applying", "undoing"])
def test_the_short_form_meets_every_kind_and_every_point(killed: Sequence[Kind]) -> None:
    chosen = short_form(killed, always="apply.sent" if killed is KILLED else "undo.sent")
    assert {case.action for case, _ in chosen} == {case.action for case, _ in killed}
    assert {place_of(point) for _, point in chosen} == {place_of(point) for _, points in killed for point in points}
    assert len(chosen) == len({*((case.action, point) for case, point in chosen)})


@pytest.mark.parametrize(
    PARAMETERS,
    cases(*KILLED, always="apply.sent"),
    indirect=["database_url"],
)
async def test_killed_and_completed_with_one_write_each(
    case: Case, point: str, database_url: str, tmp_path: Path
) -> None:
    async with stage() as stage_:
        outcome = await killed_at(point, case, tmp_path, database_url, stage_)
        action, plan = outcome.action, outcome.plan
        assert action["status"] == "completed", action
        assert [step["status"] for step in action["steps"]] == ["completed"] * len(case.steps)
        assert len(plan["writes"]) == WRITES.get(case.action, 1), "every point of every write must be tried"
        assert len(stage_.writes()) == len({*stage_.writes()}) == len(plan["writes"]), stage_.writes()
        assert stage_.shows(plan, "to")


@pytest.mark.parametrize(
    PARAMETERS,
    cases(*KILLED_UNDOING, always="undo.sent"),
    indirect=["database_url"],
)
async def test_killed_while_undoing(case: Case, point: str, database_url: str, tmp_path: Path) -> None:
    async with stage() as stage_:
        limits = {"change_timeout_seconds": 1.5, "change_stuck_seconds": 1.5}
        outcome = await killed_at(point, case, tmp_path, database_url, stage_, **limits)
        assert outcome.action["status"] == "failed", outcome.action
        assert stage_.shows(outcome.plan, "from")
        assert len(stage_.writes()) == 2 * len(outcome.plan["writes"]), "each written once and undone once"


async def test_the_suite_finds_an_intent_that_is_recorded_too_late(sqlite_url: str, tmp_path: Path) -> None:
    async with stage() as stage_:
        outcome = await killed_at(
            "apply.sent", CASES["scale_application"], tmp_path, sqlite_url, stage_, writer="late-intent"
        )
        written_once = outcome.action["status"] == "completed" and len(stage_.writes()) == 1
        assert not written_once, "a naive retry must be found out"
