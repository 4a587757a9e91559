"""What exists and what its fields say."""

from __future__ import annotations

from hexaops.assistant.answers.status import answer_status
from hexaops.assistant.intents.spec import IntentSpec, Need
from hexaops.assistant.tools.resources import RESOURCES
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.LIST_RESOURCES,
    description="What exists and what its fields say: images, limits, ports, owners.",
    examples=(
        "Which pods run on worker-1?",
        "Which images are running?",
        "Which applications have no memory limit?",
        "List the services",
    ),
    needs=frozenset({Need.USAGE}),
    answer=answer_status,
    reader=RESOURCES,
)
