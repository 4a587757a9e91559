"""`hexaops incidents`: what went wrong, and what was done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api, segment
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_list, print_next, print_table
from hexaops.cli.times import when

app = typer.Typer(help="Incidents: what went wrong, and what was done about it.", invoke_without_command=True)
Status = Annotated[str | None, typer.Option(help="open, acknowledged, escalated, remediating or resolved.")]
Limit = Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")]
Before = Annotated[str | None, typer.Option("--cursor", help="Where the previous page ended, as it was printed.")]
FACTS = ("incident_id", "title", "status", "severity", "type", "source", "affected_applications", "opened_at",
         "resolved_at")  # fmt: skip


@app.callback()
def incidents(context: typer.Context, status: Status = None, limit: Limit = 20, cursor: Before = None) -> None:
    """List incidents, newest first, or show one.

    Examples: `hexaops incidents --status open`, `hexaops incidents show inc-…`
    """
    if context.invoked_subcommand is not None:
        return
    options: Options = context.obj
    api = open_api(context)
    found = api.get(api.aiops("/incidents"), status=status, limit=limit, cursor=cursor)
    if options.as_json:
        print_list(found["data"], found["pagination"])
        return
    rows = [
        (one["incident_id"], one["status"], one["severity"], when(one["opened_at"]), one["affected_applications"],
         one["title"])
        for one in found["data"]
    ]  # fmt: skip
    print_table(("Incident", "Status", "Severity", "Opened", "Applications", "What"), rows, remark=True)
    print_next(found["pagination"])


@app.command()
def show(
    context: typer.Context,
    incident_id: Annotated[str, typer.Argument(help="The incident's id.", metavar="INCIDENT_ID")],
) -> None:
    """Show an incident with its remediation and timeline."""
    options: Options = context.obj
    api = open_api(context)
    data = api.get(api.aiops(f"/incidents/{segment(incident_id)}"))["data"]
    if options.as_json:
        print_json(data)
        return
    print_facts({name.replace("_", " "): data.get(name) for name in FACTS})
    _print_remediation(data["remediation_steps"])
    lines = [(when(one["timestamp"]), one["kind"], one["actor"], one["text"]) for one in data["timeline"]]
    print_table(("At", "What", "By", "Text"), lines, title="Timeline", remark=True)


def _print_remediation(steps: Sequence[Mapping[str, Any]]) -> None:
    """Its steps, and the commands of those that await a person."""
    if not steps:
        return
    rows = [(one["step"], one["status"], one.get("duration", "–"), one.get("reason", "")) for one in steps]
    print_table(("Step", "Status", "Took", "Why"), rows, title="Remediation", remark=True)
    for change in (change for one in steps for change in one.get("confirm", ())):
        parameters = dict(change["parameters"])
        words = [parameters.pop("application_id"), *(f"{name}={value}" for name, value in parameters.items())]
        typer.echo(f"To go on: hexaops actions run {change['action']} {' '.join(words)}")
