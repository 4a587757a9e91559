"""Request bodies of actions."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

import msgspec
from pydantic import AfterValidator, Field, StringConstraints

from hexaops.bodies import Body

WITHOUT_NUL = r"^[^\x00]*$"
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=WITHOUT_NUL)]
Named = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=WITHOUT_NUL)]
LONGEST_PARAMETERS = 16_384
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it; behind an escaped backslash it is only text."""
STATUSES = Literal["executing", "cancelling", "rolling_back", "completed", "failed", "cancelled"]


def _storable(parameters: dict[str, Any]) -> dict[str, Any]:
    """Reject what a database cannot store or JSON cannot represent: NUL, lone surrogates, NaN, oversized values."""
    try:
        text = json.dumps(parameters, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):
        message = "must hold whole characters and finite numbers, not nested deeply"
        raise ValueError(message) from None
    if NUL.search(text):
        message = "may not hold a NUL character"
        raise ValueError(message)
    if len(text) > LONGEST_PARAMETERS:
        message = f"may be at most {LONGEST_PARAMETERS} characters of JSON"
        raise ValueError(message)
    return parameters


class ActionRequest(Body):
    """`POST …/aiops/actions`: without a confirmation it answers with a plan."""

    action: Named
    """The runbook, by its name in docs/actions.md."""
    parameters: Annotated[dict[str, Any], Field(max_length=20), AfterValidator(_storable)]
    """`application_id`, the action's own parameters, and `confirmation`, `plan_id`, `plan_hash` to confirm a plan."""
    session_id: Identifier | None = None
    message_id: Identifier | None = None


class ConfirmationFields(Body):
    """Confirmation fields within `parameters`."""

    confirmation: bool = False
    plan_id: Identifier | None = None
    plan_hash: Identifier | None = None


def confirms_plan(body: bytes) -> bool:
    """Whether a request's body confirms a plan by its id: doing that again names the same operation."""
    try:
        found = msgspec.json.decode(body, type=_Confirming).parameters
    except msgspec.DecodeError:
        return False
    return found.confirmation and found.plan_id is not None


class _ConfirmingFields(msgspec.Struct):
    confirmation: bool = False
    plan_id: str | None = None


class _Confirming(msgspec.Struct):
    parameters: _ConfirmingFields = msgspec.field(default_factory=_ConfirmingFields)


class RollbackRequest(Body):
    """`POST …/aiops/actions/:id/rollback`: like an action, confirmed by plan."""

    parameters: ConfirmationFields = ConfirmationFields()
    session_id: Identifier | None = None
