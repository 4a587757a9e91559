"""`hexaops alerts`: rules on applications' metrics, and what fires."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api, segment
from hexaops.cli.completing import application_names
from hexaops.cli.deciding import Mode, NoWait, PlanOnly, Reason, Yes, decide
from hexaops.cli.failures import USAGE, CliError
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_list, print_next, print_table
from hexaops.cli.times import when

app = typer.Typer(help="Alerts: rules, what fires, and who looks after it.", invoke_without_command=True)
AlertId = Annotated[str, typer.Argument(help="An alert's id, or its rule's.", metavar="ALERT_ID")]
Application = Annotated[str, typer.Argument(help="The application's name or id.", autocompletion=application_names)]
Metric = Annotated[str, typer.Argument(help="A metric of docs/alerts.md, such as cpu_percent.")]
Threshold = Annotated[float, typer.Argument(help="What it is compared with.")]
For = Annotated[str, typer.Option("--for", help="How long it must be so.")]
Below = Annotated[bool, typer.Option("--below", help="Alert when it is below the threshold.")]
Severity = Annotated[str, typer.Option(help="low, medium, high or critical.")]


@app.callback()
def alerts(context: typer.Context) -> None:
    """List what fires and the rules, or create, acknowledge, silence, delete or export.

    Examples: `hexaops alerts`, `hexaops alerts create web-app cpu_percent 80 --for 10m`,
    `hexaops alerts silence rule-… 2h`
    """
    if context.invoked_subcommand is None:
        list_alerts(context)


@app.command("list")
def list_alerts(context: typer.Context) -> None:
    """List open alerts, and every rule with its latest measurement."""
    options: Options = context.obj
    api = open_api(context)
    data = api.get(api.aiops("/alerts"))["data"]
    if options.as_json:
        print_json(data)
        return
    opened = [
        (one["alert_id"], one["status"], one["severity"], one["duration"], one["acknowledged_by"], one["title"])
        for one in data["alerts"]
    ]
    print_table(("Alert", "Status", "Severity", "For", "Acknowledged by", "What"), opened, title="Alerts", remark=True)
    rules = [
        (one["rule_id"], one["state"], one["application"]["name"], _condition(one), one["value"], one["severity"],
         one["name"])
        for one in data["rules"]
    ]  # fmt: skip
    columns = ("Rule", "State", "Application", "Condition", "Now", "Severity", "Name")
    print_table(columns, rules, title="Rules", remark=True)


@app.command()
def history(
    context: typer.Context,
    status: Annotated[str | None, typer.Option(help="firing, acknowledged, silenced or resolved.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="Where the previous page ended, as it was printed.")] = None,
) -> None:
    """List alerts of any status, newest first."""
    options: Options = context.obj
    api = open_api(context)
    found = api.get(api.aiops("/alerts/history"), status=status, limit=limit, cursor=cursor)
    if options.as_json:
        print_list(found["data"], found["pagination"])
        return
    rows = [
        (one["alert_id"], one["status"], one["severity"], when(one["started_at"]), one["duration"], one["title"])
        for one in found["data"]
    ]
    print_table(("Alert", "Status", "Severity", "Started", "For", "What"), rows, remark=True)
    print_next(found["pagination"])


@app.command()
def show(context: typer.Context, alert_id: AlertId) -> None:
    """Show an alert or a rule with its history."""
    options: Options = context.obj
    api = open_api(context)
    data = api.get(api.aiops(f"/alerts/{segment(alert_id)}"))["data"]
    if options.as_json:
        print_json(data)
        return
    rule, alert = data["rule"], data["alert"] or {}
    print_facts(
        {
            "rule": rule["rule_id"], "name": rule["name"], "application": rule["application"]["name"],
            "condition": _condition(rule), "state": rule["state"], "now": rule["value"],
            "silenced until": when(rule["silenced_until"]) if rule["silenced_until"] else None,
            "alert": alert.get("alert_id"), "status": alert.get("status"), "by": alert.get("acknowledged_by"),
        }
    )  # fmt: skip
    lines = [(when(one["timestamp"]), one["kind"], one["actor"], one["text"]) for one in data["history"]]
    print_table(("At", "What", "By", "Text"), lines, title="History", remark=True)


@app.command()
def create(  # noqa: PLR0913, PLR0917 # size: one parameter an option
    context: typer.Context,
    application: Application,
    metric: Metric,
    threshold: Threshold,
    duration: For = "5m",
    below: Below = False,
    severity: Severity = "medium",
    name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
    reason: Reason = None,
    yes: Yes = False,
    plan_only: PlanOnly = False,
) -> None:
    """Create a rule on one application.

    Example: `hexaops alerts create web-app error_rate 5 --for 10m --severity high --yes`
    """
    body = {
        "application_id": application, "metric": metric, "threshold": threshold, "duration": duration,
        "comparison": "below" if below else "above", "severity": severity, "name": name, "reason": reason,
    }  # fmt: skip
    _change(context, "create_alert", body, Mode(yes, False, plan_only))


@app.command()
def acknowledge(
    context: typer.Context,
    alert_id: AlertId,
    take_back: Annotated[bool, typer.Option("--take-back", help="Take an acknowledgement back.")] = False,
    reason: Reason = None,
    yes: Yes = False,
    plan_only: PlanOnly = False,
) -> None:
    """Say that somebody looks after an alert."""
    body = {"alert_id": alert_id, "acknowledged": not take_back, "reason": reason}
    _change(context, "acknowledge_alert", body, Mode(yes, False, plan_only))


@app.command()
def silence(
    context: typer.Context,
    alert_id: AlertId,
    duration: Annotated[str | None, typer.Argument(help="For how long, such as 2h.")] = None,
    end: Annotated[bool, typer.Option("--end", help="End the silence.")] = False,
    reason: Reason = None,
    yes: Yes = False,
    plan_only: PlanOnly = False,
) -> None:
    """Silence a rule for a while: it is still evaluated, but sends no notifications."""
    if (duration is None) is not end:
        raise CliError("Give a duration such as 2h, or --end.", exit_code=USAGE)
    given = {"alert_id": alert_id, "reason": reason} if reason else {"alert_id": alert_id}
    _change(context, "silence_alert", {**given, "duration": duration}, Mode(yes, False, plan_only), keep_nulls=True)


@app.command()
def delete(
    context: typer.Context, alert_id: AlertId, reason: Reason = None, yes: Yes = False, no_wait: NoWait = False,
    plan_only: PlanOnly = False,
) -> None:  # fmt: skip
    """Delete a rule with its alerts and their history."""
    _change(context, "delete_alert", {"alert_id": alert_id, "reason": reason}, Mode(yes, no_wait, plan_only))


@app.command()
def export(context: typer.Context) -> None:
    """Print the rules as a PrometheusRule, for `kubectl apply -f -`."""
    options: Options = context.obj
    api = open_api(context)
    data = api.get(api.aiops("/alerts/prometheus-rule"))["data"]
    if options.as_json:
        print_json(data)
        return
    typer.echo(data["yaml"], nl=False)
    for rule_id, reason in data["left_out"].items():
        typer.echo(f"left out {rule_id}: {reason}", err=True)


def _change(
    context: typer.Context, action: str, parameters: dict[str, Any], mode: Mode, *, keep_nulls: bool = False
) -> None:
    options: Options = context.obj
    api = open_api(context)
    given = {name: value for name, value in parameters.items() if keep_nulls or value is not None}
    answer = api.post(api.aiops("/actions"), {"action": action, "parameters": given})["data"]
    decide(options, api, answer, mode, path=None)


def _condition(rule: dict[str, Any]) -> str:
    return f"{rule['metric']} {rule['comparison']} {rule['threshold']:g} for {rule['duration']}"
