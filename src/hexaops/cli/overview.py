"""`hexaops events`, `top` and `nodes`: what happens in the cluster, and what it uses."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from hexaops.cli.apps import ApplicationName, all_applications, percent
from hexaops.cli.client import open_api, segment
from hexaops.cli.options import Options
from hexaops.cli.output import print_list, print_table
from hexaops.cli.times import when
from hexaops.kit.quantities import format_bytes, format_cpu


class By(StrEnum):
    """What `top` sorts by."""

    cpu = "cpu"
    memory = "memory"


def events(
    context: typer.Context,
    application: Annotated[str | None, ApplicationName] = None,
    warnings: Annotated[bool, typer.Option("--warnings", "-w", help="Only warnings.")] = False,
    project: Annotated[str | None, typer.Option(help="Only this project (namespace).")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=500, help="How many, the newest.")] = 30,
) -> None:
    """List Kubernetes events of the last 24 hours, newest first; for one application, warnings only.

    Examples: `hexaops events`, `hexaops events database-app`, `hexaops events --warnings --json`
    """
    options: Options = context.obj
    api = open_api(context)
    data = api.get(
        api.workspace("/events"), type="Warning" if warnings else None, project=project, application=application,
        limit=limit,
    )["data"]  # fmt: skip
    if options.as_json:
        print_list(data["events"], total=data["total"], freshness=data["freshness"])
        return
    rows = [
        (when(one["last_seen"]), one["type"].lower(), one["reason"], one["project"], one["object"], one["count"],
         one["message"])
        for one in data["events"]
    ]  # fmt: skip
    print_table(("Last seen", "Type", "Reason", "Project", "Object", "Times", "Message"), rows, remark=True)
    typer.echo(f"{len(rows)} of {data['total']} events", err=True)


def top(
    context: typer.Context,
    by: Annotated[By, typer.Option(help="What to sort by.")] = By.cpu,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 10,
) -> None:
    """List the applications that use the most CPU or memory now.

    Percentages are of the limits, or of the requests where there are none.

    Examples: `hexaops top`, `hexaops top --by memory -n 3`
    """
    options: Options = context.obj
    api = open_api(context)
    found, _ = all_applications(api)
    key = "cpu_cores" if by is By.cpu else "memory_bytes"
    found.sort(key=lambda one: one[key] if one[key] is not None else -1.0, reverse=True)
    if options.as_json:
        print_list(found[:limit])
        return
    rows = [
        (one["name"], one["project"], _amount(one["cpu_cores"], format_cpu), percent(one["cpu_usage"]),
         _amount(one["memory_bytes"], format_bytes), percent(one["memory_usage"]))
        for one in found[:limit]
    ]  # fmt: skip
    print_table(("Name", "Project", "CPU", "CPU %", "Memory", "Memory %"), rows)


def nodes(context: typer.Context) -> None:
    """List the cluster's nodes (as the home folder's service account)."""
    options: Options = context.obj
    api = open_api(context)
    workspace_id = api.workspace().rpartition("/")[2]
    data = api.internal("GET", f"/workspaces/{segment(workspace_id)}/nodes")["data"]
    if options.as_json:
        print_list(data["nodes"], cluster_metrics=data["cluster_metrics"], freshness=data["freshness"])
        return
    rows = [
        (one["name"], _status(one), one["role"], percent(one["usage"]["cpu_percentage"]),
         percent(one["usage"]["memory_percentage"]), one["usage"]["pod_count"], one["version"], _problems(one))
        for one in data["nodes"]
    ]  # fmt: skip
    print_table(("Name", "Status", "Role", "CPU", "Mem", "Pods", "Version", "Why"), rows, remark=True)


def _amount(value: float | None, shown: Any) -> str | None:
    return None if value is None else str(shown(value))


def _status(node: dict[str, Any]) -> str:
    ready = "ready" if node["status"] == "ready" else "not ready"
    return ready if node["schedulable"] else f"{ready}, cordoned"


def _problems(node: dict[str, Any]) -> str:
    """Conditions that are not as they should be, and taints."""
    conditions = [one["type"] for one in node["conditions"] if (one["status"] == "True") is (one["type"] != "Ready")]
    taints = [f"{one['key']}:{one['effect']}" for one in node["taints"]]
    return ", ".join([*(f"Not{name}" if name == "Ready" else name for name in conditions), *taints])
