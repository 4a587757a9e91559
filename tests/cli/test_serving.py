"""How `hexaops serve` ends: a signal lets it close what it has open, whatever the signal."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import uvicorn
import yaml
from starlette.types import Receive, Scope, Send

from hexaops.cli.embedded import Simulator, SimulatorFailedError, SimulatorOptions
from hexaops.cli.serve import EMBEDDED, read_settings
from hexaops.cli.serving import StoppableServer
from hexaops.config import Settings
from hexaops.storage.lock import FileLock
from tests.cli.conftest import Run


async def _unused(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError


class StoppedAtOnce(StoppableServer):
    """Gets a real signal as soon as it listens."""

    sent: int = signal.SIGTERM

    async def startup(self, sockets: object = None) -> None:
        """Listen, then be told to stop."""
        await super().startup(sockets)  # type: ignore[arg-type] # none here
        os.kill(os.getpid(), self.sent)


def limits(settings: Settings) -> tuple[str, int, int]:
    """Those that get in the way of trying things out."""
    return settings.rate_limit_chat, settings.changes_per_workspace, settings.changes_per_cluster


def test_the_embedded_mode_presets_limits_for_trying_things_out() -> None:
    assert limits(read_settings(EMBEDDED)) == ("1000/hour", 50, 50)
    assert limits(read_settings({})) == ("100/hour", 5, 20)


def test_an_unknown_scenario_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    simulator = Simulator(tmp_path, SimulatorOptions(scenario="bogus"))
    try:
        with pytest.raises(SimulatorFailedError, match=r"unknown scenario 'bogus'; known: .*generated:N"):
            simulator.wait_ready()
    finally:
        simulator.stop()


def test_a_second_service_on_one_home_names_the_home(tmp_path: Path, bare: Run) -> None:
    lock = FileLock(tmp_path / "home")
    lock.acquire()
    try:
        refused = bare("serve", "--home", str(tmp_path))
    finally:
        lock.release()
    assert refused.code == 1
    assert refused.err.startswith(f"hexaops: {tmp_path} is served by another process")


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_makes_it_return_so_that_the_rest_can_close(sent: int) -> None:
    server = StoppedAtOnce(uvicorn.Config(_unused, port=0, lifespan="off", log_config=None), end_streams=lambda: None)
    server.sent = sent
    await server.serve()
    assert server.started
    assert not server.force_exit


async def test_a_second_interrupt_does_not_wait_for_running_requests() -> None:
    server = StoppableServer(uvicorn.Config(_unused), end_streams=lambda: None)
    server.handle_exit(signal.SIGINT, None)
    assert not server.force_exit
    server.handle_exit(signal.SIGINT, None)
    assert server.force_exit


def test_a_killed_simulator_is_started_again_where_it_was(tmp_path: Path) -> None:
    simulator = Simulator(tmp_path, SimulatorOptions(scenario="empty"))
    try:
        first = simulator.wait_ready()
        assert not simulator.revive()
        os.kill(first["pid"], signal.SIGKILL)
        os.waitid(os.P_PID, first["pid"], os.WEXITED | os.WNOWAIT)
        assert simulator.revive()
        again = yaml.safe_load(simulator.kubeconfig.read_text())
        assert again["clusters"][0]["cluster"]["server"] == first["server"]
    finally:
        simulator.stop()
