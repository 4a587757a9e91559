"""Alerts and open problems."""

from __future__ import annotations

from hexaops.assistant.answers.alerts import answer_alerts
from hexaops.assistant.intents.spec import APPLICATIONS, Choice, IntentSpec, Offered, Topic
from hexaops.assistant.tools.alerts import ALERTS
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.ALERT_QUERY,
    description="Alerts, warnings, open problems.",
    examples=("What is firing?", "Any open problems?"),
    needs=APPLICATIONS,
    names_others=True,
    answer=answer_alerts,
    reader=ALERTS,
    offered=Offered(Topic.PROBLEMS, ("Are there any alerts?",)),
    choice=Choice("open problems", "Are there any alerts?"),
)
