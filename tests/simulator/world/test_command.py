"""`python -m simulator` as a process: ready line, kubeconfigs, state over restarts, an end with its parent."""

from __future__ import annotations

import base64
import json
import os
import select
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator.world.command import main

COMMAND = [sys.executable, "-m", "simulator"]
STILL = 20.0
"""Seconds after which a process that should have ended counts as stuck."""


@contextmanager
def running(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """The simulator and its ready line; killed at the end if it still runs."""
    command = [*COMMAND, "--home", str(home), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(STILL)


def ask(kubeconfig: Path, path: str) -> dict[str, Any]:
    """GET as the kubeconfig's current user."""
    config = json.loads(kubeconfig.read_text())
    user = next(entry for entry in config["users"] if entry["name"] == config["current-context"])
    cluster = config["clusters"][0]["cluster"]
    trusted = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    request = urllib.request.Request(  # noqa: S310 a URL of the loopback
        cluster["server"] + path, headers={"Authorization": f"Bearer {user['user']['token']}"}
    )
    with urllib.request.urlopen(request, timeout=10, context=trusted) as answer:  # noqa: S310
        return dict(json.load(answer))


def gone(pid: int) -> bool:
    """Whether a process ends in time."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], STILL)[0])
    finally:
        os.close(process)


def test_serves_saves_and_comes_back(tmp_path: Path) -> None:
    with running(tmp_path) as (process, ready):
        assert ready["pid"] == process.pid
        kubeconfig = Path(ready["kubeconfig"])
        assert kubeconfig == tmp_path / "simulator.kubeconfig"
        assert kubeconfig.stat().st_mode & 0o077 == 0
        pods = ask(kubeconfig, "/api/v1/pods")["items"]
        for name in ("reader", "writer"):
            assert ask(tmp_path / f"simulator-{name}.kubeconfig", "/api/v1/nodes")["items"]
    assert process.returncode == 0
    uids = {pod["metadata"]["uid"] for pod in pods}
    with running(tmp_path) as (_, ready):
        again = ask(Path(ready["kubeconfig"]), "/api/v1/pods")["items"]
        assert uids == {pod["metadata"]["uid"] for pod in again}
    with running(tmp_path, "--fresh") as (_, ready):
        fresh = ask(Path(ready["kubeconfig"]), "/api/v1/pods")["items"]
        assert not uids & {pod["metadata"]["uid"] for pod in fresh}
    with running(tmp_path, "--scenario", "empty", "--kubeconfig", str(tmp_path / "there" / "config")) as (_, ready):
        assert ask(tmp_path / "there" / "config", "/api/v1/pods")["items"] == []


def test_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, subprocess, sys, time\n"
        f"child = subprocess.Popen([*{COMMAND!r}, '--home', {str(tmp_path)!r}, '--parent-pid', str(os.getpid())],"
        " stdout=subprocess.PIPE)\n"
        "print(child.stdout.readline().decode(), end='', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = json.loads(parent.stdout.readline())["pid"]
        parent.send_signal(signal.SIGKILL)
        parent.wait(STILL)
    assert gone(pid)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--speed", "0"], "--speed has to be greater than 0"),
        (["--scenario", "zoo"], "unknown scenario 'zoo'; known: default, empty, generated:N"),
        (["--parent-pid", str(os.getpid())], "the parent process is gone already"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    status: object
    try:
        status = main(["--home", str(tmp_path), *options])
    except SystemExit as end:
        status = end.code
    assert status in (1, 2)
    assert said in capsys.readouterr().err


def test_help_tells_of_scenarios_and_faults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for word in ("generated:N", "crash-loop", "not-ready", "--parent-pid", "hexaops.dev/ready-after"):
        assert word in text
