"""Dashboards for Grafana."""

from __future__ import annotations

from hexaops.assistant.intents.spec import APPLICATIONS, IntentSpec
from hexaops.assistant.tools.dashboards import DASHBOARDS
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.DASHBOARD_CREATE,
    description="Make a dashboard.",
    examples=("Create a dashboard for web-app",),
    needs=APPLICATIONS,
    reader=DASHBOARDS,
)
