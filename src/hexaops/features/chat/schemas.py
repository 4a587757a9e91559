"""Bodies of chat requests. Unknown fields are ignored; nothing in a body grants anything."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

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


class ChatContext(BaseModel):
    """How a message wants to be answered."""

    include_metrics: bool = True
    """Whether CPU and memory belong into the answer."""
    time_range: TimeRange = "1h"
    """How far back "recent" reaches, such as 1h or 7d."""


class ChatRequest(BaseModel):
    """`POST …/aiops/chat`."""

    message: Annotated[str, StringConstraints(max_length=100_000)] = ""
    """Checked by the service: the document has an error of its own for an empty one."""
    session_id: Identifier | None = None
    context: ChatContext = ChatContext()
    capabilities: Capabilities | None = None


class GuideRequest(BaseModel):
    """`POST /api/v1/ai/chat`. The document's `context.user_context` grants nothing, and is ignored."""

    message: Annotated[str, StringConstraints(max_length=100_000)] = ""
    session_id: Identifier | None = None


class QuickActionRequest(BaseModel):
    """`POST /api/v1/ai/actions`: a quick action with its parameters."""

    action: Word
    parameters: Annotated[dict[str, Any], Field(max_length=20)] = {}


class SessionContext(BaseModel):
    """What a session is about."""

    focus_area: Annotated[str, StringConstraints(min_length=1, max_length=100), Told] = "general"
    applications: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=320), Clean]], Field(max_length=100)
    ] = []
    """Ids or unambiguous names."""
    time_range: TimeRange | None = None


class SessionRequest(BaseModel):
    """`POST …/aiops/sessions`."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200), Told] = "Chat"
    description: Annotated[str, StringConstraints(max_length=2000), Told] = ""
    context: SessionContext = SessionContext()
    capabilities: Capabilities | None = None


class EndRequest(BaseModel):
    """`POST …/aiops/sessions/:id/end`."""

    summary: Annotated[str, StringConstraints(max_length=4000), Told] | None = None
    actions_completed: Annotated[list[Identifier], Field(max_length=100)] = []
