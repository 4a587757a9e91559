"""`hexaops autopilot`: what becomes of applications that are found unhealthy."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api
from hexaops.cli.options import Options
from hexaops.cli.output import cell, print_json, print_table
from hexaops.cli.times import when

app = typer.Typer(help="Show what becomes of unhealthy applications.", no_args_is_help=True)
Where = Annotated[str, typer.Option("--in", help="The workspace's id.")]


@app.command()
def status(context: typer.Context, where: Where) -> None:
    """Show the mode, and whether the breaker has tripped."""
    _print(context, open_api(context).internal("GET", f"/workspaces/{where}/autopilot")["data"])


@app.command()
def reset(context: typer.Context, where: Where) -> None:
    """Reset the breaker, once the common cause is found."""
    _print(context, open_api(context).internal("POST", f"/workspaces/{where}/autopilot/reset", {})["data"])


def _print(context: typer.Context, data: dict[str, Any]) -> None:
    options: Options = context.obj
    if options.as_json:
        print_json(data)
        return
    state = "tripped" if data["tripped"] else "ready"
    row = (data["mode"], cell(", ".join(data["classes"])), state, when(data["tripped_at"]), cell(data["reason"]))
    print_table(("Mode", "Acts for", "Breaker", "Since", "Reason"), [row])
