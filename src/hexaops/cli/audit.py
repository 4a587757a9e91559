"""`hexaops audit`: who did what."""

from __future__ import annotations

from typing import Annotated

import typer

from hexaops.cli.client import open_api
from hexaops.cli.options import Options
from hexaops.cli.output import print_json, print_list, print_next, print_table
from hexaops.cli.times import when

app = typer.Typer(help="The audit log.", invoke_without_command=True, no_args_is_help=False)
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")]
Cursor = Annotated[str | None, typer.Option(help="Where the previous page ended, as it was printed.")]
Everything = Annotated[bool, typer.Option("--all", help="Every workspace's, as the service account.")]


@app.callback()
def audit(context: typer.Context, limit: Limit = 20, cursor: Cursor = None, everything: Everything = False) -> None:
    """List the workspace's audit events, or verify the chain.

    Examples: `hexaops audit`, `hexaops audit --all --limit 100`, `hexaops audit verify`
    """
    if context.invoked_subcommand is not None:
        return
    options: Options = context.obj
    api = open_api(context)
    if everything:
        body = api.internal("GET", "/audit", limit=limit, cursor=cursor)
    else:
        body = api.get(api.aiops("/audit"), limit=limit, cursor=cursor)
    if options.as_json:
        print_list(body["data"], body["pagination"])
        return
    rows = [
        (one["seq"], when(one["timestamp"]), f"{one['actor']['kind']}:{one['actor']['id']}", one["action"],
         one["outcome"], one["resource"])
        for one in body["data"]
    ]  # fmt: skip
    print_table(("No.", "When", "Who", "What", "Outcome", "Object"), rows, remark=True)
    print_next(body["pagination"])


@app.command()
def head(context: typer.Context) -> None:
    """Print the newest event's number and hash, to keep elsewhere as an anchor."""
    options: Options = context.obj
    data = open_api(context).internal("GET", "/audit/head")["data"]
    print_json(data) if options.as_json else typer.echo(f"{data['seq']} {data['hash']}")


@app.command()
def verify(
    context: typer.Context,
    seq: Annotated[int | None, typer.Option(help="Number of a saved anchor.")] = None,
    digest: Annotated[str | None, typer.Option("--hash", help="Hash of that anchor.")] = None,
) -> None:
    """Verify the whole chain; exit code 1 if it is broken."""
    options: Options = context.obj
    data = open_api(context).internal("GET", "/audit/verification", seq=seq, hash=digest)["data"]
    if options.as_json:
        print_json(data)
    else:
        valid = "whole" if data["valid"] else f"BROKEN: {data}"
        typer.echo(f"{data['events']} events, chain {valid}")
    raise typer.Exit(0 if data["valid"] else 1)
