"""Bodies of chat requests. Nothing in a body grants anything; what a context holds beside the known is dropped."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from hexaops.bodies import Body, OpenBody
from hexaops.kit.durations import parse_duration
from hexaops.kit.text import told

LONGEST_RANGE_SECONDS = 31 * 86400.0


def _without_nul(text: str) -> str:
    """NUL, which PostgreSQL cannot store in text, is dropped."""
    return text.replace("\x00", "")


def _time_range(text: str) -> str:
    seconds = parse_duration(text)
    if not 0 < seconds <= LONGEST_RANGE_SECONDS:
        message = "must be longer than 0s and at most 31d"
        raise ValueError(message)
    return text


Clean = AfterValidator(_without_nul)
Told = AfterValidator(told)
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64), Clean]
Word = Annotated[str, StringConstraints(min_length=1, max_length=64), Clean]
TimeRange = Annotated[str, StringConstraints(max_length=16), AfterValidator(_time_range)]
Capabilities = Annotated[list[Word], Field(max_length=50)]
SessionStatus = Literal["active", "ended"]


class ChatContext(OpenBody):
    """How a message wants to be answered."""

    include_metrics: bool = True
    """Whether CPU and memory belong into the answer."""
    time_range: TimeRange = "1h"
    """How far back "recent" reaches, such as 1h or 7d."""


class ChatRequest(Body):
    """`POST …/aiops/chat`."""

    message: Annotated[str, StringConstraints(max_length=100_000)] = ""
    """Checked by the service: the document has an error of its own for an empty one."""
    session_id: Identifier | None = None
    context: ChatContext = ChatContext()
    capabilities: Capabilities | None = None


class GuideContext(OpenBody):
    """The document's `user_context`, and whatever else a client shares: it grants nothing, and is not read."""


class GuideRequest(Body):
    """`POST /api/v1/ai/chat`."""

    message: Annotated[str, StringConstraints(max_length=100_000)] = ""
    session_id: Identifier | None = None
    context: GuideContext = GuideContext()


class QuickActionRequest(Body):
    """`POST /api/v1/ai/actions`: a quick action with its parameters."""

    action: Word
    parameters: Annotated[dict[str, Any], Field(max_length=20)] = Field({})


class SessionContext(OpenBody):
    """What a session is about."""

    focus_area: Annotated[str, StringConstraints(min_length=1, max_length=100), Told] = "general"
    applications: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=320), Clean]], Field(max_length=100)
    ] = Field([])
    """Ids or unambiguous names."""
    time_range: TimeRange | None = None


class SessionRequest(Body):
    """`POST …/aiops/sessions`."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200), Told] = "Chat"
    description: Annotated[str, StringConstraints(max_length=2000), Told] = ""
    context: SessionContext = SessionContext()
    capabilities: Capabilities | None = None


class EndRequest(Body):
    """`POST …/aiops/sessions/:id/end`."""

    summary: Annotated[str, StringConstraints(max_length=4000), Told] | None = None
    actions_completed: Annotated[list[Identifier], Field(max_length=100)] = Field([])
