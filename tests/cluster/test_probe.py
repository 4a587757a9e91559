"""A probe pod on a real API server: restricted admission takes it, no kubelet runs it, and it is deleted in time."""

from __future__ import annotations

import json
from pathlib import Path

from testenv.harness.control_plane import SHIPPED, WRITER, ControlPlane, writes
from testenv.harness.service import Identities, serving, until

SETTINGS = {"HEXAOPS_PROBE_IMAGE": "registry.example/probe:1"}

LEVEL = "pod-security.kubernetes.io/enforce"
TRIED = {"to": "crane-control", "timeout_seconds": 5}


def test_restricted_admission_takes_it_and_it_is_deleted_in_time(
    plane: ControlPlane, identities: Identities, whole_world: None, tmp_path: Path
) -> None:
    manifest = str(SHIPPED / "probe.yaml")
    plane.kubectl("label", "namespace", "transit", f"{LEVEL}=restricted", "--overwrite")
    plane.kubectl("apply", "-f", manifest)
    try:
        with serving(tmp_path / "home", identities, SETTINGS) as service:
            until(service.is_current)
            before = plane.audit_position()
            plan = service.ask("probe_connectivity", "depot-agent", **TRIED).json()["data"]["plan"]
            assert [one["verb"] for one in plan["writes"]] == ["create"], plan["warnings"]
            given = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
            confirmed = service.ask("probe_connectivity", "depot-agent", **TRIED, **given)
            found = service.ended(confirmed.json()["data"]["action_id"])
            assert found["status"] == "completed", found
            details = found["result"]["details"]
            assert (details["method"], details["result"]) != ("probe", "passed"), "nothing can have run it"
            assert details["note"].startswith("The rules alone judge. ")
            made = writes(plane.audit(WRITER, after=before))
            assert [one["verb"] for one in made] == ["create", "delete"], json.dumps(made)[:2000]
            left = plane.get("pods", "-n", "transit", "-l", "hexaops.dev/probe=true")["items"]
            assert all("deletionTimestamp" in one["metadata"] for one in left)
    finally:
        plane.kubectl("delete", "-f", manifest)
        plane.kubectl("label", "namespace", "transit", f"{LEVEL}-")


def test_without_the_manifest_the_rules_judge_and_name_it(
    identities: Identities, whole_world: None, tmp_path: Path
) -> None:
    with serving(tmp_path / "home", identities, SETTINGS) as service:
        until(service.is_current)
        plan = service.ask("probe_connectivity", "depot-agent", **TRIED).json()["data"]["plan"]
        assert plan["writes"] == []
        assert "deploy/probe.yaml" in plan["warnings"][0]
