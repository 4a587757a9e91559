"""`hexaops ask`: one question, one answer."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from hexaops.cli.answers import is_fulfilled, plans_of, print_answer
from hexaops.cli.client import open_api
from hexaops.cli.confirming import asked, carry_out, offer
from hexaops.cli.failures import UNANSWERED
from hexaops.cli.options import Options
from hexaops.cli.output import print_json
from hexaops.cli.plans import print_plan
from hexaops.cli.proposals import proposal_of


def ask(
    context: typer.Context,
    question: Annotated[list[str], typer.Argument(help="The question or request, in your own words.")],
    session: Annotated[str | None, typer.Option(help="Go on in this session.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Carry out a proposed plan without asking.")] = False,
) -> None:
    """Ask one question. A request for a change answers with its plan, which is confirmed by you alone.

    Exit code 5 means that the question could not be answered.

    Examples: `hexaops ask "Why is database-app failing?"`, `hexaops ask "scale web-app to 5" --yes`,
    `hexaops ask "status of my applications" --json`
    """
    options: Options = context.obj
    api = open_api(context)
    body = {"message": " ".join(question), **({"session_id": session} if session else {})}
    data = api.post(api.aiops("/chat"), body)["data"]
    plans = plans_of(data)
    if options.as_json and not (plans and yes):
        print_json(data)
    elif not options.as_json:
        print_answer(data)
    code = 0 if is_fulfilled(data) else UNANSWERED
    for plan in plans:
        proposal = proposal_of(api, plan, session_id=data["session_id"], message_id=data["message_id"])
        if yes:
            if not options.as_json:
                print_plan(plan)
            code = max(code, carry_out(api, proposal, wait=True, as_json=options.as_json))
        elif options.as_json:
            continue
        elif sys.stdin.isatty() and sys.stdout.isatty():
            print_plan(plan)
            if asked("\nCarry it out?"):
                code = max(code, carry_out(api, proposal, wait=True, as_json=False))
        else:
            offer(options.home, plan, proposal)
    raise typer.Exit(code)
