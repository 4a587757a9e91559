"""Changes of running applications: each becomes a plan."""

from __future__ import annotations

from hexaops.assistant.intents.spec import APPLICATIONS, Choice, IntentSpec, Offered, Topic
from hexaops.assistant.understanding.intents import Intent

RESTART = IntentSpec(
    intent=Intent.RESTART_APPLICATION,
    description="Restart applications: planned.",
    examples=("Restart web-app and api-service",),
    needs=APPLICATIONS,
    offered=Offered(Topic.CHANGES, ("Restart NAME",)),
    choice=Choice("a plan to restart an application", "Restart an application"),
)
RESTART_FAILING = IntentSpec(
    intent=Intent.RESTART_FAILING,
    description="Restart only what fails: planned, the failing pods of each application.",
    examples=("Restart the failing pods",),
    needs=APPLICATIONS,
    choice=Choice("a plan to restart what is failing", "Restart the failing pods"),
)
SCALE = IntentSpec(
    intent=Intent.SCALE_APPLICATION,
    description="Change the number of replicas: planned.",
    examples=("Add 2 replicas to web-app",),
    needs=APPLICATIONS,
    offered=Offered(Topic.CHANGES, ("Scale NAME to 5 replicas",)),
    choice=Choice("a plan to scale an application", "Scale an application"),
)
START = IntentSpec(
    intent=Intent.START_APPLICATION,
    description="Start stopped applications: planned.",
    examples=("Start report-generator",),
    needs=APPLICATIONS,
    choice=Choice("a plan to start an application", "Start an application"),
)
STOP = IntentSpec(
    intent=Intent.STOP_APPLICATION,
    description="Stop applications: planned.",
    examples=("Stop web-app",),
    needs=APPLICATIONS,
    offered=Offered(Topic.CHANGES, ("Stop NAME",)),
    choice=Choice("a plan to stop an application", "Stop an application"),
)
