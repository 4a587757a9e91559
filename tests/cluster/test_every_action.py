"""Every kind of action on both servers, from its plan to its undoing; the kinds are those of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.runbooks.catalog import ASKED_FOR
from hexaops.runbooks.runbook import Runbook
from testenv.harness.api_server import api_server
from testenv.harness.control_plane import Object
from testenv.harness.service import SETTINGS, Identities, Service, serving, until
from tests.contract.serving import serving as serving_embedded

QUICK = {"HEXAOPS_ALERT_INTERVAL_SECONDS": "1"}
RULE = "the rule that create_alert made"


@dataclass(frozen=True)
class Place:
    """A served cluster: which application each part of the walk is about, and the API server itself."""

    service: Service
    api: httpx2.Client
    application: str
    failing: str
    project: str

    def parameters(self, action: str) -> Object:
        """What the action is asked with here."""
        own: Object = {"application_id": self.application}
        return {
            "restart_application": own,
            "restart_failing_pods": {"application_id": self.failing},
            "scale_application": {**own, "replicas": 3},
            "stop_application": own,
            "start_application": own,
            "update_configuration": {**own, "env": {"MODE": "night"}},
            "rollback_revision": own,
            "set_autoscaling": {**own, "min_replicas": 2, "max_replicas": 4, "target_cpu_percent": 80},
            "update_quota": {"project": self.project, "hard": {"pods": "70"}},
            "create_alert": {**own, "metric": "ready_replicas", "threshold": 0, "duration": "0s"},
            "acknowledge_alert": {"alert_id": RULE},
            "silence_alert": {"alert_id": RULE, "duration": "2h"},
            "delete_alert": {"alert_id": RULE},
            "run_health_check": own,
            "test_connectivity": own,
            "collect_diagnostics": own,
            "generate_dashboard": own,
        }[action]

    def state(self, targets: list[str]) -> Mapping[str, Any]:
        """What these objects (`Kind/namespace/name`) wish, by the API server; None for one that is not there."""
        found: dict[str, Any] = {}
        for shown in targets:
            name, namespace, object_name = shown.split("/")
            kind = KINDS[name]
            root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
            answer = self.api.get(f"{root}/namespaces/{namespace}/{kind.plural}/{object_name}")
            found[shown] = answer.json().get("spec") if answer.status_code == 200 else None
        return found


ELSEWHERE = {
    "restore_backup": "it needs a backup of which something is gone: see test_backups.py",
    "probe_connectivity": "its pod is gone when it ends: see test_probe.py",
}
"""Kinds that cannot be part of the walk, and why."""
AFTERWARDS = {"start_application": "start_application"}
"""Undoing a start stops the application: it is started once more for what comes after."""
LEADS_TO = {"start_application": "stop_application", "rollback_revision": "update_configuration"}
"""Kinds that need what another one leaves: that one is carried out first, and not undone."""


@pytest.fixture(params=["embedded", "real"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each server in turn."""
    made = _embedded(tmp_path) if request.param == "embedded" else _real(request, tmp_path)
    with made as opened:
        yield opened


@contextmanager
def _embedded(folder: Path) -> Iterator[Place]:
    home = folder / "home"
    with (
        serving_embedded(home, "--speed", "10", settings={**SETTINGS, **QUICK}) as served,
        api_server(home / "simulator" / "kubeconfig") as api,
        served.user() as client,
    ):
        service = Service(served.process, client, dict(served.credentials))  # type: ignore[arg-type] # bytes, unread
        yield Place(service, api, "api-service", "database-app", "backend")


@contextmanager
def _real(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    plane, identities = request.getfixturevalue("plane"), request.getfixturevalue("identities")
    request.getfixturevalue("whole_world")
    assert isinstance(identities, Identities)
    with serving(folder / "home", identities, QUICK) as service, api_server(plane.kubeconfig) as api:
        yield Place(service, api, "depot-agent", "crane-control", "transit")


def test_every_kind_is_planned_made_verified_and_undone(place: Place) -> None:
    until(place.service.is_current)
    rule_id = ""
    for name, book in ASKED_FOR.items():
        if name in ELSEWHERE:
            continue
        parameters = place.parameters(name)
        if parameters.get("alert_id") == RULE:
            parameters = {**parameters, "alert_id": rule_id}
        if name == "acknowledge_alert":
            until(lambda rule_id=rule_id: fires(place, rule_id))  # type: ignore[misc]
        if leader := LEADS_TO.get(name):
            confirmed(place, ASKED_FOR[leader], planned(place, ASKED_FOR[leader], place.parameters(leader)))
        plan = planned(place, book, parameters)
        targets = [one["object"] for one in plan["writes"] if one["verb"] != "evict"]
        before = place.state(targets)
        action = confirmed(place, book, plan)
        assert targets == [] or place.state(targets) != before, f"{name} changed nothing"
        if name == "create_alert":
            (rule_id,) = (one["rule_id"] for one in rules(place))
        undone(place, book, action, before, keeps=name == "create_alert")
        if again := AFTERWARDS.get(name):
            confirmed(place, ASKED_FOR[again], planned(place, ASKED_FOR[again], place.parameters(again)))


def fires(place: Place, rule_id: str) -> bool:
    """Whether the rule's alert is there."""
    found = place.service.call("GET", "/aiops/alerts").json()["data"]["alerts"]
    return any(one["rule_id"] == rule_id for one in found)


def rules(place: Place) -> list[Object]:
    """The workspace's alert rules."""
    found: list[Object] = place.service.call("GET", "/aiops/alerts").json()["data"]["rules"]
    return found


def planned(place: Place, book: Runbook[Any], parameters: Object) -> Object:
    """The action's plan: nothing has happened, and every step waits."""
    answer = place.service.call("POST", "/aiops/actions", {"action": book.name, "parameters": parameters})
    assert answer.status_code == 200, f"{book.name}: {answer.text}"
    data = answer.json()["data"]
    assert data["status"] == "awaiting_confirmation"
    assert [(step["step"], step["status"]) for step in data["steps"]] == [(one.name, "pending") for one in book.steps]
    plan: Object = data["plan"]
    assert bool(plan["writes"]) == book.changes_cluster
    return plan


def confirmed(place: Place, book: Runbook[Any], plan: Object) -> Object:
    """The action, completed step by step."""
    given = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    body = {"action": book.name, "parameters": {**plan["parameters"], **given}}
    answer = place.service.call("POST", "/aiops/actions", body)
    assert answer.status_code == 200, f"{book.name}: {answer.text}"
    action = place.service.ended(answer.json()["data"]["action_id"])
    assert action["status"] == "completed", json.dumps(action)
    assert [step["status"] for step in action["steps"]] == ["completed"] * len(book.steps)
    assert action["result"]["success"] is True
    return action


def undone(place: Place, book: Runbook[Any], action: Object, before: Mapping[str, Any], *, keeps: bool) -> None:
    """What the action changed is put back, or its kind says why it cannot be."""
    path = f"/aiops/actions/{action['action_id']}/rollback"
    answer = place.service.call("POST", path)
    if type(book).inverse is Runbook.inverse:
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "ACTION_NOT_REVERSIBLE"), book.name
        assert answer.json()["error"]["message"]
        return
    assert answer.status_code == 200, f"{book.name}: {answer.text}"
    if keeps:
        return  # what comes after needs it; its own undoing is delete_alert
    plan = answer.json()["data"]["plan"]
    given = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    started = place.service.call("POST", path, {"parameters": given})
    assert started.status_code == 200, f"{book.name}: {started.text}"
    back = place.service.ended(started.json()["data"]["action_id"])
    assert back["status"] == "completed", json.dumps(back)
    assert place.state([*before]) == before, f"{book.name} was not put back"


def test_no_kind_is_without_parameters() -> None:
    """A kind that is new has to be walked too."""
    place = Place(None, None, "a", "b", "c")  # type: ignore[arg-type] # only its table is read
    assert all(place.parameters(name) for name in ASKED_FOR if name not in ELSEWHERE)
    assert ASKED_FOR.keys() >= ELSEWHERE.keys()
