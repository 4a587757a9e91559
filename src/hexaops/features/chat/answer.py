"""The answer to a message in the document's shape."""

from __future__ import annotations

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.understanding import Understanding
from hexaops.features.chat.store import NewMessage
from hexaops.features.chat.turn import Turn, entities_of
from hexaops.features.chat.views import AnswerMetadataView, AnswerTextView, ChatAnswerView, CitationView, CorrectionView
from hexaops.kit.durations import format_time


def answer_view(turn: Turn, asked: Understanding, draft: Draft, stored: NewMessage) -> ChatAnswerView:
    """The chat's answer."""
    metadata = AnswerMetadataView(
        intent=asked.intent.value,
        confidence=round(asked.confidence, 2),
        entities=entities_of(asked),
        intent_fulfilled=draft.fulfilled,
        action_taken=draft.taken[0] if draft.taken else asked.intent.value,
        resources_analyzed=draft.analyzed,
        suggestions=[suggestion.view() for suggestion in draft.suggestions],
        corrections=[CorrectionView(typed=typed, read_as=read) for typed, read in asked.corrections],
    )
    return ChatAnswerView(
        message_id=stored.id,
        session_id=turn.session_id,
        response=AnswerTextView(content=stored.content, type="markdown", metadata=metadata),
        attachments=draft.attachments,
        actions_available=draft.actions_available,
        timestamp=format_time(stored.at),
        evidence=stored.evidence,
        citations=[CitationView(line=line, evidence=list(ids)) for line, ids in draft.citations],
        reasons=draft.reasons,
    )
