"""Capabilities as the API shows them."""

from __future__ import annotations

from hexaops.responses import View


class CategoryView(View, frozen=True, kw_only=True):
    """Capabilities of one kind."""

    category: str
    capabilities: list[str]


class CapabilitiesView(View, frozen=True, kw_only=True):
    """What this caller is offered in the workspace now."""

    workspace_id: str
    available_capabilities: list[CategoryView]
    user_permissions: list[str]
    limitations: list[str]
    """What nobody can do here; each is enforced."""
    available_actions: list[str]
    """Actions that this caller can have planned now."""
    unavailable: dict[str, str]
    """Documented capabilities that are not offered, and why."""
