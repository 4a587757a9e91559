"""Checks that are made when they are asked for."""

from __future__ import annotations

from hexaops.assistant.intents.spec import APPLICATIONS, IntentSpec, Offered, Topic
from hexaops.assistant.tools.connectivity import CONNECTIVITY
from hexaops.assistant.tools.diagnostics import DIAGNOSTICS
from hexaops.assistant.understanding.intents import Intent

HEALTH = IntentSpec(
    intent=Intent.DIAGNOSTICS,
    description="Gather a diagnostic bundle, run health checks.",
    examples=("Collect diagnostics of web-app",),
    needs=APPLICATIONS,
    reader=DIAGNOSTICS,
    offered=Offered(Topic.CHECKS, ("Run health checks",)),
)
CONNECTION = IntentSpec(
    intent=Intent.CONNECTIVITY,
    description="Whether one can reach another.",
    examples=("Can web-app reach cache-service on port 6379?",),
    needs=APPLICATIONS,
    names_others=True,
    reader=CONNECTIVITY,
    offered=Offered(Topic.CHECKS, ("Can NAME reach NAME?",)),
)
