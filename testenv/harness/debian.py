"""Programs of Debian packages, unpacked into the cache folder once and never installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def program(package: str, name: str) -> Path | None:
    """The program; None where this machine has no apt, or its mirror does not have the package."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hexaops" / "debian"
    folder = cache / package
    if not folder.exists() and not _unpack(package, folder):
        return None
    found = folder / "usr" / "bin" / name
    return found if found.exists() else None


def _unpack(package: str, folder: Path) -> bool:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        got = subprocess.run(["apt-get", "download", package], cwd=partial, capture_output=True, check=False)
        files = [*Path(partial).glob("*.deb")]
        if got.returncode or len(files) != 1:
            return False
        unpacked = Path(partial) / "unpacked"
        if subprocess.run(["dpkg", "-x", files[0], unpacked], capture_output=True, check=False).returncode:
            return False
        if not folder.exists():
            unpacked.rename(folder)
    return True
