"""`hexaops backups`: backups of applications, and restoring them."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any

import typer

from hexaops.cli.client import Api, open_api, segment
from hexaops.cli.completing import application_names
from hexaops.cli.confirming import ask_user
from hexaops.cli.deciding import PlanOnly, Reason, Yes
from hexaops.cli.failures import CliError
from hexaops.cli.following import ENDED, POLL_SECONDS, exit_code_of, print_result
from hexaops.cli.options import Options
from hexaops.cli.output import cell, print_facts, print_json, print_list, print_next, print_table
from hexaops.cli.plans import print_plan
from hexaops.cli.times import when

app = typer.Typer(help="Backups of applications (as the home folder's service account).", no_args_is_help=True)
BackupId = Annotated[str, typer.Argument(help="The backup's id.", metavar="BACKUP_ID")]
Application = Annotated[str, typer.Argument(help="Application, by name or id.", autocompletion=application_names)]


@app.command("list")
def list_backups(
    context: typer.Context,
    application: Annotated[str | None, typer.Option("--app", help="Only of this application.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")] = 20,
    cursor: Annotated[str | None, typer.Option("--cursor", help="Where the previous page ended.")] = None,
) -> None:
    """List backups, newest first."""
    options: Options = context.obj
    api = open_api(context)
    wanted = _application_id(api, application) if application else None
    found = api.internal("GET", "/backups", application_id=wanted, limit=limit, cursor=cursor)
    if options.as_json:
        print_list(found["data"], found["pagination"])
        return
    rows = [
        (one["backup_id"], one["application"], one["project"], one["status"], when(one["started_at"]),
         when(one["expires_at"]), one["objects"])
        for one in found["data"]
    ]  # fmt: skip
    print_table(("Backup", "Application", "Project", "Status", "Started", "Kept until", "Objects"), rows)
    print_next(found["pagination"])


@app.command()
def show(context: typer.Context, backup_id: BackupId) -> None:
    """Show one backup, and what it does not hold."""
    _show(context, open_api(context).internal("GET", f"/backups/{segment(backup_id)}")["data"])


@app.command()
def create(
    context: typer.Context,
    application: Application,
    volumes: Annotated[bool, typer.Option("--volumes", help="Take snapshots of its volumes too.")] = False,
    keep: Annotated[str, typer.Option(help="How long: short, standard or long.")] = "standard",
    reason: Reason = None,
) -> None:
    """Back an application up, and wait for it.

    Example: `hexaops backups create web-app --keep long --reason "before the upgrade"`
    """
    api = open_api(context)
    body = {"retention_policy": keep, "include_volumes": volumes, "reason": reason or ""}
    started = api.internal("POST", f"/applications/{_application_id(api, application)}/backup", body)["data"]
    path = f"/backups/{segment(started['backup_id'])}"
    while (backup := api.internal("GET", path)["data"])["status"] == "started":
        time.sleep(POLL_SECONDS)
    _show(context, backup)
    raise typer.Exit(0 if backup["status"] == "completed" else 1)


@app.command()
def restore(  # size: one parameter an option
    context: typer.Context,
    backup_id: BackupId,
    replace: Annotated[bool, typer.Option("--replace", help="Also overwrite existing objects that differ.")] = False,
    yes: Yes = False,
    plan_only: PlanOnly = False,
    reason: Reason = None,
) -> None:
    """Create what is missing of a backup's objects again, after showing the plan.

    Examples: `hexaops backups restore backup-…`, `hexaops backups restore backup-… --replace --plan-only`
    """
    options: Options = context.obj
    api = open_api(context)
    path = f"/backups/{segment(backup_id)}/restore"
    body: dict[str, Any] = {"existing": "replace" if replace else "keep"} | ({"reason": reason} if reason else {})
    planned = api.internal("POST", path, {**body, "confirmation": False})["data"]
    plan = planned["plan"]
    may_ask = sys.stdin.isatty() and sys.stdout.isatty() and not options.as_json
    if plan_only or not (yes or may_ask):
        if options.as_json:
            print_json(planned)
        else:
            print_plan(plan)
            typer.echo("\nCarry it out with --yes.")
        return
    if not options.as_json:
        print_plan(plan)
    if not yes and not ask_user("Carry it out?").yes:
        typer.echo("Nothing was changed.")
        raise typer.Exit(1)
    confirmed = {"plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"], "confirmation": True}
    started = api.internal("POST", path, {**body, **confirmed})["data"]
    ended = _ended(api, started["operation_id"])
    if options.as_json:
        print_json(ended)
    else:
        print_result(ended)
    raise typer.Exit(exit_code_of(ended))


def _ended(api: Api, operation_id: str) -> dict[str, Any]:
    """The operation once it has ended."""
    path = f"/operations/{segment(operation_id)}"
    while (operation := api.internal("GET", path)["data"])["status"] not in ENDED:
        time.sleep(POLL_SECONDS)
    ended: dict[str, Any] = operation
    return ended


def _application_id(api: Api, name: str) -> str:
    found = api.get(api.workspace("/applications"), limit=500)["data"]["applications"]
    matching = [one["id"] for one in found if name in {one["id"], one["name"]}]
    if len(matching) != 1:
        problem = f"No application {name!r} in the workspace." if not matching else f"Several are called {name!r}."
        raise CliError(problem, hint="Pass its id, as in `hexaops apps --json`.")
    return str(matching[0])


def _show(context: typer.Context, backup: dict[str, Any]) -> None:
    options: Options = context.obj
    if options.as_json:
        print_json(backup)
        return
    error = backup["error"] or {}
    names = ("backup_id", "application", "project", "status", "started_at", "expires_at", "objects", "size_bytes")
    print_facts({**{name.replace("_", " "): backup[name] for name in names}, "error": error.get("message")})
    for name, reason in sorted(backup["reasons"].items()):
        if "/" in name:
            typer.echo(f"  not included: {cell(name)}: {cell(reason)}")
