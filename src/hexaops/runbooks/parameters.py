"""Reading of an action's parameters: each refusal names its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hexaops.errors import ValidationFailedError

REASON_LIMIT = 500
MOST_REPLICAS = 10_000
"""Far above any real application; a larger number is a slip."""


def reason_of(parameters: Mapping[str, Any]) -> str | None:
    """The caller's reason, kept for the audit."""
    reason = parameters.get("reason")
    if reason is None:
        return None
    if not isinstance(reason, str) or len(reason) > REASON_LIMIT:
        raise _refused("parameters.reason", f"must be text of at most {REASON_LIMIT} characters")
    return reason


def replicas_of(parameters: Mapping[str, Any]) -> int:
    """The wanted absolute number of replicas."""
    replicas = parameters.get("replicas")
    if isinstance(replicas, bool) or not isinstance(replicas, int):
        raise _refused("parameters.replicas", "must be a whole number")
    if replicas == 0:
        raise _refused("parameters.replicas", "scaling to 0 is an action of its own: stop_application")
    if not 1 <= replicas <= MOST_REPLICAS:
        raise _refused("parameters.replicas", f"must be between 1 and {MOST_REPLICAS}")
    return replicas


def _refused(field: str, problem: str) -> ValidationFailedError:
    return ValidationFailedError("The action's parameters are not valid", details={field: problem})
