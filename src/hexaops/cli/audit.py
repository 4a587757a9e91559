"""`hexaops audit`: who did what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from msgspec import to_builtins

from hexaops.cli.client import open_api
from hexaops.cli.failures import CliError
from hexaops.cli.options import Options
from hexaops.cli.output import print_json, print_list, print_next, print_table
from hexaops.cli.times import when
from hexaops.features.audit.chain import Anchor
from hexaops.features.audit.exported import verify_lines

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
def export(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option(help="File to write, readable by you only; without one, print.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="First moment, such as 2026-01-01T00:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="The moment before which it ends.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action: `change.write`, or `change` for all.")] = None,
    workspace: Annotated[str | None, typer.Option(help="Only events of the workspace with this id.")] = None,
) -> None:
    """Write the audit log as JSON lines, the oldest first, for `hexaops audit verify FILE`."""
    lines = open_api(context).lines(
        "/audit/export", since=since, until=until, action=action, workspace_id=workspace
    )  # fmt: skip
    if output is None:
        for line in lines:
            typer.echo(line)
        return
    count = -1  # the first line is no event
    with open(output, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:  # the mode
        for count, line in enumerate(lines):  # noqa: B007 # the last number is how many events there are
            file.write(f"{line}\n")
    typer.echo(f"{count} events written to {output}")


@app.command()
def verify(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="An export to verify, without the service.")] = None,
    seq: Annotated[int | None, typer.Option(help="Number of a saved anchor.")] = None,
    digest: Annotated[str | None, typer.Option("--hash", help="Hash of that anchor.")] = None,
) -> None:
    """Verify the whole chain, or an export; exit code 1 if it is broken.

    An anchor reveals what a chain alone cannot: that it was made anew, or its end cut off.
    """
    options: Options = context.obj
    if file is not None:
        _verify_file(options, file, seq, digest)
    data = open_api(context).internal("GET", "/audit/verification", seq=seq, hash=digest)["data"]
    if options.as_json:
        print_json(data)
    else:
        valid = "whole" if data["valid"] else f"BROKEN: {data}"
        typer.echo(f"{data['events']} events, chain {valid}")
    raise typer.Exit(0 if data["valid"] else 1)


def _verify_file(options: Options, file: Path, seq: int | None, digest: str | None) -> None:
    if (seq is None) != (digest is None):
        raise CliError("An anchor is both --seq and --hash.", exit_code=2)
    anchor = Anchor(seq, digest) if seq is not None and digest is not None else None
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            found = verify_lines(lines, anchor)
    except OSError as error:
        raise CliError(f"{file} cannot be read: {error.strerror}.", exit_code=2) from error
    if options.as_json:
        print_json(to_builtins(found))
    elif found.whole:
        gaps = f", {found.gaps} gaps left by its filters" if found.gaps else ""
        typer.echo(f"{found.events} events, chain whole{gaps}, up to {found.last.seq} {found.last.hash}")
    else:
        typer.echo(f"BROKEN at line {found.line}: {found.reason} ({found.events} events before it are whole)")
    raise typer.Exit(0 if found.whole else 1)
