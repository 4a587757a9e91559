"""Follows an action while it runs: each step as it begins and ends, then the result.

The service may be restarted meanwhile: an action survives that, so its watcher waits for the service to come back.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

import typer

from hexaops.cli.client import Api
from hexaops.cli.failures import UNREACHABLE, CliError
from hexaops.cli.output import cell, print_facts, print_json

ENDED = frozenset({"completed", "failed", "cancelled"})
POLL_SECONDS = 0.3
PATIENCE_SECONDS = 60.0
"""How long a service that is away is waited for."""
SIGNS = {
    "pending": " ",
    "in_progress": "…",
    "completed": "✓",
    "failed": "✗",
    "skipped": "-",
    "cancelled": "-",
}


def follow(api: Api, action: Mapping[str, Any], *, as_json: bool = False) -> dict[str, Any]:
    """Show the action until it has ended; returns it as it is then. With `as_json` only the end is printed."""
    shown: dict[str, str] = {}
    away_since: float | None = None
    current = dict(action)
    if not as_json:
        typer.echo(f"{cell(current.get('description'))}  [{current['action_id']}]")
    while True:
        if not as_json:
            _print_news(current, shown)
        if current["status"] in ENDED:
            break
        time.sleep(POLL_SECONDS)
        try:
            current = api.get(api.aiops(f"/actions/{current['action_id']}"))["data"]
            away_since = None
        except CliError as error:
            away_since = away_since or time.monotonic()
            if error.exit_code != UNREACHABLE or time.monotonic() - away_since > PATIENCE_SECONDS:
                raise
    if as_json:
        print_json(current)
    else:
        print_result(current)
    return current


def exit_code_of(action: Mapping[str, Any]) -> int:
    """0 when it did what it should."""
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
    print_facts({f"  {name.replace('_', ' ')}": value for name, value in (result.get("details") or {}).items()})


def _print_news(action: Mapping[str, Any], shown: dict[str, str]) -> None:
    for step in action.get("steps", []):
        status = step["status"]
        if status == "pending" or shown.get(step["step"]) == status:
            continue
        shown[step["step"]] = status
        took = step.get("duration") or (f"about {step['estimated_duration']}" if "estimated_duration" in step else "")
        line = f"  {SIGNS.get(status, '?')} {step['step']}  {took}"
        typer.echo(f"{line}  {cell(step['error'])}" if step.get("error") else line)
