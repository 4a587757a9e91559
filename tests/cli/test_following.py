"""Following an action through a restart of the service: an action survives it, so its watcher does too."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hexaops.cli.client import Api
from hexaops.cli.failures import CliError, no_service, refusal
from hexaops.cli.following import Progress, ended_line, exit_code_of, follow
from hexaops.cli.options import Options


class Told(Api):
    """A service that answers, or fails to, as told."""

    def __init__(self, *answers: Mapping[str, Any] | BaseException) -> None:
        super().__init__(Options(Path("/nowhere"), url="http://127.0.0.1:9", token="t", workspace="ws-1"))
        self._answers = list(answers)

    def aiops(self, path: str) -> str:
        return path

    def get(self, path: str, **_parameters: Any) -> Any:
        answer = self._answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return {"data": answer}


def action(status: str, *steps: tuple[str, str], **more: Any) -> dict[str, Any]:
    """An action as the API shows it."""
    shown = [{"step": name, "status": how, "estimated_duration": "5s"} for name, how in steps]
    return {"action_id": "action_1", "description": "Restarting", "status": status, "steps": shown, **more}


def test_an_outage_is_waited_for_and_steps_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    begun = action("executing", ("validate", "completed"), ("restart", "in_progress"))
    ended = action(
        "completed", ("validate", "completed"), ("restart", "completed"),
        duration="9s", result={"message": "done", "details": {"pods_restarted": 3}},
    )  # fmt: skip
    found = follow(Told(no_service("http://127.0.0.1:9"), begun, ended), begun)
    assert exit_code_of(found) == 0
    printed = capsys.readouterr().out
    assert printed.count("✓ validate") == 1
    assert "… restart  0s of about 5s" in printed
    assert "completed after 9s\ndone\n  pods restarted  3" in printed


def test_a_failed_action_says_why_and_has_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    error = {"code": "NOT_VERIFIED", "message": "a pod never became ready"}
    failed = action("failed", ("verify", "failed"), duration="9s", error=error)
    assert exit_code_of(follow(Told(), failed)) == 1
    assert "a pod never became ready (NOT_VERIFIED)" in capsys.readouterr().out


def test_a_refusal_ends_the_watching() -> None:
    gone = refusal(404, {"error": {"code": "ACTION_NOT_FOUND", "message": "Action not found", "details": {}}}, {})
    with pytest.raises(CliError, match="ACTION_NOT_FOUND"):
        follow(Told(gone), action("executing"))


def test_what_a_step_waits_for_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    begun = action("executing", ("restart", "in_progress"))
    begun["steps"][0].update(elapsed="7s", waiting_for="1 of 3 pods ready (Unschedulable)")
    failed = action("failed", ("restart", "failed"), ("verify", "cancelled"), duration="9s")
    follow(Told(failed), begun)
    printed = capsys.readouterr().out
    assert "… restart  7s of about 5s, waiting: 1 of 3 pods ready (Unschedulable)" in printed
    assert "- verify  cancelled\n" in printed


def test_a_step_that_never_ran_took_no_time() -> None:
    assert ended_line({"step": "verify", "status": "cancelled", "estimated_duration": "10s"}) == "  - verify  cancelled"


def test_ctrl_c_stops_the_watching_and_names_the_action_that_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    found = follow(Told(KeyboardInterrupt()), action("executing", ("restart", "in_progress")))
    assert exit_code_of(found) == 130
    assert "hexaops actions watch action_1" in capsys.readouterr().err


class Terminal(io.StringIO):
    """Output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_running_step_is_redrawn_in_place() -> None:
    out = Terminal()
    progress = Progress(out)
    step = {"step": "restart", "status": "in_progress", "elapsed": "1s"}
    progress.show({"status": "executing", "steps": [step]})
    progress.show({"status": "executing", "steps": [step]})
    progress.show({"status": "executing", "steps": [{**step, "elapsed": "2s"}]})
    progress.show({"status": "completed", "steps": [{"step": "restart", "status": "completed", "duration": "2s"}]})
    assert out.getvalue() == ("\r\x1b[K  … restart  1s\r\x1b[K  … restart  2s\r\x1b[K  ✓ restart  2s\n")
