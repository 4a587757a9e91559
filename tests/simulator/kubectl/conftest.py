"""The real kubectl, a simulated cluster in a process of its own, and one that speaks to the other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Kubectl:
    """The command, bound to a cluster."""

    program: Path
    kubeconfig: Path
    home: Path

    def run(self, *arguments: str, content: str = "", fails: bool = False) -> str:
        """What a command prints; one that fails has to be one that should."""
        done = subprocess.run(
            [self.program, *arguments], input=content, capture_output=True, text=True, timeout=60, check=False,
            env={"KUBECONFIG": str(self.kubeconfig), "HOME": str(self.home), "PATH": os.environ["PATH"]},
        )  # fmt: skip
        assert (done.returncode != 0) is fails, f"kubectl {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stderr if fails else done.stdout

    def get(self, *arguments: str) -> dict[str, Any]:
        """An object, or a list."""
        found: dict[str, Any] = json.loads(self.run("get", *arguments, "-o", "json"))
        return found

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that goes on."""
        return subprocess.Popen(
            [self.program, *arguments], stdout=subprocess.PIPE, text=True,
            env={"KUBECONFIG": str(self.kubeconfig), "HOME": str(self.home), "PATH": os.environ["PATH"]},
        )  # fmt: skip


@pytest.fixture(scope="session")
def program() -> Path:
    """The kubectl that `testenv/control-plane` builds."""
    command = [str(ROOT / "testenv" / "control-plane"), "build", "kubectl"]
    built = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if built.returncode and shutil.which("go") is None:
        pytest.skip("kubectl cannot be built: Go is not installed")
    assert built.returncode == 0, built.stderr
    return Path(built.stdout.strip()) / "kubectl"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The kubeconfig of a simulator with the default scenario, in time that runs 20 times as fast."""
    home = tmp_path_factory.mktemp("simulator")
    command = [sys.executable, "-m", "simulator", "--home", str(home), "--speed", "20"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Path(ready["kubeconfig"])
        process.terminate()


@pytest.fixture
def kubectl(program: Path, cluster: Path, tmp_path: Path) -> Kubectl:
    """kubectl as the cluster's administrator."""
    return Kubectl(program, cluster, tmp_path)
