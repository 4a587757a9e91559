"""Bodies of the webhook routes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from hexaops.bodies import Body
from hexaops.features.webhooks.events import EVERYTHING, KNOWN


def _known(name: str) -> str:
    if name != EVERYTHING and name not in KNOWN:
        message = f"not an event; use {EVERYTHING} or one of {', '.join(sorted(KNOWN))}"
        raise ValueError(message)
    return name


Url = Annotated[str, Field(min_length=1, max_length=2048)]
Events = Annotated[
    list[Annotated[str, Field(max_length=64), AfterValidator(_known)]], Field(min_length=1, max_length=20)
]
Description = Annotated[str, Field(max_length=512)]


class NewWebhook(Body):
    """A new subscription."""

    url: Url
    events: Events = Field([EVERYTHING])
    description: Description = ""


class WebhookChange(Body):
    """Fields of a subscription to change; those that are not given stay as they are."""

    url: Url = ""
    events: Events = Field([EVERYTHING])
    description: Description = ""
    enabled: bool = True


class Rotation(Body):
    """How long the old secret stays valid beside the new one."""

    overlap_seconds: Annotated[float, Field(ge=0, le=7 * 86400)] = 86400.0
