"""`hexaops actions`: changes, from plan to result."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api, segment
from hexaops.cli.completing import action_names, application_names
from hexaops.cli.confirming import carry_out
from hexaops.cli.deciding import Mode, NoWait, PlanOnly, Yes, decide
from hexaops.cli.failures import USAGE, CliError
from hexaops.cli.following import exit_code_of, follow, print_result
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_list, print_next, print_table
from hexaops.cli.proposals import recall
from hexaops.cli.times import when

app = typer.Typer(help="Changes: propose, confirm, watch, undo.", invoke_without_command=True, no_args_is_help=False)
ActionId = Annotated[str, typer.Argument(help="The action's id.", metavar="ACTION_ID")]
Status = Annotated[str | None, typer.Option(help="Only this status, such as executing or failed.")]
Limit = Annotated[int, typer.Option(min=1, max=100, help="How many, newest first.")]
Before = Annotated[str | None, typer.Option("--cursor", help="Where the previous page ended, as it was printed.")]


@app.callback()
def actions(context: typer.Context, status: Status = None, limit: Limit = 20, cursor: Before = None) -> None:
    """List actions, or run, confirm, watch, cancel or roll back one.

    Examples: `hexaops actions run restart_application database-app`,
    `hexaops actions run scale_application web-app replicas=5 --yes`, `hexaops actions watch action_…`
    """
    if context.invoked_subcommand is None:
        list_actions(context, status, limit, cursor)


@app.command("list")
def list_actions(context: typer.Context, status: Status = None, limit: Limit = 20, cursor: Before = None) -> None:
    """List the workspace's actions, newest first."""
    options: Options = context.obj
    api = open_api(context)
    found = api.get(api.aiops("/actions"), status=status, limit=limit, cursor=cursor)
    if options.as_json:
        print_list(found["data"], found["pagination"])
        return
    rows = [
        (one["action_id"], one["status"], when(one["started_at"]), one.get("duration"), one["requested_by"],
         one["description"])
        for one in found["data"]
    ]  # fmt: skip
    print_table(("Action", "Status", "Started", "Took", "By", "What"), rows, remark=True)
    print_next(found["pagination"])


@app.command()
def show(context: typer.Context, action_id: ActionId) -> None:
    """Show one action with its steps and result."""
    options: Options = context.obj
    api = open_api(context)
    one = api.get(api.aiops(f"/actions/{segment(action_id)}"))["data"]
    if options.as_json:
        print_json(one)
        return
    names = ("action_id", "action", "description", "status", "started_at", "completed_at", "requested_by", "plan_id")
    print_facts({name.replace("_", " "): one.get(name) for name in names})
    steps = [(step["step"], step["status"], _time_of(step), _note_of(step)) for step in one["steps"]]
    print_table(("Step", "Status", "Took", "Note"), steps, title="Steps", remark=True)
    if one.get("completed_at"):
        print_result(one)


@app.command()
def run(
    context: typer.Context,
    action: Annotated[
        str, typer.Argument(help="A kind of change, as in docs/actions.md.", autocompletion=action_names)
    ],
    application: Annotated[str, typer.Argument(help="The application's name or id.", autocompletion=application_names)],
    parameters: Annotated[
        list[str] | None, typer.Argument(help="Parameters as name=value, such as replicas=4.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Reason, kept in the audit log.")] = None,
    yes: Yes = False,
    no_wait: NoWait = False,
    plan_only: PlanOnly = False,
) -> None:
    """Propose an action, show its plan, and run it once you confirm.

    In a pipe nothing is asked: the plan is shown; run it with `--yes` or `hexaops actions confirm`.
    """
    options: Options = context.obj
    api = open_api(context)
    given = {"application_id": application, **_read(parameters or []), **({"reason": reason} if reason else {})}
    answer = api.post(api.aiops("/actions"), {"action": action, "parameters": given})["data"]
    decide(options, api, answer, Mode(yes, no_wait, plan_only), path=None)


@app.command()
def confirm(
    context: typer.Context,
    plan_id: Annotated[str, typer.Argument(help="A plan shown by an earlier command.")],
    no_wait: NoWait = False,
) -> None:
    """Confirm a plan shown by an earlier command and watch its action."""
    options: Options = context.obj
    proposal = recall(options.home, plan_id)
    raise typer.Exit(carry_out(open_api(context), proposal, wait=not no_wait, as_json=options.as_json))


@app.command()
def cancel(context: typer.Context, action_id: ActionId, no_wait: NoWait = False) -> None:
    """Cancel a running action and undo what it has changed."""
    options: Options = context.obj
    api = open_api(context)
    action = api.post(api.aiops(f"/actions/{segment(action_id)}/cancel"))["data"]
    if no_wait:
        print_json(action) if options.as_json else typer.echo(f"{action_id} is {action['status']}")
        return
    ended = follow(api, action, as_json=options.as_json)
    raise typer.Exit(0 if ended["status"] == "cancelled" else 1)


@app.command()
def rollback(
    context: typer.Context, action_id: ActionId, yes: Yes = False, no_wait: NoWait = False, plan_only: PlanOnly = False
) -> None:
    """Undo a completed action with a plan of its own."""
    options: Options = context.obj
    api = open_api(context)
    path = api.aiops(f"/actions/{segment(action_id)}/rollback")
    answer = api.post(path)["data"]
    decide(options, api, answer, Mode(yes, no_wait, plan_only), path=path)


@app.command()
def watch(context: typer.Context, action_id: ActionId) -> None:
    """Watch an action until it ends; exit code 1 unless it completed."""
    options: Options = context.obj
    api = open_api(context)
    action = api.get(api.aiops(f"/actions/{segment(action_id)}"))["data"]
    raise typer.Exit(exit_code_of(follow(api, action, as_json=options.as_json)))


def _time_of(step: dict[str, Any]) -> str:
    """How long a step took, or runs; nothing of one that never ran."""
    if "elapsed" in step:
        return f"{step['elapsed']} so far"
    if step["status"] == "pending" and "estimated_duration" in step:
        return f"about {step['estimated_duration']}"
    return str(step.get("duration", "–"))


def _note_of(step: dict[str, Any]) -> str:
    return str(step.get("error") or (f"waiting: {step['waiting_for']}" if step.get("waiting_for") else ""))


def _read(parameters: list[str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for text in parameters:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise CliError(f"Not name=value: {text}", hint="Write parameters as in replicas=4.", exit_code=USAGE)
        try:
            read[name] = json.loads(value)
        except ValueError:
            read[name] = value
    return read
