"""`hexaops apps`: the workspace's applications."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hexaops.cli.client import Api, open_api, segment
from hexaops.cli.completing import application_names
from hexaops.cli.failures import CliError
from hexaops.cli.options import Options
from hexaops.cli.output import cell, print_facts, print_json, print_list, print_table, print_wrapped
from hexaops.cli.times import when

app = typer.Typer(help="Applications of the workspace.", invoke_without_command=True, no_args_is_help=False)
Status = Annotated[str | None, typer.Option(help="Only this status, or `unhealthy` for everything with an issue.")]
Project = Annotated[str | None, typer.Option(help="Only this project (namespace).")]

ApplicationName = typer.Argument(help="The application's name or id.", autocompletion=application_names)


@app.callback()
def apps(context: typer.Context, status: Status = None, project: Project = None) -> None:
    """List the applications, or show one.

    Examples: `hexaops apps`, `hexaops apps --status unhealthy`, `hexaops apps show web-app`
    """
    if context.invoked_subcommand is None:
        list_applications(context, status, project)


@app.command("list")
def list_applications(context: typer.Context, status: Status = None, project: Project = None) -> None:
    """List the applications with status, replicas and usage."""
    options: Options = context.obj
    api = open_api(context)
    entries, data = all_applications(api, status=status, project=project)
    if project and not entries:
        _check_project(api, project)
    if options.as_json:
        print_list(entries, freshness=data["freshness"], reasons=data["reasons"])
        return
    rows = [
        (one["name"], one["status"], one["replicas"], percent(one["cpu_usage"]), percent(one["memory_usage"]),
         one["restarts"], one["kind"], one["project"], one["status_reason"] or "")
        for one in entries
    ]  # fmt: skip
    print_table(("Name", "Status", "Ready", "CPU", "Mem", "Restarts", "Kind", "Project", "Why"), rows, remark=True)
    healthy = sum(one["status"] == "healthy" for one in entries)
    typer.echo(f"{len(entries)} applications, {healthy} healthy")
    if not data["freshness"]["current"]:
        typer.secho(f"The cluster was last read {when(data['freshness']['as_of'])}.", fg="yellow", err=True)


def all_applications(api: Api, **filters: str | None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Every page's applications, and the rest of the last page."""
    entries: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        data = api.get(api.workspace("/applications"), **filters, cursor=cursor, limit=500)["data"]
        entries += data["applications"]
        cursor = data["pagination"]["next_cursor"]
        if cursor is None:
            return entries, data


@app.command()
def show(context: typer.Context, application: Annotated[str, ApplicationName]) -> None:
    """Show one application with its pods, problems and latest events."""
    options: Options = context.obj
    api = open_api(context)
    one = api.get(api.workspace(f"/applications/{segment(application)}"))["data"]
    if options.as_json:
        print_json(one)
        return
    usage = one["usage"]
    print_facts(
        {
            "name": one["name"], "id": one["id"], "kind": one["kind"], "project": one["project"],
            "status": one["status"], "why": one["status_reason"], "replicas": one["replicas"],
            "image": one["images"], "restarts": one["restarts"], "cpu": _used(usage["cpu"]),
            "memory": _used(usage["memory"]), "created": when(one["created_at"]),
        }
    )  # fmt: skip
    pods = [(p["name"], p["phase"], p["ready"], p["restarts"], p["reason"], p["node"]) for p in one["pods"]]
    print_table(("Pod", "Phase", "Ready", "Restarts", "Reason", "Node"), pods, title="Pods", remark=True)
    for problem in one["problems"]:
        print_wrapped(f"{problem['pod']}: {cell(problem['detail'])}", prefix="! ", colour="yellow")
    events = [(when(e["last_seen"]), e["reason"], e["object"], e["count"], e["message"]) for e in one["events"]]
    if events:
        print_table(("Last seen", "Event", "Object", "Times", "Message"), events, title="Events", remark=True)


def _check_project(api: Api, project: str) -> None:
    """A project without applications is an error: most likely its name is misspelt."""
    data = api.get(api.workspace("/applications"), limit=500)["data"]
    known = sorted({one["project"] for one in data["applications"]})
    if project not in known:
        raise CliError(f"No project {project!r} has applications.", hint=f"Projects: {', '.join(known) or 'none'}")


def percent(value: float | None) -> str:
    """A share as it is shown in tables."""
    return "–" if value is None else f"{value:.0f}%"


def _used(usage: dict[str, Any]) -> str:
    if usage["percent"] is None:
        return f"{usage['used'] or 'unknown'} ({usage['reason'] or 'no limit or request'})"
    return f"{usage['used']}, {usage['percent']:.0f} % of the {usage['of']}"
