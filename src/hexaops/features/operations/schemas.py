"""Bodies of the operations' requests."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from hexaops.bodies import Body, OpenBody

WITHOUT_NUL = r"^[^\x00]*$"
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=WITHOUT_NUL)]
Named = Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=WITHOUT_NUL)]
Word = Annotated[str, StringConstraints(max_length=128, pattern=WITHOUT_NUL)]
Reason = Annotated[str, StringConstraints(max_length=500, pattern=WITHOUT_NUL)]
STATUSES = Literal["running", "cancelling", "rolling_back", "completed", "failed", "cancelled"]


class OperationParameters(Body):
    """What an operation is about, and what confirms a plan of it. A parameter that it does not take is refused."""

    target_component: Named | None = None
    """One application, by id or name; all of the workspace without it."""
    action: Literal["restart_unhealthy_pods"] | None = None
    """auto_heal: restart what fails whatever the diagnosis says of the cause; without it the cause decides."""
    confirmation: bool = True
    """false: plan every change and start none. true starts what the workspace's policy lets start unattended."""
    dry_run: bool | None = None
    """Report only. cleanup_resources: true without it; optimize_resources: false."""
    older_than_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """cleanup_resources: only what has been unused for so long; 7 without it."""
    tombstone_hours: Annotated[int, Field(ge=0, le=8760)] | None = None
    """cleanup_resources: deletes only what a report so long ago has named already; 24 without it."""
    retention_policy: Literal["short", "standard", "long"] | None = None
    """backup_all: how long the archives are kept."""
    include_volumes: bool | None = None
    notification_channels: Annotated[list[Word], Field(max_length=20)] | None = None
    reason: Reason | None = None
    plan_id: Identifier | None = None
    plan_hash: Identifier | None = None

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.plan_id is None) != (self.plan_hash is None):
            message = "plan_id and plan_hash confirm a plan together"
            raise ValueError(message)
        return self


class OperationContext(OpenBody):
    """Why it is done: kept with the operation, and never decides anything."""

    triggered_by: Word | None = None
    incident_id: Identifier | None = None
    severity: Word | None = None


class OperationRequest(Body):
    """`POST …/operations`."""

    operation: Named
    parameters: OperationParameters = OperationParameters()
    context: OperationContext = OperationContext()
