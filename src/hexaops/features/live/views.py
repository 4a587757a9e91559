"""What the events of a workspace say."""

from __future__ import annotations

from collections.abc import Mapping

from hexaops.responses import View


class ChangedApplicationView(View, frozen=True, kw_only=True):
    """An application whose state has changed; `status` is null when it is gone."""

    id: str
    name: str
    project: str
    status: str | None
    status_reason: str
    replicas: str


class ChangedActionView(View, frozen=True, kw_only=True):
    """An action that has started, or whose status has changed."""

    action_id: str
    action: str
    description: str
    status: str


class ChangedIncidentView(View, frozen=True, kw_only=True):
    """An incident that was opened, or that has changed."""

    incident_id: str
    title: str
    severity: str
    status: str
    updated_at: str


class ChangedInsightView(View, frozen=True, kw_only=True):
    """An insight that is new or whose severity has changed; `severity` is null when it holds no longer."""

    insight_id: str
    category: str
    title: str
    severity: str | None


Change = ChangedApplicationView | ChangedActionView | ChangedIncidentView | ChangedInsightView
State = Mapping[tuple[str, str], Change]
"""Everything that events tell of, by kind of event and id."""
