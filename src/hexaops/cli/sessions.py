"""`hexaops sessions`: chat sessions."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api, segment
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_list, print_markdown, print_next, print_table
from hexaops.cli.times import when

app = typer.Typer(help="Chat sessions.", invoke_without_command=True, no_args_is_help=False)
SessionId = Annotated[str, typer.Argument(help="The session's id.", metavar="SESSION_ID")]
Status = Annotated[str | None, typer.Option(help="active or ended.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many.")]
Cursor = Annotated[str | None, typer.Option(help="Where the previous page ended, as it was printed.")]


@app.callback()
def sessions(context: typer.Context, status: Status = None, limit: Limit = 20, cursor: Cursor = None) -> None:
    """List your sessions, or show one.

    Examples: `hexaops sessions`, `hexaops sessions history sess_…`, `hexaops chat --session sess_…`
    """
    if context.invoked_subcommand is None:
        list_sessions(context, status, limit, cursor)


@app.command("list")
def list_sessions(context: typer.Context, status: Status = None, limit: Limit = 20, cursor: Cursor = None) -> None:
    """List your sessions, newest first."""
    options: Options = context.obj
    api = open_api(context)
    found = api.get(api.aiops("/sessions"), status=status, limit=limit, cursor=cursor)
    if options.as_json:
        print_list(found["data"], found["pagination"])
        return
    rows = [
        (one["session_id"], one["status"], one["message_count"], when(one["last_activity"]), one["name"])
        for one in found["data"]
    ]
    print_table(("Session", "Status", "Messages", "Last activity", "Name"), rows, remark=True)
    print_next(found["pagination"])


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name.")],
    description: Annotated[str, typer.Option(help="Description.")] = "",
) -> None:
    """Create a session."""
    options: Options = context.obj
    api = open_api(context)
    made = api.post(api.aiops("/sessions"), {"name": name, "description": description})["data"]
    print_json(made) if options.as_json else typer.echo(made["session_id"])


@app.command()
def show(context: typer.Context, session_id: SessionId) -> None:
    """Show one session."""
    options: Options = context.obj
    api = open_api(context)
    one = api.get(api.aiops(f"/sessions/{segment(session_id)}"))["data"]
    _print_one(options, one)


@app.command()
def history(
    context: typer.Context,
    session_id: SessionId,
    limit: Limit = 50,
    before: Annotated[str | None, typer.Option(help="Only messages before this id.")] = None,
) -> None:
    """Show the messages, oldest first."""
    options: Options = context.obj
    api = open_api(context)
    data = api.get(api.aiops(f"/sessions/{segment(session_id)}/history"), limit=limit, before=before)["data"]
    if options.as_json:
        print_list(data["messages"], data["pagination"])
        return
    for message in data["messages"]:
        typer.secho(f"\n{message['role']}  {when(message['timestamp'])}", bold=True)
        print_markdown(message["content"])
    print_next(data["pagination"], "--before")


@app.command()
def end(
    context: typer.Context,
    session_id: SessionId,
    summary: Annotated[str | None, typer.Option(help="Your own summary, stored with it.")] = None,
) -> None:
    """End a session and show its statistics."""
    options: Options = context.obj
    api = open_api(context)
    body: dict[str, Any] = {"summary": summary} if summary else {}
    _print_one(options, api.post(api.aiops(f"/sessions/{segment(session_id)}/end"), body)["data"])


def _print_one(options: Options, one: dict[str, Any]) -> None:
    if options.as_json:
        print_json(one)
        return
    summary = one.get("summary") if isinstance(one.get("summary"), dict) else {}
    hidden = {"context", "summary", "reasons"}
    facts = {name: value for name, value in one.items() if name not in hidden}
    print_facts({name.replace("_", " "): value for name, value in {**facts, **(summary or {})}.items()})
