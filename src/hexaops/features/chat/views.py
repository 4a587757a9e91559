"""Sessions, messages and answers as the documents show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from hexaops.assistant.answers.attachments import Attachment
from hexaops.assistant.answers.draft import SuggestionView
from hexaops.assistant.evidence import EvidenceView
from hexaops.features.access.caller import Caller
from hexaops.features.access.tenancy import Workspace
from hexaops.features.chat.capabilities import Granted
from hexaops.kit.durations import format_duration, format_time
from hexaops.responses import Pagination, View
from hexaops.storage.tables import ChatMessageRow, ChatSessionRow


class SessionContextView(View, frozen=True, kw_only=True):
    """What a session is about."""

    focus_area: str = "general"
    applications: list[str] = []  # noqa: RUF012 # msgspec copies an empty default for each struct
    time_range: str | UnsetType = UNSET


class GrantedContextView(SessionContextView, frozen=True, kw_only=True):
    """What a session is about, and what may be done in it."""

    capabilities: tuple[str, ...]


class WorkspaceNowView(View, frozen=True, kw_only=True):
    """The workspace's figures now."""

    id: str
    name: str
    applications: int | None
    alerts: int | None


class LiveContextView(GrantedContextView, frozen=True, kw_only=True):
    """What a session is about, with the workspace as it is now."""

    workspace: WorkspaceNowView
    user_role: str | None


class CreatedSessionView(View, frozen=True, kw_only=True):
    """A new session."""

    session_id: str
    name: str
    description: str
    workspace_id: str
    user_id: str
    created_at: str
    status: str
    context: GrantedContextView
    capabilities_refused: dict[str, str]


class SessionView(View, frozen=True, kw_only=True):
    """One entry of the list."""

    session_id: str
    name: str
    status: str
    created_at: str
    last_activity: str
    message_count: int
    context: SessionContextView


class SummaryView(View, frozen=True, kw_only=True):
    """The counted figures of an ended session, and the caller's text."""

    messages_exchanged: int
    actions_executed: int
    issues_resolved: int
    recommendations_given: int
    text: str | None


class SessionDetailView(View, frozen=True, kw_only=True):
    """The document's session object."""

    session_id: str
    name: str
    status: str
    created_at: str
    last_activity: str
    message_count: int
    description: str
    workspace_id: str
    user_id: str
    updated_at: str
    context: LiveContextView
    reasons: dict[str, str]
    ended_at: str | UnsetType = UNSET
    summary: SummaryView | UnsetType = UNSET


class EndedSessionView(View, frozen=True, kw_only=True):
    """The answer to the end of a session."""

    session_id: str
    status: str
    ended_at: str
    duration: str
    summary: SummaryView


class EntitiesView(View, frozen=True, kw_only=True):
    """What a message is about."""

    resource_type: str | None
    scope: str | None
    targets: list[str] | UnsetType = UNSET


class MessageMetadataView(View, frozen=True, kw_only=True):
    """What was understood (a user's message) or done (an answer)."""

    intent: str | UnsetType = UNSET
    entities: EntitiesView | UnsetType = UNSET
    confidence: float | UnsetType = UNSET
    actions_taken: list[str] | UnsetType = UNSET
    resources_examined: list[str] | UnsetType = UNSET
    issues_shown: list[str] | UnsetType = UNSET


class MessageView(View, frozen=True, kw_only=True):
    """One message."""

    id: str
    session_id: str
    role: str
    content: str
    timestamp: str
    metadata: MessageMetadataView
    evidence: list[EvidenceView] | UnsetType = UNSET
    """Of answers only."""


class HistoryView(View, frozen=True, kw_only=True):
    """A page of messages, oldest first."""

    session_id: str
    messages: list[MessageView]
    pagination: Pagination
    reasons: dict[str, str]


class CorrectionView(View, frozen=True, kw_only=True):
    """A word whose spelling was repaired."""

    typed: str
    read_as: str


class AnswerMetadataView(View, frozen=True, kw_only=True):
    """What was understood, and what was done."""

    intent: str
    confidence: float
    entities: EntitiesView
    intent_fulfilled: bool
    action_taken: str
    resources_analyzed: int
    suggestions: list[SuggestionView]
    corrections: list[CorrectionView]


class AnswerTextView(View, frozen=True, kw_only=True):
    """The answer's text."""

    content: str
    type: str
    metadata: AnswerMetadataView


class CitationView(View, frozen=True, kw_only=True):
    """What one statement of the answer is based on."""

    line: int
    """Of `response.content`, from 0: where the statement ends."""
    evidence: list[str]
    """Ids of `evidence`."""


class ChatAnswerView(View, frozen=True, kw_only=True):
    """The answer to a message."""

    message_id: str
    session_id: str
    response: AnswerTextView
    attachments: list[Attachment]
    actions_available: list[str]
    timestamp: str
    evidence: list[EvidenceView]
    citations: list[CitationView]
    reasons: dict[str, str]


class ProgressView(View, frozen=True, kw_only=True):
    """What the answer to a message is at: `data` of the stream's `status` events."""

    stage: str
    intent: str | UnsetType = UNSET


class EvidenceBatchView(View, frozen=True, kw_only=True):
    """`data` of the stream's `evidence` events."""

    evidence: list[EvidenceView]


class DeltaView(View, frozen=True, kw_only=True):
    """`data` of the stream's `delta` events."""

    content: str


class SessionNameView(View, frozen=True, kw_only=True):
    """The session of an event."""

    id: str
    name: str
    status: str
    user_id: str


class WorkspaceNameView(View, frozen=True, kw_only=True):
    """The workspace of an event."""

    id: str
    name: str


class SessionEventView(View, frozen=True, kw_only=True):
    """`data` of the session's webhooks."""

    session: SessionNameView
    workspace: WorkspaceNameView
    result: dict[str, int] | UnsetType = UNSET


def created_session_view(row: ChatSessionRow, granted: Granted) -> CreatedSessionView:
    """The answer to a new session."""
    return CreatedSessionView(
        session_id=row.id,
        name=row.name,
        description=row.description,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        created_at=format_time(row.created_at),
        status=row.status,
        context=GrantedContextView(**asdict(_context_view(row)), capabilities=granted.names),
        capabilities_refused=dict(granted.refused),
    )


def session_view(row: ChatSessionRow) -> SessionView:
    """One entry of the list."""
    return SessionView(
        session_id=row.id,
        name=row.name,
        status=row.status,
        created_at=format_time(row.created_at),
        last_activity=format_time(row.last_activity),
        message_count=row.message_count,
        context=_context_view(row),
    )


def session_detail_view(
    row: ChatSessionRow, caller: Caller, granted: Granted, *, counts: tuple[int, int] | None, reason: str = ""
) -> SessionDetailView:
    """The session object; `counts` are the workspace's applications and open problems now."""
    workspace = caller.get_workspace()
    applications, alerts = counts or (None, None)
    now = WorkspaceNowView(id=workspace.id, name=workspace.name, applications=applications, alerts=alerts)
    nulls = () if counts else ("applications", "alerts")
    context = LiveContextView(
        **asdict(_context_view(row)), capabilities=granted.names, workspace=now, user_role=caller.role
    )
    return SessionDetailView(
        **{**asdict(session_view(row)), "context": context},
        description=row.description,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        updated_at=format_time(row.ended_at or row.last_activity),
        reasons={f"context.workspace.{key}": reason for key in nulls},
        ended_at=UNSET if row.ended_at is None else format_time(row.ended_at),
        summary=UNSET if row.ended_at is None else _summary_view(row),
    )


def history_view(session_id: str, rows: Sequence[ChatMessageRow], *, more: bool) -> HistoryView:
    """A page of messages, oldest first; `next_cursor` is what to pass as `before` for older ones."""
    return HistoryView(
        session_id=session_id,
        messages=[_message_view(session_id, row) for row in rows],
        pagination=Pagination(has_more=more, next_cursor=rows[0].id if more else None),
        reasons={} if more else {"pagination.next_cursor": "there are no older messages"},
    )


def ended_session_view(row: ChatSessionRow) -> EndedSessionView:
    """The answer to the end of a session."""
    ended_at = row.ended_at or row.last_activity
    return EndedSessionView(
        session_id=row.id,
        status=row.status,
        ended_at=format_time(ended_at),
        duration=format_duration((ended_at - row.created_at).total_seconds()),
        summary=_summary_view(row),
    )


def session_event_view(row: ChatSessionRow, workspace: Workspace) -> SessionEventView:
    """`data` of the session's webhooks."""
    counted: Mapping[str, Any] = {key: value for key, value in row.summary.items() if key != "text"}
    return SessionEventView(
        session=SessionNameView(id=row.id, name=row.name, status=row.status, user_id=row.user_id),
        workspace=WorkspaceNameView(id=workspace.id, name=workspace.name),
        result=UNSET if row.ended_at is None else dict(counted),
    )


def _context_view(row: ChatSessionRow) -> SessionContextView:
    return msgspec.convert(row.context, SessionContextView)


def _summary_view(row: ChatSessionRow) -> SummaryView:
    return msgspec.convert(row.summary, SummaryView)


def _message_view(session_id: str, row: ChatMessageRow) -> MessageView:
    return MessageView(
        id=row.id,
        session_id=session_id,
        role=row.role,
        content=row.content,
        timestamp=format_time(row.created_at),
        metadata=msgspec.convert(row.details, MessageMetadataView),
        evidence=msgspec.convert(row.evidence, list[EvidenceView]) if row.role == "assistant" else UNSET,
    )
