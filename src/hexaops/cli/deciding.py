"""What becomes of a plan that a command was answered with: shown, kept for later, or carried out."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from msgspec import Struct

from hexaops.cli.client import Api
from hexaops.cli.confirming import ask_user, carry_out, offer
from hexaops.cli.options import Options
from hexaops.cli.output import print_json
from hexaops.cli.plans import print_plan
from hexaops.cli.proposals import Proposal, proposal_of, remember

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Confirm the plan without asking.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Return at once instead of watching the action.")]
PlanOnly = Annotated[bool, typer.Option("--plan-only", help="Show the plan without asking to confirm it.")]
Reason = Annotated[str | None, typer.Option(help="Reason, kept in the audit log.")]


class Mode(Struct, frozen=True):
    """The options of a command that makes a plan."""

    yes: bool
    no_wait: bool
    plan_only: bool


def decide(options: Options, api: Api, answer: dict[str, Any], mode: Mode, *, path: str | None) -> None:
    """Show, confirm or keep the plan that the service answered with."""
    plan = answer["plan"]
    proposal: Proposal = proposal_of(api, plan, path=path)
    may_ask = sys.stdin.isatty() and sys.stdout.isatty() and not options.as_json
    if mode.plan_only or not (mode.yes or may_ask):
        if options.as_json:
            remember(options.home, proposal)
            print_json(answer)
        else:
            offer(options.home, plan, proposal)
        return
    if not options.as_json:
        print_plan(plan)
    if not mode.yes and not ask_user("Carry it out?").yes:
        typer.echo("Nothing was changed.")
        raise typer.Exit(1)
    raise typer.Exit(carry_out(api, proposal, wait=not mode.no_wait, as_json=options.as_json))
