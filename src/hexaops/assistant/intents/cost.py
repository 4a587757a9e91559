"""What is paid, for what, and what need not be."""

from __future__ import annotations

from hexaops.assistant.intents.spec import APPLICATIONS, USAGE, IntentSpec, Offered, Topic
from hexaops.assistant.tools.insights import INSIGHTS
from hexaops.assistant.understanding.intents import Intent

TOTAL = IntentSpec(
    intent=Intent.COST_ANALYSIS,
    description="Costs in all.",
    examples=("How much does the workspace cost a month?",),
    needs=APPLICATIONS,
    reader=INSIGHTS,
    offered=Offered(Topic.COST, ("What does this workspace cost?",)),
)
BREAKDOWN = IntentSpec(
    intent=Intent.COST_BREAKDOWN,
    description="Costs by application, project or node.",
    examples=("Cost by application", "How much does web-app cost a month?"),
    needs=APPLICATIONS,
    reader=INSIGHTS,
)
SAVINGS = IntentSpec(
    intent=Intent.COST_OPTIMIZATION,
    description="Where money can be saved.",
    examples=("How can I reduce the cost of web-app?",),
    needs=USAGE,
    reader=INSIGHTS,
    offered=Offered(Topic.COST, ("Where can I save money?",)),
)
SIZES = IntentSpec(
    intent=Intent.OPTIMIZATION,
    description="Right-sizing of requests and limits.",
    examples=("Which applications are oversized?", "What requests should web-app have?"),
    needs=USAGE,
    reader=INSIGHTS,
)
