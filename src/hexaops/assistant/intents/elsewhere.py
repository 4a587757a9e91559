"""What is understood but done elsewhere: said honestly, with what can be done here instead."""

from __future__ import annotations

from hexaops.assistant.answers.declining import decline, declined
from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.possible import STATUS
from hexaops.assistant.intents.spec import IntentSpec
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.kit.text import plain

_DELETE = (
    "I can't delete applications: remove them where their manifests are kept (Git, Helm), or with kubectl. "
    "I can plan to stop one, which keeps it: “stop NAME”."
)
_NODES = (
    "I can't drain or cordon nodes: `kubectl drain <node> --ignore-daemonsets` keeps to the disruption budgets. "
    "I can show what runs on the node first."
)


def answer_deletion(asked: Understanding, facts: Facts, draft: Draft) -> None:  # noqa: ARG001 # as every answerer
    """Stopping keeps what is deleted otherwise."""
    instead = STATUS
    if asked.targets and asked.targets[0].entity.kind == "application":
        name = plain(asked.targets[0].entity.name, 100)
        instead = Suggestion("stop_application", f"Plan to stop {name}", f"stop {name}")
    decline(_DELETE, instead, draft)


def answer_maintenance(asked: Understanding, facts: Facts, draft: Draft) -> None:  # noqa: ARG001 # as every answerer
    """What runs on the node is asked before it is drained."""
    instead = STATUS
    node = next((found.entity for found in asked.targets if found.entity.kind == "node"), None)
    if node is not None:
        name = plain(node.name, 100)
        instead = Suggestion("pod_status", f"Show what runs on {name}", f"Which pods run on {name}?")
    decline(_NODES, instead, draft)


DEPLOY = IntentSpec(
    intent=Intent.DEPLOY_APPLICATION,
    description="Deploy something new.",
    examples=(),
    answer=declined(
        "I can't deploy applications that are not there yet: apply their manifests as you always do (kubectl, Helm, "
        "Argo CD). A new image of one that runs I can plan: “deploy IMAGE:TAG to NAME”."
    ),
)
DELETE = IntentSpec(
    intent=Intent.DELETE_APPLICATION,
    description="Delete an application.",
    examples=("Delete web-app",),
    answer=answer_deletion,
)
NODES = IntentSpec(
    intent=Intent.NODE_MAINTENANCE,
    description="Drain, cordon, reboot a node.",
    examples=("Drain worker-1",),
    answer=answer_maintenance,
)
