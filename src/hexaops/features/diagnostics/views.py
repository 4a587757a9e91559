"""What a diagnostic bundle shows."""

from __future__ import annotations

from typing import Any

from hexaops.responses import View


class BundleView(View, frozen=True, kw_only=True):
    """What was collected of one application; secrets are redacted."""

    action_id: str
    application: dict[str, Any]
    taken_at: str
    findings: list[dict[str, Any]]
    objects: list[dict[str, Any]]
    """As the API server returned them."""
    logs: dict[str, str]
    metrics: dict[str, dict[str, float]]
    unread: dict[str, str]
