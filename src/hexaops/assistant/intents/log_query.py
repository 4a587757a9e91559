"""What pods wrote."""

from __future__ import annotations

from hexaops.assistant.intents.spec import APPLICATIONS, IntentSpec, Offered, Topic
from hexaops.assistant.tools.logs import LOGS
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.LOG_QUERY,
    description="Logs: lines, errors, what is new in them.",
    examples=("Show the logs of web-app", "Errors in the logs of the last hour"),
    needs=APPLICATIONS,
    reader=LOGS,
    offered=Offered(Topic.PROBLEMS, ("Errors in the logs of NAME",)),
)
