"""The command line's table of contents. Slow imports happen in the commands that need them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from hexaops import __version__
from hexaops.cli import (
    actions,
    alerts,
    apps,
    audit,
    automation,
    autopilot,
    backups,
    channels,
    cluster,
    incidents,
    sessions,
    token,
    webhooks,
    workspace,
)
from hexaops.cli.ask import ask
from hexaops.cli.calling import call
from hexaops.cli.chat import chat
from hexaops.cli.console import console
from hexaops.cli.dashboard import dashboard
from hexaops.cli.diagnose import diagnose
from hexaops.cli.env import env
from hexaops.cli.insights import capabilities, insights
from hexaops.cli.logs import logs
from hexaops.cli.options import Options
from hexaops.cli.overview import events, nodes, top
from hexaops.cli.serve import HELP, serve
from hexaops.cli.snapshot import snapshot
from hexaops.cli.understand import understand
from hexaops.cli.whoami import whoami

EPILOG = "\n\n".join(
    (
        "Examples:",
        "hexaops serve --port 8080",
        'hexaops ask "What is the status of my applications?"',
        "hexaops apps --json",
        "hexaops logs --app web-app --since 15m --follow",
        "hexaops actions run scale_application web-app replicas=4",
        "Exit codes: 0 success, 1 refused or failed, 2 wrong usage, 3 service unreachable, "
        "4 not authorized, 5 question not answered.",
    )
)

app = typer.Typer(
    name="hexaops",
    help="AI operations for Kubernetes: ask a running cluster, change it with confirmed plans.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings=HELP,
)
for command in (
    serve, ask, chat, logs, events, top, nodes, insights, capabilities, whoami, understand, diagnose, dashboard,
    snapshot, console, call, env,
):  # fmt: skip
    app.command()(command)
for group in (
    apps,
    actions,
    alerts,
    incidents,
    sessions,
    webhooks,
    channels,
    workspace,
    cluster,
    token,
    audit,
    automation,
    autopilot,
    backups,
):
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2])


def _version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[
        Path, typer.Option(envvar="HEXAOPS_HOME", help="Home folder with credentials.json.", show_default=False)
    ] = Path("~/.hexaops"),
    url: Annotated[str | None, typer.Option(envvar="HEXAOPS_URL", help="URL of the service.")] = None,
    token: Annotated[str | None, typer.Option(envvar="HEXAOPS_TOKEN", help="User token.")] = None,
    workspace: Annotated[str | None, typer.Option(envvar="HEXAOPS_WORKSPACE", help="Workspace, by id or name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    _shown_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Global options; they may appear anywhere on the command line."""
    if context.invoked_subcommand == "serve":
        os.environ["HEXAOPS_HOME"] = str(home.expanduser())
    context.obj = Options(home.expanduser(), url, token, workspace, as_json)
