"""A real control plane and the simulator behind one service: one that is away degrades its own workspaces only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from hexaops.cli.embedded import Simulator, SimulatorOptions
from testenv.harness.control_plane import ControlPlane
from testenv.harness.service import Identities, Service, serving, until

SPEED = 20.0
SIMULATED = "simulated"


@dataclass
class Pair:
    """The service as the owner of each cluster's workspace sees it."""

    real: Service
    simulated: Service
    simulator: Simulator


@pytest.fixture
def pair(plane: ControlPlane, identities: Identities, tmp_path: Path) -> Iterator[Pair]:
    """Both clusters served and read; the real one is the service's own, the simulator comes from the file."""
    plane.tool("scenario", str(plane.folder), "port")
    simulator = Simulator(tmp_path / "sim", SimulatorOptions(fresh=True, scenario="default", speed=SPEED))
    try:
        simulator.wait_ready()
        source = {
            "id": SIMULATED,
            "kubeconfig": str(simulator.kubeconfig),
            "context": "reader",
            "writer_context": "writer",
        }
        file = tmp_path / "clusters.yaml"
        file.write_text(yaml.safe_dump({"clusters": [source]}))
        with serving(tmp_path / "home", identities, {"HEXAOPS_CONFIG_FILE": str(file)}) as service:
            yield Pair(service, _with_workspace(service), simulator)
    finally:
        simulator.stop()


def _with_workspace(service: Service) -> Service:
    """The service with the client of a workspace of all of the simulator's namespaces."""
    account = service.credentials["service_account"]
    headers = {"Authorization": f"Bearer {account['token']}", "X-Service-Account": account["id"]}
    body = {"name": "Simulated", "cluster": SIMULATED, "namespaces": None, "admin": "local:owner"}
    made = service.client.post("/internal/v1/workspaces", json=body, headers=headers)
    assert made.status_code == 201, made.text
    return replace(service, credentials={**service.credentials, "workspace_id": made.json()["data"]["id"]})


def _names(service: Service) -> set[str]:
    return {one["name"] for one in service.applications()}


def _works(service: Service, application: str) -> None:
    """Its workspace is current, answers, and can be changed: soon, as budgets and autoscalers are watched apart."""
    until(service.is_current)
    until(lambda: _can_be_planned(service, application))
    done = service.run(f"restart {application}")
    assert done["status"] == "completed", done


def _can_be_planned(service: Service, application: str) -> bool:
    answer = service.ask("restart_application", application)
    assert answer.status_code == 200 or "have not been read" in answer.text, answer.text
    return answer.status_code == 200


def test_one_that_is_away_degrades_its_own_workspaces_only(plane: ControlPlane, pair: Pair) -> None:
    until(pair.real.is_current)
    until(pair.simulated.is_current)
    real, simulated = _names(pair.real), _names(pair.simulated)
    assert "pilot-roster" in real
    assert "web-app" in simulated
    assert not real & simulated

    plane.kill("kube-apiserver")
    try:
        until(lambda: not pair.real.is_current())
        _works(pair.simulated, "web-app")
        assert _names(pair.real) == real, "what was read before is still answered, and said not to be current"
        refused = pair.real.ask("restart_application", "pilot-roster")
        assert refused.status_code == 503, refused.text
        assert pair.real.client.get("/readyz").status_code == 200
    finally:
        plane.restart("kube-apiserver")
    until(pair.real.is_current)

    pair.simulator.stop()
    until(lambda: not pair.simulated.is_current())
    _works(pair.real, "pilot-roster")
    assert pair.simulated.ask("restart_application", "web-app").status_code == 503
    assert pair.real.client.get("/readyz").status_code == 200
