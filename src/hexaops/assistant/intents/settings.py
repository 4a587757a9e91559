"""Changes that take values: planned when they are asked for with them, else told how to ask."""

from __future__ import annotations

from hexaops.assistant.answers.declining import told_how
from hexaops.assistant.intents.spec import IntentSpec
from hexaops.assistant.understanding.intents import Intent

AUTOSCALING = IntentSpec(
    intent=Intent.AUTOSCALING,
    description="Create, change or remove an autoscaler: planned with the bounds that are said.",
    examples=("Autoscale web-app between 2 and 8 at 70% cpu",),
    answer=told_how("autoscale it", "autoscale NAME between 2 and 8 at 70% cpu"),
)
CONFIGURATION = IntentSpec(
    intent=Intent.CONFIG_UPDATE,
    description="Environment variables or the image: planned with the values that are said.",
    examples=("Set LOG_LEVEL=debug on web-app",),
    answer=told_how("change its configuration", "set LOG_LEVEL=debug on NAME", "deploy IMAGE:TAG to NAME"),
)
REVISION = IntentSpec(
    intent=Intent.ROLLBACK_APPLICATION,
    description="Back to an earlier revision of an application: planned.",
    examples=("Roll back web-app to revision 3",),
    answer=told_how("roll it back", "roll back NAME", "roll back NAME to revision 1"),
)
QUOTA = IntentSpec(
    intent=Intent.UPDATE_QUOTA,
    description="Change a namespace's quota: planned with the limits that are said.",
    examples=("Raise the CPU quota of production to 24 cores",),
    answer=told_how("change a quota", "raise the CPU quota of PROJECT to 24 cores"),
)
