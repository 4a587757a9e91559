"""`hexaops autopilot`: what becomes of applications that are found unhealthy."""

from __future__ import annotations

from typing import Annotated, Any

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


@app.command("set")
def set_policy(
    context: typer.Context,
    mode: Annotated[str, typer.Argument(help="off, suggest or act.")],
    act_for: Annotated[
        list[str] | None,
        typer.Option("--for", help="Class that act remediates: failing_pods or bad_rollout; repeatable."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Reason, shown to others.")] = None,
) -> None:
    """Set what becomes of unhealthy applications. Needs an admin of the workspace.

    Example: `hexaops autopilot set act --for failing_pods`
    """
    api = open_api(context)
    body = {"mode": mode, "classes": act_for or [], "reason": reason}
    _print(context, api.send("PUT", api.aiops("/autopilot"), body)["data"])


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
    row = (
        data["mode"], cell(", ".join(data["classes"])), data["changed_by"], state, when(data["tripped_at"]),
        cell(data["reason"]),
    )  # fmt: skip
    print_table(("Mode", "Acts for", "Set by", "Breaker", "Since", "Reason"), [row])
    if data["tripped"]:
        typer.echo("Once the common cause is found, an admin of the workspace resets it: hexaops autopilot reset")
