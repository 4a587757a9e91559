"""Bodies of the routes of notification channels."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from hexaops.bodies import Body
from hexaops.features.notifications.channels import Kind

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9:#@._/-]{0,63}$")]
Target = Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"^[^\x00-\x20\x7f]*$")]


class NewChannel(Body):
    """A new notification channel."""

    name: Name
    """What backups and escalations call it; it cannot be changed."""
    kind: Kind
    target: Target
    """URL (slack, webhook) or email address; never shown again."""
    on_escalation: bool = False
    """Send every escalated incident of the workspace to it."""


class ChannelChange(Body):
    """Fields of a notification channel to change; those that are not given stay as they are."""

    target: Target = ""
    on_escalation: bool = False
