"""From a plan to its end: show it, ask, confirm it, follow the action."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from hexaops.cli.client import Api
from hexaops.cli.following import exit_code_of, follow
from hexaops.cli.output import print_json
from hexaops.cli.plans import print_plan
from hexaops.cli.proposals import Proposal, confirm, remember


def asked(question: str) -> bool:
    """Whether the answer on standard input is yes; the end of the input is a no."""
    typer.echo(f"{question} [y/N] ", nl=False)
    answer = sys.stdin.readline().strip().lower()
    if not sys.stdin.isatty():
        typer.echo(answer)
    return answer in {"y", "yes"}


def offer(home: Path, plan: Mapping[str, Any], proposal: Proposal) -> None:
    """Show a plan without asking, and say how it is confirmed."""
    print_plan(plan)
    remember(home, proposal)
    typer.echo(f"\nConfirm it with: hexaops actions confirm {proposal.plan_id}")


def carry_out(api: Api, proposal: Proposal, *, wait: bool, as_json: bool) -> int:
    """Confirm the plan and follow its action to the end; returns the exit code."""
    action = confirm(api, proposal)
    if not wait:
        if as_json:
            print_json(action)
        else:
            typer.echo(f"Started {action['action_id']}; follow it with: hexaops actions watch {action['action_id']}")
        return 0
    return exit_code_of(follow(api, action, as_json=as_json))
