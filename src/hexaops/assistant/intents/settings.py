"""Changes that take values: planned when they are asked for with them, else told how to ask."""

from __future__ import annotations

from hexaops.assistant.answers.declining import declined
from hexaops.assistant.intents.spec import IntentSpec
from hexaops.assistant.understanding.intents import Intent

AUTOSCALING = IntentSpec(
    intent=Intent.AUTOSCALING,
    description="Create, change or remove an autoscaler: planned with the bounds that are said.",
    examples=("Autoscale web-app between 2 and 8 at 70% cpu",),
    answer=declined("I plan autoscaling when you ask for it directly, with its bounds. Nothing was changed."),
)
CONFIGURATION = IntentSpec(
    intent=Intent.CONFIG_UPDATE,
    description="Environment variables or the image: planned with the values that are said.",
    examples=("Set LOG_LEVEL=debug on web-app",),
    answer=declined("I plan a configuration when you ask for it directly, with its values. Nothing was changed."),
)
REVISION = IntentSpec(
    intent=Intent.ROLLBACK_APPLICATION,
    description="Back to an earlier revision of an application: planned.",
    examples=("Roll back web-app to revision 3",),
    answer=declined("I plan a rollback when you ask for it directly, by name. Nothing was changed."),
)
QUOTA = IntentSpec(
    intent=Intent.UPDATE_QUOTA,
    description="Change a namespace's quota: planned with the limits that are said.",
    examples=("Raise the CPU quota of production to 24 cores",),
    answer=declined("I plan a change of quota when you ask for it directly, with its values. Nothing was changed."),
)
