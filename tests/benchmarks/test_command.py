"""`python -m benchmarks` without the packages that the benchmarks need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _bare(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it on an interpreter that sees no installed package."""
    command = [sys.executable, "-S", "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_the_help_needs_no_packages() -> None:
    done = _bare("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for path in (ROOT / "benchmarks").glob("[!_]*.py"):
        assert (f"  {path.stem} " in done.stdout) == ("\nTITLE = " in path.read_text())


def test_a_missing_package_is_named_with_what_installs_it() -> None:
    done = _bare("understanding")
    assert (done.returncode, done.stderr) == (2, "")
    assert "make install-dev" in done.stdout
