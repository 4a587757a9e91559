"""All that is known of an intent, apart from how it is understood."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.tools.tool import Tool
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding

Answerer = Callable[[Understanding, Facts, Draft], None]
"""Tells the answer from facts that were read before."""


class Need(StrEnum):
    """What has to be read before an answer."""

    APPLICATIONS = "applications"
    """The answer cannot be given without the applications; a caller who may not read them is told so."""
    USAGE = "usage"
    """CPU and memory of pods."""
    NODE_USAGE = "node_usage"
    CAUSES = "causes"
    """What a diagnosis of the workspace finds."""


APPLICATIONS = frozenset({Need.APPLICATIONS})
USAGE = APPLICATIONS | {Need.USAGE}


class Topic(StrEnum):
    """The lines of the help, in their order."""

    STATUS = "Status"
    PODS = "Pods and nodes"
    USAGE = "Usage now"
    PROBLEMS = "Open problems"
    CHECKS = "Checks"
    COST = "Cost and sizes"
    GUIDE = "How things are done"
    CHANGES = "Changes, as a plan that you confirm"


class Offered(Struct, frozen=True):
    """Sentences that the help names, with NAME for the name of an application."""

    topic: Topic
    sentences: tuple[str, ...]


class Choice(Struct, frozen=True):
    """How an unclear message is asked back: "Did you mean `words`?"; `message` is what to say then."""

    words: str
    message: str


class IntentSpec(Struct, frozen=True, kw_only=True):
    """One intent. Without an answer and a reader of its own it becomes a plan or concerns an open one."""

    intent: Intent
    description: str
    """One sentence of the reference page."""
    examples: tuple[str, ...]
    """Messages that mean it; none where no message is understood as it."""
    needs: frozenset[Need] = frozenset()
    names_others: bool = False
    """Its names may be of something else than an application: an alert, a rule, a Service, a value."""
    answer: Answerer | None = None
    reader: Tool | None = None
    """What reads further and then answers; it goes before `answer`."""
    offered: Offered | None = None
    choice: Choice | None = None
