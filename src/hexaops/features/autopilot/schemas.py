"""Body of the autopilot's policy."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from hexaops.bodies import Body
from hexaops.features.access.tenancy import AutopilotClass, AutopilotMode


class AutopilotBody(Body):
    """What shall become of detections."""

    mode: AutopilotMode
    classes: Annotated[list[AutopilotClass], Field(max_length=20)] = Field([])
    """Classes that `act` may remediate without a person."""
    reason: Annotated[str, StringConstraints(max_length=512, pattern=r"^[^\x00]*$")] | None = None
    """Shown to others, and in the audit log."""
