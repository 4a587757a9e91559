"""`hexaops autopilot`: what becomes of applications that are found unhealthy."""

from __future__ import annotations

from typing import Any

import typer

from hexaops.cli.client import open_api
from hexaops.cli.options import Options
from hexaops.cli.output import cell, print_json, print_table
from hexaops.cli.times import when

app = typer.Typer(help="Show what becomes of unhealthy applications.", no_args_is_help=True)


@app.command()
def status(context: typer.Context) -> None:
    """Show the mode, and whether the breaker has tripped."""
    api = open_api(context)
    _print(context, api.get(api.aiops("/autopilot"))["data"])


@app.command()
def reset(context: typer.Context) -> None:
    """Reset the breaker, once the common cause is found. Needs an admin of the workspace; no service account can."""
    api = open_api(context)
    _print(context, api.post(api.aiops("/autopilot/reset"), {})["data"])


def _print(context: typer.Context, data: dict[str, Any]) -> None:
    options: Options = context.obj
    if options.as_json:
        print_json(data)
        return
    state = "tripped" if data["tripped"] else "ready"
    row = (data["mode"], cell(", ".join(data["classes"])), state, when(data["tripped_at"]), cell(data["reason"]))
    print_table(("Mode", "Acts for", "Breaker", "Since", "Reason"), [row])
