"""The programs of the control plane, compiled once from the modules that `go.mod` pins."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
KUBERNETES = "1.36.3"
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "kwok": "sigs.k8s.io/kwok/cmd/kwok",
    "metrics-server": "sigs.k8s.io/metrics-server/cmd/metrics-server",
}


def cache() -> Path:
    """Where the binaries lie: one folder per module set, so that a changed go.mod builds anew."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    key = hashlib.sha256((HERE / "go.mod").read_bytes() + (HERE / "go.sum").read_bytes()).hexdigest()[:16]
    return root / "hexaops" / "control-plane" / key


def build(*names: str) -> Path:
    """Compile whatever the cache lacks of these programs, or of all; returns the folder of binaries."""
    target = cache()
    target.mkdir(parents=True, exist_ok=True)
    missing = [name for name in names or PACKAGES if not (target / name).exists()]
    if missing and shutil.which("go") is None:
        sys.exit("control-plane: Go 1.26 is needed to build it, and `go` is not on PATH")
    for number, name in enumerate(missing, 1):
        print(f"control-plane: building {name} ({number}/{len(missing)})", file=sys.stderr, flush=True)
        began = time.monotonic()
        _compile(target, name)
        print(f"control-plane: {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return target


def _compile(target: Path, name: str) -> None:
    """Compile one program beside its place, so that a broken build leaves nothing that looks whole."""
    major, minor, _ = KUBERNETES.split(".")
    version = {"gitVersion": f"v{KUBERNETES}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    stamps = " ".join(
        f"-X {package}.{field}={value}"
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
        for field, value in version.items()
    )
    partial = target / f".{name}.{os.getpid()}"
    subprocess.run(
        ["go", "build", "-mod=readonly", "-trimpath", "-ldflags", f"-s -w {stamps}", "-o", partial, PACKAGES[name]],
        cwd=HERE, check=True, env={**os.environ, "CGO_ENABLED": "0"},
    )  # fmt: skip
    partial.rename(target / name)


def module_folder(module: str) -> Path:
    """Where Go keeps a module's files."""
    answer = subprocess.run(
        ["go", "mod", "download", "-json", f"{module}@{_required(module)}"], cwd="/", check=True, stdout=subprocess.PIPE
    )
    return Path(json.loads(answer.stdout)["Dir"])


def _required(module: str) -> str:
    for line in (HERE / "go.mod").read_text().splitlines():
        words = line.split()
        if words[:1] == [module]:
            return words[1]
    sys.exit(f"control-plane: go.mod does not require {module}")
