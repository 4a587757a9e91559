"""`hexaops actions`: changes, from plan to result."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hexaops.cli.action_parameters import print_kind, read_parameters
from hexaops.cli.client import open_api, segment
from hexaops.cli.completing import action_names, application_names
from hexaops.cli.confirming import carry_out
from hexaops.cli.deciding import Mode, NoWait, PlanOnly, Reason, Yes, decide
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


@app.command(add_help_option=False)
def run(  # noqa: PLR0913 # size: one parameter an option
    context: typer.Context,
    action: Annotated[
        str | None,
        typer.Argument(help="A kind of change, as in docs/actions.md.", autocompletion=action_names),
    ] = None,
    target: Annotated[
        str | None,
        typer.Argument(
            help="The application, several separated by commas; a project for quotas, an id for alerts.",
            autocompletion=application_names,
        ),
    ] = None,
    parameters: Annotated[
        list[str] | None, typer.Argument(help="Parameters as name=value, such as replicas=4.")
    ] = None,
    *,
    more: Annotated[
        list[str] | None, typer.Option("--param", help="Another name=value, or a JSON object; may be repeated.")
    ] = None,
    reason: Reason = None,
    yes: Yes = False,
    no_wait: NoWait = False,
    plan_only: PlanOnly = False,
    help_: Annotated[bool, typer.Option("--help", "-h", help="Show this, or what the named ACTION takes.")] = False,
) -> None:
    """Propose an action, show its plan, and run it once you confirm.

    In a pipe nothing is asked: the plan is shown; run it with `--yes` or `hexaops actions confirm`.

    Examples: `hexaops actions run set_autoscaling --help`,
    `hexaops actions run update_configuration web-app env.LOG_LEVEL=debug`,
    `hexaops actions run create_alert web-app --param metric=memory_percent --param threshold=80`
    """
    if help_:
        print_kind(action) if action else typer.echo(context.get_help())
        return
    if action is None or target is None:
        missing = "ACTION" if action is None else "TARGET"
        hint = f"hexaops actions run {action or ''}".rstrip() + " --help"
        raise CliError(f"Missing {missing}", hint=f"See: {hint}", exit_code=USAGE)
    options: Options = context.obj
    given = read_parameters(action, target, [*(parameters or []), *(more or [])])
    api = open_api(context)
    body = {"action": action, "parameters": {**given, **({"reason": reason} if reason else {})}}
    answer = api.post(api.aiops("/actions"), body)["data"]
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
