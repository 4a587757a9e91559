"""How safe applications are set up."""

from __future__ import annotations

from hexaops.assistant.intents.spec import APPLICATIONS, IntentSpec
from hexaops.assistant.tools.insights import INSIGHTS
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.SECURITY_QUERY,
    description="Posture, vulnerabilities, rights.",
    examples=("Are there security issues?", "Which containers run as root?"),
    needs=APPLICATIONS,
    reader=INSIGHTS,
)
