"""`hexaops ask`: one question, one answer."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from hexaops.cli.answers import is_fulfilled, plans_of, print_answer, undo_of
from hexaops.cli.client import Api, open_api
from hexaops.cli.confirming import Origin, always_yes, ask_user, offer, settle, undo
from hexaops.cli.failures import UNANSWERED
from hexaops.cli.options import Options
from hexaops.cli.output import print_json
from hexaops.cli.proposals import proposal_of, remember


def ask(
    context: typer.Context,
    question: Annotated[list[str], typer.Argument(help="The question or request, in your own words.")],
    session: Annotated[str | None, typer.Option(help="Continue this session.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Carry out the plan without asking.")] = False,
) -> None:
    """Ask one question. A request for a change is answered with a plan, which only you can confirm.

    With --yes the whole request is carried out or, where a part of it cannot be planned, none of it.
    Exit code 5 means that the question could not be answered.

    Examples: `hexaops ask "Why is database-app failing?"`, `hexaops ask "scale web-app to 5" --yes`,
    `hexaops ask "status of my applications" --json`
    """
    options: Options = context.obj
    api = open_api(context)
    body = {"message": " ".join(question), **({"session_id": session} if session else {})}
    data = api.post(api.aiops("/chat"), body)["data"]
    plans, whole = plans_of(data), is_fulfilled(data)
    runs = yes and whole and bool(plans) and not any(plan.get("offered") for plan in plans)
    if not options.as_json:
        print_answer(data)
    elif not runs:
        print_json(data)
    code = 0 if whole else UNANSWERED
    if runs or (_can_ask(options) and (plans or undo_of(data))):
        code = max(code, _carry_out(api, options, data, plans, yes=runs))
    else:
        _leave(api, options, data, plans)
        if yes and plans:
            why = "a part of the request cannot be planned" if not whole else "you asked a question; confirm the plan"
            typer.echo(f"Nothing was changed: {why}.", err=True)
    raise typer.Exit(code)


def _carry_out(api: Api, options: Options, data: dict[str, Any], plans: Sequence[Any], *, yes: bool) -> int:
    origin = Origin(data["session_id"], data["message_id"])
    answer = always_yes if yes else ask_user
    if plans:
        return settle(api, plans, origin, answer, as_json=options.as_json).exit_code
    return undo(api, undo_of(data) or {}, origin, answer, as_json=options.as_json).exit_code


def _leave(api: Api, options: Options, data: dict[str, Any], plans: Sequence[Mapping[str, Any]]) -> None:
    """Keep the plans for `hexaops actions confirm`."""
    for plan in plans:
        proposal = proposal_of(api, plan, session_id=data["session_id"], message_id=data["message_id"])
        if options.as_json:
            remember(options.home, proposal)
        else:
            offer(options.home, plan, proposal)
    if (reference := undo_of(data)) and not options.as_json:
        typer.echo(f"\nDo it with: hexaops actions {reference['operation']} {reference['action_id']}")


def _can_ask(options: Options) -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and not options.as_json
