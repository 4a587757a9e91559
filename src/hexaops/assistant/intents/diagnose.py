"""Why something does not work."""

from __future__ import annotations

from hexaops.assistant.answers.causes import answer_causes
from hexaops.assistant.intents.spec import USAGE, Choice, IntentSpec, Need, Offered, Topic
from hexaops.assistant.understanding.intents import Intent

DIAGNOSE = IntentSpec(
    intent=Intent.DIAGNOSE,
    description="Why something fails, is pending or restarts.",
    examples=("What is wrong with my apps?", "Why is database-app pending?"),
    needs=USAGE | {Need.CAUSES},
    answer=answer_causes,
    offered=Offered(Topic.PROBLEMS, ("Why is NAME failing?",)),
    choice=Choice("what is wrong with the applications", "What is wrong with my apps?"),
)
ROOT_CAUSE = IntentSpec(
    intent=Intent.ROOT_CAUSE,
    description="The cause of an incident across services.",
    examples=("What is the root cause of the outage?",),
    needs=USAGE | {Need.CAUSES},
    answer=answer_causes,
)
