"""Nodes, and where applications run."""

from __future__ import annotations

from hexaops.assistant.answers.nodes import answer_nodes
from hexaops.assistant.intents.spec import Choice, IntentSpec, Need, Offered, Topic
from hexaops.assistant.tools.nodes import NODES
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.NODE_STATUS,
    description="Nodes: ready or not, how many; where an application runs.",
    examples=("How many nodes are there?", "Where does web-app run?", "Which node has the most free memory?"),
    needs=frozenset({Need.NODE_USAGE}),
    answer=answer_nodes,
    reader=NODES,
    offered=Offered(Topic.PODS, ("Are all nodes ready?",)),
    choice=Choice("the nodes", "Are all nodes ready?"),
)
