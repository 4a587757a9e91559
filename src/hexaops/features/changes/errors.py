"""Errors of planning and confirming changes."""

from __future__ import annotations

from typing import Any

from hexaops.errors import ConflictError, HexaopsError, NotFoundError


class GuardrailRefusedError(ConflictError):
    """A safety rule forbids the change; `details` has the rule's number, the reason and what would allow it."""

    code = "GUARDRAIL_REFUSED"

    def __init__(self, rule: int, reason: str, *, possible: str | None) -> None:
        super().__init__(reason, details={"rule": rule, "reason": reason, "possible_when": possible})
        self.rule = rule


class PlanStaleError(ConflictError):
    """The target has changed since the plan was made; ask for a new plan."""

    code = "PLAN_STALE"

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(f"The plan no longer fits its target: {reason}", details={"reason": reason, **details})


class PlanMismatchError(ConflictError):
    """The confirmation's hash, action or parameters differ from the plan's."""

    code = "PLAN_MISMATCH"


class PlanExpiredError(HexaopsError):
    """The plan has expired."""

    code = "PLAN_EXPIRED"
    status = 410


class PlanNotFoundError(NotFoundError):
    """No such plan for this caller, session and workspace."""

    code = "PLAN_NOT_FOUND"


class NotReversibleError(ConflictError):
    """The action cannot be undone."""

    code = "ACTION_NOT_REVERSIBLE"
