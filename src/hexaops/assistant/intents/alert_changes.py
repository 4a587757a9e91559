"""Alert rules made and changed from what is said."""

from __future__ import annotations

from hexaops.assistant.intents.spec import APPLICATIONS, IntentSpec, Offered, Topic
from hexaops.assistant.tools.alert_changes import ALERT_CHANGES
from hexaops.assistant.understanding.intents import Intent

CREATE = IntentSpec(
    intent=Intent.ALERT_CREATE,
    description="Make an alert: planned from what is said.",
    examples=("Alert me when web-app is not ready for 5 minutes",),
    needs=APPLICATIONS,
    names_others=True,
    reader=ALERT_CHANGES,
    offered=Offered(Topic.CHANGES, ("Alert me when memory of NAME is above 80 %",)),
)
ACKNOWLEDGE = IntentSpec(
    intent=Intent.ALERT_ACKNOWLEDGE,
    description="Acknowledge or silence an alert, or delete its rule: planned.",
    examples=("Acknowledge the alert of web-app", "Silence the alerts of web-app for 2 hours"),
    needs=APPLICATIONS,
    names_others=True,
    reader=ALERT_CHANGES,
)
