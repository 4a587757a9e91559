"""Bodies of the actions' requests. Fields that are not known are ignored, as clients of the document may send them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Named = Annotated[str, StringConstraints(min_length=1, max_length=320)]
STATUSES = Literal["executing", "cancelling", "rolling_back", "completed", "failed", "cancelled"]


class ActionRequest(BaseModel):
    """`POST …/aiops/actions`: without a confirmation it answers with a plan."""

    action: Named
    """The runbook: restart_application, scale_application, start_application or stop_application."""
    parameters: Annotated[dict[str, Any], Field(max_length=20)]
    """`application_id`, the action's own parameters, and `confirmation`, `plan_id`, `plan_hash` to confirm a plan."""
    session_id: Identifier | None = None
    message_id: Identifier | None = None


class ConfirmationFields(BaseModel):
    """What confirms a plan, within `parameters`."""

    confirmation: bool = False
    plan_id: Identifier | None = None
    plan_hash: Identifier | None = None


class RollbackRequest(BaseModel):
    """`POST …/aiops/actions/:id/rollback`: like an action, confirmed by plan."""

    parameters: ConfirmationFields = ConfirmationFields()
    session_id: Identifier | None = None
