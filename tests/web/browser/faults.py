"""Faults in the simulated cluster of the service under test, made as an operator of that cluster would."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path
from typing import Any

import httpx2
import yaml

from simulator.world.faults import ANNOTATION, CRASH_LOOP
from tests.contract.serving import Served


def break_a_pod(served: Served, application: str) -> str:
    """Let one pod of the application crash until it is replaced; returns its name."""
    with served.user() as user:
        path = f"/api/v1/workspaces/{served.workspace_id}/applications/{application}"
        found = user.get(path).json()["data"]
    pod: str = found["pods"][0]["name"]
    with _administrator(served.home / "simulator" / "kubeconfig") as client:
        patch: dict[str, Any] = {"metadata": {"annotations": {ANNOTATION: CRASH_LOOP}}}
        answer = client.patch(
            f"/api/v1/namespaces/{found['project']}/pods/{pod}", json=patch,
            headers={"Content-Type": "application/merge-patch+json"},
        )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return pod


def _administrator(kubeconfig: Path) -> httpx2.Client:
    config = yaml.safe_load(kubeconfig.read_text())
    cluster = config["clusters"][0]["cluster"]
    (token,) = [one["user"]["token"] for one in config["users"] if one["name"] == "admin"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    trusted = ssl.create_default_context(cadata=authority)
    return httpx2.Client(base_url=cluster["server"], headers={"Authorization": f"Bearer {token}"}, verify=trusted)
