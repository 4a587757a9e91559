"""From a plan to its end: show it, ask, confirm it, follow the action."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from msgspec import Struct

from hexaops.cli.client import Api, segment
from hexaops.cli.following import exit_code_of, follow
from hexaops.cli.output import print_json
from hexaops.cli.plans import print_plan
from hexaops.cli.proposals import Proposal, confirm, proposal_of, remember

YES = frozenset({"y", "yes"})
NO = frozenset({"", "n", "no"})


class Reply(Struct, frozen=True):
    """What was typed at a confirmation prompt."""

    yes: bool
    other: str = ""
    """The line, where it is neither a yes nor a no."""


Ask = Callable[[str], Reply]


class Settled(Struct, frozen=True):
    """How the plans of one answer ended."""

    exit_code: int = 0
    other: str = ""
    """What was typed instead of an answer to the last prompt."""


class Origin(Struct, frozen=True):
    """The answer that proposed a plan."""

    session_id: str | None = None
    message_id: str | None = None


def ask_user(question: str, *, to_stderr: bool = False) -> Reply:
    """Read one line from standard input. Ctrl-C and the end of the input are a no."""
    typer.echo(f"\n{question} [y/N] ", nl=False, err=to_stderr)
    try:
        answer = sys.stdin.readline().strip()
    except KeyboardInterrupt:
        typer.echo("", err=to_stderr)
        return Reply(yes=False)
    if not sys.stdin.isatty():
        typer.echo(answer, err=to_stderr)
    word = answer.lower()
    return Reply(word in YES, "" if word in YES | NO else answer)


def always_yes(_question: str) -> Reply:
    """The answer of `--yes`."""
    return Reply(yes=True)


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


def settle(api: Api, plans: Sequence[Mapping[str, Any]], origin: Origin, ask: Ask, *, as_json: bool) -> Settled:
    """Offer the plans of one answer in order, each only after the one before it has ended.

    A plan is bound to its target as it was: once an earlier one was carried out, the next is made again.
    """
    changed = False
    for number, first_plan in enumerate(plans, 1):
        plan = _plan_again(api, first_plan, origin) if changed else first_plan
        if not as_json:
            print_plan(plan)
        reply = ask("Carry it out?")
        if not reply.yes:
            typer.echo("Nothing was changed." if not changed else "Not carried out.", err=as_json)
            if reply.other:
                return Settled(other=reply.other)
            continue
        proposal = proposal_of(api, plan, session_id=origin.session_id, message_id=origin.message_id)
        if code := carry_out(api, proposal, wait=True, as_json=as_json):
            if number < len(plans):
                typer.echo(f"The rest of the request was not started: {len(plans) - number} more.", err=True)
            return Settled(code)
        changed = True
    return Settled()


def undo(api: Api, reference: Mapping[str, Any], origin: Origin, ask: Ask, *, as_json: bool) -> Settled:
    """Offer to cancel the action that an answer refers to, or to roll it back by a plan of its own."""
    action_id = reference["action_id"]
    path = api.aiops(f"/actions/{segment(action_id)}/{reference['operation']}")
    if reference["operation"] == "cancel":
        reply = ask("Cancel it?")
        if not reply.yes:
            return Settled(other=reply.other)
        ended = follow(api, api.post(path)["data"], as_json=as_json)
        return Settled(0 if ended["status"] == "cancelled" else 1)
    session = {"session_id": origin.session_id} if origin.session_id else {}
    plan = api.post(path, session)["data"]["plan"]
    if not as_json:
        print_plan(plan)
    reply = ask("Roll it back?")
    if not reply.yes:
        typer.echo("Nothing was changed.", err=as_json)
        return Settled(other=reply.other)
    proposal = proposal_of(api, plan, path=path, session_id=origin.session_id)
    return Settled(carry_out(api, proposal, wait=True, as_json=as_json))


def _plan_again(api: Api, plan: Mapping[str, Any], origin: Origin) -> Mapping[str, Any]:
    body = {"action": plan["action"], "parameters": dict(plan.get("parameters") or {})}
    if origin.session_id:
        body["session_id"] = origin.session_id
    made: Mapping[str, Any] = api.post(api.aiops("/actions"), body)["data"]["plan"]
    return made
