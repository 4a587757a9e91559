"""Unconfirmed plans, kept in the home folder until they expire so that a later command can confirm them."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from hexaops.cli.client import Api
from hexaops.cli.failures import CliError

FILE = "plans.json"


class Proposal(Struct, frozen=True):
    """Everything needed to confirm a plan."""

    path: str
    """Where it is confirmed: an action's or a rollback's path."""
    action: str
    parameters: dict[str, Any]
    plan_id: str
    plan_hash: str
    expires_at: str
    session_id: str | None = None
    message_id: str | None = None


def proposal_of(
    api: Api,
    plan: Mapping[str, Any],
    *,
    path: str | None = None,
    session_id: str | None = None,
    message_id: str | None = None,
) -> Proposal:
    """From the plan of a response or an attachment."""
    return Proposal(
        path=path or api.aiops("/actions"),
        action=plan["action"],
        parameters=dict(plan.get("parameters") or {}),
        plan_id=plan["plan_id"],
        plan_hash=plan["plan_hash"],
        expires_at=plan["expires_at"],
        session_id=session_id,
        message_id=message_id,
    )


def confirm(api: Api, proposal: Proposal) -> dict[str, Any]:
    """Confirm this plan; returns the action it started."""
    confirmed = {"confirmation": True, "plan_id": proposal.plan_id, "plan_hash": proposal.plan_hash}
    body: dict[str, Any] = {"parameters": confirmed}
    if proposal.session_id:
        body["session_id"] = proposal.session_id
    if not proposal.path.endswith("/rollback"):  # what a rollback does stands in its plan alone
        body |= {"action": proposal.action, "parameters": {**proposal.parameters, **confirmed}}
        if proposal.message_id:
            body["message_id"] = proposal.message_id
    action: dict[str, Any] = api.post(proposal.path, body)["data"]
    return action


def remember(home: Path, proposal: Proposal) -> None:
    """Keep it until it expires. Best effort: an unwritable home folder is ignored."""
    kept = [one for one in _read(home) if one["plan_id"] != proposal.plan_id and not _expired(one["expires_at"])]
    draft = home / f".{FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump([*kept, asdict(proposal)], file)
        draft.replace(home / FILE)


def recall(home: Path, plan_id: str) -> Proposal:
    """A plan shown earlier; raises CliError if it is unknown or has expired."""
    for one in _read(home):
        if one["plan_id"] == plan_id:
            if _expired(one["expires_at"]):
                raise CliError("The plan has expired.", hint="Ask again for a new plan.")
            return Proposal(**one)
    raise CliError(
        f"Unknown plan: {plan_id}.",
        hint="Only plans shown on this machine can be confirmed: make one with `hexaops actions run`.",
    )


def _read(home: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads((home / FILE).read_text())
    except (OSError, ValueError):
        return []
    return content if isinstance(content, list) else []


def _expired(text: str) -> bool:
    return datetime.fromisoformat(text) <= datetime.now(UTC)
