"""Request bodies of alerts: the action's parameters, and what confirms its plan."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from hexaops.features.actions.schemas import ActionRequest, ConfirmationFields, Identifier, Named
from hexaops.runbooks.alerts import AcknowledgeParameters, CreateAlertParameters, SilenceParameters


class AlertCreation(CreateAlertParameters, ConfirmationFields):
    """`POST …/aiops/alerts`: a rule on one application. Without a confirmation it answers with a plan."""

    application_id: Named
    """The application's id or name."""
    session_id: Identifier | None = None


class Acknowledgement(AcknowledgeParameters, ConfirmationFields):
    """`POST …/aiops/alerts/:id/acknowledge`."""

    session_id: Identifier | None = None


class Silence(SilenceParameters, ConfirmationFields):
    """`POST …/aiops/alerts/:id/silence`: `duration` such as `2h`; null ends the silence."""

    duration: str | None = Field(max_length=20)
    session_id: Identifier | None = None


def action_request(action: str, body: BaseModel, **more: Any) -> ActionRequest:
    """The same as `POST …/aiops/actions` takes it."""
    given = body.model_dump(exclude_unset=True)
    session_id = given.pop("session_id", None)
    return ActionRequest(action=action, parameters={**given, **more}, session_id=session_id)
