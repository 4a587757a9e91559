"""`hexaops insights` and `hexaops capabilities`: what is worth knowing, and what can be asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api
from hexaops.cli.completing import application_names
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_table

Application = Annotated[
    str | None, typer.Argument(help="An application; without one, the workspace.", autocompletion=application_names)
]
Focus = Annotated[
    list[str] | None, typer.Option(help="performance, cost_optimization, security or reliability; may be repeated.")
]

NAMED = 3


def insights(
    context: typer.Context,
    application: Application = None,
    focus: Focus = None,
    time_range: Annotated[str, typer.Option("--range", help="What is looked at, such as 24h or 7d.")] = "24h",
) -> None:
    """List what is worth knowing: trouble, security, use, cost, and what to do about it.

    Examples: `hexaops insights`, `hexaops insights web-app --focus cost_optimization --range 7d`
    """
    options: Options = context.obj
    api = open_api(context)
    body = {"scope": "application" if application else "workspace", "time_range": time_range}
    body |= {"application_id": application} if application else {}
    data = api.post(api.aiops("/insights"), body | ({"focus_areas": focus} if focus else {}))["data"]
    if options.as_json:
        print_json(data)
        return
    rows = [
        (one["severity"], one["category"], _named(one["affected_resources"]), one["title"],
         "; ".join(each["description"] for each in one["recommendations"]) or None)
        for one in data["insights"]
    ]  # fmt: skip
    print_table(("Severity", "Category", "Applications", "What", "What to do"), rows, remark=True)
    savings = data["summary"]["potential_monthly_savings"]
    if savings:
        typer.echo(f"Could save about ${savings:,.0f} a month.", err=True)


def _named(resources: Sequence[Mapping[str, Any]]) -> str | None:
    """The first ones, and how many more there are."""
    names = [str(one["name"]) for one in resources]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more if names else None


def capabilities(context: typer.Context) -> None:
    """Show what you can ask for in the workspace now, and why the rest is not offered."""
    options: Options = context.obj
    api = open_api(context)
    data = api.get(api.aiops("/capabilities"))["data"]
    if options.as_json:
        print_json(data)
        return
    rows = [(one["category"], one["capabilities"]) for one in data["available_capabilities"]]
    print_table(("Category", "Capabilities"), rows, title="Offered", remark=True)
    print_table(("Capability", "Why not"), [*data["unavailable"].items()], title="Not offered", remark=True)
    print_facts({"permissions": data["user_permissions"], "actions": data["available_actions"]})
    for one in data["limitations"]:
        typer.echo(f"- {one}")
