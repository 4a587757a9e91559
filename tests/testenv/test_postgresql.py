"""A PostgreSQL server of a test's own ends with the process that started it, even when that is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

START = """
from testenv.harness.postgresql import postgres_server
with postgres_server() as server:
    print(server.folder, flush=True)
    input()
"""
ENDS_SECONDS = 60


@pytest.mark.timeout(180)
def test_a_server_ends_with_a_killed_process() -> None:
    with subprocess.Popen([sys.executable, "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().decode().strip())
        server = psutil.Process(int((folder / "postmaster.pid").read_text().splitlines()[0]))
        family = [server, *server.children(recursive=True)]
        owner.kill()
    _, alive = psutil.wait_procs(family, timeout=ENDS_SECONDS)
    assert not alive
