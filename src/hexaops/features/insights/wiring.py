"""Builds capabilities and insights."""

from __future__ import annotations

from hexaops.config import Settings
from hexaops.features.applications.service import ApplicationService
from hexaops.features.insights.capabilities import CapabilityService
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.provide import Provider


def build_insights(provider: Provider, settings: Settings, applications: ApplicationService) -> None:
    """Build it once."""
    provider.add(CapabilityService(settings, applications, provider.get(AutomationSwitch)))
