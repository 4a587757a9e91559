"""How something is done, from the shipped articles."""

from __future__ import annotations

from hexaops.assistant.intents.spec import IntentSpec, Offered, Topic
from hexaops.assistant.tools.articles import ARTICLES
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.WORKSPACE_GUIDE,
    description="How to do something on this platform.",
    examples=("How do I set up a workspace?", "How do I confirm a plan?"),
    reader=ARTICLES,
    offered=Offered(Topic.GUIDE, ("How do I fix an ImagePullBackOff?",)),
)
