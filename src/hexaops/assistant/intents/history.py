"""What changed and what was reported."""

from __future__ import annotations

from hexaops.assistant.intents.spec import APPLICATIONS, IntentSpec
from hexaops.assistant.tools.history import HISTORY
from hexaops.assistant.understanding.intents import Intent

CHANGES = IntentSpec(
    intent=Intent.CHANGE_HISTORY,
    description="What changed, when and by whom.",
    examples=("What changed today?", "Who restarted web-app last?", "When was web-app last deployed?"),
    needs=APPLICATIONS,
    reader=HISTORY,
)
EVENTS = IntentSpec(
    intent=Intent.EVENT_QUERY,
    description="Kubernetes events.",
    examples=("Show the events of web-app", "Any warning events in the last hour?"),
    needs=APPLICATIONS,
    reader=HISTORY,
)
