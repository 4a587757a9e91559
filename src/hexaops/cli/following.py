"""Follows an action while it runs: each step as it begins and ends, then the result.

The service may be restarted meanwhile: an action survives that, so its watcher waits for the service to come back.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

import typer

from hexaops.cli.client import Api
from hexaops.cli.failures import UNREACHABLE, CliError
from hexaops.cli.output import cell, print_facts, print_json, print_table

ENDED = frozenset({"completed", "failed", "cancelled"})
POLL_SECONDS = 0.3
PATIENCE_SECONDS = 60.0
"""How long to wait for a service that does not answer."""
INTERRUPTED = 130
"""Exit code after Ctrl-C."""
SIGNS = {
    "pending": " ",
    "in_progress": "…",
    "completed": "✓",
    "failed": "✗",
    "skipped": "-",
    "cancelled": "-",
}


def follow(api: Api, action: Mapping[str, Any], *, as_json: bool = False) -> dict[str, Any]:
    """Show the action until it has ended, or until Ctrl-C; returns its last state. `as_json` prints only that."""
    current = dict(action)
    if not as_json:
        typer.echo(f"{cell(current.get('description'))}  [{current['action_id']}]")
    progress = None if as_json else Progress(sys.stdout)
    try:
        current = _until_ended(api, current, progress)
    except KeyboardInterrupt:
        if progress:
            progress.clear()
        action_id = current["action_id"]
        typer.echo(f"Stopped watching; the action goes on: hexaops actions watch {action_id}", err=True)
        return current
    if as_json:
        print_json(current)
    else:
        print_result(current)
    return current


def exit_code_of(action: Mapping[str, Any]) -> int:
    """0 when it did what it should."""
    if action["status"] not in ENDED:
        return INTERRUPTED
    return 0 if action["status"] == "completed" else 1


def print_result(action: Mapping[str, Any]) -> None:
    """How it ended."""
    result, error = action.get("result") or {}, action.get("error") or {}
    colour = "green" if action["status"] == "completed" else "red"
    text = f"{action['status']} after {action.get('duration', '?')}"
    typer.secho(text, fg=colour if sys.stdout.isatty() else None)
    message = result.get("message")
    if message:
        typer.echo(cell(message))
    if error:
        typer.echo(f"{cell(error.get('message'))} ({error.get('code')})")
    details = result.get("details") or {}
    print_facts({f"  {name.replace('_', ' ')}": value for name, value in details.items() if not _is_table(value)})
    for rows in filter(_is_table, details.values()):
        names = [*rows[0]]
        print_table(
            tuple(name.capitalize() for name in names), [tuple(row.get(name) for name in names) for row in rows]
        )


def _is_table(value: Any) -> bool:
    """A list of records, such as the checks of a health check."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


class Progress:
    """An action's steps: on a terminal the running one is redrawn in place, in a pipe each change is a line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._shown: dict[str, str] = {}
        self._drawn = ""
        self._status = "executing"

    def show(self, action: Mapping[str, Any]) -> None:
        """Print what is new."""
        if action["status"] not in {*ENDED, self._status}:
            self._line(f"  {action['status'].replace('_', ' ')}")
        self._status = action["status"]
        for step in action.get("steps", []):
            running = step["status"] == "in_progress"
            if running and self._out.isatty():
                self._draw(running_line(step))
            elif running:
                self._once(step["step"], f"{step['status']} {step.get('waiting_for')}", running_line(step))
            elif step["status"] != "pending":
                self._once(step["step"], step["status"], ended_line(step))

    def clear(self) -> None:
        """Remove the line that is being redrawn."""
        if self._drawn:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._drawn = ""

    def _once(self, step: str, news: str, line: str) -> None:
        if self._shown.get(step) != news:
            self._shown[step] = news
            self._line(line)

    def _line(self, line: str) -> None:
        self.clear()
        self._out.write(f"{line}\n")
        self._out.flush()

    def _draw(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        line = line if len(line) <= width else line[: width - 1] + "…"
        if line != self._drawn:
            self._out.write(f"\r\x1b[K{line}")
            self._out.flush()
            self._drawn = line


def running_line(step: Mapping[str, Any]) -> str:
    """A step at work: for how long, how long it usually takes, and what it waits for."""
    usual = f" of about {step['estimated_duration']}" if "estimated_duration" in step else ""
    line = f"  {SIGNS['in_progress']} {step['step']}  {step.get('elapsed', '0s')}{usual}"
    return f"{line}, waiting: {cell(step['waiting_for'])}" if step.get("waiting_for") else line


def ended_line(step: Mapping[str, Any]) -> str:
    """A step that has ended; the time only where it ran."""
    line = f"  {SIGNS.get(step['status'], '?')} {step['step']}  {step.get('duration', step['status'])}"
    return f"{line}  {cell(step['error'])}" if step.get("error") else line


def _until_ended(api: Api, action: dict[str, Any], progress: Progress | None) -> dict[str, Any]:
    current, away_since = action, None
    while True:
        if progress:
            progress.show(current)
        if current["status"] in ENDED:
            return current
        time.sleep(POLL_SECONDS)
        try:
            current = api.get(api.aiops(f"/actions/{current['action_id']}"))["data"]
            away_since = None
        except CliError as error:
            away_since = away_since or time.monotonic()
            if error.exit_code != UNREACHABLE or time.monotonic() - away_since > PATIENCE_SECONDS:
                raise
