"""Pods, their states and restarts."""

from __future__ import annotations

from hexaops.assistant.answers.pods import answer_pods
from hexaops.assistant.intents.spec import APPLICATIONS, Choice, IntentSpec, Offered, Topic
from hexaops.assistant.tools.resources import RESOURCES
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.POD_STATUS,
    description="Pods: of an application, by status, restart counts.",
    examples=("Show the pods of web-app", "Which pods restarted most?", "Which pods of web-app are not ready?"),
    needs=APPLICATIONS,
    answer=answer_pods,
    reader=RESOURCES,
    offered=Offered(Topic.PODS, ("Which pods are failing?",)),
    choice=Choice("the pods", "Show the pods"),
)
