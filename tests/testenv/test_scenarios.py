"""The worlds of the real control plane: the default one is the simulator's, and each has what its tests need."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.world.scenarios import shop

TESTENV = Path(__file__).parents[2] / "testenv"
Object = dict[str, Any]


def scenario(name: str) -> Object:
    found: Object = json.loads((TESTENV / "scenarios" / f"{name}.json").read_text())
    return found


def test_the_default_world_is_the_simulators() -> None:
    ours = {app["name"]: app for app in scenario("default")["applications"]}
    assert ours.keys() == {app.name for app in shop.APPS}
    for app in shop.APPS:
        same = ours[app.name]
        assert (same["namespace"], same["kind"], same["image"]) == (app.namespace, app.kind, app.image)
        assert (tuple(same["requests"]), tuple(same["limits"])) == (app.requests, app.limits)
        assert same.get("port", 8080) == app.port
        if app.kind != "DaemonSet":
            assert same.get("grown_from", same["replicas"]) == app.replicas
        cpu, memory = same["usage"]
        load = shop.LOADS[app.namespace, app.name]
        serving = app.replicas - sum(same.get("broken_pods", {}).values())
        assert int(memory.removesuffix("Mi")) * 2**20 == pytest.approx(load.pod_bytes, rel=0.01)
        assert int(cpu.removesuffix("m")) / 1000 * serving == pytest.approx(load.cores, rel=0.02)


def test_the_other_world_has_other_names_and_five_kinds_of_faults() -> None:
    apps = scenario("port")["applications"]
    assert 12 <= len(apps) <= 20
    assert len({app["namespace"] for app in apps}) == 2
    assert not {app["name"] for app in apps} & {app.name for app in shop.APPS}
    faults = {app["fault"] for app in apps if "fault" in app}
    faults |= {fault for app in apps for fault in app.get("broken_pods", {})}
    assert faults == {"crash-loop", "out-of-memory", "image-pull", "never-ready"}
    assert any(app.get("pending") for app in apps)


def test_the_tool_prints_its_help() -> None:
    done = subprocess.run([sys.executable, TESTENV / "control-plane"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "control-plane scenario DIR NAME" in done.stderr


def test_without_go_the_tests_of_the_real_control_plane_are_skipped_in_one_line(tmp_path: Path) -> None:
    for program in ("make", "sh", "dirname", "env"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    command = ["make", "--no-print-directory", "test-cluster"]
    done = subprocess.run(command, cwd=TESTENV.parent, env={"PATH": str(tmp_path)}, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("test-cluster: skipped, Go is not installed")
    assert len(done.stdout.splitlines()) == 1
