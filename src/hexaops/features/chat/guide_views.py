"""Answers of the chat without a workspace, and of its quick actions."""

from __future__ import annotations

from typing import Any

from hexaops.responses import View


class GuideMetadataView(View, frozen=True, kw_only=True):
    """What the question was about."""

    intent: str
    """The article's; `no_article` where none answers."""
    next_steps: list[str]


class GuideResponseView(View, frozen=True, kw_only=True):
    """The answer."""

    content: str
    type: str = "markdown"
    metadata: GuideMetadataView


class QuickActionView(View, frozen=True, kw_only=True):
    """Something that can be done next: `POST /api/v1/ai/actions` with these fields."""

    label: str
    action: str
    parameters: dict[str, Any]
    """Filled in as far as they are known; `required` names the rest."""
    required: list[str] = []  # noqa: RUF012 # msgspec copies an empty default for each struct


class GuideAnswerView(View, frozen=True, kw_only=True):
    """One answer."""

    message_id: str
    session_id: str
    response: GuideResponseView
    quick_actions: list[QuickActionView]


class QuickActionResultView(View, frozen=True, kw_only=True):
    """What a quick action did or shows."""

    action: str
    status: str
    content: str
    """Markdown."""
    result: dict[str, Any]
