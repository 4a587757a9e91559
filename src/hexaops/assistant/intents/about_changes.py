"""What is said about changes without asking for one."""

from __future__ import annotations

from hexaops.assistant.answers.changes import answer_about_change
from hexaops.assistant.intents.spec import IntentSpec
from hexaops.assistant.understanding.intents import Intent

CONFIRM = IntentSpec(
    intent=Intent.CONFIRM,
    description="Yes, do it. Chat itself changes nothing; the answer explains how to confirm the plan.",
    examples=("Yes, do it",),
)
DENY = IntentSpec(
    intent=Intent.DENY,
    description="No, leave it: the open plan is dropped.",
    examples=("No, leave it",),
    answer=answer_about_change,
)
QUESTION = IntentSpec(
    intent=Intent.ACTION_QUESTION,
    description="Speaks about a change (`about`) without asking for it now: see `mode`.",
    examples=("Should I restart web-app?", "What happens if I restart web-app?"),
    answer=answer_about_change,
)
NO_ACTION = IntentSpec(
    intent=Intent.NO_ACTION,
    description="Says that a change (`about`) must not be made, or takes a request back.",
    examples=("Don't restart web-app",),
    answer=answer_about_change,
)
