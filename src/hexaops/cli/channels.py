"""`hexaops channels`: notification channels of a workspace."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api, segment
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_list, print_next, print_table
from hexaops.cli.times import when

app = typer.Typer(help="Notification channels.", invoke_without_command=True, no_args_is_help=False)
ChannelId = Annotated[str, typer.Argument(help="The channel's id.", metavar="CHANNEL_ID")]
Escalations = Annotated[
    bool | None, typer.Option("--escalations/--no-escalations", help="Send every escalated incident to it.")
]
COLUMNS = ("Channel", "Name", "Kind", "Host", "Escalations", "Changed")
STDIN = "-"


@app.callback()
def channels(context: typer.Context) -> None:
    """List the notification channels, or manage them.

    Examples: `hexaops channels create ops slack https://hooks.slack.com/services/… --escalations`,
    `hexaops channels create on-call email on-call@example.com`, `hexaops channels test nc_…`
    """
    if context.invoked_subcommand is None:
        list_channels(context)


@app.command("list")
def list_channels(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many of the workspace's, oldest first.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="Where the previous page ended, as it was printed.")] = None,
) -> None:
    """List the workspace's channels, and those of the settings."""
    options: Options = context.obj
    api = open_api(context)
    data = api.get(api.aiops("/notification-channels"), limit=limit, cursor=cursor)["data"]
    if options.as_json:
        print_list(data["channels"], data["pagination"], configured=data["configured"])
        return
    own = [
        (one["id"], one["name"], one["kind"], one["target_host"], one["on_escalation"], when(one["updated_at"]))
        for one in data["channels"]
    ]
    settings = [(None, one["name"], one["kind"], "settings", one["on_escalation"], None) for one in data["configured"]]
    print_table(COLUMNS, [*own, *settings])
    print_next(data["pagination"])


@app.command()
def show(context: typer.Context, channel_id: ChannelId) -> None:
    """Show one channel."""
    api = open_api(context)
    _print(context.obj, api.get(api.aiops(_path(channel_id)))["data"])


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What backups and escalations call it.")],
    kind: Annotated[str, typer.Argument(help="slack, email or webhook.")],
    target: Annotated[str, typer.Argument(help="URL or address; - reads it from standard input.")],
    escalations: Escalations = None,
) -> None:
    """Create a channel; its target is never shown again."""
    body = {"name": name, "kind": kind, "target": _read(target), "on_escalation": bool(escalations)}
    api = open_api(context)
    _print(context.obj, api.post(api.aiops("/notification-channels"), body)["data"])


@app.command()
def update(
    context: typer.Context,
    channel_id: ChannelId,
    target: Annotated[str | None, typer.Option(help="New URL or address; - reads it from standard input.")] = None,
    escalations: Escalations = None,
) -> None:
    """Change a channel's target, or whether escalated incidents are sent to it."""
    given = {"target": _read(target) if target else None, "on_escalation": escalations}
    body = {key: value for key, value in given.items() if value is not None}
    api = open_api(context)
    _print(context.obj, api.send("PATCH", api.aiops(_path(channel_id)), body)["data"])


@app.command()
def delete(context: typer.Context, channel_id: ChannelId) -> None:
    """Delete a channel."""
    options: Options = context.obj
    api = open_api(context)
    api.send("DELETE", api.aiops(_path(channel_id)))
    print_json({"deleted": channel_id}) if options.as_json else typer.echo(f"Deleted {channel_id}")


@app.command()
def test(context: typer.Context, channel_id: ChannelId) -> None:
    """Send a test message; exit code 1 if the receiver does not take it."""
    options: Options = context.obj
    api = open_api(context)
    done = api.post(api.aiops(f"{_path(channel_id)}/test"))["data"]
    if options.as_json:
        print_json(done)
    else:
        print_facts({"delivered": done["delivered"], "took": f"{done['duration_ms']} ms", "error": done["error"]})
    raise typer.Exit(0 if done["delivered"] else 1)


def _path(channel_id: str) -> str:
    return f"/notification-channels/{segment(channel_id)}"


def _read(target: str) -> str:
    """A target on the command line is in the shell's history: it may come from standard input instead."""
    return sys.stdin.readline().strip() if target == STDIN else target


def _print(options: Options, one: dict[str, Any]) -> None:
    if options.as_json:
        print_json(one)
        return
    print_facts(
        {
            "channel": one["id"], "name": one["name"], "kind": one["kind"], "host": one["target_host"],
            "escalations": one["on_escalation"],
        }
    )  # fmt: skip
