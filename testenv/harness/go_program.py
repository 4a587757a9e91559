"""Servers written in Go, built from the module proxy into the cache folder once."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def build(module: str, package: str, version: str) -> Path | None:
    """The program of a module's package; None where Go is missing or the module cannot be had."""
    name = package.rpartition("/")[2]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hexaops" / name
    binary = folder / f"{name}-{version}"
    if binary.exists():
        return binary
    if shutil.which("go") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        steps = (
            ["go", "mod", "init", "peer"],
            ["go", "get", f"{module}/{package}@{version}"],
            ["go", "build", "-o", name, f"{module}/{package}"],
        )
        for step in steps:
            done = subprocess.run(step, cwd=work, capture_output=True, text=True, check=False)
            if done.returncode:
                print(done.stderr.strip()[-500:])
                return None
        (Path(work) / name).rename(binary)
    return binary
