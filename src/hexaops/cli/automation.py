"""`hexaops automation`: the kill switch for changes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api
from hexaops.cli.options import Options
from hexaops.cli.output import cell, print_json, print_table
from hexaops.cli.times import when

app = typer.Typer(help="Stop all changes, or allow them again.", no_args_is_help=True)
Where = Annotated[str | None, typer.Option("--in", help="Only in the workspace with this id [everywhere].")]
Reason = Annotated[str | None, typer.Option(help="Reason, shown to others.")]


@app.command()
def off(context: typer.Context, where: Where = None, reason: Reason = None) -> None:
    """Stop all changes: none starts, and running ones write nothing more.

    Examples: `hexaops automation off --reason "incident 42"`, `hexaops automation off --in ws-…`
    """
    _put(context, where, reason, enabled=False)


@app.command()
def on(context: typer.Context, where: Where = None, reason: Reason = None) -> None:
    """Allow changes again."""
    _put(context, where, reason, enabled=True)


@app.command()
def status(context: typer.Context) -> None:
    """Show whether changes are allowed, and who decided that."""
    options: Options = context.obj
    _print(options, open_api(context).internal("GET", "/automation")["data"])


def _put(context: typer.Context, where: str | None, reason: str | None, *, enabled: bool) -> None:
    options: Options = context.obj
    body = {"enabled": enabled, "workspace_id": where, "reason": reason}
    _print(options, open_api(context).internal("PUT", "/automation", body)["data"])


def _print(options: Options, data: dict[str, Any]) -> None:
    if options.as_json:
        print_json(data)
        return
    states = [{"workspace_id": "everywhere", **data}, *data["workspaces"]]
    rows = [
        (one["workspace_id"], "on" if one["enabled"] else "off", cell(one["reason"]), one["changed_by"],
         when(one["changed_at"]))
        for one in states
    ]  # fmt: skip
    print_table(("Where", "Automation", "Reason", "Changed by", "At"), rows)
