"""The control plane under the tests: its tool, its kubectl, and its audit log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "testenv" / "control-plane"
SHIPPED = ROOT / "deploy"
NAMESPACE = "hexaops"
READER, WRITER = (
    f"system:serviceaccount:{NAMESPACE}:hexaops-reader",
    f"system:serviceaccount:{NAMESPACE}:hexaops-writer",
)
WORLD = "port"
NAMESPACES = ("harbor", "transit")
KINDS = {"Deployment": "deployments", "StatefulSet": "statefulsets", "DaemonSet": "daemonsets"}
Object = dict[str, Any]


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane; whoever asks here is its administrator."""

    folder: Path
    programs: Path

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.folder / "kubeconfig"

    def tool(self, *arguments: str) -> str:
        """`testenv/control-plane ARGUMENTS`."""
        return _run([str(TOOL), *arguments])

    def kubectl(self, *arguments: str, content: str = "", fails: bool | None = False) -> str:
        """What a command prints; it has to succeed, to fail, or (None) either."""
        command = [str(self.programs / "kubectl"), "--kubeconfig", str(self.kubeconfig), *arguments]
        return _run(command, content, fails=fails)

    def kill(self, name: str) -> None:
        """`kill -9` one of its processes."""
        os.kill(json.loads((self.folder / "pids.json").read_text())[name], signal.SIGKILL)

    def restart(self, name: str) -> None:
        """Start it again, and wait until the API server answers."""
        self.tool("restart", str(self.folder), name)

    def get(self, *arguments: str) -> Object:
        """An object, or a list."""
        found: Object = json.loads(self.kubectl("get", *arguments, "-o", "json"))
        return found

    def workload(self, namespace: str, name: str, kind: str = "deployment") -> Object:
        """A workload as it is."""
        return self.get(kind, name, "-n", namespace)

    def account(self, name: str, path: Path, namespace: str = NAMESPACE) -> Path:
        """A kubeconfig with a service account's own token."""
        self.tool("account", str(self.folder), namespace, name, str(path))
        return path

    def audit(self, user: str, *, after: int = 0) -> list[Object]:
        """What a user wrote or tried to, in the server's order of answers, from a position in the log on."""
        with (self.folder / "audit.log").open("rb") as log:
            log.seek(after)
            entries = [json.loads(line) for line in log if line.endswith(b"\n")]
        return [entry for entry in entries if entry["user"]["username"] == user]

    def audit_position(self) -> int:
        """Where the audit log ends now."""
        return (self.folder / "audit.log").stat().st_size


def writes(entries: Sequence[Object], name: str = "") -> list[Object]:
    """Those entries that changed something (dry runs, refusals and access reviews do not), of one object or of all."""
    return [
        entry
        for entry in entries
        if entry["responseStatus"]["code"] < 300
        and "dryRun" not in entry["requestURI"]
        and entry["objectRef"].get("apiGroup") != "authorization.k8s.io"
        and name in ("", entry["objectRef"].get("name"))
    ]


def dry_runs(entries: Sequence[Object]) -> list[Object]:
    """Those entries that asked what a write would do."""
    return [entry for entry in entries if "dryRun=All" in entry["requestURI"]]


def version_of(entry: Object) -> tuple[str, str, str]:
    """What an entry's patch was about: name, subresource, and the resourceVersion that it demands."""
    reference = entry["objectRef"]
    version = entry["requestObject"]["metadata"]["resourceVersion"]
    return reference["name"], reference.get("subresource", ""), version


def _run(command: list[str], content: str = "", *, fails: bool | None = False) -> str:
    done = subprocess.run(command, input=content, capture_output=True, text=True, timeout=600, check=False,
                          env={**os.environ, "KUBECONFIG": ""})  # fmt: skip
    assert fails in (None, done.returncode != 0), f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stderr if fails else done.stdout
