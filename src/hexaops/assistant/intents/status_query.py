"""How applications are doing."""

from __future__ import annotations

from hexaops.assistant.answers.status import answer_status
from hexaops.assistant.intents.spec import USAGE, Choice, IntentSpec, Offered, Topic
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.STATUS_QUERY,
    description="State or number of applications: all, some, by project, or by a status filter.",
    examples=("Is web-app running?", "How many applications are stopped?"),
    needs=USAGE,
    answer=answer_status,
    offered=Offered(
        Topic.STATUS, ("What's the status of my applications?", "Is NAME running?", "Which apps are failing?")
    ),
    choice=Choice("the status of the applications", "What's the status of my applications?"),
)
